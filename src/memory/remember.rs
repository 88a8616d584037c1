//! Remembering one memory: one look-up of the space (kept for the statement), one look into the region whether it is there already,
//! one INSERT with a kept plan, nothing else.

use super::duplicate::{self, Meaning, OnDuplicate, Text};
use super::{elements, space_or_setting};
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::vector::Vector;
use crate::store::{self, fault, limits, memory::NewMemory};
use pgrx::Uuid;
use pgrx::datum::TimestampWithTimeZone;

/// Belief in what is remembered, where the caller does not say.
const CONFIDENCE: f32 = 0.7;
/// Kind of a memory, where the caller does not say.
const KIND: &str = "episode";

/// The arguments of `engram_remember`, as they were given; null takes the default.
pub struct Remember<'a> {
    pub content: Option<&'a str>,
    pub embedding: Option<Vector<'a>>,
    pub space: Option<&'a str>,
    pub context: Option<&'a str>,
    pub cues: Option<Vec<Option<String>>>,
    pub kind: Option<&'a str>,
    pub confidence: Option<f32>,
    pub occurred_at: Option<TimestampWithTimeZone>,
    pub source: Option<&'a str>,
    pub metadata: Option<Jsonb>,
    pub id: Option<Uuid>,
    pub on_duplicate: Option<&'a str>,
}

/// Stores the memory and returns its id. A given id makes the call idempotent: the same content again returns the id, other
/// content is an error. A memory that is there already is not stored again, unless the caller wants it or gives an id.
pub fn remember(given: Remember) -> Result<Uuid, Error> {
    let content = limits::content(given.content)?;
    let on_duplicate = OnDuplicate::parse(given.on_duplicate)?;
    let confidence = given.confidence.unwrap_or(CONFIDENCE);
    limits::confidence(confidence)?;
    let (evidence_for, evidence_against) = limits::evidence(confidence);
    let space = space_or_setting(given.space);
    store::space::for_remembering(&space)?;
    let cues = elements(given.cues.unwrap_or_default());
    let text = Text::new(content, given.context);
    let looked_for = match given.id {
        None => on_duplicate != Some(OnDuplicate::Store),
        // An id speaks for itself, unless the caller says what else is to be looked for.
        Some(id) => on_duplicate.is_some_and(|how| how != OnDuplicate::Store) && !store::memory::exists(&space, id),
    };
    if looked_for
        && let Some(known) = known(&space, &text, on_duplicate, || {
            Meaning::new(&space, given.embedding.as_ref().map(Vector::as_slice), &cues, content)
        })
    {
        return Ok(known);
    }
    let id = given.id.unwrap_or_else(store::memory::new_id);
    let memory = NewMemory {
        space: &space,
        id,
        content,
        embedding: given.embedding,
        cues,
        context: given.context,
        kind: given.kind.unwrap_or(KIND),
        evidence_for,
        evidence_against,
        occurred_at: given.occurred_at,
        source: given.source,
        metadata: given.metadata,
    };
    if given.id.is_none() {
        store::memory::insert(&memory);
    } else if !store::memory::insert_given(&memory) && !store::memory::same(&space, id, content) {
        return Err(fault::memory_taken(id));
    }
    duplicate::note_stored(&space, &text, *id.as_bytes());
    Ok(id)
}

/// The memory that is there already, treated as the caller has chosen. Who chooses also wants what only means the same.
fn known(
    space: &str,
    text: &Text,
    how: Option<OnDuplicate>,
    meaning: impl FnOnce() -> Option<Meaning>,
) -> Option<Uuid> {
    let same = duplicate::same_texts(space, std::slice::from_ref(text), how.is_some())[0];
    let near = || how.is_some().then(meaning).flatten().and_then(|m| duplicate::near(space, &m));
    let id = same.or_else(near)?;
    duplicate::treat(space, id, how).then(|| Uuid::from_bytes(id))
}

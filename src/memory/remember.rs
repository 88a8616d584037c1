//! Remembering one memory: one look-up of the space (kept for the statement), one INSERT with a kept plan, nothing else.

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
}

/// Stores the memory and returns its id. A given id makes the call idempotent: the same content again returns the id, other
/// content is an error.
pub fn remember(given: Remember) -> Result<Uuid, Error> {
    let content = limits::content(given.content)?;
    let confidence = given.confidence.unwrap_or(CONFIDENCE);
    limits::confidence(confidence)?;
    let (evidence_for, evidence_against) = limits::evidence(confidence);
    let space = space_or_setting(given.space);
    store::space::for_remembering(&space)?;
    let id = given.id.unwrap_or_else(store::memory::new_id);
    let memory = NewMemory {
        space: &space,
        id,
        content,
        embedding: given.embedding,
        cues: elements(given.cues.unwrap_or_default()),
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
    Ok(id)
}

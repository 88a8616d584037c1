//! Correcting a memory, with its former version kept.

use super::{elements, reconsolidate, required, space_or_setting};
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::vector::Vector;
use crate::store::{self, audit, fault, limits, memory::Changes};
use pgrx::Uuid;
use pgrx::datum::TimestampWithTimeZone;
use serde_json::json;

/// The arguments of `engram_update`, as they were given; null leaves what is stored.
pub struct Update<'a> {
    pub id: Option<Uuid>,
    pub content: Option<&'a str>,
    pub embedding: Option<Vector<'a>>,
    pub cues: Option<Vec<Option<String>>>,
    pub metadata: Option<Jsonb>,
    pub context: Option<&'a str>,
    pub kind: Option<&'a str>,
    pub confidence: Option<f32>,
    pub occurred_at: Option<TimestampWithTimeZone>,
    pub source: Option<&'a str>,
    pub mode: Option<&'a str>,
    pub space: Option<&'a str>,
}

/// What an update has done.
pub struct Updated {
    /// The memory that holds what was given: the one that was named, or one that competes with it.
    pub id: Uuid,
    pub in_place: bool,
    /// How far reconsolidation moved what can be moved in part, 0 to 1; none for a correction.
    pub plasticity: Option<f32>,
    /// Why the memory itself was not changed.
    pub reason: Option<&'static str>,
}

/// Changes the memory and keeps its former version. New content without a new embedding has none: the old one describes the
/// old content. Where reconsolidation finds the memory stable, a competing one is stored.
pub fn update(given: Update) -> Result<Updated, Error> {
    let id = required("id", given.id)?;
    let reconsolidates = match required("mode", given.mode)? {
        "correct" => false,
        "reconsolidate" => true,
        other => {
            return Err(fault::invalid(
                format!("mode \"{other}\" does not exist"),
                "The modes of an update are correct and reconsolidate.",
            ));
        }
    };
    if given.content.is_some() {
        limits::content(given.content)?;
    }
    if let Some(confidence) = given.confidence {
        limits::confidence(confidence)?;
    }
    let space = space_or_setting(given.space);
    store::space::for_writing(&space)?;
    match store::memory::lock(&space, id) {
        None => return Err(Error::unknown_memory(id, &space)),
        Some(true) => _ = store::cold::thaw(&space, &[*id.as_bytes()]),
        Some(false) => {}
    }
    let changes = Changes {
        content: given.content,
        embedding: given.embedding,
        cues: given.cues.map(elements),
        metadata: given.metadata,
        context: given.context,
        kind: given.kind,
        evidence: given.confidence.map(limits::evidence),
        occurred_at: given.occurred_at,
        source: given.source,
    };
    if reconsolidates {
        return reconsolidate::reconsolidate(&space, id, changes);
    }
    store::memory::keep_version(&space, id);
    audit::quietly(|| store::memory::update(&space, id, &changes));
    audit::note(&space, "update", Some(id), &json!({}));
    Ok(Updated { id, in_place: true, plasticity: None, reason: None })
}

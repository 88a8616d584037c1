//! Evidence for and against a memory: who says so, counted once for each independent source.
//!
//! A source is told by its name, given or that of the memory that speaks; by the memory itself where that names none. Copies of what has
//! been counted, and of what the memory itself was stored from, count no further. A source that says the opposite of what it said
//! before counts for what it says last. An observation of nobody in particular is one of its own.

use super::{required, space_or_setting};
use crate::crash::{self, Point};
use crate::error::Error;
use crate::hot::record;
use crate::store::belief::{self, Counted, Observation};
use crate::store::{self, audit, fault, supersession};
use engram_engine::confidence::{self, Belief, Source, are_copies, normal_name, same_name};
use pgrx::Uuid;
use serde_json::json;
use xxhash_rust::xxh3::xxh3_128;

/// Most observations that one call may count as.
const MOST_WEIGHT: f32 = 1000.0;

/// Which way evidence points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    Confirm,
    Contradict,
}

/// The arguments of `engram_confirm` and `engram_contradict`, as they were given.
pub struct Evidence<'a> {
    pub id: Option<Uuid>,
    pub by: Option<Uuid>,
    pub source: Option<&'a str>,
    pub weight: Option<f32>,
    pub space: Option<&'a str>,
}

/// What became of it.
pub struct Weighed {
    pub counted: bool,
    pub reason: &'static str,
    pub belief: Belief,
}

/// Whether the catalog of this database keeps what was believed.
pub fn is_possible() -> bool {
    belief::is_possible()
}

/// Counts evidence, unless its source counts that way already.
pub fn weigh(says: Says, given: Evidence<'_>) -> Result<Weighed, Error> {
    let id = required("id", given.id)?;
    let weight = required("weight", given.weight)?;
    if !(weight > 0.0 && weight <= MOST_WEIGHT) {
        return Err(fault::invalid(
            format!("weight {weight} is out of range"),
            format!("A weight counts observations: above 0, at most {MOST_WEIGHT}."),
        ));
    }
    if given.source.is_some_and(|s| s.trim().is_empty()) {
        return Err(fault::invalid("source must not be empty", "Name where it comes from, or leave it out."));
    }
    if given.by == Some(id) {
        return Err(fault::invalid(
            format!("memory {id} cannot be evidence about itself"),
            "Name another memory, or a source.",
        ));
    }
    let name = space_or_setting(given.space);
    let space = store::space::for_writing(&name)?;
    if store::memory::lock(&name, id).is_none() {
        return Err(Error::unknown_memory(id, &name));
    }
    let own = supersession::standing(&name, id).ok_or_else(|| Error::unknown_memory(id, &name))?;
    let witness = match given.by {
        Some(by) => Some(belief::witness(&name, by, id).ok_or_else(|| Error::unknown_memory(by, &name))?),
        None => None,
    };
    let source = given.source.or_else(|| witness.as_ref().and_then(|w| w.source.as_deref()));
    let terms = |text: Option<&str>| distinct(text.unwrap_or_default(), &space.language);
    let said = terms(witness.as_ref().map(|w| w.content.as_str()));
    let speaker = Source { name: source, terms: &said };
    if says == Says::Confirm
        && is_own(&name, id, &own, speaker, witness.as_ref().is_some_and(|w| w.cites), &space.language)
    {
        return Ok(Weighed {
            counted: false,
            reason: "it comes from the source of the memory",
            belief: confidence::belief(own.evidence.0, own.evidence.1),
        });
    }
    let entry = store::memory::new_id();
    let key = key_of(source, given.by, entry);
    let known = belief::counted(&name, id, given.by);
    let same = known.iter().find(|k| {
        let text = terms(k.content.as_deref());
        k.key == key || (given.by.is_some() && is_copy(k, speaker, &text))
    });
    let supports = says == Says::Confirm;
    if let Some(same) = same.filter(|same| same.supports == supports) {
        _ = same;
        return Ok(Weighed {
            counted: false,
            reason: "its source counts already",
            belief: confidence::belief(own.evidence.0, own.evidence.1),
        });
    }
    let at = super::now();
    let mut change = if supports { (weight, 0.0) } else { (0.0, weight) };
    if let Some(former) = same {
        belief::withdraw(&name, id, former.entry, at);
        if supports {
            change.1 -= former.weight;
        } else {
            change.0 -= former.weight;
        }
    }
    let seen = Observation { supports, weight, source: given.source, key, by: given.by, at };
    belief::note(&name, id, entry, &seen);
    crash::at(Point::evidence_noted);
    let has = audit::quietly(|| belief::weigh(&name, id, change.0, change.1));
    let action = if supports { "confirm" } else { "contradict" };
    audit::note(&name, action, Some(id), &json!({ "by": given.by.map(|by| by.to_string()), "weight": weight }));
    let reason = if same.is_some() { "its source said the opposite before" } else { "its source is new" };
    Ok(Weighed { counted: true, reason, belief: confidence::belief(has.0, has.1) })
}

/// Whether who speaks is where the memory itself came from.
fn is_own(
    space: &str,
    id: Uuid,
    own: &supersession::Standing,
    speaker: Source<'_>,
    cites: bool,
    language: &str,
) -> bool {
    let named = speaker.name.zip(own.source.as_deref()).is_some_and(|(a, b)| same_name(a, b));
    if named || cites {
        return true;
    }
    // Without a text there is nothing to compare.
    if speaker.terms.is_empty() {
        return false;
    }
    let content = belief::witness(space, id, id).map(|w| w.content).unwrap_or_default();
    let terms = distinct(&content, language);
    are_copies(speaker, Source { name: own.source.as_deref(), terms: &terms }, false)
}

fn is_copy(known: &Counted, speaker: Source<'_>, text: &[u64]) -> bool {
    known.by.is_some() && are_copies(speaker, Source { name: known.source.as_deref(), terms: text }, known.cites)
}

/// What stands for a source: its name, the memory that speaks, or nobody but this call.
fn key_of(source: Option<&str>, by: Option<Uuid>, entry: Uuid) -> [u8; 16] {
    match (source, by) {
        (Some(name), _) => xxh3_128(normal_name(name).as_bytes()).to_be_bytes(),
        (None, Some(by)) => *by.as_bytes(),
        (None, None) => *entry.as_bytes(),
    }
}

/// The terms of a text, sorted, each once.
fn distinct(text: &str, language: &str) -> Vec<u64> {
    let mut terms: Vec<u64> = record::terms(text, language).terms.into_iter().map(|t| t.0).collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

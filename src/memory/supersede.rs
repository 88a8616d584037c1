//! One fact takes the place of another, and back.
//!
//! The former memory stays. It is no longer recalled by default, and a recall as of a time before still has it. Each replacement is an
//! entry that says what it changed in both memories, so that undoing it leaves them as they were.

use super::remember::{self, Remember};
use super::{known, required, space_or_setting};
use crate::crash::{self, Point};
use crate::error::Error;
use crate::pg::vector::Vector;
use crate::store::memory::Forgetting;
use crate::store::supersession::{self, Supersession};
use crate::store::{self, audit, fault};
use pgrx::Uuid;
use serde_json::json;

/// The arguments of `engram_supersede`, as they were given.
pub struct Supersede<'a> {
    pub old: Option<Uuid>,
    pub new: Option<Uuid>,
    pub content: Option<&'a str>,
    pub embedding: Option<Vector<'a>>,
    /// Microseconds since the Unix epoch.
    pub valid_from: Option<i64>,
    pub source: Option<&'a str>,
    pub confidence: Option<f32>,
    pub space: Option<&'a str>,
}

/// Replaces `old` by `new`, or by a memory that is made of the content. Returns the one that holds from then on.
pub fn supersede(given: Supersede) -> Result<Uuid, Error> {
    let old = required("old", given.old)?;
    if given.new.is_some() == given.content.is_some() {
        return Err(fault::invalid(
            "one of new and content must be given",
            "Name the memory that replaces the old one, or give the content of a new one.",
        ));
    }
    if given.new == Some(old) {
        return Err(itself(old));
    }
    let space = space_or_setting(given.space);
    store::space::for_writing(&space)?;
    lock(&space, old, given.new)?;
    let now = super::now();
    let former = standing(&space, old)?;
    let made = given.new.is_none();
    let later = given.new.map(|new| standing(&space, new)).transpose()?.unwrap_or_default();
    let at = given.valid_from.or(later.valid_from).unwrap_or(now);
    if at > now {
        return Err(fault::invalid(
            "valid_from must not be in the future",
            "Supersede a memory when it is out of date.",
        ));
    }
    if former.valid_from.is_some_and(|from| from > at) {
        return Err(fault::invalid(
            format!("memory {old} is not valid at valid_from"),
            "The new fact cannot begin before the one that it replaces.",
        ));
    }
    if let Some(new) = given.new {
        if former.superseded_by == Some(*new.as_bytes()) {
            return Ok(new);
        }
        if store::memory::replaces(&space, old, new) {
            return Err(circle(old, new));
        }
    }
    let new = match given.new {
        Some(new) => new,
        None => remember::remember(Remember {
            content: given.content,
            embedding: given.embedding,
            space: Some(&space),
            context: former.context.as_deref(),
            cues: None,
            kind: Some(&former.kind),
            confidence: given.confidence,
            occurred_at: None,
            source: given.source,
            metadata: None,
            id: None,
            on_duplicate: Some("store"),
        })?,
    };
    audit::quietly(|| {
        if let Some(by) = former.superseded_by {
            take_back(&space, old, Uuid::from_bytes(by), now);
        }
        let ended = standing(&space, old).is_ok_and(|s| s.valid_to.is_none());
        let began = supersession::begin(&space, new, at);
        supersession::note(&space, store::memory::new_id(), &Supersession { old, new, at, ended, began, made }, now);
        crash::at(Point::supersession_noted);
        supersession::replace(&space, old, new, at);
    });
    audit::note(&space, "supersede", Some(old), &json!({ "by": new.to_string() }));
    Ok(new)
}

/// Undoes the replacement of a memory: it is recalled as before, and what was made to replace it is suppressed. Returns whether
/// anything had replaced it.
pub fn reinstate(id: Option<Uuid>, space: Option<&str>) -> Result<bool, Error> {
    let id = required("id", id)?;
    let space = space_or_setting(space);
    store::space::for_writing(&space)?;
    lock(&space, id, None)?;
    let Some(by) = standing(&space, id)?.superseded_by.map(Uuid::from_bytes) else { return Ok(false) };
    audit::quietly(|| {
        let undone = take_back(&space, id, by, super::now());
        crash::at(Point::reinstated);
        let is_only_for_it = undone.is_some_and(|(undone, shared)| undone.made && !shared);
        if is_only_for_it && supersession::standing(&space, by).is_some_and(|s| s.superseded_by.is_none()) {
            store::memory::forget(&space, by, Forgetting::Suppress);
        }
    });
    audit::note(&space, "reinstate", Some(id), &json!({ "from": by.to_string() }));
    Ok(true)
}

/// Takes the marks of a replacement from both memories. Returns it, and whether `new` replaces others, too.
fn take_back(space: &str, old: Uuid, new: Uuid, now: i64) -> Option<(Supersession, bool)> {
    let found = supersession::last(space, old, new);
    // One that was made past the functions, or by a former version, ended the memory when it was made.
    let ended = match &found {
        Some((entry, _)) => Some(entry.at).filter(|_| entry.ended),
        None => supersession::standing(space, old).and_then(|s| s.valid_to),
    };
    supersession::reinstate(space, old, ended);
    supersession::undo(space, old, now);
    if let Some((entry, shared)) = &found
        && entry.began
        && !shared
    {
        supersession::take_back_begin(space, new, entry.at);
    }
    found
}

/// Keeps others from changing what takes part, in the order of ids, so that nobody waits in a circle.
fn lock(space: &str, old: Uuid, new: Option<Uuid>) -> Result<(), Error> {
    let mut ids: Vec<Uuid> = [Some(old), new].into_iter().flatten().collect();
    ids.sort_unstable_by_key(|id| *id.as_bytes());
    for id in ids {
        if store::memory::lock(space, id).is_none() {
            return Err(Error::unknown_memory(id, space));
        }
    }
    Ok(())
}

fn standing(space: &str, id: Uuid) -> Result<supersession::Standing, Error> {
    supersession::standing(space, id).ok_or_else(|| Error::unknown_memory(id, space))
}

fn itself(old: Uuid) -> Error {
    fault::invalid(
        format!("memory {old} cannot supersede itself"),
        "Give the memory that is out of date first, then the one that replaces it.",
    )
}

fn circle(old: Uuid, new: Uuid) -> Error {
    fault::invalid(
        format!("memory {new} is itself superseded by {old}"),
        "Of two memories only one can replace the other.",
    )
}

/// Marks `old` as replaced by `new` in a catalog before 0.4.0, which keeps no entries.
pub fn without_entry(old: Option<Uuid>, new: Option<Uuid>, space: Option<&str>) -> Result<(), Error> {
    let (old, new) = (required("old", old)?, required("new", new)?);
    if old == new {
        return Err(itself(old));
    }
    let space = space_or_setting(space);
    store::space::for_writing(&space)?;
    known(&space, new)?;
    if store::memory::lock(&space, old).is_none() {
        return Err(Error::unknown_memory(old, &space));
    }
    if store::memory::replaces(&space, old, new) {
        return Err(circle(old, new));
    }
    audit::quietly(|| store::memory::supersede(&space, old, new));
    audit::note(&space, "supersede", Some(old), &json!({ "by": new.to_string() }));
    Ok(())
}

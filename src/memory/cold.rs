//! The cold tier as the triggers of engram.memory keep it: `cold` decides where content and embedding are, and whoever sets it moves them.
//!
//! A cold memory has neither in its own row; both are in engram.cold. Moving is no change of what is remembered: no new vector, no new
//! cues, no former version. A change of the content or the embedding of a cold memory brings it back first. In a restore
//! and on a subscriber the two rows come in any order.

use crate::crash::{self, Point};
use crate::error::{self, Error};
use crate::hot::{self, queue};
use crate::pg::row::{self, Row};
use crate::pg::trigger::{self, Outcome};
use crate::pg::vector::{NewVector, Vector};
use crate::pg::{xact, xid};
use crate::store::cold::{self, Wide};
use crate::store::columns::{cold as kept, memory as column};
use crate::store::fault;
use pgrx::{PgTrigger, Uuid};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Content of cold memories by space and id, and the transaction it is kept in.
type Former = (u64, FxHashMap<(String, [u8; 16]), Wide>);

thread_local! {
    /// What left engram.cold in this statement, for its AFTER triggers.
    static FORMER: RefCell<Former> = RefCell::default();
}

/// What becomes of a row that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Its content is in its own row.
    Here,
    /// Its content is in engram.cold, and stays there.
    Away,
    /// It is completed, then put away.
    Leaves,
}

/// Decides where the content of a row goes. What comes back from the cold tier is in both rows then, as if it had never been away.
pub fn begin(space: &str, row: &mut Row, former: Option<&mut Row>) -> Result<Course, Error> {
    let (is_cold, is_pinned) = (row.is_true(column::COLD), row.is_true(column::PINNED));
    let id: Uuid = row.get(column::ID).unwrap_or_else(|| Uuid::from_bytes([0; 16]));
    let blank = row.get::<&str>(column::CONTENT).is_none_or(str::is_empty);
    let Some(former) = former else {
        if is_cold && row.is_null(column::CHANGED) {
            return Err(fault::invalid(
                format!("new memory {id} cannot be cold"),
                "Remember it, and move it by engram_set_tier.",
            ));
        }
        // A row that was completed before, in a dump or by a publisher. One that brings its content needs none elsewhere.
        if is_cold && !blank {
            row.set(column::COLD, Some(false));
        }
        return Ok(if is_cold && blank { Course::Away } else { Course::Here });
    };
    let was_cold = former.is_true(column::COLD);
    if is_cold && is_pinned {
        return Err(pinned(id));
    }
    match (was_cold, is_cold) {
        (false, false) => Ok(Course::Here),
        (false, true) => {
            // A publisher sends the row as it is there.
            if blank {
                let embedding = former.get::<Vector>(column::EMBEDDING).map(|v| v.as_slice().to_vec());
                let content = former.get::<String>(column::CONTENT).unwrap_or_default();
                restore(row, Wide { content, embedding });
            }
            Ok(Course::Leaves)
        }
        (true, true) if blank && row.is_null(column::EMBEDDING) => Ok(Course::Away),
        (true, _) => {
            let found = cold::find(space, *id.as_bytes());
            if found.is_none() && blank {
                return Err(Error::not_in_prerequisite_state(format!(
                    "memory {id} is cold, and engram.cold does not have it"
                ))
                .with_hint("Restore engram.cold from a backup; engram_check() lists what is missing."));
            }
            crash::at(Point::cold_return);
            cold::remove(space, *id.as_bytes());
            row.set(column::COLD, Some(false));
            if let Some(wide) = found {
                keep_former(space, id, || Some(wide.clone()));
                let given = row.get::<Vector>(column::EMBEDDING).map(|v| v.as_slice().to_vec());
                restore(former, wide.clone());
                if blank {
                    restore(row, Wide { embedding: given.or(wide.embedding), content: wide.content });
                }
            }
            Ok(Course::Here)
        }
    }
}

/// A cold memory is about to be deleted.
pub fn delete(space: &str, row: &Row) {
    if row.is_true(column::COLD)
        && let Some(id) = row.get::<Uuid>(column::ID)
    {
        keep_former(space, id, || cold::find(space, *id.as_bytes()));
    }
}

/// The hot tier lists what is outside by its terms, and takes them back when the memory goes or returns: the AFTER trigger wants the
/// content once more, which has left engram.cold by then.
fn keep_former(space: &str, id: Uuid, wide: impl FnOnce() -> Option<Wide>) {
    if hot::evict::is_listed(space, id.as_bytes())
        && let Some(wide) = wide()
    {
        let transaction = xid::top_full_xid();
        FORMER.with_borrow_mut(|kept| {
            if kept.0 != transaction {
                *kept = (transaction, FxHashMap::default());
            }
            kept.1.insert((space.to_owned(), *id.as_bytes()), wide);
        });
    }
}

/// Puts a completed row away.
pub fn put_away(space: &str, row: &mut Row) {
    let id: Uuid = row.get(column::ID).unwrap_or_else(|| Uuid::from_bytes([0; 16]));
    let embedding = row.get::<Vector>(column::EMBEDDING);
    let content: &str = row.get(column::CONTENT).unwrap_or_default();
    cold::put(space, *id.as_bytes(), content, embedding.as_ref().map(Vector::as_slice));
    crash::at(Point::cold_move);
    row.set(column::CONTENT, Some(String::new()));
    row.set::<NewVector>(column::EMBEDDING, None);
}

fn restore(row: &mut Row, wide: Wide) {
    row.set(column::CONTENT, Some(wide.content));
    row.set(column::EMBEDDING, wide.embedding.map(|v| NewVector(v.into_boxed_slice())));
}

/// 22023: a memory that is to stay cannot leave.
pub fn pinned(id: Uuid) -> Error {
    fault::invalid(
        format!("pinned memory {id} cannot be cold"),
        "Take the pin off with engram_set_tier(id, 'cold', pinned => false).",
    )
}

/// What the cold tier has of a memory for its record. Nothing where the row has not come yet: the space is then read anew when this
/// transaction commits.
pub fn wide(space: &str, id: Uuid) -> Wide {
    let transaction = xid::top_full_xid();
    let former = FORMER.with_borrow_mut(|kept| {
        if kept.0 == transaction { kept.1.remove(&(space.to_owned(), *id.as_bytes())) } else { None }
    });
    former.or_else(|| cold::find(space, *id.as_bytes())).unwrap_or_else(|| {
        void(space);
        Wide::default()
    })
}

fn void(space: &str) {
    queue::with(|q| {
        if !q.resets.iter().any(|reset| reset.1 == space) {
            q.resets.push((xact::current_subxact(), space.to_owned()));
        }
    });
}

trigger::export!(cold_before, cold_before_wrapper, pg_finfo_cold_before_wrapper);
/// A row of engram.cold is about to come by another way than a move. While a subscription copies its tables, each at its own pace, the
/// move may have been done here already: what comes takes the place of what is there, and no subscription stops.
fn cold_before<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    refuse_foreign(trigger, "cold_before");
    let Some(row) = Row::written(trigger) else { return Ok(None) };
    if !cold::is_putting()
        && let Some((space, id)) = key(&row)
    {
        cold::remove(space, *id.as_bytes());
    }
    Ok(Some(row.finish()))
}

trigger::export!(cold_after, cold_after_wrapper, pg_finfo_cold_after_wrapper);
/// A row of engram.cold that came by another way than a move, in a restore or from a publisher.
fn cold_after<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    refuse_foreign(trigger, "cold_after");
    if !cold::is_putting()
        && let Some((space, id)) = Row::written(trigger).as_ref().and_then(key)
        && !cold::arrived(space, *id.as_bytes())
    {
        // Its memory is on its way, in a transaction that cannot see this row either.
        void(space);
    }
    Ok(None)
}

fn refuse_foreign(trigger: &PgTrigger, function: &str) {
    if !row::is_table(trigger, "engram", "cold") {
        error::raise(fault::foreign_trigger(function, "engram.cold"));
    }
}

fn key<'a>(row: &Row<'a>) -> Option<(&'a str, Uuid)> {
    row.get(kept::SPACE).zip(row.get(kept::ID))
}

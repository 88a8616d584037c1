//! engram.audit: who destroyed or configured what. Entries hold ids, counts and names of roles, never a text.
//!
//! A function that forgets or changes writes one entry by [`note`], in the transaction of what it did; what plain SQL does is noted by
//! the statement trigger of engram.memory, one entry for each statement and space, however many rows (see `tally`). What workers
//! do as the owner of the tables is theirs to note.

use super::tally::Tally;
use crate::pg::{
    self,
    spi::{self, Arg},
};
use crate::{guc, store};
use pgrx::{Uuid, pg_sys};
use serde_json::{Value, json};
use std::cell::Cell;
use std::time::Duration;

thread_local! {
    /// Statements of functions that write an entry of their own are running.
    static QUIET: Cell<u32> = const { Cell::new(0) };
}

/// Writes an entry: the current user did `action` to a space, or to one memory of it. Call it outside [`pg::as_owner`], whose
/// identity is not that of who acts. `detail` is an object of counts, ids and names of roles.
pub fn note(space: &str, action: &str, id: Option<Uuid>, detail: &Value) {
    if !is_on() {
        return;
    }
    let detail = detail.to_string();
    let args = [
        Arg::Text(space),
        Arg::Uuid(*store::memory::new_id().as_bytes()),
        Arg::Oid(pg::current_user()),
        Arg::Text(action),
        id.map_or(Arg::Null(pg_sys::UUIDOID), |id| Arg::Uuid(*id.as_bytes())),
        Arg::Jsonb(&detail),
    ];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/audit_insert.sql"), &args));
}

/// Runs `f`, whose statements the caller notes by itself.
pub fn quietly<R>(f: impl FnOnce() -> R) -> R {
    struct Less;
    impl Drop for Less {
        fn drop(&mut self) {
            QUIET.set(QUIET.get() - 1);
        }
    }
    QUIET.set(QUIET.get() + 1);
    let _less = Less;
    f()
}

/// Whether what plain SQL changes now is to be noted.
pub fn hears() -> bool {
    QUIET.get() == 0 && !pg::acting_as_owner() && is_on()
}

/// Notes what a statement has done to a space.
pub fn note_statement(tally: &Tally) {
    for (action, rows) in [("sql_delete", tally.deleted), ("sql_update", tally.updated)] {
        if rows > 0 {
            let one = tally.one.filter(|_| rows == 1 && tally.deleted + tally.updated == 1);
            note(&tally.space, action, one, &json!({ "memories": rows }));
        }
    }
}

/// Notes that every space has lost its memories.
pub fn note_truncate() {
    if is_on() && !pg::replicating() {
        let (entry, user) = (store::memory::new_id(), pg::current_user());
        let args = [Arg::Uuid(*entry.as_bytes()), Arg::Oid(user)];
        pg::as_owner(|| spi::execute(include_str!("../../sql/query/audit_truncate.sql"), &args));
    }
}

/// Removes the next entries older than `age`; returns how many.
pub fn trim(age: Duration, most: i32) -> u64 {
    let before = pg::clock_micros() / 1000 - i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    // The first id of that millisecond: 48 bits of time, then nothing.
    let mut id = [0; 16];
    id[..6].copy_from_slice(&before.max(0).to_be_bytes()[2..]);
    let args = [Arg::Uuid(id), Arg::Int4(most)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/audit_trim.sql"), &args))
}

/// Whether entries are written: by the setting, and where the catalog has their columns.
fn is_on() -> bool {
    guc::audit() && store::usage::is_possible()
}

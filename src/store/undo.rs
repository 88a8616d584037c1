//! What engram_undo reads and writes: rows as a run of consolidation found them, from engram.consolidation_touch.

use super::memory::{Replacing, replacing_as};
use crate::pg::{
    self,
    settings::with_plain_values,
    spi::{self, Arg},
};
use pgrx::Uuid;
use std::cell::Cell;

thread_local! {
    static KEEPS_EVENTS: Cell<bool> = const { Cell::new(false) };
}

/// Whether memories are deleted because the run that made them is undone: what it told of them stays.
pub fn keeps_events() -> bool {
    KEEPS_EVENTS.get()
}

/// Runs `f` while events stay.
fn keeping_events<R>(f: impl FnOnce() -> R) -> R {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            KEEPS_EVENTS.set(false);
        }
    }
    KEEPS_EVENTS.set(true);
    let _reset = Reset;
    f()
}

/// A run as it stands.
pub struct Run {
    pub state: String,
    /// What it changed is still noted.
    pub noted: bool,
}

/// The run, locked to the end of the transaction.
pub fn run(space: &str, run: Uuid) -> Option<Run> {
    let mut found = None;
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../sql/query/undo_run.sql"), &key(space, run), |row| {
            let state = row.text(1).unwrap_or_default().to_owned();
            found = Some(Run { state, noted: row.bool(2).unwrap_or(false) });
        });
    });
    found
}

/// Keeps others from changing the beliefs that a run has changed, in the order of ids.
pub fn lock(space: &str, run: Uuid) {
    pg::as_owner(|| spi::execute_returning(include_str!("../../sql/query/undo_lock.sql"), &key(space, run), |_| {}));
}

/// Runs after this one that changed the same beliefs and stand, the latest first.
pub fn later(space: &str, run: Uuid) -> Vec<[u8; 16]> {
    let mut runs = Vec::new();
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../sql/query/undo_later.sql"), &key(space, run), |row| {
            runs.extend(row.uuid(1));
        });
    });
    runs
}

/// Something that stands in the way: a row of a memory, with the other memory that it names.
pub struct Obstacle {
    pub what: String,
    pub id: [u8; 16],
    pub other: Option<[u8; 16]>,
}

/// Rows that are not as the run has left them.
pub fn edited(space: &str, run: Uuid) -> Vec<Obstacle> {
    obstacles(include_str!("../../sql/query/undo_edited.sql"), space, run)
}

/// What others have attached to memories that the run made.
pub fn held(space: &str, run: Uuid) -> Vec<Obstacle> {
    obstacles(include_str!("../../sql/query/undo_held.sql"), space, run)
}

fn obstacles(sql: &'static str, space: &str, run: Uuid) -> Vec<Obstacle> {
    let mut found = Vec::new();
    pg::as_owner(|| {
        with_plain_values(|| {
            spi::execute_returning(sql, &key(space, run), |row| {
                found.push(Obstacle {
                    what: row.text(1).unwrap_or_default().to_owned(),
                    id: row.uuid(2).unwrap_or_default(),
                    other: row.uuid(3),
                });
            })
        })
    });
    found
}

/// A belief that a run has changed. No confidence is that of one that does not hold.
pub struct Change {
    pub belief: [u8; 16],
    pub now: Option<f32>,
    pub before: Option<f32>,
    pub citations: i32,
}

/// The beliefs that a run has changed, as they are and as they were.
pub fn changes(space: &str, run: Uuid) -> Vec<Change> {
    let mut found = Vec::new();
    pg::as_owner(|| {
        with_plain_values(|| {
            spi::execute_returning(include_str!("../../sql/query/undo_changes.sql"), &key(space, run), |row| {
                found.push(Change {
                    belief: row.uuid(1).unwrap_or_default(),
                    now: row.float4(2),
                    before: row.float4(3),
                    citations: row.int4(4).unwrap_or(0),
                });
            })
        })
    });
    found
}

/// Whether memories that the run made are published.
pub fn shows(space: &str, run: Uuid) -> bool {
    let mut shown = false;
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../sql/query/undo_shown.sql"), &key(space, run), |row| {
            shown = row.bool(1).unwrap_or(false);
        });
    });
    shown
}

/// Makes the rows that a run has changed what they were. `at` is when.
pub fn restore(space: &str, run: Uuid, at: i64) {
    let user = pg::current_user();
    let key = key(space, run);
    let supersessions = [key[0], key[1], Arg::Timestamptz(at), Arg::Oid(user)];
    pg::as_owner(|| {
        with_plain_values(|| {
            spi::execute(include_str!("../../sql/query/undo_supersessions.sql"), &supersessions);
            for sql in [
                include_str!("../../sql/query/undo_citations_remove.sql"),
                include_str!("../../sql/query/undo_lineages_remove.sql"),
                include_str!("../../sql/query/undo_beliefs_remove.sql"),
            ] {
                spi::execute(sql, &key);
            }
            keeping_events(|| spi::execute(include_str!("../../sql/query/undo_made.sql"), &key));
            // A belief has the middle of its memories for an embedding, which nobody else makes of its content.
            replacing_as(Replacing::Some, || spi::execute(include_str!("../../sql/query/undo_memories.sql"), &key));
            for sql in [
                include_str!("../../sql/query/undo_cues.sql"),
                include_str!("../../sql/query/undo_beliefs.sql"),
                include_str!("../../sql/query/undo_citations.sql"),
                include_str!("../../sql/query/undo_lineages.sql"),
            ] {
                spi::execute(sql, &key);
            }
        });
    });
}

/// Begins the run that undoes another one, at a time.
pub fn begin(space: &str, by: Uuid, undone: Uuid, at: i64) {
    let args = [Arg::Text(space), Arg::Uuid(*by.as_bytes()), Arg::Timestamptz(at), Arg::Uuid(*undone.as_bytes())];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/undo_begin.sql"), &args));
}

/// Enters that beliefs are what they were; each event has an id of its own.
pub fn log(space: &str, by: Uuid, at: i64, version: i64, changes: &[Change]) {
    let events: Vec<[u8; 16]> = changes.iter().map(|_| *super::memory::new_id().as_bytes()).collect();
    let beliefs: Vec<[u8; 16]> = changes.iter().map(|c| c.belief).collect();
    // There is no null in an array of ours: a confidence is above 0.
    let confidence =
        |of: fn(&Change) -> Option<f32>| -> Vec<f32> { changes.iter().map(|c| of(c).unwrap_or(0.0)).collect() };
    let (now, before) = (confidence(|c| c.now), confidence(|c| c.before));
    let citations: Vec<i64> = changes.iter().map(|c| i64::from(c.citations)).collect();
    let args = [
        Arg::Text(space),
        Arg::Uuid(*by.as_bytes()),
        Arg::Timestamptz(at),
        Arg::Int8(version),
        Arg::UuidArray(&events),
        Arg::UuidArray(&beliefs),
        Arg::Float4Array(&now),
        Arg::Float4Array(&before),
        Arg::Int8Array(&citations),
    ];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/undo_event.sql"), &args));
}

/// Ends the run that has undone another one; `version` is what it published, if anything. The next run compares what it reads with
/// nothing.
pub fn end(space: &str, by: Uuid, at: i64, version: Option<i64>) {
    let args = [Arg::Text(space), Arg::Uuid(*by.as_bytes()), Arg::Timestamptz(at), Arg::int8_or_null(version)];
    pg::as_owner(|| {
        spi::execute(include_str!("../../sql/query/undo_end.sql"), &args);
        spi::execute(include_str!("../../sql/query/undo_version.sql"), &[args[0], args[1], args[3]]);
    });
}

/// Marks a run as undone by another one, which has published what is left; what the run had changed need not be kept.
pub fn finish(space: &str, run: Uuid, by: Uuid) {
    let key = key(space, run);
    let args = [key[0], key[1], Arg::Oid(pg::current_user()), Arg::Uuid(*by.as_bytes())];
    pg::as_owner(|| {
        spi::execute(include_str!("../../sql/query/undo_finish.sql"), &args);
        spi::execute(include_str!("../../sql/query/undo_touches.sql"), &key);
    });
}

fn key(space: &str, run: Uuid) -> [Arg<'_>; 2] {
    [Arg::Text(space), Arg::Uuid(*run.as_bytes())]
}

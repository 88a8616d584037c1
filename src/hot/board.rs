//! What launcher and consolidators tell each other about a database, in shared memory.
//!
//! A commit that changes memories counts; a consolidator that leaves says how far it has looked, and when there is something to do
//! again. All of it is a hint: without an entry, or after a restart, a database is visited in turn.

use crate::pg::shmem::{SharedArea, register_area};
use crate::pg::{self, worker};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Databases that are known at once.
const DATABASES: usize = 128;
const WORDS: usize = 8;
const DATABASE: usize = 0;
/// Transactions that have changed memories.
const STIRRED: usize = 1;
/// The number of them when a consolidator last looked.
const SEEN: usize = 2;
/// What comes anew is not due before this time.
const ON_NEWS: usize = 3;
/// What is there already is due at this time; 0 is unknown.
const AT: usize = 4;
/// Somebody wants a run at once.
const ASKED: usize = 5;
/// Somebody wants a maintenance worker at once.
const ASKED_MAINTENANCE: usize = 6;
/// Visits that came to their end.
const ENDED: usize = 7;

/// A time that does not come.
pub const NEVER: i64 = i64::MAX;

type Entry = [AtomicU64; WORDS];

static BOARD: SharedArea<[Entry; DATABASES]> = SharedArea::new(c"engram databases to consolidate");

thread_local! {
    /// The entry of the database of this process. It belongs to the database as long as anybody is connected to it.
    static MINE: Cell<Option<&'static Entry>> = const { Cell::new(None) };
}

/// Asks for the shared memory of this module.
pub fn init() {
    register_area(&BOARD);
}

/// The entry of a database, made where there is none and room for one.
fn entry(database: u32) -> Option<&'static Entry> {
    let database = u64::from(database);
    let board = BOARD.get()?;
    let known = || board.iter().find(|e| e[DATABASE].load(Relaxed) == database);
    let take = |e: &&Entry| e[DATABASE].compare_exchange(0, database, Relaxed, Relaxed).is_ok();
    // Two that make it at once leave a second one behind, which nobody finds and the launcher clears with the database.
    known().or_else(|| board.iter().find(take).and_then(|_| known()))
}

fn mine() -> Option<&'static Entry> {
    let present = MINE.get().or_else(|| entry(pg::database_oid().to_u32()));
    MINE.set(present);
    present
}

/// Forgets databases that are gone.
pub fn keep_databases(keep: impl Fn(u32) -> bool) {
    for e in BOARD.get().into_iter().flatten() {
        let database = e[DATABASE].load(Relaxed);
        if database != 0 && !keep(database as u32) {
            e[1..].iter().for_each(|word| word.store(0, Relaxed));
            e[DATABASE].store(0, Relaxed);
        }
    }
}

/// A transaction of this database has changed memories. Throws nothing.
pub fn stir() {
    let Some(e) = mine() else { return };
    // The first since somebody looked.
    if e[STIRRED].fetch_add(1, Relaxed) == e[SEEN].load(Relaxed) {
        worker::wake_launcher();
    }
}

/// Somebody wants a run in this database at once.
pub fn ask() {
    if let Some(e) = mine() {
        e[ASKED].store(1, Relaxed);
    }
    worker::wake_launcher();
}

/// Somebody wants a maintenance worker in this database at once; false where nobody would know.
pub fn ask_for_maintenance() -> bool {
    let Some(e) = mine() else { return false };
    e[ASKED_MAINTENANCE].store(1, Relaxed);
    worker::wake_launcher();
    true
}

/// Whether somebody wants a maintenance worker in a database.
pub fn wants_maintenance(database: u32) -> bool {
    entry(database).is_some_and(|e| e[ASKED_MAINTENANCE].load(Relaxed) > 0)
}

/// Takes that wish.
pub fn take_maintenance(database: u32) -> bool {
    entry(database).is_some_and(|e| e[ASKED_MAINTENANCE].swap(0, Relaxed) > 0)
}

/// What a consolidator has found when it looked: whatever comes later is news.
#[derive(Debug, Clone, Copy)]
pub struct Look(u64);

/// Begins a look at this database. What was asked for until now is seen by it.
pub fn look() -> Look {
    let Some(e) = mine() else { return Look(0) };
    e[ASKED].store(0, Relaxed);
    Look(e[STIRRED].load(Relaxed))
}

/// Whether something has happened since.
pub fn has_news(since: Look) -> bool {
    mine().is_some_and(|e| e[STIRRED].load(Relaxed) != since.0 || e[ASKED].load(Relaxed) > 0)
}

/// Whether somebody wants a run at once.
pub fn is_asked() -> bool {
    mine().is_some_and(|e| e[ASKED].load(Relaxed) > 0)
}

/// A consolidator leaves: what is there is due at `at`, what comes anew not before `on_news`. Microseconds since the Unix epoch.
pub fn leave(last: Look, at: i64, on_news: i64) {
    let Some(e) = mine() else { return };
    e[AT].store(at.max(1).unsigned_abs(), Relaxed);
    e[ON_NEWS].store(on_news.max(0).unsigned_abs(), Relaxed);
    e[SEEN].store(last.0, Relaxed);
    e[ENDED].fetch_add(1, Relaxed);
    // What came between the look and this has woken nobody.
    if e[STIRRED].load(Relaxed) != last.0 {
        worker::wake_launcher();
    }
}

/// Visits of consolidators to a database that came to their end.
pub fn ended(database: u32) -> u64 {
    entry(database).map_or(0, |e| e[ENDED].load(Relaxed))
}

/// When a consolidator is due in a database, microseconds since the Unix epoch; 0 is at once.
pub fn due(database: u32) -> i64 {
    let Some(e) = entry(database) else { return NEVER };
    if e[ASKED].load(Relaxed) > 0 {
        return 0;
    }
    let time = |word: usize| e[word].load(Relaxed).min(NEVER as u64) as i64;
    let has_news = e[STIRRED].load(Relaxed) != e[SEEN].load(Relaxed);
    if has_news { time(AT).min(time(ON_NEWS)) } else { time(AT) }
}

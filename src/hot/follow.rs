//! How far a worker of this standby has followed the tables of each database, in shared memory.
//!
//! A slot belongs to a database. Its position is written by the one worker of that database and read by every backend,
//! without a lock: what a space of the region holds is entered before the position says so. The counters are atomic and for
//! people.
//!
//! Tickets: a reader whose snapshot may see more than was followed raises `asked` and wakes the worker. The worker reads `asked`
//! before it takes its snapshot, and stores that number in `answered` when all that this snapshot sees is entered. So an
//! answered ticket covers every snapshot that was taken before it was drawn.

use crate::pg;
use crate::pg::shmem::{SharedArea, register_area};
use crate::pg::snapshot::Pinned;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use xxhash_rust::xxh3::xxh3_64;

/// Databases that can be followed; further ones are answered from private regions.
const MOST: usize = 64;
const WORDS: usize = 24;
const DATABASE: usize = 0;
const TABLE: usize = 1;
const WORKER: usize = 2;
const ASKED: usize = 3;
const ANSWERED: usize = 4;
const POSITION: usize = 5;
const LIKENESS: usize = 6;
const XMIN: usize = 7;
const AT: usize = 8;
const ASKED_AT: usize = 9;
const COUNTERS: usize = 10;

static SLOTS: SharedArea<[[AtomicU64; WORDS]; MOST]> = SharedArea::new(c"engram standby");

/// What is counted for each database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Rounds of following that came to their end.
    Rounds,
    /// Rows entered by following.
    Rows,
    /// Reads that a recovery conflict ended, and that were repeated.
    Conflicts,
    /// Readers that waited for an answer and got it.
    Waited,
    /// Readers that waited in vain.
    Missed,
    /// Readers whose snapshot lies between two changes of one row, so that a private region answered.
    Ambiguous,
}

/// How far a database was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// What committed up to here, in bytes of the log, was seen.
    pub replayed: u64,
    /// Stands for the set of transactions that was seen; 0 where no snapshot shows what the spaces hold.
    pub likeness: u64,
    /// Everything that transactions before this one did is entered.
    pub xmin: u64,
    /// When, in microseconds since the Unix epoch.
    pub at: u64,
}

/// The part of one database.
#[derive(Clone, Copy)]
pub struct Slot(&'static [AtomicU64; WORDS]);

/// Asks for the shared memory of this module.
pub fn init() {
    register_area(&SLOTS);
}

/// What stands for the set of transactions that a snapshot sees. Never 0.
pub fn likeness(snapshot: &Pinned) -> u64 {
    let mut bytes = snapshot.xmax().to_le_bytes().to_vec();
    snapshot.in_progress().into_iter().for_each(|xid| bytes.extend(xid.to_le_bytes()));
    xxh3_64(&bytes).max(1)
}

/// The slot of this database, if a worker has followed it.
pub fn slot() -> Option<Slot> {
    let database = u64::from(pg::database_oid().to_u32());
    let slot = SLOTS.get()?.iter().find(|s| s[DATABASE].load(Acquire) == database)?;
    let table = u64::from(pg::memory_table_oid()?.to_u32());
    (slot[TABLE].load(Acquire) == table).then_some(Slot(slot))
}

/// The slot of this database for its worker, taken if there was none. None without the extension, and when all are taken.
pub fn claim() -> Option<Slot> {
    let database = u64::from(pg::database_oid().to_u32());
    let table = u64::from(pg::memory_table_oid()?.to_u32());
    let slots = SLOTS.get()?;
    let taken = |s: &&[AtomicU64; WORDS]| s[DATABASE].load(Relaxed) == database;
    let free = |s: &&[AtomicU64; WORDS]| s[DATABASE].compare_exchange(0, database, Relaxed, Relaxed).is_ok();
    let slot = slots.iter().find(taken).or_else(|| slots.iter().find(free))?;
    if slot[TABLE].load(Relaxed) != table {
        // Another life of the extension: nothing that is known holds.
        [POSITION, LIKENESS, XMIN, AT].iter().for_each(|w| slot[*w].store(0, Relaxed));
        slot[TABLE].store(table, Release);
    }
    slot[WORKER].store(pg::process_id().unsigned_abs().into(), Release);
    Some(Slot(slot))
}

/// Databases in which a reader waits for an answer.
pub fn waiting() -> Vec<u32> {
    let slots = SLOTS.get().into_iter().flatten();
    slots
        .filter(|s| s[ASKED].load(Relaxed) > s[ANSWERED].load(Relaxed))
        .map(|s| s[DATABASE].load(Relaxed) as u32)
        .collect()
}

impl Slot {
    /// Draws a ticket and wakes the worker.
    pub fn ask(&self) -> u64 {
        let ticket = self.0[ASKED].fetch_add(1, Release) + 1;
        self.0[ASKED_AT].store(pg::clock_micros() as u64, Relaxed);
        self.wake();
        ticket
    }

    /// Wakes the worker, or the launcher where there is none.
    pub fn wake(&self) {
        let pid = self.0[WORKER].load(Acquire) as i32;
        if pid != 0 && pg::worker::alive(pid) {
            pg::worker::wake(pid);
        } else {
            pg::worker::wake_launcher();
        }
    }

    /// The worker leaves.
    pub fn leave(&self) {
        self.0[WORKER].store(0, Release);
    }

    /// The last ticket that was drawn, and when, in microseconds since the Unix epoch.
    pub fn asked(&self) -> (u64, u64) {
        (self.0[ASKED].load(Acquire), self.0[ASKED_AT].load(Relaxed))
    }

    /// The last ticket that was answered.
    pub fn answered(&self) -> u64 {
        self.0[ANSWERED].load(Acquire)
    }

    /// Everything up to `position` is entered, and every ticket up to this one is answered.
    pub fn answer(&self, position: &Position, ticket: u64) {
        self.0[LIKENESS].store(position.likeness, Release);
        self.0[XMIN].store(position.xmin, Relaxed);
        self.0[AT].store(position.at, Relaxed);
        self.0[POSITION].store(position.replayed, Release);
        self.0[ANSWERED].store(ticket, Release);
    }

    pub fn position(&self) -> Position {
        Position {
            replayed: self.0[POSITION].load(Acquire),
            likeness: self.0[LIKENESS].load(Acquire),
            xmin: self.0[XMIN].load(Relaxed),
            at: self.0[AT].load(Relaxed),
        }
    }

    pub fn add(&self, counter: Counter, n: u64) {
        self.0[COUNTERS + counter as usize].fetch_add(n, Relaxed);
    }

    pub fn count(&self, counter: Counter) -> u64 {
        self.0[COUNTERS + counter as usize].load(Relaxed)
    }
}

//! Runs of consolidation that somebody asked for, on their way to the worker: a table in shared memory.
//!
//! Whoever waits for the outcome holds the entry until it is there. A worker that ends in between leaves entries that name it; those who
//! wait ask again. A crash of the server forgets all of them, with those who wait.

use super::answers::space_words;
use super::board;
use crate::pg::shmem::{SharedArea, register_area};
use crate::pg::{self, worker};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const REQUESTS: usize = 64;
const WORDS: usize = 6;
const STATE: usize = 0;
const PID: usize = 1;
const DATABASE: usize = 2;
const SPACE: usize = 3;
const WAITS: usize = 4;
const WORKER: usize = 5;

const FREE: u64 = 0;
const HELD: u64 = 1;
const ASKED: u64 = 2;
const TAKEN: u64 = 3;

/// What has become of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Outcome {
    /// It was completed.
    Completed = 4,
    /// It was tried, and failed.
    Failed = 5,
    /// There was nothing new.
    Skipped = 6,
}

type Request = [AtomicU64; WORDS];

static REQUESTED: SharedArea<[Request; REQUESTS]> = SharedArea::new(c"engram runs asked for");

/// Asks for the shared memory of this module.
pub fn init() {
    register_area(&REQUESTED);
}

fn me() -> u64 {
    u64::from(pg::process_id().unsigned_abs())
}

fn lives(pid: u64) -> bool {
    pid != 0 && worker::alive(pid as i32)
}

/// Forgets what was asked for in databases that are gone.
pub fn keep_databases(keep: impl Fn(u32) -> bool) {
    for request in REQUESTED.get().into_iter().flatten() {
        if request[STATE].load(Relaxed) == ASKED && !keep(request[DATABASE].load(Relaxed) as u32) {
            let _ = request[STATE].compare_exchange(ASKED, FREE, Relaxed, Relaxed);
        }
    }
}

/// A request of this session, given up when it is dropped.
pub struct Ticket(&'static Request);

/// Asks for a run in a space of this database; in all of them without a name. None when too many are asked for.
fn put(space: Option<&str>, waits: bool) -> Option<&'static Request> {
    let requested = REQUESTED.get()?;
    let request = requested.iter().find(|r| {
        let state = r[STATE].load(Relaxed);
        // Its session has ended without a word, or it was left for a worker that never came to answer it.
        let left = state != FREE && r[WAITS].load(Relaxed) > 0 && !lives(r[PID].load(Relaxed));
        (state == FREE || left) && r[STATE].compare_exchange(state, HELD, Relaxed, Relaxed).is_ok()
    })?;
    request[PID].store(me(), Relaxed);
    request[DATABASE].store(pg::database_oid().to_u32().into(), Relaxed);
    request[SPACE].store(space.and_then(space_words).map_or(0, |words| words[0]), Relaxed);
    request[WAITS].store(waits.into(), Relaxed);
    request[WORKER].store(0, Relaxed);
    request[STATE].store(ASKED, Relaxed);
    board::ask();
    Some(request)
}

/// Asks for a run and does not wait; false when too many are asked for.
pub fn ask(space: Option<&str>) -> bool {
    put(space, false).is_some()
}

/// Asks for a run whose outcome this session waits for.
pub fn ask_and_wait(space: Option<&str>) -> Option<Ticket> {
    put(space, true).map(Ticket)
}

impl Ticket {
    /// The outcome, once it is there. A worker that ended in between is asked again.
    pub fn outcome(&self) -> Option<Outcome> {
        let state = self.0[STATE].load(Relaxed);
        if state == TAKEN && !lives(self.0[WORKER].load(Relaxed)) {
            if self.0[STATE].compare_exchange(TAKEN, ASKED, Relaxed, Relaxed).is_ok() {
                board::ask();
            }
            return None;
        }
        [Outcome::Completed, Outcome::Failed, Outcome::Skipped].into_iter().find(|o| *o as u64 == state)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0[WAITS].store(0, Relaxed);
        self.0[STATE].store(FREE, Relaxed);
    }
}

/// A request that this worker has taken.
#[derive(Debug)]
pub struct Taken {
    at: usize,
    /// What stands for the name of the space; 0 is all.
    space: u64,
    pid: u64,
}

impl Taken {
    /// Whether it is for a space.
    pub fn is_for(&self, space: &str) -> bool {
        self.space == 0 || space_words(space).is_some_and(|words| words[0] == self.space)
    }

    /// Whether it is for every space of the database.
    pub fn is_for_all(&self) -> bool {
        self.space == 0
    }

    /// Says what has become of it.
    pub fn answer(&self, outcome: Outcome) {
        let Some(request) = REQUESTED.get().map(|all| &all[self.at]) else { return };
        // Given up meanwhile, and perhaps in use for another one.
        if request[PID].load(Relaxed) != self.pid || request[WORKER].load(Relaxed) != me() {
            return;
        }
        let end = if request[WAITS].load(Relaxed) > 0 { outcome as u64 } else { FREE };
        let _ = request[STATE].compare_exchange(TAKEN, end, Relaxed, Relaxed);
        worker::wake(self.pid as i32);
    }
}

/// Takes what is asked for in this database.
pub fn take() -> Vec<Taken> {
    let database = u64::from(pg::database_oid().to_u32());
    let all = REQUESTED.get().into_iter().flatten().enumerate();
    all.filter(|(_, r)| r[DATABASE].load(Relaxed) == database)
        .filter(|(_, r)| {
            let state = r[STATE].load(Relaxed);
            let orphaned = state == TAKEN && !lives(r[WORKER].load(Relaxed));
            // Named before it is taken, so that nobody takes it for an orphan.
            let mine = state == ASKED || orphaned;
            if mine {
                r[WORKER].store(me(), Relaxed);
            }
            mine && r[STATE].compare_exchange(state, TAKEN, Relaxed, Relaxed).is_ok()
        })
        .map(|(at, r)| Taken { at, space: r[SPACE].load(Relaxed), pid: r[PID].load(Relaxed) })
        .collect()
}

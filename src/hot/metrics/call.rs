//! One call of a function: how long it took, what it did, how it ended.

use super::spaces::{self, Counts};
use super::totals::{Total, add};
use super::{OPERATIONS, Operation, clear, is_on};
use crate::pg::shmem::{SharedArea, register_area};
use engram_engine::spread::Spread;
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// Upper bounds of the buckets of durations, in seconds. Closest together where recalls are, the last far beyond any limit.
pub const BOUNDS: [f64; 12] = [50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 100e-3, 1.0, 10.0];
/// The same in nanoseconds.
const BOUNDS_NS: [u64; BOUNDS.len()] = {
    let mut ns = [0; BOUNDS.len()];
    let mut i = 0;
    while i < ns.len() {
        ns[i] = (BOUNDS[i] * 1e9) as u64;
        i += 1;
    }
    ns
};

/// Classes of SQLSTATE that are told apart; the last stands for the others.
pub const CLASSES: [&str; 15] =
    ["0A", "08", "22", "23", "25", "39", "40", "42", "53", "54", "55", "57", "58", "XX", "other"];

const BUCKETS: usize = BOUNDS.len() + 1;
const SUM: usize = BUCKETS;
const ERRORS: usize = SUM + 1;
const WORDS: usize = ERRORS + CLASSES.len();

static CALLS: SharedArea<[[AtomicU64; WORDS]; OPERATIONS]> = SharedArea::new(c"engram metrics calls");

/// What a call has done so far.
#[derive(Clone, Copy, Default)]
struct Work {
    edges: u64,
    limit_hits: u64,
}

thread_local! {
    static WORK: Cell<Work> = const { Cell::new(Work { edges: 0, limit_hits: 0 }) };
}

/// Asks for the shared memory.
pub fn init() {
    register_area(&CALLS);
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With so many rows.
    Rows(u64),
    /// With an error of a class of SQLSTATE.
    Error([u8; 2]),
}

/// A call under way.
pub struct Call {
    operation: Operation,
    begun: Instant,
    /// Of the call that this one is within, of a function in a policy say.
    outer: Work,
}

impl Call {
    /// Begins a call; none when nothing is counted.
    #[inline]
    pub fn begin(operation: Operation) -> Option<Call> {
        is_on().then(|| Call { operation, begun: Instant::now(), outer: WORK.take() })
    }

    /// Counts it. Of calls that concern several spaces, none is given.
    pub fn end(self, space: Option<&str>, outcome: Outcome) {
        let nanos = u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let work = WORK.replace(self.outer);
        let Some(calls) = CALLS.get() else { return };
        let words = &calls[self.operation as usize];
        let bucket = BOUNDS_NS.iter().position(|bound| nanos <= *bound).unwrap_or(BOUNDS.len());
        words[bucket].fetch_add(1, Relaxed);
        words[SUM].fetch_add(nanos, Relaxed);
        let mut counts =
            Counts { calls: 1, edges: work.edges, limit_hits: work.limit_hits, nanos, ..Counts::default() };
        match outcome {
            Outcome::Rows(rows) => counts.rows = rows,
            Outcome::Error(class) => {
                counts.failures = 1;
                words[ERRORS + place_of(class)].fetch_add(1, Relaxed);
            }
        }
        // A name that only failed calls know may be anything, and gets no place of its own.
        spaces::count(self.operation, space, &counts, counts.failures == 0);
    }
}

fn place_of(sqlstate_class: [u8; 2]) -> usize {
    CLASSES.iter().position(|class| class.as_bytes() == sqlstate_class).unwrap_or(CLASSES.len() - 1)
}

/// Counts a spread, for itself and for the call that it is part of.
pub fn spread(spread: &Spread) {
    if !is_on() {
        return;
    }
    add(Total::Spreads, 1);
    add(Total::Activations, spread.received.len() as u64);
    add(Total::Edges, spread.edges);
    add(Total::Hops, spread.received.iter().map(|r| r.hops).max().unwrap_or(0).into());
    add(Total::Cut, spread.limited.into());
    let mut work = WORK.get();
    work.edges += spread.edges;
    work.limit_hits += u64::from(spread.limited);
    WORK.set(work);
}

/// Counts a limit of time or memory that ended a recall early.
pub fn limit(total: Total) {
    add(total, 1);
    let mut work = WORK.get();
    work.limit_hits += 1;
    WORK.set(work);
}

/// All calls of an operation.
pub struct Durations {
    pub operation: Operation,
    /// Calls in each bucket, the last being those above all bounds.
    pub buckets: [u64; BUCKETS],
    pub seconds: f64,
    /// As [`CLASSES`].
    pub errors: [u64; CLASSES.len()],
}

/// All calls, by operation.
pub fn all() -> Vec<Durations> {
    let Some(calls) = CALLS.get() else { return Vec::new() };
    let one = |operation: Operation| {
        let words = &calls[operation as usize];
        Durations {
            operation,
            buckets: std::array::from_fn(|i| words[i].load(Relaxed)),
            seconds: words[SUM].load(Relaxed) as f64 / 1e9,
            errors: std::array::from_fn(|i| words[ERRORS + i].load(Relaxed)),
        }
    };
    Operation::ALL.into_iter().map(one).collect()
}

/// Sets all of it to zero.
pub fn reset() {
    clear(CALLS.get().into_iter().flatten().flatten());
}

//! What is counted of the calls of functions and of the hot tier, in shared memory, from the start of the server or the last reset.
//!
//! # Lock rules
//! Words are atomic and each stands for itself: nothing here is locked, allocates in shared memory or waits. Who counts adds; who reads
//! may see a call in one word and not yet in the next. Choosing the spaces that are shown apart ([`spaces`]) is done by whoever finds
//! nobody else at it, and left out otherwise.
//!
//! # On failure
//! Without `shared_preload_libraries` nothing is counted. A crash that restarts the server takes the counts with it, as it does the
//! server's own.

pub mod call;
pub mod pending;
pub mod spaces;
pub mod totals;

pub use call::{Call, Outcome, spread};
pub use totals::{Total, add};

use crate::guc;
use crate::pg;
use crate::pg::shmem::{SharedArea, register_area};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

/// What callers ask for; one call counts once, whatever it does inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Remember,
    Recall,
    Spread,
    Forget,
    Associate,
    Complete,
    Imagine,
    Predict,
    Consolidate,
    Query,
    /// What says something of memories and is no use of them: explanations, the feeling of knowing, confidence of an answer.
    Explain,
    /// What changes what is stored: corrections, replacements, evidence, feedback.
    Update,
}

/// Number of operations.
pub const OPERATIONS: usize = 12;

impl Operation {
    pub const ALL: [Operation; OPERATIONS] = [
        Operation::Remember,
        Operation::Recall,
        Operation::Spread,
        Operation::Forget,
        Operation::Associate,
        Operation::Complete,
        Operation::Imagine,
        Operation::Predict,
        Operation::Consolidate,
        Operation::Query,
        Operation::Explain,
        Operation::Update,
    ];

    /// As the label has it.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Remember => "remember",
            Operation::Recall => "recall",
            Operation::Spread => "spread",
            Operation::Forget => "forget",
            Operation::Associate => "associate",
            Operation::Complete => "complete",
            Operation::Imagine => "imagine",
            Operation::Predict => "predict",
            Operation::Consolidate => "consolidate",
            Operation::Query => "query",
            Operation::Explain => "explain",
            Operation::Update => "update",
        }
    }
}

/// When the counts began, microseconds since the Unix epoch; 0 for the start of the server.
static SINCE: SharedArea<AtomicI64> = SharedArea::new(c"engram metrics since");

/// Asks for the shared memory.
pub fn init() {
    register_area(&SINCE);
    totals::init();
    call::init();
    spaces::init();
    pending::init();
}

/// Whether this session counts: `engram.metrics`, where there is shared memory.
#[inline]
pub fn is_on() -> bool {
    SINCE.get().is_some() && guc::metrics()
}

/// When everything was last set to zero; none since the start of the server.
pub fn reset_at() -> Option<i64> {
    SINCE.get().map(|since| since.load(Relaxed)).filter(|at| *at != 0)
}

/// Sets every counter of this module to zero. What is counted at the same moment may be kept or lost.
pub fn reset() {
    totals::reset();
    call::reset();
    spaces::reset();
    if let Some(since) = SINCE.get() {
        since.store(pg::clock_micros(), Relaxed);
    }
}

/// Sets words to zero.
fn clear<'a>(words: impl IntoIterator<Item = &'a AtomicU64>) {
    words.into_iter().for_each(|word| word.store(0, Relaxed));
}

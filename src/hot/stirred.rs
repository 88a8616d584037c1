//! Which spaces have changed since consolidation looked at them: counters in shared memory, on which spaces are hashed.
//!
//! A trigger notes the space of each row, the end of the transaction counts. Two spaces on one counter, and a rollback to a savepoint,
//! cost a look in vain. What nobody counts, such as the commit of a prepared transaction, is found by the look that is made anyhow.

use super::answers::space_words;
use super::board;
use crate::pg::shmem::{SharedArea, register_area};
use crate::pg::{self, xact, xact::Event};
use std::cell::RefCell;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, SeqCst},
};

const COUNTERS: usize = 4096;

static COUNTS: SharedArea<[AtomicU64; COUNTERS]> = SharedArea::new(c"engram changes to consolidate");
/// What the counters were when consolidation last looked.
static SEEN: SharedArea<[AtomicU64; COUNTERS]> = SharedArea::new(c"engram changes consolidated");
/// When the first commit after that came, in microseconds.
static SINCE: SharedArea<[AtomicU64; COUNTERS]> = SharedArea::new(c"engram changes waiting since");

#[derive(Default)]
struct Touched {
    /// The space of the last row, so that a row of the same space costs a comparison.
    last: String,
    counters: Vec<usize>,
    /// The commit asks for a look at once.
    asks: bool,
}

thread_local! {
    static TOUCHED: RefCell<Touched> = RefCell::default();
}

/// Asks for the shared memory of this module, and registers its callback.
pub fn init() {
    register_area(&COUNTS);
    register_area(&SEEN);
    register_area(&SINCE);
    xact::on_xact(|event| match event {
        Event::PreCommit | Event::PrePrepare => {}
        Event::Commit | Event::Prepare => count(),
        Event::Abort => forget(),
    });
}

fn counter(space: &str) -> Option<usize> {
    space_words(space).map(counter_of)
}

fn counter_of([name, table]: [u64; 2]) -> usize {
    (name ^ table.rotate_left(32)) as usize % COUNTERS
}

/// The transaction changes memories of a space.
pub fn note(space: &str) {
    TOUCHED.with_borrow_mut(|touched| {
        if touched.last == space && !touched.counters.is_empty() {
            return;
        }
        touched.last.clear();
        touched.last.push_str(space);
        if let Some(counter) = counter(space).filter(|c| !touched.counters.contains(c)) {
            touched.counters.push(counter);
        }
    });
}

/// The transaction changes what decides about the next runs: its commit has the consolidator look at once.
pub fn ask_at_commit() {
    TOUCHED.with_borrow_mut(|touched| touched.asks = true);
}

fn forget() {
    TOUCHED.with_borrow_mut(|touched| {
        touched.counters.clear();
        touched.asks = false;
    });
}

fn count() {
    let (any, asks) = TOUCHED.with_borrow_mut(|touched| {
        if let (Some(counts), Some(seen), Some(since)) = (COUNTS.get(), SEEN.get(), SINCE.get()) {
            for counter in touched.counters.iter().copied() {
                // With what `saw` does, in one order: one of the two notices that the other was there first.
                if counts[counter].fetch_add(1, SeqCst) == seen[counter].load(SeqCst) {
                    since[counter].store(pg::clock_micros().unsigned_abs(), Relaxed);
                }
            }
        }
        let any = !touched.counters.is_empty();
        touched.counters.clear();
        (any, std::mem::take(&mut touched.asks))
    });
    if any {
        board::stir();
    }
    if asks {
        board::ask();
    }
}

/// A number that differs after each commit that changed memories of the space.
pub fn level(space: &str) -> u64 {
    COUNTS.get().zip(counter(space)).map_or(0, |(counts, counter)| counts[counter].load(Relaxed))
}

/// Consolidation has seen what happened in a space until [`level`] was this, `at` microseconds since the Unix epoch. What came while it ran
/// has waited since then at the longest.
pub fn saw(space: &str, level: u64, at: i64) {
    let (Some(counts), Some(seen), Some(since)) = (COUNTS.get(), SEEN.get(), SINCE.get()) else { return };
    let Some(counter) = counter(space) else { return };
    seen[counter].store(level, SeqCst);
    if counts[counter].load(SeqCst) != level {
        since[counter].fetch_max(at.unsigned_abs(), Relaxed);
    }
}

/// When the first commit came that consolidation has not seen, in microseconds since the Unix epoch; none where none is known of.
pub fn waiting_since(space: &str) -> Option<i64> {
    space_words(space).and_then(waiting_since_of)
}

/// As [`waiting_since`], for what stands for a space ([`consolidated::words`](super::consolidated::words)).
pub fn waiting_since_of(words: [u64; 2]) -> Option<i64> {
    let counter = counter_of(words);
    let at = |area: &'static SharedArea<[AtomicU64; COUNTERS]>| Some(area.get()?[counter].load(Relaxed));
    let since = at(&SINCE)?;
    (at(&COUNTS)? != at(&SEEN)? && since > 0).then_some(since as i64)
}

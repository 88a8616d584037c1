//! Which spaces have changed since consolidation looked at them: counters in shared memory, on which spaces are hashed.
//!
//! A trigger notes the space of each row, the end of the transaction counts. Two spaces on one counter, and a rollback to a savepoint,
//! cost a look in vain. What nobody counts, such as the commit of a prepared transaction, is found by the look that is made anyhow.

use super::answers::space_words;
use super::board;
use crate::pg::shmem::{SharedArea, register_area};
use crate::pg::xact::{self, Event};
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const COUNTERS: usize = 4096;

static COUNTS: SharedArea<[AtomicU64; COUNTERS]> = SharedArea::new(c"engram changes to consolidate");

#[derive(Default)]
struct Touched {
    /// The space of the last row, so that a row of the same space costs a comparison.
    last: String,
    counters: Vec<usize>,
}

thread_local! {
    static TOUCHED: RefCell<Touched> = RefCell::default();
}

/// Asks for the shared memory of this module, and registers its callback.
pub fn init() {
    register_area(&COUNTS);
    xact::on_xact(|event| match event {
        Event::PreCommit | Event::PrePrepare => {}
        Event::Commit | Event::Prepare => count(),
        Event::Abort => forget(),
    });
}

fn counter(space: &str) -> Option<usize> {
    let [name, table] = space_words(space)?;
    Some((name ^ table.rotate_left(32)) as usize % COUNTERS)
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

fn forget() {
    TOUCHED.with_borrow_mut(|touched| touched.counters.clear());
}

fn count() {
    let any = TOUCHED.with_borrow_mut(|touched| {
        let counts = COUNTS.get();
        for counter in touched.counters.iter().filter(|_| counts.is_some()) {
            if let Some(counts) = counts {
                counts[*counter].fetch_add(1, Relaxed);
            }
        }
        !std::mem::take(&mut touched.counters).is_empty()
    });
    if any {
        board::stir();
    }
}

/// A number that differs after each commit that changed memories of the space.
pub fn level(space: &str) -> u64 {
    COUNTS.get().zip(counter(space)).map_or(0, |(counts, counter)| counts[counter].load(Relaxed))
}

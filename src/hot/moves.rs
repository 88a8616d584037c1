//! How many memories have moved between the tiers, in all databases since the server started.

use crate::pg::shmem::{SharedArea, register_area};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static TO_COLD: SharedArea<AtomicU64> = SharedArea::new(c"engram moves to cold");
static FROM_COLD: SharedArea<AtomicU64> = SharedArea::new(c"engram moves from cold");

/// Asks for the shared memory of this module.
pub fn init() {
    register_area(&TO_COLD);
    register_area(&FROM_COLD);
}

/// Counts memories that moved to the cold tier.
pub fn count_to_cold(memories: u64) {
    add(&TO_COLD, memories);
}

/// Counts memories that came back from it.
pub fn count_from_cold(memories: u64) {
    add(&FROM_COLD, memories);
}

fn add(counter: &'static SharedArea<AtomicU64>, memories: u64) {
    if let Some(counter) = counter.get() {
        counter.fetch_add(memories, Relaxed);
    }
}

/// Counts them from zero again.
pub fn reset() {
    [TO_COLD.get(), FROM_COLD.get()].into_iter().flatten().for_each(|counter| counter.store(0, Relaxed));
}

/// Each kind of move with its number; none without `shared_preload_libraries`.
pub fn all() -> Vec<(&'static str, u64)> {
    let counts = [("to cold", TO_COLD.get()), ("from cold", FROM_COLD.get())];
    counts.into_iter().filter_map(|(name, counter)| Some((name, counter?.load(Relaxed)))).collect()
}

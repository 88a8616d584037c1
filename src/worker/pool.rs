//! How the pool is used, in shared memory: what waits for a place in it, and how often something waited too long.

use super::slots::{self, Kind};
use crate::guc;
use crate::pg::shmem::{SharedArea, register_area};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Between two warnings.
const QUIET: Duration = Duration::from_secs(60);

const WORDS: usize = 4;
/// Visits that are due and have no worker.
const WAITING: usize = 0;
/// How long the first of them has waited, in microseconds.
const LONGEST: usize = 1;
/// Visits that waited longer than the time between two of them.
const STARVED: usize = 2;
/// Warnings given.
const WARNINGS: usize = 3;

static POOL: SharedArea<[AtomicU64; WORDS]> = SharedArea::new(c"engram worker pool");

/// Asks for the shared memory of this module.
pub fn init() {
    register_area(&POOL);
}

/// A visit that is due and finds no room.
pub struct Waiting {
    pub database: String,
    pub kind: Kind,
    pub since: Instant,
    /// It has been counted before.
    pub told: bool,
}

/// How long a visit may wait: the time between two of them.
pub fn patience(kind: Kind) -> Duration {
    if kind == Kind::Consolidator { guc::consolidation_interval() } else { guc::maintenance_interval() }
}

/// Notes what waits, and warns of what waits too long, once a minute at most. Returns which have been counted.
pub fn note(waiting: &[Waiting], warned: &mut Option<Instant>) -> Vec<bool> {
    let starved = |w: &Waiting| w.since.elapsed() > patience(w.kind);
    let longest = waiting.iter().map(|w| w.since.elapsed()).max().unwrap_or_default();
    if let Some(pool) = POOL.get() {
        pool[WAITING].store(waiting.len() as u64, Relaxed);
        pool[LONGEST].store(longest.as_micros().min(u128::from(u64::MAX)) as u64, Relaxed);
        pool[STARVED].fetch_add(waiting.iter().filter(|w| starved(w) && !w.told).count() as u64, Relaxed);
    }
    waiting.iter().filter(|w| starved(w) && !w.told).for_each(|w| slots::count_starved(w.kind));
    let first = waiting.iter().filter(|w| starved(w)).max_by_key(|w| w.since.elapsed());
    if let Some(first) = first.filter(|_| warned.is_none_or(|last| last.elapsed() >= QUIET)) {
        *warned = Some(Instant::now());
        if let Some(pool) = POOL.get() {
            pool[WARNINGS].fetch_add(1, Relaxed);
        }
        let waited = first.since.elapsed().as_secs();
        let what = if first.kind == Kind::Consolidator { "consolidation" } else { "maintenance" };
        pgrx::warning!(
            "engram: {what} of database \"{}\" has waited {waited} s for a worker; raise engram.max_workers or \
             max_worker_processes",
            first.database
        );
    }
    waiting.iter().map(|w| w.told || starved(w)).collect()
}

/// The pool as `engram.stat_worker_pool` shows it.
pub struct Shown {
    pub workers: i64,
    pub most: i64,
    pub waiting: i64,
    pub longest_wait_seconds: f64,
    pub starved: i64,
    pub warnings: i64,
}

/// How the pool is used now.
pub fn shown() -> Shown {
    let word = |i: usize| POOL.get().map_or(0, |pool| pool[i].load(Relaxed));
    Shown {
        workers: slots::workers() as i64,
        most: guc::max_workers() as i64,
        waiting: word(WAITING) as i64,
        longest_wait_seconds: word(LONGEST) as f64 / 1e6,
        starved: word(STARVED) as i64,
        warnings: word(WARNINGS) as i64,
    }
}

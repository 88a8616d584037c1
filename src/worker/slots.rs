//! What each worker is doing, in shared memory: numbers and a short text, all atomics, read without locks.
//!
//! A worker takes a free slot when it starts and clears it when it ends. Counters of a slot belong to the worker that
//! holds it. A reader may see a slot change under it; it only shows it to people.

use crate::pg::shmem::{SharedArea, register_area};
use crate::pg::{self, worker};
use pgrx::datum::TimestampWithTimeZone;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Launcher and workers at most.
pub const MOST: usize = 17;
const WORDS: usize = 32;
const PID: usize = 0;
const KIND: usize = 1;
const DATABASE: usize = 2;
const STATE: usize = 3;
const STARTED: usize = 4;
const LAST_RUN: usize = 5;
const RUNS: usize = 6;
const FAILURES: usize = 7;
const BEAT: usize = 8;
const ERROR: usize = 9;
const ERROR_BYTES: usize = (WORDS - ERROR) * 8;

/// What a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u64)]
pub enum Kind {
    Launcher = 1,
    Maintenance = 2,
    Consolidator = 3,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Launcher, Kind::Maintenance, Kind::Consolidator];

    /// As views have it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Launcher => "launcher",
            Kind::Maintenance => "maintenance",
            Kind::Consolidator => "consolidator",
        }
    }
}

/// What it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Doing {
    Idle = 0,
    Loading = 1,
    Settling = 2,
    Learning = 3,
    Moving = 4,
    Forgetting = 5,
    Writing = 9,
    Following = 6,
    Announcing = 10,
    Consolidating = 11,
}

static SLOTS: SharedArea<[[AtomicU64; WORDS]; MOST]> = SharedArea::new(c"engram workers");

/// Of each kind, since the server started: what outlives the process that did it.
static TOTALS: SharedArea<[[AtomicU64; TOTAL_WORDS]; KINDS]> = SharedArea::new(c"engram worker totals");
/// Kinds of processes that there is room for.
const KINDS: usize = 4;
const TOTAL_WORDS: usize = 7;
const STARTS: usize = 0;
const RESTARTS: usize = 1;
const ALL_RUNS: usize = 2;
const ALL_FAILURES: usize = 3;
const LAST_BEAT: usize = 4;
/// Whether the last run failed: whoever starts next starts again.
const FAILED: usize = 5;
/// Visits that waited too long for a place in the pool.
const STARVED: usize = 6;

/// Whether a database waits for a worker because the pool is full.
static CROWDED: SharedArea<AtomicBool> = SharedArea::new(c"engram crowd");

thread_local! {
    static MINE: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Asks for the shared memory of this module.
pub fn init() {
    register_area(&SLOTS);
    register_area(&TOTALS);
    register_area(&CROWDED);
}

fn slot(i: usize) -> Option<&'static [AtomicU64; WORDS]> {
    SLOTS.get()?.get(i)
}

fn mine() -> Option<&'static [AtomicU64; WORDS]> {
    slot(MINE.get()?)
}

/// Takes a slot for this process; false when all are taken.
pub fn take(kind: Kind, database: u32) -> bool {
    let me = pg::process_id().unsigned_abs().into();
    let Some(slots) = SLOTS.get() else { return false };
    let free = slots.iter().position(|s| {
        let held = s[PID].load(Relaxed);
        let gone = held != 0 && !worker::alive(held as i32);
        (held == 0 || gone) && s[PID].compare_exchange(held, me, Relaxed, Relaxed).is_ok()
    });
    let Some(i) = free else { return false };
    slots[i][1..].iter().for_each(|w| w.store(0, Relaxed));
    slots[i][KIND].store(kind as u64, Relaxed);
    slots[i][DATABASE].store(database.into(), Relaxed);
    slots[i][STARTED].store(pg::clock_micros() as u64, Relaxed);
    MINE.set(Some(i));
    worker::on_exit(leave);
    // A load and a run are long.
    pg::at_interrupts(beat);
    if let Some(totals) = totals(kind as u64) {
        totals[STARTS].fetch_add(1, Relaxed);
        let again = kind == Kind::Launcher && totals[LAST_BEAT].load(Relaxed) != 0;
        let failed = totals[FAILED].swap(0, Relaxed) != 0;
        totals[RESTARTS].fetch_add(u64::from(again || failed), Relaxed);
    }
    beat();
    true
}

fn totals(kind: u64) -> Option<&'static [AtomicU64; TOTAL_WORDS]> {
    TOTALS.get()?.get(usize::try_from(kind.checked_sub(1)?).ok()?)
}

fn my_totals() -> Option<&'static [AtomicU64; TOTAL_WORDS]> {
    totals(mine()?[KIND].load(Relaxed))
}

/// Says that this process lives and gets on.
pub fn beat() {
    let (Some(s), Some(totals)) = (mine(), my_totals()) else { return };
    let now = pg::clock_micros() as u64;
    s[BEAT].store(now, Relaxed);
    totals[LAST_BEAT].store(now, Relaxed);
}

fn leave() {
    if let Some(s) = mine() {
        s[PID].store(0, Relaxed);
    }
}

/// Says whether a database waits for a worker.
pub fn crowd(waits: bool) {
    if let Some(crowded) = CROWDED.get() {
        crowded.store(waits, Relaxed);
    }
}

/// Whether a database waits for a worker: one that may leave should.
pub fn is_crowded() -> bool {
    CROWDED.get().is_some_and(|crowded| crowded.load(Relaxed))
}

/// Says what this process does now.
pub fn doing(doing: Doing) {
    if let Some(s) = mine() {
        s[STATE].store(doing as u64, Relaxed);
    }
    beat();
}

/// Counts a run, and why it failed if it did.
pub fn ran(outcome: Result<(), &str>) {
    let Some(s) = mine() else { return };
    s[LAST_RUN].store(pg::clock_micros() as u64, Relaxed);
    s[RUNS].fetch_add(1, Relaxed);
    if let Some(totals) = my_totals() {
        totals[ALL_RUNS].fetch_add(1, Relaxed);
        totals[ALL_FAILURES].fetch_add(u64::from(outcome.is_err()), Relaxed);
        totals[FAILED].store(u64::from(outcome.is_err()), Relaxed);
    }
    beat();
    if let Err(message) = outcome {
        s[FAILURES].fetch_add(1, Relaxed);
        let mut bytes = [0u8; ERROR_BYTES];
        let n = (0..=ERROR_BYTES.min(message.len())).rev().find(|&n| message.is_char_boundary(n)).unwrap_or(0);
        bytes[..n].copy_from_slice(&message.as_bytes()[..n]);
        for (word, chunk) in s[ERROR..].iter().zip(bytes.chunks_exact(8)) {
            word.store(u64::from_ne_bytes(chunk.try_into().expect("eight bytes")), Relaxed);
        }
    }
}

/// Process ids of workers in a database.
pub fn in_database(database: u32) -> Vec<i32> {
    [Kind::Maintenance, Kind::Consolidator].into_iter().flat_map(|kind| of_kind(kind, database)).collect()
}

/// Process ids of the workers of a kind in a database.
pub fn of_kind(kind: Kind, database: u32) -> Vec<i32> {
    let slots = SLOTS.get().into_iter().flatten();
    slots
        .filter(|s| s[KIND].load(Relaxed) == kind as u64 && s[DATABASE].load(Relaxed) == u64::from(database))
        .map(|s| s[PID].load(Relaxed) as i32)
        .filter(|pid| *pid != 0)
        .collect()
}

/// All processes of a kind, with what those did that are gone.
pub struct OfKind {
    pub worker: &'static str,
    pub processes: i64,
    /// Since the one that waited longest has said that it gets on. Of the launcher also when there is none.
    pub heartbeat_age_seconds: f64,
    pub starts: i64,
    pub restarts: i64,
    pub runs: i64,
    pub failures: i64,
    pub starved: i64,
}

/// Each kind, whether one of it runs or not.
pub fn by_kind() -> Vec<OfKind> {
    let now = pg::clock_micros() as u64;
    let age = |beat: u64| now.saturating_sub(beat) as f64 / 1e6;
    let one = |kind: Kind| {
        let slots = SLOTS.get().into_iter().flatten().filter(|s| s[KIND].load(Relaxed) == kind as u64);
        let live: Vec<u64> = slots
            .filter(|s| s[PID].load(Relaxed) != 0 && worker::alive(s[PID].load(Relaxed) as i32))
            .map(|s| s[BEAT].load(Relaxed))
            .collect();
        let total = |word: usize| totals(kind as u64).map_or(0, |totals| totals[word].load(Relaxed));
        let oldest = live.iter().copied().min();
        // The others leave when there is nothing to do.
        let last = Some(total(LAST_BEAT)).filter(|beat| kind == Kind::Launcher && *beat > 0);
        OfKind {
            worker: kind.name(),
            processes: live.len() as i64,
            heartbeat_age_seconds: oldest.or(last).map_or(0.0, age),
            starts: total(STARTS) as i64,
            restarts: total(RESTARTS) as i64,
            runs: total(ALL_RUNS) as i64,
            failures: total(ALL_FAILURES) as i64,
            starved: total(STARVED) as i64,
        }
    };
    Kind::ALL.into_iter().map(one).collect()
}

/// Counts a visit that has waited too long for a worker of a kind.
pub fn count_starved(kind: Kind) {
    if let Some(totals) = totals(kind as u64) {
        totals[STARVED].fetch_add(1, Relaxed);
    }
}

/// Sets to zero what is counted of each kind.
pub fn reset_totals() {
    for totals in TOTALS.get().into_iter().flatten() {
        [STARTS, RESTARTS, ALL_RUNS, ALL_FAILURES, STARVED].iter().for_each(|word| totals[*word].store(0, Relaxed));
    }
}

/// Workers that are there, without the launcher.
pub fn workers() -> usize {
    let slots = SLOTS.get().into_iter().flatten();
    let working = slots.filter(|s| s[PID].load(Relaxed) != 0 && s[KIND].load(Relaxed) != Kind::Launcher as u64);
    working.filter(|s| worker::alive(s[PID].load(Relaxed) as i32)).count()
}

/// A worker as `engram.stat_worker` shows it.
pub struct Shown {
    pub pid: i32,
    pub kind: &'static str,
    pub database: Option<String>,
    pub state: &'static str,
    pub started_at: TimestampWithTimeZone,
    pub last_run_at: Option<TimestampWithTimeZone>,
    pub runs: i64,
    pub failures: i64,
    pub last_error: Option<String>,
}

/// Every process of ours.
pub fn all() -> Vec<Shown> {
    let databases = worker::databases();
    let slots = SLOTS.get().into_iter().flatten();
    let live = slots.filter(|s| s[PID].load(Relaxed) != 0 && worker::alive(s[PID].load(Relaxed) as i32));
    live.map(|s| {
        let database = s[DATABASE].load(Relaxed);
        let bytes: Vec<u8> = s[ERROR..].iter().flat_map(|w| w.load(Relaxed).to_ne_bytes()).collect();
        let error = String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned();
        Shown {
            pid: s[PID].load(Relaxed) as i32,
            kind: Kind::ALL.into_iter().find(|kind| *kind as u64 == s[KIND].load(Relaxed)).map_or("", Kind::name),
            database: databases.iter().find(|d| u64::from(d.oid.to_u32()) == database).map(|d| d.name.clone()),
            state: match s[STATE].load(Relaxed) {
                1 => "loading",
                2 => "settling",
                3 => "learning",
                4 => "moving",
                5 => "forgetting",
                9 => "writing",
                6 => "following",
                10 => "announcing",
                11 => "consolidating",
                _ => "idle",
            },
            started_at: time(s[STARTED].load(Relaxed)).unwrap_or_else(TimestampWithTimeZone::negative_infinity),
            last_run_at: time(s[LAST_RUN].load(Relaxed)),
            runs: s[RUNS].load(Relaxed) as i64,
            failures: s[FAILURES].load(Relaxed) as i64,
            last_error: (!error.is_empty()).then_some(error),
        }
    })
    .collect()
}

fn time(micros: u64) -> Option<TimestampWithTimeZone> {
    let since_2000 = (micros as i64).checked_sub(pg::POSTGRES_EPOCH_MICROS)?;
    (micros != 0).then(|| TimestampWithTimeZone::try_from(since_2000).ok()).flatten()
}

//! Uses of memories by recalls, on their way to engram.trace: in the backend until its transaction commits, then in shared memory until
//! the maintenance worker of the database has written them.
//!
//! Shared memory has a fixed number of places and no lock. A place is free, being written, full, or taken by a transaction that writes its
//! use to the table. Such a transaction frees its places when it has committed, and hands them back when it is rolled back: so nothing
//! counts twice, whatever ends it. A crash takes shared memory and the uses with it. A use that finds no place is lost, and counted.

use super::answers::{bytes, space_words, words};
use crate::crash::{self, Point};
use crate::pg::shmem::{SharedArea, register_area};
use crate::pg::xact::{self, Event, SubEvent};
use crate::{guc, pg};
use rustc_hash::FxHashSet;
use std::cell::RefCell;
use std::sync::atomic::{
    AtomicI64, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::time::Duration;

const PLACES: usize = 8192;
/// Places that a use looks at before it counts as lost.
const PROBES: usize = 64;
/// Uses that a backend keeps until its transaction commits; with more, they go to shared memory before.
const MOST_KEPT: usize = 1024;

const WORDS: usize = 8;
const STATE: usize = 0;
/// Two words that stand for database, table and space.
const SPACE: usize = 1;
/// Two words of the memory id.
const ID: usize = 3;
/// Time of the use as the model has it, and as the clock has it. Microseconds since the Unix epoch.
const AT: usize = 5;
const NOTED: usize = 6;
/// Bits of an `f32`.
const WEIGHT: usize = 7;

const FREE: u64 = 0;
const WRITING: u64 = 1;
const FULL: u64 = 2;
const TAKEN: u64 = 3;

type Entry = [AtomicU64; WORDS];

static RING: SharedArea<[Entry; PLACES]> = SharedArea::new(c"engram uses");
/// Where the next use looks for a place.
static NEXT: SharedArea<AtomicU64> = SharedArea::new(c"engram uses next");
static COUNTS: SharedArea<[AtomicI64; COUNTERS]> = SharedArea::new(c"engram uses counts");

/// What is counted since the server started.
#[derive(Clone, Copy, Debug)]
pub enum Count {
    /// In shared memory now.
    Pending,
    Noted,
    Flushed,
    /// The memory was deleted before.
    Gone,
    Lost,
    Batches,
    /// When the last batch committed, microseconds since the Unix epoch.
    LastFlush,
}
const COUNTERS: usize = 7;

/// A use of a memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Use {
    pub id: [u8; 16],
    /// Microseconds since the Unix epoch.
    pub at: i64,
    pub weight: f32,
}

/// A use of a transaction that is under way.
struct Kept {
    space: [u64; 2],
    noted: i64,
    used: Use,
}

/// A place that this transaction has taken.
struct Taken {
    place: usize,
    subxact: u32,
    outcome: Count,
}

thread_local! {
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
    static TAKEN_HERE: RefCell<Vec<Taken>> = const { RefCell::new(Vec::new()) };
}

/// Asks for the shared memory of this module, and for calls at the end of transactions.
pub fn init() {
    register_area(&RING);
    register_area(&NEXT);
    register_area(&COUNTS);
    xact::on_xact(|event| match event {
        Event::PreCommit | Event::PrePrepare => {}
        Event::Commit | Event::Prepare => {
            enter_kept();
            settle(true, |_| true);
        }
        Event::Abort => {
            KEPT.with_borrow_mut(Vec::clear);
            settle(false, |_| true);
        }
    });
    xact::on_subxact(|event, my, parent| match event {
        SubEvent::Start => {}
        SubEvent::Commit => TAKEN_HERE.with_borrow_mut(|all| {
            all.iter_mut().filter(|t| t.subxact == my).for_each(|t| t.subxact = parent);
        }),
        SubEvent::Abort => settle(false, |t| t.subxact == my),
    });
}

/// Whether uses that are noted get to the table: somebody has to bring them there.
pub fn is_possible() -> bool {
    RING.get().is_some() && guc::max_workers() > 0 && !pg::in_parallel_worker()
}

/// Notes uses of memories of a space. They count when the transaction commits.
pub fn note(space: &str, uses: impl Iterator<Item = Use>) {
    let Some(space) = space_words(space).filter(|_| is_possible()) else { return };
    let noted = pg::clock_micros();
    let full = KEPT.with_borrow_mut(|kept| {
        kept.extend(uses.map(|used| Kept { space, noted, used }));
        kept.len() > MOST_KEPT
    });
    if full {
        enter_kept();
    }
}

/// Enters what the backend has kept. Allocates nothing and cannot fail, as the end of a transaction demands.
fn enter_kept() {
    KEPT.with_borrow_mut(|kept| {
        let (Some(ring), Some(next)) = (RING.get(), NEXT.get()) else { return kept.clear() };
        if kept.is_empty() {
            return;
        }
        crash::at(Point::uses_commit);
        let start = next.fetch_add(kept.len() as u64, Relaxed) as usize;
        let mut entered = 0;
        for (i, one) in kept.iter().enumerate() {
            entered += i64::from((0..PROBES).any(|probe| enter(&ring[(start + i + probe) % PLACES], one)));
        }
        add(Count::Noted, kept.len() as i64);
        add(Count::Lost, kept.len() as i64 - entered);
        kept.clear();
        if add(Count::Pending, entered) == 0 && entered > 0 {
            pg::worker::wake_launcher();
        }
    });
}

fn enter(entry: &Entry, kept: &Kept) -> bool {
    if entry[STATE].load(Relaxed) != FREE || entry[STATE].compare_exchange(FREE, WRITING, Acquire, Relaxed).is_err() {
        return false;
    }
    let [first, second] = words(kept.used.id);
    let [name, table] = kept.space;
    let values =
        [name, table, first, second, kept.used.at as u64, kept.noted as u64, u64::from(kept.used.weight.to_bits())];
    entry[SPACE..].iter().zip(values).for_each(|(to, word)| to.store(word, Relaxed));
    entry[STATE].store(FULL, Release);
    true
}

/// Ends what the transaction has with those of its places that `which` chooses: free after a commit, full again otherwise.
fn settle(committed: bool, which: impl Fn(&Taken) -> bool) {
    TAKEN_HERE.with_borrow_mut(|all| {
        let Some(ring) = RING.get() else { return };
        if all.is_empty() {
            return;
        }
        if committed {
            crash::at(Point::uses_committed);
        }
        let mut flushed = 0;
        all.retain(|taken| {
            let ends = which(taken);
            if ends {
                ring[taken.place][STATE].store(if committed { FREE } else { FULL }, Release);
            }
            if ends && committed {
                add(taken.outcome, 1);
                add(Count::Pending, -1);
                flushed += 1;
            }
            !ends
        });
        if flushed > 0 {
            add(Count::Batches, 1);
            if let Some(counts) = COUNTS.get() {
                counts[Count::LastFlush as usize].store(pg::clock_micros(), Relaxed);
            }
        }
    });
}

fn add(count: Count, by: i64) -> i64 {
    COUNTS.get().map_or(0, |counts| counts[count as usize].fetch_add(by, Relaxed))
}

/// Counts from zero again, but for what waits.
pub fn reset_counts() {
    let Some(counts) = COUNTS.get() else { return };
    [Count::Noted, Count::Flushed, Count::Gone, Count::Lost, Count::Batches]
        .iter()
        .for_each(|count| counts[*count as usize].store(0, Relaxed));
}

/// Seconds that the use which waits longest has waited; 0 when none waits.
pub fn lag_seconds() -> f64 {
    if counted(Count::Pending) <= 0 {
        return 0.0;
    }
    let oldest = full().map(|(_, words)| words[NOTED] as i64).min();
    oldest.map_or(0.0, |at| pg::clock_micros().saturating_sub(at).max(0) as f64 / 1e6)
}

/// A counter, of all databases.
pub fn counted(count: Count) -> i64 {
    COUNTS.get().map_or(0, |counts| counts[count as usize].load(Relaxed))
}

/// Whether uses of this database wait, whichever space they are of.
pub fn waits_here() -> bool {
    let here = pg::database_oid().to_u32();
    counted(Count::Pending) > 0 && full().any(|(_, words)| database_of(&words) == here)
}

/// Databases with uses that wait.
pub fn waiting() -> FxHashSet<u32> {
    if counted(Count::Pending) <= 0 {
        return FxHashSet::default();
    }
    full().map(|(_, words)| database_of(&words)).collect()
}

/// Drops the uses of databases that are gone.
pub fn keep_databases(there: impl Fn(u32) -> bool) {
    if counted(Count::Pending) > 0 {
        discard(|words| !there(database_of(words)));
    }
}

/// Drops the uses of this database that are of no table or space of its own: of a former life of the extension, or of spaces that were dropped.
pub fn keep_spaces<'a>(names: impl Iterator<Item = &'a str>) {
    let there: FxHashSet<[u64; 2]> = names.filter_map(space_words).collect();
    let here = pg::database_oid().to_u32();
    discard(|words| database_of(words) == here && !there.contains(&[words[SPACE], words[SPACE + 1]]));
}

fn discard(which: impl Fn(&[u64; WORDS]) -> bool) {
    let Some(ring) = RING.get() else { return };
    for (place, words) in full().filter(|(_, words)| which(words)) {
        if take_place(&ring[place], &words) {
            ring[place][STATE].store(FREE, Release);
            add(Count::Gone, 1);
            add(Count::Pending, -1);
        }
    }
}

/// Spaces of this database, out of `names`, with a use that waits for longer than `interval`, or with any where room gets scarce.
pub fn due(names: &[String], interval: Duration) -> Vec<&str> {
    let pending = counted(Count::Pending);
    if pending <= 0 {
        return Vec::new();
    }
    let until = pg::clock_micros().saturating_sub(i64::try_from(interval.as_micros()).unwrap_or(i64::MAX));
    let scarce = pending > PLACES as i64 / 2;
    let due: FxHashSet<[u64; 2]> = full()
        .filter(|(_, words)| scarce || words[NOTED] as i64 <= until)
        .map(|(_, words)| [words[SPACE], words[SPACE + 1]])
        .collect();
    names.iter().map(String::as_str).filter(|name| space_words(name).is_some_and(|w| due.contains(&w))).collect()
}

/// Takes uses of a space for this transaction, in the order of their times, of at most `most` memories, or of one memory alone.
pub fn take(space: &str, only: Option<[u8; 16]>, most: usize) -> Vec<Use> {
    let (Some(ring), Some(space)) = (RING.get(), space_words(space)) else { return Vec::new() };
    let mut ids = FxHashSet::default();
    let mut out = Vec::new();
    let subxact = xact::current_subxact();
    TAKEN_HERE.with_borrow_mut(|all| {
        for (place, words) in full().filter(|(_, words)| words[SPACE..ID] == space) {
            let id = bytes([words[ID], words[ID + 1]]);
            let fits = only.is_none_or(|only| only == id) && (ids.contains(&id) || ids.len() < most);
            if fits && take_place(&ring[place], &words) {
                all.push(Taken { place, subxact, outcome: Count::Flushed });
                ids.insert(id);
                out.push(Use { id, at: words[AT] as i64, weight: f32::from_bits(words[WEIGHT] as u32) });
            }
        }
    });
    out.sort_by_key(|one: &Use| (one.id, one.at));
    out
}

/// Takes the uses of one memory that this transaction has made itself.
pub fn take_own(space: &str, id: [u8; 16]) -> Vec<Use> {
    let Some(space) = space_words(space) else { return Vec::new() };
    let mut out = Vec::new();
    KEPT.with_borrow_mut(|kept| {
        kept.retain(|one| {
            let is_it = one.space == space && one.used.id == id;
            if is_it {
                out.push(one.used);
            }
            !is_it
        });
    });
    out
}

/// What becomes of uses that were taken and not written: those of memories that are not there any more are done with, others wait again.
pub fn untake(space: &str, gone: &FxHashSet<[u8; 16]>, held: &FxHashSet<[u8; 16]>) {
    let (Some(ring), Some(space)) = (RING.get(), space_words(space)) else { return };
    TAKEN_HERE.with_borrow_mut(|all| {
        all.retain_mut(|taken| {
            let entry = &ring[taken.place];
            let word = |i: usize| entry[i].load(Relaxed);
            if [word(SPACE), word(SPACE + 1)] != space {
                return true;
            }
            let id = bytes([word(ID), word(ID + 1)]);
            if gone.contains(&id) {
                taken.outcome = Count::Gone;
            }
            let is_held = held.contains(&id);
            if is_held {
                entry[STATE].store(FULL, Release);
            }
            !is_held
        });
    });
}

/// Takes a place, if it still has the use that was read there.
fn take_place(entry: &Entry, words: &[u64; WORDS]) -> bool {
    if entry[STATE].compare_exchange(FULL, TAKEN, Acquire, Relaxed).is_err() {
        return false;
    }
    // Between reading and taking, another one may have emptied and filled it.
    let same = entry[SPACE..].iter().zip(&words[SPACE..]).all(|(now, then)| now.load(Relaxed) == *then);
    if !same {
        entry[STATE].store(FULL, Release);
    }
    same
}

fn full() -> impl Iterator<Item = (usize, [u64; WORDS])> {
    let entries = RING.get().into_iter().flatten().enumerate();
    entries
        .filter(|(_, entry)| entry[STATE].load(Acquire) == FULL)
        .map(|(place, entry)| (place, std::array::from_fn(|i| entry[i].load(Relaxed))))
}

/// The database of a use: the upper half of what stands for its table.
fn database_of(words: &[u64; WORDS]) -> u32 {
    (words[SPACE + 1] >> 32) as u32
}

//! Calls by space: the busiest have counts of their own, the others share one.
//!
//! A space has an entry from its first call on, as long as there is room. Fifty entries are shown. Calls of a shown entry count in it,
//! all others in `other`, so that nothing counts twice and neither moves when the choice changes. An entry that is not shown keeps what
//! it had and goes on from there when its turn comes again: a counter of a space never goes down. Only when more than [`ENTRIES`] spaces have
//! been busy, the quietest entry that is not shown is given to another space, whose counts begin at zero.
//!
//! Every [`PERIOD`] the entries are weighed by what they did lately. To come in, a space must be twice as busy as the one that
//! leaves, so that the choice does not swing.

use super::{OPERATIONS, Operation, clear};
use crate::pg;
use crate::pg::shmem::{SharedArea, register_area};
use std::cell::Cell;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use xxhash_rust::xxh3::xxh3_64;

/// Spaces that are kept track of.
const ENTRIES: usize = 256;
/// Spaces that are shown.
pub const SHOWN: usize = 50;
/// Microseconds between two choices.
const PERIOD: i64 = 10_000_000;
/// Entries that change places in one choice, at most.
const MOST_CHANGES: usize = 5;
/// What one call adds to how busy a space is, so that halving has something to halve.
const CALL: u64 = 256;

/// Where an entry stands. Above these bits, of a hidden one: the number of the choice that hid it.
const FREE: u64 = 0;
const HIDDEN: u64 = 1;
const VISIBLE: u64 = 2;
const STATES: u64 = 3;
const ROUND: u32 = 2;

const WORDS: usize = 6;
/// A name has at most 64 characters.
const NAME_WORDS: usize = 32;
const CANDIDATES: usize = 1024;
/// Calls by which a space without an entry gets one, where that takes one from another.
const LEAST_CALLS: u64 = 8;

type OfSpace = [[AtomicU64; WORDS]; OPERATIONS];

/// What stands for the name, and the database.
static KEYS: SharedArea<[[AtomicU64; 2]; ENTRIES]> = SharedArea::new(c"engram metrics keys");
static STATE: SharedArea<[AtomicU64; ENTRIES]> = SharedArea::new(c"engram metrics states");
static BUSY: SharedArea<[AtomicU64; ENTRIES]> = SharedArea::new(c"engram metrics activity");
static NAMES: SharedArea<[[AtomicU64; NAME_WORDS]; ENTRIES]> = SharedArea::new(c"engram metrics names");
/// The last one is of everything that is not shown.
static COUNTS: SharedArea<[OfSpace; ENTRIES + 1]> = SharedArea::new(c"engram metrics spaces");
/// Spaces without an entry: the upper half of a word tells them apart, the lower half counts.
static ASKING: SharedArea<[AtomicU64; CANDIDATES]> = SharedArea::new(c"engram metrics candidates");
/// When entries are weighed next, and how often they were.
static NEXT: SharedArea<[AtomicU64; 2]> = SharedArea::new(c"engram metrics choice");
/// Whether somebody changes entries. Nothing in between can fail, so it is let go.
static TAKEN: SharedArea<AtomicU64> = SharedArea::new(c"engram metrics choosing");

thread_local! {
    /// The entry of the last call.
    static LAST: Cell<usize> = const { Cell::new(0) };
}

/// Asks for the shared memory.
pub fn init() {
    register_area(&KEYS);
    register_area(&STATE);
    register_area(&BUSY);
    register_area(&NAMES);
    register_area(&COUNTS);
    register_area(&ASKING);
    register_area(&NEXT);
    register_area(&TAKEN);
}

/// What calls of an operation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub calls: u64,
    pub failures: u64,
    pub rows: u64,
    pub edges: u64,
    pub limit_hits: u64,
    pub nanos: u64,
}

impl Counts {
    fn words(&self) -> [u64; WORDS] {
        [self.calls, self.failures, self.rows, self.edges, self.limit_hits, self.nanos]
    }

    fn of(words: &[AtomicU64; WORDS]) -> Counts {
        let [calls, failures, rows, edges, limit_hits, nanos] = std::array::from_fn(|i| words[i].load(Relaxed));
        Counts { calls, failures, rows, edges, limit_hits, nanos }
    }
}

/// Adds what a call did. `known`: the space is there, so that it may have an entry.
pub(super) fn count(operation: Operation, space: Option<&str>, counts: &Counts, known: bool) {
    let Some(table) = Table::get() else { return };
    let now = pg::clock_micros();
    let place = space.and_then(|space| {
        let key = [xxh3_64(space.as_bytes()), pg::database_oid().to_u32().into()];
        let entry = table.find(key).or_else(|| if known { table.admit(key, space) } else { None })?;
        table.busy[entry].fetch_add(CALL, Relaxed);
        (table.state[entry].load(Acquire) & STATES == VISIBLE).then_some(entry)
    });
    let to = &table.counts[place.unwrap_or(ENTRIES)][operation as usize];
    for (word, by) in to.iter().zip(counts.words()).filter(|(_, by)| *by > 0) {
        word.fetch_add(by, Relaxed);
    }
    table.choose_if_due(now);
}

/// A space that is shown, with what each operation did there.
pub struct Shown {
    /// OID of its database; none for what is not shown apart.
    pub database: Option<u32>,
    pub space: String,
    pub counts: Vec<(Operation, Counts)>,
}

/// Every space that is shown, and the others as one.
pub fn all() -> Vec<Shown> {
    let Some(table) = Table::get() else { return Vec::new() };
    let counts = |entry: usize| {
        let of = |operation: Operation| (operation, Counts::of(&table.counts[entry][operation as usize]));
        Operation::ALL.map(of).to_vec()
    };
    let visible = (0..ENTRIES).filter(|entry| table.state[*entry].load(Acquire) & STATES == VISIBLE);
    let shown = visible.map(|entry| Shown {
        database: Some(table.keys[entry][1].load(Relaxed) as u32),
        space: table.name(entry),
        counts: counts(entry),
    });
    let other = Shown { database: None, space: "other".to_owned(), counts: counts(ENTRIES) };
    shown.chain([other]).collect()
}

/// Sets the counts to zero; the choice stays.
pub fn reset() {
    clear(COUNTS.get().into_iter().flatten().flatten().flatten());
}

/// All of it.
#[derive(Clone, Copy)]
struct Table {
    keys: &'static [[AtomicU64; 2]; ENTRIES],
    state: &'static [AtomicU64; ENTRIES],
    busy: &'static [AtomicU64; ENTRIES],
    names: &'static [[AtomicU64; NAME_WORDS]; ENTRIES],
    counts: &'static [OfSpace; ENTRIES + 1],
    asking: &'static [AtomicU64; CANDIDATES],
    next: &'static [AtomicU64; 2],
    taken: &'static AtomicU64,
}

impl Table {
    fn get() -> Option<Table> {
        Some(Table {
            keys: KEYS.get()?,
            state: STATE.get()?,
            busy: BUSY.get()?,
            names: NAMES.get()?,
            counts: COUNTS.get()?,
            asking: ASKING.get()?,
            next: NEXT.get()?,
            taken: TAKEN.get()?,
        })
    }

    fn has(self, entry: usize, key: [u64; 2]) -> bool {
        let words = &self.keys[entry];
        words[0].load(Relaxed) == key[0] && words[1].load(Relaxed) == key[1]
    }

    fn find(self, key: [u64; 2]) -> Option<usize> {
        let last = LAST.get();
        if self.has(last, key) {
            return Some(last);
        }
        // A database has an OID, so that an entry that is free has the key of no space.
        let entry = (0..ENTRIES).find(|entry| self.has(*entry, key))?;
        LAST.set(entry);
        Some(entry)
    }

    /// An entry for a space that has none, if it may have one now.
    fn admit(self, key: [u64; 2], space: &str) -> Option<usize> {
        let free = (0..ENTRIES).any(|entry| self.state[entry].load(Relaxed) == FREE);
        let calls = if free { 0 } else { self.ask(key)? };
        self.alone(|| {
            if self.find(key).is_some() {
                return None;
            }
            let entry = (0..ENTRIES)
                .find(|entry| self.state[*entry].load(Relaxed) == FREE)
                .or_else(|| self.quietest().filter(|entry| self.busy[*entry].load(Relaxed) < calls * CALL))?;
            self.take(entry, key, space);
            Some(entry)
        })
        .flatten()
    }

    /// Counts a call of a space without an entry; says how many it had lately, when that is worth a look. Where two share a word, the
    /// busier one keeps it.
    fn ask(self, key: [u64; 2]) -> Option<u64> {
        let mark = (key[0] ^ key[1].rotate_left(17)) >> 32;
        let word = &self.asking[(key[0] ^ key[1]) as usize % CANDIDATES];
        let value = word.load(Relaxed);
        let (owner, calls) = (value >> 32, value & u64::from(u32::MAX));
        let new = match (owner == mark, calls) {
            (true, calls) => mark << 32 | (calls + 1).min(u32::MAX.into()),
            (false, 0) => mark << 32 | 1,
            (false, calls) => owner << 32 | (calls - 1),
        };
        word.store(new, Relaxed);
        let calls = new & u64::from(u32::MAX);
        (new >> 32 == mark && calls >= LEAST_CALLS && calls.is_power_of_two()).then_some(calls)
    }

    /// The least busy of the entries that were hidden before the last choice: nobody counts in them any more.
    fn quietest(self) -> Option<usize> {
        let round = self.next[1].load(Relaxed);
        let hidden = (0..ENTRIES).filter(|entry| {
            let state = self.state[*entry].load(Relaxed);
            state & STATES == HIDDEN && state >> ROUND < round
        });
        hidden.min_by_key(|entry| self.busy[*entry].load(Relaxed))
    }

    fn take(self, entry: usize, key: [u64; 2], space: &str) {
        clear(self.counts[entry].iter().flatten());
        let mut bytes = [0u8; NAME_WORDS * 8];
        let n = (0..=bytes.len().min(space.len())).rev().find(|n| space.is_char_boundary(*n)).unwrap_or(0);
        bytes[..n].copy_from_slice(&space.as_bytes()[..n]);
        for (word, chunk) in self.names[entry].iter().zip(bytes.chunks_exact(8)) {
            word.store(u64::from_ne_bytes(chunk.try_into().expect("eight bytes")), Relaxed);
        }
        self.busy[entry].store(0, Relaxed);
        self.keys[entry].iter().zip(key).for_each(|(word, value)| word.store(value, Relaxed));
        let hidden = HIDDEN | self.next[1].load(Relaxed) << ROUND;
        let state = if self.visible() < SHOWN { VISIBLE } else { hidden };
        self.state[entry].store(state, Release);
    }

    fn visible(self) -> usize {
        self.state.iter().filter(|state| state.load(Relaxed) & STATES == VISIBLE).count()
    }

    fn name(self, entry: usize) -> String {
        let bytes: Vec<u8> = self.names[entry].iter().flat_map(|w| w.load(Relaxed).to_ne_bytes()).collect();
        String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned()
    }

    fn choose_if_due(self, now: i64) {
        let next = self.next[0].load(Relaxed) as i64;
        // A clock that was set back makes nobody wait.
        if now < next && next - now <= PERIOD {
            return;
        }
        self.alone(|| {
            if self.next[0].load(Relaxed) as i64 == next {
                self.next[0].store((now + PERIOD) as u64, Relaxed);
                self.choose();
            }
        });
    }

    fn choose(self) {
        let round = self.next[1].fetch_add(1, Relaxed) + 1;
        let of = |which: u64| (0..ENTRIES).filter(move |entry| self.state[*entry].load(Relaxed) & STATES == which);
        let busy = |entry: usize| self.busy[entry].load(Relaxed);
        for _ in 0..MOST_CHANGES {
            let Some(comes) = of(HIDDEN).max_by_key(|entry| busy(*entry)) else { break };
            if self.visible() >= SHOWN {
                let Some(leaves) = of(VISIBLE).min_by_key(|entry| busy(*entry)) else { break };
                if busy(comes) <= busy(leaves).saturating_mul(2) {
                    break;
                }
                self.state[leaves].store(HIDDEN | round << ROUND, Release);
            }
            self.state[comes].store(VISIBLE, Release);
        }
        for word in self.busy {
            word.store(word.load(Relaxed) / 2, Relaxed);
        }
        for word in self.asking {
            let value = word.load(Relaxed);
            word.store(((value >> 32) << 32) | ((value & u64::from(u32::MAX)) / 2), Relaxed);
        }
    }

    /// Runs `f`, unless somebody else is changing entries.
    fn alone<R>(self, f: impl FnOnce() -> R) -> Option<R> {
        self.taken.compare_exchange(0, 1, Acquire, Relaxed).ok()?;
        let result = f();
        self.taken.store(0, Release);
        Some(result)
    }
}

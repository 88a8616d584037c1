//! What recalls have left behind for the next ones: residual activation, and what followed upon what. See `engine::dynamics::priming`.
//!
//! Three tables of sets of four entries, in shared memory for `engram.priming = space` and in the memory of the backend for
//! `session`. The role is part of every key, beside database and space, so that nobody learns what another role has recalled. The
//! oldest entry of a set makes way. Nothing depends on an entry being there: what is lost is primed less.
//!
//! No lock: entries are written as those of `answers.rs` are. Of two that change one entry at the same time the later one wins, and what
//! the other has added is lost. Without `shared_preload_libraries` there is no shared table, and a session has its own.

use super::answers::{bytes, place, read, words, write};
use crate::guc::{self, Priming as Scope};
use crate::pg::shmem::{SharedArea, register_area};
use engram_engine::dynamics::priming::{self, Config, Followed, Priming, Residual};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

type Id = [u8; 16];

const WAYS: usize = 4;

/// Every entry begins with its sequence number, space, role and, except of a thread, id.
const SPACE: usize = 1;
const ID: usize = 4;

/// Residuals by memory: two amounts as bits of `f32`, and the time.
const RESIDUAL_WORDS: usize = 8;
const AMOUNTS: usize = 6;
const LEFT_AT: usize = 7;

/// Followers by memory: how often it was recalled, when last, and for each follower id, how often it followed, when last.
const FOLLOWERS: usize = 8;
const TIMES: usize = 6;
const RECALLED_AT: usize = 7;
const FIRST: usize = 8;
const FOLLOWER_WORDS: usize = FIRST + 4 * FOLLOWERS;

/// Threads of recall, one for each role and space: the latest memories, each with its id and time, newest first.
const RECENT: usize = 16;
const HEAD: usize = 4;
const THREAD_WORDS: usize = HEAD + 3 * RECENT;

/// Memories of an answer that something may follow, or that may follow upon something: the best ones.
const FOLLOWED: usize = 3;

/// Memories that one recall leaves something on: those it returned, then those that activation reached.
pub const MOST: usize = 32;

type Set<const WORDS: usize> = [[AtomicU64; WORDS]; WAYS];

const SHARED_RESIDUALS: usize = 512;
const SHARED_FOLLOWERS: usize = 128;
const SHARED_THREADS: usize = 64;

static RESIDUALS: SharedArea<[Set<RESIDUAL_WORDS>; SHARED_RESIDUALS]> = SharedArea::new(c"engram primes");
static FOLLOWING: SharedArea<[Set<FOLLOWER_WORDS>; SHARED_FOLLOWERS]> = SharedArea::new(c"engram primes following");
static THREADS: SharedArea<[Set<THREAD_WORDS>; SHARED_THREADS]> = SharedArea::new(c"engram primes threads");

/// Sets of the tables of a session: 80 kB, made when first used.
const OWN_RESIDUALS: usize = 128;
const OWN_FOLLOWERS: usize = 32;
const OWN_THREADS: usize = 2;

thread_local! {
    static OWN: Cell<Option<Tables>> = const { Cell::new(None) };
}

#[derive(Clone, Copy)]
struct Tables {
    residuals: &'static [Set<RESIDUAL_WORDS>],
    following: &'static [Set<FOLLOWER_WORDS>],
    threads: &'static [Set<THREAD_WORDS>],
}

/// Asks for the shared memory of this module.
pub fn init() {
    register_area(&RESIDUALS);
    register_area(&FOLLOWING);
    register_area(&THREADS);
}

impl Tables {
    /// Those that the setting names; none when it is off.
    fn now() -> Option<Tables> {
        let shared = || {
            let (residuals, following, threads) = (RESIDUALS.get()?, FOLLOWING.get()?, THREADS.get()?);
            Some(Tables { residuals, following, threads })
        };
        match guc::priming() {
            Scope::off => None,
            Scope::session => Some(Tables::own()),
            Scope::space => Some(shared().unwrap_or_else(Tables::own)),
        }
    }

    fn own() -> Tables {
        OWN.get().unwrap_or_else(|| {
            let own = Tables {
                residuals: empty(OWN_RESIDUALS),
                following: empty(OWN_FOLLOWERS),
                threads: empty(OWN_THREADS),
            };
            OWN.set(Some(own));
            own
        })
    }
}

fn empty<const WORDS: usize>(sets: usize) -> &'static [Set<WORDS>] {
    let set = || std::array::from_fn(|_| std::array::from_fn(|_| AtomicU64::new(0)));
    let sets: Vec<Set<WORDS>> = (0..sets).map(|_| set()).collect();
    sets.leak()
}

/// Entries of one kind that belong to a role in a space.
#[derive(Clone, Copy)]
struct Of<const WORDS: usize> {
    sets: &'static [Set<WORDS>],
    place: [u64; 3],
    /// The word whose value says which entry is the oldest.
    age: usize,
}

impl<const WORDS: usize> Of<WORDS> {
    fn ways(&self, id: [u64; 2]) -> &'static Set<WORDS> {
        let [name, _, role] = self.place;
        let mixed = (name ^ role.rotate_left(32) ^ id[0].rotate_left(16) ^ id[1]).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        &self.sets[(mixed >> 32) as usize % self.sets.len()]
    }

    fn is(&self, words: &[u64; WORDS], id: Option<[u64; 2]>) -> bool {
        words[SPACE..ID] == self.place && id.is_none_or(|id| words[ID..ID + 2] == id)
    }

    /// The words of an entry.
    fn get(&self, id: Option<[u64; 2]>) -> Option<[u64; WORDS]> {
        self.ways(id.unwrap_or_default()).iter().filter_map(read).find(|words| self.is(words, id))
    }

    /// Changes the words of an entry, all zero but for the key where it is new.
    fn change(&self, id: Option<[u64; 2]>, change: impl FnOnce(&mut [u64; WORDS])) {
        let ways = self.ways(id.unwrap_or_default());
        let there = ways.iter().find_map(|way| Some((way, read(way).filter(|words| self.is(words, id))?)));
        let oldest = || ways.iter().min_by_key(|way| way[self.age].load(Relaxed));
        let (way, mut words) = match (there, oldest()) {
            (Some(there), _) => there,
            (None, Some(oldest)) => {
                let mut words = [0; WORDS];
                words[SPACE..ID].copy_from_slice(&self.place);
                if let Some(id) = id {
                    words[ID..ID + 2].copy_from_slice(&id);
                }
                (oldest, words)
            }
            (None, None) => return,
        };
        change(&mut words);
        write(way, &words);
    }
}

/// The tables as one role in one space sees them.
#[derive(Clone, Copy)]
struct View {
    residuals: Of<RESIDUAL_WORDS>,
    following: Of<FOLLOWER_WORDS>,
    threads: Of<THREAD_WORDS>,
}

/// None when priming is off.
fn view(space: &str) -> Option<View> {
    let tables = Tables::now()?;
    let place = place(space)?;
    Some(View {
        residuals: Of { sets: tables.residuals, place, age: LEFT_AT },
        following: Of { sets: tables.following, place, age: RECALLED_AT },
        threads: Of { sets: tables.threads, place, age: HEAD + 2 },
    })
}

/// The priming of each of some memories; none where nothing can be primed.
pub fn of(space: &str, ids: impl Iterator<Item = Id>, now: i64, config: &Config) -> Option<Vec<Priming>> {
    let view = view(space)?;
    let recent = view.recent();
    if recent.is_empty() {
        return None;
    }
    let expected = view.expected(&recent, now, config);
    let of = |id: Id| {
        let residual = view.residuals.get(Some(words(id))).map(|words| residual(&words)).unwrap_or_default();
        let expectation = expected.get(&id).copied().unwrap_or_default();
        Priming::of(&residual, expectation, now, config)
    };
    Some(ids.map(of).collect())
}

/// A memory that a recall has activated.
pub struct Activated {
    pub id: Id,
    /// Of the best of the recall, 0 to 1.
    pub share: f32,
    pub returned: bool,
}

/// Leaves what a recall has activated, best first: at most [`MOST`].
pub fn leave(space: &str, activated: &[Activated], now: i64, config: &Config) {
    let Some(view) = view(space) else { return };
    let best: Vec<Id> = activated.iter().filter(|a| a.returned).take(FOLLOWED).map(|a| a.id).collect();
    view.learn(&best, now, config);
    for a in activated.iter().take(MOST) {
        let left = match a.returned {
            true => Residual { activation: a.share, exposures: 1.0, at: now },
            false => Residual { activation: priming::REACHED * a.share, exposures: 0.0, at: now },
        };
        view.residuals.change(Some(words(a.id)), |entry| {
            let both = residual(entry).and(left, config);
            entry[AMOUNTS] = u64::from(both.activation.to_bits()) << 32 | u64::from(both.exposures.to_bits());
            entry[LEFT_AT] = both.at as u64;
        });
    }
}

fn residual(entry: &[u64; RESIDUAL_WORDS]) -> Residual {
    Residual {
        activation: f32::from_bits((entry[AMOUNTS] >> 32) as u32),
        exposures: f32::from_bits(entry[AMOUNTS] as u32),
        at: entry[LEFT_AT] as i64,
    }
}

impl View {
    /// The memories recalled last, newest first, each with its time.
    fn recent(&self) -> Vec<(Id, i64)> {
        let Some(thread) = self.threads.get(None) else { return Vec::new() };
        let entries = thread[HEAD..].chunks_exact(3).filter(|entry| entry[2] != 0);
        entries.map(|entry| (bytes([entry[0], entry[1]]), entry[2] as i64)).collect()
    }

    /// How much each memory is expected after those recalled last.
    fn expected(&self, recent: &[(Id, i64)], now: i64, config: &Config) -> FxHashMap<Id, f64> {
        let mut expected: FxHashMap<Id, f64> = FxHashMap::default();
        for (at, (first, _)) in recent.iter().enumerate() {
            if recent[..at].iter().any(|newer| newer.0 == *first) {
                continue;
            }
            let Some(entry) = self.following.get(Some(words(*first))) else { continue };
            let (times, at) = (entry[TIMES] as u32, entry[RECALLED_AT] as i64);
            for follower in entry[FIRST..].chunks_exact(4).filter(|follower| follower[2] > 0) {
                // The last recall of the first is over once this one has followed.
                let open = u32::from(follower[3] as i64 <= at);
                let followed = Followed { times: times.saturating_sub(open), followed: follower[2] as u32, at };
                let expectation = followed.expectation(now, config);
                if expectation > 0.0 {
                    let one = expected.entry(bytes([follower[0], follower[1]])).or_default();
                    *one = priming::either(*one, expectation);
                }
            }
        }
        expected
    }

    /// Counts what the best of a recall follow upon, and makes them what may be followed.
    fn learn(&self, best: &[Id], now: i64, config: &Config) {
        let recent = self.recent();
        for (at, (first, when)) in recent.iter().enumerate() {
            let elapsed = now.saturating_sub(*when);
            let is_newest = !recent[..at].iter().any(|newer| newer.0 == *first);
            if !is_newest || elapsed <= 0 || elapsed >= config.window {
                continue;
            }
            // What came together does not follow.
            let new = best.iter().filter(|id| !recent.contains(&(**id, *when)) && **id != *first);
            let new: Vec<[u64; 2]> = new.map(|id| words(*id)).collect();
            // Where the entry has made way, nobody knows how often the first was recalled.
            if !new.is_empty() && self.following.get(Some(words(*first))).is_some() {
                self.following.change(Some(words(*first)), |entry| new.iter().for_each(|id| follow(entry, *id, now)));
            }
        }
        for id in best {
            self.following.change(Some(words(*id)), |entry| {
                // Once a statement.
                entry[TIMES] += u64::from(entry[RECALLED_AT] != now as u64);
                entry[RECALLED_AT] = now as u64;
            });
        }
        if !best.is_empty() {
            self.threads.change(None, |thread| {
                thread.copy_within(HEAD..THREAD_WORDS - 3 * best.len(), HEAD + 3 * best.len());
                for (id, entry) in best.iter().zip(thread[HEAD..].chunks_exact_mut(3)) {
                    let [first, second] = words(*id);
                    entry.copy_from_slice(&[first, second, now as u64]);
                }
            });
        }
    }
}

/// Counts a follower, once for each recall of what it follows upon. The one that followed longest ago makes way.
fn follow(entry: &mut [u64; FOLLOWER_WORDS], id: [u64; 2], now: i64) {
    let recalled = entry[RECALLED_AT] as i64;
    let followers = || (FIRST..FOLLOWER_WORDS).step_by(4);
    let there = followers().find(|at| entry[*at + 2] > 0 && entry[*at..*at + 2] == id);
    let Some(at) = there.or_else(|| followers().min_by_key(|at| entry[*at + 3])) else { return };
    if there.is_none() {
        entry[at..at + 4].copy_from_slice(&[id[0], id[1], 0, 0]);
    } else if entry[at + 3] as i64 > recalled {
        return;
    }
    entry[at + 2] += 1;
    entry[at + 3] = now as u64;
}

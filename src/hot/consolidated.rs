//! What consolidation has done in each space since the server started: counters in shared memory, which never go down.

use super::answers::space_words;
use crate::pg;
use crate::pg::shmem::{SharedArea, register_area};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Spaces that are counted one by one; the last entry is for all others.
const SPACES: usize = 512;
const WORDS: usize = 12;
/// Taken, and its key is there.
const KEYED: usize = 0;
const NAME: usize = 1;
const TABLE: usize = 2;
const RUNS: usize = 3;
const FAILURES: usize = 4;
const SKIPPED: usize = 5;
const EPISODES: usize = 6;
const BELIEFS: usize = 7;
const TOTAL: usize = 8;
const LAST: usize = 9;
const LONGEST: usize = 10;
const AT: usize = 11;

type Entry = [AtomicU64; WORDS];

static COUNTED: SharedArea<[Entry; SPACES]> = SharedArea::new(c"engram consolidation counters");
/// From the end of the last run to its commit, in microseconds and one more; zero is unknown.
static DELAYS: SharedArea<[AtomicU64; SPACES]> = SharedArea::new(c"engram consolidation publish delays");

/// Asks for the shared memory of this module.
pub fn init() {
    register_area(&COUNTED);
    register_area(&DELAYS);
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Completed {
        episodes: u64,
        beliefs: u64,
        /// From its end to the commit that published it.
        published: Duration,
    },
    Failed,
    Skipped,
}

fn find(space: &str) -> Option<usize> {
    let words = space_words(space)?;
    COUNTED
        .get()?
        .iter()
        .position(|e| e[KEYED].load(Relaxed) == 2 && [e[NAME].load(Relaxed), e[TABLE].load(Relaxed)] == words)
}

/// The entry of a space, made where there is room; that of all others where there is none.
fn find_or_make(space: &str) -> Option<usize> {
    if let Some(at) = find(space) {
        return Some(at);
    }
    let [name, table] = space_words(space)?;
    let entries = COUNTED.get()?;
    let free = entries[..SPACES - 1].iter().position(|e| e[KEYED].compare_exchange(0, 1, Relaxed, Relaxed).is_ok());
    let Some(at) = free else { return Some(SPACES - 1) };
    entries[at][NAME].store(name, Relaxed);
    entries[at][TABLE].store(table, Relaxed);
    entries[at][KEYED].store(2, Relaxed);
    Some(at)
}

/// Counts a run of a space, or that there was nothing to run for.
pub fn count(space: &str, ended: Ended, duration: Duration) {
    let (Some(at), Some(entries), Some(delays)) = (find_or_make(space), COUNTED.get(), DELAYS.get()) else { return };
    let entry = &entries[at];
    if ended == Ended::Skipped {
        entry[SKIPPED].fetch_add(1, Relaxed);
        return;
    }
    let micros = |d: Duration| d.as_micros().min(u128::from(u64::MAX - 1)) as u64;
    entry[RUNS].fetch_add(1, Relaxed);
    entry[TOTAL].fetch_add(micros(duration), Relaxed);
    entry[LAST].store(micros(duration), Relaxed);
    entry[LONGEST].fetch_max(micros(duration), Relaxed);
    entry[AT].store(pg::clock_micros().unsigned_abs(), Relaxed);
    match ended {
        Ended::Completed { episodes, beliefs, published } => {
            entry[EPISODES].store(episodes, Relaxed);
            entry[BELIEFS].store(beliefs, Relaxed);
            delays[at].store(micros(published) + 1, Relaxed);
        }
        _ => {
            entry[FAILURES].fetch_add(1, Relaxed);
        }
    }
}

/// The counters of this database by what stands for a space, in an order that never changes; and those of all spaces without an entry of
/// their own, whichever database they are of.
pub fn here(table: u64) -> (Vec<(u64, Counted)>, Counted) {
    let Some(entries) = COUNTED.get() else { return (Vec::new(), Counted::default()) };
    let own = entries[..SPACES - 1].iter().enumerate().filter(|(_, e)| e[KEYED].load(Relaxed) == 2);
    let of_table = own.filter(|(_, e)| e[TABLE].load(Relaxed) == table);
    (of_table.map(|(at, e)| (e[NAME].load(Relaxed), read(at))).collect(), read(SPACES - 1))
}

/// The two words that stand for a space, as [`here`] takes and gives them.
pub fn words(space: &str) -> Option<[u64; 2]> {
    space_words(space)
}

/// The counters of a space.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    pub runs: u64,
    pub failures: u64,
    pub skipped: u64,
    pub episodes: u64,
    pub beliefs: u64,
    pub total: Duration,
    pub last: Duration,
    pub longest: Duration,
    /// End of the last run, in microseconds since the Unix epoch.
    pub at: Option<i64>,
    pub published: Option<Duration>,
}

/// What was counted for a space; zeros where nothing was, or where it is among the others.
pub fn of(space: &str) -> Counted {
    find(space).map_or_else(Counted::default, read)
}

fn read(at: usize) -> Counted {
    let (Some(entries), Some(delays)) = (COUNTED.get(), DELAYS.get()) else { return Counted::default() };
    let word = |i: usize| entries[at][i].load(Relaxed);
    let delay = delays[at].load(Relaxed);
    Counted {
        runs: word(RUNS),
        failures: word(FAILURES),
        skipped: word(SKIPPED),
        episodes: word(EPISODES),
        beliefs: word(BELIEFS),
        total: Duration::from_micros(word(TOTAL)),
        last: Duration::from_micros(word(LAST)),
        longest: Duration::from_micros(word(LONGEST)),
        at: Some(word(AT) as i64).filter(|at| *at > 0),
        published: (delay > 0).then(|| Duration::from_micros(delay - 1)),
    }
}

//! What is to be announced, in shared memory: recalls that watches or listeners wait for, and databases whose worker has news.
//!
//! Recalls are a ring of hints without a lock, like that of the answers (`answers.rs`): what the worker does not come to before the ring
//! goes round, or before the server stops, is not announced. What was stored or forgotten is in `engram.announcement`, committed with it;
//! here is only the word that there is something.

use super::Hot;
use super::answers::{bytes, read, space_words, words, write};
use crate::pg::shmem::{SharedArea, register_area};
use crate::pg::xact::{self, Event};
use crate::{guc, pg};
use rustc_hash::FxHashSet;
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Memories of a recall that are kept, the best ones.
const MOST: usize = 10;
const RECALLS: usize = 512;
/// After the sequence number: space, whether it is activity, number of memories, their ids.
const WORDS: usize = 25;
const SPACE: usize = 1;
const ACTIVITY: usize = 3;
const COUNT: usize = 4;
const IDS: usize = 5;

type Recall = [AtomicU64; WORDS];

static RING: SharedArea<[Recall; RECALLS]> = SharedArea::new(c"engram recalls to announce");
/// Recalls ever written.
static WRITTEN: SharedArea<AtomicU64> = SharedArea::new(c"engram recalls to announce written");

/// Databases with news at once; further ones wait for the next visit of their worker.
const DATABASES: usize = 64;

/// Databases whose worker has news, zeros between them.
static NEWS: SharedArea<[AtomicU64; DATABASES]> = SharedArea::new(c"engram databases with news");

thread_local! {
    /// This transaction has put something into `engram.announcement`.
    static PUT: Cell<bool> = const { Cell::new(false) };
}

/// Asks for the shared memory of this module, and registers its callback.
pub fn init() {
    register_area(&RING);
    register_area(&WRITTEN);
    register_area(&NEWS);
    xact::on_xact(|event| match event {
        Event::PreCommit | Event::PrePrepare => {}
        Event::Commit => {
            if PUT.take() {
                ask();
            }
        }
        Event::Abort | Event::Prepare => PUT.set(false),
    });
}

/// Whether there is a worker that announces.
pub fn is_possible() -> bool {
    guc::max_workers() > 0 && Hot::shared().is_some()
}

/// The transaction has put something into `engram.announcement`: its commit wakes the worker.
pub fn will_ask() {
    PUT.set(true);
}

/// Wakes the worker of this database, where it was not woken before.
fn ask() {
    let Some(slots) = NEWS.get() else { return };
    let me = u64::from(pg::database_oid().to_u32());
    if slots.iter().any(|slot| slot.load(Relaxed) == me) {
        return;
    }
    if slots.iter().any(|slot| slot.compare_exchange(0, me, Relaxed, Relaxed).is_ok()) {
        pg::worker::wake_launcher();
    }
}

/// Databases whose worker has news.
pub fn asking() -> impl Iterator<Item = u32> {
    let slots = NEWS.get().into_iter().flatten();
    slots.map(|slot| slot.load(Relaxed)).filter(|database| *database != 0).map(|database| database as u32)
}

/// Takes the word that there is news for this database. Called before it is read what.
pub fn take_word() -> bool {
    forget(pg::database_oid().to_u32())
}

/// Takes the word of a database, which may be gone. Returns whether there was one.
pub fn forget(database: u32) -> bool {
    let me = u64::from(database);
    let slots = NEWS.get().into_iter().flatten();
    let taken = slots.filter(|slot| slot.compare_exchange(me, 0, Relaxed, Relaxed).is_ok());
    taken.count() > 0
}

/// Notes what a recall has returned.
pub fn note(space: &str, activity: bool, ids: impl Iterator<Item = [u8; 16]>) {
    let (Some(ring), Some(written)) = (RING.get(), WRITTEN.get()) else { return };
    let Some([name, table]) = space_words(space) else { return };
    let mut recall = [0; WORDS];
    recall[SPACE..ACTIVITY].copy_from_slice(&[name, table]);
    recall[ACTIVITY] = u64::from(activity);
    for (i, id) in ids.take(MOST).enumerate() {
        recall[IDS + 2 * i..][..2].copy_from_slice(&words(id));
        recall[COUNT] = i as u64 + 1;
    }
    if recall[COUNT] > 0 {
        write(&ring[written.fetch_add(1, Relaxed) as usize % RECALLS], &recall);
        ask();
    }
}

/// Spaces with recalls that nobody has taken.
#[derive(Debug, Default)]
pub struct Waiting(FxHashSet<[u64; 2]>);

impl Waiting {
    /// Reads the ring, once for all spaces.
    pub fn now() -> Waiting {
        Waiting(untaken().map(|(_, w)| [w[SPACE], w[SPACE + 1]]).collect())
    }

    /// Whether a space is among them.
    pub fn has(&self, space: &str) -> bool {
        !self.0.is_empty() && space_words(space).is_some_and(|words| self.0.contains(&words))
    }
}

/// A recall that is to be announced.
pub struct Recalled {
    pub activity: bool,
    pub ids: Vec<[u8; 16]>,
}

/// Takes the recalls of the space out of the ring.
pub fn take(space: &str) -> Vec<Recalled> {
    let Some(space) = space_words(space) else { return Vec::new() };
    let of_space = untaken().filter(|(_, words)| words[SPACE..ACTIVITY] == space);
    // One that changes between reading and taking was overwritten by a new one, which then counts as taken.
    let taken = of_space.filter(|(recall, _)| write(recall, &[0; WORDS]));
    let ids = |w: &[u64; WORDS]| {
        let n = w[COUNT].min(MOST as u64) as usize;
        (0..n).map(|i| bytes([w[IDS + 2 * i], w[IDS + 2 * i + 1]])).collect()
    };
    taken.map(|(_, w)| Recalled { activity: w[ACTIVITY] > 0, ids: ids(&w) }).collect()
}

fn untaken() -> impl Iterator<Item = (&'static Recall, [u64; WORDS])> {
    let recalls = RING.get().into_iter().flatten().filter_map(|recall| Some((recall, read(recall)?)));
    recalls.filter(|(_, words)| words[COUNT] > 0)
}

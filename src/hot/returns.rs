//! Cold memories that a recall has returned, in shared memory: the maintenance worker brings them back.
//!
//! A ring of hints without a lock, like that of the answers (`answers.rs`). What the worker does not come to before the ring goes
//! round, or before the server stops, is noted again by the next recall. Without `shared_preload_libraries` there is no ring and no worker.

use super::answers::{bytes, read, space_words, words, write};
use crate::pg::shmem::{SharedArea, register_area};
use rustc_hash::FxHashSet;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const NOTES: usize = 1024;
/// After the sequence number: space, id, and whether nobody has taken it.
const WORDS: usize = 6;
const SPACE: usize = 1;
const ID: usize = 3;
const UNTAKEN: usize = 5;

type Note = [AtomicU64; WORDS];

static RING: SharedArea<[Note; NOTES]> = SharedArea::new(c"engram cold returns");
/// Notes ever written.
static WRITTEN: SharedArea<AtomicU64> = SharedArea::new(c"engram cold returns written");

/// Asks for the shared memory of this module.
pub fn init() {
    register_area(&RING);
    register_area(&WRITTEN);
}

/// Notes cold memories that were of use.
pub fn note(space: &str, ids: impl Iterator<Item = [u8; 16]>) {
    let (Some(ring), Some(written)) = (RING.get(), WRITTEN.get()) else { return };
    let Some([name, table]) = space_words(space) else { return };
    for id in ids {
        let [first, second] = words(id);
        write(&ring[written.fetch_add(1, Relaxed) as usize % NOTES], &[0, name, table, first, second, 1]);
    }
}

/// Spaces with notes that nobody has taken.
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

/// Takes notes of the space out of the ring, at most `most` memories.
pub fn take(space: &str, most: usize) -> Vec<[u8; 16]> {
    let Some(space) = space_words(space) else { return Vec::new() };
    let mut ids = FxHashSet::default();
    for (note, words) in untaken().filter(|(_, words)| words[SPACE..ID] == space) {
        if ids.len() == most {
            break;
        }
        if write(note, &[0; WORDS]) {
            ids.insert(bytes([words[ID], words[ID + 1]]));
        }
    }
    let mut ids: Vec<[u8; 16]> = ids.into_iter().collect();
    ids.sort_unstable();
    ids
}

fn untaken() -> impl Iterator<Item = (&'static Note, [u64; WORDS])> {
    let notes = RING.get().into_iter().flatten().filter_map(|note| Some((note, read(note)?)));
    notes.filter(|(_, words)| words[UNTAKEN] > 0)
}

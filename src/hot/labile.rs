//! When memories were recalled, for those recalled lately: what `engram.trace` has not heard of yet.
//!
//! A table of sets of four entries, chosen by the id; the oldest of a set makes way. The same protocol as in `answers`: no lock, and an
//! entry that somebody writes counts as missing. Nothing but the window of reconsolidation depends on it. Without
//! `shared_preload_libraries` there is no table, and a recall opens no window until it is in `engram.trace`.

use super::answers::{read, space_words, words, write};
use crate::pg::shmem::{SharedArea, register_area};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const WAYS: usize = 4;
const SETS: usize = 4096;
/// Sequence, two words of space, two of the id, and the time.
const WORDS: usize = 6;
const SPACE: usize = 1;
/// Microseconds since the Unix epoch.
const TIME: usize = 5;

type Entry = [AtomicU64; WORDS];

static RECALLED: SharedArea<[[Entry; WAYS]; SETS]> = SharedArea::new(c"engram recalled");

/// Asks for the shared memory of this module.
pub fn init() {
    register_area(&RECALLED);
}

fn ways(id: [u64; 2]) -> Option<&'static [Entry; WAYS]> {
    RECALLED.get().map(|table| &table[((id[0] ^ id[1].rotate_left(17)) % SETS as u64) as usize])
}

/// Notes that memories were recalled.
pub fn note(space: &str, ids: impl Iterator<Item = [u8; 16]>, now: i64) {
    let Some([name, table]) = space_words(space) else { return };
    for id in ids.map(words) {
        let Some(ways) = ways(id) else { return };
        let entry = [0, name, table, id[0], id[1], now as u64];
        let is_same = |e: &&Entry| read(e).is_some_and(|w| w[SPACE..TIME] == entry[SPACE..TIME]);
        let oldest = || ways.iter().min_by_key(|e| e[TIME].load(Relaxed));
        if let Some(way) = ways.iter().find(is_same).or_else(oldest) {
            write(way, &entry);
        }
    }
}

/// When a memory was recalled last, as far as it is known here.
pub fn recalled(space: &str, id: [u8; 16]) -> Option<i64> {
    let [name, table] = space_words(space)?;
    let [first, second] = words(id);
    let found = ways([first, second])?.iter().filter_map(read);
    found.filter(|w| w[SPACE..TIME] == [name, table, first, second]).map(|w| w[TIME] as i64).max()
}

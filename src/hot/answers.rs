//! What recall has returned lately, in shared memory: hints that a text which is remembered now was told a moment ago.
//!
//! A table of sets of four entries, chosen by the digest of the text, so that a look-up reads four cache lines. The oldest of a
//! set makes way. Nothing depends on an entry being there; whoever finds one reads the row it names, under its own rights. What was
//! told to one role says nothing about what another one remembers, so the role is part of the entry.
//!
//! No lock: a writer makes the sequence number of an entry odd, writes, and makes it even; one that meets another writer leaves
//! its entry out. A reader that finds the number changed counts the entry as missing (Lameter 2005). Without `shared_preload_libraries`
//! there is no table, and nothing is recognised by it.

use super::key;
use crate::pg::shmem::{SharedArea, register_area};
use crate::{guc, pg};
use engram_engine::text;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    fence,
};

const WAYS: usize = 4;
const SETS: usize = 1024;
const WORDS: usize = 8;

const SEQUENCE: usize = 0;
/// Two words that stand for database, table and space.
const SPACE: usize = 1;
const ROLE: usize = 3;
const DIGEST: usize = 4;
/// Two words of the memory id.
const ID: usize = 5;
/// Microseconds since the Unix epoch.
const TIME: usize = 7;

type Entry = [AtomicU64; WORDS];

static ECHOES: SharedArea<[[Entry; WAYS]; SETS]> = SharedArea::new(c"engram answers");

/// Asks for the shared memory of this module.
pub fn init() {
    register_area(&ECHOES);
}

/// What stands for the current role in a space of this database.
fn place(space: &str) -> Option<[u64; 3]> {
    let words = key(space)?.words();
    Some([words[0], words[1], u64::from(pg::current_user().to_u32())])
}

fn set(table: &'static [[Entry; WAYS]; SETS], place: [u64; 3], digest: u64) -> &'static [Entry; WAYS] {
    &table[(place[0] ^ place[2].rotate_left(32) ^ digest) as usize % SETS]
}

fn words(id: [u8; 16]) -> [u64; 2] {
    let word = |i: usize| u64::from_ne_bytes(std::array::from_fn(|j| id[i + j]));
    [word(0), word(8)]
}

fn bytes(words: [u64; 2]) -> [u8; 16] {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&words[0].to_ne_bytes());
    id[8..].copy_from_slice(&words[1].to_ne_bytes());
    id
}

/// The words of an entry, if nobody writes them.
fn read(entry: &Entry) -> Option<[u64; WORDS]> {
    let sequence = entry[SEQUENCE].load(Acquire);
    let words: [u64; WORDS] = std::array::from_fn(|i| entry[i].load(Relaxed));
    fence(Acquire);
    (sequence % 2 == 0 && entry[SEQUENCE].load(Relaxed) == sequence).then_some(words)
}

fn write(entry: &Entry, words: &[u64; WORDS]) {
    let sequence = entry[SEQUENCE].load(Relaxed);
    let odd = sequence.wrapping_add(1);
    if sequence % 2 == 1 || entry[SEQUENCE].compare_exchange(sequence, odd, Acquire, Relaxed).is_err() {
        return;
    }
    fence(Release);
    entry[1..].iter().zip(&words[1..]).for_each(|(to, word)| to.store(*word, Relaxed));
    entry[SEQUENCE].store(odd.wrapping_add(1), Release);
}

/// Keeps what a recall has returned to the current role.
pub fn keep<'a>(space: &str, returned: impl Iterator<Item = ([u8; 16], &'a str)>) {
    let (Some(table), Some(place)) = (ECHOES.get(), place(space)) else { return };
    if guc::echo_window().is_zero() {
        return;
    }
    let now = pg::clock_micros() as u64;
    for (id, content) in returned {
        let (digest, [first, second]) = (text::digest(content), words(id));
        let ways = set(table, place, digest);
        let entry = [0, place[0], place[1], place[2], digest, first, second, now];
        let is_same = |e: &&Entry| read(e).is_some_and(|w| w[SPACE..TIME] == entry[SPACE..TIME]);
        let oldest = || ways.iter().min_by_key(|e| e[TIME].load(Relaxed));
        if let Some(way) = ways.iter().find(is_same).or_else(oldest) {
            write(way, &entry);
        }
    }
}

/// Ids of memories with this text that the current role was told within `engram.echo_window`.
pub fn same_text(space: &str, digest: u64) -> Vec<[u8; 16]> {
    let (Some(table), Some(place)) = (ECHOES.get(), place(space)) else { return Vec::new() };
    let told = told(set(table, place, digest).iter(), place);
    told.filter(|w| w[DIGEST] == digest).map(|w| bytes([w[ID], w[ID + 1]])).collect()
}

/// Ids of all memories of the space that the current role was told within `engram.echo_window`, as far as they are kept.
pub fn lately(space: &str) -> Vec<[u8; 16]> {
    let (Some(table), Some(place)) = (ECHOES.get(), place(space)) else { return Vec::new() };
    told(table.iter().flatten(), place).map(|w| bytes([w[ID], w[ID + 1]])).collect()
}

fn told<'a>(entries: impl Iterator<Item = &'a Entry>, place: [u64; 3]) -> impl Iterator<Item = [u64; WORDS]> {
    let since = (pg::clock_micros() as u64).saturating_sub(guc::echo_window().as_micros() as u64);
    entries.filter_map(read).filter(move |w| w[SPACE..=ROLE] == place && w[TIME] > since)
}

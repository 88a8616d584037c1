//! What recall has returned lately, in shared memory: hints that a text which is remembered now was told a moment ago, and which
//! memories came to mind together.
//!
//! The texts: a table of sets of four entries, chosen by the digest of the text, so that a look-up reads four cache lines. The oldest of a
//! set makes way. Nothing depends on an entry being there; whoever finds one reads the row it names, under its own rights. What was
//! told to one role says nothing about what another one remembers, so the role is part of the entry.
//!
//! The answers: a ring, written where `engram.hebbian_rate` is above zero and emptied by the maintenance worker (`memory::learn`). What it
//! did not come to before the ring went round is lost.
//!
//! No lock: a writer makes the sequence number of an entry odd, writes, and makes it even; one that meets another writer leaves
//! its entry out. A reader that finds the number changed counts the entry as missing (Lameter 2005). Without `shared_preload_libraries`
//! there is no table, and nothing is recognised by it.

use crate::pg::shmem::{SharedArea, register_area};
use crate::{guc, pg};
use engram_engine::text;
use rustc_hash::FxHashSet;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    fence,
};
use xxhash_rust::xxh3::xxh3_64;

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

static ECHOES: SharedArea<[[Entry; WAYS]; SETS]> = SharedArea::new(c"engram echoes");

/// Memories of an answer that are kept, the best ones.
pub const TOGETHER: usize = 5;
const ANSWERS: usize = 512;
/// After sequence and space: the rate as bits of `f32`, the number of memories, and their ids.
const ANSWER_WORDS: usize = 16;
const RATE: usize = 3;
const COUNT: usize = 4;
const IDS: usize = 5;

type Answer = [AtomicU64; ANSWER_WORDS];

static RING: SharedArea<[Answer; ANSWERS]> = SharedArea::new(c"engram answers");
/// Answers ever written.
static WRITTEN: SharedArea<AtomicU64> = SharedArea::new(c"engram answers written");

/// Asks for the shared memory of this module.
pub fn init() {
    register_area(&ECHOES);
    register_area(&RING);
    register_area(&WRITTEN);
}

/// What stands for a space of this database.
pub(super) fn space_words(space: &str) -> Option<[u64; 2]> {
    let table = pg::memory_table_oid()?;
    Some([xxh3_64(space.as_bytes()), u64::from(pg::database_oid().to_u32()) << 32 | u64::from(table.to_u32())])
}

/// What stands for the current role in a space of this database.
pub(super) fn place(space: &str) -> Option<[u64; 3]> {
    let [name, table] = space_words(space)?;
    Some([name, table, u64::from(pg::current_user().to_u32())])
}

fn set(table: &'static [[Entry; WAYS]; SETS], place: [u64; 3], digest: u64) -> &'static [Entry; WAYS] {
    &table[(place[0] ^ place[2].rotate_left(32) ^ digest) as usize % SETS]
}

pub(super) fn words(id: [u8; 16]) -> [u64; 2] {
    let word = |i: usize| u64::from_ne_bytes(std::array::from_fn(|j| id[i + j]));
    [word(0), word(8)]
}

pub(super) fn bytes(words: [u64; 2]) -> [u8; 16] {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&words[0].to_ne_bytes());
    id[8..].copy_from_slice(&words[1].to_ne_bytes());
    id
}

/// The words of an entry, if nobody writes them.
pub(super) fn read<const N: usize>(entry: &[AtomicU64; N]) -> Option<[u64; N]> {
    let sequence = entry[SEQUENCE].load(Acquire);
    let words: [u64; N] = std::array::from_fn(|i| entry[i].load(Relaxed));
    fence(Acquire);
    (sequence.is_multiple_of(2) && entry[SEQUENCE].load(Relaxed) == sequence).then_some(words)
}

/// Writes the words of an entry behind the first. False where another one writes.
pub(super) fn write<const N: usize>(entry: &[AtomicU64; N], words: &[u64; N]) -> bool {
    let sequence = entry[SEQUENCE].load(Relaxed);
    let odd = sequence.wrapping_add(1);
    if !sequence.is_multiple_of(2) || entry[SEQUENCE].compare_exchange(sequence, odd, Acquire, Relaxed).is_err() {
        return false;
    }
    fence(Release);
    entry[1..].iter().zip(&words[1..]).for_each(|(to, word)| to.store(*word, Relaxed));
    entry[SEQUENCE].store(odd.wrapping_add(1), Release);
    true
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

/// Keeps which memories came to mind together, best first, where anything is learned from it.
pub fn keep_together(space: &str, ids: impl Iterator<Item = [u8; 16]>) {
    let rate = guc::hebbian_rate();
    let (Some(ring), Some(written), true) = (RING.get(), WRITTEN.get(), rate > 0.0) else { return };
    let Some([name, table]) = space_words(space) else { return };
    let mut answer = [0; ANSWER_WORDS];
    answer[SPACE..RATE].copy_from_slice(&[name, table]);
    answer[RATE] = u64::from(rate.to_bits());
    for (i, id) in ids.take(TOGETHER).enumerate() {
        answer[IDS + 2 * i..][..2].copy_from_slice(&words(id));
        answer[COUNT] = i as u64 + 1;
    }
    if answer[COUNT] > 1 {
        write(&ring[written.fetch_add(1, Relaxed) as usize % ANSWERS], &answer);
    }
}

/// An answer that something is to be learned from.
pub struct Together {
    pub rate: f32,
    pub ids: Vec<[u8; 16]>,
}

/// Spaces with answers that nobody has taken.
#[derive(Debug, Default)]
pub struct Waiting(FxHashSet<[u64; 2]>);

impl Waiting {
    /// Reads the ring, once for all spaces.
    pub fn now() -> Waiting {
        Waiting(all_untaken().map(|(_, words)| [words[SPACE], words[SPACE + 1]]).collect())
    }

    /// Whether a space is among them.
    pub fn has(&self, space: &str) -> bool {
        !self.0.is_empty() && space_words(space).is_some_and(|words| self.0.contains(&words))
    }
}

/// Takes the answers of the space out of the ring.
pub fn take_together(space: &str) -> Vec<Together> {
    let Some(space) = space_words(space) else { return Vec::new() };
    // One that changes between reading and taking was overwritten by a new answer, which then counts as taken.
    let taken = untaken(space).filter(|(answer, _)| write(answer, &[0; ANSWER_WORDS]));
    taken
        .map(|(_, words)| Together {
            rate: f32::from_bits(words[RATE] as u32),
            ids: (0..words[COUNT].min(TOGETHER as u64) as usize)
                .map(|i| bytes([words[IDS + 2 * i], words[IDS + 2 * i + 1]]))
                .collect(),
        })
        .collect()
}

fn untaken(space: [u64; 2]) -> impl Iterator<Item = (&'static Answer, [u64; ANSWER_WORDS])> {
    all_untaken().filter(move |(_, words)| words[SPACE..RATE] == space)
}

fn all_untaken() -> impl Iterator<Item = (&'static Answer, [u64; ANSWER_WORDS])> {
    let answers = RING.get().into_iter().flatten().filter_map(|answer| Some((answer, read(answer)?)));
    answers.filter(|(_, words)| words[COUNT] > 1)
}

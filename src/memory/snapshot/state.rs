//! What is known of the file of each database since the server started, in shared memory: atomic words, read without a lock.
//!
//! The words of a database are written by its worker, of which there is one, and by the launcher at the stop.

use crate::pg::shmem::{SharedArea, register_area};
use crate::pg::{self};
use pgrx::datum::TimestampWithTimeZone;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, Release},
};

/// Databases that are kept track of: the others load from their tables.
const MOST: usize = 256;
const WORDS: usize = 48;

const DATABASE: usize = 0;
/// The table of memories at the visit that read the file, or found none; 0 before.
const VISITED: usize = 1;
const TOKEN: usize = 2;
const FINGERPRINT: usize = 4;
const WRITTEN: usize = 5;
const BYTES: usize = 6;
const DURATION: usize = 7;
const SPACES: usize = 8;
const XMIN: usize = 9;
const LOADED: usize = 10;
const LOADED_SPACES: usize = 11;
const RECORDED_SPACES: usize = 12;
const LOAD_DURATION: usize = 13;
const REASON: usize = 16;
const REASON_BYTES: usize = (WORDS - REASON) * 8;

static SLOTS: SharedArea<[[AtomicU64; WORDS]; MOST]> = SharedArea::new(c"engram snapshots");

/// Asks for the shared memory.
pub fn init() {
    register_area(&SLOTS);
}

/// The words of one database.
#[derive(Clone, Copy)]
pub(super) struct Slot(&'static [AtomicU64; WORDS]);

/// A file that was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    pub bytes: u64,
    pub micros: u64,
    pub spaces: u64,
    pub xmin: u64,
    pub fingerprint: u64,
}

impl Slot {
    /// The words of a database, taken now if it has none; none without shared memory, or when all are taken.
    pub fn of(database: u32) -> Option<Slot> {
        let slots = SLOTS.get()?;
        let mine = |s: &&[AtomicU64; WORDS]| s[DATABASE].load(Relaxed) == u64::from(database);
        if let Some(slot) = slots.iter().find(mine) {
            return Some(Slot(slot));
        }
        let free = |s: &&[AtomicU64; WORDS]| {
            s[DATABASE].load(Relaxed) == 0
                && s[DATABASE].compare_exchange(0, u64::from(database), Relaxed, Relaxed).is_ok()
        };
        slots.iter().find(free).map(Slot)
    }

    fn get(self, word: usize) -> u64 {
        self.0[word].load(Relaxed)
    }

    fn set(self, word: usize, value: u64) {
        self.0[word].store(value, Relaxed);
    }

    /// The table of memories when the file was looked for, since the server started; 0 before.
    pub fn table(self) -> u32 {
        self.get(VISITED) as u32
    }

    /// The first visit is over. `fingerprint`: what the file that was read, and serves on, stands for.
    pub fn visited(self, table: u32, spaces: u64, recorded: u64, micros: u64, fingerprint: u64) {
        self.set(LOADED_SPACES, spaces);
        self.set(RECORDED_SPACES, recorded);
        self.set(LOAD_DURATION, micros);
        self.set(FINGERPRINT, fingerprint);
        self.set(VISITED, table.into());
        // Last: whoever sees it finds the rest.
        self.0[LOADED].store(pg::clock_micros() as u64, Release);
    }

    /// Token of the file that the stop writes; none before it is committed.
    pub fn token(self) -> Option<[u8; 16]> {
        let words = [self.get(TOKEN), self.get(TOKEN + 1)];
        let mut token = [0; 16];
        token[..8].copy_from_slice(&words[0].to_le_bytes());
        token[8..].copy_from_slice(&words[1].to_le_bytes());
        (words != [0; 2]).then_some(token)
    }

    pub fn set_token(self, token: [u8; 16]) {
        let (low, high) = token.split_at(8);
        self.set(TOKEN, u64::from_le_bytes(low.try_into().expect("eight bytes")));
        self.set(TOKEN + 1, u64::from_le_bytes(high.try_into().expect("eight bytes")));
    }

    /// When a file was written last, or the first visit was over; microseconds since the Unix epoch.
    pub fn since(self) -> i64 {
        self.get(WRITTEN).max(self.get(LOADED)) as i64
    }

    /// What the file that serves stands for, 0 for none.
    pub fn fingerprint(self) -> u64 {
        self.get(FINGERPRINT)
    }

    /// The file that serves was written before this server started, at `micros`, and holds what transactions before `xmin` did.
    pub fn found(self, micros: i64, bytes: u64, spaces: u64, xmin: u64) {
        self.set(WRITTEN, micros.unsigned_abs());
        self.set(BYTES, bytes);
        self.set(SPACES, spaces);
        self.set(XMIN, xmin);
    }

    pub fn written(self, written: &Written) {
        self.set(WRITTEN, pg::clock_micros() as u64);
        self.set(BYTES, written.bytes);
        self.set(DURATION, written.micros);
        self.set(SPACES, written.spaces);
        self.set(XMIN, written.xmin);
        self.set(FINGERPRINT, written.fingerprint);
    }

    /// Why a file was discarded.
    pub fn discarded(self, reason: &str) {
        let mut bytes = [0u8; REASON_BYTES];
        let n = (0..=REASON_BYTES.min(reason.len())).rev().find(|&n| reason.is_char_boundary(n)).unwrap_or(0);
        bytes[..n].copy_from_slice(&reason.as_bytes()[..n]);
        for (i, chunk) in bytes.chunks_exact(8).enumerate() {
            self.set(REASON + i, u64::from_ne_bytes(chunk.try_into().expect("eight bytes")));
        }
    }
}

/// The databases that were visited.
pub(super) fn visited() -> Vec<(u32, Slot)> {
    let slots = SLOTS.get().into_iter().flatten().map(Slot);
    slots.filter(|s| s.get(DATABASE) != 0 && s.table() != 0).map(|s| (s.get(DATABASE) as u32, s)).collect()
}

/// Gives the words of databases that are gone to others.
pub(super) fn keep_only(databases: &[u32]) {
    for slot in SLOTS.get().into_iter().flatten() {
        let database = slot[DATABASE].load(Relaxed);
        if database != 0 && !databases.iter().any(|d| u64::from(*d) == database) {
            slot[1..].iter().for_each(|word| word.store(0, Relaxed));
            slot[DATABASE].store(0, Relaxed);
        }
    }
}

/// The file of this database as `engram.stat_snapshot` shows it.
#[derive(Default)]
pub struct Shown {
    pub written_at: Option<TimestampWithTimeZone>,
    pub bytes: i64,
    pub duration_ms: f64,
    pub spaces: i64,
    pub xmin: Option<u64>,
    pub loaded_at: Option<TimestampWithTimeZone>,
    pub loaded_from: Option<&'static str>,
    pub loaded_spaces: i64,
    pub recorded_spaces: i64,
    pub load_ms: f64,
    pub discarded: Option<String>,
}

/// What is known of the file of this database.
pub fn shown() -> Shown {
    let database = u64::from(pg::database_oid().to_u32());
    let found = SLOTS.get().into_iter().flatten().find(|s| s[DATABASE].load(Relaxed) == database).map(Slot);
    let Some(s) = found else { return Shown::default() };
    let bytes: Vec<u8> = (REASON..WORDS).flat_map(|w| s.get(w).to_ne_bytes()).collect();
    let reason = String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned();
    Shown {
        written_at: time(s.get(WRITTEN)),
        bytes: s.get(BYTES) as i64,
        duration_ms: s.get(DURATION) as f64 / 1e3,
        spaces: s.get(SPACES) as i64,
        xmin: Some(s.get(XMIN)).filter(|x| *x > 0),
        loaded_at: time(s.get(LOADED)),
        loaded_from: (s.table() != 0).then(|| if s.get(RECORDED_SPACES) > 0 { "file" } else { "tables" }),
        loaded_spaces: s.get(LOADED_SPACES) as i64,
        recorded_spaces: s.get(RECORDED_SPACES) as i64,
        load_ms: s.get(LOAD_DURATION) as f64 / 1e3,
        discarded: (!reason.is_empty()).then_some(reason),
    }
}

fn time(micros: u64) -> Option<TimestampWithTimeZone> {
    let since_2000 = (micros as i64).checked_sub(pg::POSTGRES_EPOCH_MICROS)?;
    (micros != 0).then(|| TimestampWithTimeZone::try_from(since_2000).ok()).flatten()
}

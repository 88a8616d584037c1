//! Episodes that a worker keeps between its runs, so that a run reads only what is new.
//!
//! What is kept is what the tables held in the snapshot of a run, and its clusters. All of it goes when the space, its policies
//! or its owner are others, when changes since were trimmed, and when it takes more than `engram.worker_memory`: then the
//! next run reads everything, with the same outcome. Membership in roles is not looked at: who changes the rights of an owner by it changes what a
//! run sees only after the next full reading, at most [`OLDEST`] later.

use super::read::Episodes;
use super::rules::Rules;
use crate::guc;
use crate::pg;
use crate::store::{consolidation as store, snapshot};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long changes are followed before everything is read again.
const OLDEST: Duration = Duration::from_secs(3600);

/// What must be as it was.
#[derive(PartialEq, Eq)]
struct Key {
    space: String,
    database: pgrx::pg_sys::Oid,
    table: Option<pgrx::pg_sys::Oid>,
    facts: store::Space,
}

struct Kept {
    key: Key,
    rules: Rules,
    since: u64,
    read_at: Instant,
    episodes: Episodes,
}

/// What a space takes beside its episodes, about.
const OVERHEAD: usize = 2048;

/// Spaces by name, each with its turn, and turns in order: the one that was kept longest ago goes first.
#[derive(Default)]
struct Shelf {
    spaces: FxHashMap<String, (u64, usize, Kept)>,
    turns: BTreeMap<u64, String>,
    turn: u64,
    bytes: usize,
}

impl Shelf {
    fn remove(&mut self, space: &str) -> Option<Kept> {
        let (turn, bytes, kept) = self.spaces.remove(space)?;
        self.turns.remove(&turn);
        self.bytes -= bytes;
        Some(kept)
    }

    fn put(&mut self, kept: Kept) {
        let space = kept.key.space.clone();
        self.remove(&space);
        self.turn += 1;
        let bytes = OVERHEAD + kept.episodes.bytes();
        self.bytes += bytes;
        self.turns.insert(self.turn, space.clone());
        self.spaces.insert(space, (self.turn, bytes, kept));
    }

    /// Gives up spaces until the rest fits.
    fn fit(&mut self, limit: usize) {
        while self.bytes > limit
            && let Some((_, space)) = self.turns.pop_first()
        {
            self.remove(&space);
        }
    }
}

thread_local! {
    static KEPT: RefCell<Shelf> = RefCell::default();
}

/// Episodes of a space, and what it takes to keep them.
pub struct Taken {
    key: Key,
    rules: Rules,
    since: u64,
    read_at: Instant,
    pub episodes: Episodes,
    /// Rows that differ from those of the last run; none when everything was read.
    pub differ: Option<usize>,
}

/// Reads the episodes of a space with the rights of the caller, in the active snapshot, which may not see what transactions from `since` on
/// have written. `keeps`: they are taken from what was kept where that serves.
pub fn take(space: &str, facts: &store::Space, rules: &Rules, since: u64, keeps: bool) -> Taken {
    let key = Key {
        space: space.to_owned(),
        database: pg::database_oid(),
        table: pg::memory_table_oid(),
        facts: facts.clone(),
    };
    if keeps && let Some(kept) = KEPT.with_borrow_mut(|shelf| shelf.remove(space)) {
        let serves = kept.key == key
            && kept.rules == *rules
            && kept.read_at.elapsed() < OLDEST
            && snapshot::trimmed_before() <= kept.since;
        let mut episodes = kept.episodes;
        if serves && let Some(differ) = episodes.follow(space, kept.since) {
            return Taken { key, rules: rules.clone(), since, read_at: kept.read_at, episodes, differ: Some(differ) };
        }
    }
    let mut episodes = Episodes::new(facts);
    episodes.read(space);
    Taken { key, rules: rules.clone(), since, read_at: Instant::now(), episodes, differ: None }
}

/// Keeps episodes for the next run, as long as there is room for them.
pub fn keep(taken: Taken) {
    let Taken { key, rules, since, read_at, episodes, .. } = taken;
    KEPT.with_borrow_mut(|shelf| {
        shelf.put(Kept { key, rules, since, read_at, episodes });
        shelf.fit(guc::worker_memory());
    });
}

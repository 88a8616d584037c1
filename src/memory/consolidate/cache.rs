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
use std::cell::RefCell;
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

thread_local! {
    /// The most recent last.
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
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
    if keeps && let Some(kept) = KEPT.with_borrow_mut(|all| remove(all, space)) {
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
    KEPT.with_borrow_mut(|all| {
        remove(all, &key.space);
        all.push(Kept { key, rules, since, read_at, episodes });
        let mut bytes: usize = all.iter().map(|kept| kept.episodes.bytes()).sum();
        while bytes > guc::worker_memory() && !all.is_empty() {
            bytes -= all.remove(0).episodes.bytes();
        }
    });
}

fn remove(all: &mut Vec<Kept>, space: &str) -> Option<Kept> {
    all.iter().position(|kept| kept.key.space == space).map(|at| all.remove(at))
}

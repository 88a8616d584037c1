//! Strengthening by use: what recalls have noted goes to engram.trace, and callers say whether it was of use.
//!
//! A use adds to the stability of a memory as much as was forgotten when it came, by its weight. Everything is computed from the row and
//! the time of the use, so it does not matter how many uses are written together, or when.

use super::decay::{self, Forgetting, History, encoding, named};
use super::{known, required, space_or_setting};
use crate::crash::{self, Point};
use crate::error::Error;
use crate::guc;
use crate::hot::record::kind_hash;
use crate::hot::uses::{self, Use};
use crate::pg::{self, settings};
use crate::store;
use crate::store::decay::{Encoded, Trace};
use crate::store::trace::{self, Wait, Written};
use engram_engine::dynamics::decay::{RECENT, weight_of_place};
use pgrx::Uuid;
use rustc_hash::{FxHashMap, FxHashSet};

/// Memories whose uses are written in one transaction: about a hundredth of a second.
const BATCH: usize = 500;

pub use uses::{Count, counted};

/// Notes what a recall has returned, best first.
pub fn note(space: &str, ids: impl Iterator<Item = [u8; 16]>) {
    if !guc::reinforce() || !uses::is_possible() || !decay::is_possible() {
        return;
    }
    let at = super::now();
    uses::note(space, (1..).zip(ids).map(|(place, id)| Use { id, at, weight: weight_of_place(place) as f32 }));
}

/// Spaces of this database with uses that are due. Those of spaces that are gone are dropped.
pub fn due(first: bool) -> Vec<String> {
    if !decay::is_possible() || uses::counted(uses::Count::Pending) <= 0 {
        return Vec::new();
    }
    let names = super::check::spaces();
    if first {
        uses::keep_spaces(names.iter().map(String::as_str));
    }
    uses::due(&names, guc::reinforce_interval()).into_iter().map(str::to_owned).collect()
}

/// Writes the uses of a space, of as many memories as fit in a batch; says whether there were any. Nobody is waited for: uses of memories
/// that somebody holds wait for the next time.
pub fn step(space: &str) -> bool {
    let taken = uses::take(space, None, BATCH);
    if taken.is_empty() {
        return false;
    }
    crash::at(Point::uses_taken);
    let left = settings::with_settings(&[(c"lock_timeout", c"1s")], || write(space, &taken, Wait::Never));
    uses::untake(space, &left.gone, &left.held);
    crash::at(Point::uses_written);
    left.written > 0
}

/// Writes all that waits in this database; for a worker that has to leave.
pub fn flush_all() {
    if !decay::is_possible() {
        return;
    }
    for space in super::check::spaces() {
        while step(&space) {}
    }
}

/// A use of one memory, now and as part of this transaction. False when it was deleted in the meantime.
pub fn use_now(space: &str, id: [u8; 16]) -> bool {
    if !decay::is_possible() {
        return trace::reinforce(space, Uuid::from_bytes(id));
    }
    write(space, &[Use { id, at: super::now(), weight: 1.0 }], Wait::ForOthers).written > 0
}

/// What was not written.
#[derive(Debug, Default)]
struct Left {
    written: usize,
    /// Memories that are not there.
    gone: FxHashSet<[u8; 16]>,
    /// Memories that somebody holds.
    held: FxHashSet<[u8; 16]>,
}

/// Enters uses, which are sorted by memory and time, in the traces of their memories.
fn write(space: &str, uses: &[Use], wait: Wait) -> Left {
    let mut ids: Vec<[u8; 16]> = uses.iter().map(|one| one.id).collect();
    ids.dedup();
    let locked = lock(space, &ids, wait);
    let mut written = Written::default();
    for of_one in uses.chunk_by(|a, b| a.id == b.id) {
        let Some(found) = locked.found.get(&of_one[0].id) else { continue };
        let mut trace = found.trace.clone();
        for one in of_one {
            locked
                .with_history(found, &trace, one.at, |history| {
                    let elapsed = history.idle_days(one.at);
                    let profile = &history.named.profile;
                    let last = history.last.next(profile, history.stability, elapsed, one.weight.into());
                    (last.strengthen(profile, history.stability) as f32, last.room as f32, one.weight)
                })
                .enter(&mut trace, one.at);
        }
        let times = of_one.iter().map(|one| one.at);
        written.push(&trace, times.clone().min().unwrap_or_default(), times.max().unwrap_or_default());
    }
    trace::write(space, &written);
    let gone = ids.iter().filter(|id| !locked.there.contains(*id)).copied().collect();
    let held = ids.iter().filter(|id| locked.there.contains(*id) && !locked.found.contains_key(*id));
    Left { written: written.len(), gone, held: held.copied().collect() }
}

/// What a use makes of a memory: stability, room and weight.
struct Effect(f32, f32, f32);

impl Effect {
    fn enter(self, trace: &mut Trace, at: i64) {
        let Effect(stability, room, weight) = self;
        (trace.stability, trace.last_room, trace.last_weight) = (Some(stability), Some(room), Some(weight));
        trace.recalls = trace.recalls.saturating_add(1);
        let place = trace.recent.partition_point(|t| *t > at);
        trace.recent.insert(place, at);
        trace.recent.truncate(RECENT);
    }
}

/// Memories whose traces this transaction has locked.
struct Locked {
    rules: Forgetting,
    there: FxHashSet<[u8; 16]>,
    found: FxHashMap<[u8; 16], Found>,
}

struct Found {
    trace: Trace,
    occurred_at: Option<i64>,
    created_at: Option<i64>,
    kind: u64,
}

impl Locked {
    /// What a memory was like at a time, with a trace that may have gone on since it was locked.
    fn with_history(
        &self,
        found: &Found,
        trace: &Trace,
        at: i64,
        f: impl FnOnce(History<'_>) -> (f32, f32, f32),
    ) -> Effect {
        let own = trace.rule.as_ref().map(named);
        let named = own.as_ref().unwrap_or_else(|| self.rules.of_kind(found.kind));
        let encoded_at = encoding(found.occurred_at, found.created_at, at);
        let (stability, room, weight) = f(History::new(named, Some(trace), encoded_at));
        Effect(stability, room, weight)
    }
}

fn lock(space: &str, ids: &[[u8; 16]], wait: Wait) -> Locked {
    pg::as_owner(|| {
        let rules = Forgetting::read(space, &[]);
        trace::make(space, ids);
        let mut traces = FxHashMap::default();
        trace::lock(space, ids, wait, |trace| {
            traces.insert(trace.id, trace);
        });
        let (mut there, mut found) = (FxHashSet::default(), FxHashMap::default());
        store::decay::encoded_now(space, ids, |memory| {
            there.insert(memory.id);
            if let Some(trace) = traces.remove(&memory.id) {
                let Encoded { occurred_at, created_at, kind, .. } = memory;
                found.insert(memory.id, Found { trace, occurred_at, created_at, kind: kind_hash(kind) });
            }
        });
        Locked { rules, there, found }
    })
}

/// Says whether the last return of a memory was of use: with `true` it counts whole, whatever its place in the answer, with `false` not at all.
/// Returns whether there was a return that it could be said of.
pub fn feedback(id: Option<Uuid>, useful: Option<bool>, space: Option<&str>) -> Result<bool, Error> {
    let (id, useful) = (required("id", id)?, required("useful", useful)?);
    let space = space_or_setting(space);
    store::space::for_reading(&space)?;
    known(&space, id)?;
    if !decay::is_possible() {
        return Err(Error::not_in_prerequisite_state("the catalog of this database is of a former version")
            .with_hint("Run ALTER EXTENSION engram UPDATE."));
    }
    let key = *id.as_bytes();
    if !trace::insert_feedback(&space, key, useful) {
        return Err(Error::unknown_memory(id, &space));
    }
    // What the last recall has noted is written first: it is the return that is meant.
    let mut waiting = uses::take(&space, Some(key), 1);
    waiting.extend(uses::take_own(&space, key));
    waiting.sort_by_key(|one| one.at);
    if !waiting.is_empty() {
        write(&space, &waiting, Wait::ForOthers);
    }
    let locked = lock(&space, &[key], Wait::ForOthers);
    let Some(found) = locked.found.get(&key).filter(|f| f.trace.recalls > 0 && f.trace.last_room.is_some()) else {
        return Ok(false);
    };
    let weight = if useful { 1.0 } else { 0.0 };
    let Effect(stability, ..) = locked.with_history(found, &found.trace, super::now(), |history| {
        let profile = &history.named.profile;
        let before = history.last.weaken(profile, history.stability);
        let last = engram_engine::dynamics::decay::Use { weight, ..history.last };
        (last.strengthen(profile, before) as f32, last.room as f32, weight as f32)
    });
    trace::weigh(&space, key, stability, weight as f32);
    Ok(true)
}

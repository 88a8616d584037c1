//! The warm tier as the maintenance worker keeps it: rows of engram.warm for what is outside the hot tier and for what leaves it next,
//! room in the region, and the way back.
//!
//! Each step is a transaction of its own. A step writes rows; a later one finds them committed and marks their nodes. So nothing is
//! remembered between steps, and a worker that is killed goes on where it was.

use crate::crash::{self, Point};
use crate::hot::{Hot, Place, evict};
use crate::memory::load;
use crate::store::warm::{self, MOST_INDEXED};
use engram_engine::tiers::Policy;
use engram_region::outside::Out;
use engram_region::{Record, State, Stats};
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};

/// Memories of one step: their rows are written in about half a second.
const BATCH: usize = 256;
/// Rows entered under one hold of the lock: about 100 us.
const PIECE: usize = 8;
/// Memories that come back in one step.
const MOST_BACK: usize = 64;
/// Rows looked at by one step of a sweep.
const SWEPT: usize = 5_000;

thread_local! {
    /// Where the search for what is not proposed goes on, by slot.
    static CURSORS: RefCell<FxHashMap<u32, u32>> = RefCell::default();
    /// Spaces whose rows are looked at for stale ones, with the id to go on after.
    static SWEEPS: RefCell<Vec<(String, [u8; 16])>> = RefCell::default();
    /// Rows in the way that belong to a former version were met.
    static STALE: Cell<bool> = const { Cell::new(false) };
}

/// Whether a space has something outside that nothing proposes.
pub fn is_due(hot: &Hot, place: Place) -> bool {
    let is_out = |stats: Stats| stats.spilled > stats.warm + stats.cold;
    warm::is_possible() && hot.read(place, |s| is_out(s.stats()) || s.needs_listing()) == Some(true)
}

/// The space whose memories leave next, where room is short: one in the whole region.
pub fn giver(hot: &Hot) -> Option<Place> {
    let (capacity, free) = hot.bytes();
    let is_short = Policy::default().to_write(capacity, free) > 0;
    (is_short && warm::is_possible()).then(|| evict::next_giver(hot)).flatten()
}

/// Evicts what is written, as far as room is short. Says whether something left.
pub fn keep_room(hot: &Hot) -> bool {
    evict::keep_room(hot, &Policy::default())
}

/// Writes rows of one batch of memories, marks those of earlier steps, and keeps room. Says whether anything was done.
pub fn step(hot: &Hot, place: Place, name: &str) -> bool {
    if hot.read(place, |s| s.state()) != Some(State::Ready) {
        return false;
    }
    let policy = Policy::default();
    let mut done = empty_void(hot, place);
    let outside = outside(hot, place);
    let ahead = evict::next_to_leave(hot, place, &policy, BATCH - outside.len());
    let ids: Vec<[u8; 16]> = outside.iter().map(|o| o.id).chain(ahead.iter().map(|a| a.0)).collect();
    if !ids.is_empty() {
        let present: FxHashMap<[u8; 16], (u64, bool)> =
            warm::present(name, &ids).into_iter().map(|(id, changed, valid)| (id, (changed, valid))).collect();
        STALE.set(STALE.get() || present.values().any(|(_, valid)| !valid));
        let versions = outside.iter().filter(|o| !o.warm).map(|o| (o.id, o.changed)).chain(ahead.iter().copied());
        let (written, missing): (Vec<_>, Vec<_>) =
            versions.partition(|(id, changed)| present.get(id) == Some(&(*changed, true)));
        done |= mark(hot, place, &written);
        let missing: Vec<[u8; 16]> = missing.into_iter().map(|m| m.0).filter(|id| !present.contains_key(id)).collect();
        if write(hot, place, name, &outside, &missing) {
            done = true;
        } else {
            pass_by(place, &outside);
        }
    }
    evict::keep_room(hot, &policy) || done
}

/// Empties a frequency table that holds what is gone.
fn empty_void(hot: &Hot, place: Place) -> bool {
    let mut from = 0;
    let mut done = false;
    while let Some(Some(next)) = hot.write(place, |s| s.clear_outside(from)) {
        from = next;
        done = true;
    }
    done
}

/// The next memories that nothing proposes, from where the search stands: it moves on when a step found nothing to write among them, so
/// that the next one marks what this one wrote.
fn outside(hot: &Hot, place: Place) -> Vec<Out> {
    let mut found = Vec::new();
    let stats = hot.read(place, |s| s.stats()).unwrap_or_default();
    if stats.spilled == stats.warm + stats.cold {
        return found;
    }
    let start = CURSORS.with_borrow(|c| c.get(&place.slot).copied().unwrap_or(0));
    let mut from = Some(start);
    while found.len() < BATCH
        && let Some(at) = from
    {
        from = hot.read(place, |s| s.out_from(at, &mut found, |out| !out.is_proposed())).flatten();
    }
    found.truncate(BATCH);
    if found.is_empty() {
        // From the beginning, next time.
        CURSORS.with_borrow_mut(|c| c.remove(&place.slot));
    }
    found
}

/// Nothing is to be done for these: the search for others goes on behind them.
fn pass_by(place: Place, outside: &[Out]) {
    if let Some(last) = outside.last() {
        CURSORS.with_borrow_mut(|c| c.insert(place.slot, last.node + 1));
    }
}

fn mark(hot: &Hot, place: Place, versions: &[([u8; 16], u64)]) -> bool {
    crash::at(Point::warm_mark);
    versions.chunks(BATCH).for_each(|part| {
        hot.write(place, |s| s.mark_warm(part));
    });
    !versions.is_empty()
}

/// Writes the rows that are missing, and lists the terms of what is outside and not listed.
fn write(hot: &Hot, place: Place, name: &str, outside: &[Out], missing: &[[u8; 16]]) -> bool {
    let unlisted = outside.iter().filter(|o| !o.listed).map(|o| o.id);
    let mut ids: Vec<[u8; 16]> = missing.iter().copied().chain(unlisted).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return false;
    }
    let rows = load::records_of(name, &ids);
    let listed: u32 = rows.chunks(PIECE).filter_map(|part| hot.write(place, |s| s.list_rows(part))).sum();
    let listed = listed > 0;
    let dims = rows.iter().find_map(|r| r.code.as_ref()).map_or(0, |c| c.values.len());
    if dims > 0 && dims <= MOST_INDEXED && !warm::is_indexed(dims) {
        // In a transaction of its own: it locks the table against those who delete.
        return warm::create_index(dims) || listed;
    }
    let is_cold = |id: &[u8; 16]| outside.iter().any(|o| o.id == *id && o.cold);
    let rows: Vec<&Record> = rows.iter().filter(|r| missing.contains(&r.id) && !is_cold(&r.id)).collect();
    let written = warm::write(name, rows.iter().map(|r| (r.id, r.changed, r.terms.as_slice(), r.length)));
    crash::at(Point::warm_write);
    listed || written > 0
}

/// Whether a memory outside was recalled since the last round.
pub fn has_returned(hot: &Hot, place: Place) -> bool {
    hot.read(place, |s| s.stats().spilled > 0 && s.has_returned()) == Some(true)
}

/// Brings those back that were of use later than what would leave for them.
pub fn bring_back(hot: &Hot, place: Place, name: &str) -> bool {
    hot.read(place, |s| s.take_returned());
    let least = hot.read(place, |s| s.least_use()).flatten().unwrap_or(0);
    let mut used = Vec::new();
    let mut from = Some(0);
    while let Some(start) = from {
        from = hot.read(place, |s| s.out_from(start, &mut used, |out| out.touched > least && !out.cold)).flatten();
    }
    used.sort_unstable_by_key(|out| (std::cmp::Reverse(out.touched), out.id));
    used.truncate(MOST_BACK);
    let ids: Vec<[u8; 16]> = used.iter().map(|out| out.id).collect();
    if ids.is_empty() {
        return false;
    }
    evict::bring_back(hot, place, &Policy::default(), &load::records_of(name, &ids)) > 0
}

/// Whether stale rows are to be looked for: in the first round, and later where they were in the way.
pub fn has_to_sweep(first: bool) -> bool {
    if warm::is_possible() && (first || STALE.take()) {
        SWEEPS.set(warm::spaces().into_iter().map(|name| (name, [0; 16])).collect());
    }
    SWEEPS.with_borrow(|s| !s.is_empty())
}

/// Removes stale rows among the next of a space. Says whether anything was done.
pub fn sweep(hot: &Hot) -> bool {
    let Some((name, after)) = SWEEPS.with_borrow_mut(Vec::pop) else { return false };
    if let Some(next) = sweep_after(hot, &name, after) {
        SWEEPS.with_borrow_mut(|s| s.push((name, next)));
    }
    true
}

fn sweep_after(hot: &Hot, name: &str, after: [u8; 16]) -> Option<[u8; 16]> {
    let swept = warm::sweep(name, after, SWEPT);
    crash::at(Point::warm_sweep);
    let place = crate::hot::key(name).and_then(|key| hot.find(&key));
    if let Some(place) = place.filter(|_| !swept.gone.is_empty()) {
        hot.write(place, |s| s.unmark_warm(&swept.gone));
    }
    swept.after
}

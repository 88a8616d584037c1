//! Making room: the least active memories leave the hot tier, never the table.
//!
//! A writer that finds the region full takes what it needs ([`make_room`]). Mostly it finds room, because the maintenance worker keeps
//! some: it writes rows of `engram.warm` for what leaves next, and evicts what is written ([`keep_room`]).

use super::metrics::{Total, add};
use super::{Hot, Place, share};
use crate::crash::{self, Point};
use engram_engine::tiers::Policy;
use engram_region::evict::Victim;
use engram_region::{Record, State};

/// Survivors moved, or memories evicted, under one hold of the lock: about 100 us.
const BATCH: usize = 16;

/// Bytes that make it worth while to go on: what a new segment of a large space takes.
const ENOUGH: u64 = 1 << 20;

/// Of some spaces the one with the most bytes in codes and postings.
fn largest(hot: &Hot, of: &[Place]) -> Option<Place> {
    let sizes = of.iter().filter_map(|place| Some((hot.read(*place, |s| s.evictable_bytes())?, *place)));
    sizes.max_by_key(|(bytes, place)| (*bytes, place.slot)).filter(|(bytes, _)| *bytes > 0).map(|(_, place)| place)
}

/// Frees room in the region; says whether there is more than before.
///
/// Of the spaces whose turn it is when `wants` needs room (see `share`) the one with the most bytes in codes and postings gives a
/// segment, until enough is free. When none has any, the one that holds most leaves the region whole and is answered from tables.
pub fn make_room(hot: &Hot, wants: Place) -> bool {
    let (capacity, before) = hot.bytes();
    let enough = before + ENOUGH.min(capacity / 8);
    let givers = share::givers(hot, Some(wants));
    for _ in 0..64 {
        let Some(place) = largest(hot, &givers) else { break };
        if !evict_from(hot, place) || hot.bytes().1 >= enough {
            break;
        }
    }
    if hot.bytes().1 > before {
        return true;
    }
    let sizes = givers.iter().filter_map(|place| Some((hot.read(*place, |s| s.stats().bytes)?, *place)));
    match sizes.max_by_key(|(bytes, place)| (*bytes, place.slot)) {
        Some((bytes, place)) if bytes > 0 => {
            crash::at(Point::evict_space);
            hot.write(place, |s| s.reset(State::Absent)).is_some()
        }
        _ => false,
    }
}

/// Evicts what the marks of the policy say, segment by segment, as long as the rows of all that leave are in `engram.warm`. Says whether
/// something left.
pub fn keep_room(hot: &Hot, policy: &Policy) -> bool {
    let (capacity, free) = hot.bytes();
    let enough = free + policy.to_evict(capacity, free);
    let mut evicted = false;
    // Whoever is beyond a quota now gives all that is wanted now.
    let givers = share::givers(hot, None);
    while hot.bytes().1 < enough {
        let Some(place) = largest(hot, &givers) else { break };
        let Some(Some(victim)) = hot.read(place, |s| s.choose_victim().filter(|v| s.is_written(v))) else { break };
        let before = hot.bytes().1;
        take_out(hot, place, victim);
        evicted = true;
        if hot.bytes().1 <= before {
            break;
        }
    }
    evicted
}

/// The space that gives next. It is looked for among all: once a round, not once a space.
pub fn next_giver(hot: &Hot) -> Option<Place> {
    largest(hot, &share::givers(hot, None))
}

/// Memories of a space whose rows are to be written ahead: those that leave next, where it is this space that gives.
pub fn next_to_leave(hot: &Hot, place: Place, policy: &Policy, most: usize) -> Vec<([u8; 16], u64)> {
    let (capacity, free) = hot.bytes();
    let bytes = policy.to_write(capacity, free);
    if bytes == 0 || next_giver(hot) != Some(place) {
        return Vec::new();
    }
    hot.read(place, |s| s.next_to_leave(bytes, most)).unwrap_or_default()
}

/// Evicts one segment of a space; says whether there was one.
pub fn evict_from(hot: &Hot, place: Place) -> bool {
    let Some(Some(victim)) = hot.read(place, |s| s.choose_victim()) else { return false };
    take_out(hot, place, victim);
    true
}

fn take_out(hot: &Hot, place: Place, mut victim: Victim) {
    crash::at(Point::evict_begin);
    while hot.read(place, |s| s.read_terms(&mut victim)) == Some(true) {}
    // Without room for the survivors they leave as well.
    while let Some(Ok(more)) = hot.write(place, |s| s.move_survivors(&mut victim, BATCH)) {
        crash::at(Point::evict_move);
        if !more {
            break;
        }
    }
    while let Some(Some(left)) = hot.write(place, |s| s.evict(&mut victim, BATCH)) {
        add(Total::Evicted, left.into());
        crash::at(Point::evict_leave);
    }
    crash::at(Point::evict_free);
    hot.write(place, |s| s.give_back(&victim));
    while hot.write(place, |s| s.list_late(&mut victim, BATCH)) == Some(true) {}
}

/// Brings memories back by their rows, as long as the policy has room for them. Returns how many came.
pub fn bring_back(hot: &Hot, place: Place, policy: &Policy, rows: &[Record]) -> usize {
    let mut came = 0;
    for row in rows {
        crash::at(Point::readmit);
        let bytes = row.code.as_ref().map_or(0, |c| c.values.len() * 9 / 8) + row.terms.len() * 16;
        let (capacity, free) = hot.bytes();
        if !policy.may_return(capacity, free, bytes as u64) {
            break;
        }
        came += usize::from(hot.write(place, |s| s.readmit(row)) == Some(Ok(true)));
    }
    add(Total::Returned, came as u64);
    came
}

/// Whether a memory is outside the shared region and its terms are known there, so that they are wanted when it changes.
pub fn is_listed(space: &str, id: &[u8; 16]) -> bool {
    let found = super::find(space).and_then(|(hot, place)| hot.read(place, |s| s.is_listed(id)));
    found.unwrap_or(false)
}

/// Gives back segments that hold nothing, and moves the rest out of those that hold little.
pub fn compact(hot: &Hot, place: Place) {
    while let Some(Some(victim)) = hot.read(place, |s| s.empty_segment()) {
        hot.write(place, |s| s.give_back(&victim));
    }
    while let Some(Some(mut victim)) = hot.read(place, |s| s.scattered_segment()) {
        while hot.read(place, |s| s.read_terms(&mut victim)) == Some(true) {}
        while let Some(Ok(true)) = hot.write(place, |s| s.move_survivors(&mut victim, BATCH)) {}
        crash::at(Point::compact);
        // Where there is no room, the rest stays where it is.
        if hot.write(place, |s| s.give_back(&victim)) != Some(true) {
            return;
        }
    }
}

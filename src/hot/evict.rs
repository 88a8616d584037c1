//! Making room: the least active memories leave the hot tier, never the table.

use super::{Hot, Place};
use crate::crash::{self, Point};
use engram_region::State;

/// Survivors moved under one hold of the lock: about 100 us.
const BATCH: usize = 16;

/// Bytes that make it worth while to go on: what a new segment of a large space takes.
const ENOUGH: u64 = 1 << 20;

/// Frees room in the region; says whether there is more than before.
///
/// The space with the most bytes in codes and postings gives a segment, until enough is free. When none has any, the
/// space that holds most leaves the region whole and is answered from tables.
pub fn make_room(hot: &Hot) -> bool {
    let (capacity, before) = hot.bytes();
    let enough = before + ENOUGH.min(capacity / 8);
    let all = hot.all();
    for _ in 0..64 {
        let sizes = all.iter().filter_map(|(place, ..)| Some((hot.read(*place, |s| s.evictable_bytes())?, *place)));
        let largest = sizes.max_by_key(|(bytes, place)| (*bytes, place.slot)).filter(|(bytes, _)| *bytes > 0);
        let Some((_, place)) = largest else { break };
        if !evict_from(hot, place) || hot.bytes().1 >= enough {
            break;
        }
    }
    if hot.bytes().1 > before {
        return true;
    }
    let sizes = all.iter().filter_map(|(place, ..)| Some((hot.read(*place, |s| s.stats().bytes)?, *place)));
    match sizes.max_by_key(|(bytes, place)| (*bytes, place.slot)) {
        Some((bytes, place)) if bytes > 0 => {
            crash::at(Point::evict_space);
            hot.write(place, |s| s.reset(State::Absent)).is_some()
        }
        _ => false,
    }
}

/// Evicts one segment of a space; says whether there was one.
fn evict_from(hot: &Hot, place: Place) -> bool {
    let Some(Some(mut victim)) = hot.read(place, |s| s.choose_victim()) else { return false };
    crash::at(Point::evict_begin);
    // Without room for the survivors they leave as well.
    while let Some(Ok(more)) = hot.write(place, |s| s.move_survivors(&mut victim, BATCH)) {
        crash::at(Point::evict_move);
        if !more {
            break;
        }
    }
    crash::at(Point::evict_free);
    hot.write(place, |s| s.evict(&victim)).is_some()
}

/// Gives back segments that hold nothing, and moves the rest out of those that hold little.
pub fn compact(hot: &Hot, place: Place) {
    while let Some(Some(victim)) = hot.read(place, |s| s.empty_segment()) {
        hot.write(place, |s| s.evict(&victim));
    }
    while let Some(Some(mut victim)) = hot.read(place, |s| s.scattered_segment()) {
        while let Some(Ok(true)) = hot.write(place, |s| s.move_survivors(&mut victim, BATCH)) {}
        if victim.survivors() > 0 {
            // There is no room: the rest stays where it is.
            return;
        }
        crash::at(Point::compact);
        hot.write(place, |s| s.evict(&victim));
    }
}

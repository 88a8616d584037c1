//! Who makes room: quotas of spaces and databases.
//!
//! A space beyond its share gives its own memories up, whoever wants room. The quota of a database is one for when room is scarce: what
//! nobody else wants it may use, but one that is beyond its quota gives first, and one that is at it makes room in its own spaces only.

use super::{Hot, Place, evict};
use crate::guc;
use std::collections::HashMap;

/// Segments that leave at once at most.
const MOST_SEGMENTS: u32 = 256;

/// A space as [`Hot::all`] lists it.
type Listed = (Place, String, u32, u32);

/// The spaces that make room when `wants` does not fit: those whose turn it is, none when nobody has to. Without `wants`, those that give
/// first, whoever comes.
pub fn givers(hot: &Hot, wants: Option<Place>) -> Vec<Place> {
    let all = hot.all();
    let over: Vec<Place> = all.iter().map(|s| s.0).filter(|place| is_over(hot, *place)).collect();
    if let Some(wants) = wants.filter(|w| over.contains(w)) {
        return vec![wants];
    }
    let can_give = |places: &[Place]| places.iter().any(|p| hot.read(*p, |s| s.evictable_bytes()).unwrap_or(0) > 0);
    if can_give(&over) {
        return over;
    }
    match guc::database_quota(hot.bytes().0) {
        Some(quota) => within(hot, &all, wants, quota),
        None => all.into_iter().map(|s| s.0).collect(),
    }
}

/// The same by databases, each with a quota of so many bytes.
fn within(hot: &Hot, all: &[Listed], wants: Option<Place>, quota: u64) -> Vec<Place> {
    let mut held: HashMap<u32, u64> = HashMap::new();
    for (place, _, database, _) in all {
        *held.entry(*database).or_default() += hot.read(*place, |s| s.stats().bytes).unwrap_or(0);
    }
    let mine = all.iter().find(|s| Some(s.0) == wants).map(|s| s.2);
    let of = |wanted: &dyn Fn(u32) -> bool| all.iter().filter(|s| wanted(s.2)).map(|s| s.0).collect();
    let is_full = |database: u32| held.get(&database).is_some_and(|bytes| *bytes >= quota);
    match mine {
        Some(mine) if is_full(mine) => of(&|database| database == mine),
        _ if all.iter().any(|s| is_full(s.2)) => of(&is_full),
        // Nobody takes from a database that has less.
        _ => {
            let has = |database: u32| held.get(&database).copied().unwrap_or(0);
            let least = mine.map_or_else(|| held.values().copied().max().unwrap_or(0), |m| has(m).saturating_add(1));
            of(&|database| Some(database) == mine || has(database) >= least)
        }
    }
}

fn is_over(hot: &Hot, place: Place) -> bool {
    hot.read(place, |s| s.share() > 0 && s.stats().bytes > s.share()).unwrap_or(false)
}

/// Takes memories out of a space that is beyond its share, the least active first.
pub fn enforce(hot: &Hot, place: Place) {
    for _ in 0..MOST_SEGMENTS {
        if !is_over(hot, place) || !evict::evict_from(hot, place) {
            return;
        }
    }
}

/// Limits what a space takes; none is no limit.
pub fn set(hot: &Hot, place: Place, bytes: Option<i64>) {
    // A share of nothing is one of a byte: zero stands for no limit.
    let share = bytes.map_or(0, |bytes| bytes.max(1).unsigned_abs());
    if hot.read(place, |s| s.share()) != Some(share) {
        hot.write(place, |s| s.set_share(share));
    }
}

//! Moving one memory between the tiers by hand, and pinning it.

use super::recall::with_space;
use super::{cold, known, required, space_or_setting};
use crate::error::Error;
use crate::hot::{self, clock, moves};
use crate::pg::snapshot::Pinned;
use crate::store::{self, audit, fault};
use engram_engine::tiers::Tier;
use pgrx::Uuid;

/// The arguments of `engram_set_tier`, as they were given.
pub struct SetTier<'a> {
    pub id: Option<Uuid>,
    pub tier: Option<&'a str>,
    pub pinned: Option<bool>,
    pub space: Option<&'a str>,
}

/// Moves a memory, pins it, or takes the pin off. Returns whether anything changed.
pub fn set(given: SetTier) -> Result<bool, Error> {
    let id = required("id", given.id)?;
    let tier = given.tier.map(tier).transpose()?;
    if tier.is_none() && given.pinned.is_none() {
        return Err(Error::null_value("tier").with_hint("Give a tier, or say whether the memory is pinned."));
    }
    let space = space_or_setting(given.space);
    store::space::for_writing(&space)?;
    if !store::cold::is_possible() {
        return Err(Error::not_in_prerequisite_state("the catalog of this database is of a former version")
            .with_hint("Run ALTER EXTENSION engram UPDATE."));
    }
    let Some((was_cold, was_pinned)) = store::cold::state(&space, *id.as_bytes()) else {
        // Seen but not to be changed, or not there: both answer alike.
        known(&space, id)?;
        return Err(Error::unknown_memory(id, &space));
    };
    let pinned = given.pinned.unwrap_or(was_pinned);
    let to_cold = match tier {
        Some(tier) => tier == Tier::Cold,
        // What is pinned is at hand.
        None => was_cold && !pinned,
    };
    if to_cold && pinned {
        return Err(cold::pinned(id));
    }
    let moves = to_cold != was_cold;
    let becomes_resident = tier == Some(Tier::Hot) && !moves && !is_resident(&space, *id.as_bytes());
    let changes = moves || pinned != was_pinned || becomes_resident;
    if changes {
        // Writing a row makes it resident: a new version is entered with its words and its code.
        // Nothing is lost by a move: it is no entry of the audit log.
        audit::quietly(|| store::cold::set(&space, *id.as_bytes(), Some(to_cold), Some(pinned)));
        match (was_cold, to_cold) {
            (false, true) => moves::count_to_cold(1),
            (true, false) => moves::count_from_cold(1),
            _ => {}
        }
    }
    if tier.is_some_and(|tier| tier != Tier::Cold) && (was_cold || becomes_resident) {
        store::cold::used(&space, &[*id.as_bytes()]);
    }
    if tier == Some(Tier::Hot)
        && let Some((hot, place)) = hot::find(&space)
    {
        hot.read(place, |s| s.touch_memories(&[*id.as_bytes()], clock()));
    }
    Ok(changes)
}

fn tier(name: &str) -> Result<Tier, Error> {
    name.parse()
        .map_err(|()| fault::invalid(format!("tier \"{name}\" does not exist"), "The tiers are hot, warm and cold."))
}

/// Whether the shared hot tier has the codes and words of a memory. Where there is none, nothing can be resident.
fn is_resident(space: &str, id: [u8; 16]) -> bool {
    if hot::Hot::shared().is_none() {
        return true;
    }
    let resident = with_space(space, &Pinned::active(), |r| Ok(r.by_id(&id).is_none_or(|node| r.resident(node))));
    resident.unwrap_or(true)
}

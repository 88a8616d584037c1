//! What operators look at: the hot tier, its spaces, the workers.

use super::check;
pub use crate::hot::follow::Counter;
use crate::hot::follow::{self, Slot};
use crate::hot::{self, Hot, private};
use crate::pg::recovery;
use crate::{pg, store};
use engram_region::{State, Stats};

/// A space in the hot tier.
pub struct Tier {
    pub space: String,
    /// `shared`, `private` or `tables`.
    pub mode: &'static str,
    /// `ready`, `loading` or `absent`.
    pub state: &'static str,
    pub stats: Stats,
}

/// Spaces that the caller may see, as shared memory or this backend has them.
pub fn tiers() -> Vec<Tier> {
    let shared = Hot::shared();
    check::spaces().into_iter().map(|space| tier(shared.as_ref(), space)).collect()
}

fn tier(shared: Option<&Hot>, space: String) -> Tier {
    let found = shared.zip(hot::key(&space)).and_then(|(h, k)| h.read(h.find(&k)?, |s| (s.state(), s.stats())));
    match found {
        Some((State::Ready, stats)) => Tier { space, mode: "shared", state: "ready", stats },
        Some((State::Following, stats)) if pg::in_recovery() => {
            Tier { space, mode: "shared", state: "following", stats }
        }
        Some((State::Loading | State::Following, stats)) => Tier { space, mode: "private", state: "loading", stats },
        _ => match private::known(&space).and_then(|f| private::region().read(f.place, |s| s.stats())) {
            Some(stats) => Tier { space, mode: "private", state: "ready", stats },
            None => Tier { space, mode: "tables", state: "absent", stats: Stats::default() },
        },
    }
}

/// How this standby follows, as far as this database goes. All zero on a primary.
#[derive(Default)]
pub struct Standby {
    pub in_recovery: bool,
    /// In bytes of the log.
    pub replayed: u64,
    pub followed: u64,
    pub lag_seconds: f64,
    pub spaces: u64,
    slot: Option<Slot>,
}

impl Standby {
    pub fn count(&self, counter: Counter) -> u64 {
        self.slot.map_or(0, |slot| slot.count(counter))
    }
}

pub fn standby() -> Standby {
    let slot = follow::slot();
    let Some(position) = slot.map(|slot| slot.position()).filter(|_| pg::in_recovery()) else {
        return Standby { in_recovery: pg::in_recovery(), slot, ..Standby::default() };
    };
    let replayed = recovery::replayed();
    let since = (pg::clock_micros() as u64).saturating_sub(position.at);
    let lag_seconds = if replayed > position.replayed { since as f64 / 1e6 } else { 0.0 };
    let followed = Hot::shared().map_or(0, |hot| super::follow::followed(&hot).len() as u64);
    Standby { in_recovery: true, replayed, followed: position.replayed, lag_seconds, spaces: followed, slot }
}

/// The hot tier as a whole.
pub struct Info {
    pub catalog_version: Option<String>,
    pub preloaded: bool,
    pub bytes: u64,
    pub free: u64,
    pub evictions: u64,
    pub spaces: u64,
}

pub fn info() -> Info {
    let shared = Hot::shared();
    let (bytes, free) = shared.map_or((0, 0), |h| h.bytes());
    let all = shared.map_or_else(Vec::new, |h| h.all());
    let evictions = shared.map_or(0, |h| all.iter().filter_map(|s| h.read(s.0, |s| s.stats().evictions)).sum());
    Info {
        catalog_version: store::catalog_version(),
        preloaded: pg::preloaded(),
        bytes,
        free,
        evictions,
        spaces: all.len() as u64,
    }
}

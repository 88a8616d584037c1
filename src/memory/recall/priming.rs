//! Priming in a recall: what earlier recalls have left on its hits, and what it leaves for the next ones. It touches only
//! what the search has found, and lives in memory alone (`hot/primes.rs`), so that it works in a read-only transaction and on a standby.

use super::Recalled;
use super::search::Hit;
use crate::guc::{self, Priming as Scope};
use crate::hot::primes::{self, Activated};
use engram_engine::rank;
use rustc_hash::FxHashSet;

pub use engram_engine::dynamics::priming::Priming;

/// Enters in each hit how much it is primed.
pub fn apply(space: &str, hits: &mut [Hit], now: i64) {
    if guc::priming() == Scope::off {
        return;
    }
    let Some(primed) = primes::of(space, hits.iter().map(|h| h.id), now, &guc::priming_config()) else { return };
    let weight = guc::priming_weight();
    for (hit, primed) in hits.iter_mut().zip(primed) {
        hit.signals.effects.priming = (weight * primed.total()) as f32;
        hit.primed = primed;
    }
}

/// The hits that activation reached, most first, as far as one recall may leave something on them; none where nothing is left.
pub fn reached(hits: &[Hit]) -> Vec<Activated> {
    if guc::priming() == Scope::off {
        return Vec::new();
    }
    let best = hits.iter().map(|hit| rank::matched(&hit.signals)).fold(0.0f32, f32::max);
    let mut reached: Vec<&Hit> = hits.iter().filter(|hit| hit.signals.received() > 0.0).collect();
    reached.sort_unstable_by(|a, b| b.signals.received().total_cmp(&a.signals.received()).then(a.id.cmp(&b.id)));
    let share = |hit: &Hit| rank::matched(&hit.signals) / best;
    reached.into_iter().map(|hit| Activated { id: hit.id, share: share(hit), returned: false }).collect()
}

/// Leaves what a recall has returned, and what of the rest its activation reached most.
pub fn leave(space: &str, recalled: &[Recalled], reached: Vec<Activated>, now: i64) {
    if guc::priming() == Scope::off || recalled.is_empty() {
        return;
    }
    // The match, not the evidence: priming does not feed on itself.
    let best = recalled.iter().map(|r| rank::matched(&r.hit.signals)).fold(0.0f32, f32::max);
    let returned: FxHashSet<[u8; 16]> = recalled.iter().map(|r| r.hit.id).collect();
    let share = |r: &Recalled| if best > 0.0 { rank::matched(&r.hit.signals) / best } else { 0.0 };
    let mut activated: Vec<Activated> =
        recalled.iter().map(|r| Activated { id: r.hit.id, share: share(r), returned: true }).collect();
    activated.extend(reached.into_iter().filter(|a| !returned.contains(&a.id)));
    primes::leave(space, &activated, now, &guc::priming_config());
}

/// What an explanation says of it: the total, and its kinds. Nothing where it is off.
pub fn said(hit: &Hit) -> Option<(f32, String)> {
    if guc::priming() == Scope::off {
        return None;
    }
    let Priming { semantic, associative, repetition } = hit.primed;
    let kinds = [("semantic", semantic), ("associative", associative), ("repetition", repetition)];
    let said: Vec<String> = kinds.iter().filter(|k| k.1 > 0.0).map(|k| format!("{} {:.3}", k.0, k.1)).collect();
    let said = if said.is_empty() { "nothing recalled lately primes it".to_owned() } else { said.join(", ") };
    Some((hit.primed.total() as f32, said))
}

//! Priming in a recall: what earlier recalls have left on its hits, and what it leaves for the next ones. It touches only
//! what the search has found, and lives in memory alone (`hot/primes.rs`), so that it works in a read-only transaction and on a standby.

use super::Recalled;
use super::search::Hit;
use crate::guc::{self, Priming as Scope};
use crate::hot::primes::{self, Activated};
use engram_engine::rank;
use rustc_hash::FxHashSet;

pub use engram_engine::dynamics::priming::Priming;

/// Whether anything is primed.
pub fn is_on() -> bool {
    guc::priming() != Scope::off
}

/// Looks up how much each hit is primed that can come to `least` by it, where it is not looked up yet.
pub fn look_up(space: &str, hits: &mut [Hit], least: f64, now: i64) {
    if !is_on() {
        return;
    }
    let most = 1.0 + guc::priming_weight();
    let mut sought: Vec<&mut Hit> =
        hits.iter_mut().filter(|hit| !hit.is_sought && f64::from(hit.evidence) * most >= least).collect();
    let primed = primes::of(space, sought.iter().map(|hit| hit.id), now, &guc::priming_config());
    for hit in &mut sought {
        hit.is_sought = true;
    }
    for (hit, primed) in sought.into_iter().zip(primed.into_iter().flatten()) {
        hit.primed = primed;
    }
}

/// Enters in each hit what it gains by it; false where none is primed.
pub fn apply(hits: &mut [Hit]) -> bool {
    let weight = guc::priming_weight();
    let mut any = false;
    for hit in hits.iter_mut() {
        hit.signals.effects.priming = hit.primed.gain(rank::unprimed(&hit.signals), weight);
        any |= hit.signals.effects.priming > 0.0;
    }
    any
}

/// The hits that activation reached, most first, as far as one recall may leave something on them; none where nothing is left. The
/// share of each is what speaks for it, until it is known what was returned.
pub fn reached(hits: &[Hit]) -> Vec<Activated> {
    if !is_on() {
        return Vec::new();
    }
    let mut reached: Vec<&Hit> = hits.iter().filter(|hit| hit.signals.received() > 0.0).collect();
    reached.sort_unstable_by(|a, b| b.signals.received().total_cmp(&a.signals.received()).then(a.id.cmp(&b.id)));
    let share = |hit: &Hit| rank::unprimed(&hit.signals);
    reached.into_iter().map(|hit| Activated { id: hit.id, share: share(hit), returned: false }).collect()
}

/// Leaves what a recall has returned, and what of the rest its activation reached most.
pub fn leave(space: &str, recalled: &[Recalled], reached: Vec<Activated>, now: i64) {
    // Priming does not feed on itself. The best is one that the caller may see: what is hidden sets no measure.
    let unprimed = |r: &Recalled| rank::unprimed(&r.hit.signals);
    let best = recalled.iter().map(unprimed).fold(0.0f32, f32::max);
    if !is_on() || best <= 0.0 {
        return;
    }
    let share = |evidence: f32| (evidence / best).min(1.0);
    let returned: FxHashSet<[u8; 16]> = recalled.iter().map(|r| r.hit.id).collect();
    let mut activated: Vec<Activated> =
        recalled.iter().map(|r| Activated { id: r.hit.id, share: share(unprimed(r)), returned: true }).collect();
    let others = reached.into_iter().filter(|a| !returned.contains(&a.id)).take(primes::MOST);
    activated.extend(others.map(|a| Activated { share: share(a.share), ..a }));
    primes::leave(space, &activated, now, &guc::priming_config());
}

/// What an explanation says of it: the total, and its kinds. Nothing where it is off.
pub fn said(hit: &Hit) -> Option<(f32, String)> {
    if !is_on() {
        return None;
    }
    let Priming { semantic, associative, repetition } = hit.primed;
    let kinds = [("semantic", semantic), ("associative", associative), ("repetition", repetition)];
    let said: Vec<String> = kinds.iter().filter(|k| k.1 > 0.0).map(|k| format!("{} {:.3}", k.0, k.1)).collect();
    let said = if said.is_empty() { "nothing recalled lately primes it".to_owned() } else { said.join(", ") };
    Some((hit.primed.total() as f32, said))
}

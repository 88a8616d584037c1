//! What time takes of the hits of a search: when they were encoded says the region, how they were used their traces.
//!
//! The traces are read from the table, by one statement for the hits that can be among the first: so a standby, a server after a restart and one after a crash have the
//! same numbers.

use super::search::Hit;
use crate::guc;
use crate::memory::decay::{self, Forgetting};
use crate::store;
use rustc_hash::FxHashMap;

/// How well a hit can be retrieved, for its explanation.
#[derive(Debug, Clone)]
pub struct Decayed {
    pub retrievability: f64,
    pub base_level: f64,
    pub stability: f64,
    pub uses: u64,
    pub profile: String,
}

impl Decayed {
    /// What the retrievability rests on.
    pub fn told(&self) -> String {
        let uses = if self.uses == 1 { "use" } else { "uses" };
        format!(
            "profile {}, {} {uses}, stability {:.2} days, base level {:.2}",
            self.profile, self.uses, self.stability, self.base_level
        )
    }
}

/// What a hit must be able to come to, with what primes it and without what it loses, to be among the first `first` of `hits`, best
/// first: each of these loses at most the weight.
pub fn least(hits: &[Hit], first: usize) -> f64 {
    let last = first.checked_sub(1).and_then(|at| hits.get(at));
    last.map_or(0.0, |last| f64::from(last.evidence) * (1.0 - guc::decay_weight()))
}

/// Enters what each hit loses that can come to `least`, where it is not entered yet. `now` is in microseconds since the Unix epoch,
/// `explained` keeps what it rests on.
pub fn apply(name: &str, hits: &mut [Hit], least: f64, explained: bool, now: i64) {
    let weight = guc::decay_weight();
    if !guc::decay() || (weight == 0.0 && !explained) || !decay::is_possible() {
        return;
    }
    let gain = guc::priming_weight();
    let is_due = |hit: &Hit| !hit.is_aged && f64::from(hit.evidence + hit.primed.gain(hit.evidence, gain)) >= least;
    let mut due: Vec<&mut Hit> = hits.iter_mut().filter(|hit| is_due(hit)).collect();
    if due.is_empty() {
        return;
    }
    let ids: Vec<[u8; 16]> = due.iter().map(|hit| hit.id).collect();
    let forgetting = Forgetting::read(name, &ids);
    let ahead = ahead(name, &due, now);
    for hit in &mut due {
        let encoded_at = ahead.get(&hit.id).copied().unwrap_or(hit.occurred_at);
        let history = forgetting.of(hit.id, hit.kind, encoded_at);
        let retrievability = history.retrievability(now);
        hit.signals.effects.decay = (weight * (1.0 - retrievability)) as f32;
        hit.is_aged = true;
        if explained {
            hit.decayed = Some(Box::new(Decayed {
                retrievability,
                base_level: history.base_level(now),
                stability: history.stability,
                uses: history.uses(),
                profile: history.named.name.clone(),
            }));
        }
    }
}

/// When hits were encoded that are about a time ahead: their rows say. There are few.
fn ahead(name: &str, hits: &[&mut Hit], now: i64) -> FxHashMap<[u8; 16], i64> {
    let mut out = FxHashMap::default();
    let ids: Vec<[u8; 16]> = hits.iter().filter(|hit| hit.occurred_at > now).map(|hit| hit.id).collect();
    if !ids.is_empty() {
        store::decay::encoded(name, &ids, |memory| {
            out.insert(memory.id, decay::encoding(memory.occurred_at, memory.created_at, now));
        });
    }
    out
}

//! What time takes of the hits of a search: when they were encoded says the region, how they were used their traces.
//!
//! The traces are read from the table, by one statement for all hits: so a standby, a server after a restart and one after a crash have the
//! same numbers.

use super::search::{Found, Hit};
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

/// Enters what each hit loses. `now` is in microseconds since the Unix epoch.
pub fn apply(name: &str, found: &mut Found, now: i64) {
    let weight = guc::decay_weight();
    if !guc::decay() || found.hits.is_empty() || (weight == 0.0 && found.trace.is_none()) || !decay::is_possible() {
        return;
    }
    let ids: Vec<[u8; 16]> = found.hits.iter().map(|hit| hit.id).collect();
    let forgetting = Forgetting::read(name, &ids);
    let ahead = ahead(name, &found.hits, now);
    for hit in &mut found.hits {
        let encoded_at = ahead.get(&hit.id).copied().unwrap_or(hit.occurred_at);
        let history = forgetting.of(hit.id, hit.kind, encoded_at);
        let retrievability = history.retrievability(now);
        hit.signals.effects.decay = (weight * (1.0 - retrievability)) as f32;
        if found.trace.is_some() {
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
fn ahead(name: &str, hits: &[Hit], now: i64) -> FxHashMap<[u8; 16], i64> {
    let mut out = FxHashMap::default();
    let ids: Vec<[u8; 16]> = hits.iter().filter(|hit| hit.occurred_at > now).map(|hit| hit.id).collect();
    if !ids.is_empty() {
        store::decay::encoded(name, &ids, |memory| {
            out.insert(memory.id, decay::encoding(memory.occurred_at, memory.created_at, now));
        });
    }
    out
}

//! Interference in a recall: the best hits compete where they are similar. Their 8-bit codes come from the region, or for memories outside
//! from their rows, so where a memory lies makes no difference. One without an embedding competes with none.

use super::search::Hit;
use crate::guc;
use engram_engine::code;
use engram_engine::dynamics::interference::{self, Competitor, Config, RIVALS};
use engram_region::kernel::Kernel;

pub use engram_engine::dynamics::interference::Rivals;

/// How many of the best hits are compared: none where interference is off.
pub fn compared() -> usize {
    if guc::interference_weight() > 0.0 { RIVALS } else { 0 }
}

/// Whether any two of the best hits are similar enough to compete, whoever may see them. The hits must be in order.
pub fn entangled(hits: &[Hit]) -> bool {
    let best = &hits[..compared().min(hits.len())];
    let (threshold, kernel) = (guc::interference_threshold(), Kernel::best());
    best.iter().enumerate().any(|(at, one)| {
        best[at + 1..].iter().any(|other| similarity(kernel, one, other).is_some_and(|s| s >= threshold))
    })
}

fn similarity(kernel: Kernel, one: &Hit, other: &Hit) -> Option<f32> {
    let (one, other) = (one.code.as_ref()?, other.code.as_ref()?);
    let comparable = one.values.len() == other.values.len();
    comparable.then(|| code::similarity(kernel.dot(&one.values, &other.values), one.scale, other.scale))
}

/// Enters in each of the best hits what its rivals take; false where there is nothing to enter. The hits must be in order. Those that do
/// not compete have no rivals and are none.
pub fn apply(hits: &mut [Hit], competes: impl Fn(&Hit) -> bool) -> bool {
    let compared = compared().min(hits.len());
    if compared < 2 {
        return false;
    }
    let (best, others) = hits.split_at_mut(compared);
    let mut best: Vec<&mut Hit> = best.iter_mut().filter(|hit| competes(hit)).collect();
    let competitor = |hit: &&mut Hit| Competitor { encoded: (hit.occurred_at, hit.id), evidence: hit.evidence };
    let competitors: Vec<Competitor> = best.iter().map(competitor).collect();
    let config = Config { weight: guc::interference_weight(), threshold: guc::interference_threshold() };
    let rest = others.first().map_or(0.0, |hit| hit.evidence);
    let kernel = Kernel::best();
    let found = interference::compete(&competitors, rest, &config, &mut |one, other| {
        similarity(kernel, best[one], best[other])
    });
    for (hit, rivals) in best.iter_mut().zip(found) {
        hit.signals.effects.interference = rivals.loss;
        hit.rivals = rivals;
    }
    true
}

/// What an explanation says of it: the magnitude, and the rivals. Nothing where it is off.
pub fn said(hit: &Hit) -> Option<(f32, String)> {
    let Rivals { before, after, magnitude, .. } = hit.rivals;
    (compared() > 0).then(|| match before + after {
        0 => (magnitude, "no rivals among the best".to_owned()),
        _ => (magnitude, format!("rivals among the best: {before} from before, {after} from after")),
    })
}

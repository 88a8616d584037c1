//! Interference in a recall: the best hits compete where they are similar. Their 8-bit codes come from the region, or for memories outside
//! from their rows, so where a memory lies makes no difference.

use super::search::Hit;
use crate::guc;
use engram_engine::code;
use engram_engine::dynamics::interference::{self, Encoded, RIVALS};
use engram_region::kernel::Kernel;

pub use engram_engine::dynamics::interference::Rivals;

/// How many of the best hits are compared: none where interference is off.
pub fn compared() -> usize {
    if guc::interference_weight() > 0.0 { RIVALS } else { 0 }
}

/// Enters in each of the best hits what its rivals take. They must be in the order of their match.
pub fn apply(hits: &mut [Hit]) {
    let weight = guc::interference_weight();
    let compared = compared().min(hits.len());
    if compared < 2 {
        return;
    }
    let best = &mut hits[..compared];
    let memories: Vec<Encoded> = best.iter().map(|hit| (hit.occurred_at, hit.id)).collect();
    let kernel = Kernel::best();
    let found = interference::rivals(&memories, guc::interference_threshold(), &mut |one, other| {
        let (one, other) = (best[one].code.as_ref()?, best[other].code.as_ref()?);
        let comparable = one.values.len() == other.values.len();
        comparable.then(|| code::similarity(kernel.dot(&one.values, &other.values), one.scale, other.scale))
    });
    for (hit, rivals) in best.iter_mut().zip(found) {
        hit.signals.effects.interference = weight * rivals.magnitude;
        hit.rivals = rivals;
    }
}

/// What an explanation says of it: the magnitude, and the rivals. Nothing where it is off.
pub fn said(hit: &Hit) -> Option<(f32, String)> {
    let Rivals { before, after, magnitude } = hit.rivals;
    (compared() > 0).then(|| match before + after {
        0 => (magnitude, "no rivals among the best".to_owned()),
        _ => (magnitude, format!("rivals among the best: {before} from before, {after} from after")),
    })
}

//! What time, use and rivals do to the hits of a search: it comes after the match, and decides the order with it.
//!
//! Decay comes first, then interference, which needs to know what the caller may see, then priming, which is a share of what is left.

use super::search::{Found, Hit};
use super::{decayed, interference, priming};
use engram_engine::rank;
use std::cmp::Ordering;

/// Enters what each hit suffers by itself, and orders the hits anew. `now` is in microseconds since the Unix epoch.
pub fn apply(name: &str, found: &mut Found, now: i64) {
    decayed::apply(name, found, now);
    reorder(&mut found.hits);
}

/// Enters what the hits do to each other, and what earlier recalls do to them, and orders them anew. `competes` says which of the best
/// the caller may see.
pub fn relate(space: &str, hits: &mut [Hit], competes: impl Fn(&Hit) -> bool, now: i64) {
    let interfered = interference::apply(hits, competes);
    let primed = priming::apply(space, hits, now);
    if interfered || primed {
        reorder(hits);
    }
}

fn reorder(hits: &mut [Hit]) {
    for hit in hits.iter_mut() {
        hit.evidence = rank::evidence(&hit.signals);
    }
    hits.sort_unstable_by(order);
}

/// The order of hits: by what speaks for them, then by what would without priming, then by id.
pub fn order(a: &Hit, b: &Hit) -> Ordering {
    let unprimed = |hit: &Hit| rank::unprimed(&hit.signals);
    b.evidence.total_cmp(&a.evidence).then_with(|| unprimed(b).total_cmp(&unprimed(a))).then(a.id.cmp(&b.id))
}

//! What time, use and rivals do to the hits of a search: it comes after the match, and decides the order with it.
//!
//! Decay comes first, then interference, which needs to know what the caller may see, then priming, which is a share of what is left.

use super::search::{Found, Hit};
use super::{decayed, interference, priming};
use crate::guc;
use engram_engine::rank;
use std::cmp::Ordering;

/// Looks up what primes each hit, enters what it suffers by itself, and orders the hits anew, so that the first `first` are right. `now` is
/// in microseconds since the Unix epoch.
pub fn apply(name: &str, found: &mut Found, first: usize, now: i64) {
    let explained = found.trace.is_some();
    let least = if explained { 0.0 } else { decayed::least(&found.hits, first) };
    priming::look_up(name, &mut found.hits, least, now);
    decayed::apply(name, &mut found.hits, least, explained, now);
    reorder(&mut found.hits);
}

/// The same for those behind the first, where they are asked for after all.
pub fn complete(name: &str, hits: &mut [Hit], now: i64) {
    let is_settled = |hit: &Hit| (hit.is_aged || !guc::decay()) && (hit.is_sought || !priming::is_on());
    if !hits.iter().all(is_settled) {
        priming::look_up(name, hits, 0.0, now);
        decayed::apply(name, hits, 0.0, false, now);
        priming::apply(hits);
        reorder(hits);
    }
}

/// Enters what the hits do to each other, and what earlier recalls do to them, and orders them anew. `competes` says which of the best
/// the caller may see.
pub fn relate(hits: &mut [Hit], competes: impl Fn(&Hit) -> bool) {
    let interfered = interference::apply(hits, competes);
    let primed = priming::apply(hits);
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

//! What time, use and rivals do to the hits of a search: it comes after the match, and decides the order with it.

use super::search::Found;
use super::{interference, priming};
use engram_engine::rank;

/// Enters the effects on each hit, and orders the hits anew. `now` is in microseconds since the Unix epoch.
pub fn apply(name: &str, found: &mut Found, now: i64) {
    interference::apply(&mut found.hits);
    priming::apply(name, &mut found.hits, now);
    for hit in &mut found.hits {
        hit.evidence = rank::evidence(&hit.signals);
    }
    found.hits.sort_unstable_by(|a, b| b.evidence.total_cmp(&a.evidence).then(a.id.cmp(&b.id)));
}

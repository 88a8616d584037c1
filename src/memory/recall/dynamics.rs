//! What time, use and rivals do to the hits of a search: it comes after the match, and decides the order with it.

use super::decayed;
use super::search::Found;
use engram_engine::rank;

/// Enters the effects on each hit of a space, and orders the hits anew. `now` is in microseconds since the Unix epoch.
pub fn apply(name: &str, found: &mut Found, now: i64) {
    decayed::apply(name, found, now);
    for hit in &mut found.hits {
        hit.evidence = rank::evidence(&hit.signals);
    }
    found.hits.sort_unstable_by(|a, b| b.evidence.total_cmp(&a.evidence).then(a.id.cmp(&b.id)));
}

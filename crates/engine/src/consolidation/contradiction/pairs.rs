//! Which beliefs of a class contradict each other.

use super::claims::Claim;
use super::resolve::resolution;
use super::{Contradiction, Ground, MOST_VALUES, RELATED};
use crate::consolidation::belief::{Belief, Id};
use std::collections::BTreeMap;

/// The contradictions among the beliefs of a class, one for each pair, in ascending order of ids.
///
/// `marked` are pairs of memories that somebody said contradict each other, either order; a memory stands for the belief it is or
/// supports. Where a pair has several grounds, the plainest is named: marked, frame, metadata.
pub fn contradictions(beliefs: &[Belief], marked: &[(Id, Id)]) -> Vec<Contradiction> {
    let mut found: BTreeMap<(Id, Id), (usize, usize, Ground)> = BTreeMap::new();
    let mut note = |a: usize, b: usize, ground: Ground| {
        let turned = match ground {
            Ground::Frame { one, other } if beliefs[b].id < beliefs[a].id => Ground::Frame { one: other, other: one },
            Ground::Metadata { key, one, other } if beliefs[b].id < beliefs[a].id => {
                Ground::Metadata { key, one: other, other: one }
            }
            ground => ground,
        };
        let (a, b) = if beliefs[b].id < beliefs[a].id { (b, a) } else { (a, b) };
        let entry = found.entry((beliefs[a].id, beliefs[b].id)).or_insert_with(|| (a, b, turned.clone()));
        if turned < entry.2 {
            entry.2 = turned;
        }
    };

    let speaks_for = speaks_for(beliefs);
    for (a, b) in marked {
        if let (Some(&a), Some(&b)) = (speaks_for.get(a), speaks_for.get(b))
            && a != b
        {
            note(a, b, Ground::Marked);
        }
    }
    each_pair(
        beliefs,
        |b| &b.claims.frames,
        |a, b, one, other| {
            let (one, other) = (one.shown.clone(), other.shown.clone());
            if may_overlap(&beliefs[a], &beliefs[b]) {
                note(a, b, Ground::Frame { one, other });
            }
        },
    );
    each_pair(
        beliefs,
        |b| &b.claims.metadata,
        |a, b, one, other| {
            if may_overlap(&beliefs[a], &beliefs[b]) && are_related(&beliefs[a], &beliefs[b]) {
                let key = one.name.clone();
                note(a, b, Ground::Metadata { key, one: one.shown.clone(), other: other.shown.clone() });
            }
        },
    );
    found
        .into_values()
        .map(|(a, b, ground)| Contradiction {
            one: beliefs[a].id,
            other: beliefs[b].id,
            ground,
            resolution: resolution(&beliefs[a], &beliefs[b]),
        })
        .collect()
}

/// The belief that each memory is or supports.
fn speaks_for(beliefs: &[Belief]) -> BTreeMap<Id, usize> {
    let mut of: BTreeMap<Id, usize> = BTreeMap::new();
    for (at, belief) in beliefs.iter().enumerate() {
        of.insert(belief.id, at);
        of.extend(belief.support().map(|(id, _)| (id, at)));
    }
    of
}

/// Calls `pair` for each two beliefs that claim different values of one key, which at most [`MOST_VALUES`] are claimed of.
fn each_pair<'b>(
    beliefs: &'b [Belief],
    claims: impl Fn(&'b Belief) -> &'b Vec<Claim>,
    mut pair: impl FnMut(usize, usize, &'b Claim, &'b Claim),
) {
    let mut by_key: BTreeMap<(u64, &str), Vec<(usize, &Claim)>> = BTreeMap::new();
    for (at, belief) in beliefs.iter().enumerate() {
        for claim in claims(belief) {
            by_key.entry((claim.key, claim.name.as_str())).or_default().push((at, claim));
        }
    }
    for holders in by_key.values() {
        let mut values: Vec<u64> = holders.iter().map(|(_, claim)| claim.value).collect();
        values.sort_unstable();
        values.dedup();
        if values.len() < 2 || values.len() > MOST_VALUES {
            continue;
        }
        for (rank, &(a, one)) in holders.iter().enumerate() {
            for &(b, other) in &holders[rank + 1..] {
                if one.value != other.value {
                    pair(a, b, one, other);
                }
            }
        }
    }
}

/// Whether there is a moment at which both may hold.
fn may_overlap(a: &Belief, b: &Belief) -> bool {
    let ends_before =
        |x: &Belief, y: &Belief| matches!((x.claims.valid.1, y.claims.valid.0), (Some(to), Some(from)) if to <= from);
    !ends_before(a, b) && !ends_before(b, a)
}

/// Whether both speak of one cue and say similar things.
fn are_related(a: &Belief, b: &Belief) -> bool {
    let shares = a.claims.cues.iter().any(|cue| b.claims.cues.binary_search(cue).is_ok());
    let cosine: f64 = a.centroid.iter().zip(&b.centroid).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum();
    shares && cosine >= f64::from(RELATED)
}

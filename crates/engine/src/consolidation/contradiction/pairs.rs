//! Which beliefs of a class contradict each other.

use super::claims::Claim;
use super::resolve::resolution;
use super::{Contradiction, Ground, MOST_VALUES, RELATED};
use crate::consolidation::belief::{Belief, Id};
use std::collections::{BTreeMap, BTreeSet};

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
    for holders in by_key(beliefs, |b| &b.claims.frames) {
        for (a, b, one, other) in differing(&holders).filter(|p| may_overlap(&beliefs[p.0], &beliefs[p.1])) {
            note(a, b, Ground::Frame { one: one.shown.clone(), other: other.shown.clone() });
        }
    }
    for holders in by_key(beliefs, |b| &b.claims.metadata) {
        for (a, b, one, other) in exclusive(beliefs, &holders) {
            let key = one.name.clone();
            note(a, b, Ground::Metadata { key, one: one.shown.clone(), other: other.shown.clone() });
        }
    }
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

/// A belief and what it claims of one key.
type Holder<'b> = (usize, &'b Claim);

/// The beliefs that claim something of a key, for each key of which between two and [`MOST_VALUES`] values are claimed.
fn by_key<'b>(beliefs: &'b [Belief], claims: impl Fn(&'b Belief) -> &'b Vec<Claim>) -> Vec<Vec<Holder<'b>>> {
    let mut by_key: BTreeMap<(u64, &str), Vec<Holder<'b>>> = BTreeMap::new();
    for (at, belief) in beliefs.iter().enumerate() {
        for claim in claims(belief) {
            by_key.entry((claim.key, claim.name.as_str())).or_default().push((at, claim));
        }
    }
    let values =
        |holders: &Vec<Holder<'_>>| holders.iter().map(|(_, claim)| claim.value).collect::<BTreeSet<u64>>().len();
    by_key.into_values().filter(|holders| (2..=MOST_VALUES).contains(&values(holders))).collect()
}

fn pairs<'h, 'b>(holders: &'h [Holder<'b>]) -> impl Iterator<Item = (usize, usize, &'b Claim, &'b Claim)> + 'h {
    let after = move |rank: usize| holders[rank + 1..].iter();
    holders.iter().enumerate().flat_map(move |(rank, &(a, one))| after(rank).map(move |&(b, other)| (a, b, one, other)))
}

fn differing<'h, 'b>(holders: &'h [Holder<'b>]) -> impl Iterator<Item = (usize, usize, &'b Claim, &'b Claim)> + 'h {
    pairs(holders).filter(|(_, _, one, other)| one.value != other.value)
}

/// Pairs of related beliefs that have different values of a key of metadata, unless that is the rule with it: where more than a few
/// related beliefs differ, and more than agree, the key tells where an episode comes from (a speaker, a channel) and not what holds.
fn exclusive<'b>(beliefs: &[Belief], holders: &[Holder<'b>]) -> Vec<(usize, usize, &'b Claim, &'b Claim)> {
    let related = |a: usize, b: usize| are_related(&beliefs[a], &beliefs[b]) && may_overlap(&beliefs[a], &beliefs[b]);
    let (mut agree, mut differ) = (0, Vec::new());
    for (a, b, one, other) in pairs(holders).filter(|p| related(p.0, p.1)) {
        if one.value == other.value {
            agree += 1;
        } else {
            differ.push((a, b, one, other));
        }
    }
    if differ.len() > MOST_VALUES && differ.len() > agree { Vec::new() } else { differ }
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

//! Episodes that are similar and disagree: `The meeting is at 10` and `The meeting is at 11` are one cluster and not one belief.
//!
//! A cluster is divided by the slot over which most of its members disagree, when at least two values have as many members as
//! a cluster needs; members that do not fill the slot, or fill it otherwise, stay with the value that most have. What is not
//! divided keeps those who say otherwise as evidence against.

use super::MOST_VALUES;
use super::claims::{Value, Values, majority};
use crate::consolidation::belief::{Episode, Id};
use crate::consolidation::linkage::Cluster;

/// The members of a belief to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Separated {
    /// All of them, ascending.
    pub members: Vec<Id>,
    /// Those of them that say otherwise, ascending.
    pub against: Vec<Id>,
    /// Mean cosine over all pairs of members.
    pub cohesion: f32,
}

/// Divides a cluster of these episodes, in any order, where they disagree. The parts come in the order of their smallest members.
pub fn separate(cluster: &Cluster, episodes: &[Episode<'_>], min_size: usize) -> Vec<Separated> {
    let mut members: Vec<&Episode<'_>> = episodes.iter().collect();
    members.sort_unstable_by_key(|e| e.id);
    let mut parts = Vec::new();
    divide(members, min_size.max(2), &mut parts);
    let whole = parts.len() == 1;
    let mut separated: Vec<Separated> = parts
        .into_iter()
        .map(|part| Separated {
            against: dissenters(&part),
            cohesion: if whole { cluster.cohesion } else { cohesion(&part) },
            members: part.iter().map(|e| e.id).collect(),
        })
        .collect();
    separated.sort_unstable_by(|a, b| a.members.cmp(&b.members));
    separated
}

fn divide<'a, 'e>(members: Vec<&'a Episode<'e>>, min_size: usize, parts: &mut Vec<Vec<&'a Episode<'e>>>) {
    let values = Values::of_frames(&members);
    // The second largest value decides; ties go to the lesser key, which comes first.
    let second = |values: &Vec<Value<'_>>| {
        let mut sizes: Vec<usize> = values.iter().map(|v| v.by.len()).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        if sizes.len() > MOST_VALUES { 0 } else { sizes.get(1).copied().unwrap_or(0) }
    };
    let mut widest: Option<(&Vec<Value<'_>>, usize)> = None;
    for values in values.by_key.values() {
        let size = second(values);
        if size >= min_size && widest.is_none_or(|(_, best)| size > best) {
            widest = Some((values, size));
        }
    }
    let Some((slot, _)) = widest else {
        parts.push(members);
        return;
    };
    let mut sides: Vec<&Value<'_>> = slot.iter().filter(|v| v.by.len() >= min_size).collect();
    sides.sort_unstable_by(|a, b| b.by.len().cmp(&a.by.len()).then(a.by.cmp(&b.by)));
    let mut side_of = vec![0usize; members.len()];
    for (side, value) in sides.iter().enumerate() {
        value.by.iter().for_each(|&at| side_of[at] = side);
    }
    for side in 0..sides.len() {
        let part = members.iter().zip(&side_of).filter(|&(_, &of)| of == side).map(|(e, _)| *e).collect();
        divide(part, min_size, parts);
    }
}

/// Members that fill a slot otherwise than the majority, unless they are so many that there is no majority in the whole.
fn dissenters(members: &[&Episode<'_>]) -> Vec<Id> {
    let values = Values::of_frames(members);
    let mut against: Vec<usize> = Vec::new();
    for values in values.by_key.values().filter(|v| v.len() > 1 && v.len() <= MOST_VALUES) {
        if let Some(said) = majority(values, members.len()) {
            against.extend(values.iter().filter(|v| v.value != said.value).flat_map(|v| &v.by));
        }
    }
    against.sort_unstable();
    against.dedup();
    if against.len() * 2 >= members.len() {
        return Vec::new();
    }
    against.into_iter().map(|at| members[at].id).collect()
}

/// Mean cosine over all pairs: with unit vectors, (|sum|^2 - n) / (n (n - 1)).
fn cohesion(members: &[&Episode<'_>]) -> f32 {
    let n = members.len() as f64;
    let Some(sums) = crate::consolidation::belief::sums(members).filter(|_| members.len() > 1) else {
        return 1.0;
    };
    let squared: f64 = sums.iter().map(|&x| x as f64 / crate::consolidation::belief::UNITS).map(|x| x * x).sum();
    ((squared - n) / (n * (n - 1.0))).clamp(-1.0, 1.0) as f32
}

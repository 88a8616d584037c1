//! What a run changed, belief by belief. Where nothing changed there is no event.
//!
//! Novelty of a belief is the share of its supporting evidence, by weight, that neither it nor a parent had before: 1 for one formed
//! anew, 0 for one that only lost evidence, for a part of a belief that split, and for the sum of two that merged. Novelty of a run is the
//! greatest of its beliefs': a mean would call a run stale that found one new thing among a thousand old ones.

use super::belief::{Belief, Former, Id};
use super::identity::{Descent, How, Identities, Retired};
use std::collections::BTreeMap;

/// What happened to a belief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It is new, or is there again.
    Formed,
    Strengthened,
    Weakened,
    /// Another is part of it now, or it is part of another.
    Merged,
    /// A part of it is another now, or it was a part of another.
    Split,
    Retired,
    /// Another that cannot hold at the same time has been found.
    Contradicted,
}

impl Kind {
    /// As SQL has it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Formed => "formed",
            Kind::Strengthened => "strengthened",
            Kind::Weakened => "weakened",
            Kind::Merged => "merged",
            Kind::Split => "split",
            Kind::Retired => "retired",
            Kind::Contradicted => "contradicted",
        }
    }
}

/// A change of a belief.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    pub belief: Id,
    pub kind: Kind,
    /// None where it was not there.
    pub confidence_before: Option<f32>,
    /// None where it is not there any more.
    pub confidence_after: Option<f32>,
    /// Supporting citations after the run less those before it.
    pub citation_delta: i32,
    pub novelty: f32,
}

/// The events of a run, in ascending order of belief and kind.
///
/// `before` are the former beliefs of a class, `after` those the run made, in the order of the clusters that `identities` is about.
pub fn events(before: &[Former], after: &[Belief], identities: &Identities) -> Vec<Event> {
    let former: BTreeMap<Id, &Former> = before.iter().map(|f| (f.id, f)).collect();
    let active = |id: &Id| former.get(id).copied().filter(|f| !f.retired);
    let mut divided: Vec<Id> =
        after.iter().flat_map(|b| b.parents.iter().filter(|p| p.descent == Descent::Split).map(|p| p.id)).collect();
    divided.sort_unstable();
    let how: BTreeMap<Id, How> = identities.of.iter().map(|i| (i.id, i.how)).collect();

    let mut events = Vec::new();
    for belief in after {
        let had = if how.get(&belief.id) == Some(&How::Kept) { active(&belief.id) } else { None };
        let event = |kind| Event {
            belief: belief.id,
            kind,
            confidence_before: had.map(|f| f.confidence),
            confidence_after: Some(belief.confidence()),
            citation_delta: delta(had.map_or(0, |f| f.evidence.len()), belief.support().count()),
            novelty: share_of_new(belief, &former),
        };
        events.extend(kind_of(belief, had, &divided).map(event));
        let known = former.get(&belief.id).map_or(&[][..], |f| &f.contradicts);
        if belief.contradicts.iter().any(|id| !known.contains(id)) {
            events.push(event(Kind::Contradicted));
        }
    }
    for &(id, why) in &identities.retired {
        if let Some(had) = active(&id) {
            events.push(Event {
                belief: id,
                kind: if matches!(why, Retired::Into(_)) { Kind::Merged } else { Kind::Retired },
                confidence_before: Some(had.confidence),
                confidence_after: None,
                citation_delta: delta(had.evidence.len(), 0),
                novelty: 0.0,
            });
        }
    }
    events.sort_by_key(|e| (e.belief, e.kind));
    events
}

/// Novelty of a run: the greatest of its events, 0 without any.
pub fn novelty(events: &[Event]) -> f32 {
    events.iter().map(|e| e.novelty).fold(0.0, f32::max)
}

fn kind_of(belief: &Belief, had: Option<&Former>, divided: &[Id]) -> Option<Kind> {
    let came = |descent| belief.parents.iter().any(|p| p.descent == descent);
    if came(Descent::Merged) {
        return Some(Kind::Merged);
    }
    if came(Descent::Split) || divided.binary_search(&belief.id).is_ok() {
        return Some(Kind::Split);
    }
    let Some(had) = had else {
        return Some(Kind::Formed);
    };
    let after = belief.confidence();
    if after != had.confidence {
        return Some(if after > had.confidence { Kind::Strengthened } else { Kind::Weakened });
    }
    let same = belief.support().map(|(id, _)| id).eq(had.evidence.iter().map(|(id, _)| *id));
    if same {
        return None;
    }
    Some(if belief.support().count() >= had.evidence.len() { Kind::Strengthened } else { Kind::Weakened })
}

fn share_of_new(belief: &Belief, former: &BTreeMap<Id, &Former>) -> f32 {
    let mut known: Vec<Id> = belief
        .parents
        .iter()
        .map(|p| p.id)
        .chain([belief.id])
        .filter_map(|id| former.get(&id))
        .flat_map(|f| f.evidence.iter().map(|(id, _)| *id))
        .collect();
    known.sort_unstable();
    let (mut new, mut all) = (0.0f64, 0.0f64);
    for (id, weight) in belief.support() {
        all += f64::from(weight);
        if known.binary_search(&id).is_err() {
            new += f64::from(weight);
        }
    }
    if all > 0.0 { (new / all) as f32 } else { 0.0 }
}

fn delta(before: usize, after: usize) -> i32 {
    let difference = after as i64 - before as i64;
    difference.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

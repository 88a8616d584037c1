//! What to do about a contradiction: marks on both, and a proposal.

use super::Contradiction;
use crate::consolidation::belief::{Belief, Citation, Id};
use std::collections::BTreeMap;

/// Independent sources from which on what is newer supersedes what it came after.
pub const ENOUGH_SOURCES: u32 = 2;
/// How many times the evidence of the other the stronger one has.
const MUCH_STRONGER: f32 = 2.0;

/// Which of two beliefs should stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposal {
    /// The former one held until the other did.
    Supersede { keep: Id, former: Id },
    /// The doubtful one was never right.
    Prefer { keep: Id, doubtful: Id },
    /// Nobody can tell.
    Open,
}

impl Proposal {
    /// As SQL has it.
    pub fn name(&self) -> &'static str {
        match self {
            Proposal::Supersede { .. } => "supersede",
            Proposal::Prefer { .. } => "prefer",
            Proposal::Open => "open",
        }
    }

    /// The belief that stands, where it can be told.
    pub fn keep(&self) -> Option<Id> {
        match *self {
            Proposal::Supersede { keep, .. } | Proposal::Prefer { keep, .. } => Some(keep),
            Proposal::Open => None,
        }
    }
}

/// A proposal and why it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    pub proposal: Proposal,
    pub reason: String,
}

/// By time: one whose evidence is all newer, from enough sources, supersedes the other. Else by evidence: one with twice as much
/// from more sources is preferred. Else it stays open.
pub(super) fn resolution(a: &Belief, b: &Belief) -> Resolution {
    let (newer, older) = if a.first_at > b.last_at { (a, b) } else { (b, a) };
    if newer.first_at > older.last_at && newer.sources >= ENOUGH_SOURCES {
        return Resolution {
            proposal: Proposal::Supersede { keep: newer.id, former: older.id },
            reason: format!(
                "all {} episodes for it, from {} independent sources, are newer than the last of the other",
                newer.count, newer.sources
            ),
        };
    }
    let (strong, weak) = if a.evidence_for > b.evidence_for { (a, b) } else { (b, a) };
    if strong.sources > weak.sources && strong.evidence_for >= MUCH_STRONGER * weak.evidence_for {
        return Resolution {
            proposal: Proposal::Prefer { keep: strong.id, doubtful: weak.id },
            reason: format!(
                "{} independent sources speak for it, {} for the other, over the same time",
                strong.sources, weak.sources
            ),
        };
    }
    let reason = format!("{} and {} independent sources over the same time", a.sources, b.sources);
    let reason = if newer.first_at > older.last_at {
        format!("the newer one has {} independent source, {ENOUGH_SOURCES} are needed", newer.sources)
    } else {
        reason
    };
    Resolution { proposal: Proposal::Open, reason }
}

/// Marks both beliefs of each contradiction: each is cited against the other, and each independent source of it counts against the other
/// as far as it is believed itself, before any of them was marked.
pub fn oppose(beliefs: &mut [Belief], contradictions: &[Contradiction]) {
    let mut places: BTreeMap<Id, usize> = BTreeMap::new();
    for (at, belief) in beliefs.iter().enumerate() {
        places.insert(belief.id, at);
    }
    let before: Vec<(f32, u32, i64)> = beliefs.iter().map(|b| (b.confidence(), b.sources, b.last_at)).collect();
    let mut against: Vec<f64> = vec![0.0; beliefs.len()];
    for contradiction in contradictions {
        let (Some(&one), Some(&other)) = (places.get(&contradiction.one), places.get(&contradiction.other)) else {
            continue;
        };
        for (of, by) in [(one, other), (other, one)] {
            let (confidence, sources, at) = before[by];
            let evidence = beliefs[by].id;
            let belief = &mut beliefs[of];
            if belief.contradicts.contains(&evidence) {
                continue;
            }
            belief.contradicts.push(evidence);
            belief.citations.push(Citation { evidence, supports: false, weight: confidence, at });
            against[of] += f64::from(confidence) * f64::from(sources);
        }
    }
    for (belief, against) in beliefs.iter_mut().zip(against) {
        if against > 0.0 {
            belief.evidence_against = (f64::from(belief.evidence_against) + against) as f32;
            belief.contradicts.sort_unstable();
            belief.citations.sort_unstable_by_key(|c| c.evidence);
        }
    }
}

//! The vote on one field: the memories that the attractor settled on, each by its weight.
//!
//! That a value has a source which the mind must infer, and can get wrong, is source monitoring (Johnson, Hashtroudi and Lindsay 1993): the
//! label is decided by who voted, and how strongly what is known speaks for them.

use super::{Label, NEARLY_ALL};
use crate::confidence::{self, Belief};

/// Memories that vote at most, the weightiest. The rest have less than 1 / 64 each, and count as not having voted.
pub const MOST_VOTERS: usize = 64;

/// A memory with a vote.
#[derive(Clone, Copy, Debug)]
pub struct Voter {
    /// Share of the attractor's weight.
    pub weight: f64,
    /// How much of what is known it matches, 0 to 1.
    pub support: f64,
    /// Evidence for and against the fact that it states.
    pub evidence: (f32, f32),
    /// Where it came from itself: `Consolidated` for a belief.
    pub origin: Label,
}

/// Those who vote for one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The weightiest first.
    pub members: Vec<usize>,
    /// Their share of all weight, 0 to 1: who has no value for the field votes for none.
    pub share: f64,
}

/// What a value is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    pub label: Label,
    pub confidence: Belief,
}

/// The weightiest patterns, in order, ties in the order given.
pub fn weightiest(weights: &[f64], most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]).then(a.cmp(b)));
    order.truncate(most);
    order
}

/// Sorts voters, the weightiest first, into groups that vote for the same, by shares of a weight of 1.
pub fn groups(order: &[usize], weights: &[f64], same: impl FnMut(usize, usize) -> bool) -> Vec<Group> {
    let mut out = groups_by_weight(order, weights, same);
    // A sum of shares may end a rounding above 1.
    out.iter_mut().for_each(|group| group.share = group.share.min(1.0));
    out
}

/// The same where weights are whatever they are, and `share` is their sum: each voter joins the first group whose weightiest member says
/// the same. The group with the largest share comes first.
pub fn groups_by_weight(order: &[usize], weights: &[f64], mut same: impl FnMut(usize, usize) -> bool) -> Vec<Group> {
    let mut out: Vec<Group> = Vec::new();
    for &voter in order {
        match out.iter_mut().find(|group| same(group.members[0], voter)) {
            Some(group) => {
                group.members.push(voter);
                group.share += weights[voter];
            }
            None => out.push(Group { members: vec![voter], share: weights[voter] }),
        }
    }
    // Stable: of equal shares that of the weightier voter stays first.
    out.sort_by(|a, b| b.share.total_cmp(&a.share));
    out
}

/// Label and confidence of the value of a group.
///
/// The confidence is the share of the vote, times the support of those who voted, times what is believed of them. The interval is that of a
/// Beta distribution with as many observations as they rest on, where n voters of unequal weights count as (sum w)^2 / sum w^2 (Kish 1965).
pub fn judge(group: &Group, voters: &[Voter], threshold: f64) -> Verdict {
    let members = || group.members.iter().map(|m| voters[*m]);
    let total: f64 = members().map(|v| v.weight).sum();
    let mean = |f: &dyn Fn(&Voter) -> f64| -> f64 {
        if total > 0.0 { members().map(|v| v.weight * f(&v)).sum::<f64>() / total } else { 0.0 }
    };
    let strength = (group.share * mean(&|v| v.support)).clamp(0.0, 1.0);
    let believed = mean(&|v| f64::from(confidence::mean(v.evidence.0, v.evidence.1)));
    let squares: f64 = members().map(|v| v.weight * v.weight).sum();
    let effective = if squares > 0.0 { total * total / squares } else { 0.0 };
    let observations = effective * mean(&|v| f64::from(v.evidence.0.max(0.0) + v.evidence.1.max(0.0)));
    let at = (strength * believed) as f32;
    let spread = confidence::belief(at * observations as f32, (1.0 - at) * observations as f32);
    let confidence = Belief { mean: at, low: spread.low.min(at), high: spread.high.max(at) };
    Verdict { label: label(group, voters, total, strength, threshold), confidence }
}

fn label(group: &Group, voters: &[Voter], total: f64, strength: f64, threshold: f64) -> Label {
    let first = voters[group.members[0]];
    let of = |label: Label| -> f64 {
        group.members.iter().map(|m| voters[*m]).filter(|v| v.origin == label).map(|v| v.weight).sum()
    };
    if strength < threshold || 2.0 * of(Label::Imagined) > total {
        Label::Imagined
    } else if 2.0 * of(Label::Consolidated) > total {
        Label::Consolidated
    } else if first.weight >= NEARLY_ALL {
        // A memory that was itself reconstructed does not become a stored fact by being remembered.
        first.origin
    } else {
        Label::Reconstructed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn voter(weight: f64) -> Voter {
        Voter { weight, support: 1.0, evidence: (1.4, 0.6), origin: Label::Stored }
    }

    fn verdict(voters: &[Voter]) -> Verdict {
        let weights: Vec<f64> = voters.iter().map(|v| v.weight).collect();
        let order = weightiest(&weights, MOST_VOTERS);
        judge(&groups(&order, &weights, |_, _| true)[0], voters, 0.2)
    }

    #[test]
    fn the_label_says_who_voted() {
        assert_eq!(verdict(&[voter(0.95), voter(0.05)]).label, Label::Stored);
        assert_eq!(verdict(&[voter(0.5), voter(0.4)]).label, Label::Reconstructed);
        assert_eq!(verdict(&[voter(0.1)]).label, Label::Imagined);
        assert_eq!(verdict(&[Voter { support: 0.1, ..voter(1.0) }]).label, Label::Imagined);
        let of = |origin, weight| Voter { origin, ..voter(weight) };
        assert_eq!(verdict(&[of(Label::Consolidated, 0.5), voter(0.4)]).label, Label::Consolidated);
        assert_eq!(verdict(&[of(Label::Consolidated, 0.3), voter(0.6)]).label, Label::Reconstructed);
        assert_eq!(verdict(&[of(Label::Reconstructed, 1.0)]).label, Label::Reconstructed);
        assert_eq!(verdict(&[of(Label::Imagined, 1.0)]).label, Label::Imagined);
    }

    #[test]
    fn the_larger_group_wins_and_shares_add_up() {
        let weights = [0.3, 0.25, 0.25, 0.2];
        let found = groups(&weightiest(&weights, 9), &weights, |a, b| a % 2 == b % 2);
        assert_eq!(found[0].members, [0, 2]);
        assert_eq!(found[1].members, [1, 3]);
        assert!((found[0].share - 0.55).abs() < 1e-12 && (found[1].share - 0.45).abs() < 1e-12);
        assert_eq!(weightiest(&[0.1, 0.5, 0.1], 2), [1, 0]);
    }

    proptest! {
        #[test]
        fn confidence_lies_in_its_interval_and_rises_with_support(
            voters in proptest::collection::vec((0.01f64..1.0, 0.0f64..1.0, 0.0f32..9.0, 0.0f32..9.0), 1..9),
        ) {
            let total: f64 = voters.iter().map(|v| v.0).sum();
            let make = |more: f64| voters.iter().map(|v| Voter {
                weight: v.0 / total, support: (v.1 + more).min(1.0), evidence: (v.2, v.3), origin: Label::Stored,
            }).collect::<Vec<Voter>>();
            let b = verdict(&make(0.0)).confidence;
            prop_assert!(0.0 <= b.low && b.low <= b.mean && b.mean <= b.high && b.high <= 1.0, "{:?}", b);
            prop_assert!(verdict(&make(0.2)).confidence.mean >= b.mean);
        }

        #[test]
        fn more_voters_of_one_mind_narrow_the_interval(n in 1usize..16) {
            let width = |n: usize| { let b = verdict(&vec![voter(1.0 / n as f64); n]).confidence; b.high - b.low };
            prop_assert!(width(n + 1) < width(n));
        }
    }
}

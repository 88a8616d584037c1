//! How sure an answer is as a whole, and what makes it unsure.
//!
//! Each row is an opinion on what was asked: Beta evidence for and against the memory, which counts as far as the row can be relied on.
//! What is forgotten and what came only by association is discounted towards the uniform Beta(1, 1), which knows nothing (trust
//! discounting; Josang, "Subjective Logic", 2016, section 14.3). The opinions are averaged with their scores as weights: rows of an
//! answer depend on each other, so that more of them is not more evidence (averaging fusion; Josang, Wang and Zhang 2017). The
//! interval is that of the Beta distribution that results.
//!
//! The width of the interval is shared among three causes: what it would be if every row were fully retrievable and matched by itself is
//! due to evidence; what forgetting and association add to that is shared between the two by the value of Shapley (1953), the mean of
//! what each adds before and after the other.

use super::{Belief, belief};

/// How much less a row counts that came by association alone: the memory may well be true and not what was asked.
const ASSOCIATION_DOUBT: f64 = 0.5;

/// One row of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    pub evidence_for: f32,
    pub evidence_against: f32,
    /// 0 to 1: what the row counts among the others.
    pub score: f32,
    /// 0 to 1: what forgetting has taken away of it.
    pub decay: f32,
    /// 0 to 1: share of the match that came by association.
    pub spread: f32,
}

/// Confidence in an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    pub belief: Belief,
    /// Shares of the width of the interval, together 1.
    pub decay: f32,
    pub spread: f32,
    pub evidence: f32,
}

/// Confidence in an answer of these rows. One without rows, or whose rows score nothing, knows nothing: Beta(1, 1).
pub fn answer(rows: &[Evidence]) -> Answer {
    let all = pooled(rows, true, true);
    let width = |decay, spread| width(pooled(rows, decay, spread));
    let [none, only_decay, only_spread, both] =
        [width(false, false), width(true, false), width(false, true), width(true, true)];
    let shapley = |alone: f64, other: f64| (0.5 * ((alone - none) + (both - other))).max(0.0);
    let (decay, spread) = (shapley(only_decay, only_spread), shapley(only_spread, only_decay));
    let total = none + decay + spread;
    let share = |part: f64| if total > 0.0 { (part / total) as f32 } else { 0.0 };
    let (decay, spread) = (share(decay), share(spread));
    Answer { belief: all, decay, spread, evidence: (1.0 - decay - spread).max(0.0) }
}

/// The averaged opinion, with or without the two discounts.
fn pooled(rows: &[Evidence], decay: bool, spread: bool) -> Belief {
    let (mut weights, mut evidence_for, mut evidence_against) = (0.0f64, 0.0f64, 0.0f64);
    for row in rows {
        let weight = unit(row.score);
        let kept = if decay { 1.0 - unit(row.decay) } else { 1.0 };
        let direct = if spread { 1.0 - ASSOCIATION_DOUBT * unit(row.spread) } else { 1.0 };
        let relied = kept * direct;
        let discounted = |evidence: f32| relied * f64::from(evidence.max(0.0)) + (1.0 - relied);
        weights += weight;
        evidence_for += weight * discounted(row.evidence_for);
        evidence_against += weight * discounted(row.evidence_against);
    }
    if weights > 0.0 {
        belief((evidence_for / weights) as f32, (evidence_against / weights) as f32)
    } else {
        belief(1.0, 1.0)
    }
}

fn width(belief: Belief) -> f64 {
    f64::from(belief.high) - f64::from(belief.low)
}

/// Within 0 to 1; NaN counts as 0.
fn unit(x: f32) -> f64 {
    if x > 0.0 { f64::from(x).min(1.0) } else { 0.0 }
}

//! Fusion: from raw signals to seeds, and to the order and the score of what is returned.
//!
//! Seeds are chosen by [`base`], which divides by the best of the call. The order and the score are functions of the raw signals of a row
//! alone: [`evidence`] adds them up, [`score`] maps the sum to 0 to 1. So the order of a call is the order of its scores, and `min_score`, two
//! calls and several spaces compare. Adding shares of the best of the call instead was measured, and found less (MuSiQue
//! without embeddings .72 in place of .79 of the gold memories among ten, with embeddings no better).
//! Everything rises with every signal. Ties are the caller's to break, by id.

use crate::config;
use crate::dynamics::Effects;

/// What is known about one row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signals {
    /// Cosine similarity of codes, -1 to 1; none when the question or the row has no vector.
    pub similarity: Option<f32>,
    /// BM25, zero or more.
    pub bm25: f32,
    /// What no row can exceed for this question ([`crate::bm25::maximum`]); zero when the question has no terms.
    pub bm25_max: f32,
    /// Activation received, as shares of the seed mass ([`crate::spread::Received`]).
    pub by_cues: f32,
    pub by_contiguity: f32,
    pub by_association: f32,
    /// What time, use and rivals make of it.
    pub effects: Effects,
}

impl Signals {
    /// All activation received.
    pub fn received(&self) -> f32 {
        self.by_cues + self.by_contiguity + self.by_association
    }
}

/// Match before spreading: cosine / best cosine + [`config::LEXICAL_WEIGHT`] * BM25 / best BM25. An arm without a best counts nothing, and neither
/// does a similarity below zero.
pub fn base(similarity: Option<f32>, best_similarity: f32, bm25: f32, best_bm25: f32) -> f32 {
    share(similarity.unwrap_or(0.0), best_similarity) + config::LEXICAL_WEIGHT * share(bm25, best_bm25)
}

/// How the reset mass is shared: one number for each seed memory and each seed cue, in the order given; together 1.
///
/// `bases` are those of the best memories (at most [`config::SEEDS`] are meant), shared by a softmax; `cue_weights` are ln(1 + N/df) of
/// the cues named, shared in proportion. With one kind only, all mass goes to it.
pub fn seed_masses(bases: &[f32], cue_weights: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let to_memories = match (bases.is_empty(), cue_weights.iter().any(|&w| w > 0.0)) {
        (true, _) => 0.0,
        (false, true) => config::MEMORY_MASS,
        (false, false) => 1.0,
    };
    let best = bases.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let softmax: Vec<f64> =
        bases.iter().map(|&b| libm::exp(f64::from(b - best) / f64::from(config::SEED_TEMPERATURE))).collect();
    let weights: Vec<f64> = cue_weights.iter().map(|&w| f64::from(w.max(0.0))).collect();
    (portions(&softmax, to_memories), portions(&weights, 1.0 - to_memories))
}

/// How much speaks for a row, zero or more, without an upper bound: what rows are ordered by, highest first. It is what the [`matched`]
/// evidence becomes by the [`Effects`] of the row.
pub fn evidence(row: &Signals) -> f32 {
    row.effects.on(matched(row))
}

/// How much would speak for it had nothing primed it. It breaks the ties of evidence, before the id does: then to recall the same again
/// keeps the order of what was returned, whatever adding priming rounds to ([`crate::dynamics::priming`]).
pub fn unprimed(row: &Signals) -> f32 {
    row.effects.unprimed(matched(row))
}

/// How well a row matches, by itself and by association, zero or more.
///
/// The cosine, the share of the question's possible BM25, and the activation received. The last counts by its logarithm,
/// ln(1 + weighted sum), because the few rows next to a seed receive a hundred times what others do, and they are mostly found already.
pub fn matched(row: &Signals) -> f32 {
    let dense = row.similarity.unwrap_or(0.0).clamp(0.0, 1.0);
    let lexical = share(row.bm25, row.bm25_max).min(1.0);
    let activation = config::CUE_WEIGHT * row.by_cues.max(0.0)
        + config::CONTIGUITY_RANK_WEIGHT * row.by_contiguity.max(0.0)
        + config::ASSOCIATION_RANK_WEIGHT * row.by_association.max(0.0);
    dense + config::LEXICAL_RANK_WEIGHT * lexical + libm::log1p(f64::from(activation)) as f32
}

/// The score reported, 0 to 1: 1 - exp(-[`evidence`]). Nothing gives 0, a cosine of 0.5 alone 0.39, a literal repetition of the question,
/// with a cosine of 1 and half of the possible BM25, 0.86.
pub fn score(row: &Signals) -> f32 {
    -libm::expm1(-f64::from(evidence(row))) as f32
}

fn share(value: f32, best: f32) -> f32 {
    if best > 0.0 { value.max(0.0) / best } else { 0.0 }
}

fn portions(weights: &[f64], mass: f32) -> Vec<f32> {
    let total: f64 = weights.iter().sum();
    weights.iter().map(|w| if total > 0.0 { (w / total * f64::from(mass)) as f32 } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(similarity: f32, bm25: f32) -> Signals {
        Signals { similarity: Some(similarity), bm25, bm25_max: 20.0, ..Signals::default() }
    }

    #[test]
    fn only_the_arms_that_exist_count() {
        assert_eq!(base(Some(0.5), 0.5, 4.0, 8.0), 1.0 + config::LEXICAL_WEIGHT / 2.0);
        assert_eq!(base(None, 0.0, 8.0, 8.0), config::LEXICAL_WEIGHT);
        assert_eq!(base(Some(-0.2), 0.0, 0.0, 0.0), 0.0);
        assert_eq!(base(Some(0.5), 0.5, 0.0, 0.0), 1.0);
    }

    #[test]
    fn the_reset_mass_is_one_whichever_seeds_there_are() {
        for (bases, cues) in
            [(&[1.6f32, 1.5, 0.4][..], &[3.0f32, 1.0][..]), (&[1.0], &[]), (&[], &[2.0]), (&[1.0, 1.0], &[0.0])]
        {
            let (m, c) = seed_masses(bases, cues);
            assert_eq!((m.len(), c.len()), (bases.len(), cues.len()));
            assert!((m.iter().chain(&c).sum::<f32>() - 1.0).abs() < 1e-6);
        }
        let (m, c) = seed_masses(&[1.6, 1.5], &[3.0, 1.0]);
        assert!((m.iter().sum::<f32>() - config::MEMORY_MASS).abs() < 1e-6);
        assert!(
            (m[0] / m[1] - (0.1 / config::SEED_TEMPERATURE).exp()).abs() < 1e-3 && (c[0] / c[1] - 3.0).abs() < 1e-5
        );
        assert_eq!(seed_masses(&[], &[]), (vec![], vec![]));
    }

    #[test]
    fn every_signal_raises_evidence_and_score() {
        let low = row(0.4, 5.0);
        let raised = [
            Signals { similarity: Some(0.5), ..low },
            Signals { bm25: 6.0, ..low },
            Signals { by_cues: 0.1, ..low },
            Signals { by_contiguity: 0.1, ..low },
            Signals { by_association: 0.1, ..low },
        ];
        for high in raised {
            assert!(evidence(&high) > evidence(&low) && score(&high) > score(&low), "{high:?}");
        }
        assert!(evidence(&raised[2]) > evidence(&raised[3]));
    }

    #[test]
    fn a_score_is_between_zero_and_one_whatever_the_signals() {
        assert_eq!(score(&Signals::default()), 0.0);
        assert_eq!(score(&row(-1.0, 0.0)), 0.0);
        assert!((score(&row(0.5, 0.0)) - 0.393).abs() < 1e-3);
        assert!((score(&row(1.0, 10.0)) - 0.865).abs() < 1e-3);
        let most = Signals { by_cues: 1e9, by_contiguity: 1e9, by_association: 1e9, ..row(1.0, 1e9) };
        assert!(score(&most) > 0.99 && score(&most) <= 1.0);
    }

    #[test]
    fn more_possible_words_make_the_same_match_weaker() {
        let long = Signals { bm25_max: 40.0, ..row(0.0, 5.0) };
        assert!(score(&long) < score(&row(0.0, 5.0)));
    }
}

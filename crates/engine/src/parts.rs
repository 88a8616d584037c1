//! The evidence of a row taken apart: how much of it each signal contributes.
//!
//! [`crate::rank::evidence`] adds up dense match, lexical match and the logarithm of all activation. The logarithm has no parts of
//! its own, so it is shared among the three ways by which activation came in proportion to their weighted amounts. What is forgotten or
//! interfered with is taken away from all of it.

use crate::config;
use crate::rank::{self, Signals};

/// What each signal contributes to the evidence of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parts {
    pub dense: f32,
    pub lexical: f32,
    pub cue: f32,
    pub contiguity: f32,
    pub association: f32,
    /// Zero or less.
    pub decay: f32,
    /// Zero or less.
    pub interference: f32,
    pub priming: f32,
}

impl Parts {
    /// The parts of the evidence of a row.
    pub fn of(row: &Signals) -> Parts {
        let alone = |similarity, bm25| {
            rank::matched(&Signals { similarity, bm25, bm25_max: row.bm25_max, ..Signals::default() })
        };
        let weighted = [
            config::CUE_WEIGHT * row.by_cues.max(0.0),
            config::CONTIGUITY_RANK_WEIGHT * row.by_contiguity.max(0.0),
            config::ASSOCIATION_RANK_WEIGHT * row.by_association.max(0.0),
        ];
        let sum: f32 = weighted.iter().sum();
        let activation = rank::matched(&Signals {
            by_cues: row.by_cues,
            by_contiguity: row.by_contiguity,
            by_association: row.by_association,
            ..Signals::default()
        });
        let [cue, contiguity, association] = weighted.map(|w| if sum > 0.0 { activation * (w / sum) } else { 0.0 });
        let [decay, interference] = row.effects.losses(rank::matched(row)).map(|loss| -loss);
        Parts {
            dense: alone(row.similarity, 0.0),
            lexical: alone(None, row.bm25),
            cue,
            contiguity,
            association,
            decay,
            interference,
            priming: row.effects.priming.max(0.0),
        }
    }

    /// All parts together: the evidence, but for rounding.
    pub fn total(&self) -> f32 {
        let for_it = self.dense + self.lexical + self.cue + self.contiguity + self.association + self.priming;
        for_it + self.decay + self.interference
    }

    /// The parts as shares of the whole, together 1; all zero where there is no evidence.
    pub fn shares(&self) -> Parts {
        let total = self.total();
        let share = |part: f32| if total > 0.0 { part / total } else { 0.0 };
        Parts {
            dense: share(self.dense),
            lexical: share(self.lexical),
            cue: share(self.cue),
            contiguity: share(self.contiguity),
            association: share(self.association),
            decay: share(self.decay),
            interference: share(self.interference),
            priming: share(self.priming),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::Effects;

    fn rows() -> Vec<Signals> {
        let amounts = [0.0f32, 0.001, 0.2, 3.0];
        let mut all = Vec::new();
        for similarity in [None, Some(-0.5), Some(0.0), Some(0.4), Some(1.0)] {
            for bm25 in [0.0, 3.0, 20.0] {
                for by_cues in amounts {
                    for by_contiguity in amounts {
                        for by_association in amounts {
                            for effects in [Effects::default(), Effects { decay: 0.3, interference: 0.1, priming: 0.2 }]
                            {
                                all.push(Signals {
                                    similarity,
                                    bm25,
                                    bm25_max: 10.0,
                                    by_cues,
                                    by_contiguity,
                                    by_association,
                                    effects,
                                });
                            }
                        }
                    }
                }
            }
        }
        all
    }

    #[test]
    fn the_parts_add_up_to_the_evidence() {
        for row in rows() {
            let (parts, evidence) = (Parts::of(&row), rank::evidence(&row));
            assert!((parts.total() - evidence).abs() <= 1e-5 * evidence.max(1.0), "{row:?} {parts:?}");
        }
    }

    #[test]
    fn the_shares_add_up_to_one_wherever_there_is_evidence() {
        for row in rows() {
            let shares = Parts::of(&row).shares();
            let whole = if rank::evidence(&row) > 0.0 { 1.0 } else { 0.0 };
            assert!((shares.total() - whole).abs() < 1e-5, "{row:?} {shares:?}");
        }
    }

    #[test]
    fn a_signal_that_is_not_there_has_no_part() {
        let row = Signals { bm25: 2.0, bm25_max: 8.0, by_association: 0.1, ..Signals::default() };
        let parts = Parts::of(&row);
        assert_eq!((parts.dense, parts.cue, parts.contiguity), (0.0, 0.0, 0.0));
        assert!(parts.lexical > 0.0 && parts.association > 0.0);
        assert_eq!(Parts::of(&Signals::default()), Parts::default());
    }

    #[test]
    fn activation_is_shared_in_proportion_to_its_weighted_amounts() {
        let row = Signals { by_cues: 0.1, by_contiguity: 1.0, ..Signals::default() };
        let parts = Parts::of(&row);
        let expected = config::CUE_WEIGHT * 0.1 / (config::CONTIGUITY_RANK_WEIGHT * 1.0);
        assert!((parts.cue / parts.contiguity - expected).abs() < 1e-4);
    }
}

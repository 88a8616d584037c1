//! The feeling of knowing: how likely it is that something is stored about a question, before anything is recalled.
//!
//! A logistic function of a few cheap features, each of which can only raise the estimate (Hart 1965 named the phenomenon; that
//! familiarity of the cue and accessibility of partial answers both feed it is Koriat 1993). The interval is that of a Beta
//! distribution with the estimate as its mean and as many observations as the features that were there are worth.
//!
//! **Where the constants come from.** A logistic regression with non-negative weights, by ten-fold cross-validation over questions whose
//! answer is stored and questions whose answer is not: `docs/decisions/0009-feeling-of-knowing.md` has the data and the figures.

use crate::confidence;

/// What is known about a question without recalling anything. None where an arm has nothing to say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Features {
    /// Memories of the space.
    pub memories: u32,
    pub words: Option<Words>,
    /// Share of the cues named in the question that some memory mentions.
    pub cues: Option<f32>,
    pub meaning: Option<Meaning>,
}

/// How well the words of the question are known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Words {
    /// Share of the idf of the question's words that some memory holds, 0 to 1.
    pub known: f32,
    /// Of what BM25 could give for the question, the share that the best single memory gets, 0 to 1.
    pub best: f32,
}

/// How the best similarity stands out from what is usual in the space.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Meaning {
    /// Highest cosine.
    pub best: f32,
    /// Mean and standard deviation over a sample of the space.
    pub mean: f32,
    pub deviation: f32,
}

impl Meaning {
    /// The best match in standard deviations above the mean, at most [`FARTHEST`].
    pub fn excess(&self) -> f32 {
        let far = (self.best - self.mean) / self.deviation.max(LEAST_DEVIATION);
        // Not `clamp`, which would keep NaN.
        if far > 0.0 { far.min(FARTHEST) } else { 0.0 }
    }
}

/// An estimate, each 0 to 1, with `low <= knows <= high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knowing {
    pub knows: f32,
    /// 90 % credible interval.
    pub low: f32,
    pub high: f32,
}

/// A sample of a handful of memories has hardly any deviation, and any match would seem far from it.
const LEAST_DEVIATION: f32 = 0.05;
/// Beyond this nothing more can be told.
const FARTHEST: f32 = 12.0;

/// The estimate for a question; nothing is known in an empty space, and one half is said where no arm says anything.
pub fn knowing(features: &Features) -> Knowing {
    if features.memories == 0 {
        return Knowing { knows: 0.0, low: 0.0, high: 0.0 };
    }
    let mut logit = 0.0f64;
    let mut observations = PRIOR_OBSERVATIONS;
    if let Some(words) = features.words {
        logit += WORDS.0 + WORDS.1 * share(words.known) + WORDS.2 * share(words.best);
        observations += WORDS_OBSERVATIONS;
    }
    if let Some(cues) = features.cues {
        logit += CUES.0 + CUES.1 * share(cues);
        observations += CUES_OBSERVATIONS;
    }
    if let Some(meaning) = features.meaning {
        logit += MEANING.0 + MEANING.1 * share(meaning.best) + MEANING.2 * f64::from(meaning.excess());
        observations += MEANING_OBSERVATIONS;
    }
    let knows = 1.0 / (1.0 + libm::exp(-logit));
    let belief = confidence::belief(knows as f32 * observations, (1.0 - knows as f32) * observations);
    let knows = knows as f32;
    Knowing { knows, low: belief.low.min(knows), high: belief.high.max(knows) }
}

fn share(value: f32) -> f64 {
    // Not `clamp`, which would keep NaN.
    if value > 0.0 { f64::from(value.min(1.0)) } else { 0.0 }
}

/// Intercept, weight of the known share, weight of the best match by words.
const WORDS: (f64, f64, f64) = (-2.32, 2.21, 1.74);
/// Intercept, weight of the share of known cues.
const CUES: (f64, f64) = (-2.47, 3.61);
/// Intercept, weight of the best cosine, weight of its distance from what is usual.
const MEANING: (f64, f64, f64) = (-3.05, 4.23, 0.16);
/// What a feature is worth in observations. With 10 for all arms together the frequency of stored answers lay inside the interval in nine
/// of ten groups of questions; how they are split among the arms is set by hand, on the cautious side.
const PRIOR_OBSERVATIONS: f32 = 1.0;
const WORDS_OBSERVATIONS: f32 = 3.0;
const CUES_OBSERVATIONS: f32 = 2.0;
const MEANING_OBSERVATIONS: f32 = 5.0;

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLE: Features = Features {
        memories: 1_000,
        words: Some(Words { known: 0.5, best: 0.2 }),
        cues: Some(0.5),
        meaning: Some(Meaning { best: 0.5, mean: 0.1, deviation: 0.1 }),
    };

    #[test]
    fn every_feature_can_only_raise_the_estimate() {
        let base = knowing(&MIDDLE).knows;
        let words = |known, best| Features { words: Some(Words { known, best }), ..MIDDLE };
        let meaning = |best, mean| Features { meaning: Some(Meaning { best, mean, deviation: 0.1 }), ..MIDDLE };
        for more in [
            words(0.8, 0.2),
            words(0.5, 0.4),
            Features { cues: Some(1.0), ..MIDDLE },
            meaning(0.6, 0.1),
            meaning(0.5, 0.0),
        ] {
            assert!(knowing(&more).knows >= base, "{more:?}");
        }
        for less in [
            words(0.0, 0.2),
            words(0.5, 0.0),
            Features { cues: Some(0.0), ..MIDDLE },
            meaning(0.3, 0.1),
            meaning(0.5, 0.3),
        ] {
            assert!(knowing(&less).knows <= base, "{less:?}");
        }
        assert!(knowing(&words(0.5, 0.6)).knows > base && knowing(&words(0.5, 0.0)).knows < base);
    }

    #[test]
    fn the_interval_holds_the_estimate_and_narrows_with_more_arms() {
        let one = Features { cues: None, meaning: None, ..MIDDLE };
        for features in [MIDDLE, one, Features { memories: 1, ..Features::default() }] {
            let k = knowing(&features);
            assert!(0.0 <= k.low && k.low <= k.knows && k.knows <= k.high && k.high <= 1.0, "{features:?} {k:?}");
        }
        let width = |k: Knowing| k.high - k.low;
        let nothing = knowing(&Features { memories: 1, ..Features::default() });
        assert!((nothing.knows, nothing.low < 0.1, nothing.high > 0.9) == (0.5, true, true));
        let balanced =
            Features { words: Some(Words { known: 0.0, best: 0.0 }), cues: None, meaning: None, memories: 1 };
        assert!(width(knowing(&balanced)) < width(nothing));
    }

    #[test]
    fn nothing_is_known_in_an_empty_space_and_senseless_features_count_nothing() {
        assert_eq!(knowing(&Features { memories: 0, ..MIDDLE }), Knowing { knows: 0.0, low: 0.0, high: 0.0 });
        let nan = f32::NAN;
        let senseless = Features {
            memories: 1,
            words: Some(Words { known: nan, best: nan }),
            cues: Some(nan),
            meaning: Some(Meaning { best: nan, mean: nan, deviation: nan }),
        };
        let k = knowing(&senseless);
        assert!(k.knows >= 0.0 && k.knows <= 1.0, "{k:?}");
    }
}

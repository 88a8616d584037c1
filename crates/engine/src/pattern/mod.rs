//! Patterns: completing one from a part of it, recombining several, and what follows on one.
//!
//! [`hopfield`] settles a partial cue among stored patterns, [`vote`] puts a field to the vote of what it settled on, [`recombine`] makes
//! something that was never stored, and [`follow`] turns counts of what followed into probabilities.

pub mod follow;
pub mod hopfield;
mod label;
pub mod recombine;
pub mod vote;

pub use label::Label;

/// Inverse temperature of the attractor. Cosines of memories that say different things lie 0.2 to 0.4 below that of the right one; with
/// 256 patterns exp(20 * 0.35) still gives the right one four fifths of the weight, and memories that say the same share it.
pub const BETA: f64 = 20.0;

/// What a field that the caller gave and that a pattern has adds to its similarity: as much as half a cosine.
pub const FIELD_WEIGHT: f64 = 0.5;

/// The same for the words of the cue, all of them matched.
pub const WORDS_WEIGHT: f64 = 0.5;

/// Share of the similarity to the cue that stays while the state moves: the cue does not go away, so the state settles near it and not
/// where memories happen to be densest.
pub const ANCHOR: f64 = 0.5;

/// Share of the weight from which one pattern counts as the one that was retrieved.
pub const NEARLY_ALL: f64 = 0.9;

/// Share times support below which a value counts as imagined: less than one of five that agree.
pub const THRESHOLD: f32 = 0.2;

/// Contents from this cosine on speak for the same thing, in other words.
pub const SAME_THING: f64 = 0.85;

/// How well the words and the meaning of a cue match a memory, 0 to 1, where a match by chance counts nothing: the larger of the two.
///
/// `bm25_share` is its share of the possible BM25; a memory of usual length that has every word once gets 1 / (k1 + 1) of it.
pub fn match_share(bm25_share: f64, k1: f32, similarity: Option<f64>, memories: u32, dims: usize) -> f64 {
    words_share(bm25_share, k1).max(similarity.map_or(0.0, |s| above_chance(s, memories, dims)))
}

/// The share of the words of a cue that a memory has, by its share of the possible BM25.
pub fn words_share(bm25_share: f64, k1: f32) -> f64 {
    (bm25_share * (f64::from(k1) + 1.0)).clamp(0.0, 1.0)
}

/// What a cosine says beyond chance, 0 to 1: among n directions in d dimensions the best is expected at sqrt(2 ln n / d) by chance alone
/// (the maximum of n normal variables with the variance 1 / d of such a cosine; David and Nagaraja 2003, "Order Statistics").
pub fn above_chance(similarity: f64, memories: u32, dims: usize) -> f64 {
    let n = f64::from(memories.max(1));
    let chance = (2.0 * libm::log(n) / dims.max(1) as f64).sqrt().min(MOST_CHANCE);
    ((similarity - chance) / (1.0 - chance)).clamp(0.0, 1.0)
}

/// Of a handful of elements chance could explain anything; identity is never chance.
const MOST_CHANCE: f64 = 0.95;

/// How near two points are, 0 to 1: 1 for the same, one half at a distance of `scale`, a quarter at twice that.
pub fn nearness(a: i64, b: i64, scale: i64) -> f64 {
    libm::exp2(-(a.abs_diff(b) as f64) / scale.max(1) as f64)
}

/// The share of the possible BM25; nothing where nothing is possible.
pub fn bm25_share(score: f32, maximum: f32) -> f64 {
    if maximum > 0.0 { f64::from(score) / f64::from(maximum) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_by_chance_counts_nothing_and_identity_everything() {
        assert_eq!(above_chance(0.25, 10_000, 256), 0.0);
        assert_eq!(above_chance(1.0, 10_000, 256), 1.0);
        assert!(above_chance(0.6, 10_000, 256) > 0.4);
        assert_eq!(above_chance(1.0, 1_000_000, 3), 1.0);
        assert_eq!(above_chance(-1.0, 0, 0), 0.0);
    }

    #[test]
    fn nearness_halves_with_each_distance() {
        assert_eq!([nearness(5, 5, 3), nearness(2, 5, 3), nearness(11, 5, 3)], [1.0, 0.5, 0.25]);
        assert_eq!(nearness(i64::MIN, i64::MAX, 1), 0.0);
    }

    #[test]
    fn the_better_of_words_and_meaning_counts() {
        assert_eq!(match_share(0.0, 1.2, None, 10, 3), 0.0);
        assert_eq!(match_share(1.0 / 2.2, 1.2, None, 10, 3), 1.0);
        assert!(match_share(0.1, 1.2, Some(0.9), 10, 256) > match_share(0.1, 1.2, None, 10, 256));
        assert_eq!(bm25_share(3.0, 0.0), 0.0);
    }
}

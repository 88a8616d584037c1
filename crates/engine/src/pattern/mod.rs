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

use crate::bm25;

/// How well words and meaning of a cue match a memory, 0 to 1, where a match by chance counts nothing: the larger of the two.
///
/// `bm25_share` is its share of the possible BM25; a memory of usual length that has every word once gets 1 / (k1 + 1) of it.
pub fn match_share(bm25_share: f64, k1: f32, similarity: Option<f64>, memories: u32, dims: usize) -> f64 {
    let words = (bm25_share * (f64::from(k1) + 1.0)).clamp(0.0, 1.0);
    words.max(similarity.map_or(0.0, |s| above_chance(s, memories, dims)))
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

/// The share of the possible BM25; nothing where nothing is possible.
pub fn bm25_share(score: f32, maximum: f32) -> f64 {
    if maximum > 0.0 { f64::from(score) / f64::from(maximum) } else { 0.0 }
}

/// The saturation of BM25 that [`match_share`] takes where there is no setting to ask.
pub const USUAL_K1: f32 = bm25::Params::DEFAULT_K1;

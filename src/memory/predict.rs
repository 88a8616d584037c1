//! Prediction: what has followed in other contexts on what happens in this one.

use crate::error::Error;

/// What a prediction is limited to.
pub struct Limits {
    pub k: usize,
    /// What follows within this time counts, in microseconds; none for what follows next, whenever that is.
    pub horizon: Option<i64>,
}

/// Something that may follow.
pub struct Predicted {
    /// The memory that stands for it.
    pub id: [u8; 16],
    pub content: String,
    pub kind: String,
    /// All of a prediction sum to at most 1; the rest is what has never been seen.
    pub probability: f32,
    /// Occurrences that it rests on.
    pub count: u32,
    /// Middle one of the times it took to follow, in microseconds.
    pub after: Option<i64>,
    /// Memories that followed.
    pub evidence: Vec<[u8; 16]>,
    /// Memories that they followed on.
    pub antecedents: Vec<[u8; 16]>,
}

/// Predicts what follows in a context, or on `recent` memories where some are given, the latest first.
pub fn predict(
    _name: &str,
    _context: Option<&str>,
    _recent: &[[u8; 16]],
    _limits: &Limits,
) -> Result<Vec<Predicted>, Error> {
    Err(Error::not_supported("prediction is being built"))
}

//! Imagination: parts of different memories put together to something that was never stored.

use crate::error::Error;
use serde_json::Value;

/// What imagining is limited to.
pub struct Limits {
    /// How far from what is stored, 0 to 1.
    pub novelty: f32,
    /// Most patterns.
    pub k: usize,
}

/// Something imagined. Its origin is always `imagined`.
pub struct Imagined {
    pub content: String,
    /// Object of fields, each an object of its value and the memory it is from.
    pub fields: Value,
    /// How well it fits what is stored and what was asked for, 0 to 1.
    pub plausibility: f32,
    /// Distance from the nearest of the patterns looked at: 1 - cosine; none without embeddings.
    pub distance: Option<f32>,
    pub embedding: Option<Vec<f32>>,
    /// Memories that it was made of, the one that gave most first.
    pub made_of: Vec<[u8; 16]>,
}

/// Recombines what cues bring to mind.
pub fn imagine(_name: &str, _cues: &[String], _limits: &Limits) -> Result<Vec<Imagined>, Error> {
    Err(Error::not_supported("imagination is being built"))
}

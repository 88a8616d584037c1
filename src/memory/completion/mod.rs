//! Pattern completion: from part of a memory to the rest of it, each field with where it comes from.
//!
//! The candidates are those of a recall of the partial cue, read as the caller may see them. The engine lets an attractor settle
//! among them (`engine::pattern`), and every field is put to the vote of what it settled on. Nothing is stored or reinforced.

mod partial;

use crate::error::Error;
use serde_json::Value;

pub use engram_engine::pattern::Label;
pub use partial::Partial;

/// What a completion is limited to.
pub struct Limits {
    /// Most values of a field: the one chosen, and its alternatives.
    pub k: usize,
    /// Strength below which a value counts as imagined, 0 to 1.
    pub threshold: f32,
}

/// A completed memory.
pub struct Completion {
    /// In the order what, who, where, when, context, kind, source, embedding, and the keys of metadata by name.
    pub fields: Vec<Field>,
    /// The attractor came to rest.
    pub converged: bool,
    /// Steps that it took.
    pub iterations: u32,
}

/// One field of a completed memory.
pub struct Field {
    /// `metadata.KEY` for a key of metadata.
    pub name: String,
    pub value: Value,
    pub label: Label,
    /// How far the value is believed, 0 to 1.
    pub confidence: f32,
    /// The value is what the caller gave.
    pub given: bool,
    /// Memories that the value comes from, the weightiest first.
    pub evidence: Vec<[u8; 16]>,
    /// What else was voted for, most first.
    pub alternatives: Vec<Alternative>,
}

/// Another value of a field.
pub struct Alternative {
    pub value: Value,
    /// Share of the vote, 0 to 1.
    pub share: f32,
    pub evidence: Vec<[u8; 16]>,
}

/// Completes part of a memory from what a space remembers.
pub fn complete(_name: &str, _partial: &Partial, _limits: &Limits) -> Result<Completion, Error> {
    Err(Error::not_supported("completion is being built"))
}

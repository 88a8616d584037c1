//! Numbers of the columns that triggers read, from 1 in the order of the tables in `sql/schema`.

/// Columns of engram.memory.
pub mod memory {
    pub const SPACE: usize = 1;
    pub const ID: usize = 2;
    pub const CONTENT: usize = 3;
    pub const EMBEDDING: usize = 4;
    pub const ENCODER: usize = 5;
    pub const CUES: usize = 6;
    pub const CONTEXT: usize = 7;
    pub const KIND: usize = 8;
    pub const EVIDENCE_FOR: usize = 11;
    pub const EVIDENCE_AGAINST: usize = 12;
    pub const OCCURRED_AT: usize = 13;
    pub const METADATA: usize = 15;
    pub const SUPERSEDED_BY: usize = 18;
    pub const SUPPRESSED_AT: usize = 19;
    pub const CREATED_AT: usize = 20;
    pub const CHANGED: usize = 21;
    /// From version 0.3.0 on.
    pub const COLD: usize = 22;
    /// From version 0.3.0 on.
    pub const PINNED: usize = 23;
}

/// Columns of engram.cold.
pub mod cold {
    pub const SPACE: usize = 1;
    pub const ID: usize = 2;
}

/// Columns of engram.association.
pub mod edge {
    pub const SPACE: usize = 1;
    pub const SOURCE: usize = 2;
    pub const TARGET: usize = 3;
    pub const KIND: usize = 4;
    pub const WEIGHT: usize = 5;
    pub const CREATED_AT: usize = 6;
    pub const CHANGED: usize = 7;
}

/// Columns of engram.cue_alias.
pub mod alias {
    pub const SPACE: usize = 1;
    pub const ALIAS: usize = 2;
    pub const CUE: usize = 3;
}

/// Columns of engram.feedback.
pub mod feedback {
    pub const SPACE: usize = 1;
    pub const ID: usize = 2;
    pub const GIVEN_AT: usize = 6;
    pub const CONFIDENCE: usize = 7;
}

/// Columns of engram.space.
pub mod space {
    pub const SPACE: usize = 1;
    pub const DIMENSIONS: usize = 2;
    pub const ENCODER: usize = 3;
    pub const LANGUAGE: usize = 4;
    pub const CHANGED: usize = 14;
}

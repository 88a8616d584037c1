//! Beliefs that cannot both hold.
//!
//! Both are kept and marked. What is found, and by which ground, says [`Ground`]; which of the two should stand is a
//! [`Proposal`], by time and evidence, that somebody else applies or not.
//!
//! Frames and metadata contradict only where a value is what a belief says, not what one episode of it happens to: most of
//! those that fill the slot, at least two and a third of all, have it. And where at most three values of one slot are held by the
//! beliefs of a class: what has more takes many values by its nature, like the reading of a meter. Beliefs whose validity does
//! not overlap do not contradict each other.

mod claims;
mod pairs;
mod resolve;
mod separate;

pub use pairs::contradictions;
pub use resolve::{Proposal, Resolution, oppose};
pub use separate::{Separated, separate};

use super::belief::Id;
pub(super) use claims::claims;
pub use claims::{Claim, Claims};

/// The most values of one slot among the beliefs of a class with which two of them contradict each other.
pub const MOST_VALUES: usize = 3;

/// Similarity of centroids from which on equal metadata keys speak of one thing.
pub const RELATED: f32 = 0.5;

/// Why two beliefs cannot both hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// Somebody said so of a memory of either.
    Marked,
    /// One sentence with different numbers, dates or names.
    Frame { one: String, other: String },
    /// One key of metadata with different values.
    Metadata { key: String, one: String, other: String },
}

impl Ground {
    /// As SQL has it.
    pub fn name(&self) -> &'static str {
        match self {
            Ground::Marked => "marked",
            Ground::Frame { .. } => "frame",
            Ground::Metadata { .. } => "metadata",
        }
    }
}

/// Two beliefs that cannot both hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Contradiction {
    /// The lesser id.
    pub one: Id,
    pub other: Id,
    pub ground: Ground,
    pub resolution: Resolution,
}

//! A space as records that can be kept outside the region and entered again: the contents of a snapshot file.
//!
//! A record is a run of *sections*, each a tag and bytes. There are no offsets and no image of the region in them: memories,
//! cues and contexts are numbered in the order in which they come, and whoever enters them gives them numbers of its own. What is
//! large (codes, postings) lies in arrays of up to a segment, sorted as a sealed segment has them, so that entering is copying.
//!
//! ```text
//! BEGIN     memories and edges expected
//! PART      up to 4,096 memories with cues and contexts named first here, their codes, their terms sorted
//! THIN      the same without codes and terms: memories that are not resident
//! EDGES     associations
//! END       how many of each there were: what does not end so is not complete
//! ```
//!
//! What goes in ([`write`]) is what counts and was made by transactions before a given one, all of which had ended and were
//! settled. So whoever enters it ([`Restore`]) and then reads again what later transactions changed has the space as it is.
//!
//! A section with a tag that is not known makes the record useless: a later version may have put there what must not be missed.

mod codec;
mod collect;
mod copy;
mod enter;

pub(crate) use codec::Documents;
pub use collect::{Look, Unwritten, write};
pub use enter::{Entering, Refused, Restore};

/// Numbers of what is in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    pub memories: u64,
    pub edges: u64,
}

/// The bytes are not those of a record, or of one that this version does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the section is not readable")
    }
}

impl std::error::Error for Unreadable {}

/// Tags of sections.
pub(crate) mod tag {
    pub const BEGIN: u32 = 1;
    pub const PART: u32 = 2;
    pub const THIN: u32 = 3;
    pub const EDGES: u32 = 4;
    pub const END: u32 = 5;
}

//! The hot graph of Engram in raw bytes.
//!
//! A region is a run of bytes that somebody else owns: shared memory, a private allocation, a test
//! vector. This crate carves it into pages of 16 KiB and keeps in them, for many spaces, what recall
//! needs at once: memory nodes, cue nodes, contexts in order of time, explicit edges, sign and 8-bit
//! codes of embeddings, postings for BM25. There are no pointers inside, only `u32` offsets, so every
//! process may map the bytes where it likes.
//!
//! # Who calls it
//! `src/hot` of the extension, for shared memory and for private regions; nothing else.
//!
//! # Lock rules
//! The crate takes no lock itself; its caller does, and keeps to these rules:
//! * Pages come from a lock-free stack ([`pages`]), so no lock guards them.
//! * The directory ([`directory`]) is read under a shared and changed under an exclusive directory lock.
//! * Everything of one space is read under a shared and changed under an exclusive lock of that space.
//!   Nobody holds two space locks. The directory lock may be taken before a space lock, never after.
//! * [`space::Space::begin`] sets a mark before a structural change and [`space::Space::end`] clears it.
//!   Who finds the mark set under a lock knows that an error interrupted a change, and resets the space.
//!
//! # On failure
//! Memory is reserved before a structure is touched ([`Full`] changes nothing). Everything in a region
//! can be rebuilt from tables; losing one costs time.

mod array;
mod best;
pub mod bulk;
pub mod bytes;
mod chunks;
mod context;
pub mod dense;
pub mod digest;
pub mod directory;
pub mod edges;
pub mod evict;
mod graph;
mod hash;
mod head;
pub mod kernel;
pub mod lexical;
mod load;
pub mod mentions;
mod node;
pub mod outside;
pub mod pages;
pub mod read;
pub mod record;
pub mod seal;
mod segment;
pub mod settle;
pub mod snapshot;
pub mod space;
pub mod survey;
pub mod verify;
pub mod write;

pub use bytes::Region;
pub use directory::{Directory, SpaceKey};
pub use read::{Reader, Stopped, View};
pub use record::Record;
pub use space::{Space, State, Stats};

/// The region has no page left for what was asked. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl std::fmt::Display for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the region is full")
    }
}

impl std::error::Error for Full {}

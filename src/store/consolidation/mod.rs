//! What consolidation reads from the tables and writes to them.
//!
//! Episodes and the memories of beliefs are read and written with the rights of whoever calls, which is the owner of the space; what
//! runs alone write is read and written as the owner of the tables.

pub mod erase;
mod former;
mod input;
mod ledger;
mod outcome;

pub use former::{Cited, Former, beliefs, citations, marks, visible};
pub use input::{Episode, changed, episodes, gone};
pub use ledger::{Event, Finished, Touch, begin, done, event, finish, publish, tell, touch, touched, version};
pub use outcome::{Belief, Wording, cite, descend, form, hold_evidence, put, retire, reword, weigh};

use crate::pg::{
    self,
    lock::{self, Object},
    spi::{self, Arg},
};
use xxhash_rust::xxh3::xxh3_64;

/// The id of a memory.
pub type Id = [u8; 16];

/// What of a space decides about its consolidation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    pub owner: String,
    pub dimensions: Option<i32>,
    pub encoder: Option<String>,
    pub language: String,
    /// The object of further settings, as text.
    pub settings: String,
    /// Names the policies on engram.memory in their present form.
    pub policies: String,
}

/// The space; none where there is none.
pub fn space(name: &str) -> Option<Space> {
    let mut found = None;
    pg::as_owner(|| {
        spi::select(include_str!("../../../sql/query/consolidation_space.sql"), &[Arg::Text(name)], |row| {
            found = Some(Space {
                owner: row.text(1).unwrap_or_default().to_owned(),
                dimensions: row.int4(2),
                encoder: row.text(3).map(str::to_owned),
                language: row.text(4).unwrap_or_default().to_owned(),
                settings: row.text(5).unwrap_or_default().to_owned(),
                policies: row.text(6).unwrap_or_default().to_owned(),
            });
        })
    });
    found
}

/// Keeps others from consolidating the space until the end of the transaction; false where somebody does.
pub fn lock(space: &str) -> bool {
    lock::exclusive(Object::Consolidation, xxh3_64(space.as_bytes()) as u32, false)
}

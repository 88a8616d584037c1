//! Rows that a run of consolidation changes, with what they were before: engram.consolidation_touch.
//!
//! A run calls [`note`] before it writes rows and [`seal`] when it has written all of them, in its transaction. What a row is, is said once, by
//! `engram.touched_row`.

use crate::pg::{
    self,
    settings::with_plain_values,
    spi::{self, Arg},
};
use pgrx::Uuid;

/// A table whose rows are noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Memory,
    Belief,
    /// Of a belief, to its evidence.
    Citation,
    /// Of a belief, to its parent.
    Lineage,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            What::Memory => "memory",
            What::Belief => "belief",
            What::Citation => "citation",
            What::Lineage => "lineage",
        }
    }
}

/// Notes what rows are, or that they are not there: those of `ids`, each with the one of `others` in the same place, which memories and
/// beliefs do not have. What the run has noted already stays.
pub fn note(space: &str, run: Uuid, what: What, ids: &[[u8; 16]], others: &[[u8; 16]]) {
    if ids.is_empty() {
        return;
    }
    let args = [
        Arg::Text(space),
        Arg::Uuid(*run.as_bytes()),
        Arg::Text(what.name()),
        Arg::UuidArray(ids),
        Arg::UuidArray(others),
    ];
    let sql = include_str!("../../sql/query/touch_note.sql");
    pg::as_owner(|| with_plain_values(|| spi::execute(sql, &args)));
}

/// Notes how the run leaves every row that it has noted.
pub fn seal(space: &str, run: Uuid) {
    let args = [Arg::Text(space), Arg::Uuid(*run.as_bytes())];
    pg::as_owner(|| with_plain_values(|| spi::execute(include_str!("../../sql/query/touch_seal.sql"), &args)));
}

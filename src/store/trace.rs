//! Rows of engram.trace: how memories have been used. Nobody writes them directly.

use crate::pg::{
    self,
    spi::{self, Arg},
};
use pgrx::Uuid;

/// Counts a use of the memory now. False when the memory was deleted in the meantime.
pub fn reinforce(space: &str, id: Uuid) -> bool {
    let sql = include_str!("../../sql/query/trace_reinforce.sql");
    pg::as_owner(|| spi::execute(sql, &[Arg::Text(space), Arg::Uuid(*id.as_bytes())])) > 0
}

//! Tables: SQL in, rows out. The SQL is in `sql/query`; values are parameters, every operator and function is qualified, and
//! `space = $1` stands in each query.
//!
//! What a caller may see or change is decided by the policies on the tables: queries run under the caller's rights, except
//! those that read engram.space or write tables that nobody writes directly; these run as the owner of engram.memory.

pub mod access;
pub mod alias;
pub mod association;
pub mod audit;
pub mod batch;
pub mod belief;
pub mod cold;
pub mod columns;
pub mod consolidation;
pub mod decay;
pub mod export;
pub mod fault;
pub mod learned;
pub mod ledger;
pub mod limits;
pub mod memory;
pub mod neighbourhood;
pub mod news;
pub mod reembed;
pub mod report;
pub mod retention;
pub mod schedule;
pub mod snapshot;
pub mod space;
pub mod supersession;
pub mod tally;
pub mod trace;
mod trigger;
pub mod undo;
pub mod usage;
pub mod warm;
pub mod watch;

use crate::pg::spi;

/// Version of the extension in the catalog of this database.
pub fn catalog_version() -> Option<String> {
    let mut version = None;
    spi::select(include_str!("../../sql/query/catalog_version.sql"), &[], |row| {
        version = row.text(1).map(str::to_owned)
    });
    version
}

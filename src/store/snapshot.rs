//! What the tables know of the snapshot file and of those who catch up: the tokens of files that belong to this database, and how
//! far changes were trimmed. Written by the worker, as the owner of the tables.

use crate::pg::{
    self,
    spi::{self, Arg},
};
use std::time::Duration;

/// Whether the catalog of this database has what is needed: that of version 0.2.0 has not.
pub fn is_possible() -> bool {
    pg::has_table(c"change_horizon")
}

/// Tokens of the file that serves and of the one that the last stop may have written.
pub fn tokens() -> Vec<[u8; 16]> {
    let mut tokens = Vec::new();
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/snapshot_tokens.sql"), &[], |row| {
            tokens.extend([row.uuid(1), row.uuid(2)].into_iter().flatten());
        })
    });
    tokens
}

/// Remembers the token of the file that serves from the end of the transaction on, and the one of the file that the stop of the server will write.
pub fn begin(serves: [u8; 16], at_stop: [u8; 16]) {
    let args = [Arg::Uuid(serves), Arg::Uuid(at_stop)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/snapshot_begin.sql"), &args));
}

/// Changes of transactions before this one were trimmed: who has not seen them by now cannot catch up.
pub fn trimmed_before() -> u64 {
    if !is_possible() {
        return 0;
    }
    let mut horizon = 0;
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/change_horizon.sql"), &[], |row| horizon = row.xid8(1).unwrap_or(0))
    });
    horizon
}

/// Moves the horizon to where it was to be `retention` ago, or longer; `oldest` is where it is to be next.
pub fn advance_horizon(oldest: u64, retention: Duration) {
    let args = [Arg::Xid8(oldest), Arg::Int4(i32::try_from(retention.as_secs() / 60).unwrap_or(i32::MAX))];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/change_horizon_advance.sql"), &args));
}

/// Removes the oldest changes before the horizon, at most `most`; returns how many.
pub fn trim(most: i32) -> u64 {
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/change_trim.sql"), &[Arg::Int4(most)]))
}

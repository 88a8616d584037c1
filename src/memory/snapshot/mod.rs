//! Warm start: the hot tier of a database as a file, written now and then and at a clean stop, read at the first visit after a start.
//!
//! # What goes in
//! What transactions did that had all ended when the writing began: `xmin` of a snapshot taken then. Spaces are written one after
//! the other in pieces; what later transactions change meanwhile does not matter, since whoever loads reads again what transactions
//! from `xmin` on changed.
//!
//! # Which file is good
//! A file names the cluster, timeline, database and table, a position in the log and a token. The table `engram.snapshot_token` has two:
//! of the file that a worker wrote last, and of the file that this run of the server writes when it stops. Both are committed and on disk
//! before a file with them gets its name, and a new one for the stop is drawn at each start. So a file from before a
//! restore, from another history or another cluster is noticed. Whatever is in doubt is said in the log, the file goes, and
//! the tables are read.
//!
//! # Who
//! The maintenance worker loads and writes. At a stop workers are told to leave before sessions are gone, and most databases have
//! none, so the launcher writes: it needs nothing of a database but its spaces in shared memory and the token kept there.

mod enter;
mod state;
mod trim;
mod write;

pub(super) use enter::{load_recorded, open};
pub use enter::{order, spoil};
pub use state::{init, shown};
pub use trim::trim;
pub use write::write_at_stop;
pub(super) use write::{is_due, write};

use crate::crash::{self, Point};
use crate::pg;
use crate::snapshot as file;
use crate::store::snapshot as store;

/// The first visit after a start: draws the token of the next stop and, once that is committed, lets the file serve again.
pub(super) fn loaded() {
    if store::is_possible() && !pg::in_recovery() {
        let (kept, at_stop) = (enter::token(), pg::log::random_bytes());
        store::begin(kept.unwrap_or(at_stop), at_stop);
        enter::drawn(at_stop);
    }
}

/// What is to be done when the transaction of a step has ended: a file gets its name only after its token was committed.
pub fn after(step: &super::upkeep::Step, committed: bool) {
    match step {
        super::upkeep::Step::Loaded if committed => enter::finish(),
        super::upkeep::Step::Snapshot if committed => {
            crash::at(Point::snapshot_token);
            write::publish();
        }
        super::upkeep::Step::Snapshot => write::forget(),
        _ => {}
    }
}

/// The files of databases that are not there any more go.
pub fn keep_only(databases: &[u32]) {
    state::keep_only(databases);
    file::remove_others(databases);
}

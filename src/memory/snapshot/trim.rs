//! Forgetting changes that nobody who catches up may still need.
//!
//! `engram.change` is needed by a snapshot file, by private copies of sessions and by standbys, from the transactions on that they have
//! not seen. None of them is asked: there is a horizon, which moves to where the oldest running transaction was the retention ago, and
//! whoever has not looked since then reads everything. The horizon and what it allows to remove are changed in transactions, so a
//! snapshot that misses a removed row sees the horizon.

use crate::guc;
use crate::pg::snapshot::Pinned;
use crate::store::snapshot as store;

/// Rows removed in one transaction.
const BATCH: i32 = 10_000;

/// Moves the horizon if it is time, and removes some of what is before it; says whether there is more.
pub fn trim() -> bool {
    store::advance_horizon(Pinned::active().xmin(), guc::change_retention());
    store::trim(BATCH) == u64::from(BATCH.unsigned_abs())
}

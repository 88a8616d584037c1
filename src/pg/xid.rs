//! Transaction ids as 64-bit numbers that never wrap.
//!
//! Callers ask only about top-level transactions whose changes were published here, and outside any lock of ours:
//! a look-up may read the commit log from disk.

use pgrx::pg_sys;

use super::{assert_main, lwlock::LwLock};

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Running, prepared, or not yet started.
    InProgress,
    /// Committed, or so old that its fate is no longer recorded: what is left of such a transaction is committed.
    Committed,
    /// Rolled back, or lost in a crash.
    Aborted,
}

// Position of XactTruncationLock among the server's predefined locks; the same in every supported version.
const XACT_TRUNCATION_LOCK: usize = 44;

/// Full id of the current top-level transaction, if it has one.
pub fn top_full_xid_if_any() -> Option<u64> {
    assert_main();
    // SAFETY: reads the state of the backend's own transaction.
    let full = unsafe { pg_sys::GetTopFullTransactionIdIfAny() };
    (full.value != 0).then_some(full.value)
}

/// Full id of the current top-level transaction, assigned now if it has none.
/// Raises an `ERROR` in recovery and in a parallel operation.
pub fn top_full_xid() -> u64 {
    assert_main();
    // SAFETY: only asks the server to assign an id; it raises what forbids that.
    unsafe { pg_sys::GetTopFullTransactionId() }.value
}

/// The id that the next transaction will get.
pub fn next_full_xid() -> u64 {
    assert_main();
    // SAFETY: reads shared state through its own lock.
    unsafe { pg_sys::ReadNextFullTransactionId() }.value
}

/// What became of transaction `xid`.
///
/// The order of the checks is that of `pg_xact_status`: a transaction leaves the list of running ones only after its
/// commit is recorded, so a record is looked for after it was seen not to run.
pub fn status(xid: u64) -> Status {
    assert_main();
    let next = next_full_xid();
    if xid >= next {
        return Status::InProgress;
    }
    let first_normal = u64::from(pg_sys::TransactionId::FIRST_NORMAL.into_inner());
    if xid < first_normal || next - xid > u64::from(u32::MAX / 2) {
        return Status::Committed;
    }
    let short = pg_sys::TransactionId::from_inner(xid as u32);
    // SAFETY: the id is in the range the server can judge, between the oldest comparable one and the next.
    if unsafe { pg_sys::TransactionIdIsInProgress(short) } {
        return Status::InProgress;
    }
    // SAFETY: the lock array is set up before any backend starts and lives as long as it.
    let lock = unsafe { LwLock::predefined(XACT_TRUNCATION_LOCK) };
    let _guard = lock.shared();
    if precedes(short, oldest_clog_xid()) {
        return Status::Committed;
    }
    // SAFETY: the lock keeps the commit log from being truncated past the id while it is read.
    if unsafe { pg_sys::TransactionIdDidCommit(short) } { Status::Committed } else { Status::Aborted }
}

/// Whether `xid` has committed.
pub fn did_commit(xid: u64) -> bool {
    status(xid) == Status::Committed
}

/// Every transaction before this one is settled for every snapshot of the server, of any database.
pub fn oldest_horizon() -> u64 {
    assert_main();
    let next = next_full_xid();
    // SAFETY: a null relation asks for the horizon over all databases.
    let oldest = unsafe { pg_sys::GetOldestNonRemovableTransactionId(std::ptr::null_mut()) };
    // The horizon may have moved past the id that was next a moment ago, never past one that runs.
    widen(oldest, next)
}

/// The full id of a 32-bit one that is less than half the number space away from `next`.
pub(super) fn widen(xid: pg_sys::TransactionId, next: u64) -> u64 {
    let xid = xid.into_inner();
    if xid < pg_sys::TransactionId::FIRST_NORMAL.into_inner() {
        return u64::from(xid);
    }
    let distance = i64::from((next as u32).wrapping_sub(xid).cast_signed());
    next.saturating_add_signed(-distance)
}

fn precedes(a: pg_sys::TransactionId, b: pg_sys::TransactionId) -> bool {
    a.into_inner().wrapping_sub(b.into_inner()).cast_signed() < 0
}

fn oldest_clog_xid() -> pg_sys::TransactionId {
    #[cfg(any(feature = "pg15", feature = "pg16"))]
    // SAFETY: the shared structure lives as long as the server; the caller holds XactTruncationLock.
    unsafe {
        (*pg_sys::ShmemVariableCache).oldestClogXid
    }
    #[cfg(not(any(feature = "pg15", feature = "pg16")))]
    // SAFETY: the shared structure lives as long as the server; the caller holds XactTruncationLock.
    unsafe {
        (*pg_sys::TransamVariables).oldestClogXid
    }
}

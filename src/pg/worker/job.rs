//! One job of a worker in its own transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use pgrx::pg_sys;

use super::super::{assert_main, caught};
use super::IN_JOB;

/// Runs `f` in a transaction of its own, with an active snapshot, and commits. When `f` or the commit raises an
/// `ERROR` or panics, the transaction is rolled back and the message returned; the caller decides whether to log it.
/// SIGTERM during `f` ends the process at the next interrupt check.
pub fn in_transaction<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    try_in_transaction(f).map_err(|failure| failure.message)
}

/// Why a job did not come to its end.
pub struct Failure {
    pub message: String,
    /// Another transaction, or recovery, was in the way: the same may succeed when it is done again.
    pub may_repeat: bool,
}

/// The same, and says whether doing it again may help.
pub fn try_in_transaction<R>(f: impl FnOnce() -> R) -> Result<R, Failure> {
    assert_main();
    if super::should_stop() {
        return Err(Failure { message: "terminating on request".to_owned(), may_repeat: false });
    }
    IN_JOB.store(true, Ordering::Relaxed);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        begin();
        let value = f();
        commit();
        value
    }));
    finish(outcome)
}

fn finish<R>(outcome: Result<R, Box<dyn std::any::Any + Send>>) -> Result<R, Failure> {
    let outcome = outcome.map_err(|payload| {
        let failure =
            Failure { message: caught::message(payload.as_ref()), may_repeat: caught::is_conflict(payload.as_ref()) };
        roll_back();
        failure
    });
    IN_JOB.store(false, Ordering::Relaxed);
    super::report_idle();
    // SAFETY: outside a transaction, as the server wants it; sends counters on. Server memory that a loop allocates
    // between jobs belongs to the process.
    unsafe {
        // A cancel that came too late for this job is not for the next one.
        (&raw mut pg_sys::QueryCancelPending).write_volatile(0);
        pg_sys::pgstat_report_stat(true);
        pg_sys::MemoryContextSwitchTo(pg_sys::TopMemoryContext);
    }
    outcome
}

/// The same for a short job that SIGTERM does not end, also one that came before. The server waits for it when it stops.
pub fn in_last_transaction<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    assert_main();
    finish(catch_unwind(AssertUnwindSafe(|| {
        begin();
        let value = f();
        commit();
        value
    })))
    .map_err(|failure| failure.message)
}

// The order of begin and commit is that of the server's worker_spi.
fn begin() {
    // SAFETY: no transaction is open in a worker between its jobs.
    unsafe {
        pg_sys::SetCurrentStatementStartTimestamp();
        pg_sys::StartTransactionCommand();
        pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot());
    }
}

fn commit() {
    // SAFETY: ends what `begin` began; snapshots pinned by the job were dropped by it.
    unsafe {
        pg_sys::PopActiveSnapshot();
        pg_sys::CommitTransactionCommand();
    }
}

fn roll_back() {
    // SAFETY: brings the transaction machinery back to idle from any state. pgrx has already flushed the error itself.
    unsafe { pg_sys::AbortCurrentTransaction() };
}

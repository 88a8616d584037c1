//! Calls at the end of transactions and at the edges of subtransactions.
//!
//! The server's callbacks are registered once; handlers of ours are plain functions, called in the order in which they
//! were registered. Parallel workers and their transactions are left out: they publish nothing.
//!
//! Before a commit a handler may fail, and the transaction aborts. After it, and during an abort, an `ERROR` would take
//! the whole server down, so a panic there is caught: locks it left are released, the message goes to standard error
//! (the server log), and the next handler runs.

use std::cell::RefCell;
use std::ffi::c_void;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use pgrx::{pg_guard, pg_sys};

use super::{assert_main, caught};

/// A moment in the life of a top-level transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// About to commit; a handler may fail.
    PreCommit,
    /// About to be prepared; a handler may fail.
    PrePrepare,
    /// Committed; handlers cannot fail.
    Commit,
    /// Rolled back; handlers cannot fail.
    Abort,
    /// Prepared, and no longer this session's; handlers cannot fail.
    Prepare,
}

/// A moment in the life of a subtransaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubEvent {
    /// Begun; a handler may fail.
    Start,
    /// Committed into its parent; a handler that fails aborts the parent.
    Commit,
    /// Rolled back; handlers cannot fail.
    Abort,
}

type SubHandler = fn(SubEvent, u32, u32);

thread_local! {
    static HANDLERS: RefCell<Vec<fn(Event)>> = const { RefCell::new(Vec::new()) };
    static SUB_HANDLERS: RefCell<Vec<SubHandler>> = const { RefCell::new(Vec::new()) };
}

/// Registers the two callbacks of the server; called once, from `_PG_init`.
pub fn init() {
    assert_main();
    // SAFETY: the functions live as long as the library, which is never unloaded.
    unsafe {
        pg_sys::RegisterXactCallback(Some(engram_xact_callback), std::ptr::null_mut());
        pg_sys::RegisterSubXactCallback(Some(engram_subxact_callback), std::ptr::null_mut());
    }
}

/// Calls `handler` at each event of a top-level transaction.
pub fn on_xact(handler: fn(Event)) {
    assert_main();
    HANDLERS.with_borrow_mut(|handlers| handlers.push(handler));
}

/// Calls `handler` at each event of a subtransaction, with its number and its parent's.
pub fn on_subxact(handler: fn(SubEvent, u32, u32)) {
    assert_main();
    SUB_HANDLERS.with_borrow_mut(|handlers| handlers.push(handler));
}

/// Number of the current subtransaction; 1 at top level.
pub fn current_subxact() -> u32 {
    assert_main();
    // SAFETY: reads the state of the backend's own transaction.
    unsafe { pg_sys::GetCurrentSubTransactionId() }
}

/// Whether every statement of the transaction sees the same snapshot: a row that others have changed since makes it fail.
pub fn is_snapshot_fixed() -> bool {
    assert_main();
    // SAFETY: reads a backend variable.
    unsafe { pg_sys::XactIsoLevel >= pg_sys::XACT_REPEATABLE_READ as i32 }
}

/// Runs `f` in a subtransaction. What it did is rolled back where it raises an `ERROR` or panics, and the message returned; the
/// transaction goes on.
pub fn attempt<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    in_subtransaction(f, |_| true).map_err(|payload| caught::message(payload.as_ref()))
}

/// Runs `f` in a subtransaction, and rolls back what it did, the locks it took above all, where it says false. An `ERROR` goes on.
pub fn or_nothing(f: impl FnOnce() -> bool) -> bool {
    in_subtransaction(f, |done| *done).unwrap_or_else(|payload| resume_unwind(payload))
}

fn in_subtransaction<R>(f: impl FnOnce() -> R, keeps: impl FnOnce(&R) -> bool) -> std::thread::Result<R> {
    assert_main();
    // SAFETY: what is read here is what the server itself goes back to; the subtransaction ends on either way.
    let (context, owner) = unsafe {
        let before = (pg_sys::CurrentMemoryContext, pg_sys::CurrentResourceOwner);
        pg_sys::BeginInternalSubTransaction(std::ptr::null());
        pg_sys::MemoryContextSwitchTo(before.0);
        before
    };
    let outcome = catch_unwind(AssertUnwindSafe(f));
    // SAFETY: as above. pgrx has already flushed the error itself.
    unsafe {
        if outcome.as_ref().is_ok_and(keeps) {
            pg_sys::ReleaseCurrentSubTransaction();
        } else {
            pg_sys::RollbackAndReleaseCurrentSubTransaction();
        }
        pg_sys::MemoryContextSwitchTo(context);
        pg_sys::CurrentResourceOwner = owner;
    }
    outcome
}

#[pg_guard]
unsafe extern "C-unwind" fn engram_xact_callback(event: pg_sys::XactEvent::Type, _arg: *mut c_void) {
    let (event, may_fail) = match event {
        pg_sys::XactEvent::XACT_EVENT_PRE_COMMIT => (Event::PreCommit, true),
        pg_sys::XactEvent::XACT_EVENT_PRE_PREPARE => (Event::PrePrepare, true),
        pg_sys::XactEvent::XACT_EVENT_COMMIT => (Event::Commit, false),
        pg_sys::XactEvent::XACT_EVENT_ABORT => (Event::Abort, false),
        pg_sys::XactEvent::XACT_EVENT_PREPARE => (Event::Prepare, false),
        _ => return,
    };
    for index in 0.. {
        // Looked up one by one, so that the list is not borrowed while a handler runs.
        let Some(handler) = HANDLERS.with_borrow(|handlers| handlers.get(index).copied()) else {
            break;
        };
        if may_fail {
            handler(event);
        } else {
            contain(|| handler(event));
        }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn engram_subxact_callback(
    event: pg_sys::SubXactEvent::Type,
    my: pg_sys::SubTransactionId,
    parent: pg_sys::SubTransactionId,
    _arg: *mut c_void,
) {
    let event = match event {
        pg_sys::SubXactEvent::SUBXACT_EVENT_START_SUB => SubEvent::Start,
        pg_sys::SubXactEvent::SUBXACT_EVENT_COMMIT_SUB => SubEvent::Commit,
        pg_sys::SubXactEvent::SUBXACT_EVENT_ABORT_SUB => SubEvent::Abort,
        _ => return,
    };
    if super::in_parallel_worker() {
        return;
    }
    for index in 0.. {
        let Some(handler) = SUB_HANDLERS.with_borrow(|handlers| handlers.get(index).copied()) else {
            break;
        };
        if event == SubEvent::Abort {
            contain(|| handler(event, my, parent));
        } else {
            handler(event, my, parent);
        }
    }
}

/// Runs `handler` where nothing may be thrown.
fn contain(handler: impl FnOnce()) {
    // SAFETY: a counter of this backend.
    let holdoff = unsafe { pg_sys::InterruptHoldoffCount };
    let Err(payload) = catch_unwind(AssertUnwindSafe(handler)) else {
        return;
    };
    // SAFETY: at these moments the server holds no lightweight lock, so all that are held were left by the handler. An
    // ERROR has zeroed the count that the server is about to lower; put it back.
    unsafe {
        pg_sys::LWLockReleaseAll();
        pg_sys::InterruptHoldoffCount = holdoff;
    }
    // Not a log message of the server: it could throw. A closed standard error leaves nothing to do.
    let text = caught::message(payload.as_ref());
    let _ = writeln!(std::io::stderr(), "engram: error at the end of a transaction: {text}");
}

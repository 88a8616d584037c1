//! Background workers: registering, starting, and the parts of their loop.
//!
//! A worker's main function calls [`attach_signals`], [`connect`], then loops over [`wait`], [`reload_if_asked`] and
//! [`in_transaction`] until [`should_stop`]. SIGTERM between jobs only sets a flag and wakes the latch, for a quiet
//! end; during a job it also ends the job at its next interrupt check, with the process, so that a shutdown never
//! waits for SQL. A worker that returns from its main function is not restarted; one that is killed, or calls
//! [`exit_for_restart`], is, after the time its [`Spec`] gives.

mod databases;
mod job;
mod launcher;
mod start;

use std::cell::RefCell;
use std::ffi::CString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pgrx::{pg_guard, pg_sys};

pub use databases::{Database, databases};
pub use job::{in_last_transaction, in_transaction, try_in_transaction};
pub use launcher::{become_launcher, init, wake_launcher};
pub use start::{Dynamic, Restart, Spec, State, register_static, start_dynamic};

use super::{assert_main, check_for_interrupts};

// Read by the signal handler: whether a job runs that may be interrupted.
static IN_JOB: AtomicBool = AtomicBool::new(false);

thread_local! {
    static ON_EXIT: RefCell<Vec<fn()>> = const { RefCell::new(Vec::new()) };
}

/// Why [`wait`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The latch was set: by a signal, by [`wake`], or by the start or end of a dynamic worker of ours.
    Latch,
    /// The time was up.
    Timeout,
}

// The server's own handlers, declared here since a handler must not pass through pgrx's error boundary. None throws.
unsafe extern "C" {
    fn die(signal: i32);
    #[link_name = "SignalHandlerForConfigReload"]
    fn note_reload(signal: i32);
    #[link_name = "StatementCancelHandler"]
    fn note_cancel(signal: i32);
    #[link_name = "SignalHandlerForShutdownRequest"]
    fn note_shutdown(signal: i32);
    fn kill(pid: i32, signal: i32) -> i32;
}

unsafe extern "C-unwind" fn handle_reload(signal: i32) {
    // SAFETY: sets a flag and a latch; safe in a signal handler.
    unsafe { note_reload(signal) };
}

unsafe extern "C-unwind" fn handle_terminate(signal: i32) {
    // SAFETY: both set flags and a latch; safe in a signal handler.
    unsafe {
        note_shutdown(signal);
        if IN_JOB.load(Ordering::Relaxed) {
            die(signal);
        }
    }
}

/// A cancel, of `pg_cancel_backend` or a timeout, ends the job; between jobs there is nothing to end.
unsafe extern "C-unwind" fn handle_cancel(signal: i32) {
    // SAFETY: sets flags and a latch; safe in a signal handler.
    unsafe {
        if IN_JOB.load(Ordering::Relaxed) {
            note_cancel(signal);
        }
    }
}

/// Installs the handlers of SIGHUP, SIGTERM and SIGINT and lets signals in; the first call of a worker.
pub fn attach_signals() {
    assert_main();
    // SAFETY: the handlers only set flags and latches.
    unsafe {
        set_handler(pg_sys::SIGHUP as i32, handle_reload);
        set_handler(pg_sys::SIGTERM as i32, handle_terminate);
        set_handler(pg_sys::SIGINT as i32, handle_cancel);
        pg_sys::BackgroundWorkerUnblockSignals();
    }
}

/// # Safety
/// `handler` is safe to run at any moment.
unsafe fn set_handler(signal: i32, handler: unsafe extern "C-unwind" fn(i32)) {
    // SAFETY: by contract.
    unsafe {
        #[cfg(feature = "pg18")]
        pg_sys::pqsignal_be(signal, Some(handler));
        #[cfg(not(feature = "pg18"))]
        pg_sys::pqsignal(signal, Some(handler));
    }
}

/// Connects this worker to a database as the bootstrap superuser; once in its life.
pub fn connect(database: pg_sys::Oid) {
    assert_main();
    // SAFETY: called in a worker that was registered with a database connection.
    unsafe { pg_sys::BackgroundWorkerInitializeConnectionByOid(database, pg_sys::InvalidOid, 0) };
}

/// Connects this worker to no database, which lets it read shared catalogs; once in its life.
pub fn connect_shared() {
    connect(pg_sys::InvalidOid);
}

/// Sleeps until the latch is set or `timeout` is over (`None`: without end). Ends the process when the postmaster died.
pub fn wait(timeout: Option<Duration>) -> Wake {
    assert_main();
    let always = pg_sys::WL_LATCH_SET | pg_sys::WL_EXIT_ON_PM_DEATH;
    let (events, millis) = match timeout {
        // Rounded up, so that a wait of less than a millisecond is not a busy loop.
        Some(timeout) => (always | pg_sys::WL_TIMEOUT, i64::try_from(timeout.as_micros().div_ceil(1000))),
        None => (always, Ok(-1)),
    };
    // The server takes at most 2^31 - 1 milliseconds.
    let millis = millis.unwrap_or(i64::MAX).min(i64::from(i32::MAX));
    // SAFETY: waits on the latch of this process.
    let happened = unsafe {
        let happened = pg_sys::WaitLatch(pg_sys::MyLatch, events as i32, millis, idle_event());
        pg_sys::ResetLatch(pg_sys::MyLatch);
        happened
    };
    check_for_interrupts();
    if happened & pg_sys::WL_LATCH_SET as i32 != 0 { Wake::Latch } else { Wake::Timeout }
}

/// What `pg_stat_activity` shows while a worker waits for something to do: an event of our own from PostgreSQL 17 on.
#[cfg(any(feature = "pg17", feature = "pg18"))]
fn idle_event() -> u32 {
    thread_local! {
        static EVENT: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    }
    if EVENT.get() == 0 {
        // SAFETY: called in a worker, which has shared memory; the server copies the name and knows it the next time.
        EVENT.set(unsafe { pg_sys::WaitEventExtensionNew(c"EngramWorkerIdle".as_ptr()) });
    }
    EVENT.get()
}

#[cfg(not(any(feature = "pg17", feature = "pg18")))]
fn idle_event() -> u32 {
    pg_sys::PG_WAIT_EXTENSION
}

/// Reads the configuration again if SIGHUP came; returns whether it did.
pub fn reload_if_asked() -> bool {
    assert_main();
    // SAFETY: the flag is set by a signal handler, hence volatile; reading the files needs no transaction.
    unsafe {
        let pending = &raw mut pg_sys::ConfigReloadPending;
        if pending.read_volatile() == 0 {
            return false;
        }
        pending.write_volatile(0);
        pg_sys::ProcessConfigFile(pg_sys::GucContext::PGC_SIGHUP);
    }
    true
}

/// Whether SIGTERM came.
pub fn should_stop() -> bool {
    assert_main();
    // SAFETY: the flag is set by a signal handler, hence volatile.
    unsafe { (&raw const pg_sys::ShutdownRequestPending).read_volatile() != 0 }
}

/// Ends this worker so that the postmaster starts it anew after the time its [`Spec`] gives.
// The bindings of some server versions do not know that proc_exit never returns.
#[allow(unreachable_code)]
pub fn exit_for_restart() -> ! {
    assert_main();
    // SAFETY: runs the exit callbacks and does not return.
    unsafe { pg_sys::proc_exit(1) };
    unreachable!("proc_exit does not return")
}

/// Calls `f` when this process ends, however it ends short of a crash. It must not fail and has no transaction.
pub fn on_exit(f: fn()) {
    assert_main();
    let first = ON_EXIT.with_borrow_mut(|all| {
        all.push(f);
        all.len() == 1
    });
    if first {
        // SAFETY: the function lives as long as the library.
        unsafe { pg_sys::before_shmem_exit(Some(engram_worker_exit), pg_sys::Datum::null()) };
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn engram_worker_exit(_code: i32, _arg: pg_sys::Datum) {
    let all = ON_EXIT.with_borrow(Clone::clone);
    all.iter().for_each(|f| f());
}

/// Shows `text` as what this process is doing, in `pg_stat_activity.query`.
pub fn report_activity(text: &str) {
    assert_main();
    let text = CString::new(text.replace('\0', " ")).unwrap_or_default();
    // SAFETY: the server copies the NUL-terminated text.
    unsafe { pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_RUNNING, text.as_ptr()) };
}

/// Shows this process as idle.
pub fn report_idle() {
    assert_main();
    // SAFETY: no text is passed.
    unsafe { pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_IDLE, std::ptr::null()) };
}

/// Gives what was freed back to the system, so that a worker does not keep what its largest job has needed.
pub fn give_back_memory() {
    assert_main();
    // SAFETY: it only looks after memory that nobody uses.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Sets the latch of server process `pid`, if it lives.
pub fn wake(pid: i32) {
    assert_main();
    // SAFETY: process slots stay in shared memory; setting the latch of a slot that has changed hands wakes someone in
    // vain.
    unsafe {
        let process = pg_sys::BackendPidGetProc(pid);
        if !process.is_null() {
            pg_sys::SetLatch(&raw mut (*process).procLatch);
        }
    }
}

/// Whether `pid` is a process of this server that can be woken.
pub fn alive(pid: i32) -> bool {
    assert_main();
    // SAFETY: only looks the number up among the server's processes.
    unsafe { !pg_sys::BackendPidGetProc(pid).is_null() }
}

/// Asks server process `pid` to end; returns whether it lives.
pub fn terminate(pid: i32) -> bool {
    assert_main();
    // SAFETY: the signal goes only to a live process of this server.
    alive(pid) && unsafe { kill(pid, pg_sys::SIGTERM as i32) } == 0
}

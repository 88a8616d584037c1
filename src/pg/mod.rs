//! Safe wrappers around the server: the only place, with `hot`, that calls it unsafely.
//!
//! Every function asserts that it runs on the main thread; the server is not thread-safe. An `ERROR` thrown by the
//! server arrives here as a Rust panic (pgrx converts it), so destructors run; guards whose resource the transaction
//! abort gives back anyway leave it alone while unwinding.

pub mod caught;
pub mod jsonb;
pub mod lock;
pub mod log;
pub mod lwlock;
pub mod recovery;
pub mod report;
pub mod role;
pub mod row;
pub mod settings;
pub mod shmem;
pub mod snapshot;
pub mod spi;
pub mod threads;
pub mod trigger;
pub mod utility;
pub mod vector;
pub mod worker;
pub mod xact;
pub mod xid;

mod catalog;
mod owner;

use std::cell::Cell;
use std::ffi::CStr;

use pgrx::pg_sys;

pub use catalog::{has_column, has_relation, has_table, memory_table_oid, try_lock_table};
pub use owner::{acting_as_owner, as_owner, as_role};
pub use settings::{Checked, define_checked, with_settings};

/// Microseconds between the Unix epoch and the server's, 2000-01-01.
pub const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Panics unless this is the thread that talks to the server.
#[inline]
pub fn assert_main() {
    pg_sys::submodules::thread_check::check_active_thread();
}

/// Ends this process as kill -9 does, for the crash points of a debug build.
#[cfg(debug_assertions)]
pub fn kill_own_process() {
    // SAFETY: a signal to ourselves; nothing runs after it.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
}

/// The role whose rights apply now.
pub fn current_user() -> pg_sys::Oid {
    assert_main();
    // SAFETY: reads a backend variable.
    unsafe { pg_sys::GetUserId() }
}

/// Whether the client's statement is COPY.
pub fn copying() -> bool {
    assert_main();
    // SAFETY: a backend variable; the portal that is active lives as long as a trigger it has fired.
    let portal = unsafe { pg_sys::ActivePortal.as_ref() };
    portal.is_some_and(|portal| portal.commandTag == pg_sys::CommandTag::CMDTAG_COPY)
}

/// Whether this session applies what another server has checked (`session_replication_role`).
pub fn is_replica() -> bool {
    assert_main();
    // SAFETY: reads a setting.
    unsafe { pg_sys::SessionReplicationRole == pg_sys::SESSION_REPLICATION_ROLE_REPLICA as i32 }
}

/// The database of this backend; `InvalidOid` in a worker that is not connected to one.
pub fn database_oid() -> pg_sys::Oid {
    assert_main();
    // SAFETY: reads a backend variable that is set once at connection.
    unsafe { pg_sys::MyDatabaseId }
}

/// Process id of this backend.
pub fn process_id() -> i32 {
    assert_main();
    // SAFETY: reads a variable that is set once after fork.
    unsafe { pg_sys::MyProcPid }
}

/// Raises the pending cancel, termination or barrier, if there is one.
#[inline]
pub fn check_for_interrupts() {
    assert_main();
    // SAFETY: InterruptPending is set by signal handlers, hence the volatile read; ProcessInterrupts itself does
    // nothing while interrupts are held.
    unsafe {
        if (&raw const pg_sys::InterruptPending).read_volatile() != 0 {
            pg_sys::ProcessInterrupts();
        }
    }
    if let Some(f) = AT_INTERRUPTS.get() {
        f();
    }
}

thread_local! {
    static AT_INTERRUPTS: Cell<Option<fn()>> = const { Cell::new(None) };
}

/// Has `f`, which is quick and never fails, called wherever this process looks for interrupts: so it shows that it gets on.
pub fn at_interrupts(f: fn()) {
    assert_main();
    AT_INTERRUPTS.set(Some(f));
}

/// Whether the server is in recovery, as a standby is.
pub fn in_recovery() -> bool {
    assert_main();
    // SAFETY: reads shared state through its own synchronisation.
    unsafe { pg_sys::RecoveryInProgress() }
}

/// Whether the transaction runs a parallel query, in which no further snapshot can be taken.
pub fn in_parallel_mode() -> bool {
    assert_main();
    // SAFETY: reads a backend variable.
    unsafe { pg_sys::IsInParallelMode() }
}

/// Whether the current transaction may not write; always so in recovery.
pub fn xact_read_only() -> bool {
    assert_main();
    // SAFETY: reads a backend variable.
    unsafe { pg_sys::XactReadOnly }
}

/// Whether this session replays what was written elsewhere, as a subscriber does and a restore with `--disable-triggers`.
pub fn replicating() -> bool {
    assert_main();
    // SAFETY: reads a setting of this backend.
    let role = unsafe { pg_sys::SessionReplicationRole };
    role == pg_sys::SESSION_REPLICATION_ROLE_REPLICA as i32
}

/// Processes that can have a transaction at the same time.
pub fn most_backends() -> i32 {
    assert_main();
    // SAFETY: reads a variable that is set once at the start of the server.
    unsafe { pg_sys::MaxBackends }.max(1)
}

/// Whether this process is a parallel worker, which neither writes nor publishes.
pub fn in_parallel_worker() -> bool {
    assert_main();
    // SAFETY: reads a backend variable that is set once at start.
    unsafe { pg_sys::ParallelWorkerNumber >= 0 }
}

/// Start of the current statement, microseconds since the Unix epoch.
pub fn now_micros() -> i64 {
    assert_main();
    // SAFETY: reads a backend variable.
    let timestamp = unsafe { pg_sys::GetCurrentStatementStartTimestamp() };
    timestamp + POSTGRES_EPOCH_MICROS
}

/// The clock now, microseconds since the Unix epoch; goes on within a statement.
pub fn clock_micros() -> i64 {
    assert_main();
    // SAFETY: reads the system clock.
    let timestamp = unsafe { pg_sys::GetCurrentTimestamp() };
    timestamp + POSTGRES_EPOCH_MICROS
}

/// Waits, unless a signal wakes this process or a cancel ends the statement.
pub fn sleep_ms(millis: i64) {
    assert_main();
    let events = pg_sys::WL_LATCH_SET | pg_sys::WL_TIMEOUT | pg_sys::WL_EXIT_ON_PM_DEATH;
    // SAFETY: waits on the latch of this process.
    unsafe {
        pg_sys::WaitLatch(pg_sys::MyLatch, events as i32, millis, pg_sys::PG_WAIT_EXTENSION);
        pg_sys::ResetLatch(pg_sys::MyLatch);
    }
    check_for_interrupts();
}

/// Whether `_PG_init` runs for `shared_preload_libraries`, when shared memory and workers may still be asked for.
pub fn preloading() -> bool {
    assert_main();
    // SAFETY: reads a process variable.
    unsafe { pg_sys::process_shared_preload_libraries_in_progress }
}

/// Whether the library was loaded by `shared_preload_libraries`.
pub fn preloaded() -> bool {
    shmem::requested()
}

/// Makes unknown settings below `prefix` an error; called after all settings are defined.
pub fn reserve_setting_prefix(prefix: &'static CStr) {
    assert_main();
    // SAFETY: the server copies the NUL-terminated name.
    unsafe { pg_sys::MarkGUCPrefixReserved(prefix.as_ptr()) }
}

//! Registering and starting workers.

use std::ffi::c_char;
use std::time::Duration;

use pgrx::pg_sys;

use super::super::{assert_main, preloading};

/// What a worker is called and runs. It starts when the server takes connections, hence on a hot standby too, where it must
/// not write.
#[derive(Clone, Copy, Debug)]
pub struct Spec<'a> {
    /// Name in the server log, at most 95 bytes.
    pub name: &'a str,
    /// `backend_type` in `pg_stat_activity`, at most 95 bytes.
    pub backend_type: &'a str,
    /// The exported function of this library that is the worker's main, `extern "C-unwind" fn(pg_sys::Datum)`.
    pub function: &'a str,
    /// Its argument, handed over as `Datum`.
    pub argument: u64,
    /// Whether it comes back after a crash or [`super::exit_for_restart`].
    pub restart: Restart,
}

/// Whether a worker is started again after it ended with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// Never.
    Never,
    /// After this time, in whole seconds.
    After(Duration),
}

/// What has become of a dynamic worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not started yet.
    Starting,
    /// Running as this process.
    Running(i32),
    /// Ended, or never started, and its slot may be used again; also when the postmaster died.
    Stopped,
}

/// A worker started by this process, which is woken when it starts and ends.
pub struct Dynamic(*mut pg_sys::BackgroundWorkerHandle);

/// Registers a worker that starts with the server; called from `_PG_init`. Nothing happens unless the library is being
/// preloaded, or during a binary upgrade.
pub fn register_static(spec: &Spec<'_>) {
    // SAFETY: reads a process variable.
    if !preloading() || unsafe { pg_sys::IsBinaryUpgrade } {
        return;
    }
    let mut worker = describe(spec);
    // SAFETY: the server copies the description.
    unsafe { pg_sys::RegisterBackgroundWorker(&raw mut worker) };
}

/// Starts a worker now; `None` when no slot is free (`max_worker_processes`).
pub fn start_dynamic(spec: &Spec<'_>) -> Option<Dynamic> {
    assert_main();
    let mut worker = describe(spec);
    let mut handle = std::ptr::null_mut();
    // SAFETY: the server copies the description and allocates the handle, which must outlive transactions: hence the
    // memory of the process.
    let started = unsafe {
        worker.bgw_notify_pid = pg_sys::MyProcPid;
        let outer = pg_sys::MemoryContextSwitchTo(pg_sys::TopMemoryContext);
        let started = pg_sys::RegisterDynamicBackgroundWorker(&raw mut worker, &raw mut handle);
        pg_sys::MemoryContextSwitchTo(outer);
        started
    };
    started.then_some(Dynamic(handle))
}

impl Dynamic {
    /// What has become of the worker; does not wait.
    pub fn state(&self) -> State {
        assert_main();
        let mut pid = 0;
        // SAFETY: the handle lives until this value is dropped.
        match unsafe { pg_sys::GetBackgroundWorkerPid(self.0, &raw mut pid) } {
            pg_sys::BgwHandleStatus::BGWH_STARTED => State::Running(pid),
            pg_sys::BgwHandleStatus::BGWH_NOT_YET_STARTED => State::Starting,
            _ => State::Stopped,
        }
    }
}

impl Drop for Dynamic {
    fn drop(&mut self) {
        // SAFETY: allocated by `start_dynamic` in memory that lives as long as the process. The worker goes on.
        unsafe { pg_sys::pfree(self.0.cast()) };
    }
}

fn describe(spec: &Spec<'_>) -> pg_sys::BackgroundWorker {
    let mut worker = pg_sys::BackgroundWorker::default();
    fill(&mut worker.bgw_name, spec.name);
    fill(&mut worker.bgw_type, spec.backend_type);
    fill(&mut worker.bgw_library_name, "engram");
    fill(&mut worker.bgw_function_name, spec.function);
    worker.bgw_flags = (pg_sys::BGWORKER_SHMEM_ACCESS | pg_sys::BGWORKER_BACKEND_DATABASE_CONNECTION) as i32;
    worker.bgw_start_time = pg_sys::BgWorkerStartTime::BgWorkerStart_ConsistentState;
    worker.bgw_restart_time = match spec.restart {
        Restart::Never => pg_sys::BGW_NEVER_RESTART,
        Restart::After(time) => i32::try_from(time.as_secs()).unwrap_or(i32::MAX),
    };
    worker.bgw_main_arg = pg_sys::Datum::from(spec.argument);
    worker
}

/// Copies `text` into a zeroed fixed-size field, leaving its last byte zero.
fn fill(field: &mut [c_char], text: &str) {
    let room = field.len() - 1;
    for (target, byte) in field[..room].iter_mut().zip(text.bytes()) {
        *target = byte as c_char;
    }
}

//! Settings of the life of spaces and of what one call or one worker may take.

use super::{define_int, kilobytes, to_usize};
use pgrx::guc::{GucContext, GucFlags, GucSetting};
use std::time::Duration;

static RETENTION_INTERVAL: GucSetting<i32> = GucSetting::<i32>::new(3600);
static WORKER_MEMORY: GucSetting<i32> = GucSetting::<i32>::new(64 * 1024);
static RECALL_MAX_BYTES: GucSetting<i32> = GucSetting::<i32>::new(0);
static RECALL_MAX_MS: GucSetting<i32> = GucSetting::<i32>::new(0);

/// Defines them.
pub fn define() {
    define_int(
        (c"engram.retention_interval", &RETENTION_INTERVAL, 1, 604_800),
        c"Sets the time between two looks of the worker for what the rules of retention forget.",
        c"A rule that is new or changed is applied at the next visit of the worker.",
        GucContext::Sighup,
        GucFlags::UNIT_S,
    );
    define_int(
        (c"engram.worker_memory", &WORKER_MEMORY, 8 * 1024, 16 * 1024 * 1024),
        c"Sets the memory that a maintenance worker plans its work for.",
        c"Beside shared memory and what any backend takes.",
        GucContext::Sighup,
        GucFlags::UNIT_KB,
    );
    define_int(
        (c"engram.recall_max_bytes", &RECALL_MAX_BYTES, 0, i32::MAX),
        c"Sets the maximum memory that one recall uses for candidates and rows.",
        c"A recall that meets the limit returns what it has and says so. Zero disables it.",
        GucContext::Userset,
        GucFlags::UNIT_KB,
    );
    define_int(
        (c"engram.recall_max_ms", &RECALL_MAX_MS, 0, i32::MAX),
        c"Sets the maximum time of one recall.",
        c"A recall that meets the limit returns what it has and says so. Zero disables it.",
        GucContext::Userset,
        GucFlags::UNIT_MS,
    );
}

/// `engram.retention_interval` in seconds.
pub fn retention_interval() -> i32 {
    RETENTION_INTERVAL.get()
}

/// `engram.worker_memory` in bytes.
pub fn worker_memory() -> usize {
    kilobytes(WORKER_MEMORY.get())
}

/// `engram.recall_max_bytes` in bytes; none when disabled.
pub fn recall_max_bytes() -> Option<usize> {
    Some(kilobytes(RECALL_MAX_BYTES.get())).filter(|bytes| *bytes > 0)
}

/// `engram.recall_max_ms`; none when disabled.
pub fn recall_max_time() -> Option<Duration> {
    Some(to_usize(RECALL_MAX_MS.get())).filter(|ms| *ms > 0).map(|ms| Duration::from_millis(ms as u64))
}

//! The cluster and its write-ahead log: which it is, and how far it has come.

use pgrx::pg_sys;
use std::path::Path;

use super::{assert_main, worker};

/// Number that initdb gave the cluster.
pub fn system_identifier() -> u64 {
    assert_main();
    // SAFETY: reads shared state that is set when the server starts.
    unsafe { pg_sys::GetSystemIdentifier() }
}

/// Timeline that is written to. Not for a server in recovery.
pub fn timeline() -> u32 {
    assert_main();
    assert!(!super::in_recovery(), "a server in recovery writes to no timeline");
    // SAFETY: reads shared state that does not change after recovery.
    unsafe { pg_sys::GetWALInsertionTimeLine() }
}

/// End of the log as it is now, in memory or on disk. Not for a server in recovery.
pub fn position() -> u64 {
    assert_main();
    // SAFETY: reads shared state under its own lock.
    unsafe { pg_sys::GetXLogInsertRecPtr() }
}

/// Whether the setting `fsync` is on.
pub fn fsync() -> bool {
    assert_main();
    // SAFETY: reads a variable of the process.
    unsafe { pg_sys::enableFsync }
}

/// The current transaction, which gets an id if it has none, and all before it are on disk when it has committed, whatever
/// `synchronous_commit` says; it does not wait for standbys, which a stopping server may have lost.
pub fn commit_to_disk() {
    super::xid::top_full_xid();
    // SAFETY: sets a user's setting for the rest of the transaction, as SET LOCAL does.
    unsafe {
        pg_sys::set_config_option(
            c"synchronous_commit".as_ptr(),
            c"local".as_ptr(),
            pg_sys::GucContext::PGC_SUSET,
            pg_sys::GucSource::PGC_S_SESSION,
            pg_sys::GucAction::GUC_ACTION_LOCAL,
            true,
            0,
            false,
        );
    }
}

/// Whether the postmaster is shutting down: a terminated worker leaves for good then.
pub fn server_stops() -> bool {
    assert_main();
    if !worker::should_stop() {
        return false;
    }
    // The eighth line is the state of the server, for pg_ctl.
    let file = std::fs::read_to_string(Path::new("postmaster.pid")).unwrap_or_default();
    file.lines().nth(7).is_some_and(|state| state.trim() == "stopping")
}

/// Bytes that nobody can guess.
pub fn random_bytes() -> [u8; 16] {
    assert_main();
    let mut bytes = [0u8; 16];
    // SAFETY: fills sixteen bytes.
    let made = unsafe { pg_sys::pg_strong_random(bytes.as_mut_ptr().cast(), bytes.len()) };
    assert!(made, "the system gives random bytes");
    bytes
}

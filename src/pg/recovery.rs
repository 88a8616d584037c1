//! How far recovery has come, in bytes of the write-ahead log.

use pgrx::pg_sys;

use super::assert_main;

/// Everything up to here has been replayed: a snapshot taken from now on sees every transaction that committed before it.
pub fn replayed() -> u64 {
    assert_main();
    // SAFETY: reads shared state through its own lock; no timeline is asked for.
    unsafe { pg_sys::GetXLogReplayRecPtr(std::ptr::null_mut()) }
}

/// The end of what has been replayed or is being replayed: a snapshot taken before now sees nothing that committed after it.
pub fn replaying() -> u64 {
    assert_main();
    // SAFETY: as above.
    unsafe { pg_sys::GetCurrentReplayRecPtr(std::ptr::null_mut()) }
}

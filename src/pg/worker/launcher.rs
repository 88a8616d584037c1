//! Which process is the launcher, so that others can wake it.
//!
//! One number in shared memory, zero when there is none. It is a hint: a launcher that died without clearing it is
//! recognised by its process id no longer being one of the server's.

use std::sync::atomic::{AtomicU32, Ordering};

use super::super::{assert_main, process_id};
use crate::pg::shmem::{self, SharedArea};

static LAUNCHER: SharedArea<AtomicU32> = SharedArea::new(c"engram launcher");

/// Asks for the shared memory of this module; called from `_PG_init`.
pub fn init() {
    shmem::register_area(&LAUNCHER);
}

/// Makes this process the launcher until it ends; `false` when another one lives.
pub fn become_launcher() -> bool {
    assert_main();
    let Some(launcher) = LAUNCHER.get() else {
        return false;
    };
    let me = process_id().unsigned_abs();
    let former = launcher.load(Ordering::Acquire);
    if former != 0 && former != me && super::alive(former.cast_signed()) {
        return false;
    }
    let won = launcher.compare_exchange(former, me, Ordering::AcqRel, Ordering::Relaxed).is_ok();
    if won {
        super::on_exit(resign);
    }
    won
}

/// Process id of the launcher, if one has announced itself.
fn launcher_pid() -> Option<i32> {
    assert_main();
    let pid = LAUNCHER.get()?.load(Ordering::Acquire);
    (pid != 0).then_some(pid.cast_signed())
}

/// Wakes the launcher, if there is one. Throws nothing, so that it may be called at the end of a transaction.
pub fn wake_launcher() {
    if let Some(pid) = launcher_pid() {
        super::wake(pid);
    }
}

fn resign() {
    if let Some(launcher) = LAUNCHER.get() {
        let me = process_id().unsigned_abs();
        // Someone else's number stays.
        let _ = launcher.compare_exchange(me, 0, Ordering::AcqRel, Ordering::Relaxed);
    }
}

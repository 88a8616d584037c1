//! A computation on threads of its own, beside the one that the server knows.
//!
//! Threads that are begun while it runs, those of a pool above all, start with every signal blocked, so that handlers of the
//! server run on its own thread alone. The computation must not call the server. The main thread waits, looks for interrupts, and raises
//! nothing before the computation has ended.

use super::{assert_main, check_for_interrupts};
use pgrx::pg_sys;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

/// How often the main thread looks up.
const PAUSE: Duration = Duration::from_millis(10);

/// Sets the flag when it goes, by an error, too: the scope then ends soon.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `f` on a thread. It is to return soon after the flag that it gets is set: that is a cancel, or the end of the session. `waits` is
/// called on the main thread now and then.
pub fn apart<R: Send>(f: impl FnOnce(&AtomicBool) -> R + Send, mut waits: impl FnMut()) -> R {
    assert_main();
    let cancel = AtomicBool::new(false);
    let (send, receive) = sync_channel::<()>(1);
    let cancel = &cancel;
    std::thread::scope(|scope| {
        let _stop = Stop(cancel);
        let blocked = Blocked::all();
        let thread = scope.spawn(move || {
            let result = f(cancel);
            // Nobody listens any more after an error.
            let _ = send.send(());
            result
        });
        drop(blocked);
        while let Err(RecvTimeoutError::Timeout) = receive.recv_timeout(PAUSE) {
            // SAFETY: flags of the server, set by its signal handlers, read as it reads them.
            let ends = unsafe {
                (&raw const pg_sys::QueryCancelPending).read_volatile() != 0
                    || (&raw const pg_sys::ProcDiePending).read_volatile() != 0
            };
            if ends {
                cancel.store(true, Ordering::Relaxed);
                continue;
            }
            check_for_interrupts();
            waits();
        }
        match thread.join() {
            Ok(result) => {
                check_for_interrupts();
                result
            }
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// While this lives, signals wait; threads that begin meanwhile leave them to the others for good.
struct Blocked(libc::sigset_t);

impl Blocked {
    fn all() -> Blocked {
        // SAFETY: both sets are filled before they are used; the former one is put back by Drop.
        unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            let mut former: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&raw mut all);
            libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, &raw mut former);
            Blocked(former)
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the set that was in force before.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
    }
}

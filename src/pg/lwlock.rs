//! Lightweight locks with guards.
//!
//! While one is held, interrupts are held too: a cancel waits, so work under a lock is bounded and neither calls SQL
//! nor allocates server memory. An `ERROR` resets the interrupt count to zero and its transaction abort releases every
//! lock; a guard that unwinds through it therefore releases nothing.

use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use pgrx::pg_sys;

use super::shmem::SharedArea;
use super::{assert_main, shmem};

/// Our named groups of locks, as `pg_stat_activity.wait_event` shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tranche {
    /// `engram_hot`: one lock for each slot of spaces.
    Hot,
    /// `engram_hot_directory`: the directory of spaces.
    HotDirectory,
    /// `engram_worker`: the state of launcher and workers.
    Worker,
}

/// How often somebody had to wait for one of our locks since the server started.
static WAITS: SharedArea<AtomicU64> = SharedArea::new(c"engram lock waits");

/// Asks for the shared memory of this module.
pub fn init() {
    shmem::register_area(&WAITS);
}

/// How often somebody had to wait for one of our locks since the server started.
pub fn waits() -> u64 {
    WAITS.get().map_or(0, |waits| waits.load(Relaxed))
}

/// Counts them from zero again.
pub fn reset_waits() {
    if let Some(waits) = WAITS.get() {
        waits.store(0, Relaxed);
    }
}

/// A lock in shared memory.
#[derive(Clone, Copy)]
pub struct LwLock(NonNull<pg_sys::LWLock>);

impl LwLock {
    /// Lock `index` of `tranche`; `None` without `shared_preload_libraries` or beyond the end of the tranche.
    pub fn of(tranche: Tranche, index: usize) -> Option<LwLock> {
        let base = shmem::tranche(tranche)?;
        if index >= tranche.locks() {
            return None;
        }
        // SAFETY: index is below the number of locks the server was asked for under this name.
        let padded = unsafe { base.add(index) };
        Some(LwLock(padded.cast()))
    }

    /// Lock `index` of the server's predefined ones.
    ///
    /// # Safety
    /// `index` is the number of an existing lock in every supported version.
    pub(super) unsafe fn predefined(index: usize) -> LwLock {
        assert_main();
        // SAFETY: the array is set before any extension code runs in a backend or a shared memory hook, and the
        // caller vouches for the index; `lock` is the first member of the union.
        unsafe { LwLock(NonNull::new_unchecked(pg_sys::MainLWLockArray.add(index)).cast()) }
    }

    /// Waits for the lock in shared mode.
    pub fn shared(&self) -> LwLockGuard<'_> {
        self.acquire(pg_sys::LWLockMode::LW_SHARED)
    }

    /// Waits for the lock in exclusive mode.
    pub fn exclusive(&self) -> LwLockGuard<'_> {
        self.acquire(pg_sys::LWLockMode::LW_EXCLUSIVE)
    }

    fn acquire(&self, mode: pg_sys::LWLockMode::Type) -> LwLockGuard<'_> {
        assert_main();
        // SAFETY: the lock is initialised and lives in shared memory.
        unsafe {
            if !pg_sys::LWLockConditionalAcquire(self.0.as_ptr(), mode) {
                if let Some(waits) = WAITS.get() {
                    waits.fetch_add(1, Relaxed);
                }
                pg_sys::LWLockAcquire(self.0.as_ptr(), mode);
            }
        }
        LwLockGuard { lock: self.0, scope: PhantomData }
    }
}

/// Holds a lock until dropped.
#[must_use = "the lock is released when the guard is dropped"]
pub struct LwLockGuard<'a> {
    lock: NonNull<pg_sys::LWLock>,
    scope: PhantomData<(&'a LwLock, *mut ())>,
}

impl Drop for LwLockGuard<'_> {
    fn drop(&mut self) {
        // SAFETY: the guard was made when the lock was acquired. A count of zero means that an ERROR was thrown since:
        // then the transaction abort releases the lock and doing it here would unbalance the count.
        unsafe {
            if pg_sys::InterruptHoldoffCount > 0 {
                pg_sys::LWLockRelease(self.lock.as_ptr());
            }
        }
    }
}

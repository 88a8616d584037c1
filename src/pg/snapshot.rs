//! Snapshots pinned for the length of a recall, with their transaction ids widened to 64 bits.
//!
//! A pinned snapshot is the active one, so every read through [`super::spi::select`] sees exactly what
//! [`Pinned::sees`] answers for. Pins are dropped in the reverse order of their making.

use std::marker::PhantomData;
use std::ptr::NonNull;

use pgrx::pg_sys;

use super::{assert_main, xid};

/// A snapshot that is active until this is dropped.
pub struct Pinned {
    snapshot: NonNull<pg_sys::SnapshotData>,
    // Read after the snapshot was taken, hence not before any id in it.
    next_xid: u64,
    scope: PhantomData<*mut ()>,
}

impl Pinned {
    /// Pins the snapshot of the running statement, or the transaction's if no statement runs.
    pub fn active() -> Pinned {
        assert_main();
        // SAFETY: the server returns a snapshot that is valid at least until it is pushed.
        unsafe {
            let snapshot = if pg_sys::ActiveSnapshotSet() {
                pg_sys::GetActiveSnapshot()
            } else {
                pg_sys::GetTransactionSnapshot()
            };
            Pinned::push(snapshot)
        }
    }

    /// Pins a snapshot taken now, whatever the isolation level. Raises an `ERROR` in a parallel operation.
    pub fn latest() -> Pinned {
        assert_main();
        // SAFETY: as in `active`.
        unsafe { Pinned::push(pg_sys::GetLatestSnapshot()) }
    }

    /// The same, or in a parallel operation the snapshot of the running statement.
    pub fn latest_if_possible() -> Pinned {
        assert_main();
        // SAFETY: reads a backend variable.
        if unsafe { pg_sys::IsInParallelMode() } { Pinned::active() } else { Pinned::latest() }
    }

    /// # Safety
    /// `snapshot` is a valid MVCC snapshot.
    unsafe fn push(snapshot: pg_sys::Snapshot) -> Pinned {
        // SAFETY: pushing copies a static snapshot and counts a reference to any other, so the active one outlives
        // this value.
        let active = unsafe {
            pg_sys::PushActiveSnapshot(snapshot);
            pg_sys::GetActiveSnapshot()
        };
        let snapshot = NonNull::new(active).expect("a snapshot has just been pushed");
        Pinned { snapshot, next_xid: xid::next_full_xid(), scope: PhantomData }
    }

    /// Every transaction before this one had ended when the snapshot was taken.
    pub fn xmin(&self) -> u64 {
        xid::widen(self.data().xmin, self.next_xid)
    }

    /// No transaction from this one on had ended when the snapshot was taken.
    pub fn xmax(&self) -> u64 {
        xid::widen(self.data().xmax, self.next_xid)
    }

    /// The transactions from `xmin` to before `xmax` that ran when the snapshot was taken, in ascending order. On a
    /// standby subtransactions are among them.
    pub fn in_progress(&self) -> Vec<u64> {
        let mut running: Vec<u64> = self.running().iter().map(|&id| xid::widen(id, self.next_xid)).collect();
        running.sort_unstable();
        running
    }

    /// Whether the snapshot sees what top-level transaction `xid` did: it is the current one, or had committed when
    /// the snapshot was taken. May read the commit log.
    pub fn sees(&self, xid: u64) -> bool {
        if xid::top_full_xid_if_any() == Some(xid) {
            return true;
        }
        if xid >= self.xmax() {
            return false;
        }
        if xid >= self.xmin() && self.running().contains(&pg_sys::TransactionId::from_inner(xid as u32)) {
            return false;
        }
        // It had ended before the snapshot was taken, so its fate is on record.
        xid::did_commit(xid)
    }

    /// Top-level transactions in progress. A snapshot taken in recovery keeps all ids, of subtransactions too, in the
    /// second array; when that overflowed the top-level ones are still there.
    fn running(&self) -> &[pg_sys::TransactionId] {
        let data = self.data();
        let (start, count) = if data.takenDuringRecovery {
            (data.subxip, usize::try_from(data.subxcnt).unwrap_or(0))
        } else {
            (data.xip, data.xcnt as usize)
        };
        if count == 0 {
            return &[];
        }
        // SAFETY: the server filled `count` ids at `start`, and the snapshot lives and stays unchanged while pinned.
        unsafe { std::slice::from_raw_parts(start, count) }
    }

    fn data(&self) -> &pg_sys::SnapshotData {
        // SAFETY: the active stack holds a reference until this value is dropped.
        unsafe { self.snapshot.as_ref() }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        // An ERROR unwinds to the abort of its (sub)transaction, which clears the stack itself.
        if std::thread::panicking() {
            return;
        }
        // SAFETY: pops only what was pushed here; anything else on top means that the stack was cleared by an abort.
        unsafe {
            if pg_sys::ActiveSnapshotSet() && pg_sys::GetActiveSnapshot() == self.snapshot.as_ptr() {
                pg_sys::PopActiveSnapshot();
            }
        }
    }
}

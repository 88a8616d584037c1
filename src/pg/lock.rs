//! Heavyweight locks on things of ours that have no row to lock: held to the end of the transaction, seen in `pg_locks`, found by the
//! deadlock detector, kept by a prepared transaction.

use pgrx::pg_sys;

use super::{assert_main, database_oid, memory_table_oid};

/// What such a lock is on; the numbers tell our locks from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Object {
    /// The account of how full a space is.
    Usage = 0x7573,
    /// The right to turn the episodes of a space into beliefs.
    Consolidation = 0x636f,
}

/// Locks an object of a space, by a hash of its name, against whoever locks it so. Without `wait` it answers whether that was possible
/// at once.
pub fn exclusive(object: Object, space: u32, wait: bool) -> bool {
    assert_main();
    let Some(table) = memory_table_oid() else { return false };
    let tag = pg_sys::LOCKTAG {
        locktag_field1: database_oid().to_u32(),
        locktag_field2: table.to_u32(),
        locktag_field3: space,
        locktag_field4: object as u16,
        locktag_type: pg_sys::LockTagType::LOCKTAG_OBJECT as u8,
        locktag_lockmethodid: pg_sys::DEFAULT_LOCKMETHOD as u8,
    };
    // SAFETY: a whole lock tag; the server copies it. The lock belongs to the transaction, which gives it back.
    let outcome = unsafe { pg_sys::LockAcquire(&raw const tag, pg_sys::ExclusiveLock as i32, false, !wait) };
    outcome != pg_sys::LockAcquireResult::LOCKACQUIRE_NOT_AVAIL
}

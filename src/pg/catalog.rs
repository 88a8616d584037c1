//! Look-ups in the system catalogs by the system caches, not by SQL, so that they cost nanoseconds and no snapshot of
//! the caller. All need a transaction, except that of the table of memories the last answer is given without one.

use std::cell::Cell;
use std::ffi::CStr;

use pgrx::{pg_guard, pg_sys};

use super::assert_main;

thread_local! {
    static MEMORY: Cell<Option<pg_sys::Oid>> = const { Cell::new(None) };
    static LAST_MEMORY: Cell<Option<pg_sys::Oid>> = const { Cell::new(None) };
    static VECTOR: Cell<Option<pg_sys::Oid>> = const { Cell::new(None) };
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// OID of `engram.memory` in this database; `None` before CREATE EXTENSION. An answer is cached until the relation or
/// its schema changes; its absence is not. Between two transactions nothing can be looked up: what was known last is good enough for those who ask
/// then, workers that count.
pub fn memory_table_oid() -> Option<pg_sys::Oid> {
    assert_main();
    if let Some(oid) = MEMORY.get() {
        return Some(oid);
    }
    // SAFETY: reads the state of this backend.
    if !unsafe { pg_sys::IsTransactionState() } {
        return LAST_MEMORY.get();
    }
    watch();
    // SAFETY: system cache look-ups by NUL-terminated names; a missing schema answers InvalidOid.
    let oid = unsafe {
        let schema = pg_sys::get_namespace_oid(c"engram".as_ptr(), true);
        if schema == pg_sys::InvalidOid {
            LAST_MEMORY.set(None);
            return None;
        }
        pg_sys::get_relname_relid(c"memory".as_ptr(), schema)
    };
    let oid = (oid != pg_sys::InvalidOid).then_some(oid);
    MEMORY.set(oid);
    LAST_MEMORY.set(oid);
    oid
}

/// Whether the catalog of this database has the table `engram.name`. Between a new library and ALTER EXTENSION UPDATE the tables of
/// the new version are missing.
pub fn has_table(name: &CStr) -> bool {
    has_relation(name)
}

/// The same of any relation, an index for instance.
pub fn has_relation(name: &CStr) -> bool {
    assert_main();
    // SAFETY: system cache look-ups by NUL-terminated names; a missing schema answers InvalidOid.
    unsafe {
        let schema = pg_sys::get_namespace_oid(c"engram".as_ptr(), true);
        schema != pg_sys::InvalidOid && pg_sys::get_relname_relid(name.as_ptr(), schema) != pg_sys::InvalidOid
    }
}

/// Whether the catalog of this database has the column `column` of the table `engram.table`.
pub fn has_column(table: &CStr, column: &CStr) -> bool {
    assert_main();
    // SAFETY: as in `has_table`; a missing relation or column answers InvalidAttrNumber.
    unsafe {
        let schema = pg_sys::get_namespace_oid(c"engram".as_ptr(), true);
        let table = pg_sys::get_relname_relid(table.as_ptr(), schema);
        pg_sys::get_attnum(table, column.as_ptr()) > 0
    }
}

/// Locks the table `engram.name` against writers until the end of the transaction, if nobody holds it against that; says whether it is
/// locked. Nobody is waited for, so nobody waits behind.
pub fn try_lock_table(name: &CStr) -> bool {
    assert_main();
    // SAFETY: system cache look-ups by NUL-terminated names; a missing relation is not locked.
    unsafe {
        let schema = pg_sys::get_namespace_oid(c"engram".as_ptr(), true);
        let table =
            if schema == pg_sys::InvalidOid { schema } else { pg_sys::get_relname_relid(name.as_ptr(), schema) };
        table != pg_sys::InvalidOid && pg_sys::ConditionalLockRelationOid(table, pg_sys::ShareLock as i32)
    }
}

/// Owner of relation `oid`; `None` when it is gone.
pub(super) fn relation_owner(oid: pg_sys::Oid) -> Option<pg_sys::Oid> {
    assert_main();
    // SAFETY: the tuple is checked, read as the struct of its catalog, and released.
    unsafe {
        let id = pg_sys::SysCacheIdentifier::RELOID as i32;
        let tuple = pg_sys::SearchSysCache1(id, pg_sys::Datum::from(oid));
        if tuple.is_null() {
            return None;
        }
        let owner = (*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_class>()).relowner;
        pg_sys::ReleaseSysCache(tuple);
        Some(owner)
    }
}

/// OID of pgvector's type `vector`, in whatever schema its extension is; cached until a type changes.
pub(super) fn vector_type_oid() -> Option<pg_sys::Oid> {
    assert_main();
    if let Some(oid) = VECTOR.get() {
        return Some(oid);
    }
    watch();
    let schema = extension_schema_oid(c"vector")?;
    // SAFETY: a system cache look-up; the key is a NUL-terminated name, the catalog's own key type.
    let oid = unsafe {
        pg_sys::GetSysCacheOid(
            pg_sys::SysCacheIdentifier::TYPENAMENSP as i32,
            pg_sys::Anum_pg_type_oid as pg_sys::AttrNumber,
            pg_sys::Datum::from(c"vector".as_ptr()),
            pg_sys::Datum::from(schema),
            pg_sys::Datum::null(),
            pg_sys::Datum::null(),
        )
    };
    let oid = (oid != pg_sys::InvalidOid).then_some(oid);
    VECTOR.set(oid);
    oid
}

/// Schema of an installed extension. There is no system cache on `pg_extension`, so its index is scanned.
fn extension_schema_oid(name: &CStr) -> Option<pg_sys::Oid> {
    assert_main();
    // SAFETY: the scan is opened, read and closed as the server does it in get_extension_oid; the tuple is read before
    // the scan ends. An ERROR in between leaves the relation to the transaction abort.
    unsafe {
        let relation = pg_sys::table_open(pg_sys::ExtensionRelationId, pg_sys::AccessShareLock as i32);
        let mut key = pg_sys::ScanKeyData::default();
        pg_sys::ScanKeyInit(
            &raw mut key,
            pg_sys::Anum_pg_extension_extname as pg_sys::AttrNumber,
            pg_sys::BTEqualStrategyNumber as pg_sys::StrategyNumber,
            pg_sys::Oid::from(pg_sys::F_NAMEEQ),
            pg_sys::Datum::from(name.as_ptr()),
        );
        let index = pg_sys::Oid::from(pg_sys::ExtensionNameIndexId);
        let scan = pg_sys::systable_beginscan(relation, index, true, std::ptr::null_mut(), 1, &raw mut key);
        let tuple = pg_sys::systable_getnext(scan);
        let schema = (!tuple.is_null())
            .then(|| (*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_extension>()).extnamespace);
        pg_sys::systable_endscan(scan);
        pg_sys::table_close(relation, pg_sys::AccessShareLock as i32);
        schema
    }
}

/// Registers the invalidation callbacks once for each backend that looks something up.
fn watch() {
    if WATCHED.replace(true) {
        return;
    }
    let none = pg_sys::Datum::null();
    // SAFETY: the functions live as long as the library, which is never unloaded.
    unsafe {
        pg_sys::CacheRegisterRelcacheCallback(Some(engram_relation_changed), none);
        let namespace = pg_sys::SysCacheIdentifier::NAMESPACEOID as i32;
        pg_sys::CacheRegisterSyscacheCallback(namespace, Some(engram_catalog_changed), none);
        let types = pg_sys::SysCacheIdentifier::TYPEOID as i32;
        pg_sys::CacheRegisterSyscacheCallback(types, Some(engram_catalog_changed), none);
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn engram_relation_changed(_arg: pg_sys::Datum, relation: pg_sys::Oid) {
    // InvalidOid stands for every relation.
    if relation == pg_sys::InvalidOid || MEMORY.get() == Some(relation) {
        MEMORY.set(None);
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn engram_catalog_changed(_arg: pg_sys::Datum, cache: i32, _hash: u32) {
    if cache == pg_sys::SysCacheIdentifier::TYPEOID as i32 {
        VECTOR.set(None);
    } else {
        MEMORY.set(None);
    }
}

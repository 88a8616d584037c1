//! The list of databases, for a launcher that is connected to none.

use pgrx::pg_sys;

use super::super::assert_main;

/// A database of this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Its OID.
    pub oid: pg_sys::Oid,
    /// Its name.
    pub name: String,
    /// Whether it is a template.
    pub is_template: bool,
}

/// Every database that accepts connections, in the order of OIDs. Needs a transaction; works in a worker that is
/// connected to no database.
pub fn databases() -> Vec<Database> {
    assert_main();
    let mut all = Vec::new();
    let lock = pg_sys::AccessShareLock as i32;
    // SAFETY: a heap scan of a shared catalog, as the server's own launchers do it; each tuple is read before the next.
    // An ERROR in between leaves scan and relation to the transaction abort.
    unsafe {
        let relation = pg_sys::table_open(pg_sys::DatabaseRelationId, lock);
        let scan = pg_sys::table_beginscan_catalog(relation, 0, std::ptr::null_mut());
        loop {
            let tuple = pg_sys::heap_getnext(scan, pg_sys::ScanDirection::ForwardScanDirection);
            if tuple.is_null() {
                break;
            }
            let row = &*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_database>();
            // A limit of -2 marks a database whose DROP was interrupted; it refuses connections.
            if row.datallowconn && row.datconnlimit != -2 {
                let name = pgrx::name_data_to_str(&row.datname).to_owned();
                all.push(Database { oid: row.oid, name, is_template: row.datistemplate });
            }
        }
        pg_sys::heap_endscan(scan);
        pg_sys::table_close(relation, lock);
    }
    all.sort_by_key(|database| database.oid.to_u32());
    all
}

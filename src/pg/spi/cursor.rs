//! A query whose rows are fetched over several calls of a function, in the snapshot it was opened with.

use super::plan::{self, Choice};
use super::{Arg, Connection, arg, row};
use crate::error::{Error, raise};
use crate::pg::assert_main;
use pgrx::pg_sys;
use std::ffi::{CStr, CString};

/// An open query. The server closes what is left open at the end of the transaction.
pub struct Cursor {
    name: CString,
}

impl Cursor {
    /// Opens a query that only reads.
    pub fn open(sql: &'static str, args: &[Arg<'_>]) -> Cursor {
        assert_main();
        let _connection = Connection::open();
        let plan = plan::prepared(sql, args, Choice::Server);
        let mut values = arg::Values::of(args);
        // SAFETY: the plan takes these arguments; the portal copies them, and its name is copied here.
        unsafe {
            let portal = pg_sys::SPI_cursor_open(std::ptr::null(), plan, values.values(), values.nulls(), true);
            Cursor { name: CStr::from_ptr((*portal).name).to_owned() }
        }
    }

    /// Closes it before its last row.
    pub fn close(self) {
        assert_main();
        let _connection = Connection::open();
        // SAFETY: the portal is looked up by name, and is there until it is closed.
        unsafe {
            let portal = pg_sys::SPI_cursor_find(self.name.as_ptr());
            if !portal.is_null() {
                pg_sys::SPI_cursor_close(portal);
            }
        }
    }

    /// Calls `f` with each of the next `most` rows; says whether there may be more.
    pub fn fetch(&mut self, most: u32, mut f: impl FnMut(&super::Row<'_>)) -> bool {
        assert_main();
        let _connection = Connection::open();
        // SAFETY: the portal is looked up by name each time; its batch is read before the next replaces it, and freed.
        unsafe {
            let portal = pg_sys::SPI_cursor_find(self.name.as_ptr());
            if portal.is_null() {
                raise(
                    Error::not_in_prerequisite_state("the query of this call is closed")
                        .with_hint("Read a result to its end in the transaction that it began in."),
                );
            }
            pg_sys::SPI_cursor_fetch(portal, true, i64::from(most.max(1)));
            let (table, count) = (pg_sys::SPI_tuptable, pg_sys::SPI_processed);
            if count > 0 {
                row::each(table, count, &mut f);
            }
            pg_sys::SPI_freetuptable(table);
            let more = count == u64::from(most.max(1));
            if !more {
                pg_sys::SPI_cursor_close(portal);
            }
            more
        }
    }
}

//! SQL from inside the server: prepared once in a session, typed, and without copies that are not asked for.
//!
//! [`select`] reads with the active snapshot and never assigns a transaction id, so it works in read-only
//! transactions, on a standby and under a [`super::snapshot::Pinned`]. [`execute`] and [`execute_returning`] write, see
//! what the transaction has done so far, and make it visible to what follows. A statement runs with the rights of the
//! current user, or of the owner inside [`super::as_owner`].
//!
//! Timestamps are microseconds since the Unix epoch on both sides; `i64::MIN` and `i64::MAX` are the infinities. Text
//! is UTF-8 here whatever the encoding of the database.

mod arg;
mod cursor;
mod plan;
mod row;

use std::ffi::CStr;

use pgrx::pg_sys;

pub use arg::Arg;
pub use cursor::Cursor;
pub use row::Row;

use super::assert_main;
use crate::error::{Error, raise};
use plan::Choice;

/// Runs `sql`, calls `f` with each row, and returns their number. Read-only: the statement must not write. It looks
/// rows up by their keys, and is planned once for all values.
pub fn select(sql: &'static str, args: &[Arg<'_>], mut f: impl FnMut(&Row<'_>)) -> u64 {
    run(sql, args, Access::Read, &mut f)
}

/// Runs `sql` and returns the number of rows it touched.
pub fn execute(sql: &'static str, args: &[Arg<'_>]) -> u64 {
    run(sql, args, Access::Write, &mut |_| {})
}

/// Runs `sql`, which may write, calls `f` with each row it returns, and returns their number. Unlike [`select`] it
/// takes a snapshot of its own, which sees everything the transaction has done so far.
pub fn execute_returning(sql: &'static str, args: &[Arg<'_>], mut f: impl FnMut(&Row<'_>)) -> u64 {
    run(sql, args, Access::Write, &mut f)
}

/// As [`select`], but fetches `batch` rows at a time, so that the result is never in memory as a whole.
pub fn scan(sql: &'static str, args: &[Arg<'_>], batch: u32, mut f: impl FnMut(&Row<'_>)) -> u64 {
    assert_main();
    let _connection = Connection::open();
    let plan = plan::prepared(sql, args, Choice::Server);
    let mut values = arg::Values::of(args);
    let mut total = 0;
    // SAFETY: the plan takes these arguments; the portal is closed after the last batch, or by the abort that an ERROR
    // leads to. Each batch's table is read before the next replaces it, and freed.
    unsafe {
        let portal = pg_sys::SPI_cursor_open(std::ptr::null(), plan, values.values(), values.nulls(), true);
        loop {
            pg_sys::SPI_cursor_fetch(portal, true, i64::from(batch.max(1)));
            let (table, count) = (pg_sys::SPI_tuptable, pg_sys::SPI_processed);
            if count > 0 {
                row::each(table, count, &mut f);
                total += count;
            }
            pg_sys::SPI_freetuptable(table);
            if count < u64::from(batch.max(1)) {
                break;
            }
        }
        pg_sys::SPI_cursor_close(portal);
    }
    total
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

fn run(sql: &'static str, args: &[Arg<'_>], access: Access, f: &mut dyn FnMut(&Row<'_>)) -> u64 {
    assert_main();
    let _connection = Connection::open();
    let choice = if access == Access::Read { Choice::ByKey } else { Choice::Server };
    let plan = plan::prepared(sql, args, choice);
    let _scans = (choice == Choice::ByKey).then(NoSequentialScans::begin);
    let mut values = arg::Values::of(args);
    // SAFETY: the plan takes these arguments. The result is read before the connection closes; a nested call of SPI by
    // `f` replaces the globals, which are therefore read first.
    unsafe {
        let read_only = access == Access::Read;
        let code = pg_sys::SPI_execute_plan(plan, values.values(), values.nulls(), read_only, 0);
        if code < 0 {
            fail("execute", code);
        }
        let (table, count) = (pg_sys::SPI_tuptable, pg_sys::SPI_processed);
        if !table.is_null() {
            row::each(table, count, f);
        }
        count
    }
}

/// While this lives, plans are made without sequential scans wherever there is an index. A plan that is kept may have been
/// made when the table was small, and must serve when it is large.
struct NoSequentialScans(bool);

impl NoSequentialScans {
    fn begin() -> NoSequentialScans {
        // SAFETY: a plain variable of the planner, read and written on the main thread.
        unsafe { NoSequentialScans(std::ptr::replace(&raw mut pg_sys::enable_seqscan, false)) }
    }
}

impl Drop for NoSequentialScans {
    fn drop(&mut self) {
        // SAFETY: as above; an ERROR unwinds through here as well.
        unsafe { pg_sys::enable_seqscan = self.0 };
    }
}

/// A connection to the SPI manager. What is allocated while it is open is freed when it closes.
struct Connection;

impl Connection {
    fn open() -> Connection {
        // SAFETY: closed by Drop, or by the abort that an ERROR leads to.
        let code = unsafe { pg_sys::SPI_connect() };
        if code < 0 {
            fail("connect", code);
        }
        Connection
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // SAFETY: closes what `open` opened; nested connections are closed before, in the order of scopes.
        unsafe { pg_sys::SPI_finish() };
    }
}

fn fail(what: &str, code: i32) -> ! {
    // SAFETY: the server returns a static string or one in its own buffer.
    let name = unsafe { CStr::from_ptr(pg_sys::SPI_result_code_string(code)) };
    raise(Error::internal(format!("could not {what} an inner statement: {}", name.to_string_lossy())))
}

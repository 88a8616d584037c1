//! Trigger functions as SQL calls them. In the place of pgrx's `#[pg_trigger]`, whose answer to `SELECT engram.memory_before()` is an
//! internal error.

use std::convert::Infallible;

use pgrx::heap_tuple::PgHeapTuple;
use pgrx::{AllocatedByPostgres, PgTrigger, pg_sys};

use crate::error::{Error, Kind, raise};

/// What a trigger function returns: the row to go on with, or none.
pub type Outcome<'a> = Result<Option<PgHeapTuple<'a, AllocatedByPostgres>>, Infallible>;

/// Exports `$function` to the server by the symbol that the catalog knows, with the record that says how it is called.
macro_rules! export {
    ($function:ident, $symbol:ident, $record:ident) => {
        #[unsafe(no_mangle)]
        extern "C" fn $record() -> &'static pgrx::pg_sys::Pg_finfo_record {
            const V1: pgrx::pg_sys::Pg_finfo_record = pgrx::pg_sys::Pg_finfo_record { api_version: 1 };
            &V1
        }

        #[unsafe(no_mangle)]
        #[pgrx::pg_guard]
        extern "C-unwind" fn $symbol(call: pgrx::pg_sys::FunctionCallInfo) -> pgrx::pg_sys::Datum {
            $crate::pg::trigger::run(call, stringify!($function), $function)
        }
    };
}
pub(crate) use export;

/// Runs a trigger function for a call of the server.
pub fn run(
    call: pg_sys::FunctionCallInfo,
    name: &str,
    f: impl for<'a> FnOnce(&'a PgTrigger<'a>) -> Outcome<'a>,
) -> pg_sys::Datum {
    // SAFETY: the server passes the record of the running call, which lives as long as that.
    let trigger = unsafe { call.as_ref() }.and_then(|call| unsafe { PgTrigger::from_fcinfo(call) }.ok());
    let Some(trigger) = trigger else {
        let error = Error::new(Kind::TriggerProtocol, format!("function engram.{name} was not called as a trigger"));
        raise(error.with_hint("It serves the tables of the extension; there is no use in calling it."));
    };
    // A trigger returns a null pointer for no row, and does not set the mark of a null result.
    let Ok(row) = f(&trigger);
    row.and_then(PgHeapTuple::into_trigger_datum).unwrap_or(pg_sys::Datum::from(0))
}

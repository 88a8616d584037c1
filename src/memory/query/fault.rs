//! What is wrong with a query, as an error with an example that runs.

use crate::error::{Error, Kind};
use crate::memory::space_or_setting;
use crate::pg::spi::{self, Arg};
use crate::store::space;
use engram_query::{Fault, Kind as Class};
use pgrx::Uuid;

/// The error for a fault in `text`.
pub fn error(text: &str, fault: &Fault) -> Error {
    let kind = match fault.kind {
        Class::Syntax => Kind::Syntax,
        Class::Range => Kind::InvalidParameter,
        Class::Length => Kind::ProgramLimit,
        Class::Parameter => Kind::UndefinedParameter,
    };
    let error = Error::new(kind, fault.message.clone())
        .with_position(fault.position(text), text)
        .with_hint(fault.hint(some_memory().as_deref()));
    match fault.detail(text) {
        Some(detail) => error.with_detail(detail),
        None => error,
    }
}

/// A memory that the caller may name; none where there is none to see.
fn some_memory() -> Option<String> {
    let name = space_or_setting(None);
    space::for_reading(&name).ok()?;
    let mut found = None;
    let sql = include_str!("../../../sql/query/query_example.sql");
    spi::select(sql, &[Arg::Text(&name)], |r| found = r.uuid(1));
    found.map(|id| Uuid::from_bytes(id).to_string())
}

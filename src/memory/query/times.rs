//! Points in time of a query, in microseconds since the Unix epoch.

use crate::error::Error;
use crate::memory;
use crate::pg::spi::{self, Arg};
use engram_query::When;

/// The time that is meant. A date and a time of day without an offset are of the session's time zone, and so are days.
pub fn micros(when: &When) -> Result<i64, Error> {
    let found = match when {
        When::At(at) => at_text(&at.to_string()),
        When::Now => Some(memory::now()),
        When::Today => ago("day", "0"),
        When::Yesterday => ago("day", "1 day"),
        When::Ago { count, unit } => ago("microseconds", &format!("{count} {}", unit.name())),
    };
    found.ok_or_else(|| Error::internal(format!("time \"{when}\" was not read")))
}

fn at_text(text: &str) -> Option<i64> {
    one(include_str!("../../../sql/query/query_time.sql"), &[Arg::Text(text)])
}

fn ago(unit: &str, interval: &str) -> Option<i64> {
    let args = [Arg::Timestamptz(memory::now()), Arg::Text(unit), Arg::Text(interval)];
    one(include_str!("../../../sql/query/query_ago.sql"), &args)
}

fn one(sql: &'static str, args: &[Arg<'_>]) -> Option<i64> {
    let mut found = None;
    spi::select(sql, args, |r| found = r.timestamptz(1));
    found
}

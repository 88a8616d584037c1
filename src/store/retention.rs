//! Rows of engram.retention, and what they choose.

use crate::pg::{
    self,
    spi::{self, Arg, Row},
};
use pgrx::IntoDatum;
use pgrx::datum::Interval;
use pgrx::pg_sys::INT8OID;

/// Whether the catalog of this database has the table: that of version 0.2.0 has not.
pub fn is_possible() -> bool {
    pg::has_table(c"retention")
}

/// Makes or changes a rule; one without limits is removed. The general rule has an empty `kind`.
pub fn set(space: &str, kind: &str, max_age: Option<Interval>, max_count: Option<i64>, mode: &str) {
    let key = [Arg::Text(space), Arg::Text(kind)];
    if max_age.is_none() && max_count.is_none() {
        pg::as_owner(|| spi::execute(include_str!("../../sql/query/retention_remove.sql"), &key));
        return;
    }
    let age = Interval::type_oid();
    let age = max_age.and_then(IntoDatum::into_datum).map_or(Arg::Null(age), |datum| Arg::Datum(datum, age));
    let count = max_count.map_or(Arg::Null(INT8OID), Arg::Int8);
    pg::as_owner(|| {
        spi::execute(include_str!("../../sql/query/retention_set.sql"), &[key[0], key[1], age, count, Arg::Text(mode)])
    });
}

/// Spaces whose rules were not applied in the last `seconds`.
pub fn due_spaces(seconds: i32) -> Vec<String> {
    let mut spaces = Vec::new();
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/retention_spaces.sql"), &[Arg::Int4(seconds)], |row| {
            spaces.extend(row.text(1).map(str::to_owned));
        });
    });
    spaces
}

/// A rule as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub kind: String,
    pub mode: String,
    /// All of it, to see whether it is still the same.
    pub whole: String,
}

/// The rules of a space, locked until the transaction ends; none while somebody else applies or changes them.
pub fn lock_rules(space: &str) -> Vec<Rule> {
    let mut rules = Vec::new();
    let text = |row: &Row, column| row.text(column).unwrap_or_default().to_owned();
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../sql/query/retention_rules.sql"), &[Arg::Text(space)], |row| {
            rules.push(Rule { kind: text(row, 1), mode: text(row, 2), whole: text(row, 3) });
        });
    });
    rules
}

/// A memory that a rule forgets.
pub struct Due<'a> {
    pub id: [u8; 16],
    /// Microseconds since the Unix epoch.
    pub occurred_at: Option<i64>,
    pub kind: &'a str,
    /// Kind of the rule, empty for the general one.
    pub rule: &'a str,
    pub mode: &'a str,
    /// `age` or `count`.
    pub reason: &'a str,
}

/// Rows fetched at once.
const FETCH: u32 = 1000;

/// Calls `f` with what the rules of a space forget, oldest first, as the active snapshot shows it to the owner of the tables.
pub fn each_due(space: &str, most: Option<i64>, mut f: impl FnMut(Due<'_>)) {
    let args = [Arg::Text(space), most.map_or(Arg::Null(INT8OID), Arg::Int8)];
    pg::as_owner(|| {
        spi::scan(include_str!("../../sql/query/retention_plan.sql"), &args, FETCH, |row| {
            f(Due {
                id: row.uuid(1).unwrap_or_default(),
                occurred_at: row.timestamptz(2),
                kind: row.text(3).unwrap_or_default(),
                rule: row.text(4).unwrap_or_default(),
                mode: row.text(5).unwrap_or_default(),
                reason: row.text(6).unwrap_or_default(),
            });
        });
    });
}

/// Forgets those of `ids` that nobody holds and that no transaction from `since` on has changed. Returns how many.
pub fn forget(space: &str, rule: &Rule, ids: &[[u8; 16]], since: u64) -> u64 {
    let sql = match rule.mode.as_str() {
        "suppress" => include_str!("../../sql/query/retention_suppress.sql"),
        _ => include_str!("../../sql/query/retention_delete.sql"),
    };
    let args = [Arg::Text(space), Arg::UuidArray(ids), Arg::Xid8(since)];
    pg::as_owner(|| {
        let gone = spi::execute(sql, &args);
        let count = [args[0], Arg::Text(&rule.kind), Arg::Int8(gone as i64)];
        spi::execute(include_str!("../../sql/query/retention_count.sql"), &count);
        gone
    })
}

/// Nothing is left to forget for now.
pub fn applied(space: &str) {
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/retention_applied.sql"), &[Arg::Text(space)]));
}

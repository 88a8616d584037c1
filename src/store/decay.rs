//! What decides how memories are forgotten: rules of engram.decay, and what engram.trace knows of single memories.

use crate::pg::{
    self,
    spi::{self, Arg, Row},
};

/// Whether the catalog of this database has the table: that of version 0.3.0 has not.
pub fn is_possible() -> bool {
    pg::has_table(c"decay")
}

/// A rule as it is stored.
#[derive(Clone, Debug)]
pub struct Rule {
    pub profile: String,
    /// JSON.
    pub parameters: Option<String>,
    pub floor: Option<f32>,
}

/// A row of engram.trace, as far as it has to do with forgetting. Times are microseconds since the Unix epoch.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    pub id: [u8; 16],
    pub rule: Option<Rule>,
    pub recalls: i64,
    /// Latest first.
    pub recent: Vec<i64>,
    pub stability: Option<f32>,
    pub last_room: Option<f32>,
    pub last_weight: Option<f32>,
}

/// Reads the rules of the space, each with its kind, and the traces of those of `ids` that have one.
pub fn histories(space: &str, ids: &[[u8; 16]], mut rule: impl FnMut(&str, Rule), mut trace: impl FnMut(Trace)) {
    let args = [Arg::Text(space), Arg::UuidArray(ids)];
    spi::select(include_str!("../../sql/query/decay_histories.sql"), &args, |row| match row.uuid(1) {
        Some(id) => trace(trace_of(id, row)),
        None => {
            if let Some(found) = rule_of(row) {
                rule(row.text(2).unwrap_or_default(), found);
            }
        }
    });
}

/// The trace in columns 3 to 10 of a row.
pub(super) fn trace_of(id: [u8; 16], row: &Row<'_>) -> Trace {
    Trace {
        id,
        rule: rule_of(row),
        recalls: row.int8(6).unwrap_or(0),
        recent: row.timestamptz_array(7).unwrap_or_default(),
        stability: row.float4(8),
        last_room: row.float4(9),
        last_weight: row.float4(10),
    }
}

fn rule_of(row: &Row<'_>) -> Option<Rule> {
    let profile = row.text(3)?.to_owned();
    Some(Rule { profile, parameters: row.text(4).map(str::to_owned), floor: row.float4(5) })
}

/// When a memory came to be, and what it is.
pub struct Encoded<'a> {
    pub id: [u8; 16],
    pub occurred_at: Option<i64>,
    pub created_at: Option<i64>,
    pub kind: &'a str,
}

/// Reads when those of `ids` came to be that the caller may see.
pub fn encoded(space: &str, ids: &[[u8; 16]], mut f: impl FnMut(Encoded<'_>)) {
    let args = [Arg::Text(space), Arg::UuidArray(ids)];
    spi::select(include_str!("../../sql/query/decay_encoded.sql"), &args, |row| f(encoded_of(row)));
}

/// The same as of this moment: also of those that the running statement has stored.
pub fn encoded_now(space: &str, ids: &[[u8; 16]], mut f: impl FnMut(Encoded<'_>)) {
    let args = [Arg::Text(space), Arg::UuidArray(ids)];
    spi::execute_returning(include_str!("../../sql/query/decay_encoded.sql"), &args, |row| f(encoded_of(row)));
}

fn encoded_of<'r>(row: &Row<'r>) -> Encoded<'r> {
    Encoded {
        id: row.uuid(1).unwrap_or_default(),
        occurred_at: row.timestamptz(2),
        created_at: row.timestamptz(3),
        kind: row.text(4).unwrap_or_default(),
    }
}

/// Makes or changes the rule of a kind, or of the kinds without one where `kind` is empty.
pub fn set_rule(space: &str, kind: &str, rule: &Rule) {
    let [profile, parameters, floor] = arguments(Some(rule));
    let args = [Arg::Text(space), Arg::Text(kind), profile, parameters, floor];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/decay_rule_set.sql"), &args));
}

/// Removes the rule of a kind.
pub fn remove_rule(space: &str, kind: &str) {
    let args = [Arg::Text(space), Arg::Text(kind)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/decay_rule_remove.sql"), &args));
}

/// Makes, changes or removes the rule of one memory. False when it was deleted in the meantime.
pub fn set_rule_of(space: &str, id: [u8; 16], rule: Option<&Rule>) -> bool {
    let [profile, parameters, floor] = arguments(rule);
    let args = [Arg::Text(space), Arg::Uuid(id), profile, parameters, floor];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/trace_profile_set.sql"), &args)) > 0
}

fn arguments(rule: Option<&Rule>) -> [Arg<'_>; 3] {
    [
        Arg::text_or_null(rule.map(|r| r.profile.as_str())),
        Arg::jsonb_or_null(rule.map(|r| r.parameters.as_deref().unwrap_or("{}"))),
        Arg::float4_or_null(rule.and_then(|r| r.floor)),
    ]
}

//! Evidence for and against memories: rows of engram.evidence, and what they add up to in engram.memory.

use crate::pg::{
    self,
    spi::{self, Arg},
};
use pgrx::{Uuid, pg_sys};

/// Whether the catalog of this database has the tables of beliefs: before 0.4.0 it had not.
pub fn is_possible() -> bool {
    pg::has_table(c"evidence")
}

/// A memory that speaks for another one or against it.
pub struct Witness {
    pub content: String,
    pub source: Option<String>,
    /// One of the two cites the other.
    pub cites: bool,
}

/// The memory `by`, as the caller may see it, in its relation to `id`.
pub fn witness(space: &str, by: Uuid, id: Uuid) -> Option<Witness> {
    let args = [Arg::Text(space), Arg::Uuid(*by.as_bytes()), Arg::Uuid(*id.as_bytes())];
    let mut found = None;
    spi::execute_returning(include_str!("../../sql/query/evidence_witness.sql"), &args, |row| {
        found = Some(Witness {
            content: row.text(1).unwrap_or_default().to_owned(),
            source: row.text(2).map(str::to_owned),
            cites: row.bool(3).unwrap_or(false),
        });
    });
    found
}

/// A source that counts already.
pub struct Counted {
    pub entry: [u8; 16],
    pub supports: bool,
    pub weight: f32,
    pub key: [u8; 16],
    pub by: Option<[u8; 16]>,
    /// The text and the source of the memory that speaks.
    pub content: Option<String>,
    pub source: Option<String>,
    /// It cites the memory that is to speak now, or is cited by it.
    pub cites: bool,
}

/// The sources that count for a memory or against it, whoever may see them.
pub fn counted(space: &str, id: Uuid, by: Option<Uuid>) -> Vec<Counted> {
    let args = [Arg::Text(space), Arg::Uuid(*id.as_bytes()), uuid_or_null(by)];
    let mut found = Vec::new();
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../sql/query/evidence_counted.sql"), &args, |row| {
            found.push(Counted {
                entry: row.uuid(1).unwrap_or_default(),
                supports: row.bool(2).unwrap_or(false),
                weight: row.float4(3).unwrap_or(0.0),
                key: row.uuid(4).unwrap_or_default(),
                by: row.uuid(5),
                content: row.text(6).map(str::to_owned),
                source: row.text(7).map(str::to_owned),
                cites: row.bool(8).unwrap_or(false),
            });
        });
    });
    found
}

/// One observation.
pub struct Observation<'a> {
    pub supports: bool,
    pub weight: f32,
    pub source: Option<&'a str>,
    pub key: [u8; 16],
    pub by: Option<Uuid>,
    /// Microseconds since the Unix epoch.
    pub at: i64,
}

/// Notes an observation about a locked memory.
pub fn note(space: &str, id: Uuid, entry: Uuid, seen: &Observation<'_>) {
    let user = pg::current_user();
    let args = [
        Arg::Text(space),
        Arg::Uuid(*id.as_bytes()),
        Arg::Uuid(*entry.as_bytes()),
        Arg::Bool(seen.supports),
        Arg::Float4(seen.weight),
        Arg::text_or_null(seen.source),
        Arg::Uuid(seen.key),
        uuid_or_null(seen.by),
        Arg::Oid(user),
        Arg::Timestamptz(seen.at),
    ];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/evidence_insert.sql"), &args));
}

/// Lets an observation count no longer, from `at` on.
pub fn withdraw(space: &str, id: Uuid, entry: [u8; 16], at: i64) {
    let args = [Arg::Text(space), Arg::Uuid(*id.as_bytes()), Arg::Uuid(entry), Arg::Timestamptz(at)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/evidence_withdraw.sql"), &args));
}

/// Adds to the evidence of a locked memory, for and against; returns what it has then.
pub fn weigh(space: &str, id: Uuid, evidence_for: f32, evidence_against: f32) -> (f32, f32) {
    let args = [Arg::Text(space), Arg::Uuid(*id.as_bytes()), Arg::Float4(evidence_for), Arg::Float4(evidence_against)];
    let mut has = (0.0, 0.0);
    spi::execute_returning(include_str!("../../sql/query/memory_weigh.sql"), &args, |row| {
        has = (row.float4(1).unwrap_or(0.0), row.float4(2).unwrap_or(0.0));
    });
    has
}

/// Calls `f` with each of `ids` that has sources, and how many count for and against it, as far as the caller may see them, now or at
/// a time.
pub fn sources(space: &str, ids: &[[u8; 16]], at: Option<i64>, mut f: impl FnMut([u8; 16], i64, i64)) {
    if !is_possible() {
        return;
    }
    let args = [Arg::Text(space), Arg::UuidArray(ids), Arg::timestamptz_or_null(at)];
    spi::select(include_str!("../../sql/query/evidence_of.sql"), &args, |row| {
        f(row.uuid(1).unwrap_or_default(), row.int8(2).unwrap_or(0), row.int8(3).unwrap_or(0));
    });
}

/// Evidence of a memory, for and against, whoever may see it.
pub fn evidence(space: &str, id: Uuid) -> Option<(f32, f32)> {
    let args = [Arg::Text(space), Arg::Uuid(*id.as_bytes())];
    let mut found = None;
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../sql/query/feedback_confidence.sql"), &args, |row| {
            found = Some((row.float4(1).unwrap_or(0.0), row.float4(2).unwrap_or(0.0)));
        });
    });
    found
}

fn uuid_or_null(id: Option<Uuid>) -> Arg<'static> {
    id.map_or(Arg::Null(pg_sys::UUIDOID), |id| Arg::Uuid(*id.as_bytes()))
}

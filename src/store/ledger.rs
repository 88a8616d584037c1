//! What consolidation has published and kept: snapshots of beliefs, belief events, runs.

use crate::pg::{
    self,
    settings::with_plain_values,
    spi::{self, Arg, Cursor, Row},
};
use pgrx::Uuid;
use pgrx::pg_sys::UUIDOID;
use std::collections::VecDeque;
use std::time::Duration;

/// Whether the catalog of this database has the tables of consolidation: that of a version before 0.5.0 has not.
pub fn is_possible() -> bool {
    pg::has_table(c"lineage")
}

/// A published version of the beliefs of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    pub number: i64,
    pub run: [u8; 16],
    /// Microseconds since the Unix epoch.
    pub published_at: i64,
}

impl Version {
    /// What a poller compares: the number, and what tells it from that of a former space of the name.
    pub fn tag(&self) -> String {
        let [.., a, b, c, d] = self.run;
        format!("{}-{a:02x}{b:02x}{c:02x}{d:02x}", self.number)
    }
}

/// The latest version, and the first one that is kept; none while nothing is published.
pub fn latest(space: &str) -> Option<(Version, i64)> {
    let mut found = None;
    spi::select(include_str!("../../sql/query/beliefs_version.sql"), &[Arg::Text(space)], |row| {
        found = version(row).zip(row.int8(4));
    });
    found
}

/// The latest version as this transaction has left it.
pub fn written_version(space: &str) -> Option<Version> {
    let mut found = None;
    spi::execute_returning(include_str!("../../sql/query/beliefs_version.sql"), &[Arg::Text(space)], |row| {
        found = version(row);
    });
    found
}

/// The version that was the latest one at a time.
pub fn version_at(space: &str, at: i64) -> Option<Version> {
    let mut found = None;
    let args = [Arg::Text(space), Arg::Timestamptz(at)];
    spi::select(include_str!("../../sql/query/beliefs_version_at.sql"), &args, |row| found = version(row));
    found
}

/// The version of a number.
pub fn version_named(space: &str, number: i64) -> Option<Version> {
    let mut found = None;
    let args = [Arg::Text(space), Arg::Int8(number)];
    spi::select(include_str!("../../sql/query/beliefs_version_named.sql"), &args, |row| found = version(row));
    found
}

fn version(row: &Row<'_>) -> Option<Version> {
    let (number, run) = row.int8(1).filter(|n| *n > 0).zip(row.uuid(2))?;
    Some(Version { number, run, published_at: row.timestamptz(3).unwrap_or_default() })
}

/// A belief as it was published.
#[derive(Clone, Debug)]
pub struct Published {
    pub belief: [u8; 16],
    pub content: String,
    pub label: Option<String>,
    pub evidence: (f32, f32),
    pub citations: i32,
    /// Microseconds since the Unix epoch.
    pub first_at: Option<i64>,
    pub last_at: Option<i64>,
    pub regularity: Option<String>,
    pub contradicts: Vec<[u8; 16]>,
    pub parents: Vec<[u8; 16]>,
    pub run: Option<[u8; 16]>,
    pub state: String,
}

/// The latest published beliefs that the caller may see, the best founded first.
pub fn current(space: &str) -> Vec<Published> {
    published(include_str!("../../sql/query/beliefs_current.sql"), &[Arg::Text(space)])
}

/// Those of a former version.
pub fn of_version(space: &str, number: i64) -> Vec<Published> {
    published(include_str!("../../sql/query/beliefs_of_version.sql"), &[Arg::Text(space), Arg::Int8(number)])
}

fn published(sql: &'static str, args: &[Arg<'_>]) -> Vec<Published> {
    let mut found = Vec::new();
    spi::select(sql, args, |row| {
        found.push(Published {
            belief: row.uuid(1).unwrap_or_default(),
            content: row.text(2).unwrap_or_default().to_owned(),
            label: row.text(3).map(str::to_owned),
            evidence: (row.float4(4).unwrap_or(0.0), row.float4(5).unwrap_or(0.0)),
            citations: row.int4(6).unwrap_or(0),
            first_at: row.timestamptz(7),
            last_at: row.timestamptz(8),
            regularity: row.text(9).map(str::to_owned),
            contradicts: row.uuid_array(10).unwrap_or_default(),
            parents: row.uuid_array(11).unwrap_or_default(),
            run: row.uuid(12),
            state: row.text(13).unwrap_or_default().to_owned(),
        });
    });
    found
}

/// Lines fetched at once.
const FETCH: u32 = 1000;

/// Belief events as lines of JSON, fetched as they are asked for.
pub struct Events {
    cursor: Option<Cursor>,
    fetched: VecDeque<String>,
}

/// The events of a space that the caller may see, from a time on, after an event, at most so many.
pub fn events(space: &str, since: Option<i64>, after: Option<Uuid>, most: Option<i64>) -> Events {
    let args = [
        Arg::Text(space),
        Arg::timestamptz_or_null(since),
        after.map_or(Arg::Null(UUIDOID), |id| Arg::Uuid(*id.as_bytes())),
        Arg::int8_or_null(most),
    ];
    let cursor = Cursor::open(include_str!("../../sql/query/event_lines.sql"), &args);
    Events { cursor: Some(cursor), fetched: VecDeque::new() }
}

impl Iterator for Events {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if self.fetched.is_empty()
            && let Some(mut cursor) = self.cursor.take()
        {
            pg::check_for_interrupts();
            let fetched = &mut self.fetched;
            let more = with_plain_values(|| cursor.fetch(FETCH, |row| fetched.extend(row.text(1).map(str::to_owned))));
            self.cursor = more.then_some(cursor);
        }
        self.fetched.pop_front()
    }
}

/// Removes events older than an age, `most` of them. Returns how many.
pub fn trim_events_by_age(age: Duration, most: i32) -> u64 {
    let args = [Arg::Uuid(first_id(age)), Arg::Int4(most)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/events_by_age.sql"), &args))
}

/// Removes the oldest events beyond the number that each space keeps, `most` of them. Returns how many.
pub fn trim_events_by_number(kept: usize, most: i32) -> u64 {
    let args = [Arg::Int8(i64::try_from(kept).unwrap_or(i64::MAX)), Arg::Int4(most)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/events_by_number.sql"), &args))
}

/// Removes what was kept of runs older than an age: former snapshots, rows as they were, the runs. At most about `most` rows for each space.
/// Returns how many.
pub fn trim_runs(age: Duration, most: i32) -> u64 {
    let before = Arg::Uuid(first_id(age));
    let mut spaces: Vec<(String, i64)> = Vec::new();
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/runs_due.sql"), &[before], |row| {
            spaces.extend(row.text(1).map(str::to_owned).zip(row.int8(2)));
        });
        let mut gone = 0;
        for (space, kept_from) in &spaces {
            let (space, kept_from, most) = (Arg::Text(space), Arg::Int8(*kept_from), Arg::Int4(most));
            spi::execute(include_str!("../../sql/query/runs_keep_from.sql"), &[space, kept_from]);
            gone += spi::execute(include_str!("../../sql/query/runs_snapshots.sql"), &[space, kept_from, most]);
            gone += spi::execute(include_str!("../../sql/query/runs_touches.sql"), &[space, before, most]);
            gone += spi::execute(include_str!("../../sql/query/runs_remove.sql"), &[space, before, most]);
        }
        gone
    })
}

/// The first id that was made in the last `age`: 48 bits of time in milliseconds, then nothing.
fn first_id(age: Duration) -> [u8; 16] {
    let since = pg::clock_micros() / 1000 - i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    let mut id = [0; 16];
    id[..6].copy_from_slice(&since.max(0).to_be_bytes()[2..]);
    id
}

//! What a run leaves: what it touched, its events, the snapshot it published, its row.

use super::Id;
use crate::pg::settings::with_plain_values;
use crate::pg::{
    self,
    spi::{self, Arg},
};
use crate::store::memory;
use serde_json::json;

/// Rows that a run is about to change, with what they are now.
pub enum Touch<'a> {
    Memories(&'a [Id]),
    Beliefs(&'a [Id]),
    /// Beliefs, and what they cite.
    Citations(&'a [Id], &'a [Id]),
    /// Beliefs, and their parents.
    Lineages(&'a [Id], &'a [Id]),
}

/// Keeps rows as they are, to be put back by engram_undo. Entries count on from `entry`.
pub fn touch(space: &str, run: Id, entry: i32, what: &Touch<'_>) -> i32 {
    let (sql, ids, others) = match what {
        Touch::Memories(ids) => (include_str!("../../../sql/query/consolidation_touch_memory.sql"), ids, None),
        Touch::Beliefs(ids) => (include_str!("../../../sql/query/consolidation_touch_belief.sql"), ids, None),
        Touch::Citations(ids, others) => {
            (include_str!("../../../sql/query/consolidation_touch_citation.sql"), ids, Some(others))
        }
        Touch::Lineages(ids, others) => {
            (include_str!("../../../sql/query/consolidation_touch_lineage.sql"), ids, Some(others))
        }
    };
    if ids.is_empty() {
        return entry;
    }
    let mut args = vec![Arg::Text(space), Arg::Uuid(run), Arg::Int4(entry), Arg::UuidArray(ids)];
    args.extend(others.map(|others| Arg::UuidArray(others)));
    pg::as_owner(|| with_plain_values(|| spi::execute(sql, &args)));
    entry.saturating_add(i32::try_from(ids.len()).unwrap_or(i32::MAX))
}

/// Notes how the run has left the rows that it touched.
pub fn touched(space: &str, run: Id) {
    let args = [Arg::Text(space), Arg::Uuid(run)];
    let sql = include_str!("../../../sql/query/consolidation_touched.sql");
    pg::as_owner(|| with_plain_values(|| spi::execute(sql, &args)));
}

/// The version of the published beliefs, which nobody else changes until the end of the transaction, and the input hash of the last run.
pub fn version(space: &str) -> (i64, Option<Vec<u8>>) {
    let mut found = (0, None);
    let sql = include_str!("../../../sql/query/consolidation_state.sql");
    pg::as_owner(|| {
        spi::execute_returning(sql, &[Arg::Text(space)], |row| {
            found = (row.int8(1).unwrap_or(0), row.bytes(2).map(<[u8]>::to_vec));
        })
    });
    found
}

/// Publishes the beliefs as they are as `version`, which began with `run`. Says whether anything differs from the version before.
pub fn publish(space: &str, run: Id, version: i64) -> bool {
    let mut differs = false;
    let args = [Arg::Text(space), Arg::Uuid(run), Arg::Int8(version)];
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../../sql/query/consolidation_publish.sql"), &args, |row| {
            differs = row.int8(1).unwrap_or(0) > 0 || row.int8(2).unwrap_or(0) > 0;
        })
    });
    if differs {
        tell(space, run, version);
    }
    differs
}

/// Tells who listens, when the transaction commits, that there is a new version of the beliefs.
pub fn tell(space: &str, run: Id, version: i64) {
    let run = uuid::Uuid::from_bytes(run);
    let message = json!({ "run": run.to_string(), "space": space, "version": version }).to_string();
    let args = [Arg::Text("engram_consolidation"), Arg::Text(&message)];
    pg::as_owner(|| spi::execute(include_str!("../../../sql/query/notify.sql"), &args));
}

/// A change of a belief.
pub struct Event<'a> {
    pub belief: Id,
    pub kind: &'a str,
    pub before: Option<f32>,
    pub after: Option<f32>,
    pub citation_delta: i32,
    pub novelty: f32,
}

/// Enters an event of the run.
pub fn event(space: &str, run: Id, at: i64, version: i64, e: &Event<'_>) {
    let args = [
        Arg::Text(space),
        Arg::Uuid(*memory::new_id().as_bytes()),
        Arg::Uuid(e.belief),
        Arg::Uuid(run),
        Arg::Timestamptz(at),
        Arg::Text(e.kind),
        Arg::float4_or_null(e.before),
        Arg::float4_or_null(e.after),
        Arg::Int4(e.citation_delta),
        Arg::Float4(e.novelty),
        Arg::Int8(version),
    ];
    pg::as_owner(|| spi::execute(include_str!("../../../sql/query/consolidation_event.sql"), &args));
}

/// Enters that a run begins: what it touches hangs on its row.
pub fn begin(space: &str, run: Id, at: i64, cause: &str) {
    let args = [Arg::Text(space), Arg::Uuid(run), Arg::Timestamptz(at), Arg::Text(cause)];
    pg::as_owner(|| spi::execute(include_str!("../../../sql/query/consolidation_run.sql"), &args));
}

/// A run that is complete. Times are in microseconds since the Unix epoch.
pub struct Finished<'a> {
    pub run: Id,
    pub finished_at: i64,
    pub input_hash: &'a [u8],
    pub signature: &'a [u8],
    pub episodes: i64,
    pub beliefs: i64,
    /// Milliseconds.
    pub duration: f64,
    pub novelty: f32,
    /// None when nothing was published.
    pub version: Option<i64>,
    /// An object, as text.
    pub counts: &'a str,
}

/// Enters that a run is complete.
pub fn finish(space: &str, f: &Finished<'_>) {
    let args = [
        Arg::Text(space),
        Arg::Uuid(f.run),
        Arg::Timestamptz(f.finished_at),
        Arg::Bytes(f.input_hash),
        Arg::Bytes(f.signature),
        Arg::Int8(f.episodes),
        Arg::Int8(f.beliefs),
        Arg::Float8(f.duration),
        Arg::Float4(f.novelty),
        Arg::int8_or_null(f.version),
        Arg::Jsonb(f.counts),
    ];
    pg::as_owner(|| spi::execute(include_str!("../../../sql/query/consolidation_finish.sql"), &args));
}

/// Enters that the space was consolidated. `stagnant`: whether there was something new that made no difference; none when there was
/// nothing new.
pub fn done(space: &str, version: i64, run: Id, at: i64, stagnant: Option<bool>) {
    let args =
        [Arg::Text(space), Arg::Int8(version), Arg::Uuid(run), Arg::Timestamptz(at), Arg::bool_or_null(stagnant)];
    pg::as_owner(|| spi::execute(include_str!("../../../sql/query/consolidation_done.sql"), &args));
}

//! What consolidation has published and kept, and undoing it.

use super::arguments::{micros, timestamp};
use crate::error::{Error, or_raise};
use crate::memory::metrics::{Operation, counted_in};
use crate::memory::published::{self, Beliefs, Which};
use crate::memory::undo;
use engram_engine::confidence;
use pgrx::datum::TimestampWithTimeZone;
use pgrx::iter::{SetOfIterator, TableIterator};
use pgrx::prelude::*;
use pgrx::{JsonB, Uuid, default};

/// The published beliefs of a space; see `docs/reference/sql.md`.
#[pg_extern(stable, parallel_restricted)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn engram_beliefs(
    space: default!(Option<&str>, "NULL"),
    as_of: default!(Option<TimestampWithTimeZone>, "NULL"),
    version: default!(Option<&str>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(belief, Uuid),
        name!(content, String),
        name!(label, Option<String>),
        name!(confidence, f32),
        name!(confidence_low, f32),
        name!(confidence_high, f32),
        name!(citations, i32),
        name!(first_at, Option<TimestampWithTimeZone>),
        name!(last_at, Option<TimestampWithTimeZone>),
        name!(regularity, Option<JsonB>),
        name!(state, String),
        name!(contradicts, Vec<Uuid>),
        name!(parents, Vec<Uuid>),
        name!(run, Option<Uuid>),
        name!(version, Option<String>),
        name!(published_at, Option<TimestampWithTimeZone>),
        name!(on_demand, bool),
    ),
> {
    let which = match (as_of, version) {
        (None, None) => Which::Latest,
        (Some(at), None) => Which::AsOf(micros(at)),
        (None, Some(version)) => Which::Named(version),
        (Some(_), Some(_)) => or_raise(Err(Error::invalid_parameter("as_of and version cannot be given together")
            .with_hint("Both name a former version of the beliefs: use one of them."))),
    };
    let Beliefs { version, beliefs, on_demand } = or_raise(published::beliefs(space, &which));
    let (tag, at) = (version.map(|v| v.tag()), version.map(|v| v.published_at));
    TableIterator::new(beliefs.into_iter().map(move |b| {
        let belief = confidence::belief(b.evidence.0, b.evidence.1);
        (
            Uuid::from_bytes(b.belief),
            b.content,
            b.label,
            belief.mean,
            belief.low,
            belief.high,
            b.citations,
            b.first_at.map(timestamp),
            b.last_at.map(timestamp),
            b.regularity.as_deref().and_then(|r| serde_json::from_str(r).ok()).map(JsonB),
            b.state,
            b.contradicts.into_iter().map(Uuid::from_bytes).collect(),
            b.parents.into_iter().map(Uuid::from_bytes).collect(),
            b.run.map(Uuid::from_bytes),
            tag.clone(),
            at.map(timestamp),
            on_demand,
        )
    }))
}

/// What tells one version of the beliefs of a space from another; see `docs/reference/sql.md`.
#[pg_extern(stable, parallel_restricted)]
fn engram_beliefs_version(space: default!(Option<&str>, "NULL")) -> String {
    or_raise(published::version(space))
}

/// Belief events as lines of JSON; see `docs/reference/sql.md`.
#[pg_extern(stable, parallel_restricted)]
fn engram_export_events(
    space: default!(Option<&str>, "NULL"),
    since: default!(Option<TimestampWithTimeZone>, "NULL"),
    after: default!(Option<Uuid>, "NULL"),
    max_events: default!(Option<i64>, "NULL"),
) -> SetOfIterator<'static, String> {
    SetOfIterator::new(or_raise(published::events(space, since.map(micros), after, max_events)))
}

/// Undoes a run of consolidation; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_undo(
    run: Option<Uuid>,
    space: default!(Option<&str>, "NULL"),
) -> TableIterator<'static, (name!(run, Uuid), name!(beliefs, i64), name!(version, String))> {
    let undone = counted_in(Operation::Update, space, || or_raise(undo::undo(run, space)), |u| u.beliefs);
    TableIterator::once((undone.by, undone.beliefs as i64, undone.version))
}

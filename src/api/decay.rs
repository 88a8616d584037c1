//! How memories are forgotten, and how well they can be retrieved.

use super::arguments::{micros, timestamp};
use crate::error::or_raise;
use crate::memory::decay::{self, SetDecay};
use crate::memory::metrics::{Operation, counted_in};
use crate::memory::reinforce::{self, Count};
use crate::pg::jsonb::Jsonb;
use pgrx::datum::TimestampWithTimeZone;
use pgrx::iter::TableIterator;
use pgrx::prelude::*;
use pgrx::{Uuid, default};

/// Makes, changes or removes a rule of forgetting; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_set_decay(
    profile: default!(Option<&str>, "NULL"),
    space: default!(Option<&str>, "NULL"),
    kind: default!(Option<&str>, "NULL"),
    id: default!(Option<Uuid>, "NULL"),
    parameters: default!(Option<Jsonb>, "NULL"),
    floor: default!(Option<f32>, "NULL"),
) {
    let parameters = parameters.map(Jsonb::parse);
    or_raise(decay::set(SetDecay { profile, space, kind, id, parameters, floor }));
}

/// How well a memory can be retrieved; see `docs/reference/sql.md`.
#[pg_extern(stable, parallel_restricted)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn engram_retrievability(
    id: Option<Uuid>,
    space: default!(Option<&str>, "NULL"),
    at: default!(Option<TimestampWithTimeZone>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(retrievability, f64),
        name!(base_level, f64),
        name!(stability, f64),
        name!(profile, String),
        name!(uses, i64),
        name!(last_used_at, TimestampWithTimeZone),
    ),
> {
    let r = or_raise(decay::retrievability(id, space, at.map(micros)));
    let last = timestamp(r.last_used_at);
    TableIterator::once((r.retrievability, r.base_level, r.stability, r.profile, r.uses, last))
}

/// Says whether a returned memory was of use; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_feedback(id: Option<Uuid>, useful: Option<bool>, space: default!(Option<&str>, "NULL")) -> bool {
    let tell = || or_raise(reinforce::feedback(id, useful, space));
    counted_in(Operation::Update, space, tell, |done| (*done).into())
}

/// The row of engram.stat_reinforcement. Declared in `sql/schema/70_views.sql`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn reinforcement_stat() -> TableIterator<
    'static,
    (
        name!(pending, i64),
        name!(noted, i64),
        name!(flushed, i64),
        name!(gone, i64),
        name!(lost, i64),
        name!(batches, i64),
        name!(last_flush, Option<TimestampWithTimeZone>),
    ),
> {
    let count = reinforce::counted;
    TableIterator::once((
        count(Count::Pending).max(0),
        count(Count::Noted),
        count(Count::Flushed),
        count(Count::Gone),
        count(Count::Lost),
        count(Count::Batches),
        Some(count(Count::LastFlush)).filter(|at| *at > 0).map(timestamp),
    ))
}

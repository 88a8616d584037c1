//! The life of a space: what is kept, for how long, in which form it leaves and comes back.

use super::arguments::timestamp;
use crate::error::or_raise;
use crate::memory::{export, reembed, retention};
use crate::pg::vector::Vector;
use pgrx::datum::{Interval, TimestampWithTimeZone};
use pgrx::iter::{SetOfIterator, TableIterator};
use pgrx::prelude::*;
use pgrx::{Uuid, default};

/// Makes, changes or removes a rule of retention; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_set_retention(
    kind: default!(Option<&str>, "NULL"),
    max_age: default!(Option<Interval>, "NULL"),
    max_count: default!(Option<i64>, "NULL"),
    mode: default!(Option<&str>, "'delete'"),
    space: default!(Option<&str>, "NULL"),
) {
    or_raise(retention::set(kind, max_age, max_count, mode, space));
}

/// What the rules would forget now; see `docs/reference/sql.md`.
#[pg_extern(stable, parallel_restricted)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn engram_retention_plan(
    space: default!(Option<&str>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(id, Uuid),
        name!(kind, String),
        name!(occurred_at, Option<TimestampWithTimeZone>),
        name!(rule, Option<String>),
        name!(reason, String),
        name!(mode, String),
    ),
> {
    let plan = or_raise(retention::plan(space));
    TableIterator::new(plan.into_iter().map(|due| {
        (
            Uuid::from_bytes(due.id),
            due.kind.to_string(),
            due.occurred_at.map(timestamp),
            Some(due.rule.to_string()).filter(|rule| !rule.is_empty()),
            due.reason.to_owned(),
            due.mode.to_owned(),
        )
    }))
}

/// A space as JSON Lines; see `docs/reference/sql.md`.
#[pg_extern(stable, parallel_restricted)]
fn engram_export(space: default!(Option<&str>, "NULL")) -> SetOfIterator<'static, String> {
    SetOfIterator::new(or_raise(export::export(space)))
}

/// Stores what lines of an export say; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_import(
    lines: Option<Vec<Option<String>>>,
    space: default!(Option<&str>, "NULL"),
    first_line: default!(Option<i64>, "1"),
) -> i64 {
    or_raise(export::import(lines, space, first_line))
}

/// One step of engram_reembed. Declared in `sql/schema/45_life.sql`.
#[pg_extern(sql = false)]
fn reembed_step(
    space: Option<&str>,
    encoder: Option<&str>,
    dimensions: Option<i32>,
    batch: Option<i32>,
) -> TableIterator<'static, (name!(state, String), name!(memories, i64))> {
    let stepped = or_raise(reembed::step(space, encoder, dimensions, batch));
    TableIterator::once((stepped.state.to_owned(), stepped.memories))
}

/// Takes an embedding of the encoder that a space is getting; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_reembed_put<'a>(
    id: Option<Uuid>,
    embedding: Option<Vector<'a>>,
    space: default!(Option<&'a str>, "NULL"),
    digest: default!(Option<Uuid>, "NULL"),
) -> bool {
    or_raise(reembed::put(id, embedding.as_ref().map(Vector::as_slice), space, digest))
}

/// Gives up getting another encoder; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_reembed_cancel(space: default!(Option<&str>, "NULL")) -> bool {
    or_raise(reembed::cancel(space))
}

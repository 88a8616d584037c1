use super::arguments::timestamp;
use crate::error::or_raise;
use crate::memory::metrics::{Operation, counted_in};
use crate::memory::reconsolidate;
use crate::memory::update::{self, Update};
use crate::pg::{jsonb::Jsonb, vector::Vector};
use pgrx::datum::TimestampWithTimeZone;
use pgrx::prelude::*;
use pgrx::{Uuid, default, iter::TableIterator};

/// Corrects or reconsolidates a memory and keeps its former version; see `docs/reference/sql.md`.
#[pg_extern(name = "engram_update", volatile, parallel_unsafe)]
#[allow(clippy::too_many_arguments, clippy::type_complexity)] // The signature is that of SQL.
fn update_memory<'a>(
    id: Option<Uuid>,
    content: default!(Option<&'a str>, "NULL"),
    embedding: default!(Option<Vector<'a>>, "NULL"),
    cues: default!(Option<Vec<Option<String>>>, "NULL"),
    metadata: default!(Option<Jsonb>, "NULL"),
    context: default!(Option<&'a str>, "NULL"),
    kind: default!(Option<&'a str>, "NULL"),
    confidence: default!(Option<f32>, "NULL"),
    occurred_at: default!(Option<TimestampWithTimeZone>, "NULL"),
    source: default!(Option<&'a str>, "NULL"),
    mode: default!(Option<&'a str>, "'correct'"),
    space: default!(Option<&'a str>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(id, Uuid),
        name!(mode, String),
        name!(in_place, bool),
        name!(plasticity, Option<f32>),
        name!(reason, Option<String>),
    ),
> {
    let how = mode.unwrap_or_default().to_owned();
    let given =
        Update { id, content, embedding, cues, metadata, context, kind, confidence, occurred_at, source, mode, space };
    let done = counted_in(Operation::Update, space, || or_raise(update::update(given)), |_| 1);
    TableIterator::once((done.id, how, done.in_place, done.plasticity, done.reason.map(str::to_owned)))
}

/// Whether a memory is labile; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn engram_lability(
    id: Option<Uuid>,
    space: default!(Option<&str>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(labile, bool),
        name!(plasticity, f32),
        name!(recalled_at, Option<TimestampWithTimeZone>),
        name!(opens_at, Option<TimestampWithTimeZone>),
        name!(closes_at, Option<TimestampWithTimeZone>),
        name!(reason, Option<String>),
    ),
> {
    let state = or_raise(reconsolidate::state(id, space));
    let reason = state.reason.map(str::to_owned);
    let [recalled, opens, closes] = [state.recalled, state.opens, state.closes].map(|at| at.map(timestamp));
    TableIterator::once((state.plasticity.is_some(), state.plasticity.unwrap_or(0.0), recalled, opens, closes, reason))
}

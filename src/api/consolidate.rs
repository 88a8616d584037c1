//! Consolidation on demand.

use crate::error::or_raise;
use crate::memory::consolidate;
use crate::memory::metrics::{Operation, counted_in};
use pgrx::iter::TableIterator;
use pgrx::prelude::*;
use pgrx::{Uuid, default};

/// Turns episodes into beliefs now, or says what that would do; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn engram_consolidate(
    space: default!(Option<&str>, "NULL"),
    dry_run: default!(Option<bool>, "false"),
) -> TableIterator<
    'static,
    (
        name!(action, String),
        name!(belief, Uuid),
        name!(content, String),
        name!(evidence_for, f32),
        name!(evidence_against, f32),
        name!(confidence, f32),
        name!(citations, Vec<Uuid>),
        name!(detail, String),
    ),
> {
    let run = || or_raise(consolidate::consolidate(space, dry_run));
    let actions = counted_in(Operation::Consolidate, space, run, Vec::len);
    TableIterator::new(actions.into_iter().map(|a| {
        (
            a.action.to_owned(),
            Uuid::from_bytes(a.belief),
            a.content,
            a.evidence.0,
            a.evidence.1,
            a.confidence,
            a.citations.into_iter().map(Uuid::from_bytes).collect(),
            a.detail,
        )
    }))
}

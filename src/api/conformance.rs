use engram_engine::conformance::{self, Role, Row};
use pgrx::prelude::*;

/// The model beside published human data, computed by the call; see `docs/reference/sql.md`.
#[pg_extern(stable, parallel_safe)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn engram_conformance() -> TableIterator<
    'static,
    (
        name!(experiment, String),
        name!(condition, String),
        name!(published, Option<f64>),
        name!(model, f64),
        name!(error, Option<f64>),
        name!(fitted, bool),
        name!(verified, bool),
        name!(holds, Option<bool>),
        name!(source, String),
        name!(note, Option<String>),
    ),
> {
    TableIterator::new(conformance::rows().into_iter().map(|row| {
        let error = row.error();
        let Row { experiment, condition, published, model, role, verified, holds, source, note } = row;
        let fitted = role == Role::Fitted;
        (experiment.to_owned(), condition, published, model, error, fitted, verified, holds, source.to_owned(), note)
    }))
}

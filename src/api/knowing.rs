use super::arguments::some_cue;
use crate::error::or_raise;
use crate::memory::metrics::{Operation, counted_in};
use crate::memory::recall::knowing;
use crate::memory::recall::question::Given;
use crate::memory::space_or_setting;
use crate::pg::vector::Vector;
use pgrx::default;
use pgrx::iter::TableIterator;
use pgrx::prelude::*;

/// Whether anything is stored about a cue, without returning it; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn engram_feeling_of_knowing<'a>(
    cue: Option<&'a str>,
    embedding: default!(Option<Vector<'a>>, "NULL"),
    space: default!(Option<&'a str>, "NULL"),
    context: default!(Option<&'a str>, "NULL"),
    cues: default!(Option<Vec<Option<String>>>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(knows, f32),
        name!(knows_low, f32),
        name!(knows_high, f32),
        name!(best_score, f32),
        name!(known_words, Option<f32>),
        name!(known_cues, Option<f32>),
        name!(basis, String),
    ),
> {
    let given = Given {
        cue: cue.filter(|c| !c.trim().is_empty()),
        embedding: embedding.as_ref().map(Vector::as_slice),
        context,
        cues: cues.into_iter().flatten().flatten().collect(),
        ..Given::default()
    };
    let feel = || {
        or_raise(some_cue(&given));
        or_raise(knowing::feeling(&space_or_setting(space), &given))
    };
    let f = counted_in(Operation::Explain, space, feel, |_| 1);
    let e = f.estimate;
    TableIterator::once((e.knows, e.low, e.high, f.best_score, f.known_words, f.known_cues, f.basis))
}

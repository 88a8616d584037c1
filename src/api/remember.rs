use crate::error::or_raise;
use crate::memory::metrics::{Operation, counted_by, counted_in};
use crate::memory::remember::{self, Remember};
use crate::memory::remember_many;
use crate::pg::{jsonb::Jsonb, vector::Vector};
use pgrx::datum::TimestampWithTimeZone;
use pgrx::prelude::*;
use pgrx::{Uuid, default, iter::SetOfIterator};

/// Stores one memory; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe, name = "engram_remember")]
#[allow(clippy::too_many_arguments)] // The signature is that of SQL.
fn engram_remember_or_recognise<'a>(
    content: Option<&'a str>,
    embedding: default!(Option<Vector<'a>>, "NULL"),
    space: default!(Option<&'a str>, "NULL"),
    context: default!(Option<&'a str>, "NULL"),
    cues: default!(Option<Vec<Option<String>>>, "NULL"),
    kind: default!(Option<&'a str>, "'episode'"),
    confidence: default!(Option<f32>, "0.7"),
    occurred_at: default!(Option<TimestampWithTimeZone>, "NULL"),
    source: default!(Option<&'a str>, "NULL"),
    metadata: default!(Option<Jsonb>, "'{}'"),
    id: default!(Option<Uuid>, "NULL"),
    on_duplicate: default!(Option<&'a str>, "NULL"),
) -> Uuid {
    let given = Remember {
        content,
        embedding,
        space,
        context,
        cues,
        kind,
        confidence,
        occurred_at,
        source,
        metadata,
        id,
        on_duplicate,
    };
    counted_in(Operation::Remember, space, || or_raise(remember::remember(given)), |_| 1)
}

/// Stores a batch of memories; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_remember_many(memories: Option<Jsonb>) -> SetOfIterator<'static, Uuid> {
    let stored = counted_by(
        Operation::Remember,
        || or_raise(remember_many::remember_many(memories)),
        |stored| (stored.only_space(), stored.ids.len()),
    );
    SetOfIterator::new(stored.ids)
}

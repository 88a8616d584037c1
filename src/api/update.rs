use crate::error::or_raise;
use crate::memory::update::{self, Update};
use crate::pg::{jsonb::Jsonb, vector::Vector};
use pgrx::datum::TimestampWithTimeZone;
use pgrx::prelude::*;
use pgrx::{Uuid, default};

/// Corrects a memory and keeps its former version; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
#[allow(clippy::too_many_arguments)] // The signature is that of SQL.
fn engram_update<'a>(
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
) {
    or_raise(update::update(Update {
        id,
        content,
        embedding,
        cues,
        metadata,
        context,
        kind,
        confidence,
        occurred_at,
        source,
        mode,
        space,
    }));
}

use super::arguments::containment;
use crate::error::or_raise;
use crate::memory::watch;
use crate::pg::{jsonb::Jsonb, vector::Vector};
use pgrx::prelude::*;
use pgrx::{Uuid, default};

/// Makes a watch; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_watch<'a>(
    cue: default!(Option<&'a str>, "NULL"),
    threshold: default!(Option<f64>, "0.5"),
    embedding: default!(Option<Vector<'a>>, "NULL"),
    space: default!(Option<&'a str>, "NULL"),
    name: default!(Option<&'a str>, "NULL"),
    events: default!(Option<Vec<Option<String>>>, "'{remember,recall}'"),
    filter: default!(Option<Jsonb>, "NULL"),
) -> Uuid {
    let filter = or_raise(containment(filter));
    let embedding = embedding.as_ref().map(Vector::as_slice);
    or_raise(watch::make(watch::Make { cue, threshold, embedding, space, name, events, filter }))
}

/// Removes a watch; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_unwatch(id: Option<Uuid>, space: default!(Option<&str>, "NULL")) -> bool {
    or_raise(watch::remove(id, space))
}

/// The channel of a space; see `docs/reference/sql.md`.
#[pg_extern(stable, parallel_safe)]
fn engram_channel(space: default!(Option<&str>, "NULL")) -> String {
    or_raise(watch::channel_of(space))
}

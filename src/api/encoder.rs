use crate::pg::vector::NewVector;
use engram_engine::encoder;
use pgrx::prelude::*;

/// The built-in encoder; see `docs/reference/sql.md`.
#[pg_extern(immutable, parallel_safe, strict)]
fn engram_embed(text: &str) -> Option<NewVector> {
    encoder::embed(text).map(|vector| NewVector(Box::new(vector)))
}

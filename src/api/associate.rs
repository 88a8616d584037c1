use crate::error::or_raise;
use crate::memory::metrics::{Operation, counted_in};
use crate::memory::{associate, learn};
use pgrx::prelude::*;
use pgrx::{Uuid, default};

/// Connects two memories; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_associate(
    source: Option<Uuid>,
    target: Option<Uuid>,
    kind: default!(Option<&str>, "'semantic'"),
    weight: default!(Option<f32>, "0.5"),
    space: default!(Option<&str>, "NULL"),
) -> bool {
    let connect = || or_raise(associate::associate(source, target, kind, weight, space));
    counted_in(Operation::Associate, space, connect, |_| 1)
}

/// Disconnects two memories; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_dissociate(
    source: Option<Uuid>,
    target: Option<Uuid>,
    kind: default!(Option<&str>, "NULL"),
    space: default!(Option<&str>, "NULL"),
) -> i64 {
    let disconnect = || or_raise(associate::dissociate(source, target, kind, space));
    counted_in(Operation::Associate, space, disconnect, |gone| *gone as usize)
}

/// Learns associations of a space now. Declared in `sql/schema/30_association.sql`.
#[pg_extern(sql = false)]
fn learn(space: Option<&str>) -> i64 {
    or_raise(learn::learn(space))
}

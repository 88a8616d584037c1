use super::arguments::micros;
use crate::error::{Error, or_raise};
use crate::memory::belief::{self, Evidence, Says, Weighed};
use crate::memory::metrics::{Operation, counted_in};
use crate::memory::supersede::{self, Supersede};
use crate::pg::vector::Vector;
use pgrx::datum::TimestampWithTimeZone;
use pgrx::iter::TableIterator;
use pgrx::prelude::*;
use pgrx::{Uuid, default};

/// Counts evidence for a memory; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn engram_confirm(
    id: Option<Uuid>,
    by: default!(Option<Uuid>, "NULL"),
    source: default!(Option<&str>, "NULL"),
    weight: default!(Option<f32>, "1"),
    space: default!(Option<&str>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(counted, bool),
        name!(reason, String),
        name!(confidence, f32),
        name!(confidence_low, f32),
        name!(confidence_high, f32),
    ),
> {
    TableIterator::once(weighed(Says::Confirm, Evidence { id, by, source, weight, space }))
}

/// Counts evidence against a memory; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn engram_contradict(
    id: Option<Uuid>,
    by: default!(Option<Uuid>, "NULL"),
    source: default!(Option<&str>, "NULL"),
    weight: default!(Option<f32>, "1"),
    space: default!(Option<&str>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(counted, bool),
        name!(reason, String),
        name!(confidence, f32),
        name!(confidence_low, f32),
        name!(confidence_high, f32),
    ),
> {
    TableIterator::once(weighed(Says::Contradict, Evidence { id, by, source, weight, space }))
}

fn weighed(says: Says, given: Evidence<'_>) -> (bool, String, f32, f32, f32) {
    let space = given.space;
    let weigh = || or_raise(belief::weigh(says, given));
    let Weighed { counted, reason, belief } = counted_in(Operation::Update, space, weigh, |w| w.counted.into());
    (counted, reason.to_owned(), belief.mean, belief.low, belief.high)
}

/// Replaces a memory by another one; see `docs/reference/sql.md`.
#[pg_extern(name = "engram_supersede", volatile, parallel_unsafe)]
#[allow(clippy::too_many_arguments)] // The signature is that of SQL.
fn engram_supersede_0_4<'a>(
    old: Option<Uuid>,
    new: default!(Option<Uuid>, "NULL"),
    space: default!(Option<&'a str>, "NULL"),
    content: default!(Option<&'a str>, "NULL"),
    embedding: default!(Option<Vector<'a>>, "NULL"),
    valid_from: default!(Option<TimestampWithTimeZone>, "NULL"),
    source: default!(Option<&'a str>, "NULL"),
    confidence: default!(Option<f32>, "NULL"),
) -> Uuid {
    let replace = || {
        if let Some(confidence) = confidence.filter(|_| content.is_none()) {
            or_raise(Err(Error::invalid_parameter(format!("confidence {confidence} is of no use without content"))
                .with_hint("A memory that is there already keeps the confidence it has.")))
        }
        let valid_from = valid_from.map(micros);
        or_raise(supersede::supersede(Supersede {
            old,
            new,
            content,
            embedding,
            valid_from,
            source,
            confidence,
            space,
        }))
    };
    counted_in(Operation::Update, space, replace, |_| 1)
}

/// Undoes the replacement of a memory; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_reinstate(id: Option<Uuid>, space: default!(Option<&str>, "NULL")) -> bool {
    counted_in(Operation::Update, space, || or_raise(supersede::reinstate(id, space)), |done| (*done).into())
}

use super::arguments::{Arguments, plain};
use crate::error::{Error, or_raise};
use crate::memory::metrics::{Operation, counted_in};
use crate::memory::recall::certainty;
use crate::memory::space_or_setting;
use crate::pg::vector::Vector;
use engram_engine::confidence::{self, Belief};
use pgrx::AllocatedByRust;
use pgrx::datum::TimestampWithTimeZone;
use pgrx::default;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::iter::TableIterator;
use pgrx::prelude::*;

/// A value of the type engram.confidence.
type Confidence = PgHeapTuple<'static, AllocatedByRust>;

const TYPE: &str = "engram.confidence";

/// How sure an answer is as a whole; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted, requires = ["belief"])]
#[allow(clippy::too_many_arguments, clippy::type_complexity)] // The signature is that of SQL.
fn engram_answer_confidence<'a>(
    cue: default!(Option<&'a str>, "NULL"),
    embedding: default!(Option<Vector<'a>>, "NULL"),
    space: default!(Option<&'a str>, "NULL"),
    k: default!(Option<i32>, "10"),
    min_score: default!(Option<f32>, "0"),
    as_of: default!(Option<TimestampWithTimeZone>, "NULL"),
) -> TableIterator<
    'static,
    (
        name!(confidence, pgrx::composite_type!('static, "engram.confidence")),
        name!(decay, f32),
        name!(spread, f32),
        name!(evidence, f32),
        name!(memories, i32),
    ),
> {
    let arguments = Arguments { k, min_score, as_of, ..plain(cue, embedding.as_ref().map(Vector::as_slice)) };
    let ask = || {
        let (given, limits) = or_raise(arguments.checked());
        or_raise(certainty::of(&space_or_setting(space), &given, &limits))
    };
    let (whole, memories) = counted_in(Operation::Explain, space, ask, |_| 1);
    let row = (tuple(whole.belief), whole.decay, whole.spread, whole.evidence, memories);
    TableIterator::once(row)
}

/// Both of two independent statements hold.
#[pg_extern(sql = false)]
fn engram_and<'a>(
    a: pgrx::composite_type!('a, "engram.confidence"),
    b: pgrx::composite_type!('a, "engram.confidence"),
) -> pgrx::composite_type!('static, "engram.confidence") {
    tuple(confidence::and(belief(a), belief(b)))
}

/// At least one of two independent statements holds.
#[pg_extern(sql = false)]
fn engram_or<'a>(
    a: pgrx::composite_type!('a, "engram.confidence"),
    b: pgrx::composite_type!('a, "engram.confidence"),
) -> pgrx::composite_type!('static, "engram.confidence") {
    tuple(confidence::or(belief(a), belief(b)))
}

/// A statement does not hold.
#[pg_extern(sql = false)]
fn engram_not<'a>(
    a: pgrx::composite_type!('a, "engram.confidence"),
) -> pgrx::composite_type!('static, "engram.confidence") {
    tuple(confidence::not(belief(a)))
}

/// What a value of the type says; anybody can make one by hand.
fn belief(value: PgHeapTuple<'_, AllocatedByRust>) -> Belief {
    let field = |name: &str| match value.get_by_name::<f32>(name) {
        Ok(Some(x)) if (0.0..=1.0).contains(&x) => x,
        Ok(Some(x)) => {
            or_raise(Err(Error::invalid_parameter(format!("{name} of a confidence must be between 0 and 1, not {x}"))
                .with_hint("A confidence is ROW(mean, low, high)::engram.confidence.")))
        }
        _ => {
            or_raise(Err(Error::null_value(name).with_hint("A confidence is ROW(mean, low, high)::engram.confidence.")))
        }
    };
    let (mean, low, high) = (field("mean"), field("low"), field("high"));
    if low <= mean && mean <= high {
        return Belief { mean, low, high };
    }
    or_raise(Err(Error::invalid_parameter(format!("{mean} does not lie between {low} and {high}"))
        .with_hint("A confidence is ROW(mean, low, high)::engram.confidence.")))
}

fn tuple(belief: Belief) -> Confidence {
    filled(belief).unwrap_or_else(|e| or_raise(Err(Error::internal(format!("type {TYPE} is not as expected: {e}")))))
}

fn filled(belief: Belief) -> Result<Confidence, Box<dyn std::error::Error>> {
    let mut value = PgHeapTuple::new_composite_type(TYPE)?;
    for (name, x) in [("mean", belief.mean), ("low", belief.low), ("high", belief.high)] {
        value.set_by_name(name, x)?;
    }
    Ok(value)
}

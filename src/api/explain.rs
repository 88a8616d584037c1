use super::arguments::Arguments;
use super::recall::tell_limited;
use crate::error::or_raise;
use crate::memory::metrics::{Operation, counted_in};
use crate::memory::recall::explain::{self, Explanation};
use crate::memory::space_or_setting;
use crate::pg::{jsonb::Jsonb, vector::Vector};
use pgrx::datum::TimestampWithTimeZone;
use pgrx::iter::{SetOfIterator, TableIterator};
use pgrx::prelude::*;
use pgrx::{Uuid, default};

/// Why a recall returns what it returns; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
#[allow(clippy::too_many_arguments, clippy::type_complexity)] // The signature is that of SQL.
fn engram_explain_recall<'a>(
    cue: default!(Option<&'a str>, "NULL"),
    embedding: default!(Option<Vector<'a>>, "NULL"),
    space: default!(Option<&'a str>, "NULL"),
    k: default!(Option<i32>, "10"),
    ids: default!(Option<Vec<Option<Uuid>>>, "NULL"),
    context: default!(Option<&'a str>, "NULL"),
    cues: default!(Option<Vec<Option<String>>>, "NULL"),
    filter: default!(Option<Jsonb>, "NULL"),
    kinds: default!(Option<Vec<Option<String>>>, "NULL"),
    in_context: default!(Option<&'a str>, "NULL"),
    since: default!(Option<TimestampWithTimeZone>, "NULL"),
    until: default!(Option<TimestampWithTimeZone>, "NULL"),
    as_of: default!(Option<TimestampWithTimeZone>, "NULL"),
    min_score: default!(Option<f32>, "0"),
    min_confidence: default!(Option<f32>, "0"),
    max_tokens: default!(Option<i32>, "NULL"),
    hops: default!(Option<i32>, "NULL"),
    include_cold: default!(Option<bool>, "NULL"),
    reinforce: default!(Option<bool>, "true"),
) -> TableIterator<
    'static,
    (
        name!(id, Option<Uuid>),
        name!(signal, String),
        name!(value, Option<f32>),
        name!(share, Option<f32>),
        name!(detail, String),
    ),
> {
    let arguments = Arguments {
        cue,
        embedding: embedding.as_ref().map(Vector::as_slice),
        k,
        ids,
        context,
        cues,
        filter,
        kinds,
        in_context,
        since,
        until,
        as_of,
        min_score,
        min_confidence,
        max_tokens,
        hops,
        include_cold,
        reinforce,
    };
    let lines = explained(space, arguments).into_lines();
    TableIterator::new(lines.map(|l| (l.id.map(Uuid::from_bytes), l.signal.to_owned(), l.value, l.share, l.detail)))
}

/// The same as text, in the manner of EXPLAIN; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
#[allow(clippy::too_many_arguments)] // The signature is that of SQL.
fn engram_explain_recall_text<'a>(
    cue: default!(Option<&'a str>, "NULL"),
    embedding: default!(Option<Vector<'a>>, "NULL"),
    space: default!(Option<&'a str>, "NULL"),
    k: default!(Option<i32>, "10"),
    ids: default!(Option<Vec<Option<Uuid>>>, "NULL"),
    context: default!(Option<&'a str>, "NULL"),
    cues: default!(Option<Vec<Option<String>>>, "NULL"),
    filter: default!(Option<Jsonb>, "NULL"),
    kinds: default!(Option<Vec<Option<String>>>, "NULL"),
    in_context: default!(Option<&'a str>, "NULL"),
    since: default!(Option<TimestampWithTimeZone>, "NULL"),
    until: default!(Option<TimestampWithTimeZone>, "NULL"),
    as_of: default!(Option<TimestampWithTimeZone>, "NULL"),
    min_score: default!(Option<f32>, "0"),
    min_confidence: default!(Option<f32>, "0"),
    max_tokens: default!(Option<i32>, "NULL"),
    hops: default!(Option<i32>, "NULL"),
    include_cold: default!(Option<bool>, "NULL"),
    reinforce: default!(Option<bool>, "true"),
) -> SetOfIterator<'static, String> {
    let arguments = Arguments {
        cue,
        embedding: embedding.as_ref().map(Vector::as_slice),
        k,
        ids,
        context,
        cues,
        filter,
        kinds,
        in_context,
        since,
        until,
        as_of,
        min_score,
        min_confidence,
        max_tokens,
        hops,
        include_cold,
        reinforce,
    };
    SetOfIterator::new(explained(space, arguments).text())
}

fn explained(space: Option<&str>, mut arguments: Arguments<'_>) -> Explanation {
    // An explanation is no use of what it explains.
    arguments.reinforce = Some(false);
    let explain = || {
        let (given, limits) = or_raise(arguments.checked());
        or_raise(explain::explain(&space_or_setting(space), &given, &limits))
    };
    let explanation = counted_in(Operation::Explain, space, explain, |_| 1);
    tell_limited(explanation.limited, explanation.partial);
    explanation
}

use super::arguments::{AnswerRow, Arguments, count, timestamp};
use crate::error::{Error, or_raise};
use crate::memory::metrics::{self, Operation, counted};
use crate::memory::recall::{self, Answer, Met, Recalled, across};
use crate::memory::space_or_setting;
use crate::memory::spread;
use crate::pg::{jsonb::Jsonb, vector::Vector};
use engram_engine::tiers::Tier;
use pgrx::datum::TimestampWithTimeZone;
use pgrx::prelude::*;
use pgrx::{JsonB, Uuid, default, iter::TableIterator};

/// What comes to mind; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
#[allow(clippy::too_many_arguments, clippy::type_complexity)] // The signature is that of SQL.
fn engram_recall<'a>(
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
        name!(id, Uuid),
        name!(content, String),
        name!(score, f32),
        name!(confidence, f32),
        name!(confidence_low, f32),
        name!(confidence_high, f32),
        name!(similarity, Option<f32>),
        name!(activation, f32),
        name!(hops, i32),
        name!(via, Vec<Uuid>),
        name!(origin, String),
        name!(kind, String),
        name!(tier, String),
        name!(space, String),
        name!(context, Option<String>),
        name!(occurred_at, Option<TimestampWithTimeZone>),
        name!(source, Option<String>),
        name!(metadata, JsonB),
    ),
> {
    let name = space_or_setting(space);
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
    let ask = || {
        let (given, limits) = or_raise(arguments.checked());
        or_raise(recall::recall(&name, &given, &limits))
    };
    let Answer { recalled, limited, partial, .. } =
        counted(Operation::Recall, Some(&name), ask, |answer| answer.recalled.len());
    metrics::recalled(recalled.iter());
    tell_limited(limited, partial);
    TableIterator::new(recalled.into_iter().map(move |r| answer_row(name.clone(), r)))
}

/// What comes to mind in several spaces; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
#[allow(clippy::too_many_arguments, clippy::type_complexity)] // The signature is that of SQL.
fn engram_recall_across<'a>(
    spaces: Option<Vec<Option<String>>>,
    cue: default!(Option<&'a str>, "NULL"),
    embedding: default!(Option<Vector<'a>>, "NULL"),
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
        name!(id, Uuid),
        name!(content, String),
        name!(score, f32),
        name!(confidence, f32),
        name!(confidence_low, f32),
        name!(confidence_high, f32),
        name!(similarity, Option<f32>),
        name!(activation, f32),
        name!(hops, i32),
        name!(via, Vec<Uuid>),
        name!(origin, String),
        name!(kind, String),
        name!(tier, String),
        name!(space, String),
        name!(context, Option<String>),
        name!(occurred_at, Option<TimestampWithTimeZone>),
        name!(source, Option<String>),
        name!(metadata, JsonB),
    ),
> {
    let spaces: Vec<String> = spaces.into_iter().flatten().flatten().collect();
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
    let ask = || {
        if spaces.is_empty() {
            or_raise(Err(Error::null_value("spaces")
                .with_hint("Name at least one space; engram_recall asks the space of the setting.")))
        }
        let (given, limits) = or_raise(arguments.checked());
        or_raise(across::recall(&spaces, &given, &limits))
    };
    let only = if let [one] = spaces.as_slice() { Some(one.as_str()) } else { None };
    let across::Answer { recalled, limited, partial } =
        counted(Operation::Recall, only, ask, |answer| answer.recalled.len());
    metrics::recalled(recalled.iter().map(|(_, row)| row));
    tell_limited(limited, partial);
    TableIterator::new(recalled.into_iter().map(|(space, r)| answer_row(space, r)))
}

/// Spreading alone; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn engram_spread(
    sources: Option<Vec<Option<Uuid>>>,
    space: default!(Option<&str>, "NULL"),
    hops: default!(Option<i32>, "NULL"),
    threshold: default!(Option<f32>, "NULL"),
    k: default!(Option<i32>, "10"),
) -> TableIterator<'static, (name!(id, Uuid), name!(activation, f32), name!(hops, i32), name!(via, Vec<Uuid>))> {
    let name = space_or_setting(space);
    let ask = || {
        let sources: Vec<Uuid> = sources.into_iter().flatten().flatten().collect();
        if sources.is_empty() {
            or_raise(Err(Error::null_value("sources").with_hint("Name at least one memory to spread from.")))
        }
        if let Some(t) = threshold.filter(|t| !(t.is_finite() && *t > 0.0 && *t <= 1.0)) {
            or_raise(Err(Error::invalid_parameter(format!("threshold must be above 0 and at most 1, not {t}"))
                .with_hint("The default is the setting engram.spread_threshold.")))
        }
        let k = or_raise(count("k", k));
        or_raise(spread::spread(&name, &sources, hops, threshold, k))
    };
    let found = counted(Operation::Spread, Some(&name), ask, |found| found.reached.len());
    tell_limited(found.limited, None);
    TableIterator::new(found.reached.into_iter().map(|r| {
        let via = r.via.into_iter().map(Uuid::from_bytes).collect();
        (Uuid::from_bytes(r.id), r.activation, i32::from(r.hops), via)
    }))
}

/// A returned memory as SQL has it.
pub(super) fn answer_row(space: String, r: Recalled) -> AnswerRow {
    let (belief, tier) = (r.row.belief(), tier_of(&r));
    (
        Uuid::from_bytes(r.hit.id),
        r.row.content,
        r.score,
        belief.mean,
        belief.low,
        belief.high,
        r.hit.signals.similarity,
        r.hit.signals.received(),
        i32::from(r.hit.hops),
        r.hit.via.into_iter().map(Uuid::from_bytes).collect(),
        r.row.origin,
        r.row.kind,
        tier.name().to_owned(),
        space,
        r.row.context,
        r.row.occurred_at.map(timestamp),
        r.row.source,
        JsonB(serde_json::from_str(&r.row.metadata).unwrap_or_default()),
    )
}

/// Where a returned memory was.
fn tier_of(r: &Recalled) -> Tier {
    if r.row.cold { Tier::Cold } else { r.hit.tier }
}

/// Says that an answer is less than it could be, and which setting has made it so.
pub(super) fn tell_limited(spread: bool, partial: Option<Met>) {
    if spread {
        notice!("spreading reached the work limit and looked less far: see engram.spread_max_edges");
    }
    if let Some(met) = partial {
        notice!("recall ended early and returns what it had by then: see {}", met.setting());
    }
}

use crate::error::{Error, or_raise};
use crate::memory::recall::question::Given;
use crate::memory::recall::{self, Answer, Limits};
use crate::memory::space_or_setting;
use crate::memory::spread;
use crate::pg::{self, jsonb::Jsonb, vector::Vector};
use pgrx::datum::TimestampWithTimeZone;
use pgrx::prelude::*;
use pgrx::{JsonB, Uuid, default, iter::TableIterator};

/// Most rows of one answer.
const MOST_ROWS: i32 = 10_000;

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
    if as_of.is_some() {
        or_raise(Err(Error::not_supported("recall as of a past time is not supported by this version")
            .with_hint("Leave as_of out; engram.memory_history holds former versions.")))
    }
    // Every row is where its table says it is until the cold tier is at work: there is nothing more to include.
    let _ = include_cold;
    let name = space_or_setting(space);
    let given = Given {
        cue: cue.filter(|c| !c.trim().is_empty()),
        embedding: embedding.as_ref().map(Vector::as_slice),
        ids: ids.into_iter().flatten().flatten().map(|id| *id.as_bytes()).collect(),
        context,
        cues: cues.into_iter().flatten().flatten().collect(),
        filter: or_raise(containment(filter)),
        kinds: kinds.map(|k| k.into_iter().flatten().collect()),
        in_context,
        since: since.map(micros),
        until: until.map(micros),
        hops,
    };
    or_raise(some_cue(&given));
    let limits = Limits {
        k: or_raise(count("k", k)),
        min_score: or_raise(share("min_score", min_score)),
        min_confidence: or_raise(share("min_confidence", min_confidence)),
        max_tokens: or_raise(tokens(max_tokens)),
        reinforce: reinforce.unwrap_or(true) && !pg::xact_read_only(),
    };
    let Answer { recalled, limited } = or_raise(recall::recall(&name, &given, &limits));
    if limited {
        tell_limited();
    }
    TableIterator::new(recalled.into_iter().map(move |r| {
        let belief = r.row.belief();
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
            if r.hit.resident { "hot" } else { "warm" }.to_owned(),
            name.clone(),
            r.row.context,
            r.row.occurred_at.map(timestamp),
            r.row.source,
            JsonB(serde_json::from_str(&r.row.metadata).unwrap_or_default()),
        )
    }))
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
    let sources: Vec<Uuid> = sources.into_iter().flatten().flatten().collect();
    if sources.is_empty() {
        or_raise(Err(Error::null_value("sources").with_hint("Name at least one memory to spread from.")))
    }
    if let Some(t) = threshold.filter(|t| !(t.is_finite() && *t > 0.0 && *t <= 1.0)) {
        or_raise(Err(Error::invalid_parameter(format!("threshold must be above 0 and at most 1, not {t}"))
            .with_hint("The default is the setting engram.spread_threshold.")))
    }
    let name = space_or_setting(space);
    let k = or_raise(count("k", k));
    let found = or_raise(spread::spread(&name, &sources, hops, threshold, k));
    if found.limited {
        tell_limited();
    }
    TableIterator::new(found.reached.into_iter().map(|r| {
        let via = r.via.into_iter().map(Uuid::from_bytes).collect();
        (Uuid::from_bytes(r.id), r.activation, i32::from(r.hops), via)
    }))
}

fn tell_limited() {
    notice!("spreading reached the work limit and looked less far: see engram.spread_max_edges");
}

fn some_cue(given: &Given<'_>) -> Result<(), Error> {
    let empty = given.cue.is_none()
        && given.embedding.is_none()
        && given.ids.is_empty()
        && given.context.is_none()
        && given.cues.is_empty();
    if !empty {
        return Ok(());
    }
    Err(Error::null_value("cue").with_hint("Give a text, an embedding, ids, a context or cues to recall by."))
}

fn count(name: &str, k: Option<i32>) -> Result<usize, Error> {
    match k {
        None => Err(Error::null_value(name)),
        Some(k) if (1..=MOST_ROWS).contains(&k) => Ok(k as usize),
        Some(k) => Err(Error::invalid_parameter(format!("{name} must be between 1 and {MOST_ROWS}, not {k}"))
            .with_hint("Ask for the rows that are needed; 10 is the default.")),
    }
}

fn share(name: &str, value: Option<f32>) -> Result<f32, Error> {
    match value.unwrap_or(0.0) {
        v if (0.0..=1.0).contains(&v) => Ok(v),
        v => Err(Error::invalid_parameter(format!("{name} must be between 0 and 1, not {v}"))
            .with_hint("Zero lets everything through.")),
    }
}

fn tokens(value: Option<i32>) -> Result<Option<usize>, Error> {
    match value {
        None => Ok(None),
        Some(t) if t > 0 => Ok(Some(t as usize)),
        Some(t) => Err(Error::invalid_parameter(format!("max_tokens must be above 0, not {t}"))
            .with_hint("Leave it out for no limit.")),
    }
}

/// The condition on metadata as JSON text; an object, since metadata is one.
fn containment(filter: Option<Jsonb>) -> Result<Option<String>, Error> {
    match filter.map(Jsonb::parse) {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(v) if v.is_object() => Ok(Some(v.to_string())),
        Some(v) => Err(Error::invalid_parameter(format!("filter must be a JSON object, not {v}"))
            .with_hint("Write it as '{\"key\": \"value\"}'.")),
    }
}

fn micros(at: TimestampWithTimeZone) -> i64 {
    i64::from(at).saturating_add(pg::POSTGRES_EPOCH_MICROS)
}

fn timestamp(micros: i64) -> TimestampWithTimeZone {
    TimestampWithTimeZone::try_from(micros.saturating_sub(pg::POSTGRES_EPOCH_MICROS))
        .unwrap_or_else(|_| TimestampWithTimeZone::positive_infinity())
}

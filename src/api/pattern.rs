use super::arguments::{count, share};
use super::recall::tell_limited;
use crate::error::{Error, or_raise};
use crate::memory::completion::fields::rounded;
use crate::memory::completion::{self, Alternative, Partial};
use crate::memory::metrics::{Operation, counted_in};
use crate::memory::{imagine, predict, space_or_setting};
use crate::pg::jsonb::Jsonb;
use crate::pg::vector::{NewVector, Vector};
use pgrx::datum::Interval;
use pgrx::prelude::*;
use pgrx::{JsonB, Uuid, default, iter::TableIterator};
use serde_json::{Value, json};

/// Most patterns of one completion.
const MOST_PATTERNS: i32 = 2_048;

/// Highest inverse temperature: beyond it nothing changes any more.
const MOST_BETA: f64 = 10_000.0;

/// Completes part of a memory; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
#[allow(clippy::too_many_arguments, clippy::type_complexity)] // The signature is that of SQL.
fn engram_complete<'a>(
    partial: default!(Option<Jsonb>, "NULL"),
    embedding: default!(Option<Vector<'a>>, "NULL"),
    space: default!(Option<&'a str>, "NULL"),
    max_patterns: default!(Option<i32>, "256"),
    beta: default!(Option<f64>, "20"),
    threshold: default!(Option<f32>, "0.2"),
    max_alternatives: default!(Option<i32>, "3"),
) -> TableIterator<
    'static,
    (
        name!(field, String),
        name!(value, JsonB),
        name!(label, String),
        name!(confidence, f32),
        name!(confidence_low, f32),
        name!(confidence_high, f32),
        name!(given, bool),
        name!(evidence, Vec<Uuid>),
        name!(alternatives, JsonB),
        name!(converged, bool),
        name!(iterations, i32),
        name!(energy, f64),
    ),
> {
    let complete = || {
        let partial = or_raise(checked_partial(partial, embedding.as_ref().map(Vector::as_slice)));
        let limits = completion::Limits {
            patterns: or_raise(within("max_patterns", max_patterns, 1, MOST_PATTERNS, "256 is the default.")),
            beta: or_raise(temperature(beta)),
            threshold: or_raise(share("threshold", threshold)),
            alternatives: or_raise(within("max_alternatives", max_alternatives, 0, 64, "Zero leaves them out.")),
        };
        or_raise(completion::complete(&space_or_setting(space), &partial, &limits))
    };
    let found = counted_in(Operation::Complete, space, complete, |found| found.fields.len());
    tell_limited(false, found.partial);
    let (converged, iterations, energy) = (found.converged, found.iterations as i32, found.energy);
    TableIterator::new(found.fields.into_iter().map(move |f| {
        let alternatives = JsonB(f.alternatives.into_iter().map(alternative).collect());
        let c = f.confidence;
        let (value, label) = (JsonB(f.value), f.label.name().to_owned());
        (
            f.name,
            value,
            label,
            c.mean,
            c.low,
            c.high,
            f.given,
            uuids(f.evidence),
            alternatives,
            converged,
            iterations,
            energy,
        )
    }))
}

/// Recombines memories; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn engram_imagine(
    cues: Option<Vec<Option<String>>>,
    novelty: default!(Option<f64>, "0.3"),
    space: default!(Option<&str>, "NULL"),
    k: default!(Option<i32>, "3"),
    seed: default!(Option<i64>, "0"),
) -> TableIterator<
    'static,
    (
        name!(content, String),
        name!(label, String),
        name!(plausibility, f32),
        name!(distance, Option<f32>),
        name!(parts, JsonB),
        name!(sources, Vec<Uuid>),
        name!(embedding, Option<NewVector>),
    ),
> {
    let imagine = || {
        let cues: Vec<String> = cues.into_iter().flatten().flatten().filter(|cue| !cue.trim().is_empty()).collect();
        if cues.is_empty() {
            or_raise(Err(Error::null_value("cues").with_hint("Give at least one text to imagine from.")))
        }
        let limits = imagine::Limits {
            novelty: or_raise(share("novelty", novelty.map(|n| n as f32))),
            k: or_raise(within("k", k, 1, 100, "3 is the default.")),
            seed: seed.unwrap_or(0),
        };
        or_raise(imagine::imagine(&space_or_setting(space), &cues, &limits))
    };
    let made = counted_in(Operation::Imagine, space, imagine, Vec::len);
    let label = completion::Label::Imagined.name();
    TableIterator::new(made.into_iter().map(move |m| {
        let embedding = m.embedding.map(|e| NewVector(e.into_boxed_slice()));
        let distance = m.distance.map(|d| d as f32);
        (m.content, label.to_owned(), m.plausibility as f32, distance, JsonB(m.parts), uuids(m.sources), embedding)
    }))
}

/// What usually follows; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
#[allow(clippy::too_many_arguments, clippy::type_complexity)] // The signature is that of SQL.
fn engram_predict<'a>(
    context: default!(Option<&'a str>, "NULL"),
    recent: default!(Option<Vec<Option<Uuid>>>, "NULL"),
    cue: default!(Option<&'a str>, "NULL"),
    embedding: default!(Option<Vector<'a>>, "NULL"),
    space: default!(Option<&'a str>, "NULL"),
    horizon: default!(Option<Interval>, "NULL"),
    k: default!(Option<i32>, "10"),
) -> TableIterator<
    'static,
    (
        name!(id, Uuid),
        name!(content, String),
        name!(kind, String),
        name!(probability, f32),
        name!(count, i32),
        name!(after, Option<Interval>),
        name!(evidence, Vec<Uuid>),
        name!(antecedents, Vec<Uuid>),
    ),
> {
    let now = predict::Situation {
        context,
        recent: recent.into_iter().flatten().flatten().map(|id| *id.as_bytes()).collect(),
        cue: cue.filter(|cue| !cue.trim().is_empty()),
        embedding: embedding.as_ref().map(Vector::as_slice),
    };
    let predict = || {
        if now.context.is_none() && now.recent.is_empty() && now.cue.is_none() && now.embedding.is_none() {
            or_raise(Err(Error::null_value("context")
                .with_hint("Give a context, recent memories, a text or an embedding to predict from.")))
        }
        let limits =
            predict::Limits { k: or_raise(count("k", k)), horizon: or_raise(horizon.map(positive).transpose()) };
        or_raise(predict::predict(&space_or_setting(space), &now, &limits))
    };
    let predicted = counted_in(Operation::Predict, space, predict, Vec::len);
    TableIterator::new(predicted.into_iter().map(|p| {
        let after = p.after.and_then(interval);
        let (evidence, antecedents) = (uuids(p.evidence), uuids(p.antecedents));
        (Uuid::from_bytes(p.id), p.content, p.kind, p.probability as f32, p.count as i32, after, evidence, antecedents)
    }))
}

fn checked_partial(partial: Option<Jsonb>, embedding: Option<&[f32]>) -> Result<Partial, Error> {
    let mut partial = match partial.map(Jsonb::parse) {
        None | Some(Value::Null) => Partial::default(),
        Some(json) => Partial::from_json(json)?,
    };
    if let Some(embedding) = embedding {
        if partial.embedding.is_some() || partial.elements.is_some() {
            return Err(Error::invalid_parameter("embedding is given twice").with_hint(
                "Give it as an argument, or as a field of partial where some of its elements are to be filled in.",
            ));
        }
        partial.embedding = Some(embedding.to_vec());
    }
    Ok(partial)
}

fn alternative(a: Alternative) -> Value {
    let evidence: Vec<String> = a.evidence.into_iter().map(|id| Uuid::from_bytes(id).to_string()).collect();
    json!({"value": a.value, "share": rounded(a.share), "evidence": evidence})
}

fn uuids(ids: Vec<[u8; 16]>) -> Vec<Uuid> {
    ids.into_iter().map(Uuid::from_bytes).collect()
}

fn within(name: &str, value: Option<i32>, least: i32, most: i32, hint: &str) -> Result<usize, Error> {
    match value {
        None => Err(Error::null_value(name)),
        Some(n) if (least..=most).contains(&n) => Ok(n as usize),
        Some(n) => Err(Error::invalid_parameter(format!("{name} must be between {least} and {most}, not {n}"))
            .with_hint(hint.to_owned())),
    }
}

fn temperature(beta: Option<f64>) -> Result<f64, Error> {
    match beta {
        None => Err(Error::null_value("beta")),
        Some(beta) if beta > 0.0 && beta <= MOST_BETA => Ok(beta),
        Some(beta) => {
            Err(Error::invalid_parameter(format!("beta must be above 0 and at most {MOST_BETA}, not {beta}"))
                .with_hint("A higher one settles on fewer memories; 20 is the default."))
        }
    }
}

const DAY: i64 = 86_400_000_000;

/// An interval in microseconds, a month being 30 days.
fn positive(horizon: Interval) -> Result<i64, Error> {
    let days = i64::from(horizon.months()) * 30 + i64::from(horizon.days());
    let micros = days.saturating_mul(DAY).saturating_add(horizon.micros());
    if micros > 0 {
        return Ok(micros);
    }
    Err(Error::invalid_parameter("horizon must be above zero")
        .with_hint("Leave it out for what follows next, whenever that is."))
}

fn interval(micros: i64) -> Option<Interval> {
    Interval::new(0, i32::try_from(micros / DAY).ok()?, micros % DAY).ok()
}

mod patterns;

use super::arguments::{AnswerRow, Arguments, count, timestamp};
use super::recall::{answer_row, tell_limited};
use crate::error::{Error, Result, or_raise};
use crate::guc;
use crate::memory::consolidate;
use crate::memory::metrics::{self, Operation, counted_by};
use crate::memory::predict::Situation;
use crate::memory::query::{self, Call, Conditions};
use crate::memory::recall::{self, Answer, explain};
use crate::memory::{space_or_setting, spread};
use crate::pg::jsonb::Jsonb;
use engram_query::ast::Pattern;
use pgrx::iter::SetOfIterator;
use pgrx::prelude::*;
use pgrx::{JsonB, Uuid, default};
use serde_json::{Map, Number, Value, json};

/// Runs a statement of the query language; see `docs/reference/query.md`.
#[pg_extern(volatile, parallel_restricted)]
fn engram_query(query: Option<&str>, params: default!(Option<Jsonb>, "NULL")) -> SetOfIterator<'static, JsonB> {
    let ask = || {
        let text = or_raise(query.ok_or_else(|| {
            Error::null_value("query").with_hint("For example: engram_query('RECALL \"boat\" LIMIT 5').")
        }));
        let params = params.map(Jsonb::parse).filter(|p| !p.is_null());
        let plan = or_raise(query::plan(text, params.as_ref()));
        let name = space_or_setting(plan.space.as_deref());
        // EXPLAIN does not look for the space: its name may be anything, and is not counted by itself.
        let counted = (!plan.explain).then(|| name.clone());
        let rows = or_raise(run(&name, plan.explain, plan.call));
        (counted, rows)
    };
    let (_, rows) = counted_by(Operation::Query, ask, |(name, rows)| (name.as_deref(), rows.len()));
    SetOfIterator::new(rows.into_iter().map(JsonB))
}

/// Rows of an answer when the query names no limit.
const USUAL_ROWS: u32 = 10;

fn run(name: &str, explain: bool, call: Call) -> Result<Vec<Value>> {
    let k = |k: Option<u32>| count("LIMIT", Some(k.unwrap_or(USUAL_ROWS) as i32));
    match call {
        Call::Recall { pattern, conditions, k: limit } => match (pattern, explain) {
            (Pattern::Any, false) => any(name, conditions, k(limit)?),
            (Pattern::Any, true) => Ok(vec![explained("RECALL ANY", name, json!({ "k": k(limit)? }))]),
            (pattern, explain) => by_pattern(name, &pattern, conditions, k(limit)?, explain),
        },
        Call::Spread { sources, hops, decay, threshold, k: limit } => {
            let sources: Vec<Uuid> = sources.into_iter().map(Uuid::from_bytes).collect();
            let (hops, k) = (hops.map(i32::from), k(limit)?);
            if explain {
                let sources: Vec<String> = sources.iter().map(Uuid::to_string).collect();
                let arguments = json!({ "sources": sources, "hops": hops, "threshold": threshold.map(short), "decay": decay.map(short), "k": k });
                return Ok(vec![explained("engram_spread", name, arguments)]);
            }
            let damping = decay.map_or_else(|| guc::spread_damping() as f32, |decay| 1.0 - decay);
            let reach = spread::spread_damped(name, &sources, hops, threshold, damping, k)?;
            tell_limited(reach.limited, None);
            let row = |r: spread::Reached| json!({ "id": uuid(r.id), "activation": short(r.activation), "hops": r.hops, "via": uuids(r.via) });
            Ok(reach.reached.into_iter().map(row).collect())
        }
        Call::Complete { partial, k } => match explain {
            true => Ok(vec![explained("engram_complete", name, json!({ "LIMIT": k }))]),
            false => patterns::complete(name, &partial, k),
        },
        Call::Imagine { cue, based_on, novelty, k } => match explain {
            true => {
                let arguments =
                    json!({ "cue": cue, "based_on": uuids(based_on), "novelty": novelty.map(short), "k": k });
                Ok(vec![explained("engram_imagine", name, arguments)])
            }
            false => patterns::imagine(name, cue, &based_on, novelty, k),
        },
        Call::Predict { cue, embedding, context, recent, horizon, k } => {
            if explain {
                let arguments =
                    json!({ "cue": cue, "context": context, "recent": uuids(recent), "horizon": horizon, "k": k });
                return Ok(vec![explained("engram_predict", name, arguments)]);
            }
            let (cue, context, embedding) = (cue.as_deref(), context.as_deref(), embedding.as_deref());
            patterns::predict(name, &Situation { context, recent, cue, embedding }, horizon, k)
        }
        Call::Consolidate { dry_run } => {
            let actions = consolidate::consolidate(Some(name), Some(dry_run || explain))?;
            Ok(actions.into_iter().map(action).collect())
        }
    }
}

/// What a run of consolidation has done or would do, with the keys that the columns of engram_consolidate have.
fn action(a: consolidate::Action) -> Value {
    json!({
        "action": a.action,
        "belief": uuid(a.belief),
        "content": a.content,
        "evidence_for": short(a.evidence.0),
        "evidence_against": short(a.evidence.1),
        "confidence": short(a.confidence),
        "citations": uuids(a.citations),
        "detail": a.detail,
    })
}

/// What the other functions are called with.
fn arguments<'a>(conditions: &'a Conditions, k: usize) -> Arguments<'a> {
    Arguments {
        cue: None,
        embedding: None,
        k: Some(k as i32),
        ids: None,
        context: None,
        cues: None,
        filter: None,
        kinds: conditions.kinds.as_ref().map(|kinds| kinds.iter().cloned().map(Some).collect()),
        in_context: conditions.in_context.as_deref(),
        since: conditions.since.map(timestamp),
        until: conditions.until.map(timestamp),
        as_of: conditions.as_of.map(timestamp),
        min_score: None,
        min_confidence: None,
        max_tokens: None,
        hops: None,
        include_cold: None,
        reinforce: Some(true),
    }
}

fn by_pattern(name: &str, pattern: &Pattern, conditions: Conditions, k: usize, explain: bool) -> Result<Vec<Value>> {
    let mut arguments = arguments(&conditions, k);
    match pattern {
        Pattern::Text(text) => arguments.cue = Some(text),
        Pattern::Id(id) => arguments.ids = Some(vec![Some(Uuid::from_bytes(*id))]),
        Pattern::Vector { elements, .. } => arguments.embedding = Some(elements),
        Pattern::Any => {}
    }
    if explain {
        // An explanation is no use of what it explains.
        arguments.reinforce = Some(false);
    }
    let (mut given, limits) = arguments.checked()?;
    given.filter = conditions.filter.as_ref().map(Value::to_string);
    given.narrow = conditions.narrow.clone();
    if explain {
        let explanation = explain::explain(name, &given, &limits)?;
        tell_limited(explanation.limited, explanation.partial);
        let row = |l: explain::Line| json!({ "id": l.id.map(uuid), "signal": l.signal, "value": l.value.map(short), "share": l.share.map(short), "detail": l.detail });
        return Ok(explanation.into_lines().map(row).collect());
    }
    let Answer { recalled, limited, partial, .. } = recall::recall(name, &given, &limits)?;
    metrics::recalled(recalled.iter());
    tell_limited(limited, partial);
    Ok(recalled.into_iter().map(|r| memory(answer_row(name.to_owned(), r))).collect())
}

fn any(name: &str, conditions: Conditions, k: usize) -> Result<Vec<Value>> {
    let mut arguments = arguments(&conditions, k);
    // Something to go by, so that the other arguments are checked; it is not looked at.
    arguments.cue = Some("any");
    let (mut given, limits) = arguments.checked()?;
    given.filter = conditions.filter.as_ref().map(Value::to_string);
    given.narrow = conditions.narrow.clone();
    let rows = query::latest(name, &given, &limits)?;
    Ok(rows.into_iter().map(|r| unscored(memory(answer_row(name.to_owned(), r)))).collect())
}

/// A memory as an object, with the keys that the columns of engram_recall have.
fn memory(row: AnswerRow) -> Value {
    let (
        id,
        content,
        score,
        confidence,
        low,
        high,
        similarity,
        activation,
        hops,
        via,
        origin,
        kind,
        tier,
        space,
        context,
        at,
        source,
        metadata,
    ) = row;
    json!({
        "id": id.to_string(),
        "content": content,
        "score": short(score),
        "confidence": short(confidence),
        "confidence_low": short(low),
        "confidence_high": short(high),
        "similarity": similarity.map(short),
        "activation": short(activation),
        "hops": hops,
        "via": via.iter().map(Uuid::to_string).collect::<Vec<_>>(),
        "origin": origin,
        "kind": kind,
        "tier": tier,
        "space": space,
        "context": context,
        "occurred_at": at.map(|at| at.to_iso_string()),
        "source": source,
        "metadata": metadata.0,
    })
}

/// The same for a memory that no cue has brought to mind.
fn unscored(mut memory: Value) -> Value {
    if let Value::Object(entries) = &mut memory {
        for key in ["score", "similarity", "activation", "hops", "tier"] {
            entries.insert(key.to_owned(), Value::Null);
        }
    }
    memory
}

/// What would be called. Arguments that are left out are those of the settings.
fn explained(function: &str, space: &str, arguments: Value) -> Value {
    let mut given = Map::from_iter([("space".to_owned(), json!(space))]);
    if let Value::Object(arguments) = arguments {
        given.extend(arguments.into_iter().filter(|(_, value)| !value.is_null()));
    }
    json!({ "function": function, "arguments": given })
}

/// A real as SQL writes it, with as many digits as it has.
fn short(value: f32) -> Value {
    value.to_string().parse::<f64>().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number)
}

fn uuid(id: [u8; 16]) -> String {
    Uuid::from_bytes(id).to_string()
}

fn uuids(ids: Vec<[u8; 16]>) -> Vec<String> {
    ids.into_iter().map(uuid).collect()
}

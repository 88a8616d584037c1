//! COMPLETE, IMAGINE and PREDICT: the functions of these names, as rows of jsonb.

use super::super::arguments::count;
use super::super::recall::tell_limited;
use super::{USUAL_ROWS, short, uuid, uuids};
use crate::error::{Error, Result};
use crate::memory::completion::{self, Label, Partial};
use crate::memory::predict::{self, Predicted, Situation};
use crate::memory::{imagine as imagining, query};
use serde_json::{Value, json};

/// As many as engram_imagine makes.
const USUAL_IMAGINED: u32 = 3;
/// And most of them.
const MOST_IMAGINED: u32 = 100;
const USUAL_NOVELTY: f32 = 0.3;

/// A row for each field, at most `k`.
pub fn complete(name: &str, partial: &Partial, k: Option<u32>) -> Result<Vec<Value>> {
    let found = completion::complete(name, partial, &completion::Limits::default())?;
    tell_limited(false, found.partial);
    let (converged, iterations, energy) = (found.converged, found.iterations, found.energy);
    let row = |f: completion::Field| {
        let other = |a: completion::Alternative| json!({ "value": a.value, "share": short(a.share as f32), "evidence": uuids(a.evidence) });
        json!({
            "field": f.name,
            "value": f.value,
            "label": f.label.name(),
            "confidence": short(f.confidence.mean),
            "confidence_low": short(f.confidence.low),
            "confidence_high": short(f.confidence.high),
            "given": f.given,
            "evidence": uuids(f.evidence),
            "alternatives": f.alternatives.into_iter().map(other).collect::<Vec<_>>(),
            "converged": converged,
            "iterations": iterations,
            "energy": energy,
        })
    };
    let most = k.map_or(usize::MAX, |k| k as usize);
    Ok(found.fields.into_iter().take(most).map(row).collect())
}

/// What can be imagined from a text and from what memories say.
pub fn imagine(
    name: &str,
    cue: Option<String>,
    based_on: &[[u8; 16]],
    novelty: Option<f32>,
    k: Option<u32>,
) -> Result<Vec<Value>> {
    let mut cues: Vec<String> = cue.into_iter().collect();
    cues.extend(query::contents(name, based_on)?);
    if cues.is_empty() {
        return Err(Error::null_value("what to imagine from")
            .with_hint("Give a text, as in IMAGINE \"boat\", or memories, as in IMAGINE ANY BASED ON id, id."));
    }
    let limits = imagining::Limits {
        novelty: novelty.unwrap_or(USUAL_NOVELTY),
        k: k.unwrap_or(USUAL_IMAGINED).min(MOST_IMAGINED) as usize,
        seed: 0,
    };
    let row = |m: imagining::Imagined| {
        json!({
            "content": m.content,
            "label": Label::Imagined.name(),
            "plausibility": short(m.plausibility as f32),
            "distance": m.distance.map(|d| short(d as f32)),
            "parts": m.parts,
            "sources": uuids(m.sources),
            "embedding": m.embedding.map(|e| e.into_iter().map(short).collect::<Vec<_>>()),
        })
    };
    Ok(imagining::imagine(name, &cues, &limits)?.into_iter().map(row).collect())
}

/// What may follow.
pub fn predict(name: &str, now: &Situation<'_>, horizon: Option<u64>, k: Option<u32>) -> Result<Vec<Value>> {
    if now.context.is_none() && now.recent.is_empty() && now.cue.is_none() && now.embedding.is_none() {
        return Err(Error::null_value("what to predict from")
            .with_hint("Give a text or a vector, IN CONTEXT name, or memories, as in PREDICT ANY GIVEN id, id."));
    }
    let limits = predict::Limits {
        k: count("LIMIT", Some(k.unwrap_or(USUAL_ROWS) as i32))?,
        horizon: horizon.map(|seconds| seconds as i64 * 1_000_000),
    };
    let row = |p: Predicted| {
        json!({
            "id": uuid(p.id),
            "content": p.content,
            "kind": p.kind,
            "probability": short(p.probability as f32),
            "count": p.count,
            "after": p.after.map(|micros| micros as f64 / 1e6),
            "evidence": uuids(p.evidence),
            "antecedents": uuids(p.antecedents),
        })
    };
    Ok(predict::predict(name, now, &limits)?.into_iter().map(row).collect())
}

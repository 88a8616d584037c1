//! Reconsolidation: a memory that was recalled a while ago is changed itself, one that is stable gets a competitor.
//!
//! The time of the last recall is in `engram.trace`, or lately in shared memory (`hot::labile`). What is a matter of degree, an embedding and
//! evidence, moves by the plasticity; everything else is replaced. The former version is kept.

use super::{now, required, space_or_setting};
use crate::crash::{self, Point};
use crate::error::Error;
use crate::guc;
use crate::hot::labile;
use crate::memory::update::Updated;
use crate::pg::spi::{self, Arg};
use crate::store::{self, association, audit, memory::Changes};
use engram_engine::encoder;
use engram_engine::plasticity::{Lability, Window, blend, blend_evidence};
use pgrx::Uuid;
use serde_json::json;

/// Weight of the associations between a memory and one that competes with it.
const RIVALRY: f32 = 0.5;

/// Whether a memory is labile, and since and until when. Times are microseconds since the Unix epoch.
pub struct State {
    /// None where it is stable.
    pub plasticity: Option<f32>,
    pub recalled: Option<i64>,
    pub opens: Option<i64>,
    pub closes: Option<i64>,
    /// Why it is stable.
    pub reason: Option<&'static str>,
}

/// What a memory has now.
#[derive(Default)]
struct Present {
    created: i64,
    evidence: (f32, f32),
    embedding: Option<Vec<f32>>,
    encoder: Option<String>,
    recalled: Option<i64>,
}

/// The state of a memory that the caller may see.
pub fn state(id: Option<Uuid>, space: Option<&str>) -> Result<State, Error> {
    let id = required("id", id)?;
    let space = space_or_setting(space);
    store::space::for_reading(&space)?;
    let present = present(&space, id).ok_or_else(|| Error::unknown_memory(id, &space))?;
    let window = window();
    let at = |after: i64| present.recalled.map(|recalled| recalled.saturating_add(after));
    let (plasticity, reason) = match lability(&window, &present) {
        Ok(plasticity) => (Some(plasticity as f32), None),
        Err(reason) => (None, Some(reason)),
    };
    Ok(State { plasticity, recalled: present.recalled, opens: at(window.opens), closes: at(window.closes), reason })
}

/// Changes a locked memory in place, or stores a competing one.
pub fn reconsolidate(space: &str, id: Uuid, changes: Changes<'_>) -> Result<Updated, Error> {
    let present = present(space, id).ok_or_else(|| Error::unknown_memory(id, space))?;
    match lability(&window(), &present) {
        Ok(plasticity) => Ok(in_place(space, id, changes, &present, plasticity)),
        Err(reason) => compete(space, id, &changes, reason),
    }
}

fn in_place(space: &str, id: Uuid, mut changes: Changes<'_>, present: &Present, plasticity: f64) -> Updated {
    store::memory::keep_version_of(space, id, "reconsolidate");
    crash::at(Point::reconsolidate_kept);
    changes.evidence = changes.evidence.map(|new| blend_evidence(present.evidence, new, plasticity));
    // What the built-in encoder has made describes a text, and there is none between two of them.
    let foreign = present.embedding.as_deref().filter(|_| present.encoder.as_deref() != Some(encoder::NAME));
    let new = changes.embedding.as_ref().map(|v| v.as_slice());
    let blended = match (foreign, new) {
        (Some(former), Some(new)) if former.len() == new.len() => Some(blend(former, new, plasticity)),
        _ => None,
    };
    audit::quietly(|| match &blended {
        // Opposites may meet in nothing, which is no embedding.
        Some(vector) if vector.iter().any(|x| *x != 0.0) => {
            store::memory::update_blended(space, id, &changes, vector);
        }
        _ => store::memory::update(space, id, &changes),
    });
    audit::note(space, "update", Some(id), &json!({ "mode": "reconsolidate" }));
    Updated { id, in_place: true, plasticity: Some(plasticity as f32), reason: None }
}

fn compete(space: &str, id: Uuid, changes: &Changes<'_>, reason: &'static str) -> Result<Updated, Error> {
    let new = store::memory::new_id();
    store::memory::compete(space, id, new, changes);
    crash::at(Point::reconsolidate_competes);
    let kind = association::kind("semantic")?;
    association::upsert(space, new, id, kind, RIVALRY)?;
    association::upsert(space, id, new, kind, RIVALRY)?;
    Ok(Updated { id: new, in_place: false, plasticity: None, reason: Some(reason) })
}

/// The plasticity, or why there is none.
fn lability(window: &Window, present: &Present) -> Result<f64, &'static str> {
    if !guc::reconsolidation() {
        return Err("engram.reconsolidation is off");
    }
    match window.lability(present.created, present.recalled, now()) {
        Lability::Labile(plasticity) => Ok(plasticity),
        Lability::Stable(reason) => Err(reason.name()),
    }
}

fn window() -> Window {
    let (opens, closes) = guc::lability_window();
    Window { opens, closes, least_age: guc::lability_age(), least: guc::lability_plasticity() }
}

fn present(space: &str, id: Uuid) -> Option<Present> {
    let mut found = None;
    let args = [Arg::Text(space), Arg::Uuid(*id.as_bytes())];
    spi::execute_returning(include_str!("../../sql/query/memory_lability.sql"), &args, |r| {
        found = Some(Present {
            created: r.timestamptz(1).unwrap_or_default(),
            evidence: (r.float4(2).unwrap_or_default(), r.float4(3).unwrap_or_default()),
            embedding: r.vector(4).map(<[f32]>::to_vec),
            encoder: r.text(5).map(str::to_owned),
            recalled: r.timestamptz(6),
        });
    });
    found.map(|present: Present| Present {
        recalled: present.recalled.max(labile::recalled(space, *id.as_bytes())),
        ..present
    })
}

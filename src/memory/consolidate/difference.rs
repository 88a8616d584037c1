//! What a plan changes of the beliefs that there are, and how that is told. What does not differ is not written.

use super::plan::{Made, Past, Plan};
use crate::store::consolidation::{Cited, Former, Id};
use engram_engine::confidence;
use engram_engine::consolidation::identity::Retired;
use engram_engine::consolidation::{Contradiction, How, Kind, Regularity};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of the memory of a belief.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// It stays as it is.
    Same,
    New,
    /// Content, embedding or cues differ.
    Other,
    /// Only its evidence differs, or it is back.
    Weighed,
}

/// What is written of one belief.
pub struct Change<'p> {
    pub made: &'p Made,
    pub former: Option<&'p Former>,
    pub wording: Wording,
    /// Of the memory: what its citations make and what was given.
    pub evidence: (f32, f32),
    pub metadata: String,
    pub regularity: Option<String>,
    pub conflicts: String,
    /// None where they are as they were.
    pub cited: Option<Vec<Cited>>,
    /// Somebody has edited it: the edit stays.
    pub edited: bool,
}

/// One line of what is told.
pub struct Action {
    pub action: &'static str,
    pub belief: Id,
    pub content: String,
    pub evidence: (f32, f32),
    pub confidence: f32,
    /// What supports it.
    pub citations: Vec<Id>,
    pub detail: String,
}

/// All that differs.
#[derive(Default)]
pub struct Difference<'p> {
    pub changes: Vec<Change<'p>>,
    pub retired: Vec<(&'p Former, Retired)>,
    pub actions: Vec<Action>,
}

/// Compares a plan with what there is.
pub fn difference<'p>(plan: &'p Plan, past: &'p Past, resolve: bool) -> Difference<'p> {
    let former: BTreeMap<Id, &Former> = past.former.iter().map(|f| (f.id, f)).collect();
    let hidden = past.hidden();
    let mut conflicts: BTreeMap<Id, Vec<Value>> = BTreeMap::new();
    for c in &plan.contradictions {
        conflicts.entry(c.one).or_default().push(conflict(c, c.other));
        conflicts.entry(c.other).or_default().push(conflict(c, c.one));
    }
    let mut out = Difference::default();
    let mut written = BTreeSet::new();
    for made in &plan.made {
        let id = made.belief.id;
        let conflicts = Value::Array(conflicts.remove(&id).unwrap_or_default());
        let known = former.get(&id).copied();
        if let Some(change) = change(made, known, past, hidden.contains(&id), &conflicts) {
            written.insert(id);
            out.changes.push(change);
        }
    }
    for &(id, why) in &plan.retired {
        if let Some(former) = former.get(&id).filter(|_| !hidden.contains(&id)) {
            out.retired.push((former, why));
        }
    }
    out.actions = actions(plan, &out, past, &hidden);
    out.actions.extend(plan.contradictions.iter().filter_map(|c| proposal(plan, c, resolve)));
    out
}

fn change<'p>(
    made: &'p Made,
    former: Option<&'p Former>,
    past: &Past,
    hidden: bool,
    conflicts: &Value,
) -> Option<Change<'p>> {
    let belief = &made.belief;
    let metadata = metadata(made);
    let regularity = belief.regularity.as_ref().map(rhythm);
    let given = former.map_or((0.0, 0.0), |f| f.given);
    let evidence = (belief.evidence_for + given.0, belief.evidence_against + given.1);
    let mut change = Change {
        made,
        former,
        wording: Wording::New,
        evidence,
        metadata: metadata.to_string(),
        regularity: regularity.as_ref().map(Value::to_string),
        conflicts: conflicts.to_string(),
        cited: None,
        edited: false,
    };
    let cited = || {
        let cite = |c: &engram_engine::consolidation::Citation| Cited {
            evidence: c.evidence,
            supports: c.supports,
            weight: c.weight,
            at: Some(c.at),
        };
        belief.citations.iter().map(cite).collect::<Vec<_>>()
    };
    let Some(f) = former else {
        change.cited = Some(cited());
        return Some(change);
    };
    let cited = cited();
    if past.citations.get(&f.id).is_none_or(|known| *known != cited) {
        change.cited = Some(cited);
    }
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let m = &f.memory;
    let says = m.content == belief.content
        && m.embedding == belief.centroid
        && parsed(&m.metadata) == metadata
        && made.cues.iter().all(|cue| m.cues.contains(cue));
    let near = |a: f32, b: f32| (a - b).abs() <= 1e-4 * (1.0 + b.abs());
    let as_left = near(m.evidence.0, f.evidence.0 + f.given.0) && near(m.evidence.1, f.evidence.1 + f.given.1);
    if !as_left {
        change.evidence = m.evidence;
    }
    change.edited = !hidden && (f.is_edited() || !as_left);
    let weighs = change.evidence == m.evidence && !f.retired;
    change.wording = match () {
        () if hidden => Wording::Same,
        () if !says && !f.is_edited() => Wording::Other,
        () if !weighs => Wording::Weighed,
        () => Wording::Same,
    };
    let known = f.regularity.as_deref().map(parsed);
    let same = !f.retired
        && f.label == belief.label
        && known == regularity
        && f.cohesion == belief.cohesion
        && (f.first_at, f.last_at) == (Some(belief.first_at), Some(belief.last_at))
        && i64::from(f.count) == i64::from(belief.count)
        && f.contradicts == belief.contradicts
        && parsed(&f.conflicts) == *conflicts
        && f.evidence == (belief.evidence_for, belief.evidence_against);
    (!same || change.cited.is_some() || change.wording != Wording::Same).then_some(change)
}

/// What an application may want to read of a belief beside its text.
fn metadata(made: &Made) -> Value {
    let belief = &made.belief;
    let mut metadata = json!({ "terms": belief.terms, "count": belief.count });
    if let (Some(map), Some(r)) = (metadata.as_object_mut(), &belief.regularity) {
        map.insert("every".to_owned(), r.name().map_or_else(|| seconds(r), |name| json!(name)));
    }
    metadata
}

pub fn rhythm(r: &Regularity) -> Value {
    // Nobody can tell smaller ones apart, and they are long as text.
    let p_value = r.p_value.max(1e-12);
    json!({ "period_seconds": seconds(r), "strength": r.strength, "p_value": p_value, "every": r.name() })
}

fn seconds(r: &Regularity) -> Value {
    json!(r.period_us as f64 / 1e6)
}

fn conflict(c: &Contradiction, with: Id) -> Value {
    let ground = serde_json::to_value(c.ground.name()).unwrap_or_default();
    let (key, values) = match &c.ground {
        engram_engine::consolidation::Ground::Marked => (None, None),
        engram_engine::consolidation::Ground::Frame { one, other } => (None, Some((one, other))),
        engram_engine::consolidation::Ground::Metadata { key, one, other } => (Some(key), Some((one, other))),
    };
    let (own, others) = match values {
        Some((one, other)) if with == c.other => (Some(one), Some(other)),
        Some((one, other)) => (Some(other), Some(one)),
        None => (None, None),
    };
    json!({
        "with": text(with), "ground": ground, "key": key, "says": own, "other": others,
        "proposal": c.resolution.proposal.name(), "keep": c.resolution.proposal.keep().map(text),
        "reason": c.resolution.reason,
    })
}

fn text(id: Id) -> String {
    uuid::Uuid::from_bytes(id).to_string()
}

fn of_made(action: &'static str, made: &Made, evidence: (f32, f32), detail: String) -> Action {
    Action {
        action,
        belief: made.belief.id,
        content: made.belief.content.clone(),
        evidence,
        confidence: confidence::mean(evidence.0, evidence.1),
        citations: made.belief.support().map(|(id, _)| id).collect(),
        detail,
    }
}

/// What is told of the changes, belief by belief.
fn actions(plan: &Plan, out: &Difference<'_>, past: &Past, hidden: &BTreeSet<Id>) -> Vec<Action> {
    let mut actions = Vec::new();
    for change in out.changes.iter().filter(|c| !hidden.contains(&c.made.belief.id)) {
        let made = change.made;
        let of_made = |action, made: &Made, detail| Action {
            content: match change.former {
                Some(former) if former.is_edited() => former.memory.content.clone(),
                _ => made.belief.content.clone(),
            },
            ..of_made(action, made, change.evidence, detail)
        };
        let edited = if change.edited { "; what somebody has edited stays" } else { "" };
        let mut told = false;
        for event in plan.events.iter().filter(|e| e.belief == made.belief.id) {
            told = true;
            let kind = kind(event.kind, made.how);
            let detail = format!("{}, {:+}{edited}", episodes(made.belief.count), event.citation_delta);
            actions.push(of_made(kind, made, detail));
        }
        if !told {
            let action = if change.wording == Wording::Other { "reworded" } else { "adjusted" };
            actions.push(of_made(action, made, format!("{}{edited}", episodes(made.belief.count))));
        }
    }
    for (former, why) in &out.retired {
        let (action, detail) = match why {
            Retired::Into(id) => ("merged", format!("is part of belief {} now", text(*id))),
            Retired::Gone => ("retired", "its evidence is gone".to_owned()),
            Retired::Dispersed => ("retired", "its evidence belongs to several beliefs now".to_owned()),
        };
        let cited = past.citations.get(&former.id).map_or(&[][..], Vec::as_slice);
        actions.push(Action {
            action,
            belief: former.id,
            content: former.memory.content.clone(),
            evidence: former.memory.evidence,
            confidence: confidence::mean(former.memory.evidence.0, former.memory.evidence.1),
            citations: cited.iter().filter(|c| c.supports).map(|c| c.evidence).collect(),
            detail,
        });
    }
    actions.sort_by_key(|a| a.belief);
    actions
}

/// A proposal for two beliefs that contradict each other, or that it is followed.
fn proposal(plan: &Plan, c: &Contradiction, resolve: bool) -> Option<Action> {
    let keep = c.resolution.proposal.keep()?;
    let doubtful = if keep == c.one { c.other } else { c.one };
    let made = plan.made.iter().find(|m| m.belief.id == doubtful)?;
    let action = if resolve { "superseded" } else { "proposed" };
    let detail = format!("by belief {}: {}", text(keep), c.resolution.reason);
    Some(of_made(action, made, (made.belief.evidence_for, made.belief.evidence_against), detail))
}

/// Name of an event, as SQL has it.
pub fn kind(kind: Kind, how: How) -> &'static str {
    if kind == Kind::Formed && how == How::Revived { "revived" } else { kind.name() }
}

fn episodes(count: u32) -> String {
    if count == 1 { "1 episode".to_owned() } else { format!("{count} episodes") }
}

//! Rows of the answer, read under the caller's snapshot, rights and row-level security.

use super::narrow::Narrow;
use super::question::Given;
use super::search::Hit;
use crate::hot::governor;
use crate::memory;
use crate::pg::spi::{self, Arg};
use engram_engine::confidence::{self, Belief};
use engram_engine::cues;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;

/// Evidence and what is believed on it.
type KeptBelief = ((f32, f32), Belief);
const KEPT_BELIEFS: usize = 16;

thread_local! {
    static BELIEFS: RefCell<Vec<KeptBelief>> = const { RefCell::new(Vec::new()) };
}

/// The columns of a returned memory that come from its row.
pub struct Row {
    pub content: String,
    pub origin: String,
    pub kind: String,
    pub context: Option<String>,
    /// Microseconds since the Unix epoch.
    pub occurred_at: Option<i64>,
    pub source: Option<String>,
    /// JSON text.
    pub metadata: String,
    /// Its content comes from the cold tier.
    pub cold: bool,
    evidence: (f32, f32),
}

impl Row {
    /// Memory it takes, about.
    pub fn bytes(&self) -> usize {
        let rest = [&self.context, &self.source].into_iter().flatten().map(String::len).sum::<usize>();
        size_of::<Row>() + self.content.len() + self.metadata.len() + rest
    }

    /// Evidence for and against the fact.
    pub fn evidence(&self) -> (f32, f32) {
        self.evidence
    }

    /// Belief in the fact.
    pub fn belief(&self) -> Belief {
        // Most memories of an application share a handful of confidences, and an interval costs microseconds.
        BELIEFS.with_borrow_mut(|kept| {
            if let Some((_, belief)) = kept.iter().find(|(evidence, _)| *evidence == self.evidence) {
                return *belief;
            }
            let belief = confidence::belief(self.evidence.0, self.evidence.1);
            if kept.len() == KEPT_BELIEFS {
                kept.remove(0);
            }
            kept.push((self.evidence, belief));
            belief
        })
    }
}

/// Conditions as parameters of the queries.
pub struct Conditions {
    filter: Option<String>,
    kinds: Option<Vec<String>>,
    in_context: Option<String>,
    since: Option<i64>,
    until: Option<i64>,
    /// When what is recalled was believed; none for now.
    pub as_of: Option<i64>,
    pub narrow: Narrow,
}

impl Conditions {
    pub fn new(given: &Given<'_>) -> Conditions {
        Conditions {
            filter: given.filter.clone(),
            kinds: given.kinds.clone(),
            in_context: given.in_context.map(str::to_owned),
            since: given.since,
            until: given.until,
            as_of: given.as_of,
            narrow: given.narrow.clone(),
        }
    }

    /// When a memory must be valid.
    fn at(&self) -> Arg<'static> {
        Arg::Timestamptz(self.as_of.unwrap_or_else(memory::now))
    }

    fn args(&self) -> [Arg<'_>; 5] {
        [
            Arg::jsonb_or_null(self.filter.as_deref()),
            Arg::text_array_or_null(self.kinds.as_deref()),
            Arg::text_or_null(self.in_context.as_deref()),
            Arg::timestamptz_or_null(self.since),
            Arg::timestamptz_or_null(self.until),
        ]
    }
}

/// The rows of hits that the caller may see and that fulfil the conditions. Adds to `known` what was seen of hits and paths;
/// conditions may keep an id of a path from being seen here. `cold` lets those of the cold tier in.
pub fn fetch(
    space: &str,
    hits: &[&Hit],
    conditions: &Conditions,
    cold: bool,
    known: &mut FxHashSet<[u8; 16]>,
) -> FxHashMap<[u8; 16], Row> {
    let wanted: FxHashSet<[u8; 16]> = hits.iter().map(|h| h.id).collect();
    // One statement more would cost as much as the few rows of the paths.
    let mut ids: Vec<[u8; 16]> = hits.iter().flat_map(|h| h.via.iter().copied().chain([h.id])).collect();
    ids.sort_unstable();
    ids.dedup();
    let [filter, kinds, context, since, until] = conditions.args();
    let (name, ids, at) = (Arg::Text(space), Arg::UuidArray(&ids), conditions.at());
    let args = [name, ids, filter, kinds, context, since, until, Arg::Bool(cold), at];
    let sql = match conditions.as_of {
        None => include_str!("../../../sql/query/recall_rows.sql"),
        Some(_) => include_str!("../../../sql/query/past_rows.sql"),
    };
    let mut out = FxHashMap::default();
    let text = |t: Option<&str>| t.unwrap_or_default().to_owned();
    spi::select(sql, &args, |r| {
        let Some(id) = r.uuid(1) else { return };
        known.insert(id);
        if !wanted.contains(&id) {
            return;
        }
        let row = Row {
            content: text(r.text(2)),
            origin: text(r.text(3)),
            kind: text(r.text(4)),
            context: r.text(5).map(str::to_owned),
            occurred_at: r.timestamptz(6),
            source: r.text(7).map(str::to_owned),
            metadata: text(r.text(8)),
            cold: r.bool(11).unwrap_or(false),
            evidence: (r.float4(9).unwrap_or(0.0), r.float4(10).unwrap_or(0.0)),
        };
        if conditions.narrow.believes(row.belief().mean) {
            out.insert(id, row);
        }
    });
    let read: Vec<[u8; 16]> = out.keys().copied().collect();
    if let Some(narrow) = conditions.narrow.among(space, &read) {
        out.retain(|id, _| narrow.contains(id));
    }
    out
}

/// Every id that the caller may see, that fulfils the conditions and is believed at least as much as `min_confidence`. `cold` lets
/// those of the cold tier in.
pub fn allowed(space: &str, conditions: &Conditions, cold: bool, min_confidence: f32) -> FxHashSet<[u8; 16]> {
    let [filter, kinds, context, since, until] = conditions.args();
    let args = [Arg::Text(space), filter, kinds, context, since, until, Arg::Bool(cold), conditions.at()];
    let sql = match conditions.as_of {
        None => include_str!("../../../sql/query/recall_allowed.sql"),
        Some(_) => include_str!("../../../sql/query/past_allowed.sql"),
    };
    let mut out = FxHashSet::default();
    spi::scan(sql, &args, 1000, |r| {
        let mean = confidence::mean(r.float4(2).unwrap_or(0.0), r.float4(3).unwrap_or(0.0));
        if mean >= min_confidence && conditions.narrow.believes(mean) {
            out.extend(r.uuid(1));
        }
    });
    governor::take(out.len() * size_of::<[u8; 16]>() * 2);
    let read: Vec<[u8; 16]> = out.iter().copied().collect();
    conditions.narrow.among(space, &read).unwrap_or(out)
}

/// Those of `ids` that the caller may see.
pub fn visible(space: &str, ids: &[[u8; 16]]) -> FxHashSet<[u8; 16]> {
    let mut out = FxHashSet::default();
    let args = [Arg::Text(space), Arg::UuidArray(ids)];
    spi::select(include_str!("../../../sql/query/recall_visible.sql"), &args, |r| out.extend(r.uuid(1)));
    out
}

/// Those of `ids` that the caller may see, of what was believed at a time; none for now.
pub fn visible_at(space: &str, ids: &[[u8; 16]], as_of: Option<i64>) -> FxHashSet<[u8; 16]> {
    let Some(at) = as_of else { return visible(space, ids) };
    let mut out = FxHashSet::default();
    let args = [Arg::Text(space), Arg::UuidArray(ids), Arg::Timestamptz(at)];
    spi::select(include_str!("../../../sql/query/past_visible.sql"), &args, |r| out.extend(r.uuid(1)));
    out
}

/// The name of a cue by its hash, from those of `ids` that the caller may see.
pub fn name_of_cue(space: &str, hash: u64, ids: &[[u8; 16]]) -> Option<String> {
    let mut name = None;
    let args = [Arg::Text(space), Arg::UuidArray(ids)];
    spi::select(include_str!("../../../sql/query/recall_cues.sql"), &args, |r| {
        let cues = r.text_array(2).unwrap_or_default();
        let found = cues.into_iter().find(|cue| cues::hash(cue) == hash).map(|cue| cues::split_about(cue).0.to_owned());
        // Whichever row comes first, the name is the same.
        name = [name.take(), found].into_iter().flatten().min();
    });
    name
}

//! Patterns: memories as candidates of an attractor, with all their fields, read as the caller may see them.

use super::partial::Partial;
use crate::error::Error;
use crate::guc;
use crate::memory::recall::question::Given;
use crate::memory::recall::{self, Cold, Limits, Met};
use crate::pg::snapshot::Pinned;
use crate::pg::spi::{self, Arg};
use engram_engine::cues;
use engram_engine::pattern::vote::Voter;
use engram_engine::pattern::{Label, bm25_share, match_share};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Map, Value};

/// One memory.
pub struct Pattern {
    pub id: [u8; 16],
    pub content: String,
    pub embedding: Option<Vec<f32>>,
    pub origin: String,
    pub kind: String,
    pub context: Option<String>,
    /// Microseconds since the Unix epoch.
    pub occurred_at: Option<i64>,
    pub source: Option<String>,
    pub metadata: Map<String, Value>,
    /// Without the mark of what it is about.
    pub cues: Vec<String>,
    pub evidence: (f32, f32),
    /// BM25 of the words of the cue, and what it could be at most.
    pub bm25: (f32, f32),
    /// Cosine of its embedding and that of the cue.
    pub similarity: Option<f32>,
}

impl Pattern {
    /// How well words and meaning of the cue match it, 0 to 1.
    pub fn matched(&self, memories: u32) -> f64 {
        let dims = self.embedding.as_ref().map_or(0, Vec::len);
        let similarity = self.similarity.map(f64::from);
        match_share(bm25_share(self.bm25.0, self.bm25.1), guc::bm25_k1() as f32, similarity, memories, dims)
    }

    /// What it counts as in a vote.
    pub fn voter(&self, weight: f64, support: f64) -> Voter {
        let origin = match Label::of_origin(&self.origin) {
            Label::Stored if self.kind == "belief" => Label::Consolidated,
            origin => origin,
        };
        Voter { weight, support, evidence: self.evidence, origin }
    }
}

/// Patterns, those that answer best first.
pub struct Candidates {
    pub patterns: Vec<Pattern>,
    /// Memories of the space.
    pub memories: u32,
    /// A limit of time or memory ended the search early.
    pub partial: Option<Met>,
}

/// The patterns that a cue brings to mind. Nothing is reinforced.
pub fn brought_to_mind(name: &str, given: &Given<'_>, most: usize) -> Result<Candidates, Error> {
    let limits = Limits {
        k: most,
        min_score: 0.0,
        min_confidence: 0.0,
        max_tokens: None,
        reinforce: false,
        cold: Cold::WhenUnfilled,
    };
    let answer = recall::recall(name, given, &limits)?;
    let ids: Vec<[u8; 16]> = answer.recalled.iter().map(|r| r.hit.id).collect();
    let mut rows = rows_of(name, &ids);
    let patterns = answer.recalled.iter().filter_map(|r| {
        let pattern = rows.remove(&r.hit.id)?;
        let signals = &r.hit.signals;
        Some(Pattern { bm25: (signals.bm25, signals.bm25_max), similarity: signals.similarity, ..pattern })
    });
    Ok(Candidates { patterns: patterns.collect(), memories: memories(name)?, partial: answer.partial })
}

/// Memories of a space.
pub fn memories(name: &str) -> Result<u32, Error> {
    recall::with_space(name, &Pinned::active(), |reader| Ok(reader.stats().memories))
}

/// How far from a time that is known a memory may lie that is looked up by it, in microseconds: a week.
const NEAR: i64 = 7 * 86_400_000_000;

/// The latest patterns that have all the fields that are known, the content and the embedding aside.
pub fn with_fields(name: &str, partial: &Partial, most: usize) -> Vec<Pattern> {
    let metadata = partial.all_metadata();
    let metadata = (!metadata.is_empty()).then(|| Value::Object(metadata).to_string());
    let args = [
        Arg::Text(name),
        Arg::jsonb_or_null(metadata.as_deref()),
        Arg::text_or_null(partial.context.as_deref()),
        Arg::text_or_null(partial.kind.as_deref()),
        Arg::text_or_null(partial.source.as_deref()),
        Arg::timestamptz_or_null(partial.when.map(|at| at.saturating_sub(NEAR))),
        Arg::timestamptz_or_null(partial.when.map(|at| at.saturating_add(NEAR))),
        Arg::int8_or_null(Some(most as i64)),
    ];
    let mut ids = Vec::new();
    spi::select(include_str!("../../../sql/query/pattern_matching.sql"), &args, |r| ids.extend(r.uuid(1)));
    let mut rows = rows_of(name, &ids);
    ids.iter().filter_map(|id| rows.remove(id)).collect()
}

/// The rows of memories that the caller may see.
pub fn rows_of(name: &str, ids: &[[u8; 16]]) -> FxHashMap<[u8; 16], Pattern> {
    let mut out = FxHashMap::default();
    let owned = |t: Option<&str>| t.map(str::to_owned);
    let args = [Arg::Text(name), Arg::UuidArray(ids)];
    spi::select(include_str!("../../../sql/query/pattern_rows.sql"), &args, |r| {
        let Some(id) = r.uuid(1) else { return };
        let metadata = r.text(9).and_then(|text| serde_json::from_str(text).ok());
        let names = r.text_array(10).unwrap_or_default();
        let mut seen = FxHashSet::default();
        let cues = names.into_iter().map(|cue| cues::split_about(cue).0.to_owned());
        let pattern = Pattern {
            id,
            content: r.text(2).unwrap_or_default().to_owned(),
            embedding: r.vector(3).map(<[f32]>::to_vec),
            origin: r.text(4).unwrap_or_default().to_owned(),
            kind: r.text(5).unwrap_or_default().to_owned(),
            context: owned(r.text(6)),
            occurred_at: r.timestamptz(7),
            source: owned(r.text(8)),
            metadata: metadata.unwrap_or_default(),
            cues: cues.filter(|cue| seen.insert(cue.clone())).collect(),
            evidence: (r.float4(11).unwrap_or(0.0), r.float4(12).unwrap_or(0.0)),
            bm25: (0.0, 0.0),
            similarity: None,
        };
        out.insert(id, pattern);
    });
    out
}

//! Conditions of the query language that engram_recall has no argument for. The tables judge them, as they do the others.

use crate::pg;
use crate::pg::spi::{self, Arg};
use rustc_hash::FxHashSet;
use std::ops::{Bound, RangeBounds};

/// Ids looked up at once.
const BATCH: usize = 10_000;

/// The conditions; all must hold.
#[derive(Clone, Default)]
pub struct Narrow {
    /// Each is part of the content, in whatever case.
    pub contains: Vec<String>,
    /// Each is a cue of the memory.
    pub cues: Vec<String>,
    pub source: Option<String>,
    /// Created then or later, and earlier than: microseconds since the Unix epoch.
    pub created: (Option<i64>, Option<i64>),
    /// Confidence lies in each.
    pub belief: Vec<(Bound<f32>, Bound<f32>)>,
    /// Least similarity to the embedding that is asked for.
    pub similarity: Option<f32>,
}

impl Narrow {
    /// Whether a confidence is one of those asked for.
    pub fn believes(&self, confidence: f32) -> bool {
        self.belief.iter().all(|range| range.contains(&confidence))
    }

    /// Whether a similarity is enough.
    pub fn is_near(&self, similarity: Option<f32>) -> bool {
        self.similarity.is_none_or(|least| similarity.is_some_and(|s| s >= least))
    }

    fn is_about_rows(&self) -> bool {
        !self.contains.is_empty()
            || !self.cues.is_empty()
            || self.source.is_some()
            || self.created.0.is_some()
            || self.created.1.is_some()
    }

    /// Those of `ids` whose rows fulfil the conditions; none where there is nothing to fulfil.
    pub fn among(&self, space: &str, ids: &[[u8; 16]]) -> Option<FxHashSet<[u8; 16]>> {
        if !self.is_about_rows() {
            return None;
        }
        let mut out = FxHashSet::default();
        for part in ids.chunks(BATCH) {
            pg::check_for_interrupts();
            let args = [
                Arg::Text(space),
                Arg::UuidArray(part),
                Arg::text_or_null(self.source.as_deref()),
                Arg::timestamptz_or_null(self.created.0),
                Arg::timestamptz_or_null(self.created.1),
                Arg::text_array_or_null(Some(self.cues.as_slice()).filter(|c| !c.is_empty())),
                Arg::text_array_or_null(Some(self.contains.as_slice()).filter(|c| !c.is_empty())),
            ];
            spi::select(include_str!("../../../sql/query/recall_narrow.sql"), &args, |r| out.extend(r.uuid(1)));
        }
        Some(out)
    }
}

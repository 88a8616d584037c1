//! Memories outside the hot tier in a search: who proposes them, and the rows they are judged by.
//!
//! A search runs on the region under its lock and asks for what it needs: first what finds warm memories, by the weights that only the
//! region knows, then the rows of those that may count. In between the tables are read without a lock. Whatever proposes a memory,
//! its score comes from its row by the formulas of the region.

use super::question::Question;
use crate::guc;
use crate::memory::load;
use crate::pg::snapshot::Pinned;
use crate::store::warm::{self, How, MOST_INDEXED};
use engram_engine::bm25;
use engram_region::Record;
use rustc_hash::FxHashMap;

/// What is known of memories outside, gathered over the rounds of a recall.
#[derive(Debug, Default)]
pub struct Outside {
    /// Rows by id, as the snapshot of the recall shows them.
    pub rows: FxHashMap<[u8; 16], Record>,
    /// Warm memories that may match; none while nobody asked.
    pub proposed: Option<Proposed>,
    /// Look at every memory outside that may be returned, also where something proposes.
    pub all: bool,
}

/// What finding warm memories depends on.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Weight of each term of the question, and the memories outside that hold it.
    pub idfs: Vec<f32>,
    pub frequencies: Vec<u32>,
    pub average_length: f32,
    /// Warm memories of the space, and dimensions of its embeddings.
    pub warm: u32,
    pub dims: usize,
    /// Candidates of each arm.
    pub reach: usize,
}

/// Warm memories that may match.
#[derive(Debug, Default, Clone)]
pub struct Proposed {
    pub ids: Vec<[u8; 16]>,
    /// There may be others that match.
    pub cut: bool,
    /// How they were found, for an explanation.
    pub by_meaning: &'static str,
    pub by_words: &'static str,
}

impl Outside {
    /// Reads rows that are not known yet; says whether any of them was there.
    pub fn read(&mut self, name: &str, ids: &[[u8; 16]]) -> bool {
        let before = self.rows.len();
        let found = load::matches_of(name, ids, warm::is_possible());
        self.rows.extend(found.into_iter().map(|r| (r.id, r)));
        self.rows.len() > before
    }
}

/// Asks engram.warm for what may match. It is read as of now, since the region knows the rows of now.
pub fn propose(name: &str, question: &Question, ask: &Ask) -> Proposed {
    let _now = Pinned::latest_if_possible();
    let mut out = Proposed { by_meaning: "not asked", by_words: "not asked", ..Proposed::default() };
    if let Some(query) = question.query.as_ref().filter(|q| q.dims() == ask.dims) {
        let wanted = ask.reach.max(guc::warm_candidates());
        let scan = ask.warm as usize <= guc::warm_scan_rows() || ask.dims > MOST_INDEXED || wanted > 1_000;
        let how = if scan { How::Scan } else { How::Index };
        let embedding = query.embedding();
        let mut ids = warm::nearest(name, &embedding, wanted, how);
        out.by_meaning = if scan { "every row was looked at" } else { "the nearest of an HNSW index, approximate" };
        if how == How::Index && ids.len() < wanted {
            // Rows of other spaces stood in the way.
            ids = warm::nearest(name, &embedding, wanted, How::Scan);
            out.by_meaning = "every row was looked at";
        }
        out.cut |= ids.len() >= wanted;
        out.ids.extend(ids);
    }
    words(name, question, ask, &mut out);
    out.ids.sort_unstable();
    out.ids.dedup();
    out
}

/// The best by words: rows with the rarest terms, as many as the cap allows, by their sums.
fn words(name: &str, question: &Question, ask: &Ask, out: &mut Proposed) {
    let most = guc::warm_word_rows();
    let mut terms: Vec<(u32, u64)> =
        ask.frequencies.iter().copied().zip(question.terms.iter().copied()).filter(|t| t.0 > 0).collect();
    terms.sort_unstable();
    if terms.is_empty() {
        return;
    }
    let mut rows = 0;
    let taken = terms.iter().take_while(|(df, _)| {
        rows += *df as usize;
        rows <= most || rows == *df as usize
    });
    let asked: Vec<u64> = taken.map(|t| t.1).collect();
    let mut best: Vec<(u32, [u8; 16])> = Vec::new();
    warm::with_words(name, &asked, most, |id, row| {
        let mut units = 0u32;
        for (term, idf) in question.terms.iter().zip(&ask.idfs) {
            if let Some((_, tf)) = row.terms.iter().find(|t| t.0 == *term) {
                let weight = bm25::weight(*tf, row.length, ask.average_length, question.bm25);
                units = units.saturating_add(bm25::contribution(*idf, weight));
            }
        }
        best.push((units, id));
    });
    let capped = asked.len() < terms.len() || best.len() >= most;
    out.by_words = if capped { "rows with the rarest words, approximate" } else { "every row with a word" };
    out.cut |= capped || best.len() > ask.reach;
    best.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    out.ids.extend(best.into_iter().take(ask.reach).map(|b| b.1));
}

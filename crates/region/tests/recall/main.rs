//! A whole recall on a region: BM25 against its definition, and what must hold whatever is stored.

#[path = "../common/mod.rs"]
mod common;

mod bm25;
mod properties;
mod search;

use common::evict;
use engram_engine::bm25::{self as formula, Params};
use engram_region::lexical::Sums;
use engram_region::read::{NoPause, Reader, Seen};
use engram_region::{Record, Space};
use std::collections::BTreeMap;

type Id = [u8; 16];
type Rows = BTreeMap<Id, Record>;

/// Ids whose order is not that of their numbers.
fn id(n: usize) -> Id {
    (n as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes()
}

/// The words of a question looked up, those of evicted memories in their rows.
struct Words<'r> {
    terms: Vec<u64>,
    idfs: Vec<f32>,
    average: f32,
    params: Params,
    sums: Sums,
    evicted: Vec<(u32, &'r Record)>,
}

fn words<'r>(reader: &mut Reader<'_, NoPause>, terms: &[u64], params: Params, rows: &'r Rows) -> Words<'r> {
    let stats = *reader.stats();
    let evicted = reader.outside(|_| true).expect("nothing moves");
    let unlisted: Vec<&Record> = evicted.iter().filter(|out| !out.listed).map(|out| &rows[&out.id]).collect();
    let evicted: Vec<(u32, &Record)> = evicted.iter().map(|out| (out.node, &rows[&out.id])).collect();
    let mut words = reader.words(terms).expect("nothing moves");
    for ((df, term), outside) in words.df.iter_mut().zip(terms).zip(reader.outside_frequencies(terms)) {
        *df += outside + unlisted.iter().filter(|row| frequency(row, *term) > 0).count() as u32;
    }
    let idfs: Vec<f32> = words.df.iter().map(|df| formula::idf(stats.memories, *df)).collect();
    let average = if stats.memories == 0 { 0.0 } else { stats.total_length as f32 / stats.memories as f32 };
    let sums = reader.sums(&words, &idfs, average, params).expect("nothing moves");
    Words { terms: terms.to_vec(), idfs, average, params, sums, evicted }
}

fn frequency(record: &Record, term: u64) -> u16 {
    record.terms.iter().find(|t| t.0 == term).map_or(0, |t| t.1.min(255))
}

impl Words<'_> {
    fn units_of(&self, record: &Record) -> u32 {
        let parts = self.terms.iter().zip(&self.idfs).map(|(term, idf)| {
            let weight = formula::weight(frequency(record, *term), record.length, self.average, self.params);
            formula::contribution(*idf, weight)
        });
        parts.fold(0, u32::saturating_add)
    }
}

/// A row without anything that a recall could go by.
fn empty(n: usize) -> Record {
    Record {
        id: id(n),
        changed: 5,
        occurred_at: 0,
        context: 0,
        kind: 1,
        terms: Vec::new(),
        length: 0,
        cues: Vec::new(),
        code: None,
        digest: 0,
        pinned: false,
        cold: false,
    }
}

/// Loads rows run by run, some of them in bulk; the rest row by row.
fn load_in_runs(space: Space<'_>, rows: &[&Record], runs: &[(usize, bool)]) {
    let mut rest = rows;
    for (n, in_bulk) in runs.iter().copied().chain([(usize::MAX, false)]) {
        let (run, after) = rest.split_at(n.min(rest.len()));
        rest = after;
        let dims = run.iter().find_map(|row| row.code.as_ref()).map_or(0, |code| code.values.len());
        if in_bulk && !run.is_empty() {
            let mut bulk = space.begin_bulk(run.len() as u32, dims as u32).expect("room");
            run.iter().for_each(|row| space.load_bulk(&mut bulk, row, &Seen::default()).expect("room"));
            assert!(space.seal(&bulk.sorted()).expect("room"), "the segment is still the same");
        } else {
            run.iter().for_each(|row| space.load(row, &Seen::default()).expect("room"));
        }
    }
}

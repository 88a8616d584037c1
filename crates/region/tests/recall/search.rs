//! What `src/memory/recall/search.rs` does, by the same functions, without a filter.

use super::{Id, Rows, Words, words};
use engram_engine::bm25::{self, Params};
use engram_engine::code::Code;
use engram_engine::rank::{self, Signals};
use engram_engine::spread::{self, CUE, Received, Scratch, Seed, WEIGHT};
use engram_region::Space;
use engram_region::dense::Query;
use engram_region::read::{NoPause, Reader, Seen};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone)]
pub struct Question {
    pub terms: Vec<u64>,
    pub code: Option<Code>,
    pub cues: Vec<u64>,
    pub ids: Vec<Id>,
    pub context: u64,
    pub exact: bool,
    pub reach: usize,
    pub spread: spread::Config,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub id: Id,
    pub signals: Signals,
    pub evidence: f32,
    pub score: f32,
    pub hops: u8,
    pub via: Vec<Id>,
}

/// The rows that came to mind so far, with their match.
struct Pool<'a> {
    words: &'a Words<'a>,
    query: Option<Query>,
    most: f32,
    rows: BTreeMap<u32, (Id, Signals)>,
}

impl Pool<'_> {
    fn add(&mut self, reader: &Reader<'_, NoPause>, node: u32) {
        let evicted = self.words.evicted.iter().find(|e| e.0 == node).map(|e| e.1);
        let (units, similarity) = match evicted {
            Some(row) => {
                let both = self.query.as_ref().zip(row.code.as_ref());
                (self.words.units_of(row), both.map(|(q, c)| q.similarity(&c.values, c.scale)))
            }
            None => {
                let similarity = self.query.as_ref().and_then(|q| reader.similarity(q, node));
                (reader.sum_of(&self.words.sums, node), similarity)
            }
        };
        let signals = Signals { similarity, bm25: bm25::score(units), bm25_max: self.most, ..Signals::default() };
        self.rows.entry(node).or_insert((reader.id_of(node), signals));
    }

    fn seeds(&mut self, reader: &Reader<'_, NoPause>, question: &Question) -> Vec<Seed> {
        let best = |f: fn(&Signals) -> f32| self.rows.values().map(|row| f(&row.1)).fold(0.0f32, f32::max);
        let (similarity, words) = (best(|s| s.similarity.unwrap_or(0.0)), best(|s| s.bm25));
        let base = |s: &Signals| rank::base(s.similarity, similarity, s.bm25, words);
        let mut memories: Vec<(f32, Id, u32)> =
            self.rows.iter().map(|(node, (id, s))| (base(s), *id, *node)).filter(|m| m.0 > 0.0).collect();
        memories.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        memories.truncate(engram_engine::config::SEEDS);
        let latest = if question.context == 0 { Vec::new() } else { reader.latest_of_context(question.context, 2) };
        let named = question.ids.iter().filter_map(|id| reader.by_id(id)).map(|node| (node, 2.0));
        for (node, base) in named.chain(latest.into_iter().map(|node| (node, 1.0))) {
            memories.push((base, reader.id_of(node), node));
            self.add(reader, node);
        }
        let cues: Vec<(u32, u32)> = question.cues.iter().filter_map(|cue| reader.cue(*cue)).collect();
        let n = reader.stats().memories;
        let weights: Vec<f32> =
            cues.iter().map(|(_, df)| spread::mention_weight(n, *df) as f32 / WEIGHT as f32).collect();
        let bases: Vec<f32> = memories.iter().map(|m| m.0).collect();
        let (to_memories, to_cues) = rank::seed_masses(&bases, &weights);
        let nodes = memories.iter().map(|m| m.2).chain(cues.iter().map(|c| c.0));
        nodes.zip(to_memories.into_iter().chain(to_cues)).map(|(node, mass)| Seed { node, mass }).collect()
    }
}

/// What comes to mind, best first.
pub fn search(space: Space<'_>, question: &Question, rows: &Rows) -> Vec<Hit> {
    let mut reader = Reader::new(space, Seen::default(), NoPause).expect("the space is ready");
    let words = words(&mut reader, &question.terms, Params::default(), rows);
    let most = bm25::maximum(words.idfs.iter().copied(), words.params);
    let query = question.code.clone().map(Query::new);
    let mut nodes: BTreeSet<u32> = words.evicted.iter().map(|e| e.0).collect();
    let by_words = reader.best_by_words(&words.sums, question.reach, None).expect("nothing moves");
    nodes.extend(by_words.into_iter().map(|w| w.0));
    if let Some(query) = &query {
        let by_meaning = reader.dense(query, question.reach, question.exact, None).expect("nothing moves");
        nodes.extend(by_meaning.into_iter().map(|m| m.0));
    }
    let mut pool = Pool { words: &words, query, most, rows: BTreeMap::new() };
    nodes.into_iter().for_each(|node| pool.add(&reader, node));
    pool.rows.retain(|_, (_, s)| s.similarity.is_some() || s.bm25 > 0.0);
    let seeds = pool.seeds(&reader, question);
    let spread = spread::spread(&mut Scratch::new(), &mut reader, &seeds, &question.spread, &mut || Ok(()));
    let spread = spread.expect("nothing moves");
    let reached = spread.received.iter().filter(|r| r.node & CUE == 0 && r.total() > 0.0);
    let mut reached: Vec<(f32, Id, u32)> = reached.map(|r| (r.total(), reader.id_of(r.node), r.node)).collect();
    reached.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    reached.retain(|r| !pool.rows.contains_key(&r.2));
    reached.iter().take(question.reach).for_each(|r| pool.add(&reader, r.2));
    let hit = |(node, (id, signals)): (&u32, &(Id, Signals))| {
        let received = spread.get(*node);
        let share = |f: fn(&Received) -> f32| received.map_or(0.0, f);
        let signals = Signals {
            by_cues: share(|r| r.by_cues),
            by_contiguity: share(|r| r.by_contiguity),
            by_association: share(|r| r.by_association),
            ..*signals
        };
        let before = spread.path(*node).into_iter().skip(1).filter(|p| p & CUE == 0);
        Hit {
            id: *id,
            signals,
            evidence: rank::evidence(&signals),
            score: rank::score(&signals),
            hops: received.map_or(0, |r| r.hops),
            via: before.map(|p| reader.id_of(p)).collect(),
        }
    };
    let mut hits: Vec<Hit> = pool.rows.iter().map(hit).filter(|hit| hit.evidence > 0.0).collect();
    hits.sort_by(|a, b| b.evidence.total_cmp(&a.evidence).then(a.id.cmp(&b.id)));
    hits.truncate(question.reach);
    hits
}

//! The search: candidates from meaning, words and association, each with all its signals.
//!
//! Everything here happens on the region, under its lock in pieces; no SQL, no server memory. The order of the result
//! depends on the rows and the question alone: ties go by id, sums are whole numbers.

use super::decayed::Decayed;
use super::interference::Rivals;
use super::outside::{Ask, Outside};
use super::priming::Priming;
use super::question::{Filter, Question};
pub use super::spreading::{recycle, spread_from, strongest};
use super::trace::{self, Counts, Trace};
use crate::guc;
use crate::hot::governor;
use engram_engine::code::Code;
use engram_engine::rank::{self, Signals};
use engram_engine::spread::{self, CUE, Seed, Spread, WEIGHT};
use engram_engine::tiers::Tier;
use engram_engine::{bm25, config, cues};
use engram_region::outside::Out;
use engram_region::read::{self, Pause, Reader, Stopped};
use engram_region::{Record, Stats};
use rustc_hash::{FxHashMap, FxHashSet};

/// A memory that came to mind.
#[derive(Debug, Clone)]
pub struct Hit {
    pub id: [u8; 16],
    pub signals: Signals,
    /// How much speaks for it: what it is ordered by.
    pub evidence: f32,
    pub hops: u8,
    /// Memories on the strongest path to it, a seed first.
    pub via: Vec<[u8; 16]>,
    /// Where it is kept.
    pub tier: Tier,
    /// The code of its embedding, where it was asked for.
    pub code: Option<Code>,
    /// Microseconds since the Unix epoch.
    pub occurred_at: i64,
    /// Hash of its kind.
    pub kind: u64,
    /// What it loses with time is entered.
    pub is_aged: bool,
    /// It is known how much earlier recalls prime it.
    pub is_sought: bool,
    /// How well it can be retrieved, where an account was asked for.
    pub decayed: Option<Box<Decayed>>,
    /// What competes with it, and what primes it.
    pub rivals: Rivals,
    pub primed: Priming,
}

impl Hit {
    /// A memory that nothing has brought to mind yet.
    pub fn of(id: [u8; 16]) -> Hit {
        Hit {
            id,
            signals: Signals::default(),
            evidence: 0.0,
            hops: 0,
            via: Vec::new(),
            tier: Tier::Warm,
            code: None,
            occurred_at: 0,
            kind: 0,
            is_aged: false,
            is_sought: false,
            decayed: None,
            rivals: Rivals::default(),
            primed: Priming::default(),
        }
    }
}

/// What a search is to find.
#[derive(Debug, Clone, Copy)]
pub struct Want {
    /// Candidates of each arm, and hits.
    pub reach: usize,
    /// Of how many of the best hits the codes are wanted, to compare them with each other.
    pub codes: usize,
    /// How each hit came about.
    pub trace: bool,
    /// Memories of the cold tier are among what may be returned.
    pub cold: bool,
}

/// Hits, best first, and how the search went.
#[derive(Debug, Default)]
pub struct Found {
    pub hits: Vec<Hit>,
    /// An arm was cut off.
    pub cut: bool,
    /// Some warm memories were not looked at, since nothing proposed them.
    pub approximate: bool,
    /// The work limit ended spreading early.
    pub limited: bool,
    /// Where it was asked for.
    pub trace: Option<Trace>,
}

/// What a search found.
pub enum Outcome {
    Done(Found),
    /// Memories outside whose rows must be read first.
    NeedsRows(Vec<[u8; 16]>),
    /// Warm memories that may match must be found first.
    NeedsProposals(Ask),
}

/// Members of the context in the cue that become seeds, latest first.
const CONTEXT_SEEDS: usize = 2;
/// Base score of a memory that the caller named: that of the best match by meaning and words together.
const NAMED_BASE: f32 = 1.0 + config::LEXICAL_WEIGHT;
/// Base score of the latest of the context.
const CONTEXT_BASE: f32 = 0.5 * NAMED_BASE;

struct Pool<'q> {
    question: &'q Question,
    outside: &'q Outside,
    /// Memories that were reached and whose rows are not known.
    missing: Vec<[u8; 16]>,
    cold: bool,
    idfs: Vec<f32>,
    average_length: f32,
    bm25_max: f32,
    /// Id and signals by node.
    rows: FxHashMap<u32, ([u8; 16], Signals)>,
}

/// Runs a search.
pub fn search<P: Pause>(
    reader: &mut Reader<'_, P>,
    question: &Question,
    outside: &Outside,
    want: Want,
) -> Result<Outcome, Stopped> {
    let reach = want.reach;
    let spilled = reader.spilled()?;
    let unknown = |ids: &mut dyn Iterator<Item = [u8; 16]>| -> Vec<[u8; 16]> {
        ids.filter(|id| !outside.rows.contains_key(id)).collect()
    };
    let missing = unknown(&mut spilled.iter().map(|out| out.id));
    if !missing.is_empty() {
        return Ok(Outcome::NeedsRows(missing));
    }
    let stats = *reader.stats();
    let n = stats.memories;
    let mut words = reader.words(&question.terms)?;
    let frequencies = reader.outside_frequencies(&question.terms);
    words.df.iter_mut().zip(&frequencies).for_each(|(df, outside)| *df += outside);
    for out in spilled.iter().filter(|out| !out.listed) {
        for (count, term) in words.df.iter_mut().zip(&question.terms) {
            *count += u32::from(frequency(&outside.rows[&out.id], *term) > 0);
        }
    }
    let idfs: Vec<f32> = words.df.iter().map(|df| bm25::idf(n, *df)).collect();
    let average_length = average_length(&stats);
    // Those that nothing proposes, then those that something does.
    let mut evicted: Vec<u32> = spilled.iter().filter(|out| want.cold || !out.cold).map(|out| out.node).collect();
    let proposes = stats.warm > 0 && !question.exact;
    if proposes {
        let Some(proposed) = &outside.proposed else {
            return Ok(Outcome::NeedsProposals(Ask {
                idfs,
                frequencies,
                average_length,
                warm: stats.warm,
                dims: stats.dims as usize,
                reach,
            }));
        };
        let nodes = proposed.ids.iter().filter_map(|id| reader.by_id(id));
        evicted.extend(nodes.filter(|node| reader.out(*node).is_some_and(|out| out.is_proposed() && !out.cold)));
    }
    let mut approximate = proposes && outside.proposed.as_ref().is_some_and(|p| p.cut);
    let mut passing = Vec::new();
    if question.exact || want.cold || (proposes && (outside.all || !question.filter.is_open())) {
        // What may be returned is looked at whole, where that is not too much.
        let every = question.exact || outside.all;
        let chosen = reader.outside(|out| out.is_proposed() && if out.cold { want.cold } else { every || proposes })?;
        let judged = |out: &&Out| question.exact || question.filter.passes(&reader.found(out.node));
        passing.extend(chosen.iter().filter(judged).copied());
        let (cold, warm): (Vec<Out>, Vec<Out>) = passing.iter().partition(|out| out.cold);
        if every || (!question.filter.is_open() && warm.len() <= guc::warm_scan_rows()) {
            approximate = false;
        } else {
            passing = cold;
        }
    }
    let open = question.filter.is_open();
    if question.exact || open {
        evicted.extend(passing.iter().map(|out| out.node));
    }
    evicted.sort_unstable();
    evicted.dedup();
    let mut candidates = evicted.clone();
    candidates.extend(passing.iter().map(|out| out.node));
    candidates.sort_unstable();
    candidates.dedup();
    let missing = unknown(&mut candidates.iter().map(|node| reader.id_of(*node)));
    if !missing.is_empty() {
        return Ok(Outcome::NeedsRows(missing));
    }
    let mut pool = Pool {
        question,
        outside,
        missing: Vec::new(),
        cold: want.cold,
        bm25_max: bm25::maximum(idfs.iter().copied(), question.bm25),
        average_length,
        idfs,
        rows: FxHashMap::default(),
    };
    let sums = reader.sums(&words, &pool.idfs, pool.average_length, question.bm25)?;
    // Conditions are on what is returned: activation starts at the best matches and may lead to what fulfils them.
    let mut cut = pool.gather(reader, &sums, &evicted, reach, &Filter::OPEN)?;
    let seeds = pool.seeds(reader, &sums, n);
    if !open {
        pool.rows.retain(|node, _| question.filter.passes(&reader.found(*node)));
        cut = pool.gather(reader, &sums, &candidates, reach, &question.filter)?;
    }
    let mut limited = false;
    let mut spread = None;
    if question.spread.hops > 0 && !seeds.is_empty() && !governor::is_over() {
        match spread_from(reader, &seeds, &question.spread) {
            Ok(result) => {
                limited = result.limited;
                cut |= pool.add_received(reader, &sums, &result, reach);
                spread = Some(result);
            }
            // Half a spread says nothing about what else would have received: the answer goes without.
            Err(Stopped::Moved) if governor::is_over() && !reader.was_disturbed() => {}
            Err(stopped) => return Err(stopped),
        }
    }
    governor::take(pool.rows.len() * (size_of::<Hit>() + size_of::<(u32, ([u8; 16], Signals))>()));
    if !pool.missing.is_empty() {
        if let Some(spread) = spread {
            recycle(spread);
        }
        return Ok(Outcome::NeedsRows(pool.missing));
    }
    cut |= approximate;
    let mut hits: Vec<(u32, Hit)> = pool.rows.iter().filter_map(|(node, row)| Some((*node, pool.hit(row)?))).collect();
    hits.sort_unstable_by(|a, b| b.1.evidence.total_cmp(&a.1.evidence).then(a.1.id.cmp(&b.1.id)));
    // Two versions of one memory can only meet while a load is under way; the better one stands for it.
    let mut ids = FxHashSet::default();
    hits.retain(|(_, h)| ids.insert(h.id));
    cut |= hits.len() > reach;
    hits.truncate(reach);
    if let Some(spread) = &spread {
        for (node, hit) in &mut hits {
            let path = spread.path(*node);
            hit.hops = spread.get(*node).map_or(0, |r| r.hops);
            let before = path.iter().skip(1).rev().filter(|p| **p & CUE == 0);
            hit.via = before.map(|p| reader.id_of(*p)).collect();
        }
    }
    for (at, (node, hit)) in hits.iter_mut().enumerate() {
        let out = reader.out(*node);
        let found = reader.found(*node);
        (hit.occurred_at, hit.kind) = (found.occurred_at, found.kind);
        hit.tier = match out {
            None => Tier::Hot,
            Some(out) if out.cold => Tier::Cold,
            Some(_) => Tier::Warm,
        };
        if at < want.codes {
            hit.code = match outside.rows.get(&hit.id) {
                Some(record) if out.is_some() => record.code.clone(),
                _ => reader.code_of(*node),
            };
        }
    }
    let trace = if want.trace { Some(pool.trace(reader, &seeds, &words.df, spread.as_ref(), &hits)?) } else { None };
    let trace =
        trace.map(|trace| Trace { outside: trace::Tiers::of(&stats, outside, evicted.len(), approximate), ..trace });
    if let Some(spread) = spread {
        recycle(spread);
    }
    Ok(Outcome::Done(Found { hits: hits.into_iter().map(|h| h.1).collect(), cut, approximate, limited, trace }))
}

fn average_length(stats: &Stats) -> f32 {
    if stats.memories == 0 { 0.0 } else { stats.total_length as f32 / stats.memories as f32 }
}

fn frequency(record: &Record, term: u64) -> u16 {
    record.terms.binary_search_by_key(&term, |t| t.0).map_or(0, |i| record.terms[i].1.min(255))
}

impl Pool<'_> {
    /// Adds the best `reach` matches of each arm among what passes the filter. Says whether an arm was cut off.
    fn gather<P: Pause>(
        &mut self,
        reader: &mut Reader<'_, P>,
        sums: &engram_region::lexical::Sums,
        evicted: &[u32],
        reach: usize,
        filter: &Filter,
    ) -> Result<bool, Stopped> {
        let passes = |m: &read::Found| filter.passes(m);
        let condition: Option<&dyn Fn(&read::Found) -> bool> = if filter.is_open() { None } else { Some(&passes) };
        let by_words = reader.best_by_words(sums, reach, condition)?;
        let mut cut = by_words.len() == reach;
        let mut nodes: Vec<u32> = by_words.into_iter().map(|w| w.0).collect();
        if let Some(query) = &self.question.query {
            let by_meaning = reader.dense(query, reach, self.question.exact, condition)?;
            cut |= by_meaning.len() == reach;
            nodes.extend(by_meaning.into_iter().map(|m| m.0));
        }
        self.add(reader, sums, &nodes);
        for node in evicted {
            if filter.is_open() || filter.passes(&reader.found(*node)) {
                let id = reader.id_of(*node);
                let signals = self.outside_signals(&id);
                if signals.similarity.is_some_and(|s| s > 0.0) || signals.bm25 > 0.0 {
                    self.rows.insert(*node, (id, signals));
                }
            }
        }
        Ok(cut)
    }

    /// Adds visible memories that pass the filter, with their match.
    fn add<P: Pause>(&mut self, reader: &Reader<'_, P>, sums: &engram_region::lexical::Sums, nodes: &[u32]) {
        let new: Vec<u32> = nodes.iter().filter(|node| !self.rows.contains_key(node)).copied().collect();
        // They lie anywhere in memory: all are asked for before the first is waited for.
        new.iter().for_each(|node| reader.expect_node(*node));
        if self.question.query.is_some() {
            new.iter().for_each(|node| reader.expect_code(*node));
        }
        for node in new {
            // What matches by words and by meaning comes twice.
            if self.rows.contains_key(&node) {
                continue;
            }
            let id = reader.id_of(node);
            let signals = match reader.out(node) {
                Some(out) if out.cold && !self.cold => continue,
                Some(_) if !self.outside.rows.contains_key(&id) => {
                    self.missing.push(id);
                    continue;
                }
                Some(_) => self.outside_signals(&id),
                None => {
                    let similarity = self.question.query.as_ref().and_then(|q| reader.similarity(q, node));
                    self.signals(similarity, reader.sum_of(sums, node))
                }
            };
            self.rows.insert(node, (id, signals));
        }
    }

    fn signals(&self, similarity: Option<f32>, units: u32) -> Signals {
        Signals { similarity, bm25: bm25::score(units), bm25_max: self.bm25_max, ..Signals::default() }
    }

    /// The match of a memory outside, from its row by the same formulas.
    fn outside_signals(&self, id: &[u8; 16]) -> Signals {
        let record = &self.outside.rows[id];
        let mut units = 0u32;
        for (term, idf) in self.question.terms.iter().zip(&self.idfs) {
            let tf = frequency(record, *term);
            if tf > 0 {
                let weight = bm25::weight(tf, record.length, self.average_length, self.question.bm25);
                units = units.saturating_add(bm25::contribution(*idf, weight));
            }
        }
        let query = self.question.query.as_ref();
        let similarity = query.zip(record.code.as_ref()).filter(|(q, c)| q.dims() == c.values.len());
        self.signals(similarity.map(|(q, c)| q.similarity(&c.values, c.scale)), units)
    }

    /// Where activation starts: the best matches, what the caller named, and cues of the question.
    fn seeds<P: Pause>(&mut self, reader: &Reader<'_, P>, sums: &engram_region::lexical::Sums, n: u32) -> Vec<Seed> {
        let best = |f: fn(&Signals) -> f32| self.rows.values().map(|r| f(&r.1)).fold(0.0f32, f32::max);
        let (similarity, words) = (best(|s| s.similarity.unwrap_or(0.0)), best(|s| s.bm25));
        let mut memories: Vec<(f32, [u8; 16], u32)> = self
            .rows
            .iter()
            .map(|(node, (id, s))| (rank::base(s.similarity, similarity, s.bm25, words), *id, *node))
            .filter(|m| m.0 > 0.0)
            .collect();
        memories.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        memories.truncate(self.question.seeds);
        let latest = match self.question.context {
            0 => Vec::new(),
            context => reader.latest_of_context(context, CONTEXT_SEEDS),
        };
        let named = self.question.ids.iter().filter_map(|id| reader.by_id(id)).map(|m| (m, NAMED_BASE));
        for (node, base) in named.chain(latest.into_iter().map(|m| (m, CONTEXT_BASE))) {
            memories.push((base, reader.id_of(node), node));
            if self.question.filter.passes(&reader.found(node)) {
                self.add(reader, sums, &[node]);
            }
        }
        let cues: Vec<(u32, u32)> = self.cues(reader).into_iter().filter_map(|c| reader.cue(c)).collect();
        let weights: Vec<f32> =
            cues.iter().map(|(_, df)| spread::mention_weight(n, *df) as f32 / WEIGHT as f32).collect();
        let bases: Vec<f32> = memories.iter().map(|m| m.0).collect();
        let (to_memories, to_cues) = rank::seed_masses(&bases, &weights);
        let memories = memories.iter().zip(to_memories).map(|(m, mass)| Seed { node: m.2, mass });
        memories.chain(cues.iter().zip(to_cues).map(|(c, mass)| Seed { node: c.0, mass })).collect()
    }

    /// Cues that the question names: as the rules for names find them, and others that the space knows, in whatever case. Of these
    /// single words are none: they would be words like any other.
    fn cues<P: Pause>(&self, reader: &Reader<'_, P>) -> Vec<u64> {
        let (named, phrases) = (&self.question.cues, &self.question.phrases);
        let is_cue = |i: usize| {
            let phrase = &phrases[i];
            named.contains(&phrase.hash) || (!phrase.is_one_word() && reader.cue(phrase.hash).is_some())
        };
        let mut cues = named.clone();
        cues.extend(cues::longest(phrases, is_cue).into_iter().map(|phrase| phrase.hash));
        cues.sort_unstable();
        cues.dedup();
        cues
    }

    /// Adds what activation reached: the `reach` memories that received most. Says whether there were more.
    fn add_received<P: Pause>(
        &mut self,
        reader: &Reader<'_, P>,
        sums: &engram_region::lexical::Sums,
        spread: &Spread,
        reach: usize,
    ) -> bool {
        let open = self.question.filter.is_open();
        // Those that are known already take no place.
        let enough = if open { reach + self.rows.len() } else { usize::MAX };
        let (reached, all) = strongest(reader, spread, enough);
        let more = all > reach;
        let passes = |node: &u32| open || self.question.filter.passes(&reader.found(*node));
        let new = reached.into_iter().map(|r| r.2).filter(|node| !self.rows.contains_key(node) && passes(node));
        let new: Vec<u32> = new.take(reach).collect();
        self.add(reader, sums, &new);
        for (node, (_, signals)) in &mut self.rows {
            if let Some(r) = spread.get(*node) {
                signals.by_cues = r.by_cues;
                signals.by_contiguity = r.by_contiguity;
                signals.by_association = r.by_association;
            }
        }
        more
    }

    fn hit(&self, (id, signals): &([u8; 16], Signals)) -> Option<Hit> {
        // What nothing speaks for does not come to mind, also if the caller named it: it would only fill the answer up.
        let evidence = rank::evidence(signals);
        (evidence > 0.0).then(|| Hit { signals: *signals, evidence, tier: Tier::Hot, ..Hit::of(*id) })
    }

    /// What an explanation needs of this search.
    fn trace<P: Pause>(
        &self,
        reader: &mut Reader<'_, P>,
        seeds: &[Seed],
        df: &[u32],
        spread: Option<&Spread>,
        hits: &[(u32, Hit)],
    ) -> Result<Trace, Stopped> {
        let terms = self.question.terms.iter().zip(df.iter().zip(&self.idfs));
        let cues = self.question.cues.iter().map(|hash| (*hash, reader.cue(*hash).map_or(0, |c| c.1)));
        let mut trace = Trace {
            memories: reader.stats().memories,
            dims: reader.stats().dims,
            counts: Counts::of(self.rows.values().map(|row| &row.1)),
            terms: terms.map(|(hash, (df, idf))| (*hash, *df, *idf)).collect(),
            average_length: self.average_length,
            cues: cues.collect(),
            ..Trace::default()
        };
        if let Some(spread) = spread {
            trace.spread = Some((spread.edges, spread.received.len()));
            trace.ways = trace::ways(reader, self.question, spread, seeds, hits)?;
        }
        Ok(trace)
    }
}

//! What a search notes for an explanation: candidates of each arm, words with their weights, paths of activation.
//!
//! Made on the region, under its lock, with the numbers of this search; names come later, from rows that the caller may see.

use super::outside::Outside;
use super::question::Question;
use super::search::Hit;
use engram_engine::rank::Signals;
use engram_engine::spread::{AssociationKind, CUE, EdgeKind, Graph, NodeIdx, Seed, Spread, Stop, WEIGHT};
use engram_region::Stats;
use engram_region::read::{Pause, Reader, Stopped};
use rustc_hash::FxHashMap;

/// Cues named for one memory, those that brought most first.
const MOST_CUES: usize = 5;

/// What a search looked at.
#[derive(Debug, Default)]
pub struct Trace {
    /// Memories of the space.
    pub memories: u32,
    /// Dimensions of its embeddings, 0 for none.
    pub dims: u32,
    pub counts: Counts,
    /// Terms of the question: hash, memories that hold it, idf.
    pub terms: Vec<(u64, u32, f32)>,
    pub average_length: f32,
    /// Cues of the question: hash, and the memories that mention it.
    pub cues: Vec<(u64, u32)>,
    /// Edges looked at and nodes reached; none when nothing was spread.
    pub spread: Option<(u64, usize)>,
    /// How activation came to each of the hits.
    pub ways: FxHashMap<[u8; 16], Way>,
    /// Memories outside the hot tier; none where there are none.
    pub outside: Option<Tiers>,
}

/// What a search looked at outside the hot tier.
#[derive(Debug, Clone, Copy)]
pub struct Tiers {
    pub warm: u32,
    pub cold: u32,
    /// Memories that nothing proposes: their rows are read.
    pub spilled: u32,
    /// Memories outside that were looked at.
    pub looked_at: usize,
    pub by_meaning: &'static str,
    pub by_words: &'static str,
    /// Others may match.
    pub approximate: bool,
}

impl Tiers {
    pub fn of(stats: &Stats, outside: &Outside, looked_at: usize, approximate: bool) -> Option<Tiers> {
        let all = "every row was looked at";
        let by = outside.proposed.as_ref().map_or((all, all), |p| (p.by_meaning, p.by_words));
        (stats.spilled > 0).then(|| Tiers {
            warm: stats.warm,
            cold: stats.cold,
            spilled: stats.spilled.saturating_sub(stats.warm + stats.cold),
            looked_at,
            by_meaning: by.0,
            by_words: by.1,
            approximate,
        })
    }
}

/// Candidates by the arm that speaks for them.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    pub dense: usize,
    pub lexical: usize,
    pub cue: usize,
    pub contiguity: usize,
    pub association: usize,
    pub all: usize,
}

impl Counts {
    /// Counts the candidates of a search.
    pub fn of<'s>(rows: impl Iterator<Item = &'s Signals>) -> Counts {
        let mut counts = Counts::default();
        for s in rows {
            counts.all += 1;
            counts.dense += usize::from(s.similarity.is_some_and(|s| s > 0.0));
            counts.lexical += usize::from(s.bm25 > 0.0);
            counts.cue += usize::from(s.by_cues > 0.0);
            counts.contiguity += usize::from(s.by_contiguity > 0.0);
            counts.association += usize::from(s.by_association > 0.0);
        }
        counts
    }
}

/// How activation came to a memory.
#[derive(Debug, Default, Clone)]
pub struct Way {
    /// The memory it started from; none for a cue of the question, or where nothing arrived.
    pub from: Option<[u8; 16]>,
    /// The strongest of the shortest paths; empty for a seed.
    pub steps: Vec<Step>,
    /// Hashes of the cues that passed activation on to it, most first.
    pub cues: Vec<u64>,
}

/// From one memory to the next.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub link: Link,
    /// Of the edge that leads to the memory.
    pub weight: f32,
    /// Among how many associations what passed activation on divided it: the memories of a cue, the edges of a memory.
    pub fan: u32,
    pub to: [u8; 16],
}

/// What two memories on a path have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// A cue that both mention, by its hash; on a first step without a memory before it, one of the question.
    Cue(u64),
    /// Neighbours in time within one context.
    Contiguity,
    Association(AssociationKind),
}

/// How activation came to each of the hits.
pub fn ways<P: Pause>(
    reader: &mut Reader<'_, P>,
    question: &Question,
    spread: &Spread,
    seeds: &[Seed],
    hits: &[(u32, Hit)],
) -> Result<FxHashMap<[u8; 16], Way>, Stopped> {
    hits.iter().map(|(node, hit)| Ok((hit.id, way(reader, question, spread, seeds, *node)?))).collect()
}

fn way<P: Pause>(
    reader: &mut Reader<'_, P>,
    question: &Question,
    spread: &Spread,
    seeds: &[Seed],
    node: NodeIdx,
) -> Result<Way, Stopped> {
    let mut path = spread.path(node);
    path.reverse();
    let from = path.first().filter(|first| **first & CUE == 0).map(|first| reader.id_of(*first));
    let mut way = Way { from, ..Way::default() };
    let mut before = None;
    for at in path {
        if let Some(from) = before
            && at & CUE == 0
        {
            let (link, weight) = link(reader, from, at)?;
            let fan = reader.degree(from).edges;
            way.steps.push(Step { link, weight: weight as f32 / WEIGHT as f32, fan, to: reader.id_of(at) });
        }
        before = Some(at);
    }
    way.cues = cues(reader, question, spread, seeds, node)?;
    Ok(way)
}

/// The edge by which a path came from `from`, a cue or a memory, to the memory `to`: the heaviest where there are several.
fn link<P: Pause>(reader: &mut Reader<'_, P>, from: NodeIdx, to: NodeIdx) -> Result<(Link, u32), Stopped> {
    // A mention weighs the same from both ends, and a memory has fewer than a cue.
    let (asked, sought) = if from & CUE == 0 { (from, to) } else { (to, from) };
    let mut best: Option<(EdgeKind, u32)> = None;
    let result = reader.edges(asked, &mut |target, kind, weight| {
        let inhibits = kind == EdgeKind::Association(AssociationKind::Inhibitory as u8);
        if target == sought && !inhibits && best.is_none_or(|b| weight > b.1) {
            best = Some((kind, weight));
        }
    });
    result.map_err(|Stop| reader.why_stopped())?;
    let (kind, weight) = best.ok_or(Stopped::Moved)?;
    let link = match kind {
        EdgeKind::Mention => Link::Cue(reader.cue_hash(from)),
        EdgeKind::Contiguity => Link::Contiguity,
        EdgeKind::Association(code) => {
            Link::Association(AssociationKind::from_code(code).unwrap_or(AssociationKind::Semantic))
        }
    };
    Ok((link, weight))
}

/// The cues of a memory that passed activation on: those that held more than the threshold, by the share they send here.
fn cues<P: Pause>(
    reader: &mut Reader<'_, P>,
    question: &Question,
    spread: &Spread,
    seeds: &[Seed],
    node: NodeIdx,
) -> Result<Vec<u64>, Stopped> {
    let mut mentions: Vec<(NodeIdx, u32)> = Vec::new();
    let result = reader.edges(node, &mut |target, kind, weight| {
        if kind == EdgeKind::Mention {
            mentions.push((target, weight));
        }
    });
    result.map_err(|Stop| reader.why_stopped())?;
    let mut sent: Vec<(f32, u64)> = Vec::new();
    for (cue, weight) in mentions {
        let Some(held) = spread.get(cue).filter(|r| r.hops < question.spread.hops) else { continue };
        let mass: f32 = seeds.iter().filter(|s| s.node == cue).map(|s| s.mass).sum();
        let degree = reader.degree(cue);
        let total = held.total() + mass;
        if total > question.spread.threshold * degree.edges as f32 {
            sent.push((total * weight as f32 / degree.weight.max(1) as f32, reader.cue_hash(cue)));
        }
    }
    sent.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    sent.truncate(MOST_CUES);
    Ok(sent.into_iter().map(|s| s.1).collect())
}

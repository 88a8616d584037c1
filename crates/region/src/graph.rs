//! The space as a graph that activation spreads through.

use crate::bytes::NONE;
use crate::chunks;
use crate::context::{self, Context};
use crate::read::{Pause, Reader};
use crate::record::{ABOUT, Cue, Node};
use engram_engine::config::ABOUT_FACTOR;
use engram_engine::spread::{CUE, Degree, EdgeKind, Graph, NodeIdx, Stop, contiguity_weight, mention_weight};
use std::collections::HashMap;

/// Edges of nodes whose degree was asked for in the present round.
#[derive(Default)]
pub(crate) struct Kept {
    nodes: HashMap<NodeIdx, (usize, usize)>,
    edges: Vec<(NodeIdx, EdgeKind, u32)>,
    /// The round has begun to push: the next degree opens a new one.
    pushed: bool,
}

/// Mentions between the one looked at and the one asked for.
const AHEAD: usize = 8;

impl<P: Pause> Reader<'_, P> {
    fn mention(&self, df: u32) -> u32 {
        let compute = || mention_weight(self.stats.memories, df);
        let mut weights = self.weights.borrow_mut();
        match weights.get_mut(df as usize) {
            Some(w) if *w == 0 => {
                *w = compute();
                *w
            }
            Some(w) => *w,
            None => compute(),
        }
    }

    /// How many memories mention a cue, and how many of them are about it: those that are counted, or while some mentions
    /// are of transactions that have not settled, those that this reader sees, among them its own.
    pub(crate) fn mentioned(&self, c: &Cue) -> (u32, u32) {
        if c.mentions.n.wrapping_sub(c.dead) == c.df {
            return (c.df, c.about);
        }
        let mut seen = (0, 0);
        chunks::while_each(&self.space.region, &c.mentions, |run| {
            for m in run {
                if self.visible(m & !ABOUT) {
                    seen = (seen.0 + 1, seen.1 + u32::from(m & ABOUT != 0));
                }
            }
            true
        });
        seen
    }

    fn neighbours(&self, i: u32, n: &Node) -> [u32; 2] {
        if n.context == NONE {
            return [NONE; 2];
        }
        let c: Context = self.space.region.read(self.space.context_at(n.context));
        context::neighbours(&self.space.region, &c, i, |m| self.key_of(m), |m| self.visible(m))
    }

    /// The visible memories that follow one in its context, the next first, at most `n`.
    pub fn following(&self, node: u32, n: usize) -> Vec<u32> {
        let mut out = Vec::new();
        let mut last = node;
        while out.len() < n {
            let [_, next] = self.neighbours(last, &self.node(last));
            if next == NONE {
                break;
            }
            out.push(next);
            last = next;
        }
        out
    }

    pub(crate) fn each_edge(&self, node: u32, f: &mut dyn FnMut(NodeIdx, EdgeKind, u32)) {
        let n = self.node(node);
        let cues = self.space.cues_of(&n);
        let df_at = |cue: u32| self.cue_at(cue) + std::mem::offset_of!(Cue, df);
        // All are asked for before the first is waited for.
        cues.iter().for_each(|entry| self.space.region.prefetch(df_at(entry & !ABOUT)));
        for entry in cues {
            let cue = entry & !ABOUT;
            let df: u32 = self.space.region.read(df_at(cue));
            let about = if entry & ABOUT != 0 { ABOUT_FACTOR } else { 1 };
            f(cue | CUE, EdgeKind::Mention, self.mention(df) * about);
        }
        for m in self.neighbours(node, &n).into_iter().filter(|m| *m != NONE) {
            f(m, EdgeKind::Contiguity, contiguity_weight());
        }
        self.space.edges_of(&n.id, |_, e| {
            if self.sees_edge(e)
                && let Some(target) = self.by_id(&e.target)
            {
                f(target, EdgeKind::Association(e.kind as u8), e.weight);
            }
        });
    }
}

impl<P: Pause> Graph for Reader<'_, P> {
    fn degree(&mut self, node: NodeIdx) -> Degree {
        if node & CUE != 0 {
            let c: Cue = self.space.region.read(self.cue_at(node & !CUE));
            let (df, about) = self.mentioned(&c);
            let units = u64::from(df) + u64::from(about) * u64::from(ABOUT_FACTOR - 1);
            return Degree { weight: units * u64::from(self.mention(df)), edges: df };
        }
        // Who is asked for a degree mostly pushes in the same round: its edges are kept until then.
        let mut kept = std::mem::take(&mut self.kept);
        if std::mem::replace(&mut kept.pushed, false) {
            kept.edges.clear();
            kept.nodes.clear();
        }
        let start = kept.edges.len();
        self.each_edge(node, &mut |target, kind, weight| kept.edges.push((target, kind, weight)));
        let edges = &kept.edges[start..];
        let degree = Degree { weight: edges.iter().map(|e| u64::from(e.2)).sum(), edges: edges.len() as u32 };
        kept.nodes.insert(node, (start, kept.edges.len()));
        self.kept = kept;
        degree
    }

    fn expect(&self, node: NodeIdx) {
        if node & CUE != 0 {
            self.space.region.prefetch(self.cue_at(node & !CUE));
        } else {
            // State and number of cues lie in one line.
            self.space.region.prefetch(self.node_at(node) + std::mem::offset_of!(Node, state));
        }
    }

    fn least_edges(&mut self, node: NodeIdx) -> u32 {
        if node & CUE != 0 {
            return 0;
        }
        let at = self.node_at(node) + std::mem::offset_of!(Node, n_cues);
        u32::from(self.space.region.read::<u16>(at))
    }

    fn edges(&mut self, node: NodeIdx, edge: &mut dyn FnMut(NodeIdx, EdgeKind, u32)) -> Result<(), Stop> {
        let mut steps = 0;
        if node & CUE == 0 {
            self.kept.pushed = true;
            match self.kept.nodes.get(&node) {
                Some((start, end)) => {
                    steps = (end - start) as u32;
                    self.kept.edges[*start..*end]
                        .iter()
                        .for_each(|(target, kind, weight)| edge(*target, *kind, *weight));
                }
                None => self.each_edge(node, &mut |target, kind, weight| {
                    steps += 1;
                    edge(target, kind, weight);
                }),
            }
        } else {
            let c: Cue = self.space.region.read(self.cue_at(node & !CUE));
            let weight = self.mention(self.mentioned(&c).0);
            chunks::while_each(&self.space.region, &c.mentions, |run| {
                for (at, m) in run.iter().enumerate() {
                    if let Some(soon) = run.get(at + AHEAD) {
                        self.expect(soon & !ABOUT);
                    }
                    let (i, about) = (m & !ABOUT, if m & ABOUT != 0 { ABOUT_FACTOR } else { 1 });
                    if self.visible(i) {
                        edge(i, EdgeKind::Mention, weight * about);
                    }
                }
                true
            });
            steps = c.mentions.n;
        }
        self.pause(steps).map_err(|why| {
            self.stopped = Some(why);
            Stop
        })
    }

    fn key(&mut self, node: NodeIdx) -> u128 {
        if node & CUE != 0 { u128::from(self.cue_hash(node)) } else { u128::from_be_bytes(self.id_of(node)) }
    }
}

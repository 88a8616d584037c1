//! Spreading over a synthetic graph: memories in sessions of 20 that share a pool of cues, about 8 mentions each, a part of them from a
//! Zipf law over the whole space (so that there are hubs), and links between neighbours. 100,000 memories;
//! `ENGRAM_BENCH_MEMORIES` asks for another number.

use criterion::{Criterion, criterion_group, criterion_main};
use engram_engine::spread::{
    CUE, Config, Degree, EdgeKind, Graph, NodeIdx, Scratch, Seed, Stop, contiguity_weight, mention_weight, spread,
};
use std::hint::black_box;

/// Linear congruential numbers, so that every run builds the same graph.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    /// An index below `n` with probability about 1 / (index + 1).
    fn zipf(&mut self, n: u64) -> u64 {
        let u = self.below(1 << 30) as f64 / (1u64 << 30) as f64;
        ((n as f64).powf(u) as u64).saturating_sub(1).min(n - 1)
    }
}

/// Adjacency in rows, memories first: what a node needs stands together, and so does what an edge needs.
struct Rows {
    memories: u32,
    rows: Vec<(Degree, u32)>,
    edges: Vec<(NodeIdx, u32)>,
}

impl Rows {
    fn new(memories: u32) -> Rows {
        let cues = memories / 2;
        let mut numbers = Numbers(42);
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); (memories + cues) as usize];
        let mut pool = Vec::new();
        for m in 0..memories {
            if m % 20 == 0 {
                pool = (0..12).map(|_| numbers.below(u64::from(cues)) as u32).collect();
            }
            let mut mine: Vec<u32> = (0..8)
                .map(|i| if i < 4 { pool[numbers.below(12) as usize] } else { numbers.zipf(u64::from(cues)) as u32 })
                .collect();
            mine.sort_unstable();
            mine.dedup();
            for cue in mine {
                rows[m as usize].push(cue | CUE);
                rows[(memories + cue) as usize].push(m);
            }
            if m % 20 != 0 {
                rows[m as usize].push(m - 1);
                rows[m as usize - 1].push(m);
            }
        }
        let mut graph = Rows { memories, rows: Vec::new(), edges: Vec::new() };
        for (row, list) in rows.iter().enumerate() {
            let start = graph.edges.len();
            for &target in list {
                let cue = match (row as u32).checked_sub(memories) {
                    Some(cue) => Some(cue),
                    None => (target & CUE != 0).then_some(target & !CUE),
                };
                let weight = cue.map_or(contiguity_weight(), |cue| {
                    mention_weight(memories, rows[(memories + cue) as usize].len() as u32)
                });
                graph.edges.push((target, weight));
            }
            let degree =
                Degree { weight: graph.edges[start..].iter().map(|e| u64::from(e.1)).sum(), edges: list.len() as u32 };
            graph.rows.push((degree, start as u32));
        }
        graph
    }

    fn row(&self, node: NodeIdx) -> (Degree, u32) {
        let row = if node & CUE == 0 { node } else { self.memories + (node & !CUE) };
        self.rows[row as usize]
    }

    fn edges_of(&self, node: NodeIdx) -> impl Iterator<Item = (NodeIdx, EdgeKind, u32)> {
        let (degree, start) = self.row(node);
        let list = &self.edges[start as usize..][..degree.edges as usize];
        list.iter().map(move |&(target, weight)| {
            let mention = (node | target) & CUE != 0;
            let kind = if mention { EdgeKind::Mention } else { EdgeKind::Contiguity };
            (target, kind, weight)
        })
    }
}

impl Graph for &Rows {
    fn degree(&mut self, node: NodeIdx) -> Degree {
        self.row(node).0
    }

    fn edges(&mut self, node: NodeIdx, edge: &mut dyn FnMut(NodeIdx, EdgeKind, u32)) -> Result<(), Stop> {
        for (target, kind, weight) in self.edges_of(node) {
            edge(target, kind, weight);
        }
        Ok(())
    }

    fn key(&mut self, node: NodeIdx) -> u128 {
        u128::from(node)
    }
}

/// Five memories of one session and two others, and three of their cues.
fn question(graph: &Rows, numbers: &mut Numbers) -> Vec<Seed> {
    let first = numbers.below(u64::from(graph.memories)) as u32 / 20 * 20;
    let other = numbers.below(u64::from(graph.memories)) as u32;
    let memories = [first, first + 3, first + 7, other, other / 2];
    let mut seeds: Vec<Seed> = memories.iter().map(|&node| Seed { node, mass: 0.14 }).collect();
    let named = graph.edges_of(first).filter(|e| e.0 & CUE != 0).take(3);
    seeds.extend(named.map(|e| Seed { node: e.0, mass: 0.1 }));
    seeds
}

fn spreading(c: &mut Criterion) {
    let memories = std::env::var("ENGRAM_BENCH_MEMORIES").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let graph = Rows::new(memories);
    let largest = (0..memories / 2).map(|cue| (&graph).degree(cue | CUE).edges).max();
    eprintln!("{memories} memories, {} edges, largest hub {largest:?}", graph.edges.len());
    let mut numbers = Numbers(7);
    let questions: Vec<Vec<Seed>> = (0..512).map(|_| question(&graph, &mut numbers)).collect();
    for (name, config) in [
        ("spread", Config::default()),
        ("spread 1e-4", Config { threshold: 1e-4, ..Config::default() }),
        ("spread 1e-5", Config { threshold: 1e-5, ..Config::default() }),
    ] {
        let mut scratch = Scratch::new();
        let mut next = 0;
        let (mut edges, mut calls) = (0, 0);
        c.bench_function(&format!("{name}, {memories} memories"), |b| {
            b.iter(|| {
                next = (next + 1) % questions.len();
                let result = spread(&mut scratch, &mut &graph, black_box(&questions[next]), &config, &mut || Ok(()))
                    .expect("nothing stops the call");
                (edges, calls) = (edges + result.edges, calls + 1);
                scratch.recycle(result);
            })
        });
        eprintln!("{name}: {} edges a call", edges / calls.max(1));
    }
}

criterion_group!(benches, spreading);
criterion_main!(benches);

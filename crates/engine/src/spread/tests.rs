use super::*;
use proptest::prelude::*;

/// A graph in vectors; `order` is where each node is stored.
#[derive(Clone, Debug, Default)]
struct VecGraph {
    memories: Vec<Vec<(NodeIdx, EdgeKind, u32)>>,
    cues: Vec<Vec<(NodeIdx, EdgeKind, u32)>>,
    keys: Vec<u128>,
}

impl VecGraph {
    fn new(memories: usize, cues: usize) -> VecGraph {
        VecGraph {
            memories: vec![Vec::new(); memories],
            cues: vec![Vec::new(); cues],
            keys: (0..memories as u128).collect(),
        }
    }

    fn mention(&mut self, memory: u32, cue: u32, weight: u32) {
        self.memories[memory as usize].push((cue | CUE, EdgeKind::Mention, weight));
        self.cues[cue as usize].push((memory, EdgeKind::Mention, weight));
    }

    fn link(&mut self, a: u32, b: u32) {
        self.memories[a as usize].push((b, EdgeKind::Contiguity, contiguity_weight()));
        self.memories[b as usize].push((a, EdgeKind::Contiguity, contiguity_weight()));
    }

    fn associate(&mut self, source: u32, target: u32, kind: AssociationKind, strength: f32) {
        let edge = (target, EdgeKind::Association(kind as u8), association_weight(strength));
        self.memories[source as usize].push(edge);
    }

    fn list(&self, node: NodeIdx) -> &[(NodeIdx, EdgeKind, u32)] {
        if node & CUE == 0 { &self.memories[node as usize] } else { &self.cues[(node & !CUE) as usize] }
    }

    /// The same graph with memories stored the other way round, and edges too.
    fn reversed(&self) -> VecGraph {
        let n = self.memories.len() as u32;
        let turn = |list: &Vec<(NodeIdx, EdgeKind, u32)>| {
            let moved = |t: NodeIdx| if t & CUE == 0 { n - 1 - t } else { t };
            list.iter().rev().map(|&(t, k, w)| (moved(t), k, w)).collect()
        };
        VecGraph {
            memories: self.memories.iter().rev().map(turn).collect(),
            cues: self.cues.iter().map(turn).collect(),
            keys: self.keys.iter().rev().copied().collect(),
        }
    }
}

impl Graph for VecGraph {
    fn degree(&mut self, node: NodeIdx) -> Degree {
        let list = self.list(node);
        Degree { weight: list.iter().map(|e| u64::from(e.2)).sum(), edges: list.len() as u32 }
    }

    fn edges(&mut self, node: NodeIdx, edge: &mut dyn FnMut(NodeIdx, EdgeKind, u32)) -> Result<(), Stop> {
        for &(target, kind, weight) in self.list(node) {
            edge(target, kind, weight);
        }
        Ok(())
    }

    fn key(&mut self, node: NodeIdx) -> u128 {
        if node & CUE == 0 { self.keys[node as usize] } else { u128::from(node) }
    }
}

fn from(node: NodeIdx) -> Seed {
    Seed { node, mass: 1.0 }
}

fn run(graph: &VecGraph, seeds: &[Seed], config: Config) -> Spread {
    spread(&mut Scratch::new(), &mut graph.clone(), seeds, &config, &mut || Ok(())).unwrap()
}

/// What each memory received, by its key: independent of where it is stored.
fn by_key(graph: &VecGraph, spread: &Spread) -> Vec<(u128, [f32; 3], u8, u128)> {
    let mut graph = graph.clone();
    let rows = spread.received.iter().filter(|r| r.node & CUE == 0);
    let mut rows: Vec<_> = rows
        .map(|r| (graph.key(r.node), [r.by_cues, r.by_contiguity, r.by_association], r.hops, graph.key(r.from)))
        .collect();
    rows.sort_by_key(|r| r.0);
    rows
}

#[test]
fn activation_comes_through_a_shared_cue_and_can_say_its_path() {
    let mut g = VecGraph::new(3, 2);
    for (memory, cue) in [(0, 0), (1, 0), (1, 1), (2, 1)] {
        g.mention(memory, cue, WEIGHT);
    }
    let s = run(&g, &[from(0)], Config { hops: 2, ..Config::default() });
    assert_eq!(s.path(2), [2, 1 | CUE, 1, CUE, 0]);
    assert_eq!([0, 1, 2].map(|m| s.get(m).unwrap().hops), [0, 1, 2]);
    let received = s.get(1).unwrap();
    // Two steps of damping 0.7 with half of the cue's mass; more comes back in later rounds.
    assert!(received.by_cues >= 0.7 * 0.7 * 0.5 - 1e-6 && received.by_contiguity == 0.0);
    assert!(s.path(77).is_empty() && s.get(77).is_none());
}

#[test]
fn hops_bound_the_steps_between_memories_over_cues_and_over_links() {
    let mut g = VecGraph::new(6, 1);
    (0..5).for_each(|m| g.link(m, m + 1));
    let reached = |seeds: &[Seed], hops| {
        let s = run(&g, seeds, Config { hops, ..Config::default() });
        assert!(s.received.iter().all(|r| r.hops <= hops));
        s.received.iter().filter(|r| r.node & CUE == 0).count()
    };
    assert_eq!([0, 1, 2, 3].map(|hops| reached(&[from(0)], hops)), [1, 2, 3, 4]);
    g.mention(5, 0, WEIGHT);
    let s = run(&g, &[from(CUE)], Config { hops: 1, ..Config::default() });
    assert_eq!((s.get(5).unwrap().hops, s.get(4)), (1, None));
}

#[test]
fn the_more_a_cue_is_shared_the_less_each_memory_gets() {
    let fan = |n: u32| {
        let mut g = VecGraph::new(n as usize + 1, 1);
        (0..=n).for_each(|m| g.mention(m, 0, WEIGHT));
        run(&g, &[from(0)], Config::default()).get(1).unwrap().by_cues
    };
    let received = [1, 2, 3, 10].map(fan);
    assert!(received.is_sorted_by(|a, b| a > b), "{received:?}");
}

#[test]
fn inhibition_takes_away_and_never_goes_below_zero() {
    let graph = |strength: f32| {
        let mut g = VecGraph::new(3, 0);
        g.associate(0, 1, AssociationKind::Causal, 1.0);
        g.associate(0, 1, AssociationKind::Inhibitory, strength);
        g.link(1, 2);
        g
    };
    let at = |g: &VecGraph, node| run(g, &[from(0)], Config::default()).get(node).map_or(0.0, Received::total);
    let (free, held, blocked) = (graph(0.0), graph(0.5), graph(9.0));
    assert!(at(&free, 1) > at(&held, 1) && at(&held, 1) > 0.0);
    assert!(at(&free, 2) > at(&held, 2) && at(&held, 2) > 0.0);
    assert_eq!((at(&blocked, 1), at(&blocked, 2)), (0.0, 0.0));
}

#[test]
fn a_hub_does_not_push_and_so_costs_nothing() {
    let mut g = VecGraph::new(50_001, 2);
    (0..50_000).for_each(|m| g.mention(m, 0, mention_weight(50_000, 50_000)));
    g.mention(0, 1, mention_weight(50_000, 2));
    g.mention(50_000, 1, mention_weight(50_000, 2));
    let s = run(&g, &[from(0)], Config::default());
    assert!(s.get(50_000).unwrap().by_cues > 0.2 && s.edges < 50 && !s.limited, "{}", s.edges);
}

#[test]
fn the_work_limit_raises_the_threshold_and_is_reported() {
    let mut g = VecGraph::new(2_000, 100);
    (0..2_000).for_each(|m| (0..5).for_each(|c| g.mention(m, (m * 7 + c * 13) % 100, WEIGHT)));
    let config = |max_edges| Config { threshold: 1e-9, max_edges, ..Config::default() };
    let free = run(&g, &[from(0)], config(u64::MAX));
    assert!(!free.limited && free.edges > 5_000);
    let tight = run(&g, &[from(0)], config(1_000));
    assert!(tight.limited && tight.edges <= 1_000 && tight.edges > 0);
    assert_eq!(by_key(&g, &tight), by_key(&g.reversed(), &run(&g.reversed(), &[from(1_999)], config(1_000))));
}

#[test]
fn a_caller_that_says_stop_gets_nothing() {
    let mut g = VecGraph::new(2, 0);
    g.link(0, 1);
    assert!(spread(&mut Scratch::new(), &mut g.clone(), &[from(0)], &Config::default(), &mut || Err(Stop)).is_err());
}

#[test]
fn buffers_used_again_change_nothing() {
    let mut g = VecGraph::new(4, 1);
    (0..3).for_each(|m| g.link(m, m + 1));
    g.associate(3, 0, AssociationKind::Inhibitory, 1.0);
    let mut scratch = Scratch::new();
    let first = spread(&mut scratch, &mut g, &[from(0)], &Config::default(), &mut || Ok(())).unwrap();
    let expected = first.received.clone();
    scratch.recycle(first);
    let again = spread(&mut scratch, &mut g, &[from(0)], &Config::default(), &mut || Ok(())).unwrap();
    assert_eq!(again.received, expected);
    assert!(again.get(3).is_some());
}

#[test]
fn weights_are_finite_and_fall_with_frequency() {
    assert_eq!(mention_weight(100, 100), (2f64.ln() * f64::from(WEIGHT)).round() as u32);
    assert!(mention_weight(100, 1) > mention_weight(100, 2));
    assert_eq!((association_weight(-1.0), association_weight(f32::NAN)), (0, 0));
    // A mention weighs something even before any memory is counted.
    assert_eq!((mention_weight(0, 0), mention_weight(0, 7)), (mention_weight(1, 1), mention_weight(7, 7)));
    assert_eq!((mention_weight(5, 0), association_weight(1.0)), (mention_weight(5, 1), contiguity_weight()));
    for kind in AssociationKind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
        assert_eq!(AssociationKind::from_code(kind as u8), Some(kind));
    }
    assert!("friendly".parse::<AssociationKind>().is_err() && AssociationKind::from_code(6).is_none());
}

fn graphs() -> impl Strategy<Value = VecGraph> {
    let mentions = prop::collection::vec((0u32..12, 0u32..6, 1u32..400_000), 0..40);
    let links = prop::collection::vec((0u32..12, 0u32..12), 0..10);
    let associations = prop::collection::vec((0u32..12, 0u32..12, 0usize..6, 0.0f32..3.0), 0..10);
    (mentions, links, associations).prop_map(|(mentions, links, associations)| {
        let mut g = VecGraph::new(12, 6);
        mentions.into_iter().for_each(|(m, c, w)| g.mention(m, c, w));
        links.into_iter().for_each(|(a, b)| g.link(a, b));
        for (a, b, kind, strength) in associations {
            g.associate(a, b, AssociationKind::ALL[kind], strength);
        }
        g
    })
}

proptest! {
    #[test]
    fn activation_is_never_negative_and_never_more_than_was_sent(g in graphs(), seed in 0u32..12, hops in 0u8..5) {
        let s = run(&g, &[from(seed), from(CUE | 1)], Config { hops, ..Config::default() });
        for r in &s.received {
            prop_assert!(r.by_cues >= 0.0 && r.by_contiguity >= 0.0 && r.by_association >= 0.0);
            prop_assert!(r.hops <= hops);
            let path = s.path(r.node);
            prop_assert!(path.len() <= 2 * usize::from(hops) + 1 && [seed, CUE | 1].contains(path.last().unwrap()));
        }
        // A mass of 2 sends 2 * (0.7 + 0.7^2 + ...) over edges at most.
        let sent: f32 = s.received.iter().map(Received::total).sum();
        prop_assert!(sent <= 2.0 * 0.7 / 0.3 + 1e-4, "{sent}");
    }

    #[test]
    fn storage_order_does_not_change_results(g in graphs(), a in 0u32..12, b in 0u32..12, limit in 0u64..200) {
        let config = Config { max_edges: limit, threshold: 1e-4, ..Config::default() };
        let (first, second) = (Seed { node: a, mass: 0.6 }, Seed { node: b, mass: 0.4 });
        let (turned_a, turned_b) = (Seed { node: 11 - a, ..first }, Seed { node: 11 - b, ..second });
        let one = run(&g, &[first, second, from(CUE)], config);
        let turned = g.reversed();
        let other = run(&turned, &[from(CUE), turned_b, turned_a], config);
        prop_assert_eq!(by_key(&g, &one), by_key(&turned, &other));
        prop_assert_eq!((one.edges, one.limited), (other.edges, other.limited));
    }

    #[test]
    fn doubling_all_weights_changes_nothing(g in graphs(), seed in 0u32..12) {
        let mut doubled = g.clone();
        for list in doubled.memories.iter_mut().chain(&mut doubled.cues) {
            list.iter_mut().for_each(|edge| edge.2 *= 2);
        }
        let (one, two) = (run(&g, &[from(seed)], Config::default()), run(&doubled, &[from(seed)], Config::default()));
        prop_assert_eq!(one.received, two.received);
    }

    #[test]
    fn mass_is_conserved_up_to_rounding(mentions in prop::collection::vec((0u32..8, 0u32..4, 1u32..400_000), 1..30)) {
        // Every node has an edge and nothing is cut off, so each round sends on 0.7 of what the one before sent.
        let mut g = VecGraph::new(8, 4);
        mentions.into_iter().for_each(|(m, c, w)| g.mention(m, c, w));
        let seed = (0..8).find(|&m| !g.memories[m as usize].is_empty()).unwrap();
        let s = run(&g, &[from(seed)], Config { threshold: 0.0, hops: 20, ..Config::default() });
        let rounds = s.received.iter().map(Received::total).sum::<f32>();
        let expected: f32 = (1..=40).map(|r| 0.7f32.powi(r)).sum();
        prop_assert!((rounds - expected).abs() < 1e-3, "{rounds} {expected}");
    }
}

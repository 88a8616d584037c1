//! The rounds of residual push.

use super::nodes::{Node, Table};
use super::{AssociationKind, CUE, Config, EdgeKind, Graph, MASS, NodeIdx, Received, Seed, Spread, Stop};

/// Buffers that calls may share, to save their allocation.
#[derive(Debug, Default)]
pub struct Scratch {
    nodes: Vec<Node>,
    table: Table,
    candidates: Vec<u32>,
    active: Vec<Active>,
    touched: Vec<u32>,
    inhibited: Vec<(NodeIdx, u64)>,
    received: Vec<Received>,
}

impl Scratch {
    pub fn new() -> Scratch {
        Scratch::default()
    }

    /// Takes back what a result held, for the next call.
    pub fn recycle(&mut self, spread: Spread) {
        if self.nodes.capacity() > KEPT {
            *self = Scratch::default();
            return;
        }
        self.table = spread.table;
        self.received = spread.received;
    }
}

/// A node that pushes in this round, as it was when the round began.
#[derive(Clone, Copy, Debug)]
struct Active {
    place: u32,
    residual: u64,
    /// Sum of the weights of its edges.
    weight: u64,
}

/// Spreads activation from seeds. `check` is called before each round and between pushes every few thousand edges; it may
/// let go of a lock, and must leave the graph as it was or return [`Stop`].
///
/// # Errors
/// [`Stop`] when `check` or the graph says so.
pub fn spread(
    scratch: &mut Scratch,
    graph: &mut impl Graph,
    seeds: &[Seed],
    config: &Config,
    check: &mut dyn FnMut() -> Result<(), Stop>,
) -> Result<Spread, Stop> {
    scratch.begin(seeds);
    let threshold = mass(config.threshold.max(0.0));
    let mut run = Run { s: scratch, config, threshold, edges: 0, limited: false, inhibitions: 0 };
    for round in 1..=2 * u16::from(config.hops) {
        check()?;
        run.choose(graph);
        if run.s.active.is_empty() {
            break;
        }
        run.push(graph, round, check)?;
        run.settle();
    }
    let (edges, limited) = (run.edges, run.limited);
    Ok(scratch.finish(edges, limited))
}

impl Scratch {
    fn begin(&mut self, seeds: &[Seed]) {
        self.nodes.clear();
        self.table.clear();
        self.candidates.clear();
        self.touched.clear();
        self.inhibited.clear();
        self.received.clear();
        for seed in seeds.iter().filter(|seed| seed.mass > 0.0) {
            let place = self.place(seed.node, seed.node, 0, 0, 0);
            let node = &mut self.nodes[place];
            node.residual = node.residual.saturating_add(mass(seed.mass.min(1e3)));
            if !std::mem::replace(&mut node.waiting, true) {
                self.candidates.push(place as u32);
            }
        }
    }

    /// The place of a node, which is made if it is new.
    fn place(&mut self, node: NodeIdx, from: NodeIdx, hops: u8, reached: u16, strongest: u64) -> usize {
        let place = self.table.place(node, self.nodes.len());
        if place == self.nodes.len() {
            self.nodes.push(Node {
                node,
                from,
                residual: 0,
                arrived: 0,
                by_cues: 0,
                by_contiguity: 0,
                by_association: 0,
                strongest,
                edges: 0,
                reached,
                hops,
                waiting: false,
            });
        }
        place
    }

    fn finish(&mut self, edges: u64, limited: bool) -> Spread {
        for &(target, share) in &self.inhibited {
            if let Some(place) = self.table.get(target) {
                self.nodes[place].inhibit(share);
            }
        }
        let mut received = std::mem::take(&mut self.received);
        let share = |mass: u64| (mass as f64 / MASS as f64) as f32;
        received.extend(self.nodes.iter().map(|node| Received {
            node: node.node,
            by_cues: share(node.by_cues),
            by_contiguity: share(node.by_contiguity),
            by_association: share(node.by_association),
            hops: node.hops,
            from: node.from,
        }));
        Spread { received, edges, limited, table: std::mem::take(&mut self.table) }
    }
}

/// Nodes beyond which buffers are not kept for the next call: 4 MB of them.
const KEPT: usize = 1 << 16;

/// Candidates between the one looked at and the one announced: about as many as memory delivers meanwhile.
const AHEAD: usize = 8;

struct Run<'a> {
    s: &'a mut Scratch,
    config: &'a Config,
    /// The configured threshold as mass.
    threshold: u64,
    edges: u64,
    limited: bool,
    /// How many inhibitions were taken from the mass that travels on.
    inhibitions: usize,
}

impl Run<'_> {
    /// Who pushes in this round: decided for all before anybody does, and cut by threshold alone, so never by order.
    fn choose(&mut self, graph: &mut impl Graph) {
        let Scratch { nodes, candidates, active, .. } = &mut *self.s;
        active.clear();
        for (at, &place) in candidates.iter().enumerate() {
            if let Some(&soon) = candidates.get(at + AHEAD) {
                graph.expect(nodes[soon as usize].node);
            }
            let node = &mut nodes[place as usize];
            node.waiting = false;
            let at_the_rim = node.node & CUE == 0 && node.hops >= self.config.hops;
            if at_the_rim || !node.exceeds(self.threshold, node.edges.max(1)) {
                continue;
            }
            if node.edges == 0 && !node.exceeds(self.threshold, graph.least_edges(node.node)) {
                continue;
            }
            let degree = graph.degree(node.node);
            node.edges = degree.edges;
            if degree.weight > 0 && node.exceeds(self.threshold, degree.edges) {
                active.push(Active { place, residual: node.residual, weight: degree.weight });
            }
        }
        candidates.clear();
        let mut threshold = self.threshold.max(1);
        let left = self.config.max_edges.saturating_sub(self.edges);
        let work = |active: &[Active], nodes: &[Node]| {
            active.iter().map(|a| u64::from(nodes[a.place as usize].edges)).sum::<u64>()
        };
        while work(active, nodes) > left {
            self.limited = true;
            threshold = threshold.saturating_mul(2);
            active.retain(|a| {
                let node = &mut nodes[a.place as usize];
                let stays = node.exceeds(threshold, node.edges);
                if !stays && !std::mem::replace(&mut node.waiting, true) {
                    candidates.push(a.place);
                }
                stays
            });
        }
        for a in active.iter() {
            nodes[a.place as usize].residual = 0;
        }
    }

    /// Sends the residuals of the active nodes over their edges.
    fn push(
        &mut self,
        graph: &mut impl Graph,
        round: u16,
        check: &mut dyn FnMut() -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        const CHECK_EVERY: u64 = 4_096;
        let mut next_check = self.edges + CHECK_EVERY;
        let s = &mut *self.s;
        for i in 0..s.active.len() {
            let Active { place, residual, weight } = s.active[i];
            let Node { node: source, hops, edges, .. } = s.nodes[place as usize];
            self.edges += u64::from(edges);
            if self.edges >= next_check {
                check()?;
                next_check = self.edges + CHECK_EVERY;
            }
            // Exact to 53 bits and the same on every machine; each share is rounded down by itself.
            let per_weight = residual as f64 * f64::from(self.config.damping.clamp(0.0, 1.0)) / weight as f64;
            let mut ties: Vec<usize> = Vec::new();
            graph.edges(source, &mut |target, kind, weight| {
                let share = (per_weight * f64::from(weight)) as u64;
                if share == 0 {
                    return;
                }
                if kind == EdgeKind::Association(AssociationKind::Inhibitory as u8) {
                    s.inhibited.push((target, share));
                    return;
                }
                // From a cue to a memory, or from memory to memory, is a hop; from a memory to a cue is half of one.
                let target_hops = if target & CUE == 0 { hops + 1 } else { hops };
                let known = s.nodes.len();
                let place = s.place(target, source, target_hops, round, share);
                let fresh = place == known;
                let node = &mut s.nodes[place];
                match kind {
                    EdgeKind::Mention => node.by_cues += share,
                    EdgeKind::Contiguity => node.by_contiguity += share,
                    EdgeKind::Association(_) => node.by_association += share,
                }
                if node.arrived == 0 {
                    s.touched.push(place as u32);
                }
                node.arrived += share;
                if !fresh && node.reached == round && share >= node.strongest {
                    if share == node.strongest {
                        ties.push(place);
                    } else {
                        (node.strongest, node.from, node.hops) = (share, source, target_hops);
                    }
                }
            })?;
            for place in ties {
                let node = s.nodes[place];
                if graph.key(source) < graph.key(node.from) {
                    let hops = if node.node & CUE == 0 { hops + 1 } else { hops };
                    (s.nodes[place].from, s.nodes[place].hops) = (source, hops);
                }
            }
        }
        Ok(())
    }

    /// Makes what arrived the residual of the next round.
    fn settle(&mut self) {
        let Scratch { nodes, touched, candidates, inhibited, table, .. } = &mut *self.s;
        for &(target, share) in &inhibited[self.inhibitions..] {
            if let Some(place) = table.get(target) {
                nodes[place].arrived = nodes[place].arrived.saturating_sub(share);
            }
        }
        self.inhibitions = inhibited.len();
        for place in touched.drain(..) {
            let node = &mut nodes[place as usize];
            node.residual += std::mem::take(&mut node.arrived);
            // Most nodes could not push even with a single edge, until more arrives: they are not looked at again.
            if node.exceeds(self.threshold, 1) && !std::mem::replace(&mut node.waiting, true) {
                candidates.push(place);
            }
        }
    }
}

/// A share of the seed mass in fixed point.
fn mass(share: f32) -> u64 {
    (f64::from(share) * MASS as f64).round() as u64
}

impl Node {
    /// The degree-normalised test, for a node with this number of edges.
    fn exceeds(&self, threshold: u64, edges: u32) -> bool {
        self.residual > threshold.saturating_mul(u64::from(edges))
    }

    /// Takes mass away: from what was said explicitly first, then from time, then from cues; never below zero.
    fn inhibit(&mut self, mut mass: u64) {
        for part in [&mut self.by_association, &mut self.by_contiguity, &mut self.by_cues] {
            let taken = mass.min(*part);
            *part -= taken;
            mass -= taken;
        }
    }
}

//! Spreading activation: personalised PageRank by residual push, in synchronous rounds, on fixed-point mass.
//!
//! Seeds get a residual. In each round every node whose residual exceeds threshold * number of its edges *pushes*: it keeps
//! (1 - damping) of it and sends the rest over its edges in proportion to their weights, which is the fan effect (Anderson 1974): the more
//! a node is connected, the less each neighbour gets. What arrives is the activation a memory *receives*, and its residual for
//! the next round. The degree-normalised test is that of Andersen, Chung and Lang (2006): it bounds the edges
//! looked at by (seed mass) / ((1 - damping) * threshold) in any graph, hubs included.
//!
//! **One result for one graph.** Mass is counted in 2^-40, every share is rounded down by itself, and a round pushes only what
//! was there when it began, so that sums do not depend on the order of nodes or edges. Ties on paths go to the smaller key.
//!
//! **Hops.** A hop leads from memory to memory, over a direct link or through a cue; from a cue that is a seed, to a memory. A path over
//! cues alternates between the two kinds of nodes, so `hops` allows twice as many rounds, and a memory that lies `hops`
//! away from the seeds does not push. (The first round in which a node is reached fixes its hops; later ones only add mass.)
//!
//! **Who calls it.** The extension, with a [`Graph`] over the hot tier, its own overlay or a table. `Graph::edges` may end the call
//! ([`Stop`]): nothing is kept, and the caller starts again.

mod kind;
mod nodes;
mod run;

pub use kind::{AssociationKind, EdgeKind, association_weight, contiguity_weight, mention_weight};
pub use run::{Scratch, spread};

use crate::config;
use nodes::Table;

/// A node: a memory, or with the top bit set a cue. Indexes are the graph's own; results do not depend on their order.
pub type NodeIdx = u32;

/// Marks a cue in a [`NodeIdx`].
pub const CUE: u32 = 1 << 31;

/// Fixed-point mass: this many units are 1.0.
pub const MASS: u64 = 1 << 40;

/// Fixed-point edge weight: this many units are 1.0.
pub const WEIGHT: u32 = 1 << 16;

/// Ends a call early: the graph went away, or the caller was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// What leaves a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Degree {
    /// Sum of the weights of its edges.
    pub weight: u64,
    /// How many edges it has.
    pub edges: u32,
}

/// The graph that activation spreads through.
pub trait Graph {
    /// Weight and number of all edges that leave a node, as [`Graph::edges`] will list them.
    fn degree(&mut self, node: NodeIdx) -> Degree;

    /// A number of edges that the node has at least. Where it is cheaper than [`Graph::degree`] it spares looking at
    /// nodes that cannot push; zero is always right.
    fn least_edges(&mut self, _node: NodeIdx) -> u32 {
        0
    }

    /// The node will be asked about soon: a graph in memory may have it fetched.
    fn expect(&self, _node: NodeIdx) {}

    /// Calls `edge(target, kind, weight)` for every edge that leaves the node, in any order.
    ///
    /// # Errors
    /// [`Stop`] when the graph went away; the whole call ends with it.
    fn edges(&mut self, node: NodeIdx, edge: &mut dyn FnMut(NodeIdx, EdgeKind, u32)) -> Result<(), Stop>;

    /// What a node is, independent of where it is stored (a memory's id, a cue's hash): decides ties.
    fn key(&mut self, node: NodeIdx) -> u128;
}

/// Where activation starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seed {
    pub node: NodeIdx,
    /// Share of the reset mass; all seeds together should have 1. Not above zero (or NaN): ignored. Seeds of one node add up.
    pub mass: f32,
}

/// How far and how finely activation spreads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// Share of a residual that travels on, 0 to 1.
    pub damping: f32,
    /// A node pushes while its residual exceeds this times the number of its edges.
    pub threshold: f32,
    /// Steps from memory to memory a path may take. Zero spreads nothing.
    pub hops: u8,
    /// Edges looked at, at most. A round that would pass this doubles the threshold until it fits.
    pub max_edges: u64,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            damping: config::DAMPING,
            threshold: config::THRESHOLD,
            hops: config::HOPS,
            max_edges: config::MAX_EDGES,
        }
    }
}

/// What a node received through edges, as a share of the seed mass. Its own reset mass is not in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Received {
    pub node: NodeIdx,
    /// From cues that mention it (for a cue: from the memories that mention it). Zero or more, like the next two.
    pub by_cues: f32,
    /// From neighbours in time.
    pub by_contiguity: f32,
    /// Over associations, explicit or learned.
    pub by_association: f32,
    /// Steps from memory to memory on the shortest path from a seed; zero for a seed.
    pub hops: u8,
    /// The node before this one on the strongest of its shortest paths; for a seed itself.
    pub from: NodeIdx,
}

impl Received {
    /// All that arrived.
    pub fn total(&self) -> f32 {
        self.by_cues + self.by_contiguity + self.by_association
    }
}

/// What spreading found.
#[derive(Debug, Default)]
pub struct Spread {
    /// Seeds and every memory and cue that activation reached, in no order that means anything: sort by what you need and break
    /// ties by id.
    pub received: Vec<Received>,
    /// Edges looked at.
    pub edges: u64,
    /// The work limit raised the threshold in some round.
    pub limited: bool,
    table: Table,
}

impl Spread {
    /// What one node received.
    pub fn get(&self, node: NodeIdx) -> Option<&Received> {
        self.table.get(node).map(|at| &self.received[at])
    }

    /// The path by which activation first came to a node: the node itself first, a seed last; empty for a node not reached.
    pub fn path(&self, node: NodeIdx) -> Vec<NodeIdx> {
        let mut path = Vec::new();
        let mut next = self.get(node);
        while let Some(at) = next {
            path.push(at.node);
            next = if at.from == at.node { None } else { self.get(at.from) };
        }
        path
    }
}

#[cfg(test)]
mod tests;

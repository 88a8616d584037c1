//! A small graph of memories, cues and associations, for experiments whose material fits on a page.

use crate::spread::{
    AssociationKind, CUE, Config, Degree, EdgeKind, Graph, NodeIdx, Scratch, Seed, Spread, Stop, association_weight,
    mention_weight, spread,
};

/// Nodes are numbered in the order in which they are made, memories and cues apart.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    /// Cues that each memory mentions.
    mentions: Vec<Vec<u32>>,
    /// Memories that mention each cue.
    mentioned: Vec<Vec<u32>>,
    /// Associations that leave each memory, with their strengths.
    associations: Vec<Vec<(NodeIdx, f32)>>,
}

impl Sketch {
    /// A graph with this many cues and no memories yet.
    pub fn with_cues(n_cues: usize) -> Sketch {
        Sketch { mentioned: vec![Vec::new(); n_cues], ..Sketch::default() }
    }

    /// A memory that mentions these cues.
    pub fn memory(&mut self, cues: &[u32]) -> NodeIdx {
        let memory = self.mentions.len() as NodeIdx;
        self.mentions.push(cues.to_vec());
        self.associations.push(Vec::new());
        for &cue in cues {
            self.mentioned[cue as usize].push(memory);
        }
        memory
    }

    pub fn associate(&mut self, source: NodeIdx, target: NodeIdx, strength: f32) {
        self.associations[source as usize].push((target, strength));
    }

    /// Memories that mention a cue: its fan.
    pub fn mentioned_by(&self, cue: u32) -> &[u32] {
        &self.mentioned[cue as usize]
    }

    /// How specific a cue is, as a question weighs it: ln(1 + N/df).
    pub fn cue_weight(&self, cue: u32) -> f32 {
        libm::log1p(self.mentions.len() as f64 / self.mentioned_by(cue).len().max(1) as f64) as f32
    }

    /// What the seeds activate, with the engine's defaults.
    pub fn spread(&self, seeds: &[Seed]) -> Spread {
        let mut graph = self.clone();
        spread(&mut Scratch::new(), &mut graph, seeds, &Config::default(), &mut || Ok(()))
            .expect("nothing stops a graph in memory")
    }

    fn mention_weight(&self, cue: u32) -> u32 {
        mention_weight(self.mentions.len() as u32, self.mentioned_by(cue).len() as u32)
    }

    fn each_edge(&self, node: NodeIdx, edge: &mut dyn FnMut(NodeIdx, EdgeKind, u32)) {
        if node & CUE != 0 {
            let cue = node & !CUE;
            for &memory in self.mentioned_by(cue) {
                edge(memory, EdgeKind::Mention, self.mention_weight(cue));
            }
            return;
        }
        for &cue in &self.mentions[node as usize] {
            edge(cue | CUE, EdgeKind::Mention, self.mention_weight(cue));
        }
        let semantic = EdgeKind::Association(AssociationKind::Semantic as u8);
        for &(target, strength) in &self.associations[node as usize] {
            edge(target, semantic, association_weight(strength));
        }
    }
}

impl Graph for Sketch {
    fn degree(&mut self, node: NodeIdx) -> Degree {
        let mut degree = Degree::default();
        self.each_edge(node, &mut |_, _, weight| {
            degree.weight += u64::from(weight);
            degree.edges += 1;
        });
        degree
    }

    fn edges(&mut self, node: NodeIdx, edge: &mut dyn FnMut(NodeIdx, EdgeKind, u32)) -> Result<(), Stop> {
        self.each_edge(node, edge);
        Ok(())
    }

    fn key(&mut self, node: NodeIdx) -> u128 {
        u128::from(node)
    }
}

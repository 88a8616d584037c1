//! A walk over a whole space for its statistics: how memories hang together.
//!
//! The walk keeps its place in a [`Survey`] that belongs to the caller. When something moves while the lock is free it ends early and
//! goes on from there at the next call, under a new view: a number that means something else by then changes a statistic by one, and
//! starting again would hold up writers. Spaces of more than [`MOST_SURVEYED`] memories, cues or associations are sampled evenly.

use crate::array::{self, Array};
use crate::chunks;
use crate::edges::Edge;
use crate::read::{Pause, Reader, Stopped};
use crate::record::{ABOUT, Cue, USED};
use crate::space::field;
use engram_engine::spread::{CUE, EdgeKind};
use std::collections::HashSet;

/// Memories, cues and associations looked at, at most twice of each.
pub const MOST_SURVEYED: u32 = 100_000;

/// Cues kept as the largest.
const HUBS: usize = 5;

/// What a walk has found so far, and where it goes on.
#[derive(Debug, Default)]
pub struct Survey {
    next: [u32; 3],
    /// Memories looked at.
    pub memories: u32,
    /// Those of them without any link to another memory.
    pub alone: u32,
    /// Those that share a cue with another memory, have a neighbour in time, take part in an association.
    pub sharing: u32,
    pub neighbouring: u32,
    pub associated: u32,
    /// Those without any cue.
    pub without_cues: u32,
    /// Cues of each memory looked at.
    pub cues_per_memory: Vec<u32>,
    /// Memories of each cue looked at.
    pub memories_per_cue: Vec<u32>,
    /// The cues that most memories mention: number of memories, hash of the cue; most first.
    pub hubs: Vec<(u32, u64)>,
    targets: HashSet<[u8; 16]>,
}

impl Survey {
    fn hub(&mut self, memories: u32, hash: u64) {
        let at = self.hubs.partition_point(|h| (h.0, std::cmp::Reverse(h.1)) > (memories, std::cmp::Reverse(hash)));
        if at < HUBS {
            self.hubs.insert(at, (memories, hash));
            self.hubs.truncate(HUBS);
        }
    }
}

impl<P: Pause> Reader<'_, P> {
    /// Goes on with a walk. Says whether it has come to its end.
    ///
    /// # Errors
    /// [`Stopped`] when the space does not answer any more; never [`Stopped::Moved`].
    pub fn survey(&mut self, survey: &mut Survey) -> Result<bool, Stopped> {
        let ended = self
            .survey_edges(survey)
            .and_then(|()| self.survey_cues(survey))
            .and_then(|()| self.survey_memories(survey));
        match ended {
            Ok(()) => Ok(true),
            Err(Stopped::Moved) => Ok(false),
            Err(gone) => Err(gone),
        }
    }

    fn survey_edges(&mut self, survey: &mut Survey) -> Result<(), Stopped> {
        loop {
            let edges: Array = self.space.region.read(field!(self.space, edges));
            if survey.next[0] >= edges.len {
                return Ok(());
            }
            let e: Edge = array::get(&self.space.region, &edges, survey.next[0]);
            survey.next[0] += step(edges.len);
            if e.state & USED != 0 && self.sees_edge(&e) {
                survey.targets.insert(e.target);
            }
            self.pause(1)?;
        }
    }

    fn survey_cues(&mut self, survey: &mut Survey) -> Result<(), Stopped> {
        loop {
            let cues: Array = self.space.region.read(field!(self.space, cues));
            if survey.next[1] >= cues.len {
                return Ok(());
            }
            // The largest are sought among all: a step costs some nanoseconds. What is kept of them is a sample.
            let c: Cue = self.space.region.read(self.cue_at(survey.next[1]));
            if c.df > 0 {
                survey.hub(c.df, c.hash);
                if survey.next[1].is_multiple_of(step(cues.len)) {
                    survey.memories_per_cue.push(c.df);
                }
            }
            survey.next[1] += 1;
            self.pause(1)?;
        }
    }

    fn survey_memories(&mut self, survey: &mut Survey) -> Result<(), Stopped> {
        loop {
            let bound = self.space.node_bound();
            let node = survey.next[2];
            if node >= bound {
                return Ok(());
            }
            survey.next[2] += step(bound);
            let mut steps = 1;
            if self.visible(node) {
                steps += self.survey_memory(survey, node);
            }
            self.pause(steps)?;
        }
    }

    /// Adds one memory; returns the number of its edges.
    fn survey_memory(&self, survey: &mut Survey, node: u32) -> u32 {
        let mut cues = Vec::new();
        let (mut neighbours, mut associations) = (0, 0);
        self.each_edge(node, &mut |target, kind, _| match kind {
            EdgeKind::Mention => cues.push(target & !CUE),
            EdgeKind::Contiguity => neighbours += 1,
            EdgeKind::Association(_) => associations += 1,
        });
        let shared = cues.iter().any(|cue| self.space.region.read::<Cue>(self.cue_at(*cue)).df > 1);
        let associated = associations > 0 || survey.targets.contains(&self.id_of(node));
        survey.memories += 1;
        survey.sharing += u32::from(shared);
        survey.neighbouring += u32::from(neighbours > 0);
        survey.associated += u32::from(associated);
        survey.alone += u32::from(!shared && neighbours == 0 && !associated);
        survey.without_cues += u32::from(cues.is_empty());
        survey.cues_per_memory.push(cues.len() as u32);
        cues.len() as u32 + neighbours + associations
    }

    /// Ids of at most `n` visible memories that mention a cue, by its hash.
    pub fn mentioning(&self, hash: u64, n: usize) -> Vec<[u8; 16]> {
        let Some((cue, _)) = self.cue(hash) else { return Vec::new() };
        let c: Cue = self.space.region.read(self.cue_at(cue & !CUE));
        let mut ids = Vec::new();
        chunks::while_each(&self.space.region, &c.mentions, |run| {
            for m in run.iter().map(|m| m & !ABOUT) {
                if ids.len() < n && self.visible(m) {
                    ids.push(self.id_of(m));
                }
            }
            ids.len() < n
        });
        ids
    }
}

/// How many places to go on, so that about [`MOST_SURVEYED`] of `len` are looked at.
fn step(len: u32) -> u32 {
    (len / MOST_SURVEYED).max(1)
}

//! Writing a space as a record, in pieces between which others may change it.
//!
//! What is written is fixed from the beginning: the memories that count and were made by transactions before `below`, which
//! nobody adds to any more. Others may delete or replace them meanwhile, as transactions from `below` on, which whoever enters
//! the record looks for anyway. What may go wrong is that a memory moves to a segment that was read already, or that a
//! segment is given back while it is read: so each memory that was written is marked, and the segments are gone through until none is
//! missing, the last time without letting go of a segment.

use super::copy::{Copying, Dictionaries};
use super::{Count, codec, tag};
use crate::array::{self, Array};
use crate::bytes::NONE;
use crate::edges::{Association, Edge};
use crate::record::{COUNTED, DEAD, GONE, MADE, Node, REVOKED, TOMBSTONE, USED};
use crate::segment::{self, BULK, FREE, MOST, Segment};
use crate::space::{Space, State, field};

/// Lets a look be taken at the space, under its lock held shared, as often as is asked for; none when it has gone.
pub trait Look {
    /// Calls `f` with the space under the lock; before and after nobody holds it.
    fn look<R>(&mut self, f: impl FnOnce(Space<'_>) -> R) -> Option<R>;
}

/// Why a space was not written. What came out of it so far is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwritten<E> {
    /// It is not ready, or was reset meanwhile.
    Absent,
    /// What a transaction before `below` did is not settled, or in the tables only.
    Unsettled,
    /// Memories moved all the time.
    Restless,
    /// Whoever takes the sections could not.
    Refused(E),
}

/// Times that the segments are gone through at most; the last time each is read under one hold of the lock.
const PASSES: u32 = 6;
/// Nodes looked at, and edges, under one hold of the lock: about 50 us.
const NODES: u32 = 1024;

/// Writes the space: calls `sink` with the tag and the bytes of each section.
///
/// Every transaction before `below` must have ended, and the caller must have settled the space since. Segments whose memories were
/// of use last come first.
pub fn write<E>(
    look: &mut impl Look,
    below: u64,
    sink: impl FnMut(u32, &[u8]) -> Result<(), E>,
) -> Result<Count, Unwritten<E>> {
    let first = look.look(|s| {
        if s.state() != State::Ready {
            return Err(Unwritten::Absent);
        }
        match s.unsettled().iter().any(|e| e.xid < below && (!e.settled || e.needs_load)) {
            true => Err(Unwritten::Unsettled),
            false => Ok((s.generation(), s.memories(), s.head().n_edges)),
        }
    });
    let (generation, memories, edges) = first.unwrap_or(Err(Unwritten::Absent))?;
    let mut writing = Writing {
        look,
        sink,
        generation,
        below,
        done: Vec::new(),
        known: Dictionaries::default(),
        count: Count::default(),
    };
    let expected = Count { memories: u64::from(memories), edges: u64::from(edges) };
    writing.put(tag::BEGIN, &codec::count(expected))?;
    for pass in 1..=PASSES {
        writing.segments(pass == PASSES)?;
        if writing.thin()? == 0 {
            writing.edges()?;
            writing.put(tag::END, &codec::count(writing.count))?;
            return Ok(writing.count);
        }
    }
    Err(Unwritten::Restless)
}

struct Writing<'l, L, S> {
    look: &'l mut L,
    sink: S,
    generation: u32,
    below: u64,
    /// A bit for each node that was written.
    done: Vec<u64>,
    known: Dictionaries,
    count: Count,
}

/// Whether a node goes in.
pub(super) fn belongs(n: &Node, below: u64) -> bool {
    n.has(USED) && n.has(COUNTED) && !n.has(DEAD | TOMBSTONE) && n.xmin < below
}

fn is_done(done: &[u64], node: u32) -> bool {
    done.get(node as usize / 64).is_some_and(|w| w >> (node % 64) & 1 == 1)
}

fn mark(done: &mut Vec<u64>, node: u32) {
    let word = node as usize / 64;
    if done.len() <= word {
        done.resize(word + 1, 0);
    }
    done[word] |= 1 << (node % 64);
}

impl<L: Look, S: FnMut(u32, &[u8]) -> Result<(), E>, E> Writing<'_, L, S> {
    fn put(&mut self, tag: u32, bytes: &[u8]) -> Result<(), Unwritten<E>> {
        (self.sink)(tag, bytes).map_err(Unwritten::Refused)
    }

    /// One look, at the space as it was when this began.
    fn look<R>(&mut self, f: impl FnOnce(Space<'_>, &mut Dictionaries) -> R) -> Result<R, Unwritten<E>> {
        let (generation, known) = (self.generation, &mut self.known);
        let seen = self.look.look(|s| {
            let same = s.generation() == generation && s.state() == State::Ready;
            same.then(|| f(s, known))
        });
        seen.flatten().ok_or(Unwritten::Absent)
    }

    /// Goes through the segments once. `at_once`: each under one hold of the lock.
    fn segments(&mut self, at_once: bool) -> Result<(), Unwritten<E>> {
        let n = self.look(|s, _| s.region.read::<Array>(field!(s, segments)).len)?;
        let mut order = Vec::with_capacity(n as usize);
        for i in 0..n {
            if let Some(touched) = self.look(|s, _| s.last_use_of(i))? {
                order.push((std::cmp::Reverse(touched), i));
            }
        }
        order.sort_unstable();
        for (_, i) in order {
            self.segment(i, at_once)?;
        }
        Ok(())
    }

    fn segment(&mut self, i: u32, at_once: bool) -> Result<(), Unwritten<E>> {
        let (below, done) = (self.below, std::mem::take(&mut self.done));
        let before = self.known.marks();
        let wanted = |node: u32, n: &Node| belongs(n, below) && !is_done(&done, node);
        let mut copying = None;
        let finished = loop {
            let step = self.look(|s, known| {
                let copying = copying.get_or_insert_with(|| Copying::begin(&s, i));
                loop {
                    match copying.step(&s, known, wanted) {
                        Some(true) if at_once => {}
                        other => return other,
                    }
                }
            });
            match step {
                Ok(Some(true)) => {}
                Ok(Some(false)) => break Ok(true),
                Ok(None) => break Ok(false),
                Err(e) => break Err(e),
            }
        };
        self.done = done;
        let copied = copying.filter(|c| !c.is_empty());
        match (finished?, copied) {
            (true, Some(copying)) => {
                let (numbers, mut nodes, documents) = copying.finish();
                numbers.iter().for_each(|n| mark(&mut self.done, *n));
                (nodes.new_cues, nodes.new_contexts) = self.known.take_new();
                self.count.memories += nodes.len() as u64;
                self.put(tag::PART, &codec::part(&nodes, &documents))
            }
            // The segment is another now; what was in it is found elsewhere.
            _ => {
                self.known.roll_back(before);
                Ok(())
            }
        }
    }

    /// Writes memories that are not resident, and returns how many resident ones are still missing.
    fn thin(&mut self) -> Result<u32, Unwritten<E>> {
        let mut nodes = codec::Nodes::default();
        let (mut next, mut missing) = (0, 0);
        loop {
            let (below, mut done) = (self.below, std::mem::take(&mut self.done));
            let seen = self.look(|s, known| {
                let bound = s.node_bound();
                let end = bound.min(next + NODES.min(MOST - nodes.len() as u32));
                for i in next..end {
                    let n = s.node(i);
                    if !belongs(&n, below) || is_done(&done, i) {
                        continue;
                    }
                    if n.place != NONE {
                        missing += 1;
                        continue;
                    }
                    known.add(&s, &n, &mut nodes);
                    mark(&mut done, i);
                }
                next = end;
                next == bound
            });
            self.done = done;
            let end = seen?;
            if nodes.len() == MOST as usize || (end && nodes.len() > 0) {
                (nodes.new_cues, nodes.new_contexts) = self.known.take_new();
                self.count.memories += nodes.len() as u64;
                self.put(tag::THIN, &codec::thin(&nodes))?;
                nodes = codec::Nodes::default();
            }
            if end {
                return Ok(missing);
            }
        }
    }

    fn edges(&mut self) -> Result<(), Unwritten<E>> {
        let mut next = 0;
        let mut found = Vec::new();
        loop {
            let below = self.below;
            let end = self.look(|s, _| {
                let all: Array = s.region.read(field!(s, edges));
                let end = all.len.min(next + NODES);
                for i in next..end {
                    let e: Edge = array::get(&s.region, &all, i);
                    let made = e.state & USED != 0 && e.state & REVOKED == 0 && e.xmin < below;
                    // A mark of a transaction before `below` says that it committed: all of them are settled.
                    let gone = e.state & GONE != 0 && e.xmax < below;
                    debug_assert!(!made || e.state & MADE == 0 || e.xmin < below);
                    if made && !gone {
                        found.push(Association {
                            source: e.source,
                            target: e.target,
                            kind: e.kind as u8,
                            weight: e.weight,
                            changed: e.xmin,
                        });
                    }
                }
                next = end;
                next == all.len
            })?;
            if found.len() >= MOST as usize || (end && !found.is_empty()) {
                self.count.edges += found.len() as u64;
                self.put(tag::EDGES, &codec::edges(&found))?;
                found.clear();
            }
            if end {
                return Ok(());
            }
        }
    }
}

impl Space<'_> {
    /// When the memories of a segment were last of use in the mean of a sample; none for one that holds nothing.
    fn last_use_of(&self, segment: u32) -> Option<u32> {
        let s: Segment = self.region.read(self.segment_at(segment));
        if s.state == FREE || s.state == BULK || s.n == 0 {
            return None;
        }
        let (mut sum, mut n) = (0u64, 0u64);
        for doc in (0..s.n).step_by((s.n / 64).max(1) as usize) {
            let node = segment::node_of(&self.region, &s, doc);
            sum += if node == NONE { 0 } else { u64::from(self.node(node).touched) };
            n += 1;
        }
        Some((sum / n) as u32)
    }
}

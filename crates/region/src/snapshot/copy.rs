//! One segment as a section: its memories, and their terms sorted, whatever form they have in the region.

use super::codec::{Documents, Nodes};
use crate::array::{self, Array};
use crate::bytes::{NONE, Pod};
use crate::chunks;
use crate::context::Context;
use crate::record::{ABOUT, COLD, Cue, Node, PINNED, WARM};
use crate::segment::{self, DOC_BITS, FORWARD, OPEN, Segment, Term};
use crate::space::Space;
use std::collections::HashMap;

/// Documents copied under one hold of the lock, with their codes; of forward lists, with their terms too.
const DOCUMENTS: u32 = 128;
/// Terms of an open segment copied under one hold of the lock.
const TERMS: u32 = 1024;
/// Elements of an array.
const ELEMENTS: u32 = 1 << 16;

/// Bits of the byte that says where a memory is and what keeps it there.
const EVICTED: u8 = 1;
const TIERS: [(u8, u16); 3] = [(2, PINNED), (4, WARM), (8, COLD)];

/// Where a node is, as the byte of a section has it.
fn residency(n: &Node) -> u8 {
    let tiers = TIERS.iter().filter(|(_, flag)| n.has(*flag)).map(|(bit, _)| bit);
    u8::from(n.place == NONE) * EVICTED + tiers.sum::<u8>()
}

/// Whether a memory has codes and terms in the region.
pub(super) fn is_resident(residency: u8) -> bool {
    residency & EVICTED == 0
}

/// The flags of a node that the byte stands for. That its terms are listed is none of them: whoever enters it lists them again.
pub(super) fn flags(residency: u8) -> u16 {
    TIERS.iter().filter(|(bit, _)| residency & bit != 0).map(|(_, flag)| flag).sum()
}

/// The cues and contexts named so far, in the order of their numbers.
#[derive(Default)]
pub(super) struct Dictionaries {
    cues: Dictionary,
    contexts: Dictionary,
}

#[derive(Default)]
struct Dictionary {
    numbers: HashMap<u64, u32>,
    /// Those that no section has had yet.
    new: Vec<u64>,
}

impl Dictionary {
    fn number(&mut self, hash: u64) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(hash).or_insert_with(|| {
            self.new.push(hash);
            next
        })
    }

    fn roll_back(&mut self, to: usize) {
        for hash in self.new.drain(to..) {
            self.numbers.remove(&hash);
        }
    }
}

impl Dictionaries {
    /// Adds a memory to a section.
    pub fn add(&mut self, s: &Space<'_>, n: &Node, to: &mut Nodes) {
        to.ids.push(n.id);
        to.xmin.push(n.xmin);
        to.occurred_at.push(n.occurred_at);
        to.kind.push(n.kind);
        to.context.push(match n.context {
            NONE => NONE,
            c => self.contexts.number(s.region.read::<Context>(s.context_at(c)).hash),
        });
        to.length.push(n.length);
        to.digest.push(n.digest);
        to.touched.push(n.touched);
        to.residency.push(residency(n));
        to.n_cues.push(n.n_cues);
        for cue in s.cues_of(n) {
            let hash = s.region.read::<Cue>(s.cue_at(cue & !ABOUT)).hash;
            to.cues.push(self.cues.number(hash) | (cue & ABOUT));
        }
    }

    /// What the next section names first.
    pub fn take_new(&mut self) -> (Vec<u64>, Vec<u64>) {
        (std::mem::take(&mut self.cues.new), std::mem::take(&mut self.contexts.new))
    }

    /// Where [`Dictionaries::roll_back`] goes back to.
    pub fn marks(&self) -> (usize, usize) {
        (self.cues.new.len(), self.contexts.new.len())
    }

    pub fn roll_back(&mut self, to: (usize, usize)) {
        self.cues.roll_back(to.0);
        self.contexts.roll_back(to.1);
    }
}

/// A segment that is being copied.
pub(super) struct Copying {
    segment: u32,
    version: u32,
    /// Documents that it had when this began.
    n: u32,
    next: u32,
    stage: Stage,
    /// Numbers of the nodes that were copied, and the number in the section of each document.
    numbers: Vec<u32>,
    renumbered: Vec<u16>,
    nodes: Nodes,
    documents: Documents,
    /// Hash, and document of the section `<< 8 | frequency`: terms that are still to be sorted.
    pairs: Vec<(u64, u32)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Documents,
    Open,
    Dictionary,
    Starts,
    Postings,
    Frequencies,
    Done,
}

/// A document that does not go in.
const OUT: u16 = u16::MAX;

impl Copying {
    pub fn begin(space: &Space<'_>, segment: u32) -> Copying {
        let s: Segment = space.region.read(space.segment_at(segment));
        Copying {
            segment,
            version: s.version,
            n: s.n,
            next: 0,
            stage: Stage::Documents,
            numbers: Vec::new(),
            renumbered: vec![OUT; s.n as usize],
            nodes: Nodes::default(),
            documents: Documents { dims: s.dims, ..Documents::default() },
            pairs: Vec::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// One piece; says whether there is more. None when the segment is another by now.
    pub fn step(
        &mut self,
        space: &Space<'_>,
        known: &mut Dictionaries,
        wanted: impl Fn(u32, &Node) -> bool,
    ) -> Option<bool> {
        let s: Segment = space.region.read(space.segment_at(self.segment));
        if s.version != self.version {
            return None;
        }
        match self.stage {
            Stage::Documents => {
                self.some_documents(space, &s, known, wanted);
                if self.next == self.n {
                    self.stage = match s.state {
                        _ if self.numbers.is_empty() => Stage::Done,
                        FORWARD => Stage::Done,
                        OPEN => Stage::Open,
                        _ => Stage::Dictionary,
                    };
                    self.next = 0;
                }
            }
            Stage::Open => self.some_terms(space, &s),
            Stage::Dictionary => self.some_of(space, &s.dict, |d| &mut d.hashes, Stage::Starts),
            Stage::Starts => self.some_of(space, &s.starts, |d| &mut d.starts, Stage::Postings),
            Stage::Postings => self.some_of(space, &s.docs, |d| &mut d.docs, Stage::Frequencies),
            Stage::Frequencies => self.some_of(space, &s.frequencies, |d| &mut d.frequencies, Stage::Done),
            Stage::Done => {}
        }
        Some(self.stage != Stage::Done)
    }

    fn some_documents(
        &mut self,
        space: &Space<'_>,
        s: &Segment,
        known: &mut Dictionaries,
        wanted: impl Fn(u32, &Node) -> bool,
    ) {
        let end = self.n.min(self.next + DOCUMENTS);
        for doc in self.next..end {
            let node = segment::node_of(&space.region, s, doc);
            if node == NONE {
                continue;
            }
            let n = space.node(node);
            if n.place != self.segment << DOC_BITS | doc || !wanted(node, &n) {
                continue;
            }
            let number = self.numbers.len() as u32;
            self.renumbered[doc as usize] = number as u16;
            self.numbers.push(node);
            known.add(space, &n, &mut self.nodes);
            if s.dims > 0 {
                // A document without an embedding would lie in a segment without codes.
                let (values, scale) = s.codes().get(&space.region, doc).unwrap_or((&[], 0.0));
                self.documents.scales.push(scale);
                self.documents.codes.extend_from_slice(values);
                self.documents.codes.resize((number as usize + 1) * s.dims as usize, 0);
            }
            if s.state == FORWARD {
                segment::forward(&space.region, s, doc, |hashes, tfs| {
                    let terms = hashes.iter().zip(tfs).map(|(h, tf)| (*h, number << 8 | u32::from(*tf)));
                    self.pairs.extend(terms);
                });
            }
        }
        self.next = end;
    }

    fn some_terms(&mut self, space: &Space<'_>, s: &Segment) {
        let end = s.dict.len.min(self.next + TERMS);
        for i in self.next..end {
            let term: Term = array::get(&space.region, &s.dict, i);
            chunks::while_each(&space.region, &term.postings, |run| {
                for p in run {
                    match self.renumbered.get((p >> 8) as usize) {
                        None | Some(&OUT) => {}
                        Some(number) => self.pairs.push((term.hash, u32::from(*number) << 8 | (p & 255))),
                    }
                }
                true
            });
        }
        self.next = end;
        if end == s.dict.len {
            self.stage = Stage::Done;
        }
    }

    fn some_of<T: Pod>(
        &mut self,
        space: &Space<'_>,
        array: &Array,
        to: impl FnOnce(&mut Documents) -> &mut Vec<T>,
        then: Stage,
    ) {
        let to = to(&mut self.documents);
        let end = array.len.min(self.next + ELEMENTS);
        array::runs_of::<T>(&space.region, array, self.next, end, |run| to.extend_from_slice(run));
        self.next = end;
        if end == array.len {
            (self.stage, self.next) = (then, 0);
        }
    }

    /// The numbers of the nodes, and what goes into the section.
    pub fn finish(mut self) -> (Vec<u32>, Nodes, Documents) {
        let is_whole = self.numbers.len() == self.n as usize;
        let d = &mut self.documents;
        if !d.starts.is_empty() && !is_whole {
            // Sorted already; what is left out leaves gaps.
            let mut ends = d.starts.iter().skip(1).copied().chain([d.docs.len() as u32]);
            for (hash, start) in d.hashes.iter().zip(&d.starts) {
                let end = ends.next().unwrap_or(*start);
                for p in *start as usize..end as usize {
                    match self.renumbered[usize::from(d.docs[p])] {
                        OUT => {}
                        number => self.pairs.push((*hash, u32::from(number) << 8 | u32::from(d.frequencies[p]))),
                    }
                }
            }
            (d.hashes, d.starts, d.docs, d.frequencies) = Default::default();
        } else {
            self.pairs.sort_unstable();
        }
        for (hash, posting) in self.pairs {
            if d.hashes.last() != Some(&hash) {
                d.hashes.push(hash);
                d.starts.push(d.docs.len() as u32);
            }
            d.docs.push((posting >> 8) as u16);
            d.frequencies.push((posting & 255) as u8);
        }
        (self.numbers, self.nodes, self.documents)
    }
}

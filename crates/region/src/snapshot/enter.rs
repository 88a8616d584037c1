//! Entering a record into a space that is loading, in pieces between which others publish.
//!
//! It is what a load from the tables does, with the work of a segment done at once: nodes get new numbers, codes are copied, and
//! the terms are put in as sealing does. A version that was published meanwhile is left alone, and what was deleted meanwhile has left
//! a tombstone that its row takes over, exactly as for a row of the table.

use super::codec::{self, Documents, Nodes};
use super::copy::{flags, is_resident};
use super::{Count, Unreadable, tag};
use crate::bytes::{NONE, PAGE, addr};
use crate::chunks;
use crate::context;
use crate::edges::Association;
use crate::hash;
use crate::read::Seen;
use crate::record::{ABOUT, BURIED, Cue, DEAD, MADE, Node, REVOKED, Record, TOMBSTONE, USED};
use crate::seal::Sorted;
use crate::segment::{self, BULK, Segment};
use crate::space::{Space, field, tag as tag_of};
use crate::{Full, pages};
use engram_engine::code::Code;

/// Memories entered under one hold of the lock: about 100 us.
const PIECE: usize = 48;
/// The same one by one, with their terms.
const ONE_BY_ONE: usize = 8;
/// Edges.
const EDGES: usize = 64;
/// Fewer memories than this are entered one by one: a small space keeps forward lists.
const LEAST: usize = 512;

/// Why a piece was not entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no room; the same piece can be entered when there is.
    Full,
    /// The space has changed so that the record does not fit it any more.
    Unfit,
}

impl From<Full> for Refused {
    fn from(_: Full) -> Self {
        Refused::Full
    }
}

/// A hash named by the record, and its number in the region once it was needed.
#[derive(Clone, Copy)]
struct Named {
    hash: u64,
    number: u32,
}

/// A record that is being entered, section by section.
#[derive(Default)]
pub struct Restore {
    cues: Vec<Named>,
    contexts: Vec<Named>,
    expected: Option<Count>,
    found: Count,
    ended: bool,
}

/// A section that is being entered.
pub struct Entering {
    what: What,
    next: usize,
    /// The segment of the codes, and its version.
    segment: Option<(u32, u32)>,
}

enum What {
    Nothing,
    /// Without documents when they are not resident.
    Memories(Box<Nodes>, Option<Box<Documents>>),
    Edges(Vec<Association>),
}

impl Restore {
    /// Reads the next section.
    pub fn read(&mut self, tag: u32, bytes: &[u8]) -> Result<Entering, Unreadable> {
        if self.ended || (tag == tag::BEGIN) != self.expected.is_none() {
            return Err(Unreadable);
        }
        let (cues, contexts) = (self.cues.len(), self.contexts.len());
        let what = match tag {
            tag::BEGIN => {
                self.expected = Some(codec::read_count(bytes)?);
                What::Nothing
            }
            tag::PART => {
                let (nodes, documents) = codec::read_part(bytes, cues, contexts)?;
                What::Memories(Box::new(nodes), Some(Box::new(documents)))
            }
            tag::THIN => What::Memories(Box::new(codec::read_thin(bytes, cues, contexts)?), None),
            tag::EDGES => What::Edges(codec::read_edges(bytes)?),
            tag::END => {
                self.ended = codec::read_count(bytes)? == self.found;
                if !self.ended {
                    return Err(Unreadable);
                }
                What::Nothing
            }
            _ => return Err(Unreadable),
        };
        match &what {
            What::Memories(nodes, documents) => {
                let named = |hash: &u64| Named { hash: *hash, number: NONE };
                self.cues.extend(nodes.new_cues.iter().map(named));
                self.contexts.extend(nodes.new_contexts.iter().map(named));
                self.found.memories += nodes.len() as u64;
                if documents.is_some() != nodes.residency.iter().all(|r| is_resident(*r)) {
                    return Err(Unreadable);
                }
            }
            What::Edges(edges) => self.found.edges += edges.len() as u64,
            What::Nothing => {}
        }
        Ok(Entering { what, next: 0, segment: None })
    }

    /// Whether the record is complete.
    pub fn is_complete(&self) -> bool {
        self.ended
    }

    /// What was read so far.
    pub fn found(&self) -> Count {
        self.found
    }
}

impl Entering {
    /// Bytes that the codes and terms of the section take in the region, about.
    pub fn bytes(&self) -> u64 {
        match &self.what {
            What::Memories(_, Some(d)) => (d.codes.len() * 9 / 8 + d.hashes.len() * 12 + d.docs.len() * 3) as u64,
            _ => 0,
        }
    }

    /// Enters the memories without codes and terms, as evicted ones are: where there is no room for those.
    pub fn without_documents(&mut self) {
        if let What::Memories(_, documents) = &mut self.what {
            *documents = None;
        }
    }

    fn memories(&self) -> usize {
        match &self.what {
            What::Memories(nodes, _) => nodes.len(),
            _ => 0,
        }
    }
}

impl Space<'_> {
    /// Enters a piece of a section; says whether there is more of it. The space is loading.
    pub fn enter_piece(&self, restore: &mut Restore, entering: &mut Entering) -> Result<bool, Refused> {
        let n = entering.memories();
        match &mut entering.what {
            What::Nothing => Ok(false),
            What::Edges(edges) => {
                for edge in edges.iter().skip(entering.next).take(EDGES) {
                    self.load_edge(edge)?;
                    entering.next += 1;
                }
                Ok(entering.next < edges.len())
            }
            What::Memories(nodes, Some(d)) if n < LEAST => self.restore_rows(restore, nodes, d, &mut entering.next),
            What::Memories(nodes, Some(d)) => {
                let Some((segment, version)) = entering.segment else {
                    let dims = self.head().dims;
                    if dims != 0 && d.dims != 0 && dims != d.dims {
                        return Err(Refused::Unfit);
                    }
                    entering.segment = Some(self.begin_copy(n as u32, d.dims)?);
                    return Ok(true);
                };
                let s: Segment = self.region.read(self.segment_at(segment));
                if s.version != version || s.state != BULK {
                    return Err(Refused::Unfit);
                }
                if entering.next < n {
                    let end = n.min(entering.next + PIECE);
                    self.restore_piece(restore, nodes, entering.next..end, Some((segment, d)))?;
                    entering.next = end;
                    return Ok(true);
                }
                // Taken only when it can be put in: after a refusal it is still there.
                let sorted = Sorted::of(segment, version, d);
                self.seal(&sorted)?;
                Ok(false)
            }
            What::Memories(nodes, None) => {
                let end = n.min(entering.next + PIECE);
                self.restore_piece(restore, nodes, entering.next..end, None)?;
                entering.next = end;
                Ok(end < n)
            }
        }
    }

    fn begin_copy(&self, rows: u32, dims: u32) -> Result<(u32, u32), Full> {
        let bulk = self.begin_bulk(rows, dims)?;
        Ok(bulk.segment())
    }

    /// Enters a few memories as a load does.
    fn restore_rows(
        &self,
        restore: &mut Restore,
        nodes: &Nodes,
        d: &Documents,
        next: &mut usize,
    ) -> Result<bool, Refused> {
        let dims = self.head().dims;
        if dims != 0 && d.dims != 0 && dims != d.dims {
            return Err(Refused::Unfit);
        }
        let n = nodes.len();
        let end = n.min(*next + ONE_BY_ONE);
        let mut terms: Vec<Vec<(u64, u16)>> = vec![Vec::new(); end - *next];
        let ends = d.starts.iter().skip(1).copied().chain([d.docs.len() as u32]);
        for ((hash, start), stop) in d.hashes.iter().zip(&d.starts).zip(ends) {
            for p in *start as usize..stop as usize {
                let doc = usize::from(d.docs[p]);
                if (*next..end).contains(&doc) {
                    terms[doc - *next].push((*hash, u16::from(d.frequencies[p])));
                }
            }
        }
        for terms in terms {
            let i = *next;
            let first: usize = nodes.n_cues[..i].iter().map(|n| usize::from(*n)).sum();
            let cues = &nodes.cues[first..first + usize::from(nodes.n_cues[i])];
            let dims = d.dims as usize;
            let record = Record {
                id: nodes.ids[i],
                changed: nodes.xmin[i],
                occurred_at: nodes.occurred_at[i],
                context: match nodes.context[i] {
                    NONE => 0,
                    c => restore.contexts[c as usize].hash,
                },
                kind: nodes.kind[i],
                terms,
                length: nodes.length[i],
                cues: cues.iter().map(|c| (restore.cues[(c & !ABOUT) as usize].hash, c & ABOUT != 0)).collect(),
                code: (dims > 0 && d.scales[i] > 0.0)
                    .then(|| Code::of_values(&d.codes[i * dims..(i + 1) * dims], d.scales[i])),
                digest: nodes.digest[i],
                pinned: false,
                cold: false,
            };
            if let Some(node) = self.load_into(&record, &Seen::default(), crate::node::ANY)? {
                self.update_node(node, |n| {
                    n.touched = nodes.touched[i];
                    n.state |= flags(nodes.residency[i]);
                });
            }
            *next += 1;
        }
        Ok(*next < n)
    }

    /// Enters memories of a section: into a segment, or without codes and terms.
    fn restore_piece(
        &self,
        restore: &mut Restore,
        nodes: &Nodes,
        range: std::ops::Range<usize>,
        into: Option<(u32, &Documents)>,
    ) -> Result<(), Full> {
        let mut first: usize = nodes.n_cues[..range.start].iter().map(|n| usize::from(*n)).sum();
        let cues: usize = nodes.n_cues[range.clone()].iter().map(|n| usize::from(*n)).sum();
        let needed = self.pages_for(restore, range.len(), &nodes.cues[first..first + cues]);
        pages::reserve(&self.region, self.owner(), needed)?;
        let at = into.map(|(segment, _)| self.segment_at(segment));
        if let Some(at) = at
            && let Err(full) = pages::reserve(
                &self.region,
                segment::base_of(at),
                segment::code_pages(into.map_or(0, |i| i.1.dims), range.len()),
            )
        {
            pages::unreserve(&self.region, self.owner());
            return Err(full);
        }
        self.begin();
        for i in range {
            let n = usize::from(nodes.n_cues[i]);
            let node = self.restore_node(restore, nodes, i, &nodes.cues[first..first + n])?;
            first += n;
            if let (Some((segment, d)), Some(at)) = (into, at) {
                self.restore_document(d, i, at, segment, node)?;
            }
            if let Some(node) = node.filter(|node| !self.node(*node).has(BURIED)) {
                self.count(node, true);
            }
        }
        self.end();
        pages::unreserve(&self.region, self.owner());
        if let Some(at) = at {
            pages::unreserve(&self.region, segment::base_of(at));
        }
        Ok(())
    }

    /// Pages that memories with these cues take at most, without codes and terms.
    fn pages_for(&self, restore: &Restore, memories: usize, cues: &[u32]) -> u32 {
        // A list of mentions doubles its last chunk, up to a page; each of them may be lengthened by all memories of the piece.
        let chunk = |c: &u32| {
            let named = restore.cues[(c & !ABOUT) as usize];
            let known =
                if named.number == NONE { 0 } else { self.region.read::<Cue>(self.cue_at(named.number)).mentions.n };
            (16 + (known as usize + memories) * 8).min(PAGE)
        };
        let lists: usize = cues.iter().map(chunk).sum();
        // Nodes, cues and contexts, buckets of their tables, blocks of cues, chunks of contexts.
        let fixed = memories * (size_of::<Node>() + 512) + cues.len() * 128;
        24 + (2 * (lists + fixed)).div_ceil(PAGE) as u32
    }

    /// Makes the node of a memory, unless its version is known; the new one is not counted yet. Room was reserved.
    fn restore_node(&self, restore: &mut Restore, nodes: &Nodes, i: usize, cues: &[u32]) -> Result<Option<u32>, Full> {
        let (region, owner) = (&self.region, self.owner());
        let id = &nodes.ids[i];
        let mut others = Vec::new();
        let known = self.versions(id, |other, n| {
            let same = n.xmin == nodes.xmin[i] && !n.has(REVOKED | TOMBSTONE);
            if !same && !n.has(DEAD | REVOKED | MADE) {
                others.push(other);
            }
            same
        });
        if known.is_some() {
            return Ok(None);
        }
        let mut node = Node {
            id: *id,
            xmin: nodes.xmin[i],
            occurred_at: nodes.occurred_at[i],
            kind: nodes.kind[i],
            length: nodes.length[i],
            state: USED | flags(nodes.residency[i]),
            touched: nodes.touched[i],
            digest: nodes.digest[i],
            ..Node::EMPTY
        };
        if nodes.context[i] != NONE {
            let named = &mut restore.contexts[nodes.context[i] as usize];
            if named.number == NONE {
                named.number = self.context(named.hash)?;
            }
            node.context = named.number;
        }
        let number = self.new_node(node)?;
        hash::insert(region, owner, field!(self, ids), tag_of(id), number)?;
        self.list_digest(number, node.digest)?;
        if node.context != NONE {
            context::insert(region, owner, self.context_at(node.context), number, |m| self.key_of(m))?;
        }
        if !cues.is_empty() {
            let mut entries = Vec::with_capacity(cues.len());
            for c in cues {
                let named = &mut restore.cues[(c & !ABOUT) as usize];
                // A cue that somebody's rollback emptied in the meantime is gone, and its number may be another's.
                let is = |number: u32| self.region.read::<Cue>(self.cue_at(number));
                if named.number == NONE || is(named.number).used == 0 || is(named.number).hash != named.hash {
                    named.number = self.cue(named.hash)?;
                }
                let list = self.cue_at(named.number) + std::mem::offset_of!(Cue, mentions);
                chunks::push(region, owner, list, number | (c & ABOUT))?;
                entries.push(named.number | (c & ABOUT));
            }
            let block = pages::alloc(region, owner, entries.len() * 4)?;
            region.slice_mut(addr(block), entries.len(), |s: &mut [u32]| s.copy_from_slice(&entries));
            self.update_node(number, |n| {
                n.cues = block;
                n.n_cues = entries.len() as u16;
                n.refs = entries.len() as u32;
            });
        }
        for other in others {
            self.replace(other, number);
            self.begin();
        }
        Ok(Some(number))
    }

    /// Adds the document of a memory to a segment, or its place where the memory is known from elsewhere.
    fn restore_document(
        &self,
        d: &Documents,
        i: usize,
        at: usize,
        segment: u32,
        node: Option<u32>,
    ) -> Result<(), Full> {
        let dims = d.dims as usize;
        let code = (dims > 0 && d.scales[i] > 0.0).then(|| (&d.codes[i * dims..(i + 1) * dims], d.scales[i]));
        let length = node.map_or(0, |n| self.node(n).length);
        let doc = segment::append_copy(&self.region, at, node.unwrap_or(NONE), length, code)?;
        match node {
            Some(node) => self.update_node(node, |n| n.place = segment << segment::DOC_BITS | doc),
            None => segment::vacate(&self.region, at, doc),
        }
        self.change(|h| {
            h.n_resident += u32::from(node.is_some());
            h.n_documents += 1;
            h.dims = h.dims.max(d.dims);
        });
        Ok(())
    }
}

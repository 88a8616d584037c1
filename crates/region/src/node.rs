//! Making a node with all that hangs on it, and removing one.

use crate::array;
use crate::bytes::{NONE, addr};
use crate::context::{self, Context};
use crate::record::{ABOUT, COLD, COUNTED, Cue, DEAD, Entry, GONE, MADE, Node, PINNED, Record, TOMBSTONE, USED};
use crate::segment::{self, FORWARD, FREE, OPEN, Segment};
use crate::space::{Space, doc_of, field, tag};
use crate::{Full, chunks, hash, pages};

/// In place of the number of a segment: the open one.
pub(crate) const ANY: u32 = NONE;
/// In none: the node is thin.
pub(crate) const NOWHERE: u32 = NONE - 1;

impl Space<'_> {
    pub(crate) fn tombstone(&self, id: &[u8; 16]) -> Result<u32, Full> {
        pages::reserve(&self.region, self.owner(), 6)?;
        self.begin();
        let i = self.new_node(Node { id: *id, state: USED | TOMBSTONE, ..Node::EMPTY })?;
        hash::insert(&self.region, self.owner(), field!(self, ids), tag(id), i)?;
        self.end();
        pages::unreserve(&self.region, self.owner());
        Ok(i)
    }

    pub(crate) fn new_node(&self, node: Node) -> Result<u32, Full> {
        let free: u32 = self.region.read(field!(self, free_node));
        self.change(|h| h.n_nodes += 1);
        if free == NONE {
            return array::push(&self.region, self.owner(), field!(self, nodes), node);
        }
        self.region.write(field!(self, free_node), self.node(free).next_made);
        self.region.write(self.node_at(free), node);
        Ok(free)
    }

    /// Makes the node of a record with all that hangs on it, in the segment `into`, which has room, or in the open one.
    pub(crate) fn enter(&self, record: &Record, entry: Option<usize>, into: u32) -> Result<u32, Full> {
        let h = self.head();
        let dims = record.code.as_ref().map_or(0, |c| c.values.len() as u32);
        assert!(dims == 0 || h.dims == 0 || h.dims == dims, "a space has one number of dimensions");
        if into == NOWHERE || record.cold {
            return self.enter_thin(record, entry);
        }
        let kind = usize::from(dims == 0);
        let open = if into == ANY { h.open[kind] } else { into };
        let full = open == NONE || self.region.read::<Segment>(self.segment_at(open)).is_full();
        let cap = segment::next_cap(h.n_documents);
        let needed = 15 + (record.cues.len() * 192).div_ceil(crate::bytes::PAGE) as u32;
        pages::reserve(&self.region, self.owner(), needed)?;
        self.begin();
        let segment = if full { self.free_segment()? } else { open };
        let at = self.segment_at(segment);
        if let Err(e) = self.reserve_in(at, full.then_some(cap), record.terms.len()) {
            self.end();
            pages::unreserve(&self.region, self.owner());
            return Err(e);
        }
        if full {
            self.open_segment(segment, kind, cap, dims)?;
        }
        let i = self.make_node(record, entry)?;
        let doc = segment::append(&self.region, at, i, record)?;
        self.update_node(i, |n| n.place = segment << segment::DOC_BITS | doc);
        self.change(|h| {
            h.n_resident += 1;
            h.n_documents += 1;
            h.dims = h.dims.max(dims);
        });
        self.end();
        self.unreserve_in(at);
        Ok(i)
    }

    /// The same without codes and postings, for a memory outside.
    fn enter_thin(&self, record: &Record, entry: Option<usize>) -> Result<u32, Full> {
        let needed = 15 + (record.cues.len() * 192).div_ceil(crate::bytes::PAGE) as u32;
        pages::reserve(&self.region, self.owner(), needed)?;
        self.begin();
        let i = self.make_node(record, entry)?;
        let dims = record.code.as_ref().map_or(0, |c| c.values.len() as u32);
        self.change(|h| h.dims = h.dims.max(dims));
        self.end();
        pages::unreserve(&self.region, self.owner());
        Ok(i)
    }

    /// The node with its id, digest, cues and context; pages were reserved.
    fn make_node(&self, record: &Record, entry: Option<usize>) -> Result<u32, Full> {
        let mut node = Node {
            id: record.id,
            xmin: record.changed,
            occurred_at: record.occurred_at,
            kind: record.kind,
            length: record.length,
            state: USED | if record.pinned { PINNED } else { 0 } | if record.cold { COLD } else { 0 },
            touched: self.region.read(field!(self, used)),
            digest: record.digest,
            ..Node::EMPTY
        };
        if let Some(entry) = entry {
            node.state |= MADE;
            node.next_made = self.region.read::<Entry>(entry).made;
        }
        let i = self.new_node(node)?;
        if let Some(entry) = entry {
            self.region.update(entry, |e: &mut Entry| e.made = i);
        }
        hash::insert(&self.region, self.owner(), field!(self, ids), tag(&record.id), i)?;
        self.list_digest(i, record.digest)?;
        self.mention(i, record)?;
        if record.context != 0 {
            let c = self.context(record.context)?;
            self.update_node(i, |n| n.context = c);
            context::insert(&self.region, self.owner(), self.context_at(c), i, |m| self.key_of(m))?;
        }
        Ok(i)
    }

    /// A slot for a segment.
    pub(crate) fn free_segment(&self) -> Result<u32, Full> {
        let n = self.head().segments.len;
        (0..n)
            .find(|i| self.region.read::<Segment>(self.segment_at(*i)).state == FREE)
            .map_or_else(|| array::push(&self.region, self.owner(), field!(self, segments), Segment::EMPTY), Ok)
    }

    /// Makes a segment in a free slot for which pages were reserved.
    pub(crate) fn open_segment(&self, segment: u32, kind: usize, cap: u32, dims: u32) -> Result<(), Full> {
        let state = if segment::is_forward(cap) { FORWARD } else { OPEN };
        segment::create(&self.region, self.segment_at(segment), cap, dims, state)?;
        self.change(|h| h.open[kind] = segment);
        Ok(())
    }

    /// Reserves what a record takes in a segment, which is to be made if `new` gives its size.
    pub(crate) fn reserve_in(&self, at: usize, new: Option<u32>, n_terms: usize) -> Result<(), Full> {
        let cap = new.unwrap_or_else(|| self.region.read::<Segment>(at).cap);
        let arrays = if new.is_some() { segment::ARRAY_PAGES } else { 0 };
        let forward = segment::is_forward(cap);
        let base = arrays + segment::CODE_PAGES + if forward { segment::forward_pages(n_terms) } else { 0 };
        pages::reserve(&self.region, segment::base_of(at), base)?;
        if forward {
            return Ok(());
        }
        pages::reserve(&self.region, segment::index_of(at), segment::index_pages(n_terms))
            .inspect_err(|_| pages::unreserve(&self.region, segment::base_of(at)))
    }

    /// Gives back what was reserved for a record and not used.
    pub(crate) fn unreserve_in(&self, at: usize) {
        pages::unreserve(&self.region, segment::index_of(at));
        pages::unreserve(&self.region, segment::base_of(at));
        pages::unreserve(&self.region, self.owner());
    }

    fn mention(&self, i: u32, record: &Record) -> Result<(), Full> {
        let n = record.cues.len().min(1024);
        if n == 0 {
            return Ok(());
        }
        let mut entries = Vec::with_capacity(n);
        for (hash, about) in &record.cues[..n] {
            let cue = self.cue(*hash)?;
            let about = if *about { ABOUT } else { 0 };
            let list = self.cue_at(cue) + std::mem::offset_of!(Cue, mentions);
            chunks::push(&self.region, self.owner(), list, i | about)?;
            entries.push(cue | about);
        }
        let block = pages::alloc(&self.region, self.owner(), n * 4)?;
        self.region.slice_mut(addr(block), n, |s: &mut [u32]| s.copy_from_slice(&entries));
        self.update_node(i, |node| {
            node.cues = block;
            node.n_cues = n as u16;
            node.refs = n as u32;
        });
        Ok(())
    }

    pub(crate) fn cue(&self, hash: u64) -> Result<u32, Full> {
        if let Some(i) = self.find_cue(hash) {
            return Ok(i);
        }
        let free: u32 = self.region.read(field!(self, free_cue));
        let cue = Cue { hash, used: 1, ..Cue::default() };
        let i = if free == NONE {
            array::push(&self.region, self.owner(), field!(self, cues), cue)?
        } else {
            self.region.write(field!(self, free_cue), self.region.read::<Cue>(self.cue_at(free)).df);
            self.region.write(self.cue_at(free), cue);
            free
        };
        hash::insert(&self.region, self.owner(), field!(self, cue_ids), hash as u32, i)?;
        Ok(i)
    }

    pub(crate) fn context(&self, hash: u64) -> Result<u32, Full> {
        if let Some(i) = self.find_context(hash) {
            return Ok(i);
        }
        let c = Context::new(hash);
        let i = array::push(&self.region, self.owner(), field!(self, contexts), c)?;
        hash::insert(&self.region, self.owner(), field!(self, context_ids), hash as u32, i)?;
        Ok(i)
    }

    /// Removes a node that nobody sees. It must be in no chain and not counted.
    pub(crate) fn reap(&self, i: u32) {
        let n = self.node(i);
        debug_assert!(!n.has(MADE | GONE | COUNTED | DEAD), "node {i} in state {:x} cannot be removed", n.state);
        hash::remove(&self.region, field!(self, ids), tag(&n.id), i);
        self.unlist_digest(i, n.digest);
        if n.context != NONE {
            context::remove(&self.region, self.owner(), self.context_at(n.context), i, |m| self.key_of(m));
        }
        if n.place != NONE {
            let at = self.segment_at(n.place >> segment::DOC_BITS);
            segment::vacate(&self.region, at, doc_of(n.place));
        }
        self.change(|h| {
            h.n_nodes -= 1;
            h.n_resident -= u32::from(n.place != NONE);
            h.n_dead += 1;
        });
        let cues: Vec<u32> = self.cues_of(&n).iter().map(|c| c & !ABOUT).collect();
        if n.n_cues > 0 {
            pages::free(&self.region, self.owner(), n.cues, n.n_cues as usize * 4);
        }
        self.update_node(i, |n| {
            n.state |= DEAD;
            n.place = NONE;
            n.n_cues = 0;
        });
        if cues.is_empty() {
            self.free_node(i);
        }
        for cue in cues {
            let c = self.region.update(self.cue_at(cue), |c: &mut Cue| {
                c.dead += 1;
                *c
            });
            // A list is swept when a quarter of it is dead: each removal then costs a few steps on average.
            if c.dead * 4 > c.mentions.n {
                self.sweep(cue);
            }
        }
    }

    /// Drops the dead from the list of a cue, and the cue with its last mention.
    fn sweep(&self, cue: u32) {
        let at = self.cue_at(cue);
        let mut freed = Vec::new();
        let list = at + std::mem::offset_of!(Cue, mentions);
        chunks::retain(&self.region, self.owner(), list, |m| {
            let dead = self.node(m & !ABOUT).has(DEAD);
            if dead
                && self.update_node(m & !ABOUT, |n| {
                    n.refs -= 1;
                    n.refs
                }) == 0
            {
                freed.push(m & !ABOUT);
            }
            !dead
        });
        freed.into_iter().for_each(|i| self.free_node(i));
        let c: Cue = self.region.update(at, |c: &mut Cue| {
            c.dead = 0;
            *c
        });
        if c.mentions.n == 0 {
            hash::remove(&self.region, field!(self, cue_ids), c.hash as u32, cue);
            let free: u32 = self.region.read(field!(self, free_cue));
            self.region.write(at, Cue { df: free, ..Cue::default() });
            self.region.write(field!(self, free_cue), cue);
            self.change(|h| h.epoch = h.epoch.wrapping_add(1));
        }
    }

    fn free_node(&self, i: u32) {
        let free: u32 = self.region.read(field!(self, free_node));
        self.region.write(self.node_at(i), Node { next_made: free, ..Node::EMPTY });
        self.region.write(field!(self, free_node), i);
        self.change(|h| {
            h.n_dead -= 1;
            h.epoch = h.epoch.wrapping_add(1);
        });
    }
}

impl Segment {
    pub(crate) fn is_full(&self) -> bool {
        self.n == self.cap
    }
}

//! Explicit and learned edges, kept by the id they leave from.
//!
//! An edge belongs to ids, not to versions: it outlives the update of a memory. The anchor table leads from
//! the source id to the first edge of its list.

use crate::Full;
use crate::array::{self, Array};
use crate::bytes::{NONE, pod};
use crate::hash;
use crate::pages;
use crate::record::{Entry, GONE, MADE, REVOKED, USED};
use crate::space::{Space, field, tag};

/// An edge as it lies in the region.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub source: [u8; 16],
    pub target: [u8; 16],
    pub xmin: u64,
    pub xmax: u64,
    /// Fixed point, see `engram_engine::spread`.
    pub weight: u32,
    /// Next edge of the same source, and of the same transaction.
    pub next: u32,
    pub next_made: u32,
    pub next_gone: u32,
    pub kind: u16,
    pub state: u16,
    pub spare: u32,
}
pod!(Edge);

/// An explicit edge as the extension hands it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Association {
    pub source: [u8; 16],
    pub target: [u8; 16],
    /// Number of the kind, chosen by the extension.
    pub kind: u8,
    /// Fixed point, see `engram_engine::spread`.
    pub weight: u32,
    /// Full transaction id that wrote it.
    pub changed: u64,
}

impl Space<'_> {
    pub(crate) fn edge_at(&self, i: u32) -> usize {
        array::at::<Edge>(&self.region, &self.region.read(field!(self, edges)), i)
    }

    pub(crate) fn edge(&self, i: u32) -> Edge {
        self.region.read(self.edge_at(i))
    }

    fn update_edge(&self, i: u32, f: impl FnOnce(&mut Edge)) {
        self.region.update(self.edge_at(i), f);
    }

    fn anchor(&self, source: &[u8; 16]) -> Option<u32> {
        hash::find(&self.region, field!(self, anchors), tag(source), |i| self.edge(i).source == *source)
    }

    /// Calls `f` with each edge that leaves `source`.
    pub(crate) fn edges_of(&self, source: &[u8; 16], mut f: impl FnMut(u32, &Edge)) {
        if self.region.read::<u32>(field!(self, n_edges)) == 0 {
            return;
        }
        let mut at = self.anchor(source).unwrap_or(NONE);
        while at != NONE {
            let e = self.edge(at);
            f(at, &e);
            at = e.next;
        }
    }

    /// The edge of this source, target and kind that is not deleted.
    pub(crate) fn current_edge(&self, a: &Association) -> Option<u32> {
        let mut found = None;
        self.edges_of(&a.source, |i, e| {
            if e.target == a.target && e.kind == u16::from(a.kind) && e.is_current() {
                found = Some(i);
            }
        });
        found
    }

    /// Adds an edge; with an entry its transaction is not settled yet.
    pub(crate) fn add_edge(&self, a: &Association, entry: Option<usize>) -> Result<u32, Full> {
        pages::reserve(&self.region, self.owner(), 8)?;
        self.begin();
        let mut edge = Edge {
            source: a.source,
            target: a.target,
            xmin: a.changed,
            xmax: 0,
            weight: a.weight,
            next: NONE,
            next_made: NONE,
            next_gone: NONE,
            kind: u16::from(a.kind),
            state: USED,
            spare: 0,
        };
        if let Some(entry) = entry {
            edge.state |= MADE;
            edge.next_made = self.region.read::<Entry>(entry).edges_made;
        }
        let first = self.anchor(&a.source);
        if let Some(first) = first {
            edge.next = self.edge(first).next;
        }
        let free: u32 = self.region.read(field!(self, free_edge));
        let i = if free != NONE {
            self.region.write(field!(self, free_edge), self.edge(free).next);
            self.region.write(self.edge_at(free), edge);
            free
        } else {
            array::push(&self.region, self.owner(), field!(self, edges), edge)?
        };
        match first {
            // The anchor stays where it is; the new edge comes second.
            Some(first) => self.update_edge(first, |e| e.next = i),
            None => hash::insert(&self.region, self.owner(), field!(self, anchors), tag(&a.source), i)?,
        }
        if let Some(entry) = entry {
            self.region.update(entry, |e: &mut Entry| e.edges_made = i);
        }
        self.change(|h| h.n_edges += 1);
        self.end();
        pages::unreserve(&self.region, self.owner());
        Ok(i)
    }

    /// Deletes an edge for the transaction of the entry.
    pub(crate) fn bury_edge(&self, i: u32, xid: u64, entry: usize) {
        let next = self.region.read::<Entry>(entry).edges_gone;
        self.update_edge(i, |e| {
            e.xmax = xid;
            e.state |= GONE;
            e.next_gone = next;
        });
        self.region.update(entry, |e: &mut Entry| e.edges_gone = i);
    }

    /// Takes back the creation of an edge by a subtransaction.
    pub fn revoke_edge(&self, i: u32) {
        self.update_edge(i, |e| e.state |= REVOKED);
    }

    /// Takes back the deletion of an edge by a subtransaction of `xid`: as for a node, no mark is left.
    pub fn restore_edge(&self, xid: u64, i: u32) {
        let Some(entry) = self.find_entry(xid) else { return };
        let next = self.edge(i).next_gone;
        let first = self.region.read::<Entry>(entry).edges_gone;
        if first == i {
            self.region.update(entry, |e: &mut Entry| e.edges_gone = next);
        } else {
            let mut at = first;
            while self.edge(at).next_gone != i {
                at = self.edge(at).next_gone;
            }
            self.update_edge(at, |e| e.next_gone = next);
        }
        self.update_edge(i, |e| {
            e.state &= !GONE;
            e.xmax = 0;
            e.next_gone = NONE;
        });
    }

    /// The transaction that made these edges is settled for all.
    pub(crate) fn freeze_edges(&self, mut at: u32) {
        while at != NONE {
            let e = self.edge(at);
            self.update_edge(at, |e| {
                e.state &= !MADE;
                e.next_made = NONE;
            });
            if e.state & (REVOKED | GONE) == REVOKED {
                self.drop_edge(at);
            }
            at = e.next_made;
        }
    }

    /// The transaction that deleted these edges is settled for all; `aborted` if it never took place.
    pub(crate) fn finish_gone_edges(&self, mut at: u32, aborted: bool) {
        while at != NONE {
            let e = self.edge(at);
            self.update_edge(at, |e| {
                e.state &= !GONE;
                e.next_gone = NONE;
                if aborted {
                    e.xmax = 0;
                }
            });
            if !aborted || (e.state & REVOKED != 0 && e.state & MADE == 0) {
                self.drop_edge(at);
            }
            at = e.next_gone;
        }
    }

    /// The transaction that made these edges did not commit.
    pub(crate) fn drop_edges(&self, mut at: u32) {
        while at != NONE {
            let next = self.edge(at).next_made;
            self.drop_edge(at);
            at = next;
        }
    }

    fn drop_edge(&self, i: u32) {
        let e = self.edge(i);
        let first = self.anchor(&e.source).expect("the list of an edge has an anchor");
        if first == i {
            hash::remove(&self.region, field!(self, anchors), tag(&e.source), i);
            if e.next != NONE {
                // The entry just removed left room in its bucket, so this cannot need memory.
                hash::insert(&self.region, self.owner(), field!(self, anchors), tag(&e.source), e.next)
                    .expect("a bucket has room for the entry that replaces another");
            }
        } else {
            let mut at = first;
            while self.edge(at).next != i {
                at = self.edge(at).next;
            }
            self.update_edge(at, |p| p.next = e.next);
        }
        let free: u32 = self.region.read(field!(self, free_edge));
        self.update_edge(i, |e| {
            e.state = 0;
            e.next = free;
        });
        self.region.write(field!(self, free_edge), i);
        self.change(|h| {
            h.n_edges -= 1;
            h.epoch = h.epoch.wrapping_add(1);
        });
    }

    /// Every edge slot in use.
    pub(crate) fn for_each_edge(&self, mut f: impl FnMut(u32, &Edge)) {
        let a: Array = self.region.read(field!(self, edges));
        array::runs::<Edge>(&self.region, &a, |first, run| {
            for (i, e) in run.iter().enumerate().filter(|(_, e)| e.state & USED != 0) {
                f(first + i as u32, e);
            }
        });
    }
}

impl Edge {
    /// As the extension handed it in.
    pub fn association(&self) -> Association {
        Association {
            source: self.source,
            target: self.target,
            kind: self.kind as u8,
            weight: self.weight,
            changed: self.xmin,
        }
    }

    /// Whether no transaction has deleted it, as far as published.
    pub fn is_current(&self) -> bool {
        self.state & (REVOKED | GONE) == 0
    }
}

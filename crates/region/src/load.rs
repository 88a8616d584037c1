//! Loading: rows as a loader found them in the tables, entered as settled.

use crate::Full;
use crate::bytes::NONE;
use crate::edges::Association;
use crate::node::{ANY, NOWHERE};
use crate::read::Seen;
use crate::record::{BURIED, DEAD, GONE, MADE, Node, REVOKED, Record, TOMBSTONE, WARM};
use crate::space::Space;

impl Space<'_> {
    /// Enters a row as a loader found it: its transaction counts as settled.
    ///
    /// `seen` are the listed transactions that the loader's snapshot sees. A version that is known already is left
    /// alone; other versions that the snapshot sees have been replaced by this one, and what deletes them deletes it.
    pub fn load(&self, record: &Record, seen: &Seen) -> Result<(), Full> {
        self.load_into(record, seen, ANY).map(|_| ())
    }

    /// The same for a memory that is to stay outside: it gets a thin node. `warm` says that its row is in `engram.warm`.
    pub fn load_thin(&self, record: &Record, seen: &Seen, warm: bool) -> Result<(), Full> {
        if let Some(i) = self.load_into(record, seen, NOWHERE)?
            && warm
        {
            self.retier(i, |n| n.state |= WARM);
        }
        Ok(())
    }

    /// The same into a given segment. Returns the new node, or none where the version is known.
    pub(crate) fn load_into(&self, record: &Record, seen: &Seen, into: u32) -> Result<Option<u32>, Full> {
        let mut others = Vec::new();
        let known = self.versions(&record.id, |i, n| {
            let same = n.xmin == record.changed && !n.has(REVOKED | TOMBSTONE);
            if !same && !n.has(DEAD | REVOKED) && (!n.has(MADE) || seen.sees(n.xmin)) {
                others.push(i);
            }
            same
        });
        if known.is_some() {
            return Ok(None);
        }
        let i = self.enter(record, None, into)?;
        for other in others {
            self.replace(other, i);
        }
        if !self.node(i).has(BURIED) {
            self.count(i, true);
        }
        // Without room for its terms it is found by its row.
        let _ = self.list(i, &record.terms);
        Ok(Some(i))
    }

    /// The loaded node takes the place of another version, in the chain of its deleter too.
    pub(crate) fn replace(&self, other: u32, node: u32) {
        let o = self.node(other);
        self.count(other, false);
        if o.has(GONE) && !self.node(node).has(GONE) {
            self.take_over(&o, other, node);
        }
        let o = self.node(other);
        if o.has(MADE) {
            // It leaves with its maker's entry; until then nobody sees it.
            self.update_node(other, |n| n.state |= REVOKED);
        } else if !o.has(GONE) {
            self.begin();
            self.reap(other);
            self.end();
        }
    }

    /// Enters an edge as a loader found it.
    pub fn load_edge(&self, a: &Association) -> Result<(), Full> {
        let mut known = false;
        let mut old = None;
        self.edges_of(&a.source, |i, e| {
            if e.target == a.target && e.kind == u16::from(a.kind) {
                known |= e.xmin == a.changed && e.state & REVOKED == 0;
                if e.state & (MADE | GONE | REVOKED) == 0 && e.xmin != a.changed {
                    old = Some(i);
                }
            }
        });
        if known {
            return Ok(());
        }
        if let Some(i) = old {
            self.forget_edge(i);
        }
        self.add_edge(a, None).map(|_| ())
    }

    /// A loader found that an id has no row any more, or none that is recallable.
    pub fn load_delete(&self, id: &[u8; 16], seen: &Seen) {
        let mut settled = Vec::new();
        let mut made = Vec::new();
        self.versions(id, |i, n| {
            if !n.has(GONE | DEAD | TOMBSTONE | REVOKED) {
                match n.has(MADE) {
                    false => settled.push(i),
                    true if seen.sees(n.xmin) => made.push(i),
                    true => {}
                }
            }
            false
        });
        for i in made {
            self.count(i, false);
            self.update_node(i, |n| n.state |= REVOKED);
        }
        for i in settled {
            self.count(i, false);
            self.begin();
            self.reap(i);
            self.end();
        }
    }

    /// A loader found which edges leave a source: those that it did not find, although it sees who made them, go.
    pub fn load_edges_of(&self, source: &[u8; 16], found: &[Association], seen: &Seen) -> Result<(), Full> {
        let mut gone = Vec::new();
        let mut made = Vec::new();
        self.edges_of(source, |i, e| {
            let kept = found.iter().any(|a| a.target == e.target && u16::from(a.kind) == e.kind && a.changed == e.xmin);
            if !kept && e.is_current() {
                match e.state & MADE != 0 {
                    false => gone.push(i),
                    true if seen.sees(e.xmin) => made.push(i),
                    true => {}
                }
            }
        });
        // Those leave with the entry of their maker; until then nobody sees them.
        made.into_iter().for_each(|i| self.revoke_edge(i));
        gone.into_iter().for_each(|i| self.forget_edge(i));
        found.iter().try_for_each(|a| self.load_edge(a))
    }

    fn forget_edge(&self, i: u32) {
        self.begin();
        self.region.update(self.edge_at(i), |e: &mut crate::edges::Edge| e.next_made = NONE);
        self.drop_edges(i);
        self.end();
    }

    /// The mark of deletion goes from one node to another.
    fn take_over(&self, from: &Node, other: u32, node: u32) {
        let entry = self.find_entry(from.xmax).expect("a deletion in a chain has its entry");
        self.redirect_gone(entry, other, node);
        self.update_node(node, |n| {
            n.xmax = from.xmax;
            n.next_gone = from.next_gone;
            n.state |= from.state & (GONE | BURIED);
        });
        self.update_node(other, |n| {
            n.state &= !(GONE | BURIED);
            n.next_gone = NONE;
            n.xmax = 0;
        });
    }
}

//! Publishing: what a transaction did to a space, entered before it commits.
//!
//! A version is entered with the full id of its top transaction and hung into the chain of that
//! transaction's [`Entry`]. Nothing here counts for statistics; that is for [`crate::settle`]. Two changes
//! of one row come in the right order because the second transaction waited for the row lock of the first.

use crate::Full;
use crate::array::{self, Array};
use crate::edges::Association;
use crate::node::ANY;
use crate::record::{
    BURIED, DEAD, Entry, GONE, HINT_ABORTED, HINT_COMMITTED, LOADED, MADE, NEEDS_LOAD, Node, RESET, REVOKED, Record,
    SETTLED, TOMBSTONE, USED,
};
use crate::space::{Space, State, field};

/// Something a subtransaction did that its rollback takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Made(u32),
    /// The node that was marked, and its id: a loader may move the mark to another node of that id.
    Gone(u32, [u8; 16]),
    EdgeMade(u32),
    EdgeGone(u32),
}

/// Why a change could not be entered. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// No room.
    Full,
    /// The row's former deleter has ended but is not settled: settle and try again.
    Unsettled(u64),
}

impl From<Full> for Refused {
    fn from(_: Full) -> Self {
        Refused::Full
    }
}

impl Space<'_> {
    /// Enters a new version made by the unsettled transaction `xid`.
    pub fn publish(&self, xid: u64, record: &Record) -> Result<Done, Refused> {
        self.change(|h| h.sequence += 1);
        // A row that a loader found already is not entered twice.
        let known = self.versions(&record.id, |_, n| n.xmin == record.changed && n.is_current());
        if let Some(i) = known {
            return Ok(Done::Made(i));
        }
        let entry = self.entry(xid)?;
        Ok(Done::Made(self.enter(record, Some(entry), ANY)?))
    }

    /// Enters the deletion of the current version of an id by the unsettled transaction `xid`.
    pub fn publish_delete(&self, xid: u64, id: &[u8; 16]) -> Result<Option<Done>, Refused> {
        self.change(|h| h.sequence += 1);
        let mut stale = None;
        let mut mine = false;
        let current = self.versions(id, |_, n| {
            mine |= n.has(GONE) && n.xmax == xid;
            if n.has(GONE) && n.xmax != xid && !n.has(REVOKED | BURIED) {
                // Its deleter has aborted, or this row could not be deleted now.
                stale = Some(n.xmax);
            }
            n.is_current()
        });
        if let (None, Some(other)) = (current, stale) {
            return Err(Refused::Unsettled(other));
        }
        let i = match current {
            Some(i) => {
                let n = self.node(i);
                // Its maker may have aborted, and another version be the one that is meant.
                if n.has(MADE) && n.xmin != xid && !self.is_settled(n.xmin) {
                    return Err(Refused::Unsettled(n.xmin));
                }
                i
            }
            // Its row may come later: remember that it is deleted.
            None if self.awaits_rows() && !mine => self.tombstone(id)?,
            None => return Ok(None),
        };
        let entry = self.entry(xid)?;
        let next = self.region.read::<Entry>(entry).gone;
        self.update_node(i, |n| {
            n.xmax = xid;
            n.state |= GONE;
            n.next_gone = next;
        });
        self.region.update(entry, |e: &mut Entry| e.gone = i);
        Ok(Some(Done::Gone(i, *id)))
    }

    /// Enters an edge made by the unsettled transaction `xid`.
    pub fn publish_edge(&self, xid: u64, a: &Association) -> Result<Done, Refused> {
        let entry = self.entry(xid)?;
        Ok(Done::EdgeMade(self.add_edge(a, Some(entry))?))
    }

    /// Enters the deletion of an edge by the unsettled transaction `xid`.
    pub fn publish_edge_delete(&self, xid: u64, a: &Association) -> Result<Option<Done>, Refused> {
        let mut stale = None;
        self.edges_of(&a.source, |_, e| {
            let same = e.target == a.target && e.kind == u16::from(a.kind);
            if same && e.state & GONE != 0 && e.xmax != xid && !self.is_settled(e.xmax) {
                stale = Some(e.xmax);
            }
        });
        let Some(i) = self.current_edge(a) else {
            if let Some(other) = stale {
                return Err(Refused::Unsettled(other));
            }
            if self.awaits_rows() {
                // Its row may come later, from a snapshot that still has it: who sees this transaction reads the edges again.
                self.publish_collapsed(xid)?;
            }
            return Ok(None);
        };
        let e = self.edge(i);
        if e.state & MADE != 0 && e.xmin != xid && !self.is_settled(e.xmin) {
            return Err(Refused::Unsettled(e.xmin));
        }
        let entry = self.entry(xid)?;
        self.bury_edge(i, xid, entry);
        Ok(Some(Done::EdgeGone(i)))
    }

    /// Takes back what a subtransaction of `xid` did. What it did last comes first.
    pub fn revoke(&self, xid: u64, done: Done) {
        match done {
            Done::Made(i) => self.update_node(i, |n| n.state |= REVOKED),
            Done::Gone(i, id) => self.restore(xid, i, &id),
            Done::EdgeMade(i) => self.revoke_edge(i),
            Done::EdgeGone(i) => self.restore_edge(xid, i),
        }
        self.change(|h| h.settled = h.settled.wrapping_add(1));
    }

    /// A deletion that is taken back leaves no mark: the row lock is free again, and the next transaction that deletes
    /// the row must be able to enter that, while this one still runs or snapshots hold its entry.
    fn restore(&self, xid: u64, i: u32, id: &[u8; 16]) {
        let is_meant = |n: &Node| n.id == *id && n.has(GONE) && n.xmax == xid;
        let found = if is_meant(&self.node(i)) { Some(i) } else { self.versions(id, |_, n| is_meant(n)) };
        let (Some(i), Some(entry)) = (found, self.find_entry(xid)) else { return };
        self.begin();
        self.redirect_gone(entry, i, self.node(i).next_gone);
        self.leave_gone(i, true);
        self.end();
    }

    /// Where the chain of an entry's deletions led to `node`, it goes on at `to`.
    pub(crate) fn redirect_gone(&self, entry: usize, node: u32, to: u32) {
        let first = self.region.read::<Entry>(entry).gone;
        if first == node {
            self.region.update(entry, |e: &mut Entry| e.gone = to);
            return;
        }
        let mut at = first;
        while self.node(at).next_gone != node {
            at = self.node(at).next_gone;
        }
        self.update_node(at, |n| n.next_gone = to);
    }

    /// The space must be loaded anew by who sees `xid`: a table was truncated, or a setting changed.
    pub fn publish_reset(&self, xid: u64) -> Result<(), Full> {
        let entry = self.entry(xid)?;
        self.region.update(entry, |e: &mut Entry| e.state |= RESET);
        Ok(())
    }

    /// The rows of `xid` are in the tables only: who sees it must load them first.
    pub fn publish_collapsed(&self, xid: u64) -> Result<(), Full> {
        let entry = self.entry(xid)?;
        self.change(|h| h.sequence += 1);
        self.region.update(entry, |e: &mut Entry| e.state |= NEEDS_LOAD);
        Ok(())
    }

    /// Whether rows may still come that nobody published here: the space loads, or will after a promotion, or what some transaction
    /// changed is in the tables only.
    fn awaits_rows(&self) -> bool {
        if self.state() != State::Ready {
            return true;
        }
        let entries: Array = self.region.read(field!(self, entries));
        let mut awaited = false;
        array::runs::<Entry>(&self.region, &entries, |_, run| {
            awaited |= run.iter().any(|e| e.state & NEEDS_LOAD != 0);
        });
        awaited
    }

    /// The rows of `xid` were loaded.
    pub fn clear_needs_load(&self, xid: u64) {
        if let Some(entry) = self.find_entry(xid) {
            self.region.update(entry, |e: &mut Entry| e.state = (e.state & !NEEDS_LOAD) | LOADED);
        }
    }

    /// Leaves word of how a transaction ended. Cannot fail.
    pub fn hint(&self, xid: u64, committed: bool) {
        if let Some(entry) = self.find_entry(xid) {
            let bit = if committed { HINT_COMMITTED } else { HINT_ABORTED };
            self.region.update(entry, |e: &mut Entry| e.state |= bit);
        }
    }

    /// Whether the space has any version of an id.
    pub fn knows(&self, id: &[u8; 16]) -> bool {
        self.versions(id, |_, _| true).is_some()
    }

    /// Whether the space has the version of an id that `xid` made.
    pub fn has_version(&self, id: &[u8; 16], xid: u64) -> bool {
        self.versions(id, |_, n| n.xmin == xid && !n.has(REVOKED | TOMBSTONE | DEAD)).is_some()
    }

    /// The edges that leave an id and that nobody has deleted, as far as published.
    pub fn current_edges(&self, source: &[u8; 16]) -> Vec<Association> {
        let mut out = Vec::new();
        self.edges_of(source, |_, e| {
            if e.is_current() {
                out.push(e.association());
            }
        });
        out
    }

    fn is_settled(&self, xid: u64) -> bool {
        self.find_entry(xid).is_none_or(|at| self.region.read::<Entry>(at).state & SETTLED != 0)
    }

    pub(crate) fn find_entry(&self, xid: u64) -> Option<usize> {
        if xid > self.region.read(field!(self, last_listed)) {
            return None;
        }
        let entries: Array = self.region.read(field!(self, entries));
        (0..entries.len)
            .rev()
            .map(|i| array::at::<Entry>(&self.region, &entries, i))
            .find(|at| self.region.read::<Entry>(*at).xid == xid)
    }

    /// Address of the entry of a transaction, made when missing. Valid until entries change.
    fn entry(&self, xid: u64) -> Result<usize, Full> {
        if let Some(at) = self.find_entry(xid) {
            return Ok(at);
        }
        let i = array::push(&self.region, self.owner(), field!(self, entries), Entry::new(xid))?;
        self.change(|h| h.last_listed = h.last_listed.max(xid));
        Ok(array::at::<Entry>(&self.region, &self.region.read(field!(self, entries)), i))
    }
}

impl Node {
    /// Whether no transaction has deleted this version, as far as published.
    pub(crate) fn is_current(&self) -> bool {
        self.has(USED) && !self.has(DEAD | REVOKED | BURIED | TOMBSTONE | GONE)
    }
}

//! Settling: what became of transactions enters the statistics and, later, leaves the list.
//!
//! An entry goes through three states. Unsettled: nobody knows how it ended. Settled: it committed and its
//! memories count, but some snapshot may still not see it. Retired: every snapshot sees it, its marks are
//! gone. An aborted one goes at once. The caller looks up outside any lock how transactions ended.

use crate::array::{self, Array};
use crate::bytes::NONE;
use crate::record::{BURIED, Entry, GONE, LOADED, MADE, NEEDS_LOAD, RESET, REVOKED, SETTLED, TOMBSTONE};
use crate::space::{Space, State, field};

/// How a transaction ended, as far as known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    InProgress,
    Committed,
    Aborted,
}

/// A transaction that some snapshot may not see yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsettled {
    /// Full transaction id.
    pub xid: u64,
    /// Its memories count already.
    pub settled: bool,
    /// Its rows must be loaded from the tables before who sees it is answered.
    pub needs_load: bool,
    /// Its rows were loaded: a snapshot that does not see it cannot be answered.
    pub loaded: bool,
}

/// Nodes handled under one hold of the lock: about 100 us.
pub const STEP: u32 = 256;
/// Settled entries kept for old snapshots; beyond, older snapshots are answered from tables.
const KEPT: u32 = 4096;

impl Space<'_> {
    /// Length of the list.
    pub fn n_unsettled(&self) -> u32 {
        self.region.read::<Array>(field!(self, entries)).len
    }

    /// Whether a transaction is listed whose rows must be loaded.
    pub fn needs_load(&self) -> bool {
        self.n_unsettled() > 0 && self.unsettled().iter().any(|e| e.needs_load)
    }

    /// The list of transactions that are not retired, in the order in which they published.
    pub fn unsettled(&self) -> Vec<Unsettled> {
        let entries: Array = self.region.read(field!(self, entries));
        let mut out = Vec::with_capacity(entries.len as usize);
        array::runs::<Entry>(&self.region, &entries, |_, run| {
            out.extend(run.iter().map(|e| Unsettled {
                xid: e.xid,
                settled: e.state & SETTLED != 0,
                needs_load: e.state & NEEDS_LOAD != 0,
                loaded: e.state & LOADED != 0,
            }));
        });
        out
    }

    /// Enters what is known of how transactions ended. `horizon`: every snapshot sees what committed before it.
    /// Handles about [`STEP`] nodes and says whether more is to be done.
    pub fn settle(&self, outcome: impl Fn(u64) -> Outcome, horizon: u64) -> bool {
        let entries: Array = self.region.read(field!(self, entries));
        let mut void = false;
        array::runs::<Entry>(&self.region, &entries, |_, run| {
            void |= run.iter().any(|e| e.state & RESET != 0 && outcome(e.xid) == Outcome::Committed);
        });
        if void {
            self.reset(State::Absent);
            self.want();
            return false;
        }
        let loading = self.state() == State::Loading;
        let mut budget = STEP;
        let mut keep = 0;
        let early = entries.len.saturating_sub(KEPT);
        self.begin();
        for i in 0..entries.len {
            let at = array::at::<Entry>(&self.region, &entries, i);
            let e: Entry = self.region.read(at);
            let kept = budget == 0
                || match outcome(e.xid) {
                    Outcome::InProgress => true,
                    _ if e.state & NEEDS_LOAD != 0 && outcome(e.xid) == Outcome::Committed => true,
                    Outcome::Aborted => self.undo(at, &mut budget),
                    Outcome::Committed => {
                        let settled = e.state & SETTLED != 0 || self.take_in(at, &mut budget);
                        if !settled || loading || (e.xid >= horizon && i >= early) {
                            true
                        } else {
                            if e.xid >= horizon {
                                self.change(|h| h.frozen_through = h.frozen_through.max(e.xid));
                            }
                            self.retire(at, &mut budget)
                        }
                    }
                };
            if kept {
                let e: Entry = self.region.read(at);
                array::set(&self.region, &entries, keep, e);
                keep += 1;
            }
        }
        if keep != entries.len {
            array::truncate(&self.region, field!(self, entries), keep);
            self.change(|h| h.settled = h.settled.wrapping_add(1));
        }
        self.end();
        budget == 0
    }

    /// Every transaction up to `xid` is answered without a check of its own.
    pub fn freeze_through(&self, xid: u64) {
        self.change(|h| h.frozen_through = h.frozen_through.max(xid));
    }

    /// Counts what a committed transaction made, discounts what it deleted; says whether that is done.
    fn take_in(&self, at: usize, budget: &mut u32) -> bool {
        let e: Entry = self.region.read(at);
        let mut i = if e.cursor == NONE { e.gone } else { NONE };
        // Deletions come first and in one go: they are marked before anything can be counted in vain.
        while i != NONE {
            self.update_node(i, |n| n.state |= BURIED);
            self.count(i, false);
            i = self.node(i).next_gone;
        }
        i = if e.cursor == NONE { e.made } else { e.cursor };
        while i != NONE && *budget > 0 {
            let n = self.node(i);
            if !n.has(REVOKED | BURIED | TOMBSTONE) {
                self.count(i, true);
            }
            *budget -= 1;
            i = n.next_made;
        }
        self.region.update(at, |e: &mut Entry| {
            if i == NONE {
                e.state |= SETTLED;
                e.cursor = NONE;
            } else {
                e.cursor = i;
            }
        });
        i == NONE
    }

    /// Takes the marks of a transaction that every snapshot sees; says whether the entry stays.
    fn retire(&self, at: usize, budget: &mut u32) -> bool {
        let mut e: Entry = self.region.read(at);
        while e.made != NONE && *budget > 0 {
            let i = e.made;
            let n = self.node(i);
            e.made = n.next_made;
            self.update_node(i, |n| {
                n.state &= !MADE;
                n.next_made = NONE;
            });
            if n.has(REVOKED) && !n.has(GONE) {
                self.reap(i);
            }
            *budget -= 1;
        }
        self.freeze_edges(std::mem::replace(&mut e.edges_made, NONE));
        let mut waits = false;
        while e.made == NONE && e.gone != NONE && *budget > 0 {
            let i = e.gone;
            let n = self.node(i);
            if n.has(MADE) && n.xmin != e.xid {
                // Its maker is still in the list and goes first.
                waits = true;
                break;
            }
            e.gone = n.next_gone;
            self.leave_gone(i, false);
            *budget -= 1;
        }
        if e.made == NONE && e.gone == NONE {
            self.finish_gone_edges(std::mem::replace(&mut e.edges_gone, NONE), false);
        }
        self.region.write(at, e);
        waits || e.made != NONE || e.gone != NONE
    }

    /// Takes back what an aborted transaction entered; says whether the entry stays.
    fn undo(&self, at: usize, budget: &mut u32) -> bool {
        let mut e: Entry = self.region.read(at);
        while e.gone != NONE && *budget > 0 {
            let i = e.gone;
            e.gone = self.node(i).next_gone;
            self.leave_gone(i, true);
            *budget -= 1;
        }
        self.finish_gone_edges(std::mem::replace(&mut e.edges_gone, NONE), true);
        while e.gone == NONE && e.made != NONE && *budget > 0 {
            let i = e.made;
            e.made = self.node(i).next_made;
            self.update_node(i, |n| {
                n.state &= !MADE;
                n.next_made = NONE;
            });
            self.reap(i);
            *budget -= 1;
        }
        if e.made == NONE {
            self.drop_edges(std::mem::replace(&mut e.edges_made, NONE));
        }
        self.region.write(at, e);
        e.made != NONE || e.gone != NONE
    }

    /// A node leaves the chain of its deleter: back to life, or for good.
    pub(crate) fn leave_gone(&self, i: u32, lives: bool) {
        let n = self.node(i);
        self.update_node(i, |n| {
            n.state &= !(GONE | BURIED);
            n.xmax = if lives { 0 } else { n.xmax };
            n.next_gone = NONE;
        });
        let revoked = n.has(REVOKED) && !n.has(MADE);
        if (!lives || revoked) && !n.has(MADE) {
            self.count(i, false);
            self.reap(i);
        } else if lives && n.has(TOMBSTONE) && !n.has(MADE) {
            self.reap(i);
        }
    }
}

//! Memories that are known and not resident: their words, and what finds them.
//!
//! A memory without a place keeps a thin node. So that frequencies of words stay exact, a table per space counts, for each term, the
//! counted memories outside that hold it; a node whose terms are in it is *listed* (OUTSIDE). A listed node is *proposed*: by a row of
//! `engram.warm` (WARM), or by its row in the cold tier (COLD). All other nodes without a place are *spilled*: a search reads their
//! rows.
//!
//! Terms leave the table with the text they came from. Where a listed node ceases to count and nobody has its terms at hand, the table
//! is *void*: searches read all rows until [`Space::clear_outside`] has emptied it and the rows were listed again.

use crate::array::{self, Array};
use crate::bytes::{NONE, PAGE, pod};
use crate::read::{Pause, Reader, Stopped};
use crate::record::{COLD, COUNTED, DEAD, GONE, MADE, Node, OUTSIDE, PINNED, REVOKED, Record, TOMBSTONE, USED, WARM};
use crate::space::{Space, field};
use crate::{Full, hash, pages};

/// How many counted memories outside hold a term.
#[repr(C)]
#[derive(Clone, Copy)]
struct Frequency {
    hash: u64,
    n: u32,
    /// The next free one, where this one is free.
    next: u32,
}
pod!(Frequency);

/// Nodes looked at under one hold of the lock.
pub const STEP: u32 = 4096;

/// A node without a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Out {
    pub node: u32,
    pub id: [u8; 16],
    /// Full transaction id of the version.
    pub changed: u64,
    /// Its terms are in the table of frequencies.
    pub listed: bool,
    /// Its row is in `engram.warm`.
    pub warm: bool,
    pub cold: bool,
    /// When it was last of use, seconds since 2020.
    pub touched: u32,
}

impl Out {
    fn of(node: u32, n: &Node, void: bool) -> Out {
        Out {
            node,
            id: n.id,
            changed: n.xmin,
            listed: n.has(OUTSIDE) && !void,
            warm: n.has(WARM),
            cold: n.has(COLD),
            touched: n.touched,
        }
    }

    /// Whether something else than its row finds it.
    pub fn is_proposed(&self) -> bool {
        self.listed && (self.warm || self.cold)
    }
}

/// One more or one less of a counter, by whether something holds after and before.
fn step(counter: &mut u32, before: bool, after: bool) {
    *counter = counter.wrapping_add(u32::from(after)).wrapping_sub(u32::from(before));
}

fn is_warm(n: &Node) -> bool {
    n.has(OUTSIDE) && n.has(WARM) && !n.has(COLD)
}

fn is_cold(n: &Node) -> bool {
    n.has(OUTSIDE) && n.has(COLD)
}

impl Node {
    /// Whether it may come to count, or cease to, when a transaction is settled.
    pub(crate) fn is_unsure(&self) -> bool {
        match self.has(COUNTED) {
            true => self.has(GONE),
            false => self.has(MADE) && !self.has(REVOKED),
        }
    }

    fn is_out(&self) -> bool {
        self.place == NONE && self.has(USED) && !self.has(DEAD | TOMBSTONE)
    }
}

impl Space<'_> {
    /// Changes what a node is to the tiers, and the counts of that.
    pub(crate) fn retier<R>(&self, i: u32, f: impl FnOnce(&mut Node) -> R) -> R {
        let before = self.node(i);
        let result = self.update_node(i, f);
        let after = self.node(i);
        self.change(|h| {
            step(&mut h.n_outside, before.has(OUTSIDE), after.has(OUTSIDE));
            step(&mut h.n_warm, is_warm(&before), is_warm(&after));
            step(&mut h.n_cold, is_cold(&before), is_cold(&after));
        });
        result
    }

    fn frequency(&self, hash: u64) -> Option<u32> {
        let all: Array = self.region.read(field!(self, outside));
        hash::find(&self.region, field!(self, outside_ids), hash as u32, |i| {
            array::get::<Frequency>(&self.region, &all, i).hash == hash
        })
    }

    fn frequency_at(&self, i: u32) -> usize {
        array::at::<Frequency>(&self.region, &self.region.read(field!(self, outside)), i)
    }

    /// How many counted memories outside hold a term.
    pub(crate) fn outside_df(&self, hash: u64) -> u32 {
        self.frequency(hash).map_or(0, |i| self.region.read::<Frequency>(self.frequency_at(i)).n)
    }

    /// The frequency table is not what it says: nobody is listed, whatever the nodes say.
    pub(crate) fn is_void(&self) -> bool {
        self.region.read::<u32>(field!(self, void)) != 0
    }

    /// Lists a counted node without a place; does nothing for another. `Full` changes nothing.
    pub(crate) fn list(&self, i: u32, terms: &[(u64, u16)]) -> Result<(), Full> {
        let n = self.node(i);
        if n.place != NONE || !n.has(COUNTED) || n.has(OUTSIDE) || n.is_unsure() || self.is_void() {
            return Ok(());
        }
        let new = terms.iter().filter(|t| self.frequency(t.0).is_none()).count();
        pages::reserve(&self.region, self.owner(), 6 + (new * 208).div_ceil(PAGE) as u32)?;
        self.begin();
        for (hash, _) in terms {
            self.add_term(*hash)?;
        }
        self.retier(i, |n| n.state |= OUTSIDE);
        self.end();
        pages::unreserve(&self.region, self.owner());
        Ok(())
    }

    fn add_term(&self, hash: u64) -> Result<(), Full> {
        if let Some(i) = self.frequency(hash) {
            self.region.update(self.frequency_at(i), |f: &mut Frequency| f.n += 1);
            return Ok(());
        }
        let new = Frequency { hash, n: 1, next: NONE };
        let free: u32 = self.region.read(field!(self, free_outside));
        let i = if free == NONE {
            array::push(&self.region, self.owner(), field!(self, outside), new)?
        } else {
            self.region.write(field!(self, free_outside), self.region.read::<Frequency>(self.frequency_at(free)).next);
            self.region.write(self.frequency_at(free), new);
            free
        };
        hash::insert(&self.region, self.owner(), field!(self, outside_ids), hash as u32, i)
    }

    fn remove_term(&self, hash: u64) {
        let Some(i) = self.frequency(hash) else { return };
        let at = self.frequency_at(i);
        let left = self.region.update(at, |f: &mut Frequency| {
            f.n -= 1;
            f.n
        });
        if left == 0 {
            hash::remove(&self.region, field!(self, outside_ids), hash as u32, i);
            let free: u32 = self.region.read(field!(self, free_outside));
            self.region.write(at, Frequency { hash: 0, n: 0, next: free });
            self.region.write(field!(self, free_outside), i);
        }
    }

    /// Takes the terms of a listed node out of the table.
    pub(crate) fn unlist(&self, i: u32, terms: &[(u64, u16)]) {
        if !self.node(i).has(OUTSIDE) {
            return;
        }
        self.begin();
        if !self.is_void() {
            terms.iter().for_each(|(hash, _)| self.remove_term(*hash));
        }
        self.retier(i, |n| n.state &= !OUTSIDE);
        self.change(|h| h.epoch = h.epoch.wrapping_add(1));
        self.end();
    }

    /// A listed node ceases to count, and its terms are not at hand.
    pub(crate) fn lose_terms(&self, i: u32) {
        self.retier(i, |n| n.state &= !OUTSIDE);
        self.change(|h| {
            h.void = 1;
            h.epoch = h.epoch.wrapping_add(1);
        });
    }

    /// The version of an id that is about to be deleted or replaced, by its former row: who sees it still reads the row.
    pub fn disclose(&self, former: &Record) {
        let listed = |_: u32, n: &Node| n.xmin == former.changed && n.has(OUTSIDE);
        if let Some(i) = self.versions(&former.id, listed) {
            self.unlist(i, &former.terms);
        }
    }

    /// Whether a node of this id is listed, so that its terms are wanted when it goes.
    pub fn is_listed(&self, id: &[u8; 16]) -> bool {
        self.versions(id, |_, n| n.has(OUTSIDE)).is_some()
    }

    /// The node of a version that is outside and current: a transaction may have made and replaced others of the same id.
    pub(crate) fn out_version(&self, id: &[u8; 16], changed: u64) -> Option<u32> {
        self.versions(id, |_, n| n.xmin == changed && n.is_out() && n.is_current())
    }

    /// Enters the terms of nodes without a place as their rows have them, as far as there is room. Returns how many were listed.
    pub fn list_rows(&self, rows: &[Record]) -> u32 {
        let before: u32 = self.region.read(field!(self, n_outside));
        for row in rows {
            let Some(i) = self.out_version(&row.id, row.changed) else { continue };
            if self.list(i, &row.terms).is_err() {
                break;
            }
        }
        self.region.read::<u32>(field!(self, n_outside)) - before
    }

    /// The rows of these versions are in `engram.warm`. Resident ones may leave without being missed.
    pub fn mark_warm(&self, versions: &[([u8; 16], u64)]) {
        for (id, changed) in versions {
            let version = |_: u32, n: &Node| n.xmin == *changed && n.is_current();
            if let Some(i) = self.versions(id, version) {
                self.retier(i, |n| n.state |= WARM);
            }
        }
    }

    /// Their rows are not there any more.
    pub fn unmark_warm(&self, ids: &[[u8; 16]]) {
        for id in ids {
            let mut marked = Vec::new();
            self.versions(id, |i, n| {
                marked.extend(n.has(WARM).then_some(i));
                false
            });
            marked.into_iter().for_each(|i| self.retier(i, |n| n.state &= !WARM));
        }
        self.change(|h| h.epoch = h.epoch.wrapping_add(1));
    }

    /// Sets or clears the mark of a pinned memory.
    pub fn pin(&self, id: &[u8; 16], pinned: bool) {
        let mut all = Vec::new();
        self.versions(id, |i, _| {
            all.push(i);
            false
        });
        for i in all {
            self.update_node(i, |n| n.state = if pinned { n.state | PINNED } else { n.state & !PINNED });
        }
    }

    /// Counted nodes without a place from `from` on that `wanted` asks for, of at most [`STEP`] looked at. Says where to go on.
    pub fn out_from(&self, from: u32, out: &mut Vec<Out>, wanted: impl Fn(&Out) -> bool) -> Option<u32> {
        let (bound, void) = (self.node_bound(), self.is_void());
        let end = bound.min(from.saturating_add(STEP));
        for i in from..end {
            let n = self.node(i);
            if n.is_out() && n.has(COUNTED) && !n.is_unsure() {
                let found = Out::of(i, &n, void);
                if wanted(&found) {
                    out.push(found);
                }
            }
        }
        (end < bound).then_some(end)
    }

    /// Empties the void table, at most [`STEP`] entries or nodes at a time, from `from` on. Says where to go on; at the end the table
    /// is sound and empty.
    pub fn clear_outside(&self, from: u32) -> Option<u32> {
        if !self.is_void() {
            return None;
        }
        self.begin();
        let mut hashes = Vec::new();
        let all: Array = self.region.read(field!(self, outside));
        // Nodes first: while the table is void nothing is listed, so none comes back.
        let bound = self.node_bound();
        let end = bound.min(from.saturating_add(STEP));
        (from..end).filter(|i| self.node(*i).has(OUTSIDE)).for_each(|i| self.retier(i, |n| n.state &= !OUTSIDE));
        let next = if end < bound { Some(end) } else { None };
        if next.is_none() {
            array::runs::<Frequency>(&self.region, &all, |first, run| {
                let used = run.iter().enumerate().filter(|(_, f)| f.n > 0);
                hashes.extend(used.map(|(i, f)| (first + i as u32, f.hash)).take(STEP as usize));
            });
            hashes.truncate(STEP as usize);
            for (i, hash) in &hashes {
                hash::remove(&self.region, field!(self, outside_ids), *hash as u32, *i);
                let free: u32 = self.region.read(field!(self, free_outside));
                self.region.write(self.frequency_at(*i), Frequency { hash: 0, n: 0, next: free });
                self.region.write(field!(self, free_outside), *i);
            }
        }
        let done = next.is_none() && hashes.len() < STEP as usize;
        if done {
            self.change(|h| {
                h.void = 0;
                h.epoch = h.epoch.wrapping_add(1);
            });
        }
        self.end();
        match (next, done) {
            (Some(next), _) => Some(next),
            (None, false) => Some(bound),
            (None, true) => None,
        }
    }

    /// Whether the table of frequencies waits for [`Space::clear_outside`].
    pub fn needs_listing(&self) -> bool {
        self.is_void()
    }

    /// Terms of memories outside with their frequencies, sorted; none while they are void. For checks.
    pub fn outside_terms(&self) -> Option<Vec<(u64, u32)>> {
        if self.is_void() {
            return None;
        }
        let mut out = Vec::new();
        array::runs::<Frequency>(&self.region, &self.region.read(field!(self, outside)), |_, run| {
            out.extend(run.iter().filter(|f| f.n > 0).map(|f| (f.hash, f.n)));
        });
        out.sort_unstable();
        Some(out)
    }

    /// A memory outside was recalled since [`Space::take_returned`].
    pub fn has_returned(&self) -> bool {
        self.region.read::<u32>(field!(self, returned)) != 0
    }

    /// The same, and it is forgotten. The lock shared is enough.
    pub fn take_returned(&self) -> bool {
        let returned: u32 = self.region.read(field!(self, returned));
        self.region.store_u32(field!(self, returned), 0);
        returned != 0
    }
}

impl<P: Pause> Reader<'_, P> {
    /// Counted memories outside that hold each term.
    pub fn outside_frequencies(&self, terms: &[u64]) -> Vec<u32> {
        match self.space.is_void() {
            true => vec![0; terms.len()],
            false => terms.iter().map(|term| self.space.outside_df(*term)).collect(),
        }
    }

    /// Visible memories outside that nothing proposes: their rows are read.
    pub fn spilled(&mut self) -> Result<Vec<Out>, Stopped> {
        let s = self.stats;
        if !self.space.is_void() && s.spilled == s.warm + s.cold {
            return Ok(Vec::new());
        }
        self.outside(|out| !out.is_proposed())
    }

    /// Visible memories without a place that `wanted` asks for.
    pub fn outside(&mut self, wanted: impl Fn(&Out) -> bool) -> Result<Vec<Out>, Stopped> {
        let mut found = Vec::new();
        if self.stats.spilled == 0 {
            return Ok(found);
        }
        let void = self.space.is_void();
        for i in 0..self.space.node_bound() {
            let n = self.node(i);
            if n.is_out() && self.visible(i) {
                let out = Out::of(i, &n, void);
                if wanted(&out) {
                    found.push(out);
                }
            }
            self.pause(1)?;
        }
        Ok(found)
    }

    /// What a node without a place is to the tiers; none for a resident one.
    pub fn out(&self, node: u32) -> Option<Out> {
        let n = self.node(node);
        n.is_out().then(|| Out::of(node, &n, self.space.is_void()))
    }
}

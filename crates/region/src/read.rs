//! Reading a space in pieces, through the eyes of one snapshot.
//!
//! A [`View`] says where the snapshot differs from the settled state; it is taken under the same hold of the
//! lock as the search begins. A [`Reader`] searches and lets go of the lock every few thousand steps
//! ([`Pause`]); when it comes back and something has moved, it takes a new view or says [`Stopped::Moved`]
//! and the caller starts again.

use crate::array::{self, Array, Blocks};
use crate::best::Best;
use crate::bytes::{NONE, addr};
use crate::context::{self, Context};
use crate::edges::{Association, Edge};
use crate::graph::Kept;
use crate::kernel::{self, GROUP};
use crate::lexical::Sums;
use crate::record::{
    COUNTED, Cue, DEAD, Entry, GONE, MADE, NEEDS_LOAD, Node, RESET, REVOKED, SETTLED, TOMBSTONE, USED,
};
use crate::segment::{DOC_BITS, FREE, Segment};
use crate::space::{Space, Stats, doc_of, field};
use crate::verify::Summary;
use engram_engine::spread::{CUE, NodeIdx};
use std::cell::RefCell;
use std::collections::HashSet;

/// Why a search ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Something moved while the lock was free: start again.
    Moved,
    /// The space was reset: it does not answer any more.
    Gone,
    /// A transaction that the snapshot sees must be loaded first.
    NeedsLoad(u64),
}

/// Lets go of the lock for a moment.
pub trait Pause {
    /// Releases the lock, lets others in, takes it again.
    fn pause(&mut self);

    /// Whether the search has used up what it may take: it then ends with what it has.
    fn is_over(&mut self) -> bool {
        false
    }
}

/// For a region that nobody shares.
pub struct NoPause;

impl Pause for NoPause {
    fn pause(&mut self) {}
}

/// What a snapshot sees of the transactions that are not retired.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    xids: Vec<u64>,
}

impl Seen {
    /// The transactions of the list that the snapshot sees, its own included.
    pub fn new(mut xids: Vec<u64>) -> Seen {
        xids.sort_unstable();
        Seen { xids }
    }

    /// Whether it sees a transaction of the list. One that turned up later is not seen.
    pub fn sees(&self, xid: u64) -> bool {
        self.xids.binary_search(&xid).is_ok()
    }
}

/// Nodes that the snapshot sees differently from the settled state.
#[derive(Debug, Clone, Default)]
pub struct View {
    flips: HashSet<u32>,
    /// Segments in which a flipped node lies, with its document.
    places: Vec<u32>,
}

/// A condition on what is found; none lets everything pass.
pub type Filter<'f> = Option<&'f dyn Fn(&Found) -> bool>;

/// What a filter may look at.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    pub node: u32,
    pub id: [u8; 16],
    pub kind: u64,
    /// Microseconds since the Unix epoch.
    pub occurred_at: i64,
    /// Hash of the context, 0 for none.
    pub context: u64,
}

/// A search over one space.
pub struct Reader<'a, P: Pause> {
    pub(crate) space: Space<'a>,
    seen: Seen,
    view: View,
    pause: P,
    generation: u32,
    epoch: u32,
    settled: u32,
    sequence: u64,
    pub(crate) stats: Stats,
    steps: u32,
    pub(crate) stopped: Option<Stopped>,
    patient: bool,
    over: bool,
    /// Weights of mentions by frequency of the cue, 0 where not computed yet: each costs a logarithm.
    pub(crate) weights: RefCell<Vec<u32>>,
    pub(crate) kept: Kept,
    nodes: Blocks<Node>,
    cues: Blocks<Cue>,
}

/// Frequencies whose weight is kept.
const WEIGHTS: usize = 1024;

/// Steps (documents or edges) between two pauses.
const STRIDE: u32 = 4096;

impl<'a, P: Pause> Reader<'a, P> {
    /// Begins a search; the caller holds the lock shared and has settled what had ended.
    pub fn new(space: Space<'a>, seen: Seen, pause: P) -> Result<Reader<'a, P>, Stopped> {
        if !space.is_complete() {
            return Err(Stopped::Gone);
        }
        let mut reader = Reader {
            space,
            seen,
            view: View::default(),
            pause,
            generation: space.generation(),
            epoch: space.epoch(),
            settled: space.settle_count(),
            sequence: space.head().sequence,
            stats: space.stats(),
            steps: 0,
            stopped: None,
            patient: true,
            over: false,
            weights: RefCell::new(vec![0; WEIGHTS]),
            kept: Kept::default(),
            nodes: Blocks::none(),
            cues: Blocks::none(),
        };
        reader.find_blocks();
        reader.look()?;
        Ok(reader)
    }

    /// Statistics as they were when the search began.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Never lets go of the lock: for a search that was disturbed too often.
    pub fn without_pauses(mut self) -> Self {
        self.patient = false;
        self
    }

    /// Whether the search met its limits, and what it returns is what it had by then.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Whether it was the graph that ended a spread.
    pub fn was_disturbed(&self) -> bool {
        self.stopped.is_some()
    }

    /// Why the graph ended a spread.
    pub fn why_stopped(&self) -> Stopped {
        self.stopped.unwrap_or(Stopped::Moved)
    }

    /// Where nodes and cues lie, until the lock is let go of.
    fn find_blocks(&mut self) {
        let region = self.space.region;
        self.nodes.renew(&region, region.read(field!(self.space, nodes)));
        self.cues.renew(&region, region.read(field!(self.space, cues)));
    }

    pub(crate) fn node_at(&self, i: u32) -> usize {
        self.nodes.at(i)
    }

    pub(crate) fn node(&self, i: u32) -> Node {
        self.space.region.read(self.node_at(i))
    }

    pub(crate) fn cue_at(&self, i: u32) -> usize {
        self.cues.at(i)
    }

    pub(crate) fn key_of(&self, node: u32) -> context::Key {
        self.space.key_at(self.node_at(node))
    }

    /// Takes the view anew.
    fn look(&mut self) -> Result<(), Stopped> {
        self.view = View::default();
        let region = self.space.region;
        let entries: Array = region.read(field!(self.space, entries));
        // From the first of them on rows are read, whatever the order in which they came here.
        let needed = (0..entries.len).map(|i| array::get::<Entry>(&region, &entries, i));
        let first = needed.filter(|e| e.state & NEEDS_LOAD != 0 && self.seen.sees(e.xid)).map(|e| e.xid).min();
        if let Some(xid) = first {
            return Err(Stopped::NeedsLoad(xid));
        }
        for i in 0..entries.len {
            let e: Entry = array::get(&region, &entries, i);
            let seen = self.seen.sees(e.xid);
            if e.state & RESET != 0 && seen {
                return Err(Stopped::Gone);
            }
            if e.state & SETTLED != 0 && seen {
                continue;
            }
            let mut at = e.made;
            while at != NONE {
                at = self.check(at).next_made;
            }
            at = e.gone;
            while at != NONE {
                at = self.check(at).next_gone;
            }
        }
        Ok(())
    }

    fn check(&mut self, i: u32) -> Node {
        let n = self.node(i);
        if self.truly_visible(&n) != n.has(COUNTED) && self.view.flips.insert(i) && n.place != NONE {
            self.view.places.push(n.place);
        }
        n
    }

    fn truly_visible(&self, n: &Node) -> bool {
        if !n.has(USED) || n.has(DEAD | REVOKED | TOMBSTONE) {
            return false;
        }
        let made = !n.has(MADE) || self.seen.sees(n.xmin);
        let gone = n.has(GONE) && self.seen.sees(n.xmax);
        made && !gone
    }

    /// Whether the snapshot sees a node.
    pub fn visible(&self, i: u32) -> bool {
        let state: u16 = self.space.region.read(self.node_at(i) + std::mem::offset_of!(Node, state));
        (state & COUNTED != 0) != (!self.view.flips.is_empty() && self.view.flips.contains(&i))
    }

    pub(crate) fn sees_edge(&self, e: &Edge) -> bool {
        let made = e.state & MADE == 0 || self.seen.sees(e.xmin);
        let gone = e.state & GONE != 0 && self.seen.sees(e.xmax);
        e.state & REVOKED == 0 && made && !gone
    }

    /// Counts steps, and every so often lets others have the lock.
    pub(crate) fn pause(&mut self, steps: u32) -> Result<(), Stopped> {
        self.steps += steps.max(1);
        if self.steps < STRIDE {
            return Ok(());
        }
        self.steps = 0;
        self.over |= self.pause.is_over();
        if !self.patient {
            return Ok(());
        }
        self.pause.pause();
        if self.space.generation() != self.generation || !self.space.is_complete() {
            return Err(Stopped::Gone);
        }
        if self.space.epoch() != self.epoch {
            return Err(Stopped::Moved);
        }
        self.find_blocks();
        let (settled, sequence) = (self.space.settle_count(), self.space.head().sequence);
        if (settled, sequence) != (self.settled, self.sequence) {
            (self.settled, self.sequence) = (settled, sequence);
            self.look()?;
        }
        Ok(())
    }

    pub(crate) fn segments(&self) -> u32 {
        self.space.region.read::<Array>(field!(self.space, segments)).len
    }

    /// Documents of a segment that the snapshot sees.
    pub(crate) fn mask(&self, segment: u32, s: &Segment) -> Vec<u64> {
        let mut mask = self.space.region.slice::<u64>(addr(s.alive), (s.cap as usize).div_ceil(64)).to_vec();
        for place in self.view.places.iter().filter(|p| **p >> DOC_BITS == segment) {
            let doc = doc_of(*place) as usize;
            mask[doc / 64] ^= 1 << (doc % 64);
        }
        mask
    }

    /// What a filter may look at.
    pub fn found(&self, node: u32) -> Found {
        let n = self.node(node);
        let context = match n.context {
            NONE => 0,
            c => self.space.region.read::<Context>(self.space.context_at(c)).hash,
        };
        Found { node, id: n.id, kind: n.kind, occurred_at: n.occurred_at, context }
    }

    /// The `n` visible memories with the highest BM25 sums that pass `filter`; ties by id.
    pub fn best_by_words(&mut self, sums: &Sums, n: usize, filter: Filter<'_>) -> Result<Vec<(u32, u32)>, Stopped> {
        let mut best = Best::new(n);
        for i in 0..self.segments() {
            let Some(units) = sums.units.get(i as usize).filter(|u| !u.is_empty()) else { continue };
            let s: Segment = self.space.region.read(self.space.segment_at(i));
            let mask = self.mask(i, &s);
            for (group, highest) in sums.highest[i as usize].iter().enumerate() {
                // Mostly nothing in a group is good enough.
                if *highest == 0 || !best.floor(*highest) {
                    continue;
                }
                let first = group * GROUP;
                for (doc, u) in (first..).zip(units[first..].iter().take(GROUP)).filter(|(_, u)| **u > 0) {
                    if mask[doc / 64] >> (doc % 64) & 1 == 1 && best.floor(*u) {
                        self.offer(&mut best, &s, doc as u32, *u, filter);
                    }
                }
            }
            self.pause(s.n / 16)?;
        }
        Ok(best.into_sorted(|node| self.id_of(node)))
    }

    /// BM25 sum of a node.
    pub fn sum_of(&self, sums: &Sums, node: u32) -> u32 {
        sums.of(self.node(node).place)
    }

    /// A node will be read soon.
    pub fn expect_node(&self, node: u32) {
        let at = self.node_at(node);
        self.space.region.prefetch(at);
        self.space.region.prefetch(at + size_of::<Node>() - 1);
    }

    /// The code of a node will be read soon.
    pub fn expect_code(&self, node: u32) {
        let place = self.node(node).place;
        if place != NONE {
            let s: Segment = self.space.region.read(self.space.segment_at(place >> DOC_BITS));
            if let Some((row, _)) = s.codes().get(&self.space.region, doc_of(place)) {
                kernel::prefetch(row);
            }
        }
    }

    /// Id of a node.
    pub fn id_of(&self, node: u32) -> [u8; 16] {
        self.key_of(node).1
    }

    /// Whether the codes and postings of a node are in the region.
    pub fn resident(&self, node: u32) -> bool {
        self.node(node).place != NONE
    }

    /// Every memory the snapshot sees.
    pub fn everything(&mut self) -> Result<Vec<Summary>, Stopped> {
        let mut out = Vec::new();
        for i in 0..self.space.node_bound() {
            if self.visible(i) {
                out.push(Summary::of(&self.node(i)));
            }
            self.pause(1)?;
        }
        Ok(out)
    }

    /// About `n` visible memories, spread evenly over the places of the space; at most 2 `n`. Which ones depends on how they are stored.
    pub fn sample(&mut self, n: u32) -> Result<Vec<u32>, Stopped> {
        let bound = self.space.node_bound();
        let step = (bound / n.max(1)).max(1);
        let mut out = Vec::new();
        for i in (0..bound).step_by(step as usize) {
            if self.visible(i) {
                out.push(i);
            }
            self.pause(1)?;
        }
        Ok(out)
    }

    /// Every explicit edge the snapshot sees: source, target, kind.
    pub fn every_edge(&self) -> Vec<([u8; 16], [u8; 16], u8)> {
        let mut out = Vec::new();
        self.space.for_each_edge(|_, e| {
            if self.sees_edge(e) {
                out.push((e.source, e.target, e.kind as u8));
            }
        });
        out
    }

    /// The visible version of an id.
    pub fn by_id(&self, id: &[u8; 16]) -> Option<u32> {
        self.space.versions(id, |i, _| self.visible(i))
    }

    /// The transaction of the visible version of an id.
    pub fn version_of(&self, id: &[u8; 16]) -> Option<u64> {
        self.by_id(id).map(|i| self.node(i).xmin)
    }

    /// The visible edges that leave an id.
    pub fn edges_from(&self, source: &[u8; 16]) -> Vec<Association> {
        let mut out = Vec::new();
        self.space.edges_of(source, |_, e| {
            if self.sees_edge(e) {
                out.push(e.association());
            }
        });
        out
    }

    /// The cue of a hash with the number of memories that mention it.
    pub fn cue(&self, hash: u64) -> Option<(NodeIdx, u32)> {
        let i = self.space.find_cue(hash)?;
        let (mentions, _) = self.mentioned(&self.space.region.read(self.cue_at(i)));
        (mentions > 0).then_some((i | CUE, mentions))
    }

    /// Hash of a cue node.
    pub fn cue_hash(&self, cue: NodeIdx) -> u64 {
        self.space.region.read::<Cue>(self.cue_at(cue & !CUE)).hash
    }

    /// The latest visible members of a context, at most `n`, latest first.
    pub fn latest_of_context(&self, hash: u64, n: usize) -> Vec<u32> {
        let Some(c) = self.space.find_context(hash) else { return Vec::new() };
        let c: Context = self.space.region.read(self.space.context_at(c));
        let mut last = std::collections::VecDeque::with_capacity(n + 1);
        context::for_each(&self.space.region, &c, |m| {
            if self.visible(m) {
                last.push_back(m);
                if last.len() > n {
                    last.pop_front();
                }
            }
        });
        last.into_iter().rev().collect()
    }
}

impl Space<'_> {
    /// Marks memories as of use now (seconds since 2020). A shared lock is enough.
    pub fn touch_memories(&self, ids: &[[u8; 16]], now: u32) {
        // A relaxed store of one aligned word: whoever reads it sees the old or the new time.
        let touched = std::mem::offset_of!(Node, touched);
        for id in ids {
            self.versions(id, |i, n| {
                self.region.store_u32(self.node_at(i) + touched, now);
                if n.place == NONE {
                    self.region.store_u32(field!(self, returned), 1);
                }
                false
            });
        }
        self.region.store_u32(field!(self, used), now);
    }

    /// When a memory was last of use (seconds since 2020), as far as is known here; 0 for one that is not.
    pub fn last_use(&self, id: &[u8; 16]) -> u32 {
        let mut last = 0;
        self.versions(id, |_, n| {
            last = last.max(n.touched);
            false
        });
        last
    }

    /// Segments in use, for tests and checks.
    pub(crate) fn each_segment(&self, mut f: impl FnMut(u32, usize, &Segment)) {
        let a: Array = self.region.read(field!(self, segments));
        for i in 0..a.len {
            let at = array::at::<Segment>(&self.region, &a, i);
            let s: Segment = self.region.read(at);
            if s.state != FREE {
                f(i, at, &s);
            }
        }
    }
}

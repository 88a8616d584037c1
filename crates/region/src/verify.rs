//! Invariants of a space, checked by walking everything. For tests and for `engram_check()`.

use crate::array;
use crate::bytes::NONE;
use crate::chunks;
use crate::context::{self, Context};
use crate::hash;
use crate::record::{ABOUT, COLD, COUNTED, Cue, DEAD, Entry, GONE, MADE, Node, OUTSIDE, TOMBSTONE, USED, WARM};
use crate::segment::{self, DOC_BITS};
use crate::space::{Space, doc_of, field, tag};
use std::collections::{HashMap, HashSet};

/// A memory that counts, as the region has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub id: [u8; 16],
    /// Full transaction id of the version.
    pub changed: u64,
    /// Length in terms.
    pub length: u32,
    pub n_cues: u32,
    pub resident: bool,
    /// Digest of the text and its context.
    pub digest: u32,
    /// Its terms are in the table of frequencies outside.
    pub listed: bool,
}

impl Summary {
    pub(crate) fn of(n: &Node) -> Summary {
        Summary {
            id: n.id,
            changed: n.xmin,
            length: n.length,
            n_cues: u32::from(n.n_cues),
            resident: n.place != NONE,
            digest: n.digest,
            listed: n.has(OUTSIDE),
        }
    }
}

impl Space<'_> {
    /// Every violation found, in words. Needs the lock shared; takes time in proportion to the space.
    pub fn violations(&self) -> Vec<String> {
        let mut bad = Vec::new();
        let h = self.head();
        if h.mutating != 0 {
            return vec!["a structural change was interrupted".into()];
        }
        let (mut counted, mut length, mut resident, mut nodes) = (0u32, 0u64, 0u32, 0u32);
        let (mut outside, mut warm, mut cold) = (0u32, 0u32, 0u32);
        let mut df: HashMap<u32, (u32, u32)> = HashMap::new();
        for i in 0..self.node_bound() {
            let n = self.node(i);
            if !n.has(USED) || n.has(DEAD) {
                continue;
            }
            nodes += 1;
            resident += u32::from(n.place != NONE);
            outside += u32::from(n.has(OUTSIDE));
            warm += u32::from(n.has(OUTSIDE) && n.has(WARM) && !n.has(COLD));
            cold += u32::from(n.has(OUTSIDE) && n.has(COLD));
            self.check_node(i, &n, &mut bad);
            if n.has(COUNTED) {
                counted += 1;
                length += u64::from(n.length);
                for c in self.cues_of(&n) {
                    let entry = df.entry(c & !ABOUT).or_default();
                    entry.0 += 1;
                    entry.1 += u32::from(c & ABOUT != 0);
                }
            }
        }
        let mut expect = |what: &str, have: u64, want: u64| {
            if have != want {
                bad.push(format!("{what}: {have} recorded, {want} found"));
            }
        };
        expect("counted memories", u64::from(h.n_counted), u64::from(counted));
        expect("total length", h.total_length, length);
        expect("resident memories", u64::from(h.n_resident), u64::from(resident));
        expect("nodes", u64::from(h.n_nodes), u64::from(nodes));
        expect("memories listed outside", u64::from(h.n_outside), u64::from(outside));
        expect("warm memories", u64::from(h.n_warm), u64::from(warm));
        expect("cold memories", u64::from(h.n_cold), u64::from(cold));
        hash::for_each(&self.region, field!(self, cue_ids), |_, i| {
            let c: Cue = self.region.read(self.cue_at(i));
            let want = df.remove(&i).unwrap_or_default();
            expect("frequency of a cue", u64::from(c.df), u64::from(want.0));
            expect("subjects of a cue", u64::from(c.about), u64::from(want.1));
            let mut dead = 0;
            chunks::while_each(&self.region, &c.mentions, |run| {
                dead += run.iter().filter(|m| self.node(**m & !ABOUT).has(DEAD)).count() as u64;
                true
            });
            expect("dead mentions of a cue", u64::from(c.dead), dead);
        });
        expect("cues without a table entry", df.len() as u64, 0);
        let mut edges = 0;
        self.for_each_edge(|_, _| edges += 1);
        expect("edges", u64::from(h.n_edges), edges);
        self.check_digests(&mut bad);
        self.check_segments(&mut bad);
        self.check_chains(&mut bad);
        bad
    }

    fn check_node(&self, i: u32, n: &Node, bad: &mut Vec<String>) {
        if hash::find(&self.region, field!(self, ids), tag(&n.id), |x| x == i).is_none() {
            bad.push(format!("node {i} is not in the table of ids"));
        }
        if n.place != NONE {
            let s = self.region.read(self.segment_at(n.place >> DOC_BITS));
            if segment::node_of(&self.region, &s, doc_of(n.place)) != i {
                bad.push(format!("node {i} is not where its place says"));
            }
        }
        if n.context != NONE {
            let c: Context = self.region.read(self.context_at(n.context));
            if !context::contains(&self.region, &c, i, |m| self.key_of(m)) {
                bad.push(format!("node {i} is not in its context"));
            }
        }
        if n.has(OUTSIDE) && (n.place != NONE || !n.has(COUNTED)) {
            bad.push(format!("node {i} is listed outside and is resident or not counted"));
        }
        if n.has(COLD) && n.place != NONE {
            bad.push(format!("node {i} is cold and resident"));
        }
        if n.has(TOMBSTONE) && n.has(COUNTED) {
            bad.push(format!("tombstone {i} is counted"));
        }
    }

    fn check_segments(&self, bad: &mut Vec<String>) {
        self.each_segment(|i, _, s| {
            let alive = self.region.slice::<u64>(crate::bytes::addr(s.alive), (s.cap as usize).div_ceil(64));
            let n: u32 = alive.iter().map(|w| w.count_ones()).sum();
            if n != s.n_alive {
                bad.push(format!("segment {i} has {n} documents alive, {} recorded", s.n_alive));
            }
            for doc in 0..s.n {
                let node = segment::node_of(&self.region, s, doc);
                let lives = alive[doc as usize / 64] >> (doc % 64) & 1 == 1;
                if lives != (node != NONE && self.node(node).has(COUNTED)) {
                    bad.push(format!("document {doc} of segment {i} is alive or dead against its node"));
                }
            }
        });
        let a: array::Array = self.region.read(field!(self, contexts));
        array::runs::<Context>(&self.region, &a, |_, run| {
            for c in run {
                let mut last = None;
                context::for_each(&self.region, c, |m| {
                    let key = self.key_of(m);
                    if last.is_some_and(|l| l > key) {
                        bad.push(format!("context {:x} is out of order", c.hash));
                    }
                    last = Some(key);
                });
            }
        });
    }

    fn check_chains(&self, bad: &mut Vec<String>) {
        let entries: array::Array = self.region.read(field!(self, entries));
        let (mut made, mut gone) = (HashSet::new(), HashSet::new());
        array::runs::<Entry>(&self.region, &entries, |_, run| {
            for e in run {
                let mut at = e.made;
                while at != NONE && made.insert(at) {
                    let n = self.node(at);
                    if !n.has(MADE) || n.xmin != e.xid {
                        bad.push(format!("node {at} is in the chain of {} without its mark", e.xid));
                    }
                    at = n.next_made;
                }
                at = e.gone;
                while at != NONE && gone.insert(at) {
                    let n = self.node(at);
                    if !n.has(GONE) || n.xmax != e.xid {
                        bad.push(format!("node {at} is in the chain of deletions of {} without its mark", e.xid));
                    }
                    at = n.next_gone;
                }
            }
        });
        for i in 0..self.node_bound() {
            let n = self.node(i);
            if n.has(USED) && (n.has(MADE) != made.contains(&i) || n.has(GONE) != gone.contains(&i)) {
                bad.push(format!("node {i} is marked for a chain that does not hold it"));
            }
        }
    }

    /// Every memory that counts. Needs the lock shared.
    pub fn summaries(&self) -> Vec<Summary> {
        let mut out = Vec::new();
        for i in 0..self.node_bound() {
            let n = self.node(i);
            if self.is_used(i) && n.has(COUNTED) {
                out.push(Summary::of(&n));
            }
        }
        out.sort_unstable_by_key(|s| s.id);
        out
    }

    /// Every edge that is settled: source, target, kind.
    pub fn edge_summaries(&self) -> Vec<([u8; 16], [u8; 16], u8)> {
        let mut out = Vec::new();
        self.for_each_edge(|_, e| {
            if e.state & (MADE | GONE) == 0 {
                out.push((e.source, e.target, e.kind as u8));
            }
        });
        out.sort_unstable();
        out
    }
}

//! Eviction: the least active memories give up their codes and postings.
//!
//! Room comes in segments, as in a log-structured store (Rosenblum and Ousterhout 1992): the segment whose
//! memories were of least use gives up those below the threshold, the others are entered again in an open
//! segment, and all its pages go back. An evicted memory keeps a thin node, so that activation still passes
//! through it and frequencies of cues still count it; its text is searched in the table.

use crate::bytes::{NONE, PAGE};
use crate::pages;
use crate::record::{DEAD, Node, Record, USED};
use crate::segment::{self, BULK, DOC_BITS, FORWARD, SEALED, Segment};
use crate::space::{Space, doc_of, field};
use crate::{Full, lexical};
use engram_engine::code::Code;

/// A segment chosen to be given back, and what of it is to stay.
pub struct Victim {
    segment: u32,
    version: u32,
    survivors: Vec<(u32, Record)>,
    /// Documents that a segment opened for the survivors has room for.
    cap: u32,
}

/// Where there is no room a small segment is enough: it only takes what another one leaves behind.
const SMALL: u32 = 256;

/// From this many documents on a space keeps no forward lists: each question would walk them all.
const FORWARD_UNTIL: u32 = 2048;

impl Victim {
    /// Memories that stay resident.
    pub fn survivors(&self) -> usize {
        self.survivors.len()
    }
}

impl Space<'_> {
    /// Chooses the segment of least use and reads what of it is to stay: at most half, those touched last.
    /// Needs the lock shared. None when the space has no codes or postings left to give.
    pub fn choose_victim(&self) -> Option<Victim> {
        let mut chosen: Option<(u64, u32)> = None;
        self.each_segment(|i, _, s| {
            if s.n == 0 || s.state == BULK {
                return;
            }
            // The mean of a sample: 64 documents say which segment is idle.
            let step = (s.n / 64).max(1);
            let mut sum = 0u64;
            let mut n = 0u64;
            for doc in (0..s.n).step_by(step as usize) {
                let node = segment::node_of(&self.region, s, doc);
                sum += if node == NONE { 0 } else { u64::from(self.node(node).touched) };
                n += 1;
            }
            let mean = sum / n;
            if chosen.is_none_or(|(least, _)| mean < least) {
                chosen = Some((mean, i));
            }
        });
        let (_, i) = chosen?;
        let s: Segment = self.region.read(self.segment_at(i));
        let mut live: Vec<(u32, u32, u32)> = (0..s.n)
            .filter_map(|doc| {
                let node = segment::node_of(&self.region, &s, doc);
                (node != NONE).then(|| (self.node(node).touched, doc, node))
            })
            .collect();
        live.sort_unstable();
        let median = live.get(live.len() / 2).map_or(0, |l| l.0);
        // Only what was touched after the median stays, so at least half goes.
        let stay: Vec<(u32, u32)> = live.iter().filter(|l| l.0 > median).map(|l| (l.1, l.2)).collect();
        Some(Victim { segment: i, version: s.version, survivors: self.records_of(&s, &stay), cap: SMALL })
    }

    /// The records of documents as they lie in a segment.
    fn records_of(&self, s: &Segment, docs: &[(u32, u32)]) -> Vec<(u32, Record)> {
        if docs.is_empty() {
            return Vec::new();
        }
        let mut slot = vec![NONE; s.n as usize];
        let mut out: Vec<(u32, Record)> = Vec::with_capacity(docs.len());
        for (doc, node) in docs {
            slot[*doc as usize] = out.len() as u32;
            let n = self.node(*node);
            let code = s.codes().get(&self.region, *doc).map(|(values, scale)| Code {
                scale,
                values: values.to_vec(),
                signs: signs_of(values),
            });
            let record = Record {
                id: n.id,
                changed: n.xmin,
                occurred_at: n.occurred_at,
                context: 0,
                kind: n.kind,
                terms: Vec::new(),
                length: n.length,
                cues: Vec::new(),
                code,
                digest: n.digest,
                pinned: false,
                cold: false,
            };
            out.push((*node, record));
        }
        let mut add = |doc: u32, hash: u64, tf: u8| {
            if let Some((_, r)) = out.get_mut(slot[doc as usize] as usize) {
                r.terms.push((hash, u16::from(tf)));
            }
        };
        if s.state == FORWARD {
            for (doc, _) in docs {
                segment::forward(&self.region, s, *doc, |hashes, tfs| {
                    hashes.iter().zip(tfs).for_each(|(h, t)| add(*doc, *h, *t));
                });
            }
        } else {
            lexical::invert(&self.region, s, add);
        }
        out.iter_mut().for_each(|(_, r)| r.terms.sort_unstable());
        out
    }

    /// Moves up to `most` survivors out of the victim; says whether some are left.
    pub fn move_survivors(&self, victim: &mut Victim, most: usize) -> Result<bool, Full> {
        if !self.is_same(victim) {
            victim.survivors.clear();
            return Ok(false);
        }
        for _ in 0..most {
            let Some((node, record)) = victim.survivors.pop() else { break };
            let n = self.node(node);
            let here = n.place != NONE && n.place >> DOC_BITS == victim.segment && n.id == record.id;
            if n.has(USED) && !n.has(DEAD) && here {
                self.move_node(node, &n, &record, victim.segment, victim.cap)?;
            }
        }
        Ok(!victim.survivors.is_empty())
    }

    fn move_node(&self, node: u32, n: &Node, record: &Record, from: u32, cap: u32) -> Result<(), Full> {
        let dims = record.code.as_ref().map_or(0, |c| c.values.len() as u32);
        let kind = usize::from(dims == 0);
        let open: u32 = self.head().open[kind];
        let usable = open != NONE && open != from && !self.region.read::<Segment>(self.segment_at(open)).is_full();
        pages::reserve(&self.region, self.owner(), 4)?;
        self.begin();
        let target = if usable { open } else { self.free_segment()? };
        let at = self.segment_at(target);
        if let Err(full) = self.reserve_in(at, (!usable).then_some(cap), record.terms.len()) {
            self.end();
            pages::unreserve(&self.region, self.owner());
            return Err(full);
        }
        if !usable {
            self.open_segment(target, kind, cap, dims)?;
        }
        let doc = segment::append(&self.region, at, node, record)?;
        segment::set_alive(&self.region, at, doc, n.has(crate::record::COUNTED));
        segment::vacate(&self.region, self.segment_at(from), doc_of(n.place));
        self.update_node(node, |n| n.place = target << DOC_BITS | doc);
        self.change(|h| {
            h.n_documents += 1;
            h.epoch = h.epoch.wrapping_add(1);
        });
        self.end();
        self.unreserve_in(at);
        Ok(())
    }

    fn is_same(&self, victim: &Victim) -> bool {
        let segments: crate::array::Array = self.region.read(field!(self, segments));
        victim.segment < segments.len
            && self.region.read::<Segment>(self.segment_at(victim.segment)).version == victim.version
    }

    /// Evicts what is left in the victim and gives its pages back. Returns how many memories were evicted.
    pub fn evict(&self, victim: &Victim) -> u32 {
        if !self.is_same(victim) {
            return 0;
        }
        let at = self.segment_at(victim.segment);
        let s: Segment = self.region.read(at);
        self.begin();
        let mut evicted = 0;
        for doc in 0..s.n {
            let node = segment::node_of(&self.region, &s, doc);
            if node != NONE {
                self.update_node(node, |n| n.place = NONE);
                evicted += 1;
            }
        }
        segment::destroy(&self.region, at);
        self.change(|h| {
            h.n_resident -= evicted;
            h.n_documents -= s.n;
            h.evictions += u64::from(evicted);
            h.epoch = h.epoch.wrapping_add(1);
            for open in &mut h.open {
                if *open == victim.segment {
                    *open = NONE;
                }
            }
        });
        self.end();
        evicted
    }

    /// Bytes in segments: what eviction could free.
    pub fn evictable_bytes(&self) -> u64 {
        let mut bytes = 0;
        self.each_segment(|_, at, _| {
            bytes += pages::owned_bytes(&self.region, segment::base_of(at));
            bytes += pages::owned_bytes(&self.region, segment::index_of(at));
        });
        bytes
    }

    /// A segment with nothing but gone documents, which can be given back at once.
    pub fn empty_segment(&self) -> Option<Victim> {
        let mut found = None;
        self.each_segment(|i, _, s| {
            if s.state != BULK && s.is_full() && s.n_gone == s.n {
                found = Some(Victim { segment: i, version: s.version, survivors: Vec::new(), cap: SMALL });
            }
        });
        found
    }

    /// A segment whose documents are better kept elsewhere, with its survivors: a sealed one of which more than half is gone,
    /// or one of forward lists that the space has outgrown.
    pub fn scattered_segment(&self) -> Option<Victim> {
        let mut found = None;
        let documents = self.head().n_documents;
        self.each_segment(|i, _, s| {
            let sparse = s.state == SEALED && s.n_gone * 2 > s.n;
            let outgrown = s.state == FORWARD && s.is_full() && documents >= FORWARD_UNTIL;
            if (sparse || outgrown) && found.is_none() {
                found = Some((i, *s));
            }
        });
        let (i, s) = found?;
        let stay: Vec<(u32, u32)> = (0..s.n)
            .filter_map(|doc| {
                let node = segment::node_of(&self.region, &s, doc);
                (node != NONE).then_some((doc, node))
            })
            .collect();
        let cap = segment::next_cap(documents);
        Some(Victim { segment: i, version: s.version, survivors: self.records_of(&s, &stay), cap })
    }
}

fn signs_of(values: &[i8]) -> Vec<u64> {
    let mut signs = vec![0u64; values.len().div_ceil(64)];
    for (i, v) in values.iter().enumerate() {
        signs[i / 64] |= u64::from(*v > 0) << (i % 64);
    }
    signs
}

/// Pages below which a region counts as full for its keepers: a twentieth, so that writers seldom evict.
pub fn low_water(capacity: u64) -> u64 {
    (capacity / 20).max(8 * PAGE as u64)
}

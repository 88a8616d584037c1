//! Eviction: the least active memories give up their codes and postings.
//!
//! Room comes in segments, as in a log-structured store (Rosenblum and Ousterhout 1992): the segment whose
//! memories were of least use gives up those below the threshold, the others are entered again in an open
//! segment, and all its pages go back. An evicted memory keeps a thin node, so that activation still passes
//! through it and frequencies of cues still count it; its terms go to the table of [`crate::outside`]. What is pinned
//! stays. Everything is done in pieces, each of which leaves the space sound: terms are read under the shared lock, documents leave a
//! few at a time, and the pages go back when nothing is left.

use crate::bytes::NONE;
use crate::pages;
use crate::record::{COLD, COUNTED, DEAD, Node, PINNED, Record, USED, WARM};
use crate::segment::{self, BULK, DOC_BITS, FORWARD, OPEN, SEALED, Segment};
use crate::space::{Space, doc_of, field};
use crate::{Full, lexical};
use engram_engine::code::Code;

/// A segment chosen to be given back, and what is to become of its documents.
pub struct Victim {
    segment: u32,
    version: u32,
    /// Documents, in order of their number.
    docs: Vec<Doc>,
    /// Where reading of the terms goes on: a document of forward lists, or an entry of the dictionary.
    cursor: u32,
    /// Places in `docs` of those that stay resident, the last one first, and of those that leave.
    stay: Vec<u32>,
    leave: Vec<u32>,
    /// Left, and not listed for want of room: listed when the pages of the segment are there.
    late: Vec<u32>,
    /// Documents that a segment opened for the survivors has room for.
    cap: u32,
}

struct Doc {
    doc: u32,
    node: u32,
    id: [u8; 16],
    changed: u64,
    pinned: bool,
    terms: Vec<(u64, u16)>,
}

/// Where there is no room a small segment is enough: it only takes what another one leaves behind.
const SMALL: u32 = 256;

/// From this many documents on a space keeps no forward lists: each question would walk them all.
const FORWARD_UNTIL: u32 = 2048;

/// Postings read under one hold of the lock: about 100 us.
const POSTINGS: usize = 8192;

impl Victim {
    /// Memories that are to stay resident and have not moved yet.
    pub fn survivors(&self) -> usize {
        self.stay.len()
    }

    /// Memories that are to leave: id and version.
    pub fn leaving(&self) -> impl Iterator<Item = ([u8; 16], u64)> {
        self.leave.iter().map(|i| (self.docs[*i as usize].id, self.docs[*i as usize].changed))
    }
}

impl Space<'_> {
    /// Segments with something to give, the least active first: mean time of last use and number.
    fn idle_segments(&self) -> Vec<(u64, u32)> {
        let mut idle = Vec::new();
        self.each_segment(|i, _, s| {
            if s.n == 0 || s.state == BULK {
                return;
            }
            // The mean of a sample: 64 documents say which segment is idle.
            let step = (s.n / 64).max(1);
            let (mut sum, mut n, mut pinned, mut live) = (0u64, 0u64, 0u32, 0u32);
            for doc in (0..s.n).step_by(step as usize) {
                let node = segment::node_of(&self.region, s, doc);
                n += 1;
                if node != NONE {
                    let node = self.node(node);
                    live += 1;
                    pinned += u32::from(node.has(PINNED));
                    sum += u64::from(node.touched);
                }
            }
            if live == 0 || pinned < live {
                idle.push((sum / n, i));
            }
        });
        idle.sort_unstable();
        idle
    }

    /// When the memories that would leave next were last of use, on average, in seconds since 2020.
    pub fn least_use(&self) -> Option<u32> {
        self.idle_segments().first().map(|(mean, _)| *mean as u32)
    }

    /// Chooses the segment of least use, and what of it is to stay: at most half, those touched last, and beside them what is pinned
    /// and what may cease to count. Needs the lock shared. None when the space has no codes or postings left to give.
    pub fn choose_victim(&self) -> Option<Victim> {
        self.idle_segments().first().map(|(_, i)| self.victim(*i))
    }

    fn victim(&self, segment: u32) -> Victim {
        let s: Segment = self.region.read(self.segment_at(segment));
        let docs = self.docs_of(&s);
        let touched = |d: &Doc| self.node(d.node).touched;
        let mut times: Vec<u32> = docs.iter().map(touched).collect();
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or(0);
        // Only what was touched after the median stays, so at least half goes.
        let stays = |d: &Doc| {
            let n = self.node(d.node);
            n.touched > median || n.has(PINNED) || n.is_unsure()
        };
        let (mut stay, leave): (Vec<u32>, Vec<u32>) = (0..docs.len() as u32).partition(|i| stays(&docs[*i as usize]));
        // Those that cannot leave move first.
        stay.sort_by_key(|i| {
            let d = &docs[*i as usize];
            (d.pinned, self.node(d.node).is_unsure(), touched(d))
        });
        Victim { segment, version: s.version, docs, cursor: 0, stay, leave, late: Vec::new(), cap: SMALL }
    }

    fn docs_of(&self, s: &Segment) -> Vec<Doc> {
        let doc = |doc| {
            let node = segment::node_of(&self.region, s, doc);
            (node != NONE).then(|| {
                let n = self.node(node);
                Doc { doc, node, id: n.id, changed: n.xmin, pinned: n.has(PINNED), terms: Vec::new() }
            })
        };
        (0..s.n).filter_map(doc).collect()
    }

    /// Memories that will leave next, as many as `bytes` in segments hold, whose rows are not in `engram.warm`: id and version, at most
    /// `most`. Needs the lock shared.
    pub fn next_to_leave(&self, bytes: u64, most: usize) -> Vec<([u8; 16], u64)> {
        let mut out = Vec::new();
        let mut given = 0;
        for (_, i) in self.idle_segments() {
            if given >= bytes || out.len() >= most {
                break;
            }
            let at = self.segment_at(i);
            given += pages::owned_bytes(&self.region, segment::base_of(at));
            given += pages::owned_bytes(&self.region, segment::index_of(at));
            let victim = self.victim(i);
            let unwritten = victim.leave.iter().map(|i| &victim.docs[*i as usize]);
            out.extend(unwritten.filter(|d| !self.node(d.node).has(WARM)).map(|d| (d.id, d.changed)));
        }
        out.truncate(most);
        out
    }

    /// Whether the row of every memory that is to leave is in `engram.warm`.
    pub fn is_written(&self, victim: &Victim) -> bool {
        victim.leave.iter().all(|i| self.node(victim.docs[*i as usize].node).has(WARM))
    }

    /// Reads some of the terms of a victim; says whether there are more. Needs the lock shared.
    pub fn read_terms(&self, victim: &mut Victim) -> bool {
        if !self.is_same(victim) {
            return false;
        }
        let s: Segment = self.region.read(self.segment_at(victim.segment));
        let mut read = 0;
        if s.state == FORWARD {
            while read < POSTINGS
                && let Some(d) = victim.docs.get_mut(victim.cursor as usize)
            {
                segment::forward(&self.region, &s, d.doc, |hashes, tfs| {
                    read += hashes.len();
                    d.terms.extend(hashes.iter().zip(tfs).map(|(hash, tf)| (*hash, u16::from(*tf))));
                });
                victim.cursor += 1;
            }
            return (victim.cursor as usize) < victim.docs.len();
        }
        let mut slot = vec![NONE; s.n as usize];
        (0..).zip(&victim.docs).for_each(|(i, d)| slot[d.doc as usize] = i);
        let docs = &mut victim.docs;
        let next = lexical::invert_from(&self.region, &s, victim.cursor, POSTINGS, |doc, hash, tf| {
            if let Some(d) = slot.get(doc as usize).and_then(|i| docs.get_mut(*i as usize)) {
                d.terms.push((hash, u16::from(tf)));
            }
        });
        victim.cursor = next.unwrap_or(victim.cursor);
        if next.is_none() && s.state == OPEN {
            // Sealed dictionaries are sorted, open ones are not.
            victim.docs.iter_mut().for_each(|d| d.terms.sort_unstable());
        }
        next.is_some()
    }

    /// Moves up to `most` survivors out of the victim; says whether some are left. Without room, what is pinned stays where it is,
    /// and the others leave.
    pub fn move_survivors(&self, victim: &mut Victim, most: usize) -> Result<bool, Full> {
        if !self.is_same(victim) {
            victim.stay.clear();
            return Ok(false);
        }
        let s: Segment = self.region.read(self.segment_at(victim.segment));
        for _ in 0..most {
            let Some(i) = victim.stay.last() else { break };
            let d = &victim.docs[*i as usize];
            if let Some(n) = self.here(victim, d) {
                let code = s.codes().get(&self.region, d.doc).map(|(values, scale)| Code {
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
                    terms: d.terms.clone(),
                    length: n.length,
                    cues: Vec::new(),
                    code,
                    digest: n.digest,
                    pinned: d.pinned,
                    cold: false,
                };
                if let Err(full) = self.move_node(d.node, &n, &record, victim.segment, victim.cap) {
                    let docs = &victim.docs;
                    let stay = std::mem::take(&mut victim.stay);
                    victim.leave.extend(stay.into_iter().filter(|i| !docs[*i as usize].pinned));
                    return Err(full);
                }
            }
            victim.stay.pop();
        }
        Ok(!victim.stay.is_empty())
    }

    /// The node of a document that is where it was.
    fn here(&self, victim: &Victim, d: &Doc) -> Option<Node> {
        let n = self.node(d.node);
        let here = n.place == (victim.segment << DOC_BITS | d.doc) && n.id == d.id && n.xmin == d.changed;
        (here && n.has(USED) && !n.has(DEAD)).then_some(n)
    }

    /// Brings a memory outside back by its row; says whether that was possible.
    pub fn readmit(&self, record: &Record) -> Result<bool, Full> {
        let fits = |i: &u32| !self.node(*i).has(COLD);
        let Some(i) = self.out_version(&record.id, record.changed).filter(fits) else { return Ok(false) };
        let cap = segment::next_cap(self.head().n_documents);
        self.settle_in(i, &self.node(i), record, NONE, cap)?;
        self.change(|h| h.n_resident += 1);
        Ok(true)
    }

    fn move_node(&self, node: u32, n: &Node, record: &Record, from: u32, cap: u32) -> Result<(), Full> {
        self.settle_in(node, n, record, from, cap)?;
        self.begin();
        segment::vacate(&self.region, self.segment_at(from), doc_of(n.place));
        self.end();
        Ok(())
    }

    /// Gives a node a place in an open segment other than `from`.
    fn settle_in(&self, node: u32, n: &Node, record: &Record, from: u32, cap: u32) -> Result<(), Full> {
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
        segment::set_alive(&self.region, at, doc, n.has(COUNTED));
        self.unlist(node, &record.terms);
        self.begin();
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

    /// Evicts up to `most` of the memories that are to leave the victim. Returns how many were evicted; none when all have left.
    pub fn evict(&self, victim: &mut Victim, most: usize) -> Option<u32> {
        if !self.is_same(victim) || victim.leave.is_empty() {
            return None;
        }
        let at = self.segment_at(victim.segment);
        let mut evicted = 0;
        for _ in 0..most {
            let Some(i) = victim.leave.pop() else { break };
            let d = &victim.docs[i as usize];
            let Some(n) = self.here(victim, d) else { continue };
            self.begin();
            segment::vacate(&self.region, at, doc_of(n.place));
            self.update_node(d.node, |n| n.place = NONE);
            self.change(|h| {
                h.n_resident -= 1;
                h.evictions += 1;
                h.epoch = h.epoch.wrapping_add(1);
            });
            self.end();
            if self.list(d.node, &d.terms).is_err() {
                victim.late.push(i);
            }
            evicted += 1;
        }
        Some(evicted)
    }

    /// Gives the pages of the victim back, once nothing is left in it; says whether that was so.
    pub fn give_back(&self, victim: &Victim) -> bool {
        if !self.is_same(victim) {
            return false;
        }
        let at = self.segment_at(victim.segment);
        let s: Segment = self.region.read(at);
        if s.n_gone < s.n {
            return false;
        }
        self.begin();
        segment::destroy(&self.region, at);
        self.change(|h| {
            h.n_documents -= s.n;
            h.epoch = h.epoch.wrapping_add(1);
            for open in &mut h.open {
                if *open == victim.segment {
                    *open = NONE;
                }
            }
        });
        self.end();
        true
    }

    /// Lists up to `most` of those that left when there was no room for their terms; says whether some are left.
    pub fn list_late(&self, victim: &mut Victim, most: usize) -> bool {
        for _ in 0..most {
            let Some(d) = victim.late.pop().map(|i| &victim.docs[i as usize]) else { break };
            let n = self.node(d.node);
            if n.id == d.id && n.xmin == d.changed && n.has(USED) && self.list(d.node, &d.terms).is_err() {
                // They are found by their rows, until somebody lists them.
                victim.late.clear();
            }
        }
        !victim.late.is_empty()
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
                found = Some(Victim { segment: i, version: s.version, ..Victim::NONE });
            }
        });
        found
    }

    /// A segment whose documents are better kept elsewhere, all of them survivors: a sealed one of which more than half is gone,
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
        let docs = self.docs_of(&s);
        let stay = (0..docs.len() as u32).rev().collect();
        let cap = segment::next_cap(documents);
        Some(Victim { segment: i, version: s.version, docs, stay, cap, ..Victim::NONE })
    }
}

impl Victim {
    const NONE: Victim = Victim {
        segment: NONE,
        version: 0,
        docs: Vec::new(),
        cursor: 0,
        stay: Vec::new(),
        leave: Vec::new(),
        late: Vec::new(),
        cap: SMALL,
    };
}

fn signs_of(values: &[i8]) -> Vec<u64> {
    let mut signs = vec![0u64; values.len().div_ceil(64)];
    for (i, v) in values.iter().enumerate() {
        signs[i / 64] |= u64::from(*v > 0) << (i % 64);
    }
    signs
}

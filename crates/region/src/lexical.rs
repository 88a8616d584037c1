//! Words: document frequencies and BM25 sums from the postings of a space.

use crate::array;
use crate::bytes::{NONE, addr};
use crate::read::{Pause, Reader, Stopped};
use crate::segment::{self, FORWARD, FREE, OPEN, Segment, Term};
use crate::{chunks, hash};
use engram_engine::bm25;

/// Lengths whose part of the BM25 denominator is computed once for a call.
const NORMS: usize = 1024;

/// Terms that were looked up in a space.
pub struct Words {
    terms: Vec<u64>,
    /// Settled resident memories that hold each term.
    pub df: Vec<u32>,
    /// Postings met in forward lists: place, number of the term, frequency.
    forward: Vec<(u32, u32, u8)>,
}

/// BM25 sums of one call: for each segment one number per document, in units of `bm25::UNITS`.
#[derive(Default)]
pub struct Sums {
    pub(crate) units: Vec<Vec<u32>>,
}

impl Sums {
    /// The sum of a document, 0 for one that no term touched.
    pub(crate) fn of(&self, place: u32) -> u32 {
        if place == NONE {
            return 0;
        }
        let segment = self.units.get((place >> segment::DOC_BITS) as usize);
        segment.and_then(|s| s.get((place & (segment::MOST - 1)) as usize)).copied().unwrap_or(0)
    }
}

/// Where the postings of a term lie in a sealed segment.
fn sealed_range(reader: &crate::Region<'_>, s: &Segment, hash: u64) -> Option<(u32, u32)> {
    let (mut low, mut high) = (0, s.dict.len);
    while low < high {
        let middle = (low + high) / 2;
        if array::get::<u64>(reader, &s.dict, middle) < hash { low = middle + 1 } else { high = middle }
    }
    if low == s.dict.len || array::get::<u64>(reader, &s.dict, low) != hash {
        return None;
    }
    let start = array::get::<u32>(reader, &s.starts, low);
    let end = if low + 1 == s.dict.len { s.docs.len } else { array::get::<u32>(reader, &s.starts, low + 1) };
    Some((start, end))
}

/// Position of a hash in a sorted list of hashes, found by interpolation: hashes are uniform.
fn position(hashes: &[u64], hash: u64) -> Option<usize> {
    let n = hashes.len();
    let mut i = ((u128::from(hash) * n as u128) >> 64) as usize;
    while i < n && hashes[i] < hash {
        i += 1;
    }
    while i > 0 && hashes[i - 1] >= hash {
        i -= 1;
    }
    (i < n && hashes[i] == hash).then_some(i)
}

/// Calls `f(document, frequency)` for each posting of a term in an indexed segment.
fn postings(region: &crate::Region<'_>, s: &Segment, at: usize, hash: u64, mut f: impl FnMut(u32, u8)) {
    if s.state == OPEN {
        let table = at + std::mem::offset_of!(Segment, terms);
        let is = |i| array::get::<Term>(region, &s.dict, i).hash == hash;
        if let Some(i) = hash::find(region, table, hash as u32, is) {
            let term: Term = array::get(region, &s.dict, i);
            chunks::while_each(region, &term.postings, |run| {
                run.iter().for_each(|p| f(p >> 8, (p & 255) as u8));
                true
            });
        }
    } else if let Some((start, end)) = sealed_range(region, s, hash) {
        let mut i = start;
        while i < end {
            // Both streams come in runs of a page, those of the documents being the shorter ones.
            let n = (end - i).min(8192 - i % 8192);
            let docs = region.slice::<u16>(array::at::<u16>(region, &s.docs, i), n as usize);
            let frequencies = region.slice::<u8>(array::at::<u8>(region, &s.frequencies, i), n as usize);
            docs.iter().zip(frequencies).for_each(|(d, t)| f(u32::from(*d), *t));
            i += n;
        }
    }
}

/// Number of postings of a term.
fn count(region: &crate::Region<'_>, s: &Segment, at: usize, hash: u64) -> u32 {
    if s.state == OPEN {
        let table = at + std::mem::offset_of!(Segment, terms);
        let is = |i| array::get::<Term>(region, &s.dict, i).hash == hash;
        return hash::find(region, table, hash as u32, is)
            .map_or(0, |i| array::get::<Term>(region, &s.dict, i).postings.n);
    }
    sealed_range(region, s, hash).map_or(0, |(start, end)| end - start)
}

impl<P: Pause> Reader<'_, P> {
    /// Looks terms up: how many settled resident memories hold each.
    pub fn words(&mut self, terms: &[u64]) -> Result<Words, Stopped> {
        let mut df = vec![0u32; terms.len()];
        let mut forward = Vec::new();
        for i in 0..self.segments() {
            let at = self.space.segment_at(i);
            let s: Segment = self.space.region.read(at);
            if s.state == FREE || (s.state != FORWARD && s.n_alive == 0) {
                continue;
            }
            let region = &self.space.region;
            let alive = region.slice::<u64>(addr(s.alive), (s.cap as usize).div_ceil(64));
            let lives = |doc: u32| alive[doc as usize / 64] >> (doc % 64) & 1 == 1;
            if s.state == FORWARD {
                for doc in 0..s.n {
                    segment::forward(region, &s, doc, |hashes, frequencies| {
                        for (term, hash) in terms.iter().enumerate() {
                            if let Some(p) = position(hashes, *hash) {
                                df[term] += u32::from(lives(doc));
                                let place = i << segment::DOC_BITS | doc;
                                forward.push((place, term as u32, frequencies[p]));
                            }
                        }
                    });
                }
            } else {
                for (n, hash) in df.iter_mut().zip(terms) {
                    if s.n_alive == s.n {
                        *n += count(region, &s, at, *hash);
                    } else {
                        postings(region, &s, at, *hash, |doc, _| *n += u32::from(lives(doc)));
                    }
                }
            }
            self.pause(s.n / 8)?;
        }
        Ok(Words { terms: terms.to_vec(), df, forward })
    }

    /// BM25 sums of all resident documents for terms that were looked up, with an idf for each.
    pub fn sums(
        &mut self,
        words: &Words,
        idfs: &[f32],
        average_length: f32,
        params: bm25::Params,
    ) -> Result<Sums, Stopped> {
        let norm = |length: u32| bm25_norm(length, average_length, params);
        let norms: Vec<f32> = (0..NORMS as u32).map(norm).collect();
        let mut sums = Sums { units: vec![Vec::new(); self.segments() as usize] };
        for i in 0..self.segments() {
            let at = self.space.segment_at(i);
            let s: Segment = self.space.region.read(at);
            if s.state == FREE {
                continue;
            }
            let region = &self.space.region;
            let lengths = region.slice::<u32>(addr(s.lengths), s.n as usize);
            let mut units = vec![0u32; s.n as usize];
            let mut add = |doc: u32, tf: u8, idf: f32| {
                let length = lengths[doc as usize];
                let norm = norms.get(length as usize).copied().unwrap_or_else(|| norm(length));
                let tf = f32::from(tf);
                let u = &mut units[doc as usize];
                *u = u.saturating_add(bm25::contribution(idf, tf * (params.k1 + 1.0) / (tf + norm)));
            };
            if s.state == FORWARD {
                // What the search for frequencies met: forward lists are walked once.
                let from = words.forward.partition_point(|f| f.0 >> segment::DOC_BITS < i);
                for (place, term, tf) in &words.forward[from..] {
                    if place >> segment::DOC_BITS != i {
                        break;
                    }
                    add(crate::space::doc_of(*place), *tf, idfs[*term as usize]);
                }
            } else {
                for (hash, idf) in words.terms.iter().zip(idfs) {
                    postings(region, &s, at, *hash, |doc, tf| add(doc, tf, *idf));
                }
            }
            sums.units[i as usize] = units;
            self.pause(s.n / 4)?;
        }
        Ok(sums)
    }
}

/// What the frequency is added to in the denominator of BM25. As `bm25::weight` has it.
fn bm25_norm(length: u32, average_length: f32, p: bm25::Params) -> f32 {
    let ratio = if average_length > 0.0 { length as f32 / average_length } else { 1.0 };
    p.k1 * (1.0 - p.b + p.b * ratio)
}

/// The documents of a sealed or open segment with their terms, by document: what sealing and eviction need.
pub(crate) fn invert(region: &crate::Region<'_>, s: &Segment, mut f: impl FnMut(u32, u64, u8)) {
    if s.state == OPEN {
        array::runs::<Term>(region, &s.dict, |_, run| {
            for t in run {
                chunks::while_each(region, &t.postings, |p| {
                    p.iter().for_each(|p| f(p >> 8, t.hash, (p & 255) as u8));
                    true
                });
            }
        });
        return;
    }
    for i in 0..s.dict.len {
        let hash: u64 = array::get(region, &s.dict, i);
        let start: u32 = array::get(region, &s.starts, i);
        let end = if i + 1 == s.dict.len { s.docs.len } else { array::get(region, &s.starts, i + 1) };
        for p in start..end {
            f(u32::from(array::get::<u16>(region, &s.docs, p)), hash, array::get::<u8>(region, &s.frequencies, p));
        }
    }
}

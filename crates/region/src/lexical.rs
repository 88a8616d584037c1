//! Words: document frequencies and BM25 sums from the postings of a space.

use crate::array;
use crate::bytes::{NONE, Region, addr};
use crate::read::{Pause, Reader, Stopped};
use crate::segment::{self, FORWARD, FREE, OPEN, Segment, Term};
use crate::{chunks, hash, kernel};
use engram_engine::bm25;

/// Lengths for which contributions are computed once for a call: those of most documents.
const LENGTHS: usize = 512;

/// Terms that were looked up in a space.
pub struct Words {
    terms: Vec<u64>,
    /// Settled resident memories that hold each term.
    pub df: Vec<u32>,
    /// Postings met in forward lists: place, number of the term, frequency.
    forward: Vec<(u32, u32, u8)>,
    /// The version of each segment, and where each term lies in it: as many as there are terms, segment by segment.
    versions: Vec<u32>,
    found: Vec<Place>,
}

/// Where the postings of a term lie in an indexed segment, as long as the segment has its version.
#[derive(Clone, Copy)]
enum Place {
    Nowhere,
    /// Number of the term in the dictionary of an open segment.
    Open(u32),
    /// First posting in a sealed segment, and the one after the last.
    Sealed(u32, u32),
}

/// BM25 sums of one call: for each segment one number per document, in units of `bm25::UNITS`.
#[derive(Default)]
pub struct Sums {
    pub(crate) units: Vec<Vec<u32>>,
    /// The highest of each group of `kernel::GROUP` of them.
    pub(crate) highest: Vec<Vec<u32>>,
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

/// Position of a hash in a sorted list of hashes, found by interpolation as in a dictionary.
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

/// Looks terms up in the indexed segment at `at`.
fn look_up(region: &Region<'_>, s: &Segment, at: usize, terms: &[u64], found: &mut [Place]) {
    if s.state == OPEN {
        let table = at + std::mem::offset_of!(Segment, terms);
        for (place, hash) in found.iter_mut().zip(terms) {
            let is = |i| array::get::<Term>(region, &s.dict, i).hash == *hash;
            *place = hash::find(region, table, *hash as u32, is).map_or(Place::Nowhere, Place::Open);
        }
        return;
    }
    for (place, i) in found.iter_mut().zip(in_dictionary(region, s, terms)) {
        *place = i.map_or(Place::Nowhere, |i| {
            let end = if i + 1 == s.dict.len { s.docs.len } else { array::get(region, &s.starts, i + 1) };
            Place::Sealed(array::get(region, &s.starts, i), end)
        });
    }
}

/// Index of each hash in the sorted dictionary of a sealed segment.
///
/// Hashes are uniform, so the place of one can be computed from its value; a second guess from the value found there is off by
/// a few. Each step is taken for all hashes before the next one, so that the memory they wait for comes together.
fn in_dictionary(region: &Region<'_>, s: &Segment, hashes: &[u64]) -> Vec<Option<u32>> {
    let Some(last) = s.dict.len.checked_sub(1) else { return vec![None; hashes.len()] };
    let at = |i: u32| array::at::<u64>(region, &s.dict, i);
    let value = |i: u32| region.read::<u64>(at(i));
    let expected = |distance: u64| ((u128::from(distance) * u128::from(s.dict.len)) >> 64) as u32;
    let mut guesses: Vec<u32> = hashes.iter().map(|hash| expected(*hash)).collect();
    guesses.iter().for_each(|i| region.prefetch(at(*i)));
    for (i, hash) in guesses.iter_mut().zip(hashes) {
        let met = value(*i);
        *i = if met < *hash {
            i.saturating_add(expected(*hash - met)).min(last)
        } else {
            i.saturating_sub(expected(met - *hash))
        };
        region.prefetch(at(*i));
    }
    let walk = |(mut i, hash): (u32, &u64)| {
        while i < last && value(i) < *hash {
            i += 1;
        }
        while i > 0 && value(i) > *hash {
            i -= 1;
        }
        region.prefetch(array::at::<u32>(region, &s.starts, i));
        (value(i) == *hash).then_some(i)
    };
    guesses.into_iter().zip(hashes).map(walk).collect()
}

/// Number of postings at a place.
fn count(region: &Region<'_>, s: &Segment, place: Place) -> u32 {
    match place {
        Place::Nowhere => 0,
        Place::Open(term) => array::get::<Term>(region, &s.dict, term).postings.n,
        Place::Sealed(start, end) => end - start,
    }
}

/// Calls `f(document, frequency)` for each posting at a place.
fn postings(region: &Region<'_>, s: &Segment, place: Place, mut f: impl FnMut(u32, u8)) {
    match place {
        Place::Nowhere => {}
        Place::Open(term) => {
            let term: Term = array::get(region, &s.dict, term);
            chunks::while_each(region, &term.postings, |run| {
                run.iter().for_each(|p| f(p >> 8, (p & 255) as u8));
                true
            });
        }
        Place::Sealed(start, end) => {
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
}

/// What a posting of one term adds to a sum, by the formula of `bm25`.
struct Scale {
    idf: f32,
    /// For a single occurrence in documents of the usual lengths, where the term has postings enough to be worth it:
    /// most postings are such.
    once: Vec<u32>,
}

/// The part of the formula that all terms of a question share.
#[derive(Clone, Copy)]
struct Formula {
    average_length: f32,
    params: bm25::Params,
}

impl Formula {
    fn contribution(&self, idf: f32, tf: u8, length: u32) -> u32 {
        bm25::contribution(idf, bm25::weight(u16::from(tf), length, self.average_length, self.params))
    }

    fn scale(&self, idf: f32, postings: u32) -> Scale {
        let lengths = if postings as usize > 2 * LENGTHS { LENGTHS as u32 } else { 0 };
        Scale { idf, once: (0..lengths).map(|length| self.contribution(idf, 1, length)).collect() }
    }
}

impl<P: Pause> Reader<'_, P> {
    /// Looks terms up: how many settled resident memories hold each.
    pub fn words(&mut self, terms: &[u64]) -> Result<Words, Stopped> {
        let segments = self.segments() as usize;
        let mut words = Words {
            terms: terms.to_vec(),
            df: vec![0; terms.len()],
            forward: Vec::new(),
            versions: Vec::with_capacity(segments),
            found: vec![Place::Nowhere; segments * terms.len()],
        };
        for i in 0..segments as u32 {
            let at = self.space.segment_at(i);
            let s: Segment = self.space.region.read(at);
            words.versions.push(s.version);
            if s.state == FREE {
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
                                words.df[term] += u32::from(lives(doc));
                                let place = i << segment::DOC_BITS | doc;
                                words.forward.push((place, term as u32, frequencies[p]));
                            }
                        }
                    });
                }
            } else {
                let found = &mut words.found[i as usize * terms.len()..][..terms.len()];
                // Also where none counts yet: what a transaction has just stored may be alone in a segment.
                look_up(region, &s, at, terms, found);
                for (n, place) in words.df.iter_mut().zip(found).filter(|_| s.n_alive > 0) {
                    if s.n_alive == s.n {
                        *n += count(region, &s, *place);
                    } else {
                        postings(region, &s, *place, |doc, _| *n += u32::from(lives(doc)));
                    }
                }
            }
            self.pause(s.n / 8)?;
            if self.is_over() {
                break;
            }
        }
        Ok(words)
    }

    /// BM25 sums of all resident documents for terms that were looked up, with an idf for each.
    pub fn sums(
        &mut self,
        words: &Words,
        idfs: &[f32],
        average_length: f32,
        params: bm25::Params,
    ) -> Result<Sums, Stopped> {
        let formula = Formula { average_length, params };
        let scales: Vec<Scale> = idfs.iter().zip(&words.df).map(|(idf, df)| formula.scale(*idf, *df)).collect();
        let none = || vec![Vec::new(); self.segments() as usize];
        let mut sums = Sums { units: none(), highest: none() };
        for i in 0..self.segments() {
            let at = self.space.segment_at(i);
            let s: Segment = self.space.region.read(at);
            if s.state == FREE {
                continue;
            }
            let region = &self.space.region;
            let lengths = region.slice::<u32>(addr(s.lengths), s.n as usize);
            let mut units = vec![0u32; s.n as usize];
            let mut add = |doc: u32, tf: u8, scale: &Scale| {
                let (u, length) = (&mut units[doc as usize], lengths[doc as usize]);
                let once = if tf == 1 { scale.once.get(length as usize) } else { None };
                *u = u.saturating_add(match once {
                    Some(units) => *units,
                    None => formula.contribution(scale.idf, tf, length),
                });
            };
            if s.state == FORWARD {
                // What the search for frequencies met: forward lists are walked once.
                let from = words.forward.partition_point(|f| f.0 >> segment::DOC_BITS < i);
                for (place, term, tf) in &words.forward[from..] {
                    if place >> segment::DOC_BITS != i {
                        break;
                    }
                    add(crate::space::doc_of(*place), *tf, &scales[*term as usize]);
                }
            } else {
                let known = words.found.chunks_exact(words.terms.len().max(1)).nth(i as usize);
                let known = known.filter(|_| words.versions.get(i as usize) == Some(&s.version));
                let mut found = known.map_or_else(|| vec![Place::Nowhere; words.terms.len()], <[Place]>::to_vec);
                if known.is_none() {
                    // Sealed in the meantime, or new.
                    look_up(region, &s, at, &words.terms, &mut found);
                }
                for (place, scale) in found.iter().zip(&scales) {
                    postings(region, &s, *place, |doc, tf| add(doc, tf, scale));
                }
            }
            kernel::highest(&units, &mut sums.highest[i as usize]);
            sums.units[i as usize] = units;
            self.pause(s.n / 4)?;
            if self.is_over() {
                break;
            }
        }
        Ok(sums)
    }
}

/// Calls `f(document, hash, frequency)` for the postings of a sealed or open segment, from an entry of its dictionary on until `most`
/// were read. Says where to go on. What eviction needs.
pub(crate) fn invert_from(
    region: &Region<'_>,
    s: &Segment,
    first: u32,
    most: usize,
    mut f: impl FnMut(u32, u64, u8),
) -> Option<u32> {
    let mut read = 0;
    for i in first..s.dict.len {
        if read >= most {
            return Some(i);
        }
        let (hash, place) = if s.state == OPEN {
            (array::get::<Term>(region, &s.dict, i).hash, Place::Open(i))
        } else {
            let end = if i + 1 == s.dict.len { s.docs.len } else { array::get(region, &s.starts, i + 1) };
            (array::get(region, &s.dict, i), Place::Sealed(array::get(region, &s.starts, i), end))
        };
        postings(region, s, place, |doc, tf| f(doc, hash, tf));
        read += 1 + count(region, s, place) as usize;
    }
    None
}

//! Sealing: a full open segment exchanges its hash table for sorted arrays of half the size.
//!
//! A full segment takes no more documents, so its terms stand still. The caller reads them under a shared
//! lock, builds privately, and swaps under the exclusive lock; nobody waits for the work in between.

use crate::array::{self, Array};
use crate::bytes::PAGE;
use crate::pages::{self, Alloc};
use crate::read::{Pause, Reader};
use crate::segment::{BULK, OPEN, SEALED, Segment, Term};
use crate::snapshot::Documents;
use crate::space::Space;
use crate::{Full, chunks, hash};

/// The terms of a full segment, sorted.
pub struct Sorted {
    segment: u32,
    version: u32,
    hashes: Vec<u64>,
    starts: Vec<u32>,
    docs: Vec<u16>,
    frequencies: Vec<u8>,
}

impl Sorted {
    /// Of the documents of a snapshot, which are sorted.
    pub(crate) fn of(segment: u32, version: u32, d: &Documents) -> Sorted {
        Sorted {
            segment,
            version,
            hashes: d.hashes.clone(),
            starts: d.starts.clone(),
            docs: d.docs.clone(),
            frequencies: d.frequencies.clone(),
        }
    }

    /// From sorted pairs of a hash and `document << 8 | frequency`.
    pub(crate) fn from_pairs(segment: u32, version: u32, pairs: &[(u64, u32)]) -> Sorted {
        let mut out = Sorted {
            segment,
            version,
            hashes: Vec::new(),
            starts: Vec::new(),
            docs: Vec::with_capacity(pairs.len()),
            frequencies: Vec::with_capacity(pairs.len()),
        };
        for (hash, posting) in pairs {
            if out.hashes.last() != Some(hash) {
                out.hashes.push(*hash);
                out.starts.push(out.docs.len() as u32);
            }
            out.docs.push((posting >> 8) as u16);
            out.frequencies.push((posting & 255) as u8);
        }
        out
    }
}

impl Space<'_> {
    /// A full segment that is still open, if there is one.
    pub fn sealable(&self) -> Option<u32> {
        let mut found = None;
        self.each_segment(|i, _, s| {
            if s.state == OPEN && s.is_full() && found.is_none() {
                found = Some(i);
            }
        });
        found
    }

    /// Reads and sorts the terms of a segment. Needs the lock shared.
    pub fn sort_segment(&self, segment: u32) -> Option<Sorted> {
        let s: Segment = self.region.read(self.segment_at(segment));
        if s.state != OPEN || !s.is_full() {
            return None;
        }
        let mut terms: Vec<Term> = Vec::with_capacity(s.dict.len as usize);
        array::runs::<Term>(&self.region, &s.dict, |_, run| terms.extend_from_slice(run));
        terms.sort_unstable_by_key(|t| t.hash);
        let n: usize = terms.iter().map(|t| t.postings.n as usize).sum();
        let mut out = Sorted {
            segment,
            version: s.version,
            hashes: Vec::with_capacity(terms.len()),
            starts: Vec::with_capacity(terms.len()),
            docs: Vec::with_capacity(n),
            frequencies: Vec::with_capacity(n),
        };
        let mut run = Vec::new();
        for t in terms {
            run.clear();
            chunks::while_each(&self.region, &t.postings, |p| {
                run.extend_from_slice(p);
                true
            });
            run.sort_unstable();
            out.hashes.push(t.hash);
            out.starts.push(out.docs.len() as u32);
            out.docs.extend(run.iter().map(|p| (p >> 8) as u16));
            out.frequencies.extend(run.iter().map(|p| (p & 255) as u8));
        }
        Some(out)
    }

    /// Puts sorted terms in the place of the hash table, or of none in a bulk segment; says whether the segment was still the same.
    pub fn seal(&self, sorted: &Sorted) -> Result<bool, Full> {
        let at = self.segment_at(sorted.segment);
        let old: Segment = self.region.read(at);
        if old.version != sorted.version || !matches!(old.state, OPEN | BULK) {
            return Ok(false);
        }
        let bytes = sorted.hashes.len() * 12 + sorted.docs.len() * 3;
        let index = at + std::mem::offset_of!(Segment, index);
        // The arrays are built beside the old ones, in pages of a fresh owner that then takes its place.
        self.region.write(index, Alloc::EMPTY);
        let arrays = [
            std::mem::offset_of!(Segment, dict),
            std::mem::offset_of!(Segment, starts),
            std::mem::offset_of!(Segment, docs),
            std::mem::offset_of!(Segment, frequencies),
        ];
        if let Err(full) = pages::reserve(&self.region, index, (bytes.div_ceil(PAGE) + 24) as u32) {
            self.region.write(index, old.index);
            return Err(full);
        }
        self.begin();
        for a in arrays {
            self.region.write(at + a, Array::EMPTY);
        }
        array::extend(&self.region, index, at + arrays[0], &sorted.hashes)?;
        array::extend(&self.region, index, at + arrays[1], &sorted.starts)?;
        array::extend(&self.region, index, at + arrays[2], &sorted.docs)?;
        array::extend(&self.region, index, at + arrays[3], &sorted.frequencies)?;
        pages::unreserve(&self.region, index);
        let new: Alloc = self.region.read(index);
        self.region.write(index, old.index);
        pages::release(&self.region, index);
        self.region.update(at, |s: &mut Segment| {
            s.index = new;
            s.terms = hash::Table::EMPTY;
            s.state = SEALED;
            s.version += 1;
        });
        self.end();
        Ok(true)
    }
}

impl<P: Pause> Reader<'_, P> {
    /// The space under search.
    pub fn space(&self) -> &Space<'_> {
        &self.space
    }
}

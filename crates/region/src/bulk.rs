//! Loading many rows at once: a segment takes their codes in order and their terms at the end, sorted, as sealing would
//! leave them. No hash table is built in between.
//!
//! For a space that is loading: until its terms are there the documents of such a segment would not be found by words. It
//! is never evicted or moved; a reset of the space takes it along.

use crate::read::Seen;
use crate::record::Record;
use crate::seal::Sorted;
use crate::segment::{self, BULK, Segment};
use crate::space::{Space, doc_of};
use crate::{Full, pages};

/// A segment that is being filled.
pub struct Bulk {
    segment: u32,
    version: u32,
    dims: u32,
    /// Hash, and `document << 8 | frequency`.
    terms: Vec<(u64, u32)>,
}

/// Rows of a bulk segment at most.
pub const MOST: u32 = segment::MOST;

impl Bulk {
    /// Number and version of the segment.
    pub(crate) fn segment(&self) -> (u32, u32) {
        (self.segment, self.version)
    }

    /// The terms of all rows, sorted: what [`Space::seal`] puts into the segment. Takes no lock.
    pub fn sorted(mut self) -> Sorted {
        self.terms.sort_unstable();
        Sorted::from_pairs(self.segment, self.version, &self.terms)
    }
}

impl Space<'_> {
    /// Begins a segment for `rows` rows, 1 to [`MOST`], with codes of `dims` dimensions or, if that is zero, without.
    pub fn begin_bulk(&self, rows: u32, dims: u32) -> Result<Bulk, Full> {
        assert!((1..=MOST).contains(&rows), "{rows} rows in a segment");
        pages::reserve(&self.region, self.owner(), 4)?;
        self.begin();
        let segment = self.free_segment()?;
        let at = self.segment_at(segment);
        if let Err(full) = pages::reserve(&self.region, segment::base_of(at), segment::ARRAY_PAGES) {
            self.end();
            pages::unreserve(&self.region, self.owner());
            return Err(full);
        }
        segment::create(&self.region, at, rows.next_multiple_of(64), dims, BULK)?;
        self.end();
        self.unreserve_in(at);
        let version = self.region.read::<Segment>(at).version;
        Ok(Bulk { segment, version, dims, terms: Vec::new() })
    }

    /// Enters a row as [`Space::load`] does, into the segment where it fits there.
    pub fn load_bulk(&self, bulk: &mut Bulk, record: &Record, seen: &Seen) -> Result<(), Full> {
        let s: Segment = self.region.read(self.segment_at(bulk.segment));
        let dims = record.code.as_ref().map_or(0, |c| c.values.len() as u32);
        if s.version != bulk.version || s.state != BULK || s.is_full() || dims != bulk.dims || record.cold {
            return self.load(record, seen);
        }
        if let Some(node) = self.load_into(record, seen, bulk.segment)? {
            let doc = doc_of(self.node(node).place);
            let terms = record.terms.iter().map(|(hash, tf)| (*hash, doc << 8 | u32::from(segment::frequency(*tf))));
            bulk.terms.extend(terms);
        }
        Ok(())
    }
}

//! Vectors: the best memories of a space by the dot product of 8-bit codes.

use crate::best::{Best, ordered, unordered};
use crate::bytes::NONE;
use crate::kernel::{self, EXCLUDED, Nearest, PreparedQuery};
use crate::read::{Filter, Pause, Reader, Stopped};
use crate::segment::{self, DOC_BITS, FREE, Segment};
use engram_engine::code::{Code, similarity};

/// From this many memories on, sign codes choose candidates that 8-bit codes rank. Below, a scan of all 8-bit codes
/// costs less than 0.1 ms and loses nothing.
pub const SIGNS_FROM: u32 = 4_096;
/// Candidates that sign codes choose, at least.
const CANDIDATES: usize = 500;
/// Candidates in a space of up to [`WIDE_UNTIL`] memories, where they cost less than they spare.
const WIDE: usize = 1_000;
const WIDE_UNTIL: u32 = 20_000;

/// A prepared question.
pub struct Query {
    code: Code,
    prepared: PreparedQuery,
}

impl Query {
    pub fn new(code: Code) -> Query {
        let prepared = PreparedQuery::new(&code.values);
        Query { code, prepared }
    }

    /// Similarity to another code of the same dimensions, -1 to 1.
    pub fn similarity(&self, row: &[i8], scale: f32) -> f32 {
        similarity(self.prepared.dot(row), self.code.scale, scale)
    }

    /// The direction of the question as its code has it: what proposes by it need not be exact.
    pub fn embedding(&self) -> Vec<f32> {
        self.code.values.iter().map(|v| f32::from(*v)).collect()
    }

    /// Dimensions.
    pub fn dims(&self) -> usize {
        self.code.values.len()
    }
}

impl<P: Pause> Reader<'_, P> {
    /// The `n` most similar memories that are visible and pass `filter`, best first; ties by id.
    /// With `exact` every 8-bit code is looked at, otherwise sign codes choose candidates in a large space.
    pub fn dense(
        &mut self,
        query: &Query,
        n: usize,
        exact: bool,
        filter: Filter<'_>,
    ) -> Result<Vec<(u32, f32)>, Stopped> {
        if self.stats.resident < SIGNS_FROM || exact {
            self.dense_by_codes(query, n, filter)
        } else {
            self.dense_by_signs(query, n, filter)
        }
    }

    fn dense_by_codes(&mut self, query: &Query, n: usize, filter: Filter<'_>) -> Result<Vec<(u32, f32)>, Stopped> {
        let mut best = Best::new(n);
        let mut dots = Vec::new();
        for i in 0..self.segments() {
            let s: Segment = self.space.region.read(self.space.segment_at(i));
            if s.state == FREE || s.dims as usize != query.dims() {
                continue;
            }
            let mask = self.mask(i, &s);
            let region = self.space.region;
            let scales = region.slice::<f32>(crate::bytes::addr(s.scales), s.n as usize);
            let mut offers = Vec::new();
            segment::rows(&region, &s, |first, rows, count| {
                dots.resize(count, 0);
                query.prepared.dots(rows, s.stride(), &mut dots);
                for (j, dot) in dots.iter().enumerate() {
                    let doc = first as usize + j;
                    if mask[doc / 64] >> (doc % 64) & 1 == 1 && scales[doc] > 0.0 {
                        let similar = ordered(similarity(*dot, query.code.scale, scales[doc]));
                        if best.floor(similar) {
                            offers.push((doc as u32, similar));
                        }
                    }
                }
                for (doc, similar) in offers.drain(..) {
                    self.offer(&mut best, &s, doc, similar, filter);
                }
            });
            self.pause(s.n / 2)?;
            if self.is_over() {
                break;
            }
        }
        Ok(best
            .into_sorted(|node| self.id_of(node))
            .into_iter()
            .map(|(node, score)| (node, unordered(score)))
            .collect())
    }

    fn dense_by_signs(&mut self, query: &Query, n: usize, filter: Filter<'_>) -> Result<Vec<(u32, f32)>, Stopped> {
        let least = if self.stats.resident <= WIDE_UNTIL { WIDE } else { CANDIDATES };
        let wanted = least.max(n * 5);
        let mut nearest = Nearest::new(wanted, query.dims() as u16);
        let mut distances = Vec::new();
        for i in 0..self.segments() {
            let s: Segment = self.space.region.read(self.space.segment_at(i));
            if s.state == FREE || s.dims as usize != query.dims() {
                continue;
            }
            let mask = self.mask(i, &s);
            let masked = mask.iter().map(|w| w.count_ones()).sum::<u32>() < s.n;
            let region = self.space.region;
            segment::sign_blocks(&region, &s, |first, blocks| {
                distances.resize(blocks.len() / s.words(), 0);
                kernel::hamming(&query.code.signs, blocks, s.words(), &mut distances);
                let past = first as usize + distances.len() > s.n as usize;
                if masked || past || filter.is_some() {
                    for (j, d) in distances.iter_mut().enumerate() {
                        let doc = first as usize + j;
                        let out = doc >= s.n as usize || mask[doc / 64] >> (doc % 64) & 1 == 0;
                        // A filter is asked only where the distance would be kept, since it reads the node.
                        if out || (*d <= nearest.cutoff() && !self.passes(&s, doc as u32, filter)) {
                            *d = EXCLUDED;
                        }
                    }
                }
                nearest.add(i << DOC_BITS | first, &distances);
            });
            self.pause(s.n / 16)?;
            if self.is_over() {
                break;
            }
        }
        let mut best = Best::new(n);
        // Candidates come in the order of storage, a segment after the other. Their rows are scattered: they are asked
        // for before the first is used.
        let region = self.space.region;
        let candidates = nearest.into_candidates();
        let mut rows = Vec::with_capacity(candidates.len());
        for run in candidates.chunk_by(|a, b| a.position >> DOC_BITS == b.position >> DOC_BITS) {
            let codes = region.read::<Segment>(self.space.segment_at(run[0].position >> DOC_BITS)).codes();
            for c in run {
                if let Some((row, scale)) = codes.get(&region, crate::space::doc_of(c.position)) {
                    kernel::prefetch(row);
                    rows.push((c.position, row, scale));
                }
            }
        }
        for (position, row, scale) in rows {
            let similar = ordered(query.similarity(row, scale));
            if best.floor(similar) {
                let s: Segment = region.read(self.space.segment_at(position >> DOC_BITS));
                self.offer(&mut best, &s, crate::space::doc_of(position), similar, filter);
            }
        }
        Ok(best
            .into_sorted(|node| self.id_of(node))
            .into_iter()
            .map(|(node, score)| (node, unordered(score)))
            .collect())
    }

    fn passes(&self, s: &Segment, doc: u32, filter: Filter<'_>) -> bool {
        let Some(filter) = filter else { return true };
        let node = segment::node_of(&self.space.region, s, doc);
        node != NONE && filter(&self.found(node))
    }

    pub(crate) fn offer(&self, best: &mut Best, s: &Segment, doc: u32, score: u32, filter: Filter<'_>) {
        let node = segment::node_of(&self.space.region, s, doc);
        if node != NONE && filter.is_none_or(|f| f(&self.found(node))) {
            best.push(score, node);
        }
    }

    /// Similarity of a resident node to the question; none without a code.
    pub fn similarity(&self, query: &Query, node: u32) -> Option<f32> {
        let place = self.node(node).place;
        if place == NONE {
            return None;
        }
        let s: Segment = self.space.region.read(self.space.segment_at(place >> DOC_BITS));
        if s.dims as usize != query.dims() {
            return None;
        }
        s.codes().get(&self.space.region, crate::space::doc_of(place)).map(|(row, scale)| query.similarity(row, scale))
    }

    /// The 8-bit code of a resident node; none without an embedding.
    pub fn code_of(&self, node: u32) -> Option<Code> {
        let place = self.node(node).place;
        if place == NONE {
            return None;
        }
        let s: Segment = self.space.region.read(self.space.segment_at(place >> DOC_BITS));
        let (values, scale) = s.codes().get(&self.space.region, crate::space::doc_of(place))?;
        Some(Code::of_values(values, scale))
    }
}

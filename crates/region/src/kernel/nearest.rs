//! The candidates of a scan of sign codes.

use super::extremes::{GROUP, lowest};

/// Put in place of a distance, it keeps a vector out: a lane without a memory, or one that the query must not see.
pub const EXCLUDED: u16 = u16::MAX;

/// A vector near enough to be looked at closer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Its place in storage.
    pub position: u32,
    /// Its distance, in bits.
    pub distance: u16,
}

/// Collects every vector that is at most as far as the `n`-th nearest, from pages of distances.
///
/// Positions in storage change after a reload, so they must not decide. Hence vectors that are as far as the `n`-th are
/// all kept: the set depends neither on positions nor on the order of the scan. It has `n` members or more, and all of
/// them when all are equally far.
///
/// A histogram of the distances gives the cutoff, which only falls; what lies beyond it is neither counted nor kept.
/// Time is linear; memory is twice the result and 64 kB, apart from the histogram of four bytes per distance.
#[derive(Clone, Debug)]
pub struct Nearest {
    n: usize,
    /// Number of vectors at each distance up to the cutoff; stale beyond.
    counts: Vec<u32>,
    /// Sum of `counts` up to the cutoff.
    within: usize,
    cutoff: u16,
    candidates: Vec<Candidate>,
    /// The nearest of each group of distances.
    nearest: Vec<u16>,
    /// Length at which candidates beyond the cutoff are thrown out.
    limit: usize,
}

impl Nearest {
    /// For the `n` nearest of codes with `bits` bits. Distances over `bits` count as [`EXCLUDED`].
    ///
    /// Panics when `bits` is 65,535, which could not be told from [`EXCLUDED`].
    pub fn new(n: usize, bits: u16) -> Nearest {
        assert!(bits < EXCLUDED, "{bits} bits");
        Nearest {
            n,
            counts: vec![0; usize::from(bits) + 1],
            within: 0,
            cutoff: bits,
            candidates: Vec::new(),
            nearest: Vec::new(),
            limit: 8192,
        }
    }

    /// Adds the distances of the vectors at `first`, `first + 1` and so on.
    ///
    /// Panics when a position would not fit in 32 bits.
    pub fn add(&mut self, first: u32, distances: &[u16]) {
        assert!(distances.len() <= (u32::MAX - first) as usize, "{} distances from position {first}", distances.len());
        if self.n == 0 {
            return;
        }
        let mut nearest = std::mem::take(&mut self.nearest);
        nearest.clear();
        lowest(distances, &mut nearest);
        for (i, group) in distances.chunks(GROUP).enumerate() {
            // Mostly none of a group is near enough.
            if nearest[i] <= self.cutoff {
                self.add_group(first + (i * GROUP) as u32, group);
            }
        }
        self.nearest = nearest;
    }

    /// The distance of the `n`-th nearest so far; the number of bits while there are fewer.
    pub fn cutoff(&self) -> u16 {
        self.cutoff
    }

    /// Number of vectors within the cutoff.
    pub fn len(&self) -> usize {
        self.within
    }

    /// Whether nothing was near enough, because nothing was there or `n` is 0.
    pub fn is_empty(&self) -> bool {
        self.within == 0
    }

    /// The vectors within the cutoff, in the order of the scan.
    pub fn into_candidates(mut self) -> Vec<Candidate> {
        self.drop_far();
        self.candidates
    }

    fn add_group(&mut self, first: u32, group: &[u16]) {
        for (position, &distance) in (first..).zip(group) {
            if distance <= self.cutoff {
                self.counts[usize::from(distance)] += 1;
                self.within += 1;
                self.candidates.push(Candidate { position, distance });
            }
        }
        self.lower_cutoff();
        if self.candidates.len() >= self.limit {
            self.drop_far();
            self.limit = self.limit.max(2 * self.candidates.len());
        }
    }

    /// Lowers the cutoff as long as `n` remain within it.
    fn lower_cutoff(&mut self) {
        loop {
            let farthest = self.counts[usize::from(self.cutoff)] as usize;
            // At a distance of 0 all that is within is farthest, so the loop ends there at last.
            if self.within - farthest < self.n {
                return;
            }
            self.within -= farthest;
            self.cutoff -= 1;
        }
    }

    fn drop_far(&mut self) {
        let cutoff = self.cutoff;
        self.candidates.retain(|candidate| candidate.distance <= cutoff);
    }
}

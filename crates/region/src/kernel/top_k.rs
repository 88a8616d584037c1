//! The best few of many scores.

use std::cmp::Reverse;

/// Collects the `n` entries with the highest scores; of equal scores, those with the smaller keys.
///
/// The result does not depend on the order of the pushes. It depends on the keys where scores are equal at the end of
/// the list: a key that is a place in storage changes after a reload, so pass one that belongs to the memory.
/// For distances take `Reverse<u16>` as the score.
///
/// Entries better than the worst of the best `n` so far go to a buffer; a full buffer is cut back to `n`. In a scan
/// almost all entries fail the one comparison. Memory is at most 2n + 64 entries; time is linear in the number of pushes.
#[derive(Clone, Debug)]
pub struct TopK<S> {
    n: usize,
    /// Length at which the buffer is cut back.
    limit: usize,
    /// The worst entry that the last cut kept; none while fewer than `n` were pushed.
    floor: Option<(S, Reverse<u64>)>,
    buffer: Vec<(S, Reverse<u64>)>,
}

impl<S: Copy + Ord> TopK<S> {
    /// For the best `n`, which may be more than there are.
    pub fn new(n: usize) -> TopK<S> {
        TopK { n, limit: n.saturating_mul(2).saturating_add(64), floor: None, buffer: Vec::new() }
    }

    /// A score below this can not enter any more, so its key need not be looked up. None: any score can enter.
    pub fn floor(&self) -> Option<S> {
        self.floor.map(|(score, _)| score)
    }

    /// Offers an entry.
    #[inline]
    pub fn push(&mut self, score: S, key: u64) {
        if self.floor.is_none_or(|(floor, _)| score >= floor) {
            self.offer((score, Reverse(key)));
        }
    }

    /// The best entries with their keys, best first.
    pub fn into_sorted(mut self) -> Vec<(S, u64)> {
        self.buffer.sort_unstable_by(|a, b| b.cmp(a));
        self.buffer.truncate(self.n);
        self.buffer.into_iter().map(|(score, Reverse(key))| (score, key)).collect()
    }

    /// Out of line, to keep the loop of the scan small.
    #[inline(never)]
    fn offer(&mut self, entry: (S, Reverse<u64>)) {
        if self.n == 0 || self.floor.is_some_and(|floor| entry <= floor) {
            return;
        }
        self.buffer.push(entry);
        // Once early for a first floor, and then whenever the buffer is full.
        if self.buffer.len() == self.limit || (self.floor.is_none() && self.buffer.len() == self.n) {
            let (_, worst, _) = self.buffer.select_nth_unstable_by(self.n - 1, |a, b| b.cmp(a));
            self.floor = Some(*worst);
            self.buffer.truncate(self.n);
        }
    }
}

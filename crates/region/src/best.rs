//! The best of a scan.

/// Collects the best `n` by score, ties by id. A score is any `u32` that compares as it should.
///
/// An id lies with its node, somewhere in memory: ids are read for the few that remain at the end. Until then whoever
/// scores as high as the `n`-th stays, so the result depends neither on the order of the scan nor on storage.
pub struct Best {
    n: usize,
    /// Lowest score that can still be among the best.
    floor: u32,
    /// Score and node.
    kept: Vec<(u32, u32)>,
    /// Length at which those below the floor are thrown out.
    limit: usize,
}

/// Bits of a float that compare like the float.
pub(crate) fn ordered(x: f32) -> u32 {
    let bits = x.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

pub(crate) fn unordered(bits: u32) -> f32 {
    f32::from_bits(if bits >> 31 == 1 { bits & !(1 << 31) } else { !bits })
}

impl Best {
    pub fn new(n: usize) -> Best {
        Best { n, floor: 0, kept: Vec::new(), limit: 2 * n + 64 }
    }

    /// Whether a score could get in.
    pub fn floor(&self, score: u32) -> bool {
        score >= self.floor
    }

    pub fn push(&mut self, score: u32, node: u32) {
        self.kept.push((score, node));
        if self.kept.len() >= self.limit {
            self.prune();
        }
    }

    fn prune(&mut self) {
        if self.n == 0 || self.kept.len() <= self.n {
            return;
        }
        let (_, last, _) = self.kept.select_nth_unstable_by(self.n - 1, |a, b| b.0.cmp(&a.0));
        self.floor = last.0;
        self.kept.retain(|k| k.0 >= self.floor);
        // Where most scores are equal little can be thrown out: the next attempt waits until twice as many are there.
        self.limit = self.limit.max(2 * self.kept.len());
    }

    /// Nodes with their scores, best first.
    pub fn into_sorted(mut self, id_of: impl Fn(u32) -> [u8; 16]) -> Vec<(u32, u32)> {
        self.prune();
        let mut best: Vec<(u32, [u8; 16], u32)> =
            self.kept.into_iter().map(|(score, node)| (score, id_of(node), node)).collect();
        best.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        best.truncate(self.n);
        best.into_iter().map(|(score, _, node)| (node, score)).collect()
    }
}

//! Which things are connected: sets that are joined, never parted.

/// A forest over `0..len`. The root of a set is its smallest element, whatever was joined first.
pub(super) struct Sets(Vec<u32>);

impl Sets {
    pub(super) fn new(len: usize) -> Sets {
        Sets((0..len as u32).collect())
    }

    /// The smallest element of the set of `i`.
    pub(super) fn root(&mut self, mut i: u32) -> u32 {
        while self.0[i as usize] != i {
            let above = self.0[self.0[i as usize] as usize];
            self.0[i as usize] = above;
            i = above;
        }
        i
    }

    pub(super) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
}

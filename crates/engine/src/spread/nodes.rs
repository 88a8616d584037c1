//! The nodes one call has touched: a dense list, and an open-addressing table from node to place in it.

use super::NodeIdx;

/// State of a touched node: one cache line, since nearly every edge ends at a node that is not in the nearest cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Node {
    pub node: NodeIdx,
    pub from: NodeIdx,
    /// Mass that may be pushed.
    pub residual: u64,
    /// Mass that arrived in this round.
    pub arrived: u64,
    pub by_cues: u64,
    pub by_contiguity: u64,
    pub by_association: u64,
    /// The largest share that arrived in the round of first arrival.
    pub strongest: u64,
    /// Number of its edges, once it is known; zero before.
    pub edges: u32,
    /// The round of first arrival; 0 for a seed.
    pub reached: u16,
    pub hops: u8,
    /// Waits in the list of candidates of the next round.
    pub waiting: bool,
}

/// Node to place in the list, by linear probing. A slot holds place + 1; zero is empty.
#[derive(Debug, Default)]
pub(super) struct Table {
    slots: Vec<(NodeIdx, u32)>,
    len: usize,
}

impl Table {
    /// Empties the table. It keeps its size, unless that was far too large for what was in it: emptying costs time in
    /// proportion, and memory kept is not free either.
    pub fn clear(&mut self) {
        const LEAST: usize = 1 << 10;
        let fitting = (self.len * 2).next_power_of_two().max(LEAST);
        self.len = 0;
        if self.slots.is_empty() || self.slots.len() > 4 * fitting {
            self.slots = vec![(0, 0); fitting];
        } else {
            self.slots.fill((0, 0));
        }
    }

    pub fn get(&self, node: NodeIdx) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        match self.slots[self.find(node)] {
            (_, 0) => None,
            (_, place) => Some(place as usize - 1),
        }
    }

    /// The place of a node, or `next` after noting that it is there now.
    pub fn place(&mut self, node: NodeIdx, next: usize) -> usize {
        let slot = self.find(node);
        match self.slots[slot] {
            (_, 0) => {
                self.slots[slot] = (node, next as u32 + 1);
                self.len += 1;
                if self.len * 2 > self.slots.len() {
                    self.grow();
                }
                next
            }
            (_, place) => place as usize - 1,
        }
    }

    fn find(&self, node: NodeIdx) -> usize {
        let mask = self.slots.len() - 1;
        // Fibonacci hashing: neighbouring indexes go far apart.
        let mut slot = (u64::from(node).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & mask;
        while self.slots[slot].1 != 0 && self.slots[slot].0 != node {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let doubled = vec![(0, 0); self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, doubled);
        for entry in old.into_iter().filter(|entry| entry.1 != 0) {
            let slot = self.find(entry.0);
            self.slots[slot] = entry;
        }
    }
}

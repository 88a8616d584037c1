//! The nearest-neighbour chain: from each cluster to its nearest, until two are nearest to each other and become one.

use super::Stopped;
use super::pool::Pool;

/// What the chain asks of clusters: a matrix of sums, or sums of vectors. A cluster goes by its smallest member.
pub(super) trait Clusters {
    /// The most similar cluster, if any reaches the threshold; among equals the smallest.
    fn nearest(&mut self, a: u32, pool: &Pool<'_>) -> Result<Option<u32>, Stopped>;
    /// Makes `b` part of `a`, which is smaller.
    fn merge(&mut self, a: u32, b: u32);
}

/// Similarity of a cluster to another: a sum over pairs, for each member of the other.
///
/// Sums fit: at most 2^30 for a pair, and [`super::component::LARGEST`] squared / 4 pairs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mean {
    pub(super) sum: i64,
    pub(super) size: u32,
}

impl Mean {
    /// Whether this is strictly greater, by cross multiplication.
    pub(super) fn above(self, other: Mean) -> bool {
        i128::from(self.sum) * i128::from(other.size) > i128::from(other.sum) * i128::from(self.size)
    }

    /// Whether the mean over all pairs with a cluster of `size` members is at least `floor`.
    pub(super) fn reaches(self, floor: i64, size: u32) -> bool {
        i128::from(self.sum) >= i128::from(floor) * i128::from(self.size) * i128::from(size)
    }
}

/// All merges at or above the threshold, each after those that made its two clusters.
pub(super) fn merges(len: usize, clusters: &mut impl Clusters, pool: &Pool<'_>) -> Result<Vec<(u32, u32)>, Stopped> {
    let mut merges = Vec::new();
    let mut gone = vec![false; len];
    let mut chain: Vec<u32> = Vec::new();
    for start in 0..len as u32 {
        // What was merged into a smaller cluster, or is at the end of its merges, needs no further look.
        if gone[start as usize] {
            continue;
        }
        chain.push(start);
        while let Some(&top) = chain.last() {
            pool.check()?;
            let Some(next) = clusters.nearest(top, pool)? else {
                chain.pop();
                continue;
            };
            if chain.len() < 2 || chain[chain.len() - 2] != next {
                chain.push(next);
                continue;
            }
            chain.truncate(chain.len() - 2);
            let (a, b) = (top.min(next), top.max(next));
            clusters.merge(a, b);
            merges.push((a, b));
            gone[b as usize] = true;
            if chain.is_empty() {
                chain.push(a);
            }
        }
    }
    Ok(merges)
}

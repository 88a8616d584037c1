//! Which episodes belong together: average linkage on cosine, cut at a threshold, to the last bit the same everywhere.
//!
//! **What is computed.** The similarity of two episodes is the cosine of their 8-bit codes, in fixed point: each code becomes a
//! unit vector of 16-bit integers ([`unit`]), and the product of two of them is an integer. Two clusters are as similar as the
//! mean over all pairs between them. From single episodes on, the two clusters that are most similar are merged, as long as
//! their similarity reaches [`Rules::threshold`].
//!
//! **Why the result is exact.** The sum over all pairs between two clusters is an integer, and so is the product of the sums of
//! their vectors: both are the same number, whatever was added first, on any number of threads and with any instructions.
//! Means are compared by cross multiplication of integers. No float decides anything.
//!
//! **Why the order of merges does not matter.** Pairs of clusters are ordered by similarity, then by the smaller and the greater
//! of their smallest members. Under this order no two pairs are equal, so that every cluster has one nearest
//! neighbour. Let `A` and `B` be merged and `C` be another cluster. The similarity of `A + B` to `C` is a weighted mean of
//! those of `A` and `B`, so it is below the greater of them or, when both are equal, equal to them; then the pair of `A + B` and
//! `C` has the smallest members of the pair of `C` with that of `A` and `B` which has the smaller member. In both cases a merge makes no
//! pair that comes before both pairs it replaces: the order is reducible (Bruynooghe 1977). Two clusters that are each other's
//! nearest neighbour therefore stay so until they are merged, and merging them in any order gives one tree: that of
//! the nearest-neighbour chain (Benzécri 1982, Juan 1982; Müllner 2011), in quadratic time.
//!
//! **Why components suffice.** A mean that reaches the threshold has at least one pair that does. So clusters lie within
//! connected components of the graph of pairs at or above the threshold, and a component in which nothing changed keeps
//! its clusters. By the same argument two clusters below the threshold need no memory of one another.
//!
//! **Clusters over the limit.** A cluster of more than [`Rules::max_size`] members is split where it was merged last, at the
//! lowest similarity in it, and its parts again until all fit: the cut rises in this branch and nowhere else.

mod chain;
mod class;
mod component;
mod cut;
mod gram;
mod join;
mod matrix;
mod pool;
#[cfg(test)]
mod reference;
mod run;
mod sums;
#[cfg(test)]
mod tests;
mod unit;

pub use class::Class;
pub use unit::ONE;

/// The integer products that linkage spends its time in. [`Portable`] is the reference; the region crate has those of the processor.
///
/// All give the same integers, so that which one is used shows only on the clock.
pub trait Dots: Sync {
    /// The products of one unit vector with rows of `dims` numbers, one for each entry of `out`.
    ///
    /// Numbers lie in `-ONE..=ONE`; a result is the exact sum modulo 2^32, exact for unit vectors.
    fn dots(&self, query: &[i16], rows: &[i16], dims: usize, out: &mut [i32]);

    /// The product of two sums of unit vectors of the same length: the exact sum modulo 2^64.
    fn sums(&self, a: &[i32], b: &[i32]) -> i64;
}

/// [`Dots`] in plain Rust.
#[derive(Clone, Copy, Debug)]
pub struct Portable;

impl Dots for Portable {
    fn dots(&self, query: &[i16], rows: &[i16], dims: usize, out: &mut [i32]) {
        for (out, row) in out.iter_mut().zip(rows.chunks_exact(dims)) {
            *out = query.iter().zip(row).map(|(&a, &b)| i32::from(a) * i32::from(b)).fold(0, i32::wrapping_add);
        }
    }

    fn sums(&self, a: &[i32], b: &[i32]) -> i64 {
        a.iter().zip(b).map(|(&a, &b)| i64::from(a) * i64::from(b)).fold(0, i64::wrapping_add)
    }
}

/// What counts as a cluster, and what a run may use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// The mean cosine from which on two clusters are one; above zero, and above [`Rules::FINEST`] taken as that.
    pub threshold: f32,
    /// Clusters of fewer members are left out.
    pub min_size: usize,
    /// Clusters of more members are split.
    pub max_size: usize,
    /// Bytes that a run may use beside [`Class::bytes`]. Decides how, never what.
    pub memory: usize,
}

impl Rules {
    /// The greatest threshold that fixed point resolves: copies of one text are above it.
    pub const FINEST: f32 = 0.9999;
}

/// Episodes that say the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// In ascending order.
    pub members: Vec<[u8; 16]>,
    /// The mean cosine over all pairs of members; 1 for a single one.
    pub cohesion: f32,
}

/// A run was cancelled. The class is as it was before; the next run does all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run was cancelled")]
pub struct Stopped;

//! Clusters by a triangle of sums over pairs: eight bytes for each pair, and a merge adds two rows.

use super::Stopped;
use super::chain::{Clusters, Mean};
use super::gram::Rows;
use super::pool::Pool;

pub(super) struct Matrix {
    /// The sum of `a` and `b < a` at `a * (a - 1) / 2 + b`.
    sums: Vec<i64>,
    sizes: Vec<u32>,
    /// One over each size, for the first look at a row.
    shares: Vec<f64>,
    active: Vec<u32>,
    floor: i64,
}

/// Rows that one thread fills at a time.
const ROWS: usize = 64;

/// Bytes of a matrix of `len` rows.
pub(super) fn bytes(len: usize) -> usize {
    len * len.saturating_sub(1) / 2 * size_of::<i64>()
}

impl Matrix {
    pub(super) fn new(rows: Rows<'_>, floor: i64, pool: &Pool<'_>) -> Result<Matrix, Stopped> {
        let len = rows.len();
        let mut sums = vec![0; len * len.saturating_sub(1) / 2];
        let mut parts = Vec::new();
        let mut rest = sums.as_mut_slice();
        for first in (0..len).step_by(ROWS) {
            let last = (first + ROWS).min(len);
            let count = (last * last.saturating_sub(1) - first * first.saturating_sub(1)) / 2;
            let (part, behind) = rest.split_at_mut(count);
            parts.push((first, last, part));
            rest = behind;
        }
        pool.map(parts, |(first, last, part)| fill(rows, first, last, part, pool))
            .into_iter()
            .collect::<Result<(), Stopped>>()?;
        Ok(Matrix { sums, sizes: vec![1; len], shares: vec![1.0; len], active: (0..len as u32).collect(), floor })
    }
}

/// Fills the rows from `first` to before `last`, tile by tile.
fn fill(rows: Rows<'_>, first: usize, last: usize, part: &mut [i64], pool: &Pool<'_>) -> Result<(), Stopped> {
    let mut out = vec![0; ROWS];
    for left in (0..last).step_by(ROWS) {
        pool.check()?;
        let mut start = 0;
        for row in first..last {
            let count = row.saturating_sub(left).min(ROWS);
            if count > 0 {
                let out = &mut out[..count];
                rows.dots.dots(rows.row(row as u32), &rows.units[left * rows.dims..], rows.dims, out);
                for (sum, &product) in part[start + left..].iter_mut().zip(&*out) {
                    *sum = i64::from(product);
                }
            }
            start += row;
        }
    }
    Ok(())
}

fn at(a: u32, b: u32) -> usize {
    let (high, low) = (a.max(b) as usize, a.min(b) as usize);
    high * (high - 1) / 2 + low
}

impl Clusters for Matrix {
    fn nearest(&mut self, a: u32, _pool: &Pool<'_>) -> Result<Option<u32>, Stopped> {
        let mut best: Option<(u32, Mean)> = None;
        // Means in floats are right to 2^-51 or so: one that is clearly lower needs no exact comparison.
        let mut clearly = f64::NEG_INFINITY;
        for &c in &self.active {
            if c == a {
                continue;
            }
            let sum = self.sums[at(a, c)];
            let mean = sum as f64 * self.shares[c as usize];
            if mean < clearly {
                continue;
            }
            let this = Mean { sum, size: self.sizes[c as usize] };
            if best.is_none_or(|(_, best)| this.above(best)) {
                best = Some((c, this));
                clearly = mean - mean.abs() * 1e-14;
            }
        }
        let size = self.sizes[a as usize];
        Ok(best.filter(|(_, mean)| mean.reaches(self.floor, size)).map(|(c, _)| c))
    }

    fn merge(&mut self, a: u32, b: u32) {
        if let Ok(i) = self.active.binary_search(&b) {
            self.active.remove(i);
        }
        for &c in &self.active {
            if c != a {
                self.sums[at(a, c)] += self.sums[at(b, c)];
            }
        }
        self.sizes[a as usize] += self.sizes[b as usize];
        self.shares[a as usize] = 1.0 / f64::from(self.sizes[a as usize]);
    }
}

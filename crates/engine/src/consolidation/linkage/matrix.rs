//! Clusters by sums over pairs, and a merge adds two rows: a triangle of eight bytes for each pair, or a square of twice that, whose rows
//! are read from one end to the other.

use super::Stopped;
use super::chain::{Clusters, Mean};
use super::gram::Rows;
use super::pool::Pool;

pub(super) struct Matrix {
    /// In a triangle the sum of `a` and `b < a` is at `a * (a - 1) / 2 + b`, in a square at `a * width + b` and at `b * width + a`.
    sums: Vec<i64>,
    /// None for a triangle.
    width: Option<usize>,
    sizes: Vec<u32>,
    /// One over each size, for the first look at a row.
    shares: Vec<f64>,
    active: Vec<u32>,
    floor: i64,
}

/// Rows that one thread fills at a time.
const ROWS: usize = 64;

/// Bytes of a triangle of `len` rows.
pub(super) fn triangle(len: usize) -> usize {
    len * len.saturating_sub(1) / 2 * size_of::<i64>()
}

/// Bytes of a square of `len` rows.
pub(super) fn square(len: usize) -> usize {
    len * len * size_of::<i64>()
}

impl Matrix {
    pub(super) fn triangle(rows: Rows<'_>, floor: i64, pool: &Pool<'_>) -> Result<Matrix, Stopped> {
        Matrix::new(rows, None, floor, pool)
    }

    pub(super) fn square(rows: Rows<'_>, floor: i64, pool: &Pool<'_>) -> Result<Matrix, Stopped> {
        let width = rows.len();
        let mut matrix = Matrix::new(rows, Some(width), floor, pool)?;
        for first in (0..width).step_by(ROWS) {
            pool.check()?;
            for left in (0..=first).step_by(ROWS) {
                for a in first..(first + ROWS).min(width) {
                    for b in left..(left + ROWS).min(a) {
                        matrix.sums[b * width + a] = matrix.sums[a * width + b];
                    }
                }
            }
        }
        Ok(matrix)
    }

    /// With the sums of each row and those before it; a square lacks those behind it.
    fn new(rows: Rows<'_>, width: Option<usize>, floor: i64, pool: &Pool<'_>) -> Result<Matrix, Stopped> {
        let len = rows.len();
        let start = |row: usize| width.map_or(row * row.saturating_sub(1) / 2, |width| row * width);
        let mut sums = vec![0; start(len)];
        let mut parts = Vec::new();
        let mut rest = sums.as_mut_slice();
        for first in (0..len).step_by(ROWS) {
            let last = (first + ROWS).min(len);
            let (part, behind) = rest.split_at_mut(start(last) - start(first));
            parts.push((first, last, part));
            rest = behind;
        }
        pool.map(parts, |(first, last, part)| fill(rows, width, first, last, part, pool))
            .into_iter()
            .collect::<Result<(), Stopped>>()?;
        Ok(Matrix {
            sums,
            width,
            sizes: vec![1; len],
            shares: vec![1.0; len],
            active: (0..len as u32).collect(),
            floor,
        })
    }
}

/// Fills the rows from `first` to before `last`, tile by tile.
fn fill(
    rows: Rows<'_>,
    width: Option<usize>,
    first: usize,
    last: usize,
    part: &mut [i64],
    pool: &Pool<'_>,
) -> Result<(), Stopped> {
    let dims = rows.dims;
    let queries = &rows.units[first * dims..last * dims];
    let mut out = vec![0; ROWS * ROWS];
    for left in (0..last).step_by(ROWS) {
        pool.check()?;
        let count = ROWS.min(last - left);
        let out = &mut out[..(last - first) * count];
        rows.dots.tile(queries, &rows.units[left * dims..][..count * dims], dims, out);
        let mut start = 0;
        for (row, products) in (first..last).zip(out.chunks_exact(count)) {
            let before = row.saturating_sub(left).min(count);
            for (sum, &product) in part[start + left.min(row)..].iter_mut().zip(&products[..before]) {
                *sum = i64::from(product);
            }
            start += width.unwrap_or(row);
        }
    }
    Ok(())
}

/// The best of a row so far.
#[derive(Default)]
struct Best {
    found: Option<(u32, Mean)>,
    /// Means in floats are right to 2^-51 or so: one that is clearly lower needs no exact comparison.
    clearly: Option<f64>,
}

impl Best {
    fn look(&mut self, c: u32, sum: i64, size: u32, share: f64) {
        let mean = sum as f64 * share;
        if self.clearly.is_some_and(|clearly| mean < clearly) {
            return;
        }
        let this = Mean { sum, size };
        if self.found.is_none_or(|(_, best)| this.above(best)) {
            self.found = Some((c, this));
            self.clearly = Some(mean - mean.abs() * 1e-14);
        }
    }
}

impl Matrix {
    /// Where the sums of `a` with all that are smaller begin.
    fn row(&self, a: u32) -> usize {
        let a = a as usize;
        self.width.map_or(a * a.saturating_sub(1) / 2, |width| a * width)
    }

    fn at(&self, a: u32, b: u32) -> usize {
        self.row(a.max(b)) + a.min(b) as usize
    }

    fn look(&self, best: &mut Best, c: u32, sum: i64) {
        best.look(c, sum, self.sizes[c as usize], self.shares[c as usize]);
    }
}

impl Clusters for Matrix {
    fn nearest(&mut self, a: u32, _pool: &Pool<'_>) -> Result<Option<u32>, Stopped> {
        let mut best = Best::default();
        let below = self.active.partition_point(|&c| c < a);
        let above = below + usize::from(self.active.get(below) == Some(&a));
        let (below, above) = (&self.active[..below], &self.active[above..]);
        let sums = &self.sums[self.row(a)..];
        for &c in below {
            self.look(&mut best, c, sums[c as usize]);
        }
        for &c in above {
            let sum = if self.width.is_some() { sums[c as usize] } else { self.sums[self.at(a, c)] };
            self.look(&mut best, c, sum);
        }
        let size = self.sizes[a as usize];
        Ok(best.found.filter(|(_, mean)| mean.reaches(self.floor, size)).map(|(c, _)| c))
    }

    fn merge(&mut self, a: u32, b: u32) {
        if let Ok(i) = self.active.binary_search(&b) {
            self.active.remove(i);
        }
        for &c in self.active.iter().filter(|&&c| c != a) {
            match self.width {
                Some(width) => {
                    let sum = self.sums[a as usize * width + c as usize] + self.sums[b as usize * width + c as usize];
                    self.sums[a as usize * width + c as usize] = sum;
                    self.sums[c as usize * width + a as usize] = sum;
                }
                None => {
                    let at = self.at(a, c);
                    self.sums[at] += self.sums[self.at(b, c)];
                }
            }
        }
        self.sizes[a as usize] += self.sizes[b as usize];
        self.shares[a as usize] = 1.0 / f64::from(self.sizes[a as usize]);
    }
}

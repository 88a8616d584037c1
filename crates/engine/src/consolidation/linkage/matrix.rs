//! Clusters by a triangle of sums over pairs: eight bytes for each pair, and a merge adds two rows.

use super::Stopped;
use super::chain::{Clusters, Mean};
use super::gram::Rows;
use super::pool::Pool;

pub(super) struct Matrix {
    /// The sum of `a` and `b < a` at `a * (a - 1) / 2 + b`.
    sums: Vec<i64>,
    /// Zero of what is part of another.
    sizes: Vec<u32>,
    /// One over each size, for the first look at a row.
    shares: Vec<f64>,
    active: Vec<u32>,
    /// Of each single one the nearest of all. By reducibility it stays the nearest until one of the two is merged.
    first: Nearest,
    floor: i64,
}

/// For each row the greatest product with another, and with which; among equals the smallest.
struct Nearest {
    products: Vec<i32>,
    rows: Vec<u32>,
}

impl Nearest {
    fn new(len: usize) -> Nearest {
        Nearest { products: vec![i32::MIN; len], rows: vec![0; len] }
    }

    /// Products of `row` with the rows from `left` on, all of them smaller. Comes for every row in ascending order.
    fn see(&mut self, row: usize, left: usize, products: &[i32]) {
        let Some(&most) = products.iter().max() else { return };
        if most > self.products[row]
            && let Some(at) = products.iter().position(|&product| product == most)
        {
            self.products[row] = most;
            self.rows[row] = (left + at) as u32;
        }
        let known = self.products[left..].iter_mut().zip(&mut self.rows[left..]);
        for (&product, (known, nearest)) in products.iter().zip(known) {
            let better = product > *known;
            *known = if better { product } else { *known };
            *nearest = if better { row as u32 } else { *nearest };
        }
    }

    /// What was found among greater rows.
    fn add(&mut self, later: &Nearest) {
        for (i, (&product, &row)) in later.products.iter().zip(&later.rows).enumerate() {
            if product > self.products[i] {
                self.products[i] = product;
                self.rows[i] = row;
            }
        }
    }
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
        let mut nearest = Nearest::new(len);
        for part in pool.map(parts, |(first, last, part)| fill(rows, first, last, part, pool)) {
            nearest.add(&part?);
        }
        let active = (0..len as u32).collect();
        Ok(Matrix { sums, sizes: vec![1; len], shares: vec![1.0; len], active, first: nearest, floor })
    }
}

/// Fills the rows from `first` to before `last`, tile by tile.
fn fill(rows: Rows<'_>, first: usize, last: usize, part: &mut [i64], pool: &Pool<'_>) -> Result<Nearest, Stopped> {
    let dims = rows.dims;
    let queries = &rows.units[first * dims..last * dims];
    let mut out = vec![0; ROWS * ROWS];
    let mut nearest = Nearest::new(last);
    for left in (0..last).step_by(ROWS) {
        pool.check()?;
        let width = ROWS.min(last - left);
        let out = &mut out[..(last - first) * width];
        rows.dots.tile(queries, &rows.units[left * dims..][..width * dims], dims, out);
        let mut start = 0;
        for (row, products) in (first..last).zip(out.chunks_exact(width)) {
            let count = row.saturating_sub(left).min(width);
            for (sum, &product) in part[start + left.min(row)..].iter_mut().zip(&products[..count]) {
                *sum = i64::from(product);
            }
            nearest.see(row, left, &products[..count]);
            start += row;
        }
    }
    Ok(nearest)
}

/// Where the sums of `a` with all that are smaller begin.
fn row(a: u32) -> usize {
    a as usize * (a as usize).saturating_sub(1) / 2
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
    /// The active clusters below and above `a`.
    fn others(&self, a: u32) -> (&[u32], &[u32]) {
        let below = self.active.partition_point(|&c| c < a);
        let above = below + usize::from(self.active.get(below) == Some(&a));
        (&self.active[..below], &self.active[above..])
    }
}

impl Clusters for Matrix {
    fn nearest(&mut self, a: u32, _pool: &Pool<'_>) -> Result<Option<u32>, Stopped> {
        let near = self.first.rows[a as usize];
        if self.sizes[a as usize] == 1 && self.sizes[near as usize] == 1 && near != a {
            return Ok((i64::from(self.first.products[a as usize]) >= self.floor).then_some(near));
        }
        let mut best = Best::default();
        let (below, above) = self.others(a);
        let sums = &self.sums[row(a)..][..a as usize];
        for &c in below {
            best.look(c, sums[c as usize], self.sizes[c as usize], self.shares[c as usize]);
        }
        for &c in above {
            best.look(c, self.sums[row(c) + a as usize], self.sizes[c as usize], self.shares[c as usize]);
        }
        let size = self.sizes[a as usize];
        Ok(best.found.filter(|(_, mean)| mean.reaches(self.floor, size)).map(|(c, _)| c))
    }

    fn merge(&mut self, a: u32, b: u32) {
        if let Ok(i) = self.active.binary_search(&b) {
            self.active.remove(i);
        }
        let at = |c: u32, d: u32| row(c.max(d)) + c.min(d) as usize;
        for &c in &self.active {
            if c != a {
                self.sums[at(a, c)] += self.sums[at(b, c)];
            }
        }
        self.sizes[a as usize] += self.sizes[b as usize];
        self.sizes[b as usize] = 0;
        self.shares[a as usize] = 1.0 / f64::from(self.sizes[a as usize]);
    }
}

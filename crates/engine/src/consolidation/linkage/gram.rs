//! Pairs of episodes at or above the threshold: products of all with all, a tile at a time, so that rows stay in the cache.

use super::pool::Pool;
use super::{Dots, Stopped};

/// Two rows and their product, which reaches the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) product: i32,
}

/// Bytes of rows that a tile multiplies with one query after another: half of a first-level cache.
const TILE: usize = 16 * 1024;
/// Queries that share a tile.
const QUERIES: usize = 128;
/// Products looked at together; mostly none of them reaches the threshold.
const GLANCE: usize = 16;

/// Unit vectors one after another.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) units: &'a [i16],
    pub(super) dims: usize,
    pub(super) dots: &'a dyn Dots,
}

impl<'a> Rows<'a> {
    pub(super) fn row(&self, i: u32) -> &'a [i16] {
        &self.units[i as usize * self.dims..][..self.dims]
    }

    pub(super) fn len(&self) -> usize {
        self.units.len() / self.dims
    }

    /// Rows in a tile.
    fn tile(&self) -> usize {
        (TILE / (2 * self.dims)).max(GLANCE) / GLANCE * GLANCE
    }
}

/// Which pairs are wanted: those of a query with an old row, and those of two new rows once.
pub(super) trait Wanted: Sync {
    /// Whether some row from `first` on may be wanted by `query`.
    fn any(&self, query: u32, first: u32) -> bool;
    fn pair(&self, query: u32, row: u32) -> bool;
}

/// Each pair once, the greater row as the query.
pub(super) struct Triangle;

impl Wanted for Triangle {
    fn any(&self, query: u32, first: u32) -> bool {
        first < query
    }

    fn pair(&self, query: u32, row: u32) -> bool {
        row < query
    }
}

/// Gives every wanted pair whose product is at least `floor` to `take`, some at a time; at most `most` bytes of them wait.
pub(super) fn edges(
    rows: Rows<'_>,
    queries: &[u32],
    wanted: &impl Wanted,
    floor: i32,
    most: usize,
    pool: &Pool<'_>,
    mut take: impl FnMut(Vec<Edge>),
) -> Result<(), Stopped> {
    let cap = most / size_of::<Edge>() / pool.threads();
    for part in queries.chunks(QUERIES * pool.threads()) {
        let parts: Vec<&[u32]> = part.chunks(QUERIES).collect();
        let found = pool.map(parts.clone(), |queries| some_edges(rows, queries, wanted, floor, cap, pool));
        for (queries, found) in parts.into_iter().zip(found) {
            match found? {
                Some(found) => take(found),
                None => halves(rows, queries, wanted, floor, cap, pool, &mut take)?,
            }
        }
    }
    Ok(())
}

/// Where there are more edges than may wait: half of the queries at a time. A single one may have as many as there are rows.
fn halves(
    rows: Rows<'_>,
    queries: &[u32],
    wanted: &impl Wanted,
    floor: i32,
    cap: usize,
    pool: &Pool<'_>,
    take: &mut impl FnMut(Vec<Edge>),
) -> Result<(), Stopped> {
    let (left, right) = queries.split_at(queries.len() / 2);
    for half in [left, right].into_iter().filter(|half| !half.is_empty()) {
        let cap = if half.len() == 1 { usize::MAX } else { cap };
        match some_edges(rows, half, wanted, floor, cap, pool)? {
            Some(found) => take(found),
            None => halves(rows, half, wanted, floor, cap, pool, take)?,
        }
    }
    Ok(())
}

/// None where there are more than `cap`.
fn some_edges(
    rows: Rows<'_>,
    queries: &[u32],
    wanted: &impl Wanted,
    floor: i32,
    cap: usize,
    pool: &Pool<'_>,
) -> Result<Option<Vec<Edge>>, Stopped> {
    let mut found = Vec::new();
    let tile = rows.tile();
    let asked: Vec<i16> = queries.iter().flat_map(|&query| rows.row(query)).copied().collect();
    let mut out = vec![0; tile * queries.len()];
    for first in (0..rows.len()).step_by(tile) {
        pool.check()?;
        let count = tile.min(rows.len() - first);
        if found.len() > cap {
            return Ok(None);
        }
        // Queries ascend, so the first that wants something of this tile stands for nearly all behind it.
        let skipped = queries.iter().take_while(|&&query| !wanted.any(query, first as u32)).count();
        let queries = &queries[skipped..];
        let out = &mut out[..count * queries.len()];
        let part = &rows.units[first * rows.dims..][..count * rows.dims];
        rows.dots.tile(&asked[skipped * rows.dims..], part, rows.dims, out);
        for (&query, out) in queries.iter().zip(out.chunks_exact(count)) {
            for (glance, products) in out.chunks(GLANCE).enumerate() {
                if !products.iter().fold(false, |any, &product| any | (product >= floor)) {
                    continue;
                }
                for (row, &product) in ((first + glance * GLANCE) as u32..).zip(products) {
                    if product >= floor && wanted.pair(query, row) {
                        found.push(Edge { a: query, b: row, product });
                    }
                }
            }
        }
    }
    Ok((found.len() <= cap).then_some(found))
}

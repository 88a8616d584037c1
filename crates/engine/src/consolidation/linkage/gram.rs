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
const QUERIES: usize = 64;
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
    /// Whether some row from `first` on, `count` of them, is wanted by `query`.
    fn any(&self, query: u32, first: u32, count: u32) -> bool;
    fn pair(&self, query: u32, row: u32) -> bool;
}

/// Each pair once, the greater row as the query.
pub(super) struct Triangle;

impl Wanted for Triangle {
    fn any(&self, query: u32, first: u32, _count: u32) -> bool {
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
    let at_once = most / (rows.len().max(1) * size_of::<Edge>() * pool.threads());
    let chunk = at_once.clamp(1, QUERIES);
    let round = pool.threads() * (at_once / chunk).clamp(1, 16);
    for part in queries.chunks(chunk * round) {
        let parts = part.chunks(chunk).collect();
        for found in pool.map(parts, |queries| some_edges(rows, queries, wanted, floor, pool)) {
            take(found?);
        }
    }
    Ok(())
}

fn some_edges(
    rows: Rows<'_>,
    queries: &[u32],
    wanted: &impl Wanted,
    floor: i32,
    pool: &Pool<'_>,
) -> Result<Vec<Edge>, Stopped> {
    let mut found = Vec::new();
    let tile = rows.tile();
    let mut out = vec![0; tile];
    for first in (0..rows.len()).step_by(tile) {
        pool.check()?;
        let count = tile.min(rows.len() - first);
        let part = &rows.units[first * rows.dims..][..count * rows.dims];
        for &query in queries {
            if !wanted.any(query, first as u32, count as u32) {
                continue;
            }
            let out = &mut out[..count];
            rows.dots.dots(rows.row(query), part, rows.dims, out);
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
    Ok(found)
}

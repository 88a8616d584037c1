//! One connected component: which way its clusters are found. Every way finds the same.

use super::gram::{self, Edge, Rows, Triangle};
use super::join::Sets;
use super::matrix::{self, Matrix};
use super::pool::Pool;
use super::sums::{self, Sums};
use super::unit::{cohesion, floor};
use super::{Rules, Stopped, chain, cut};

/// Members of a component at most, so that sums of their vectors fit in 32 bits (32,767 * 65,536 < 2^31).
///
/// In a larger one only pairs above a higher threshold count, an eighth of the way to [`Rules::FINEST`] higher, and again until its
/// parts are small enough; copies of one text beyond that are taken in the order of their ids.
pub(super) const LARGEST: usize = 65_536;

/// Members and cohesion of a cluster; members are rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) members: Vec<u32>,
    pub(super) cohesion: f32,
}

/// How the clusters of a component are kept while they grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// A triangle of sums: fastest where most pairs count.
    Matrix,
    /// Lists of what may be near: where few pairs count.
    Lists,
    /// Every cluster with every other, by the sums of their vectors: where nothing else fits in memory.
    All,
}

/// A component of so many members is quicker done by its matrix, whatever its edges.
const FEW: usize = 48;
/// Above one edge for so many entries of the whole square, the matrix is quicker than lists (measured, bench `linkage`).
const SPARSE: usize = 26;

impl Way {
    pub(super) fn of(len: usize, edges: usize, memory: usize) -> Way {
        let matrix = matrix::bytes(len) <= memory;
        let lists = edges.saturating_mul(sums::EDGE) <= memory;
        match (matrix, lists) {
            (true, true) if len <= FEW || edges * SPARSE >= len * len => Way::Matrix,
            (_, true) => Way::Lists,
            (true, false) => Way::Matrix,
            (false, false) => Way::All,
        }
    }

    /// Bytes that it takes.
    pub(super) fn bytes(self, len: usize, edges: usize) -> usize {
        match self {
            Way::Matrix => matrix::bytes(len),
            Way::Lists => edges * sums::EDGE,
            Way::All => 0,
        }
    }
}

/// The clusters of a component whose rows are in ascending order of ids; `edges` are all its pairs at or above `floor`.
pub(super) fn groups(
    rows: Rows<'_>,
    way: Way,
    edges: Option<&[Edge]>,
    floor: i64,
    rules: &Rules,
    pool: &Pool<'_>,
) -> Result<Vec<Group>, Stopped> {
    let len = rows.len();
    let merges = match way {
        Way::Matrix => chain::merges(len, &mut Matrix::new(rows, floor, pool)?, pool)?,
        Way::Lists => match edges {
            Some(edges) => chain::merges(len, &mut Sums::new(rows, Some(edges), floor), pool)?,
            None => {
                let mut edges = Vec::new();
                let queries: Vec<u32> = (0..len as u32).collect();
                gram::edges(rows, &queries, &Triangle, floor as i32, 1 << 20, pool, |found| edges.extend(found))?;
                chain::merges(len, &mut Sums::new(rows, Some(&edges), floor), pool)?
            }
        },
        Way::All => chain::merges(len, &mut Sums::new(rows, None, floor), pool)?,
    };
    let clusters = cut::clusters(len, &merges, rules.min_size, rules.max_size);
    Ok(clusters.into_iter().map(|members| group(rows, members)).collect())
}

fn group(rows: Rows<'_>, members: Vec<u32>) -> Group {
    let mut sum = vec![0i32; rows.dims];
    let mut squares = 0;
    for &member in &members {
        for (sum, &x) in sum.iter_mut().zip(rows.row(member)) {
            *sum += i32::from(x);
            squares += i64::from(x) * i64::from(x);
        }
    }
    Group { cohesion: cohesion(members.len(), rows.dots.sums(&sum, &sum), squares), members }
}

/// The parts of a component of more than `largest` members, each with its threshold.
pub(super) fn parts(
    rows: Rows<'_>,
    low: i64,
    largest: usize,
    memory: usize,
    pool: &Pool<'_>,
) -> Result<Vec<(Vec<u32>, i64)>, Stopped> {
    let finest = floor(Rules::FINEST);
    let mut done = Vec::new();
    let mut waiting = vec![((0..rows.len() as u32).collect::<Vec<_>>(), low)];
    while let Some((members, low)) = waiting.pop() {
        if members.len() <= largest {
            done.push((members, low));
            continue;
        }
        if low >= finest {
            done.extend(members.chunks(largest).map(|part| (part.to_vec(), low)));
            continue;
        }
        let higher = (low + (finest - low) / 8 + 1).min(finest);
        let units: Vec<i16> = members.iter().flat_map(|&i| rows.row(i)).copied().collect();
        let mut sets = Sets::new(members.len());
        let queries: Vec<u32> = (0..members.len() as u32).collect();
        gram::edges(Rows { units: &units, ..rows }, &queries, &Triangle, higher as i32, memory / 4, pool, |found| {
            found.iter().for_each(|edge| sets.join(edge.a, edge.b));
        })?;
        let mut split: Vec<Vec<u32>> = vec![Vec::new(); members.len()];
        for (i, &member) in (0..).zip(&members) {
            split[sets.root(i) as usize].push(member);
        }
        waiting.extend(split.into_iter().filter(|part| !part.is_empty()).map(|part| (part, higher)));
    }
    Ok(done)
}

//! Clusters by the sums of their vectors, and by lists of those that may be near: memory for what reaches the threshold, not
//! for every pair.
//!
//! A list may name a cluster that has since become part of another. Nobody is told of a merge: a list is brought up to date when its
//! cluster looks for its nearest, and there drops what is below the threshold for good.

use super::Stopped;
use super::chain::{Clusters, Mean};
use super::gram::{Edge, Rows};
use super::join::Sets;
use super::pool::Pool;
use std::borrow::Cow;

/// A cluster that may be near.
#[derive(Clone, Copy)]
struct Link {
    to: u32,
    /// The size of `to` when `sum` was right; 0 when it has to be computed.
    size: u32,
    sum: i64,
}

/// Bytes for each edge at most, counting it twice while edges are sorted by component.
pub(super) const EDGE: usize = 2 * size_of::<Edge>() + 2 * size_of::<Link>();

pub(super) struct Sums<'a> {
    rows: Rows<'a>,
    /// Of clusters of two and more; a single one has its row.
    sums: Vec<Option<Box<[i32]>>>,
    sizes: Vec<u32>,
    sets: Sets,
    /// By cluster; none where there was no memory for them, and every cluster is looked at.
    lists: Option<Vec<Vec<Link>>>,
    active: Vec<u32>,
    seen: Vec<u32>,
    looks: u32,
    floor: i64,
}

/// Clusters that one thread looks at in one go where there are no lists.
const PART: usize = 256;

impl<'a> Sums<'a> {
    /// With `edges` the lists of what may be near; they must be all pairs at or above the threshold.
    pub(super) fn new(rows: Rows<'a>, edges: Option<&[Edge]>, floor: i64) -> Sums<'a> {
        let len = rows.len();
        let lists = edges.map(|edges| {
            let mut degrees = vec![0; len];
            for edge in edges {
                degrees[edge.a as usize] += 1;
                degrees[edge.b as usize] += 1;
            }
            let mut lists: Vec<Vec<Link>> = degrees.into_iter().map(Vec::with_capacity).collect();
            for &Edge { a, b, product } in edges {
                lists[a as usize].push(Link { to: b, size: 1, sum: i64::from(product) });
                lists[b as usize].push(Link { to: a, size: 1, sum: i64::from(product) });
            }
            lists
        });
        Sums {
            rows,
            sums: vec![None; len],
            sizes: vec![1; len],
            sets: Sets::new(len),
            lists,
            active: (0..len as u32).collect(),
            seen: vec![0; len],
            looks: 0,
            floor,
        }
    }

    fn sum(&self, a: u32) -> Cow<'_, [i32]> {
        match &self.sums[a as usize] {
            Some(sum) => Cow::Borrowed(sum),
            None => Cow::Owned(self.rows.row(a).iter().map(|&x| i32::from(x)).collect()),
        }
    }

    /// The sum over all pairs of `a`, whose vectors add up to `sum`, and `c`. `wide` is for the vector of a single one.
    fn product(&self, a: u32, sum: &[i32], c: u32, wide: &mut Vec<i32>) -> i64 {
        let dots = self.rows.dots;
        match (&self.sums[a as usize], &self.sums[c as usize]) {
            (_, Some(other)) => dots.sums(sum, other),
            (None, None) => {
                let mut out = [0];
                dots.dots(self.rows.row(a), self.rows.row(c), self.rows.dims, &mut out);
                i64::from(out[0])
            }
            (Some(_), None) => {
                wide.clear();
                wide.extend(self.rows.row(c).iter().map(|&x| i32::from(x)));
                dots.sums(sum, wide)
            }
        }
    }

    fn nearest_listed(&mut self, a: u32, mut list: Vec<Link>) -> (Vec<Link>, Option<u32>) {
        let mut best: Option<(u32, Mean)> = None;
        let mut sets = std::mem::replace(&mut self.sets, Sets::new(0));
        let mut seen = std::mem::take(&mut self.seen);
        self.looks += 1;
        {
            let sum = self.sum(a);
            let mut wide = Vec::new();
            list.retain_mut(|link| {
                let c = sets.root(link.to);
                if c == a || seen[c as usize] == self.looks {
                    return false;
                }
                seen[c as usize] = self.looks;
                let size = self.sizes[c as usize];
                if c != link.to || size != link.size {
                    *link = Link { to: c, size, sum: self.product(a, &sum, c, &mut wide) };
                }
                let mean = Mean { sum: link.sum, size };
                if !mean.reaches(self.floor, self.sizes[a as usize]) {
                    return false;
                }
                if best.is_none_or(|(d, best)| mean.above(best) || (c < d && !best.above(mean))) {
                    best = Some((c, mean));
                }
                true
            });
        }
        self.sets = sets;
        self.seen = seen;
        (list, best.map(|(c, _)| c))
    }

    fn nearest_of_all(&self, a: u32, pool: &Pool<'_>) -> Result<Option<u32>, Stopped> {
        let sum = self.sum(a);
        let best_of = |part: &[u32]| {
            pool.check()?;
            let mut best: Option<(u32, Mean)> = None;
            let mut wide = Vec::new();
            for &c in part.iter().filter(|&&c| c != a) {
                let mean = Mean { sum: self.product(a, &sum, c, &mut wide), size: self.sizes[c as usize] };
                if best.is_none_or(|(_, best)| mean.above(best)) {
                    best = Some((c, mean));
                }
            }
            Ok(best)
        };
        let mut best: Option<(u32, Mean)> = None;
        for part in pool.map(self.active.chunks(PART).collect(), best_of) {
            if let Some((c, mean)) = part?
                && best.is_none_or(|(_, best)| mean.above(best))
            {
                best = Some((c, mean));
            }
        }
        Ok(best.filter(|(_, mean)| mean.reaches(self.floor, self.sizes[a as usize])).map(|(c, _)| c))
    }
}

impl Clusters for Sums<'_> {
    fn nearest(&mut self, a: u32, pool: &Pool<'_>) -> Result<Option<u32>, Stopped> {
        let Some(list) = self.lists.as_mut().map(|lists| std::mem::take(&mut lists[a as usize])) else {
            return self.nearest_of_all(a, pool);
        };
        let (list, nearest) = self.nearest_listed(a, list);
        if let Some(lists) = &mut self.lists {
            lists[a as usize] = list;
        }
        Ok(nearest)
    }

    fn merge(&mut self, a: u32, b: u32) {
        let mut sum = self.sum(a).into_owned();
        for (x, &y) in sum.iter_mut().zip(&*self.sum(b)) {
            *x += y;
        }
        self.sums[a as usize] = Some(sum.into());
        self.sums[b as usize] = None;
        self.sizes[a as usize] += self.sizes[b as usize];
        self.sets.join(a, b);
        match &mut self.lists {
            Some(lists) => {
                let other = std::mem::take(&mut lists[b as usize]);
                let list = &mut lists[a as usize];
                list.extend(other);
                list.iter_mut().for_each(|link| link.size = 0);
            }
            None => self.active.retain(|&c| c != b),
        }
    }
}

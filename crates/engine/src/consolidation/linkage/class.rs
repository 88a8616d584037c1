//! The episodes of one visibility class, and their clusters.

use super::unit::{cohesion, floor, unit};
use super::{Cluster, Dots, Rules, Stopped};
use crate::code::Code;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// Episodes that may be clustered together, kept between runs.
#[derive(Debug)]
pub struct Class {
    dims: usize,
    units: BTreeMap<[u8; 16], Vec<i16>>,
    clusters: Vec<Cluster>,
}

impl Class {
    /// A class of codes of `dims` dimensions.
    pub fn new(dims: usize) -> Class {
        Class { dims, units: BTreeMap::new(), clusters: Vec::new() }
    }

    /// Adds an episode, or gives a known one another code.
    ///
    /// # Panics
    /// When the code has other dimensions than the class.
    pub fn put(&mut self, id: [u8; 16], code: &Code) {
        assert_eq!(code.values.len(), self.dims, "dimensions of the code");
        self.units.insert(id, unit(&code.values).collect());
    }

    /// Takes an episode out; whether it was there.
    pub fn remove(&mut self, id: &[u8; 16]) -> bool {
        self.units.remove(id).is_some()
    }

    /// The number of episodes.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether there is no episode.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        self.len() * (self.dims * 2 + 64)
    }

    /// The clusters of what the class holds now, by smallest member.
    ///
    /// # Errors
    /// [`Stopped`] once `cancel` is set.
    pub fn run(
        &mut self,
        rules: &Rules,
        dots: &dyn Dots,
        _threads: usize,
        cancel: &AtomicBool,
    ) -> Result<&[Cluster], Stopped> {
        let ids: Vec<[u8; 16]> = self.units.keys().copied().collect();
        let floor = i128::from(floor(rules.threshold));
        let mut sums: Vec<(Vec<usize>, Vec<i32>)> = (0..)
            .zip(self.units.values())
            .map(|(i, unit)| (vec![i], unit.iter().map(|&x| i32::from(x)).collect()))
            .collect();
        loop {
            if cancel.load(Ordering::Relaxed) {
                return Err(Stopped);
            }
            let mut best: Option<(i128, i128, usize, usize)> = None;
            for a in 0..sums.len() {
                for b in a + 1..sums.len() {
                    let product = i128::from(dots.sums(&sums[a].1, &sums[b].1));
                    let pairs = (sums[a].0.len() * sums[b].0.len()) as i128;
                    if product >= floor * pairs && best.is_none_or(|(p, n, ..)| product * n > p * pairs) {
                        best = Some((product, pairs, a, b));
                    }
                }
            }
            let Some((.., a, b)) = best else { break };
            let (members, sum) = sums.remove(b);
            sums[a].0.extend(members);
            for (x, y) in sums[a].1.iter_mut().zip(sum) {
                *x += y;
            }
        }
        let units: Vec<&Vec<i16>> = self.units.values().collect();
        self.clusters.clear();
        for (mut members, sum) in sums {
            if members.len() < rules.min_size {
                continue;
            }
            members.sort_unstable();
            let squares = members.iter().flat_map(|&i| units[i]).map(|&x| i64::from(x) * i64::from(x)).sum();
            self.clusters.push(Cluster {
                cohesion: cohesion(members.len(), dots.sums(&sum, &sum), squares),
                members: members.into_iter().map(|i| ids[i]).collect(),
            });
        }
        Ok(&self.clusters)
    }
}

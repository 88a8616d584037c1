//! The episodes of one visibility class, and their clusters from run to run.

use super::component::{Group, LARGEST};
use super::pool::Pool;
use super::unit::{floor, unit};
use super::{Cluster, Dots, Rules, Stopped, run};
use crate::code::Code;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

/// Episodes that may be clustered together, kept between runs.
///
/// An episode keeps its row while it is here, and rows that became free are used again. A run looks at what was put or taken out
/// since the last one; components that it touches are clustered anew, all others keep their clusters.
#[derive(Debug)]
pub struct Class {
    pub(super) dims: usize,
    rows: BTreeMap<[u8; 16], u32>,
    pub(super) ids: Vec<[u8; 16]>,
    pub(super) units: Vec<i16>,
    /// Of each row the key of its component, or one of the two below.
    pub(super) component: Vec<u32>,
    free: Vec<u32>,
    /// By the row that was their smallest member when they were made.
    pub(super) components: BTreeMap<u32, Component>,
    /// Components of which something was taken out.
    pub(super) broken: BTreeSet<u32>,
    fresh: usize,
    /// What the components were made by.
    rules: Option<(i64, usize, usize)>,
    clusters: Vec<Cluster>,
    /// [`LARGEST`], less in tests.
    pub(super) largest: usize,
}

/// No episode has this row.
const FREE: u32 = u32::MAX;
/// The episode of this row was not in the last run.
pub(super) const FRESH: u32 = u32::MAX - 1;

/// What is connected by pairs above the threshold.
#[derive(Debug)]
pub(super) struct Component {
    /// Rows, in the order of ids.
    pub(super) members: Vec<u32>,
    /// Members are rows.
    pub(super) groups: Vec<Group>,
}

impl Class {
    /// A class of codes of `dims` dimensions.
    ///
    /// # Panics
    /// When `dims` is zero.
    pub fn new(dims: usize) -> Class {
        assert!(dims > 0, "a class of no dimensions");
        Class {
            dims,
            rows: BTreeMap::new(),
            ids: Vec::new(),
            units: Vec::new(),
            component: Vec::new(),
            free: Vec::new(),
            components: BTreeMap::new(),
            broken: BTreeSet::new(),
            fresh: 0,
            rules: None,
            clusters: Vec::new(),
            largest: LARGEST,
        }
    }

    /// Adds an episode, or gives a known one another code.
    ///
    /// # Panics
    /// When the code has other dimensions than the class, or with 2^32 - 2 episodes.
    pub fn put(&mut self, id: [u8; 16], code: &Code) {
        assert_eq!(code.values.len(), self.dims, "dimensions of the code");
        let row = match self.rows.get(&id) {
            Some(&row) => {
                let known = &self.units[row as usize * self.dims..][..self.dims];
                if unit(&code.values).eq(known.iter().copied()) {
                    return;
                }
                self.leave(row);
                row
            }
            None => self.free.pop().unwrap_or_else(|| {
                let row = u32::try_from(self.ids.len()).expect("fewer episodes than 2^32");
                assert!(row < FRESH, "too many episodes");
                self.ids.push(id);
                self.component.push(FREE);
                self.units.resize(self.units.len() + self.dims, 0);
                row
            }),
        };
        let i = row as usize;
        self.rows.insert(id, row);
        self.ids[i] = id;
        self.component[i] = FRESH;
        self.fresh += 1;
        for (known, x) in self.units[i * self.dims..][..self.dims].iter_mut().zip(unit(&code.values)) {
            *known = x;
        }
    }

    /// Takes an episode out; whether it was there.
    pub fn remove(&mut self, id: &[u8; 16]) -> bool {
        let Some(row) = self.rows.remove(id) else {
            return false;
        };
        self.leave(row);
        // A row of zeros is similar to nothing.
        self.units[row as usize * self.dims..][..self.dims].fill(0);
        self.component[row as usize] = FREE;
        self.free.push(row);
        true
    }

    /// The row is no longer what it was in the last run.
    fn leave(&mut self, row: u32) {
        match self.component[row as usize] {
            FRESH => self.fresh -= 1,
            key => {
                self.broken.insert(key);
            }
        }
    }

    /// The number of episodes.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no episode.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Bytes of memory that the class holds between runs, rounded up.
    pub fn bytes(&self) -> usize {
        // A row has its unit, its id, its component and a place in the tree; a member has a row in the component and in a cluster, where it
        // has its id too.
        let rows = self.units.capacity() * size_of::<i16>() + self.ids.capacity() * 96;
        let components = self.components.len() * 96;
        let clusters: usize = self.clusters.iter().map(|c| c.members.len() * 20 + 96).sum();
        rows + components + clusters + self.len() * 8
    }

    /// The clusters of what the class holds now, by smallest member: the same that a new class with the same episodes gives.
    ///
    /// # Errors
    /// [`Stopped`] once `cancel` is set; then the class is as it was.
    pub fn run(
        &mut self,
        rules: &Rules,
        dots: &dyn Dots,
        threads: usize,
        cancel: &AtomicBool,
    ) -> Result<&[Cluster], Stopped> {
        let made_by = (floor(rules.threshold), rules.min_size, rules.max_size);
        let other_rules = self.rules != Some(made_by);
        if !other_rules && self.fresh == 0 && self.broken.is_empty() {
            return Ok(&self.clusters);
        }
        let pool = Pool::new(threads, cancel);
        pool.check()?;
        let fresh: Vec<u32> = match other_rules {
            true => self.rows.values().copied().collect(),
            false => self.rows.values().copied().filter(|&row| self.component[row as usize] == FRESH).collect(),
        };
        let change = run::change(self, &fresh, other_rules, rules, made_by.0, dots, &pool)?;
        if other_rules {
            self.components.clear();
        }
        for key in change.gone {
            self.components.remove(&key);
        }
        for component in change.made {
            let key = component.members[0];
            component.members.iter().for_each(|&row| self.component[row as usize] = key);
            self.components.insert(key, component);
        }
        self.broken.clear();
        self.fresh = 0;
        self.rules = Some(made_by);
        self.clusters = self.all_clusters();
        Ok(&self.clusters)
    }

    fn all_clusters(&self) -> Vec<Cluster> {
        let groups = self.components.values().flat_map(|component| &component.groups);
        let mut clusters: Vec<Cluster> = groups
            .map(|group| Cluster {
                members: group.members.iter().map(|&row| self.ids[row as usize]).collect(),
                cohesion: group.cohesion,
            })
            .collect();
        clusters.sort_unstable_by(|a, b| a.members[0].cmp(&b.members[0]));
        clusters
    }
}

//! One run: from what is new to the components it touches and their clusters.

use super::class::{Class, Component, FRESH};
use super::component::{Group, Way, groups, parts};
use super::gram::{self, Edge, Rows, Triangle, Wanted};
use super::join::Sets;
use super::pool::Pool;
use super::{Dots, Rules, Stopped, sums};
use std::collections::BTreeSet;

/// What a run changes in a class.
pub(super) struct Change {
    /// Keys of components that are no more.
    pub(super) gone: BTreeSet<u32>,
    pub(super) made: Vec<Component>,
}

/// Pairs of which at least one is fresh, each once.
struct Fresh<'a> {
    component: &'a [u32],
    all: bool,
    last_old: Option<u32>,
}

impl Fresh<'_> {
    fn is(&self, row: u32) -> bool {
        self.all || self.component[row as usize] == FRESH
    }
}

impl Wanted for Fresh<'_> {
    fn any(&self, query: u32, first: u32, _count: u32) -> bool {
        first < query || self.last_old.is_some_and(|last| first <= last)
    }

    fn pair(&self, query: u32, row: u32) -> bool {
        row < query || !self.is(row)
    }
}

/// Pairs at or above the threshold: all of them while they fit in memory, how many in any case.
struct Found {
    sets: Sets,
    degrees: Vec<u32>,
    edges: Option<Vec<Vec<Edge>>>,
    count: usize,
    most: usize,
}

impl Found {
    fn take(&mut self, found: Vec<Edge>) {
        for edge in &found {
            self.sets.join(edge.a, edge.b);
            self.degrees[edge.a as usize] += 1;
            self.degrees[edge.b as usize] += 1;
        }
        self.count += found.len();
        if self.count > self.most {
            self.edges = None;
        } else if let Some(edges) = &mut self.edges {
            edges.push(found);
        }
    }
}

/// `fresh` are the rows that were not in the last run, all of them if `all`.
pub(super) fn change(
    class: &Class,
    fresh: &[u32],
    all: bool,
    rules: &Rules,
    floor: i64,
    dots: &dyn Dots,
    pool: &Pool<'_>,
) -> Result<Change, Stopped> {
    let rows = Rows { units: &class.units, dims: class.dims, dots };
    let old = |&row: &u32| class.components.contains_key(&class.component[row as usize]);
    let last_old = (0..rows.len() as u32).rev().find(old).filter(|_| !all);
    let wanted = Fresh { component: &class.component, all, last_old };
    let mut found = Found {
        sets: Sets::new(rows.len()),
        degrees: vec![0; rows.len()],
        edges: Some(Vec::new()),
        count: 0,
        most: rules.memory / 2 / sums::EDGE,
    };
    let mut gone = if all { BTreeSet::new() } else { class.broken.clone() };
    gram::edges(rows, fresh, &wanted, floor as i32, rules.memory / 8, pool, |edges| {
        // An edge that touches an old component has the fresh row first.
        gone.extend(edges.iter().filter(|edge| !wanted.is(edge.b)).map(|edge| class.component[edge.b as usize]));
        found.take(edges);
    })?;
    let mut touched = fresh.to_vec();
    for &key in &gone {
        let members: Vec<u32> = class.components[&key]
            .members
            .iter()
            .copied()
            .filter(|&row| class.component[row as usize] == key)
            .collect();
        let units = gather(rows, &members);
        let queries: Vec<u32> = (0..members.len() as u32).collect();
        let part = Rows { units: &units, ..rows };
        gram::edges(part, &queries, &Triangle, floor as i32, rules.memory / 8, pool, |mut edges| {
            for edge in &mut edges {
                (edge.a, edge.b) = (members[edge.a as usize], members[edge.b as usize]);
            }
            found.take(edges);
        })?;
        touched.extend(members);
    }
    touched.sort_unstable_by_key(|&row| class.ids[row as usize]);
    let made = components(&touched, found, rows, floor, rules, class.largest, pool)?;
    Ok(Change { gone, made })
}

/// A component on its way to its clusters.
struct Task {
    members: Vec<u32>,
    edges: Option<Vec<Edge>>,
    count: usize,
    way: Way,
}

fn components(
    touched: &[u32],
    mut found: Found,
    rows: Rows<'_>,
    floor: i64,
    rules: &Rules,
    largest: usize,
    pool: &Pool<'_>,
) -> Result<Vec<Component>, Stopped> {
    const NONE: u32 = u32::MAX;
    let memory = if found.edges.is_some() { rules.memory / 2 } else { rules.memory };
    let mut tasks: Vec<Task> = Vec::new();
    // Of each root the task, and of each row its place among the members of its component.
    let mut task = vec![NONE; rows.len()];
    let mut place = vec![0; rows.len()];
    for &row in touched {
        let root = found.sets.root(row) as usize;
        if task[root] == NONE {
            task[root] = tasks.len() as u32;
            let edges = found.edges.as_ref().map(|_| Vec::new());
            tasks.push(Task { members: Vec::new(), edges, count: 0, way: Way::Matrix });
        }
        let task = &mut tasks[task[root] as usize];
        place[row as usize] = task.members.len() as u32;
        task.members.push(row);
        task.count += found.degrees[row as usize] as usize;
    }
    for task in &mut tasks {
        task.count /= 2;
        task.way = Way::of(task.members.len(), task.count, memory);
        // Only lists are made of edges.
        match (task.way, &mut task.edges) {
            (Way::Lists, Some(edges)) => edges.reserve_exact(task.count),
            (_, edges) => *edges = None,
        }
    }
    for edge in found.edges.take().into_iter().flatten().flatten() {
        if let Some(edges) = &mut tasks[task[found.sets.root(edge.a) as usize] as usize].edges {
            edges.push(Edge { a: place[edge.a as usize], b: place[edge.b as usize], ..edge });
        }
    }
    drop((found, task, place));
    // The large ones one after another with all threads, the small ones side by side, so that together they fit in memory.
    let share = memory / 4 / pool.threads();
    let (mut small, large): (Vec<Task>, Vec<Task>) = tasks
        .into_iter()
        .partition(|task| task.way != Way::All && task.way.bytes(task.members.len(), task.count) <= share);
    let mut made = Vec::with_capacity(small.len() + large.len());
    for task in large {
        made.push(component(task, rows, floor, rules, memory, largest, pool)?);
    }
    // Longest first, so that no thread is left alone with one at the end.
    small.sort_by_key(|task| std::cmp::Reverse(task.members.len()));
    for component in pool.map(small, |task| component(task, rows, floor, rules, memory, largest, &pool.alone())) {
        made.push(component?);
    }
    Ok(made)
}

fn component(
    task: Task,
    rows: Rows<'_>,
    floor: i64,
    rules: &Rules,
    memory: usize,
    largest: usize,
    pool: &Pool<'_>,
) -> Result<Component, Stopped> {
    let Task { members, edges, way, .. } = task;
    if members.len() < rules.min_size.max(1) {
        return Ok(Component { members, groups: Vec::new() });
    }
    let units = gather(rows, &members);
    let own = Rows { units: &units, ..rows };
    let mut found: Vec<Group> = Vec::new();
    if members.len() <= largest {
        found = groups(own, way, edges.as_deref(), floor, rules, pool)?;
    } else {
        for (part, floor) in parts(own, floor, largest, memory, pool)? {
            if part.len() < rules.min_size {
                continue;
            }
            let units = gather(own, &part);
            // How many pairs reach the higher threshold is not known: the way that needs no memory for them, or the matrix.
            let way = match Way::of(part.len(), usize::MAX / sums::EDGE, memory) {
                Way::Lists => Way::All,
                way => way,
            };
            for mut group in groups(Rows { units: &units, ..rows }, way, None, floor, rules, pool)? {
                group.members.iter_mut().for_each(|member| *member = part[*member as usize]);
                found.push(group);
            }
        }
    }
    for group in &mut found {
        group.members.iter_mut().for_each(|member| *member = members[*member as usize]);
    }
    Ok(Component { members, groups: found })
}

fn gather(rows: Rows<'_>, members: &[u32]) -> Vec<i16> {
    let mut units = Vec::with_capacity(members.len() * rows.dims);
    members.iter().for_each(|&row| units.extend_from_slice(rows.row(row)));
    units
}

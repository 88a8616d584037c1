//! Average linkage written the simplest way, in cubic time: every pair of clusters, every pair of their members.

use super::unit::{cohesion, floor, unit};
use super::{Cluster, Rules};
use crate::code::Code;

struct Tree {
    members: Vec<usize>,
    parts: Option<Box<(Tree, Tree)>>,
}

/// The clusters of episodes in ascending order of ids.
pub(super) fn clusters(episodes: &[([u8; 16], Code)], rules: &Rules) -> Vec<Cluster> {
    let units: Vec<Vec<i64>> = episodes.iter().map(|(_, code)| unit(&code.values).map(i64::from).collect()).collect();
    let product = |a: usize, b: usize| -> i128 { units[a].iter().zip(&units[b]).map(|(a, b)| i128::from(a * b)).sum() };
    let products: Vec<Vec<i128>> =
        (0..units.len()).map(|a| (0..units.len()).map(|b| product(a, b)).collect()).collect();
    let floor = i128::from(floor(rules.threshold));
    let mut trees: Vec<Tree> = (0..units.len()).map(|i| Tree { members: vec![i], parts: None }).collect();
    loop {
        let mut best: Option<(i128, i128, usize, usize)> = None;
        for a in 0..trees.len() {
            for b in a + 1..trees.len() {
                let sum: i128 = trees[a]
                    .members
                    .iter()
                    .flat_map(|&i| trees[b].members.iter().map(move |&j| (i, j)))
                    .map(|(i, j)| products[i][j])
                    .sum();
                let pairs = (trees[a].members.len() * trees[b].members.len()) as i128;
                // Trees are in the order of their smallest members, so the first of equals has the smallest.
                if sum >= floor * pairs && best.is_none_or(|(s, p, ..)| sum * p > s * pairs) {
                    best = Some((sum, pairs, a, b));
                }
            }
        }
        let Some((.., a, b)) = best else { break };
        let right = trees.remove(b);
        let left = trees.remove(a);
        let members = left.members.iter().chain(&right.members).copied().collect();
        trees.insert(a, Tree { members, parts: Some(Box::new((left, right))) });
    }
    let mut clusters = Vec::new();
    while let Some(tree) = trees.pop() {
        if tree.members.len() > rules.max_size.max(1)
            && let Some(parts) = tree.parts
        {
            trees.extend([parts.0, parts.1]);
            continue;
        }
        if tree.members.len() < rules.min_size {
            continue;
        }
        let all: i128 = tree
            .members
            .iter()
            .flat_map(|&i| tree.members.iter().map(move |&j| (i, j)))
            .map(|(i, j)| products[i][j])
            .sum();
        let squares: i128 = tree.members.iter().map(|&i| products[i][i]).sum();
        let mut members = tree.members;
        members.sort_unstable();
        clusters.push(Cluster {
            cohesion: cohesion(members.len(), all as i64, squares as i64),
            members: members.into_iter().map(|i| episodes[i].0).collect(),
        });
    }
    clusters.sort_by_key(|cluster| cluster.members[0]);
    clusters
}

//! Where nodes are drawn: memories on rings around the source, those of fewer hops further in and near the memory they were reached
//! from; then, in a fixed number of steps, cues are pulled by the memories that mention them and pushed by whatever lies near. There
//! is no chance in it: the same graph gives the same picture.

use super::Neighbourhood;
use std::f64::consts::TAU;

/// A node with its label takes this much room, across and down. Rings are as much wider than high.
const ROOM: (f64, f64) = (112.0, 56.0);

/// Radius of the first ring, and distance to the next, in rooms.
const FIRST: f64 = 1.3;
const NEXT: f64 = 1.15;

/// Steps for cues; more change little.
const STEPS: usize = 120;

/// Places of nodes; the source is at the origin.
pub fn places(n: &Neighbourhood) -> Vec<(f64, f64)> {
    // In rooms, so that near means the same across and down.
    let mut places = vec![(0.0, 0.0); n.nodes.len()];
    let mut angles = vec![0.0; n.nodes.len()];
    let last = n.nodes.iter().filter(|node| !node.is_cue).map(|node| node.hops).max().unwrap_or(0);
    let mut inner = FIRST;
    for hops in 0..=last {
        let mut of_hop: Vec<usize> =
            (1..n.nodes.len()).filter(|i| !n.nodes[*i].is_cue && n.nodes[*i].hops == hops).collect();
        let from: Vec<f64> = of_hop.iter().map(|i| parent(n, *i).map_or(0.0, |p| angles[p])).collect();
        let cues: Vec<usize> = of_hop.iter().map(|i| cue(n, *i)).collect();
        let mut order: Vec<usize> = (0..of_hop.len()).collect();
        order.sort_by(|a, b| from[*a].total_cmp(&from[*b]).then(cues[*a].cmp(&cues[*b])).then(a.cmp(b)));
        of_hop = order.into_iter().map(|at| of_hop[at]).collect();
        inner = put(&of_hop, inner, &mut places, &mut angles);
    }
    move_cues(n, &mut places);
    places.into_iter().map(|(x, y)| (x * ROOM.0, y * ROOM.1)).collect()
}

/// The memory of fewer hops that a memory is linked with, over a cue where there is no other way.
fn parent(n: &Neighbourhood, i: usize) -> Option<usize> {
    let nearer = |j: &usize| !n.nodes[*j].is_cue && n.nodes[*j].hops < n.nodes[i].hops;
    let direct = others(n, i).filter(nearer).min();
    direct.or_else(|| others(n, i).filter(|c| n.nodes[*c].is_cue).flat_map(|c| others(n, c)).filter(nearer).min())
}

/// The first cue that a memory mentions: those that share it are put side by side.
fn cue(n: &Neighbourhood, i: usize) -> usize {
    others(n, i).filter(|j| n.nodes[*j].is_cue).min().unwrap_or(usize::MAX)
}

/// What a node is linked with.
fn others(n: &Neighbourhood, i: usize) -> impl Iterator<Item = usize> + '_ {
    n.links.iter().filter_map(move |l| match (l.source == i, l.target == i) {
        (true, false) => Some(l.target),
        (false, true) => Some(l.source),
        _ => None,
    })
}

/// Puts memories in their order around the source, on as many rings as they need, and returns the radius of the next ring.
fn put(order: &[usize], inner: f64, places: &mut [(f64, f64)], angles: &mut [f64]) -> f64 {
    if order.is_empty() {
        return inner;
    }
    let mut rings = Vec::new();
    let (mut radius, mut room) = (inner, 0);
    while room < order.len() {
        let fit = (TAU * radius / 1.05).floor().max(1.0) as usize;
        rings.push((radius, fit));
        room += fit;
        radius += NEXT;
    }
    // Each ring takes its share of every part of the order, so that neighbours in it stay neighbours.
    let mut taken = vec![Vec::new(); rings.len()];
    for (i, node) in order.iter().enumerate() {
        let due = |r: &usize| (rings[*r].1 as f64) * (i + 1) as f64 / room as f64 - taken[*r].len() as f64;
        let free = (0..rings.len()).filter(|r| taken[*r].len() < rings[*r].1);
        let Some(ring) = free.max_by(|a, b| due(a).total_cmp(&due(b)).then(b.cmp(a))) else { continue };
        taken[ring].push(*node);
    }
    for (r, (nodes, (radius, _))) in taken.iter().zip(&rings).enumerate() {
        for (k, node) in nodes.iter().enumerate() {
            let angle = TAU * (k as f64 + 0.5 * (r % 2) as f64) / nodes.len() as f64;
            angles[*node] = angle;
            places[*node] = (radius * angle.cos(), radius * angle.sin());
        }
    }
    radius
}

fn move_cues(n: &Neighbourhood, places: &mut [(f64, f64)]) {
    let cues: Vec<usize> = (0..n.nodes.len()).filter(|i| n.nodes[*i].is_cue).collect();
    let middles: Vec<(f64, f64)> = cues.iter().map(|c| middle(n, *c, places)).collect();
    for (i, cue) in cues.iter().enumerate() {
        // Two with the same middle start beside each other.
        let angle = i as f64 * 2.4;
        places[*cue] = (middles[i].0 + 0.3 * angle.cos(), middles[i].1 + 0.3 * angle.sin());
    }
    for _ in 0..STEPS {
        for (cue, middle) in cues.iter().zip(&middles) {
            let at = places[*cue];
            let mut by = ((middle.0 - at.0) * 0.05, (middle.1 - at.1) * 0.05);
            for (other, place) in places.iter().enumerate().filter(|o| o.0 != *cue) {
                let (dx, dy) = (at.0 - place.0, at.1 - place.1);
                let far = dx.hypot(dy);
                // Names of cues are short and have no figure below.
                if far < 0.6 {
                    let push = (0.6 - far) * 0.5 / far.max(0.05);
                    by = (by.0 + dx * push + 1e-4 * other as f64, by.1 + dy * push);
                }
            }
            places[*cue] = (at.0 + by.0.clamp(-0.2, 0.2), at.1 + by.1.clamp(-0.2, 0.2));
        }
    }
}

/// The middle of the memories that mention a cue.
fn middle(n: &Neighbourhood, cue: usize, places: &[(f64, f64)]) -> (f64, f64) {
    let by: Vec<(f64, f64)> = others(n, cue).map(|i| places[i]).collect();
    let count = by.len().max(1) as f64;
    (by.iter().map(|p| p.0).sum::<f64>() / count, by.iter().map(|p| p.1).sum::<f64>() / count)
}

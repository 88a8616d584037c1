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
        // In the order of activation, so that the strongest lie further in.
        let of_hop: Vec<usize> =
            (1..n.nodes.len()).filter(|i| !n.nodes[*i].is_cue && n.nodes[*i].hops == hops).collect();
        let near: Vec<(f64, usize)> =
            of_hop.iter().map(|i| (parent(n, *i).map_or(0.0, |p| angles[p]), cue(n, *i))).collect();
        inner = put(&of_hop, &near, inner, &mut places, &mut angles);
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

/// Puts memories around the source, on as many rings as they need, those with the same parent and cue side by side. Returns the
/// radius of the next ring.
fn put(nodes: &[usize], near: &[(f64, usize)], inner: f64, places: &mut [(f64, f64)], angles: &mut [f64]) -> f64 {
    let (mut radius, mut from) = (inner, 0);
    while from < nodes.len() {
        let fit = (TAU * radius / 1.05).floor().max(1.0) as usize;
        let to = (from + fit).min(nodes.len());
        let mut ring: Vec<usize> = (from..to).collect();
        ring.sort_by(|a, b| near[*a].0.total_cmp(&near[*b].0).then(near[*a].1.cmp(&near[*b].1)).then(a.cmp(b)));
        // Every other ring is turned by half a place, so that lines pass between names.
        let turn = if (((radius - FIRST) / NEXT).round() as usize).is_multiple_of(2) { 0.25 } else { 0.75 };
        for (k, at) in ring.iter().enumerate() {
            let angle = TAU * (k as f64 + turn) / ring.len() as f64;
            angles[nodes[*at]] = angle;
            places[nodes[*at]] = (radius * angle.cos(), radius * angle.sin());
        }
        from = to;
        radius += NEXT;
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

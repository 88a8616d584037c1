//! Where nodes are drawn: rings by hops around the source, then a fixed number of steps in which links pull and nodes push. There is no
//! chance in it: the same graph gives the same picture.

use super::Neighbourhood;

/// Distance between two rings.
const RING: f64 = 120.0;

/// Steps; more change little at a hundred nodes.
const STEPS: usize = 160;

/// Distance that nodes keep: labels need room across more than down.
const ROOM: (f64, f64) = (104.0, 46.0);

/// Places of nodes; the source is at the origin.
pub fn places(n: &Neighbourhood) -> Vec<(f64, f64)> {
    let mut places = rings(n);
    let mut degrees = vec![0.0f64; places.len()];
    for link in &n.links {
        for at in [link.source, link.target] {
            if let Some(degree) = degrees.get_mut(at) {
                *degree += 1.0;
            }
        }
    }
    for step in 0..STEPS {
        // Steps get smaller, so that it comes to rest.
        let most = 14.0 * (1.0 - step as f64 / STEPS as f64) + 0.5;
        let mut moves = vec![(0.0, 0.0); places.len()];
        repel(&places, &mut moves);
        for link in &n.links {
            let (Some(&a), Some(&b)) = (places.get(link.source), places.get(link.target)) else { continue };
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            for (at, sign) in [(link.source, 1.0), (link.target, -1.0)] {
                // All links of a node together pull no more than one.
                let pull = 0.09 * sign / degrees[at].max(1.0);
                moves[at].0 += dx * pull;
                moves[at].1 += dy * pull;
            }
        }
        for (i, (place, by)) in places.iter_mut().zip(&moves).enumerate().skip(1) {
            // Back to its ring: hops stay to be seen.
            let ring = ring(n, i);
            let far = (place.0.hypot(place.1)).max(1e-6);
            let back = (ring - far) / far * 0.2;
            let (dx, dy) = (by.0 + place.0 * back, by.1 + place.1 * back);
            let length = dx.hypot(dy).max(1e-9);
            let scale = (most / length).min(1.0);
            place.0 += dx * scale;
            place.1 += dy * scale;
        }
    }
    places
}

fn ring(n: &Neighbourhood, i: usize) -> f64 {
    let node = &n.nodes[i];
    // A cue lies between the memories that mention it.
    let hops = f64::from(node.hops) - if node.is_cue { 0.45 } else { 0.0 };
    // A ring with many nodes is wider.
    let crowd = n.nodes.iter().filter(|o| o.hops == node.hops).count() as f64;
    (hops.max(0.5) * RING).max(crowd * 6.5)
}

/// Nodes at equal angles on the ring of their hops.
fn rings(n: &Neighbourhood) -> Vec<(f64, f64)> {
    let mut so_far = std::collections::HashMap::<u8, usize>::new();
    let of_ring = |hops: u8| n.nodes.iter().skip(1).filter(|node| node.hops == hops).count().max(1) as f64;
    (0..n.nodes.len())
        .map(|i| {
            if i == 0 {
                return (0.0, 0.0);
            }
            let hops = n.nodes[i].hops;
            let k = so_far.entry(hops).or_default();
            *k += 1;
            let angle = std::f64::consts::TAU * (*k as f64 - 0.5) / of_ring(hops) + f64::from(hops) * 0.7;
            (ring(n, i) * angle.cos(), ring(n, i) * angle.sin())
        })
        .collect()
}

/// Nodes whose labels would touch push each other away.
fn repel(places: &[(f64, f64)], moves: &mut [(f64, f64)]) {
    for i in 0..places.len() {
        for j in i + 1..places.len() {
            let (dx, dy) = (places[j].0 - places[i].0, places[j].1 - places[i].1);
            let near = (dx / ROOM.0).hypot(dy / ROOM.1);
            if near >= 1.6 {
                continue;
            }
            // Two at one place are told apart by their order.
            let (dx, dy) = if near < 1e-6 { (0.1 + i as f64 * 0.01, 0.1 + j as f64 * 0.01) } else { (dx, dy) };
            let push = (1.6 - near) * 0.22;
            moves[i].0 -= dx * push;
            moves[i].1 -= dy * push;
            moves[j].0 += dx * push;
            moves[j].1 += dy * push;
        }
    }
}

//! The same algorithm with all freedom: floats, products by a matrix library, ties and order as they come.

use std::collections::HashMap;

/// The number of clusters of at least `least` members.
pub fn clusters(vectors: &[Vec<f32>], threshold: f32, least: usize) -> usize {
    let (len, dims) = (vectors.len(), vectors[0].len());
    let mut units: Vec<f32> = Vec::with_capacity(len * dims);
    for vector in vectors {
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        units.extend(vector.iter().map(|x| x / length));
    }
    let mut parent: Vec<usize> = (0..len).collect();
    const TILE: usize = 256;
    let mut out = vec![0f32; TILE * TILE];
    for a in (0..len).step_by(TILE) {
        for b in (0..=a).step_by(TILE) {
            let (m, n) = (TILE.min(len - a), TILE.min(len - b));
            product(&units[a * dims..], m, &units[b * dims..], n, dims, &mut out);
            for (i, row) in out.chunks(n).take(m).enumerate() {
                for (j, &cosine) in row.iter().enumerate() {
                    if cosine >= threshold && a + i != b + j {
                        let (x, y) = (root(&mut parent, a + i), root(&mut parent, b + j));
                        parent[x] = y;
                    }
                }
            }
        }
    }
    let mut components: HashMap<usize, Vec<usize>> = HashMap::new();
    for i in 0..len {
        components.entry(root(&mut parent, i)).or_default().push(i);
    }
    components.into_values().filter(|c| c.len() >= least).map(|c| component(&units, dims, &c, threshold, least)).sum()
}

fn product(a: &[f32], m: usize, b: &[f32], n: usize, dims: usize, out: &mut [f32]) {
    assert!(a.len() >= m * dims && b.len() >= n * dims && out.len() >= m * n);
    let stride = dims as isize;
    // SAFETY: the lengths are checked above, and the strides stay within them.
    unsafe {
        matrixmultiply::sgemm(
            m,
            dims,
            n,
            1.0,
            a.as_ptr(),
            stride,
            1,
            b.as_ptr(),
            1,
            stride,
            0.0,
            out.as_mut_ptr(),
            n as isize,
            1,
        );
    }
}

fn root(parent: &mut [usize], mut i: usize) -> usize {
    while parent[i] != i {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    i
}

/// A chain over a square of mean similarities, updated by Lance and Williams.
fn component(units: &[f32], dims: usize, members: &[usize], threshold: f32, least: usize) -> usize {
    let len = members.len();
    let rows: Vec<f32> = members.iter().flat_map(|&i| &units[i * dims..][..dims]).copied().collect();
    let mut means = vec![0f32; len * len];
    product(&rows, len, &rows, len, dims, &mut means);
    let mut sizes = vec![1f32; len];
    let mut active: Vec<usize> = (0..len).collect();
    let mut gone = vec![false; len];
    let mut chain: Vec<usize> = Vec::new();
    for start in 0..len {
        if gone[start] {
            continue;
        }
        chain.push(start);
        while let Some(&top) = chain.last() {
            let before = chain.len().checked_sub(2).map(|i| chain[i]);
            let row = &means[top * len..][..len];
            let mut best = before.unwrap_or(usize::MAX);
            let mut most = before.map_or(threshold, |b| row[b]);
            for &c in &active {
                if row[c] > most && c != top {
                    (best, most) = (c, row[c]);
                }
            }
            if best == usize::MAX {
                chain.pop();
            } else if before != Some(best) {
                chain.push(best);
            } else {
                chain.truncate(chain.len() - 2);
                let (a, b) = (top.min(best), top.max(best));
                active.retain(|&c| c != b);
                gone[b] = true;
                let (p, q) = (sizes[a] / (sizes[a] + sizes[b]), sizes[b] / (sizes[a] + sizes[b]));
                for &c in &active {
                    let mean = p * means[a * len + c] + q * means[b * len + c];
                    means[a * len + c] = mean;
                    means[c * len + a] = mean;
                }
                sizes[a] += sizes[b];
                if chain.is_empty() {
                    chain.push(a);
                }
            }
        }
    }
    active.iter().filter(|&&a| sizes[a] >= least as f32).count()
}

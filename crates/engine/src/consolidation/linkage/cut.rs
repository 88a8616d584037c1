//! From the merges to clusters of a size that is wanted.

/// The clusters of `min..=max` members among `len`, each ascending, by smallest member.
///
/// `merges` name clusters by their smallest member and come after those that made their parts. A cluster over `max` falls apart
/// where it was merged last, and its parts again.
pub(super) fn clusters(len: usize, merges: &[(u32, u32)], min: usize, max: usize) -> Vec<Vec<u32>> {
    let leaves = len as u32;
    let mut sizes = vec![1usize; len];
    let mut root = vec![true; len];
    let mut parts = Vec::with_capacity(merges.len());
    // The latest cluster that each smallest member stands for.
    let mut latest: Vec<u32> = (0..leaves).collect();
    for (new, &(a, b)) in (leaves..).zip(merges) {
        let (left, right) = (latest[a as usize], latest[b as usize]);
        sizes.push(sizes[left as usize] + sizes[right as usize]);
        root[left as usize] = false;
        root[right as usize] = false;
        root.push(true);
        parts.push((left, right));
        latest[a as usize] = new;
    }
    let mut clusters = Vec::new();
    let mut waiting: Vec<u32> = (0..sizes.len() as u32).filter(|&i| root[i as usize]).collect();
    while let Some(i) = waiting.pop() {
        let size = sizes[i as usize];
        if size < min {
            continue;
        }
        if size <= max.max(1) {
            clusters.push(members(i, leaves, &parts));
        } else {
            let (a, b) = parts[(i - leaves) as usize];
            waiting.extend([a, b]);
        }
    }
    clusters.sort_unstable();
    clusters
}

fn members(node: u32, leaves: u32, parts: &[(u32, u32)]) -> Vec<u32> {
    let mut members = Vec::new();
    let mut waiting = vec![node];
    while let Some(i) = waiting.pop() {
        if i < leaves {
            members.push(i);
        } else {
            let (a, b) = parts[(i - leaves) as usize];
            waiting.extend([a, b]);
        }
    }
    members.sort_unstable();
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_over_the_limit_falls_apart_where_it_was_merged_last() {
        let merges = [(0, 1), (2, 3), (0, 2), (0, 4)];
        let cut = |min, max| clusters(6, &merges, min, max);
        assert_eq!(cut(1, 9), [vec![0, 1, 2, 3, 4], vec![5]]);
        assert_eq!(cut(2, 5), [[0, 1, 2, 3, 4]]);
        assert_eq!(cut(1, 4), [vec![0, 1, 2, 3], vec![4], vec![5]]);
        assert_eq!(cut(2, 3), [[0, 1], [2, 3]]);
        assert_eq!(cut(1, 0), (0..6).map(|i| vec![i]).collect::<Vec<_>>());
        assert!(cut(3, 2).is_empty());
    }
}

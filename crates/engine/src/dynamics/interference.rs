//! Interference: similar memories compete, and each makes the others harder to find.
//!
//! Proactive: rivals from before a memory (Underwood 1957). Retroactive: rivals from after it (McGeoch 1932). Only what the same cue
//! brings to mind competes, so the rivals of a hit are other hits. What is not similar does not interfere, the similar interferes
//! most, and what says the same helps (Skaggs 1925; Robinson 1927): from [`crate::code::NEARLY_SAME`] on two memories are one fact.
//!
//! A rival counts by how far its similarity lies between the threshold and 1, times [`PROACTIVE`] or [`RETROACTIVE`]; their sum saturates,
//! magnitude = 1 - exp(-[`RATE`] * sum), at most [`MOST`]. Rivals are counted in the order of the hits, so the result is the same wherever they
//! are kept.

use crate::code::NEARLY_SAME;

/// Weights of a rival from before and from after. Tested soon, what was learned after harms more than what was learned before (Melton
/// and von Lackum 1941); the two values are a convention that keeps that order and a mean of 1.
pub const PROACTIVE: f64 = 0.8;
pub const RETROACTIVE: f64 = 1.2;

/// What one rival of the same meaning adds: about seventeen lists learned before lowered recall to a third (Underwood 1957, read off
/// secondary sources), and ln 3 / (0.8 * 17) = 0.08.
pub const RATE: f64 = 0.08;

/// Most that rivals take: a quarter stays however many there are.
pub const MOST: f64 = 0.75;

/// Hits that compete, the best ones: at most 780 pairs are compared.
pub const RIVALS: usize = 40;

/// When a memory was encoded, in microseconds since the Unix epoch, and what breaks ties.
pub type Encoded = (i64, [u8; 16]);

/// What competes with a memory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rivals {
    /// How many there are from before it and from after it.
    pub before: u32,
    pub after: u32,
    /// How much they take of it at full weight, 0 to [`MOST`].
    pub magnitude: f32,
}

/// The rivals of each of some memories among the others. `similarity` of two of them by their places; none where one has no vector. It is
/// asked once for each pair.
pub fn rivals(
    memories: &[Encoded],
    threshold: f32,
    similarity: &mut dyn FnMut(usize, usize) -> Option<f32>,
) -> Vec<Rivals> {
    let mut out = vec![Rivals::default(); memories.len()];
    let mut sums = vec![0f64; memories.len()];
    for one in 0..memories.len() {
        for other in one + 1..memories.len() {
            let Some(similarity) = similarity(one, other) else { continue };
            let overlap = overlap(similarity, threshold);
            if overlap <= 0.0 {
                continue;
            }
            let (first, second) = if memories[one] <= memories[other] { (one, other) } else { (other, one) };
            out[first].after += 1;
            sums[first] += RETROACTIVE * overlap;
            out[second].before += 1;
            sums[second] += PROACTIVE * overlap;
        }
    }
    for (rivals, sum) in out.iter_mut().zip(sums) {
        rivals.magnitude = magnitude(sum);
    }
    out
}

/// How much two memories compete, 0 to 1.
fn overlap(similarity: f32, threshold: f32) -> f64 {
    if similarity < threshold || similarity >= NEARLY_SAME {
        return 0.0;
    }
    f64::from(similarity - threshold) / f64::from(1.0 - threshold)
}

fn magnitude(sum: f64) -> f32 {
    (-libm::expm1(-RATE * sum)).min(MOST) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Memories encoded at these times, all equally similar.
    fn alike(times: &[i64], similarity: f32) -> Vec<Rivals> {
        let memories: Vec<Encoded> = times.iter().zip(0u8..).map(|(t, i)| (*t, [i; 16])).collect();
        rivals(&memories, 0.7, &mut |_, _| Some(similarity))
    }

    #[test]
    fn rivals_are_counted_before_and_after() {
        let found = alike(&[3, 1, 2], 0.85);
        let counts: Vec<(u32, u32)> = found.iter().map(|r| (r.before, r.after)).collect();
        assert_eq!(counts, [(2, 0), (0, 2), (1, 1)]);
        // Later ones harm more than earlier ones.
        assert!(found[1].magnitude > found[2].magnitude && found[2].magnitude > found[0].magnitude);
        assert!((f64::from(found[0].magnitude) - (1.0 - (-0.08f64 * 0.8 * 2.0 * 0.5).exp())).abs() < 1e-6);
    }

    #[test]
    fn of_two_at_the_same_time_the_id_says_which_came_first() {
        let found = alike(&[7, 7], 0.85);
        assert_eq!((found[0].after, found[1].before), (1, 1));
    }

    #[test]
    fn neither_the_unlike_nor_the_same_interferes() {
        for (similarity, interferes) in
            [(-1.0, false), (0.69, false), (0.71, true), (0.96, true), (NEARLY_SAME, false), (1.0, false)]
        {
            assert_eq!(alike(&[1, 2], similarity)[0].magnitude > 0.0, interferes, "{similarity}");
        }
        assert_eq!(rivals(&[(1, [1; 16]), (2, [2; 16])], 0.7, &mut |_, _| None), [Rivals::default(); 2]);
    }

    #[test]
    fn a_threshold_of_one_leaves_no_rivals() {
        let found = rivals(&[(1, [1; 16]), (2, [2; 16])], 1.0, &mut |_, _| Some(0.96));
        assert_eq!(found, [Rivals::default(); 2]);
    }

    #[test]
    fn the_number_of_rivals_saturates() {
        let times: Vec<i64> = (0..200).collect();
        let of = |n: usize| alike(&times[..n], 0.96)[0].magnitude;
        let mut before = 0.0;
        for n in 2..200 {
            assert!(of(n) >= before && of(n) <= MOST as f32, "{n}");
            before = of(n);
        }
        assert!(of(3) - of(2) > of(13) - of(12));
        assert_eq!(of(200), MOST as f32);
    }

    proptest! {
        #[test]
        fn a_rival_more_never_helps(times in proptest::collection::vec(0i64..50, 2..12), similarities in proptest::collection::vec(-1f32..=1.0, 12 * 12)) {
            let memories: Vec<Encoded> = times.iter().zip(0u8..).map(|(t, i)| (*t, [i; 16])).collect();
            let mut similarity = |a: usize, b: usize| Some(similarities[a * 12 + b]);
            let all = rivals(&memories, 0.7, &mut similarity);
            let fewer = rivals(&memories[..memories.len() - 1], 0.7, &mut similarity);
            for (with, without) in all.iter().zip(&fewer) {
                prop_assert!(with.magnitude >= without.magnitude && with.magnitude <= MOST as f32);
                prop_assert!(with.before >= without.before && with.after >= without.after);
            }
            let (before, after) = all.iter().fold((0, 0), |(b, a), r| (b + r.before, a + r.after));
            prop_assert_eq!(before, after);
        }

        #[test]
        fn the_more_alike_the_more_they_interfere(a in 0.7f32..0.97, b in 0.7f32..0.97) {
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(alike(&[1, 2], low)[0].magnitude <= alike(&[1, 2], high)[0].magnitude);
        }
    }
}

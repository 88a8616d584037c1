//! Interference: similar memories compete for a cue, and each makes the others harder to find.
//!
//! Proactive: rivals from before a memory (Underwood 1957). Retroactive: rivals from after it (Müller and Pilzecker 1900; McGeoch 1932).
//! Only what the same cue brings to mind competes (Anderson and Neely 1996), so the rivals of a hit are other hits. What is not
//! similar does not interfere, the similar interferes most, and what says the same helps (Skaggs 1925; Robinson 1927): from
//! [`crate::code::NEARLY_SAME`] on two memories are one fact.
//!
//! A rival counts by how far its similarity lies between the threshold and 1, times [`PROACTIVE`] or [`RETROACTIVE`]; their sum saturates,
//! magnitude = 1 - exp(-[`RATE`] * sum), at most [`MOST`]. A memory loses weight * magnitude of what speaks for it, and no more
//! than leaves it in front of every hit behind it that is no rival of it: competition is among rivals, and nothing unrelated wins by
//! it. Rivals are counted in the order of the hits, so the result is the same wherever they are kept.

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

/// Hits that compete, the best ones: as many as a recall returns by default, so that no row is read for them alone.
pub const RIVALS: usize = 10;

/// Keeps a memory in front of what it must not fall behind, beyond rounding.
const MARGIN: f32 = 1e-6;

/// When a memory was encoded, in microseconds since the Unix epoch, and what breaks ties.
pub type Encoded = (i64, [u8; 16]);

/// How much interference counts, and from which similarity on memories are rivals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    pub weight: f32,
    pub threshold: f32,
}

/// A hit before interference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Competitor {
    pub encoded: Encoded,
    /// What speaks for it, above zero.
    pub evidence: f32,
}

/// What competes with a memory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rivals {
    /// How many there are from before it and from after it.
    pub before: u32,
    pub after: u32,
    /// How much they could take of it, 0 to [`MOST`].
    pub magnitude: f32,
    /// How much they take of it: the share of its evidence.
    pub loss: f32,
}

/// The rivals of each of some hits, the best first, among the first [`RIVALS`] of them, and `rest`: the evidence of the best hit behind
/// these. `similarity` of two of them by their places; none where one has no vector. It is asked once for each pair.
pub fn compete(
    hits: &[Competitor],
    rest: f32,
    config: &Config,
    similarity: &mut dyn FnMut(usize, usize) -> Option<f32>,
) -> Vec<Rivals> {
    let hits = &hits[..hits.len().min(RIVALS)];
    let mut out = vec![Rivals::default(); hits.len()];
    let mut sums = [0f64; RIVALS];
    let mut are_rivals = [[false; RIVALS]; RIVALS];
    for one in 0..hits.len() {
        for other in one + 1..hits.len() {
            let Some(similarity) = similarity(one, other) else { continue };
            let overlap = overlap(similarity, config.threshold);
            if overlap <= 0.0 {
                continue;
            }
            are_rivals[one][other] = true;
            let is_first = hits[one].encoded <= hits[other].encoded;
            let (first, second) = if is_first { (one, other) } else { (other, one) };
            out[first].after += 1;
            sums[first] += RETROACTIVE * overlap;
            out[second].before += 1;
            sums[second] += PROACTIVE * overlap;
        }
    }
    let mut left = [0f32; RIVALS];
    for at in (0..hits.len()).rev() {
        let evidence = hits[at].evidence;
        let unrelated = (at + 1..hits.len()).filter(|other| !are_rivals[at][*other]).map(|other| left[other]);
        let least = unrelated.fold(rest, f32::max);
        let most = (1.0 - least / evidence - MARGIN).max(0.0);
        out[at].magnitude = magnitude(sums[at]);
        out[at].loss = (config.weight * out[at].magnitude).min(most);
        left[at] = evidence * (1.0 - out[at].loss);
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

    const CONFIG: Config = Config { weight: 1.0, threshold: 0.7 };

    /// Hits encoded at these times, the evidence of each below that of the one before.
    fn hits(times: &[i64]) -> Vec<Competitor> {
        let hit = |(time, i): (&i64, u8)| Competitor { encoded: (*time, [i; 16]), evidence: 1.0 - f32::from(i) * 0.01 };
        times.iter().zip(0u8..).map(hit).collect()
    }

    fn alike(times: &[i64], similarity: f32) -> Vec<Rivals> {
        compete(&hits(times), 0.0, &CONFIG, &mut |_, _| Some(similarity))
    }

    #[test]
    fn rivals_are_counted_before_and_after() {
        let found = alike(&[3, 1, 2], 0.85);
        let counts: Vec<(u32, u32)> = found.iter().map(|r| (r.before, r.after)).collect();
        assert_eq!(counts, [(2, 0), (0, 2), (1, 1)]);
        // Later ones harm more than earlier ones.
        assert!(found[1].magnitude > found[2].magnitude && found[2].magnitude > found[0].magnitude);
        assert!((f64::from(found[0].magnitude) - (1.0 - (-0.08f64 * 0.8 * 2.0 * 0.5).exp())).abs() < 1e-6);
        assert_eq!(found[0].loss, found[0].magnitude);
    }

    #[test]
    fn the_weight_says_how_much_of_it_is_lost() {
        let of = |weight| compete(&hits(&[1, 2]), 0.0, &Config { weight, ..CONFIG }, &mut |_, _| Some(0.9));
        let (full, half, none) = (of(1.0), of(0.5), of(0.0));
        for i in 0..2 {
            assert_eq!((half[i].loss, none[i].loss), (full[i].loss * 0.5, 0.0));
            assert_eq!(none[i].magnitude, full[i].magnitude);
        }
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
        assert_eq!(compete(&hits(&[1, 2]), 0.0, &CONFIG, &mut |_, _| None), [Rivals::default(); 2]);
    }

    #[test]
    fn a_threshold_of_one_leaves_no_rivals() {
        let config = Config { threshold: 1.0, ..CONFIG };
        assert_eq!(compete(&hits(&[1, 2]), 0.0, &config, &mut |_, _| Some(0.96)), [Rivals::default(); 2]);
    }

    #[test]
    fn the_number_of_rivals_saturates_and_only_the_best_compete() {
        let times: Vec<i64> = (0..20).collect();
        let of = |n: usize| alike(&times[..n], 0.96)[0].magnitude;
        for n in 3..=RIVALS {
            assert!(of(n) > of(n - 1) && of(n) - of(n - 1) < of(n - 1), "{n}");
        }
        assert!(of(20) == of(RIVALS) && magnitude(1e9) == MOST as f32);
        assert_eq!(alike(&times, 0.96).len(), RIVALS);
    }

    #[test]
    fn the_best_does_not_fall_behind_what_is_unrelated() {
        // The first two are rivals; the third, close behind, is not.
        let mut similarity = |one: usize, other: usize| Some(if (one, other) == (0, 1) { 0.95 } else { 0.1 });
        let found = compete(&hits(&[1, 2, 3]), 0.0, &CONFIG, &mut similarity);
        let left: Vec<f32> = hits(&[1, 2, 3]).iter().zip(&found).map(|(h, r)| h.evidence * (1.0 - r.loss)).collect();
        assert!(left[0] > left[2] && left[1] > left[2] && found[2].loss == 0.0);
        assert!(found[0].loss < found[0].magnitude && found[0].loss > 0.0);
        // Alone with its rival it loses all that the rival takes, and falls behind it.
        let two = compete(&hits(&[1, 2]), 0.0, &CONFIG, &mut similarity);
        assert!(two[0].loss == two[0].magnitude && 1.0 - two[0].loss < 0.99 * (1.0 - two[1].loss));
    }

    prop_compose! {
        fn cases()(n in 2usize..20)
            (times in prop::collection::vec(0i64..50, n), gaps in prop::collection::vec(0f32..0.05, n), similarities in prop::collection::vec(-1f32..=1.0, n * n), rest in 0f32..0.3, weight in 0f32..=1.0)
            -> (Vec<Competitor>, Vec<f32>, f32, f32)
        {
            let mut evidence = 2.0f32;
            let hit = |((time, gap), i): ((&i64, &f32), u8)| {
                evidence -= gap;
                Competitor { encoded: (*time, [i; 16]), evidence }
            };
            (times.iter().zip(&gaps).zip(0u8..).map(hit).collect(), similarities, rest, weight)
        }
    }

    proptest! {
        #[test]
        fn nothing_falls_behind_what_is_no_rival((hits, similarities, rest, weight) in cases()) {
            let n = hits.len();
            let config = Config { weight, ..CONFIG };
            let found = compete(&hits, rest, &config, &mut |a, b| Some(similarities[a * n + b]));
            let left: Vec<f32> = hits.iter().zip(&found).map(|(h, r)| h.evidence - h.evidence * r.loss).collect();
            for a in 0..found.len() {
                prop_assert!((0.0..=weight * found[a].magnitude).contains(&found[a].loss));
                prop_assert!(left[a] >= rest || hits[a].evidence < rest);
                for b in a + 1..found.len() {
                    let are_rivals = overlap(similarities[a * n + b], config.threshold) > 0.0;
                    prop_assert!(are_rivals || left[a] > left[b] || (hits[a].evidence == hits[b].evidence && left[a] == left[b]), "{a} {b}");
                }
            }
        }

        #[test]
        fn a_rival_more_never_helps((hits, similarities, _, weight) in cases()) {
            let n = hits.len();
            let config = Config { weight, ..CONFIG };
            let mut similarity = |a: usize, b: usize| Some(similarities[a * n + b]);
            let all = compete(&hits, 0.0, &config, &mut similarity);
            let fewer = compete(&hits[..n - 1], 0.0, &config, &mut similarity);
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

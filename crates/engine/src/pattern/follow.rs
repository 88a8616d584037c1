//! What follows: from occasions on which something followed to probabilities.
//!
//! Memories of one context are neighbours in time, and recalling one brings its successor to mind (Howard and Kahana 2002: the context of an
//! occasion drifts, so that later ones resemble it less and less). Over more than one step this is the successor representation
//! (Dayan 1993), sum over t of gamma^t P^t, with a discount for each step.

/// Discount of each step beyond the next.
pub const DISCOUNT: f64 = 0.5;

/// What one step back counts of what comes last.
pub const DRIFT: f64 = 0.5;

/// Occasions assumed on which something followed that was never seen: the rest of a probability (the concentration of a Chinese restaurant
/// process; Aldous 1985). After n equal occasions n / (n + 1) is given to what was seen.
pub const UNSEEN: f64 = 1.0;

/// Share of an occasion that goes to what followed as number `step` of `of`, counted from 0: together 1 at most.
pub fn share_of_step(step: usize, of: usize) -> f64 {
    let power = |n: usize| libm::pow(DISCOUNT, n as f64);
    let all: f64 = (0..of.max(1)).map(power).sum();
    power(step) / all
}

/// Probabilities of outcomes by the weights of the occasions on which each followed; `nothing` is the weight of those on which nothing did.
pub fn probabilities(weights: &[f64], nothing: f64) -> Vec<f64> {
    let all: f64 = weights.iter().sum::<f64>() + nothing.max(0.0) + UNSEEN;
    weights.iter().map(|w| w / all).collect()
}

/// The middle one, the lower of two.
pub fn median(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().wrapping_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn probabilities_sum_to_less_than_one_and_follow_the_weights(
            weights in proptest::collection::vec(0.0f64..50.0, 0..20),
            nothing in 0.0f64..20.0,
        ) {
            let p = probabilities(&weights, nothing);
            prop_assert!(p.iter().sum::<f64>() < 1.0);
            prop_assert!(p.iter().all(|p| *p >= 0.0));
            for (i, j) in (1..weights.len()).map(|i| (i - 1, i)) {
                prop_assert_eq!(weights[i] > weights[j], p[i] > p[j]);
            }
        }
    }

    #[test]
    fn what_was_always_seen_becomes_certain_and_one_occasion_is_a_coin() {
        assert_eq!(probabilities(&[1.0], 0.0), [0.5]);
        assert!(probabilities(&[99.0], 0.0)[0] > 0.98);
        assert_eq!(probabilities(&[1.0, 1.0], 1.0), [0.25, 0.25]);
    }

    #[test]
    fn steps_share_an_occasion() {
        for of in 1..9 {
            let sum: f64 = (0..of).map(|step| share_of_step(step, of)).sum();
            assert!((sum - 1.0).abs() < 1e-12);
        }
        assert_eq!(share_of_step(0, 1), 1.0);
        assert!(share_of_step(0, 3) > share_of_step(1, 3));
    }

    #[test]
    fn the_median_is_one_of_the_values() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [7]), Some(7));
        assert_eq!(median(&mut [9, 1, 4, 3]), Some(3));
    }
}

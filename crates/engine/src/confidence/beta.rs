//! Belief in a fact as a Beta distribution over evidence for and against it: its mean and 90 % credible interval.
//!
//! The regularised incomplete beta function is evaluated by its continued fraction (Lentz's method; Press et al., "Numerical
//! Recipes", section 6.4) over `libm`, because the crates that offer it call the system's logarithm, which differs between
//! machines. The tests compare it with such a crate.

/// The least evidence assumed on either side, in observations: it keeps the distribution proper when one side has none.
pub const LEAST_EVIDENCE: f32 = 0.01;

/// What is believed, each 0 to 1, with `low <= mean <= high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief {
    pub mean: f32,
    /// 5th percentile, or the mean where a skewed distribution has it below.
    pub low: f32,
    /// 95th percentile, or the mean where a skewed distribution has it above.
    pub high: f32,
}

/// The mean alone, as [`belief`] has it: evidence for over all evidence; one half without any.
pub fn mean(evidence_for: f32, evidence_against: f32) -> f32 {
    let (a, b) = shape(evidence_for, evidence_against);
    (a / (a + b)) as f32
}

/// Mean and 90 % credible interval of Beta(for, against).
///
/// Evidence counts observations and carries the prior already (a confidence c stored as 2c and 2(1 - c)), so none is added here.
/// A side with less than [`LEAST_EVIDENCE`], a negative number or NaN counts as that much; no evidence at all gives the mean 0.5.
pub fn belief(evidence_for: f32, evidence_against: f32) -> Belief {
    let (a, b) = shape(evidence_for, evidence_against);
    let mean = a / (a + b);
    Belief {
        mean: mean as f32,
        low: quantile(0.05, a, b).min(mean) as f32,
        high: quantile(0.95, a, b).max(mean) as f32,
    }
}

fn shape(evidence_for: f32, evidence_against: f32) -> (f64, f64) {
    // Not `clamp`, which would keep NaN. The upper bound keeps the continued fraction short.
    let side = |x: f32| f64::from(if x > LEAST_EVIDENCE { x.min(1e6) } else { LEAST_EVIDENCE });
    (side(evidence_for), side(evidence_against))
}

/// The x at which the distribution function of Beta(a, b) is `p`, by bisection: 60 halvings are beyond f32 everywhere.
fn quantile(p: f64, a: f64, b: f64) -> f64 {
    let front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b);
    let (mut low, mut high) = (0.0f64, 1.0f64);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if distribution(middle, a, b, front) < p {
            low = middle;
        } else {
            high = middle;
        }
        if high - low < 1e-9 {
            break;
        }
    }
    0.5 * (low + high)
}

/// I_x(a, b), the regularised incomplete beta function; `front` is the logarithm of 1 / B(a, b).
fn distribution(x: f64, a: f64, b: f64, front: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let scale = libm::exp(front + a * libm::log(x) + b * libm::log1p(-x));
    // The fraction converges fast below the mean, so the other side goes by symmetry.
    if x < (a + 1.0) / (a + b + 2.0) {
        scale * fraction(x, a, b) / a
    } else {
        1.0 - scale * fraction(1.0 - x, b, a) / b
    }
}

/// The continued fraction of the incomplete beta function by the modified method of Lentz.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for i in 1..10_000 {
        let m = f64::from(i);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-13 {
            break;
        }
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{Beta, ContinuousCDF};

    #[test]
    fn the_interval_is_that_of_a_reference_implementation() {
        for (a, b) in [(1.4, 0.6), (1.0, 1.0), (2.0, 2.0), (0.5, 0.5), (30.0, 3.0), (500.0, 20.0), (0.4, 7.0)] {
            let ours = belief(a as f32, b as f32);
            let (a, b) = (f64::from(a as f32), f64::from(b as f32));
            let reference = Beta::new(a, b).unwrap();
            let mean = a / (a + b);
            let (low, high) = (quantile(0.05, a, b), quantile(0.95, a, b));
            assert!((reference.cdf(low) - 0.05).abs() < 1e-6, "low of {a}, {b}: {low}");
            assert!((reference.cdf(high) - 0.95).abs() < 1e-6, "high of {a}, {b}: {high}");
            assert_eq!(ours.low, low.min(mean) as f32);
            assert_eq!(ours.high, high.max(mean) as f32);
        }
    }

    #[test]
    fn closed_forms_hold() {
        let uniform = belief(1.0, 1.0);
        assert!((uniform.low - 0.05).abs() < 1e-6 && (uniform.high - 0.95).abs() < 1e-6);
        // The distribution function of Beta(a, 1) is x^a.
        assert!((belief(3.0, 1.0).low - 0.05f32.powf(1.0 / 3.0)).abs() < 1e-6);
    }

    #[test]
    fn more_evidence_narrows_the_interval_around_the_same_mean() {
        let (few, many) = (belief(1.4, 0.6), belief(140.0, 60.0));
        assert!((few.mean - 0.7).abs() < 1e-6 && (many.mean - 0.7).abs() < 1e-6);
        assert!(many.high - many.low < (few.high - few.low) / 4.0);
    }

    #[test]
    fn missing_or_senseless_evidence_still_gives_a_belief() {
        for (a, b) in
            [(0.0, 0.0), (-3.0, 0.0), (f32::NAN, f32::NAN), (0.0, 5.0), (5.0, 0.0), (f32::INFINITY, 1.0), (1e9, 1e9)]
        {
            let x = belief(a, b);
            assert!(0.0 <= x.low && x.low <= x.mean && x.mean <= x.high && x.high <= 1.0, "{a}, {b}: {x:?}");
            assert_eq!(mean(a, b), x.mean);
        }
        assert_eq!(belief(0.0, 0.0).mean, 0.5);
    }
}

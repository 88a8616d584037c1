//! Percentiles, histograms of a fixed size, straight lines.

/// The value that `share` (0 to 1) of sorted values do not exceed; zero where there are none.
pub fn percentile(sorted: &[u32], share: f64) -> u32 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or(0)
}

/// Steps into which a doubling is divided: a value is known to 0.3 %.
const STEPS: u32 = 256;

/// Microseconds, counted in buckets that grow with the value.
#[derive(Clone)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram { counts: vec![0; (STEPS * 25) as usize], total: 0 }
    }
}

impl Histogram {
    fn bucket(value: u32) -> usize {
        if value < STEPS * 2 {
            return value as usize;
        }
        let shift = value.ilog2() - STEPS.ilog2();
        (shift * STEPS + (value >> shift)) as usize
    }

    /// The middle of a bucket.
    fn value(bucket: usize) -> f64 {
        let bucket = bucket as u32;
        if bucket < STEPS * 2 {
            return f64::from(bucket);
        }
        let shift = bucket / STEPS - 1;
        (f64::from(bucket - shift * STEPS) + 0.5) * f64::from(1u32 << shift)
    }

    /// Counts a value.
    pub fn add(&mut self, microseconds: u32) {
        let last = self.counts.len() - 1;
        self.counts[Histogram::bucket(microseconds).min(last)] += 1;
        self.total += 1;
    }

    /// Values counted.
    pub fn len(&self) -> u64 {
        self.total
    }

    /// What another one has counted too.
    pub fn merge(&mut self, other: &Histogram) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
        self.total += other.total;
    }

    /// Milliseconds that `share` of the values do not exceed; zero where there are none.
    pub fn milliseconds(&self, share: f64) -> f64 {
        let rank = (share * self.total as f64).ceil() as u64;
        let mut seen = 0;
        let bucket = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank.max(1)
        });
        bucket.map_or(0.0, |bucket| Histogram::value(bucket) / 1e3)
    }
}

/// A straight line through points.
pub struct Trend {
    pub mean: f64,
    /// Change for one unit of x.
    pub slope: f64,
    /// Standard error of the slope.
    pub error: f64,
}

/// The line of least squares; `None` for fewer than three points or points above one another.
pub fn trend(points: &[(f64, f64)]) -> Option<Trend> {
    let n = points.len() as f64;
    if points.len() < 3 {
        return None;
    }
    let x = points.iter().map(|p| p.0).sum::<f64>() / n;
    let y = points.iter().map(|p| p.1).sum::<f64>() / n;
    let xx: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
    let xy: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    if xx <= 0.0 {
        return None;
    }
    let slope = xy / xx;
    let rest: f64 = points.iter().map(|p| (p.1 - y - slope * (p.0 - x)).powi(2)).sum();
    Some(Trend { mean: y, slope, error: (rest / (n - 2.0) / xx).sqrt() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use engram_cluster_tests::Rng;

    #[test]
    fn a_histogram_knows_percentiles_to_half_a_per_cent() {
        let mut rng = Rng::new(1);
        let mut value = || {
            let size = 1u32 << rng.below(24);
            size + rng.below(size as usize) as u32
        };
        let mut values: Vec<u32> = (0..20_000).map(|_| value()).collect();
        let mut halves = [Histogram::default(), Histogram::default()];
        values.iter().enumerate().for_each(|(number, value)| halves[number % 2].add(*value));
        let [mut whole, second] = halves;
        whole.merge(&second);
        values.sort_unstable();
        assert_eq!(whole.len(), 20_000);
        for share in [0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0] {
            let exact = f64::from(percentile(&values, share)) / 1e3;
            let ratio = whole.milliseconds(share) / exact;
            assert!((0.995..1.005).contains(&ratio), "{share}: {} for {exact}", whole.milliseconds(share));
        }
    }

    #[test]
    fn the_largest_value_and_no_value_are_no_error() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.milliseconds(0.99), 0.0);
        histogram.add(u32::MAX);
        assert!(histogram.milliseconds(0.99) > 4e6);
        assert_eq!(percentile(&[], 0.5), 0);
    }

    #[test]
    fn a_trend_is_found_and_noise_has_none() {
        let mut rng = Rng::new(2);
        let mut points = |slope: f64| -> Vec<(f64, f64)> {
            (0..300)
                .map(|x| f64::from(x) / 100.0)
                .map(|x| (x, 7.0 + slope * x + rng.below(100) as f64 / 100.0))
                .collect()
        };
        let line = trend(&points(2.0)).expect("a line");
        assert!((line.slope - 2.0).abs() < 3.0 * line.error && line.error < 0.05, "{} +- {}", line.slope, line.error);
        let flat = trend(&points(0.0)).expect("a line");
        assert!(flat.slope.abs() < 3.0 * flat.error, "{} +- {}", flat.slope, flat.error);
        assert!(trend(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]).is_none());
    }
}

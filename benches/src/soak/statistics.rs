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

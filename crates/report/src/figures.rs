//! What a page shows, as plain data. A list that the caller may not see is none, and its section says so or is left out.

/// A page.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub about: About,
    /// Figures of the whole server, for monitors.
    pub server: Option<Server>,
    /// Spaces with most memories first; at most some of them.
    pub spaces: Vec<Space>,
    /// How many there are, shown or not.
    pub spaces_in_all: u64,
    /// Memories stored, by day, without gaps; none where the caller may read no space.
    pub days: Vec<Day>,
    pub consolidation: Vec<Consolidation>,
    /// Best founded first; none where the caller may read no space.
    pub beliefs: Option<Vec<Belief>>,
    pub beliefs_in_all: u64,
    /// What became of beliefs in the last thirty days.
    pub events: Vec<(String, u64)>,
    pub graphs: Vec<Graph>,
    pub workers: Vec<Worker>,
    pub settings: Vec<Setting>,
}

/// Which database this is, and for whom the page was made.
#[derive(Clone, Debug, Default)]
pub struct About {
    pub database: String,
    /// The one space that the page is about; none for all.
    pub space: Option<String>,
    pub role: String,
    pub made_at: String,
    pub version: String,
    pub catalog_version: String,
    pub server_version: String,
    pub preloaded: bool,
    /// Where this is a standby: seconds and bytes by which its hot tier is behind.
    pub standby: Option<(f64, u64)>,
    /// Bytes of the hot tier and those of them that are free; none where it is not there.
    pub hot_tier: Option<(u64, u64)>,
    pub evictions: u64,
}

/// Figures since the last reset of the counts.
#[derive(Clone, Debug, Default)]
pub struct Server {
    pub counted_since: String,
    /// Whether `engram.metrics` is on.
    pub counting: bool,
    pub operations: Vec<Operation>,
    pub answered: u64,
    pub empty: u64,
    /// Memories that recalls returned, by origin.
    pub origins: Vec<(String, u64)>,
    pub confidence: Histogram,
    /// Memories that moved, by direction.
    pub moves: Vec<(String, u64)>,
    pub hits: u64,
    pub misses: u64,
    pub lock_waits: u64,
    /// Uses of memories on their way to the tables: waiting, lost, seconds that the oldest has waited.
    pub uses: (u64, u64, f64),
    pub errors: Vec<(String, u64)>,
}

/// One operation, as called.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    pub name: String,
    pub failures: u64,
    pub rows: u64,
    pub duration: Histogram,
}

/// Counts at most as large as each bound, as exporters have them, and of all.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    pub bounds: Vec<f64>,
    pub cumulative: Vec<u64>,
    pub count: u64,
    pub sum: f64,
}

impl Histogram {
    /// Counts of each bucket by itself; the last one is of what is beyond all bounds.
    pub fn parts(&self) -> Vec<u64> {
        let mut before = 0;
        let mut parts: Vec<u64> = self
            .cumulative
            .iter()
            .map(|&n| {
                let part = n.saturating_sub(before);
                before = before.max(n);
                part
            })
            .collect();
        parts.push(self.count.saturating_sub(before));
        parts
    }

    /// The value below which a share of all lies, straight within its bucket; none without any, and beyond the last bound.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        let wanted = share * self.count as f64;
        let (mut below, mut low) = (0.0, 0.0);
        for (&bound, &n) in self.bounds.iter().zip(&self.cumulative) {
            let n = n as f64;
            if n >= wanted && n > below {
                return Some(low + (bound - low) * ((wanted - below) / (n - below)).clamp(0.0, 1.0));
            }
            (below, low) = (n, bound);
        }
        None
    }
}

#[derive(Clone, Debug, Default)]
pub struct Space {
    pub name: String,
    /// How the hot tier has it; none where it does not.
    pub state: Option<String>,
    pub hot: u64,
    pub warm: u64,
    pub cold: u64,
    pub edges: u64,
    pub cues: u64,
    pub bytes: u64,
}

impl Space {
    pub fn memories(&self) -> u64 {
        self.hot + self.warm + self.cold
    }
}

#[derive(Clone, Debug, Default)]
pub struct Day {
    /// As 2026-11-27.
    pub date: String,
    pub stored: u64,
}

/// How consolidation of a space fares.
#[derive(Clone, Debug, Default)]
pub struct Consolidation {
    pub space: String,
    /// ok, degraded, stale, failing or stagnant.
    pub health: String,
    pub reason: String,
    pub remedy: Option<String>,
    pub age: Option<f64>,
    pub waiting: f64,
    pub novelty: Option<f64>,
    pub paused: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Belief {
    pub space: String,
    pub content: String,
    pub label: Option<String>,
    pub confidence: f64,
    pub citations: u64,
    /// Seconds between two occurrences, where they are regular.
    pub period: Option<f64>,
}

/// Rows of `engram.graph_health` of a space.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub space: String,
    pub rows: Vec<GraphRow>,
}

#[derive(Clone, Debug, Default)]
pub struct GraphRow {
    pub metric: String,
    pub value: Option<f64>,
    pub assessment: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Worker {
    pub worker: String,
    pub database: Option<String>,
    pub state: String,
    /// Seconds since.
    pub up: Option<f64>,
    pub last_run: Option<f64>,
    pub runs: u64,
    pub failures: u64,
    pub last_error: Option<String>,
}

/// A setting that is not what it is by default.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    pub name: String,
    pub value: String,
    pub default: String,
    /// Where it was set.
    pub source: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_in_the_bucket_that_has_them() {
        let h = Histogram { bounds: vec![1.0, 2.0, 4.0], cumulative: vec![2, 8, 9], count: 10, sum: 20.0 };
        assert_eq!([2, 6, 1, 1].as_slice(), h.parts());
        assert_eq!(Some(1.5), h.quantile(0.5));
        assert_eq!(Some(4.0), h.quantile(0.9));
        assert_eq!(None, h.quantile(0.99), "beyond the last bound nobody knows");
        assert_eq!(None, Histogram::default().quantile(0.5));
    }
}

//! Times of many calls, and contenders that take turns.

use std::time::{Duration, Instant};

/// How long each call of one contender took.
#[derive(Clone, Default)]
pub struct Samples(Vec<Duration>);

impl Samples {
    /// Adds one call.
    pub fn push(&mut self, spent: Duration) {
        self.0.push(spent);
    }

    /// Calls.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that `share` (0 to 1) of all calls did not exceed.
    ///
    /// # Panics
    /// When nothing was measured.
    pub fn percentile(&self, share: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted[rank.clamp(1, sorted.len()) - 1]
    }

    /// Calls per second, one after another.
    pub fn rate(&self) -> f64 {
        self.0.len() as f64 / self.0.iter().sum::<Duration>().as_secs_f64()
    }
}

/// Times one call.
pub fn timed<R>(call: impl FnOnce() -> R) -> (Duration, R) {
    let start = Instant::now();
    let result = call();
    (start.elapsed(), result)
}

/// Lets `contenders` take turns: in each round each one makes `calls` calls of `run(contender, number)`, and a different one
/// begins, so that a machine that becomes slower or faster treats them alike. `run` times itself.
pub fn in_turns(
    contenders: usize,
    rounds: usize,
    calls: usize,
    mut run: impl FnMut(usize, usize) -> Duration,
) -> Vec<Samples> {
    let mut samples = vec![Samples::default(); contenders];
    for round in 0..rounds {
        for turn in 0..contenders {
            let contender = (round + turn) % contenders;
            for call in 0..calls {
                samples[contender].push(run(contender, round * calls + call));
            }
        }
    }
    samples
}

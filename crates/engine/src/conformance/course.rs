//! One memory through an experiment: when it was used, how stable it has become, and what of it is left at a time. Its steps are those of
//! the database, with the formulas of [`crate::dynamics::decay`].

use crate::dynamics::decay::{self, Curve, Profile, RECENT, Use, Uses};

/// Days in a second, a minute.
pub const SECOND: f64 = 1.0 / 86_400.0;
pub const MINUTE: f64 = 1.0 / 1_440.0;

/// How memories are forgotten that have no profile of their own: `engram.decay_profile = power` with its defaults.
pub const USUAL: Profile = Profile { curve: Curve::Power { exponent: 0.5 }, floor: 0.0, stability: 1.0, gain: 1.0 };

/// Times are days since some moment before the first use.
#[derive(Clone, Debug)]
pub struct Course {
    profile: Profile,
    stability: f64,
    last: Use,
    encoded: f64,
    /// Recalls, latest first; at most [`RECENT`].
    recalls: Vec<f64>,
}

impl Course {
    /// A memory encoded at this time.
    pub fn encoded(profile: Profile, at: f64) -> Course {
        Course { profile, stability: profile.stability, last: Use::ENCODING, encoded: at, recalls: Vec::new() }
    }

    /// A recall, or a further session of learning, with the weight of what comes first.
    pub fn used(&mut self, at: f64) {
        assert!(self.recalls.len() < RECENT, "an experiment of a few uses");
        let elapsed = at - self.recalls.first().copied().unwrap_or(self.encoded);
        self.last = self.last.next(&self.profile, self.stability, elapsed, 1.0);
        self.stability = self.last.strengthen(&self.profile, self.stability);
        self.recalls.insert(0, at);
    }

    pub fn retrievability(&self, at: f64) -> f64 {
        let recent: Vec<f64> = self.recalls.iter().map(|recall| at - recall).collect();
        let uses = Uses { encoded: at - self.encoded, recalls: recent.len() as u64, recent: &recent };
        decay::retrievability(&self.profile, &uses, self.stability)
    }
}

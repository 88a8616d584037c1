//! Forgetting: how well a memory can be retrieved, from when it was used and how stable it has become.
//!
//! A curve says what is left of one use after a time, in units of the stability of the memory. Uses race: each is a trace of its own, and
//! the memory comes back when any of them does (Hintzman 1986). The latest uses count by their times; those before, by the mean of the
//! curve over the time in which they lie, a closed integral (Petrov 2006).

/// What is left of one use after a time: 1 at once, falling and convex.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Curve {
    /// `(1 + x)^-exponent` (Wickelgren 1974).
    Power { exponent: f64 },
    /// `e^-x` (Ebbinghaus; Loftus 1985).
    Exponential,
    /// `share e^-(x / fast) + (1 - share) (1 + x)^-exponent`.
    TwoComponent { share: f64, fast: f64, exponent: f64 },
    /// Always 1.
    Pinned,
}

impl Curve {
    /// The curve at `x`, time divided by stability; 1 for what has not happened yet.
    pub fn at(&self, x: f64) -> f64 {
        let x = x.max(0.0);
        let left = match *self {
            Curve::Power { exponent } => power(x, exponent),
            Curve::Exponential => libm::exp(-x),
            Curve::TwoComponent { share, fast, exponent } => {
                share * libm::exp(-x / fast) + (1.0 - share) * power(x, exponent)
            }
            Curve::Pinned => 1.0,
        };
        left.clamp(0.0, 1.0)
    }

    /// The mean of the curve between two times, in whichever order.
    pub fn mean(&self, one: f64, other: f64) -> f64 {
        let (from, to) = (one.min(other).max(0.0), one.max(other).max(0.0));
        let (most, least) = (self.at(from), self.at(to));
        let mean = match *self {
            _ if to - from <= NARROW * (1.0 + from) => most,
            Curve::Power { exponent } => power_area(from, to, exponent) / (to - from),
            Curve::Exponential => exponential_area(from, to) / (to - from),
            Curve::TwoComponent { share, fast, exponent } => {
                let quick = fast * exponential_area(from / fast, to / fast);
                (share * quick + (1.0 - share) * power_area(from, to, exponent)) / (to - from)
            }
            Curve::Pinned => 1.0,
        };
        // Rounding must not carry it out of what the curve has there.
        mean.clamp(least, most)
    }
}

/// An interval that is narrower than this share of where it lies counts as a point.
const NARROW: f64 = 1e-12;

fn power(x: f64, exponent: f64) -> f64 {
    libm::exp(-exponent * libm::log1p(x))
}

/// The integral of `(1 + x)^-exponent`.
fn power_area(from: f64, to: f64, exponent: f64) -> f64 {
    let log = libm::log1p((to - from) / (1.0 + from));
    let rest = 1.0 - exponent;
    // Near the exponent 1 the quotient is that of two numbers near 0: the logarithm is its limit.
    let area = if libm::fabs(rest * log) < 1e-9 { log } else { libm::expm1(rest * log) / rest };
    libm::exp(rest * libm::log1p(from)) * area
}

/// The integral of `e^-x`.
fn exponential_area(from: f64, to: f64) -> f64 {
    libm::exp(-from) * -libm::expm1(from - to)
}

/// How a memory is forgotten.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profile {
    pub curve: Curve,
    /// What is never forgotten, 0 to 1: the permastore (Bahrick 1984).
    pub floor: f64,
    /// Stability of a memory that was never recalled, in days.
    pub stability: f64,
    /// Most that a use adds to the stability, as a share of it, at most [`MOST_GAIN`].
    pub gain: f64,
}

/// The uses of a memory as they are kept, times as days that have passed since: its encoding and its recalls.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Uses<'a> {
    /// Since the encoding.
    pub encoded: f64,
    /// Recalls ever.
    pub recalls: u64,
    /// Since the latest of them, latest first.
    pub recent: &'a [f64],
}

/// Recalls whose times are kept.
pub const RECENT: usize = 8;

impl Uses<'_> {
    /// All uses, the encoding among them.
    pub fn count(&self) -> u64 {
        self.recalls.max(self.recent.len() as u64).saturating_add(1)
    }

    /// Days since the latest use.
    pub fn last(&self) -> f64 {
        self.recent.iter().copied().fold(self.encoded, f64::min).max(0.0)
    }

    /// The uses whose times are known: the recent ones, and the encoding where no other lies between.
    fn each(&self) -> impl Iterator<Item = f64> {
        let exact = Some(self.encoded).filter(|_| self.older() == 0);
        self.recent.iter().copied().chain(exact)
    }

    /// Uses without a time of their own. If there are any, the encoding is one of them.
    fn older(&self) -> u64 {
        let between = self.count() - 1 - self.recent.len() as u64;
        if between > 0 { between + 1 } else { 0 }
    }

    /// What is left on average of a use without a time of its own: it lies between the encoding and the last that has one.
    fn mean(&self, curve: &Curve, stability: f64) -> f64 {
        let until = self.recent.last().copied().unwrap_or(0.0);
        curve.mean(until / stability, self.encoded / stability)
    }
}

/// How likely the memory is to be retrieved, 0 to 1: `p + (1 - p) (1 - (1 - m)^(n - k) PROD (1 - f(t / S)))`.
pub fn retrievability(profile: &Profile, uses: &Uses<'_>, stability: f64) -> f64 {
    let curve = &profile.curve;
    let mut missed: f64 = uses.each().map(|t| 1.0 - curve.at(t / stability)).product();
    let older = uses.older();
    if older > 0 {
        missed *= libm::pow(1.0 - uses.mean(curve, stability), older as f64);
    }
    let floor = profile.floor.clamp(0.0, 1.0);
    (floor + (1.0 - floor) * (1.0 - missed)).clamp(floor, 1.0)
}

/// Base-level activation, `ln((n - k) m + SUM f(t / S))` (Anderson and Schooler 1991): the odds that the past gives for a use now. Minus
/// infinity where nothing is left.
pub fn base_level(profile: &Profile, uses: &Uses<'_>, stability: f64) -> f64 {
    let curve = &profile.curve;
    let mut sum: f64 = uses.each().map(|t| curve.at(t / stability)).sum();
    let older = uses.older();
    if older > 0 {
        sum += older as f64 * uses.mean(curve, stability);
    }
    libm::log(sum)
}

/// What the last use left of a memory's room to become more stable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Use {
    /// Room that it found, 0 to 1.
    pub room: f64,
    /// Share of the room that it took.
    pub weight: f64,
}

impl Use {
    /// The encoding: a memory as fresh as it can be.
    pub const ENCODING: Use = Use { room: 1.0, weight: 1.0 };

    /// The use that comes `elapsed` days after this one. The room that it finds is what has been forgotten since, and what this one left:
    /// `1 - (1 - (1 - w) room) f(t / S)`. Nothing is left at once after a use of weight 1, so massed uses gain nothing.
    pub fn next(&self, profile: &Profile, stability: f64, elapsed: f64, weight: f64) -> Use {
        let taken = 1.0 - (1.0 - self.weight) * self.room;
        let room = (1.0 - taken * profile.curve.at(elapsed / stability)).clamp(0.0, 1.0);
        Use { room, weight: weight.clamp(0.0, 1.0) }
    }

    /// The stability after this use of a memory that had `stability` before it, `S (1 + g)^(w room)`: what is forgotten most gains most
    /// (Bjork and Bjork 1992), and it never falls. The exponent adds up over uses, so that one of little weight takes nothing from
    /// the next one.
    pub fn strengthen(&self, profile: &Profile, stability: f64) -> f64 {
        (stability * self.factor(profile)).min(MOST_STABILITY.max(stability))
    }

    /// The stability before this use: the inverse of [`Use::strengthen`].
    pub fn weaken(&self, profile: &Profile, stability: f64) -> f64 {
        stability / self.factor(profile)
    }

    fn factor(&self, profile: &Profile) -> f64 {
        libm::exp(libm::log1p(profile.gain.clamp(0.0, MOST_GAIN)) * self.weight * self.room)
    }
}

/// Above e - 1 a use could lose more by the slower forgetting that an earlier one has brought than that one gave.
pub const MOST_GAIN: f64 = 1.7;

/// Beyond ten thousand years there is nothing to tell apart.
pub const MOST_STABILITY: f64 = 3_652_500.0;

/// The weight of a use by its place in an answer, from 1: `1 / (1 + ln place)`. What comes first was looked for, what follows may have come
/// along.
pub fn weight_of_place(place: usize) -> f64 {
    1.0 / (1.0 + libm::log(place.max(1) as f64))
}

#[cfg(test)]
mod tests;

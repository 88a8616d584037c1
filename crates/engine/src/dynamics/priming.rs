//! Priming: what came to mind a moment ago comes to mind more easily now.
//!
//! * Semantic: a recall leaves residual activation on what it activated, which halves with each half-life (Meyer and Schvaneveldt 1971; Neely
//!   1977: the automatic part is there at once and gone within a second or two).
//! * Associative: what has followed upon a memory before is expected when that memory was recalled, by the share of the times it
//!   did, P(B given A) (the expectancy of Neely 1977; need as the odds of an item given its context, Anderson and Milson 1989).
//! * Repetition: each exposure helps, the next one less than the one before (Scarborough, Cortese and Scarborough 1977; Jacoby 1983).
//!
//! The three add up with diminishing returns: total = 1 - exp(-(semantic + associative + repetition)). A memory gains weight * total of
//! what speaks for it: the odds that it is needed are multiplied by its context (Anderson and Milson 1989), so what hardly matches gains
//! hardly anything. To recall the same again keeps the order: what had more evidence is primed no less. Every term is a closed formula of
//! what was left, when, and `now`: nothing ticks, and what is too weak to matter is gone. The strengths are conventions; no
//! study fixes them on the scale of evidence. Inhibition of what is not expected (Neely 1977) is not modelled.

/// Semantic priming by the full residual of one recall.
pub const SEMANTIC: f64 = 0.5;

/// What a memory that was reached and not returned keeps of its activation: half for each further step (Collins and Loftus 1975).
pub const REACHED: f32 = 0.5;

/// Associative priming by what has always followed.
pub const ASSOCIATIVE: f64 = 0.5;

/// Times that one must have followed the other before anything is expected: once is chance.
pub const LEAST_FOLLOWED: u32 = 2;

/// Repetition priming that no number of exposures exceeds, and the share of what is missing that each adds: the first adds .05.
pub const REPETITION_CEILING: f64 = 0.3;
pub const REPETITION_GAIN: f64 = 1.0 / 6.0;

/// A residual or a number of exposures below this counts as gone.
pub const GONE: f64 = 0.01;

/// How long priming lasts. Times are in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// In which residual activation halves; above zero.
    pub half_life: i64,
    /// In which a memory is expected to follow another, and in which exposures halve; above zero.
    pub window: i64,
}

/// What recalls have left on a memory, as of `at`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Residual {
    /// Activation, 0 to 1.
    pub activation: f32,
    /// Recalls that returned it, those of long ago counting less.
    pub exposures: f32,
    /// Microseconds since the Unix epoch.
    pub at: i64,
}

impl Residual {
    /// What is left of the activation.
    fn activation(&self, now: i64, config: &Config) -> f64 {
        left(f64::from(self.activation.clamp(0.0, 1.0)), now, self.at, config.half_life)
    }

    /// What is left of the exposures.
    fn exposures(&self, now: i64, config: &Config) -> f64 {
        left(f64::from(self.exposures.max(0.0)), now, self.at, config.window)
    }

    /// Semantic priming, 0 to [`SEMANTIC`].
    pub fn semantic(&self, now: i64, config: &Config) -> f64 {
        SEMANTIC * self.activation(now, config)
    }

    /// Repetition priming, 0 to [`REPETITION_CEILING`].
    pub fn repetition(&self, now: i64, config: &Config) -> f64 {
        // ceiling * (1 - (1 - gain)^n)
        -REPETITION_CEILING * libm::expm1(self.exposures(now, config) * libm::log1p(-REPETITION_GAIN))
    }

    /// Both as one residual, as of the later time. One of a future that lies beyond the window was left by a clock that was set back,
    /// and does not count.
    pub fn and(self, new: Residual, config: &Config) -> Residual {
        if self.at > new.at.saturating_add(config.window) {
            return new;
        }
        let at = self.at.max(new.at);
        Residual {
            activation: (self.activation(at, config) + new.activation(at, config)).min(1.0) as f32,
            exposures: (self.exposures(at, config) + new.exposures(at, config)) as f32,
            at,
        }
    }
}

/// What is left of an amount that halves with each half-life. Before it was left there is none.
fn left(amount: f64, now: i64, at: i64, half_life: i64) -> f64 {
    if now < at || !amount.is_finite() {
        return 0.0;
    }
    let left = amount * libm::exp2(-(now.saturating_sub(at) as f64) / half_life.max(1) as f64);
    if left < GONE { 0.0 } else { left }
}

/// How often one memory was recalled, and how often another one followed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Followed {
    /// Recalls of the first that are over: the other one has followed, or could have.
    pub times: u32,
    /// Those of them that the other one followed within the window.
    pub followed: u32,
    /// When the first was recalled last.
    pub at: i64,
}

impl Followed {
    /// How much the other one is expected now: P(B given A), less the longer ago, nothing after the window.
    pub fn expectation(&self, now: i64, config: &Config) -> f64 {
        let elapsed = now.saturating_sub(self.at);
        if self.followed < LEAST_FOLLOWED || self.times < self.followed || elapsed < 0 || elapsed >= config.window {
            return 0.0;
        }
        let share = f64::from(self.followed) / f64::from(self.times);
        share * (1.0 - elapsed as f64 / config.window as f64)
    }
}

/// Expectations of one memory from several others: that any of them holds.
pub fn either(one: f64, other: f64) -> f64 {
    1.0 - (1.0 - one.clamp(0.0, 1.0)) * (1.0 - other.clamp(0.0, 1.0))
}

/// The priming of a memory by its kinds, each zero or more.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Priming {
    pub semantic: f64,
    pub associative: f64,
    pub repetition: f64,
}

impl Priming {
    /// From what was left on a memory and how much it is expected.
    pub fn of(residual: &Residual, expectation: f64, now: i64, config: &Config) -> Priming {
        Priming {
            semantic: residual.semantic(now, config),
            associative: ASSOCIATIVE * expectation.clamp(0.0, 1.0),
            repetition: residual.repetition(now, config),
        }
    }

    /// All kinds together, 0 to 1: 1 - exp(-sum).
    pub fn total(&self) -> f64 {
        // Most of what a recall finds is not primed.
        match self.semantic + self.associative + self.repetition {
            0.0 => 0.0,
            sum => -libm::expm1(-sum),
        }
    }

    /// What it adds to the evidence that there is without it.
    pub fn gain(&self, unprimed: f32, weight: f64) -> f32 {
        (weight * self.total() * f64::from(unprimed.max(0.0))) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: i64 = 1_000_000;
    const CONFIG: Config = Config { half_life: SECOND / 2, window: 30 * SECOND };

    fn total(residual: &Residual, now: i64) -> f64 {
        Priming::of(residual, 0.0, now, &CONFIG).total()
    }

    #[test]
    fn activation_halves_with_each_half_life_and_is_gone_after_four_seconds() {
        let left = Residual { activation: 1.0, exposures: 0.0, at: 100 * SECOND };
        for (halves, expected) in [(0, 0.5), (1, 0.25), (2, 0.125), (6, 0.5 / 64.0), (7, 0.0), (1_000, 0.0)] {
            let now = left.at + halves * CONFIG.half_life;
            assert!((left.semantic(now, &CONFIG) - expected).abs() < 1e-12, "{halves}");
        }
        assert_eq!(left.semantic(left.at - 1, &CONFIG), 0.0);
    }

    #[test]
    fn each_exposure_adds_less_than_the_one_before_and_together_no_more_than_the_ceiling() {
        let of = |n: u16| Residual { exposures: f32::from(n), ..Residual::default() }.repetition(0, &CONFIG);
        assert!((of(1) - 0.05).abs() < 1e-9);
        for n in 1..40 {
            let (gain, before) = (of(n + 1) - of(n), of(n) - of(n - 1));
            assert!(gain > 0.0 && gain < before, "{n}");
        }
        assert!(of(u16::MAX) <= REPETITION_CEILING);
    }

    #[test]
    fn what_followed_once_is_chance_and_what_always_followed_is_expected() {
        let of = |times, followed, now| Followed { times, followed, at: 0 }.expectation(now, &CONFIG);
        for (times, followed, now, expected) in [
            (1, 1, 0, 0.0),
            (2, 2, 0, 1.0),
            (4, 2, 0, 0.5),
            (4, 2, 15 * SECOND, 0.25),
            (4, 2, 30 * SECOND, 0.0),
            (4, 2, -1, 0.0),
            (2, 3, 0, 0.0),
        ] {
            assert_eq!(of(times, followed, now), expected, "{followed} of {times} after {now}");
        }
    }

    #[test]
    fn kinds_add_up_with_diminishing_returns() {
        let of = |semantic, associative, repetition| Priming { semantic, associative, repetition }.total();
        assert_eq!(of(0.0, 0.0, 0.0), 0.0);
        let (one, two, three) = (of(0.3, 0.0, 0.0), of(0.3, 0.3, 0.0), of(0.3, 0.3, 0.3));
        assert!(two - one < one && three - two < two - one && two > one && three > two);
        assert!((two - (1.0 - (-0.6f64).exp())).abs() < 1e-12);
    }

    #[test]
    fn what_a_clock_left_in_the_future_is_replaced() {
        let future = Residual { activation: 1.0, exposures: 9.0, at: i64::MAX };
        let new = Residual { activation: 0.2, exposures: 1.0, at: SECOND };
        assert_eq!(future.and(new, &CONFIG), new);
    }

    fn residuals() -> impl Strategy<Value = Residual> {
        (0f32..=1.0, 0f32..100.0, 0i64..100 * SECOND).prop_map(|(activation, exposures, at)| Residual {
            activation,
            exposures,
            at,
        })
    }

    proptest! {
        #[test]
        fn priming_only_falls_and_expires(left in residuals(), elapsed in 0i64..1_000 * SECOND, more in 0i64..1_000 * SECOND) {
            let (soon, later) = (total(&left, left.at + elapsed), total(&left, left.at + elapsed + more));
            prop_assert!((0.0..1.0).contains(&soon) && later <= soon && later >= 0.0);
            // Exposures last longest: 100 of them fall below .01 in 13.3 half-lives.
            prop_assert_eq!(total(&left, left.at + 14 * CONFIG.window), 0.0);
        }

        #[test]
        fn another_recall_never_lowers_priming(old in residuals(), new in residuals(), elapsed in 0i64..60 * SECOND) {
            let both = old.and(new, &CONFIG);
            let now = both.at + elapsed;
            // What is gone by the time of the later one stays gone.
            let least = total(&old, now).max(total(&new, now));
            prop_assert!(old.at > new.at + CONFIG.window || total(&both, now) >= least - 1e-6);
            prop_assert!(both.activation <= 1.0);
        }

        #[test]
        fn to_recall_the_same_again_keeps_the_order(amounts in prop::collection::vec(0.001f32..3.0, 2..20), weight in 0f64..10.0, again in 1usize..5) {
            let mut amounts = amounts;
            amounts.sort_unstable_by(|a, b| b.total_cmp(a));
            let mut residuals = vec![Residual::default(); amounts.len()];
            for recall in 0..again as i64 {
                let at = recall * SECOND / 10;
                for (residual, amount) in residuals.iter_mut().zip(&amounts) {
                    *residual = residual.and(Residual { activation: amount / amounts[0], exposures: 1.0, at }, &CONFIG);
                }
                let evidence = |(residual, amount): (&Residual, &f32)| amount + Priming::of(residual, 0.0, at, &CONFIG).gain(*amount, weight);
                let evidence: Vec<f32> = residuals.iter().zip(&amounts).map(evidence).collect();
                prop_assert!(evidence.is_sorted_by(|a, b| a >= b));
                prop_assert!(evidence.iter().zip(&amounts).all(|(e, a)| *e <= a * (1.0 + weight as f32) * 1.000_001));
            }
        }

        #[test]
        fn the_order_of_recalls_does_not_matter(a in residuals(), b in residuals()) {
            prop_assume!((a.at - b.at).abs() <= CONFIG.window);
            prop_assert_eq!(a.and(b, &CONFIG), b.and(a, &CONFIG));
        }

        #[test]
        fn an_expectation_is_a_share_that_only_falls(times in 0u32..50, followed in 0u32..60, at in 0i64..100, e in 0i64..60 * SECOND, m in 0i64..60 * SECOND) {
            let f = Followed { times, followed, at };
            let (soon, later) = (f.expectation(at + e, &CONFIG), f.expectation(at + e + m, &CONFIG));
            prop_assert!((0.0..=1.0).contains(&soon) && (0.0..=soon).contains(&later));
            prop_assert_eq!(f.expectation(at + CONFIG.window, &CONFIG), 0.0);
        }

        #[test]
        fn another_reason_never_lowers_an_expectation(a in 0f64..=1.0, b in 0f64..=1.0) {
            let both = either(a, b);
            prop_assert!(both >= a.max(b) - 1e-12 && both <= 1.0);
        }
    }
}

//! Confidence in statements made of statements that are independent of each other.
//!
//! The mean is that of probability theory: a product for both, its dual (noisy-or; Pearl, "Probabilistic Reasoning in Intelligent
//! Systems", 1988, section 4.3) for at least one, the complement for not. Each rises, or falls, with each of its arguments, so the
//! limits of the result are its values at the limits (interval arithmetic; Moore, "Interval Analysis", 1966). That is cautious: limits of
//! 90 % each bound the result with at least as much.

use super::Belief;

/// Both hold.
pub fn and(a: Belief, b: Belief) -> Belief {
    let both = |a: f32, b: f32| (f64::from(a) * f64::from(b)) as f32;
    Belief { mean: both(a.mean, b.mean), low: both(a.low, b.low), high: both(a.high, b.high) }
}

/// At least one holds.
pub fn or(a: Belief, b: Belief) -> Belief {
    let either = |a: f32, b: f32| (1.0 - (1.0 - f64::from(a)) * (1.0 - f64::from(b))) as f32;
    Belief { mean: either(a.mean, b.mean), low: either(a.low, b.low), high: either(a.high, b.high) }
}

/// It does not hold.
pub fn not(a: Belief) -> Belief {
    Belief { mean: 1.0 - a.mean, low: 1.0 - a.high, high: 1.0 - a.low }
}

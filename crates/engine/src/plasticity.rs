//! Reconsolidation: how far an update changes a memory that was recalled a while ago.
//!
//! A recalled memory is labile for some hours and then stable again (Nader, Schafe and LeDoux 2000); a change made at once or when the
//! window closes does little, one in the middle most: an inverted U, which is a choice of ours between those two ends. What happened within
//! the last day is still being consolidated, and a change of it would be no reconsolidation.

/// When a memory is labile. Times are microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// After the recall.
    pub opens: i64,
    pub closes: i64,
    /// Age below which a recall opens nothing.
    pub least_age: i64,
    /// Plasticity below which nothing is changed in place, 0 to 1.
    pub least: f64,
}

/// What an update would meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lability {
    /// Labile, with this plasticity, 0 to 1.
    Labile(f64),
    Stable(Reason),
}

/// Why a memory is not labile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    NeverRecalled,
    TooYoung,
    NotYet,
    Over,
}

impl Reason {
    /// As SQL has it.
    pub fn name(self) -> &'static str {
        match self {
            Reason::NeverRecalled => "never recalled",
            Reason::TooYoung => "too young",
            Reason::NotYet => "too soon after the recall",
            Reason::Over => "too long after the recall",
        }
    }
}

impl Window {
    /// State at `now` of a memory that was made and last recalled at these times.
    pub fn lability(&self, made: i64, recalled: Option<i64>, now: i64) -> Lability {
        let Some(recalled) = recalled else { return Lability::Stable(Reason::NeverRecalled) };
        if now.saturating_sub(made) < self.least_age {
            return Lability::Stable(Reason::TooYoung);
        }
        let elapsed = now.saturating_sub(recalled).max(0);
        let plasticity = self.plasticity(elapsed);
        if plasticity > 0.0 && plasticity >= self.least {
            return Lability::Labile(plasticity);
        }
        let middle = self.opens / 2 + self.closes / 2;
        Lability::Stable(if elapsed < middle { Reason::NotYet } else { Reason::Over })
    }

    /// 4x(1 - x) at the share x of the window that has passed; zero outside.
    pub fn plasticity(&self, elapsed: i64) -> f64 {
        if elapsed < self.opens || elapsed > self.closes || self.closes <= self.opens {
            return 0.0;
        }
        let x = (elapsed - self.opens) as f64 / (self.closes - self.opens) as f64;
        4.0 * x * (1.0 - x)
    }
}

/// An embedding between a former and a new one.
pub fn blend(former: &[f32], new: &[f32], plasticity: f64) -> Vec<f32> {
    former.iter().zip(new).map(|(f, n)| between(*f, *n, plasticity)).collect()
}

/// Evidence for and against between a former and a new one. Its mean lies between theirs.
pub fn blend_evidence(former: (f32, f32), new: (f32, f32), plasticity: f64) -> (f32, f32) {
    (between(former.0, new.0, plasticity), between(former.1, new.1, plasticity))
}

fn between(former: f32, new: f32, plasticity: f64) -> f32 {
    ((1.0 - plasticity) * f64::from(former) + plasticity * f64::from(new)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confidence::mean;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600_000_000;
    const USUAL: Window = Window { opens: 0, closes: 6 * HOUR, least_age: 24 * HOUR, least: 0.2 };

    #[test]
    fn a_window_opens_and_closes() {
        let at = |hours: f64| USUAL.lability(-48 * HOUR, Some(0), (hours * HOUR as f64) as i64);
        assert_eq!(at(3.0), Lability::Labile(1.0));
        assert_eq!(at(0.0), Lability::Stable(Reason::NotYet));
        assert_eq!(at(0.1), Lability::Stable(Reason::NotYet));
        assert_eq!(at(5.99), Lability::Stable(Reason::Over));
        assert_eq!(at(60.0), Lability::Stable(Reason::Over));
        assert!(matches!(at(1.0), Lability::Labile(p) if p > 0.5 && p < 0.6));
        assert_eq!(USUAL.lability(-23 * HOUR, Some(-HOUR), 0), Lability::Stable(Reason::TooYoung));
        assert_eq!(USUAL.lability(-48 * HOUR, None, 0), Lability::Stable(Reason::NeverRecalled));
    }

    #[test]
    fn a_window_of_no_length_is_never_open() {
        let none = Window { opens: HOUR, closes: HOUR, ..USUAL };
        assert_eq!(none.lability(-48 * HOUR, Some(0), HOUR), Lability::Stable(Reason::Over));
    }

    proptest! {
        #[test]
        fn plasticity_is_a_share_and_highest_in_the_middle(opens in 0..HOUR, length in 2..100 * HOUR, elapsed in 0..200 * HOUR) {
            let window = Window { opens, closes: opens + length, ..USUAL };
            let p = window.plasticity(elapsed);
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert!(p <= window.plasticity(opens + length / 2) + 1e-9);
        }

        #[test]
        fn evidence_moves_towards_the_new_one(f in (0.01f32..50.0, 0.01f32..50.0), n in (0.01f32..50.0, 0.01f32..50.0), p in 0.0f64..=1.0) {
            let (pro, con) = blend_evidence(f, n, p);
            let (low, high) = (mean(f.0, f.1).min(mean(n.0, n.1)), mean(f.0, f.1).max(mean(n.0, n.1)));
            prop_assert!(pro >= 0.0 && con >= 0.0);
            prop_assert!((low - 1e-4..=high + 1e-4).contains(&mean(pro, con)));
        }
    }
}

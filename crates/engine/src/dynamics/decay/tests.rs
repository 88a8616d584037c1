use super::*;
use proptest::prelude::*;

const MINUTE: f64 = 1.0 / 1440.0;

fn curve() -> impl Strategy<Value = Curve> {
    let exponent = prop_oneof![Just(0.5), Just(1.0), 0.05..3.0f64];
    prop_oneof![
        exponent.prop_map(|exponent| Curve::Power { exponent }),
        Just(Curve::Exponential),
        (0.0..1.0f64, 0.01..1.0f64, 0.05..3.0f64).prop_map(|(share, fast, exponent)| Curve::TwoComponent {
            share,
            fast,
            exponent
        }),
        Just(Curve::Pinned),
    ]
}

fn profile() -> impl Strategy<Value = Profile> {
    (curve(), prop_oneof![Just(0.0), 0.0..0.5f64], 0.01..30.0f64, 0.0..MOST_GAIN)
        .prop_map(|(curve, floor, stability, gain)| Profile { curve, floor, stability, gain })
}

/// A memory as its row has it: the same steps as the database makes.
#[derive(Clone, Debug)]
struct Memory {
    encoded: f64,
    recalls: u64,
    recent: Vec<f64>,
    stability: f64,
    last: Use,
}

impl Memory {
    fn new(profile: &Profile) -> Memory {
        Memory { encoded: 0.0, recalls: 0, recent: Vec::new(), stability: profile.stability, last: Use::ENCODING }
    }

    fn at<R>(&self, now: f64, f: impl FnOnce(&Uses<'_>) -> R) -> R {
        let recent: Vec<f64> = self.recent.iter().map(|t| now - t).collect();
        f(&Uses { encoded: now - self.encoded, recalls: self.recalls, recent: &recent })
    }

    fn recall(&mut self, profile: &Profile, now: f64, weight: f64) {
        let elapsed = self.at(now, |uses| uses.last());
        self.last = self.last.next(profile, self.stability, elapsed, weight);
        self.stability = self.last.strengthen(profile, self.stability);
        self.recalls += 1;
        self.recent.insert(0, now);
        self.recent.truncate(RECENT);
    }

    fn retrievability(&self, profile: &Profile, now: f64) -> f64 {
        self.at(now, |uses| retrievability(profile, uses, self.stability))
    }
}

/// Uses at growing times, each with a weight.
fn uses(most: usize) -> impl Strategy<Value = Vec<(f64, f64)>> {
    let gap = prop_oneof![Just(0.0), 0.0..0.01f64, 0.0..5.0f64, 0.0..400.0f64];
    proptest::collection::vec((gap, 0.0..1.0f64), 0..most).prop_map(|gaps| {
        let mut now = 0.0;
        gaps.into_iter()
            .map(|(gap, weight)| {
                now += gap;
                (now, weight)
            })
            .collect()
    })
}

fn used(profile: &Profile, uses: &[(f64, f64)]) -> Memory {
    let mut memory = Memory::new(profile);
    uses.iter().for_each(|(at, weight)| memory.recall(profile, *at, *weight));
    memory
}

/// Rounding of a product of many factors.
const ROUNDING: f64 = 1e-9;

proptest! {
    #[test]
    fn retrievability_never_rises_without_use(
        profile in profile(), uses in uses(30), a in 0.0..2000.0f64, b in 0.0..2000.0f64,
    ) {
        let memory = used(&profile, &uses);
        let last = uses.last().map_or(0.0, |u| u.0);
        let (before, after) = (last + a.min(b), last + a.max(b));
        let (r, later) = (memory.retrievability(&profile, before), memory.retrievability(&profile, after));
        prop_assert!(later <= r + ROUNDING, "{r} became {later}");
        prop_assert!((profile.floor..=1.0).contains(&later));
    }

    #[test]
    fn a_use_more_never_lowers_it(
        profile in profile(), uses in uses(20), which in 0usize..20, at in 0.0..1.0f64, weight in 0.0..1.0f64, later in 0.0..2000.0f64,
    ) {
        // One more, wherever it lies among the others.
        let which = which.min(uses.len());
        let before = if which == 0 { 0.0 } else { uses[which - 1].0 };
        let after = uses.get(which).map_or(before + 30.0, |u| u.0);
        let mut more = uses.clone();
        more.insert(which, (before + at * (after - before), weight));
        let (with, without) = (used(&profile, &more), used(&profile, &uses));
        prop_assert!(with.stability >= without.stability * (1.0 - ROUNDING));
        let now = more.last().map_or(0.0, |u| u.0) + later;
        let (more, less) = (with.retrievability(&profile, now), without.retrievability(&profile, now));
        prop_assert!(more >= less - ROUNDING, "{less} became {more} with {with:?} in place of {without:?}");
    }

    #[test]
    fn minutes_add_up_to_a_day(profile in profile(), uses in uses(12), days in 0.0..30.0f64) {
        // Evaluated every minute, with nothing stored in between, and once after a day.
        let memory = used(&profile, &uses);
        let start = uses.last().map_or(0.0, |u| u.0) + days;
        let mut now = start;
        let mut r = memory.retrievability(&profile, now);
        for minute in 1..=1440 {
            now = start + f64::from(minute) * MINUTE;
            let next = memory.retrievability(&profile, now);
            prop_assert!(next <= r + ROUNDING);
            r = next;
        }
        prop_assert_eq!(now, start + 1.0);
        prop_assert_eq!(r.to_bits(), memory.retrievability(&profile, start + 1.0).to_bits());
    }

    #[test]
    fn spaced_uses_make_a_memory_more_stable_than_massed_ones(
        profile in profile(), number in 2usize..10, gap in 0.01..30.0f64, weight in 0.1..1.0f64,
    ) {
        let spaced: Vec<(f64, f64)> = (1..=number).map(|n| (n as f64 * gap, weight)).collect();
        let massed = vec![(gap, weight); number];
        let (spaced, massed) = (used(&profile, &spaced), used(&profile, &massed));
        prop_assert!(spaced.stability >= massed.stability);
        if profile.gain > 0.01 && profile.curve != Curve::Pinned {
            prop_assert!(spaced.stability > massed.stability);
        }
        // Massed uses after the first whole one gain nothing.
        let whole = vec![(gap, 1.0); number];
        prop_assert_eq!(used(&profile, &whole).stability, used(&profile, &whole[..1]).stability);
    }

    #[test]
    fn the_mean_is_that_of_the_curve(curve in curve(), from in 0.0..50.0f64, width in 0.01..50.0f64) {
        const STEPS: u32 = 4000;
        // Simpson's rule.
        let at = |i: u32| curve.at(from + width * f64::from(i) / f64::from(STEPS));
        let inner: f64 = (1..STEPS).map(|i| at(i) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
        let expected = (at(0) + inner + at(STEPS)) / (3.0 * f64::from(STEPS));
        let mean = curve.mean(from, from + width);
        prop_assert!((mean - expected).abs() < 1e-6, "{mean} in place of {expected}");
        prop_assert_eq!(mean, curve.mean(from + width, from));
    }

    #[test]
    fn what_a_use_gave_can_be_taken_back(profile in profile(), stability in 0.01..1000.0f64, elapsed in 0.0..1000.0f64, weight in 0.0..1.0f64) {
        let last = Use::ENCODING.next(&profile, stability, elapsed, weight);
        let back = last.weaken(&profile, last.strengthen(&profile, stability));
        prop_assert!((back - stability).abs() <= 1e-12 * stability);
    }
}

const POWER: Profile = Profile { curve: Curve::Power { exponent: 0.5 }, floor: 0.0, stability: 1.0, gain: 1.0 };

#[test]
fn curves_have_their_published_form() {
    let two = Curve::TwoComponent { share: 0.5, fast: 0.1, exponent: 0.5 };
    assert_eq!(Curve::Power { exponent: 0.5 }.at(3.0), 0.5);
    assert!((Curve::Exponential.at(1.0) - 0.367_879_441).abs() < 1e-9);
    assert!((two.at(3.0) - 0.25).abs() < 1e-9);
    for curve in [Curve::Power { exponent: 0.5 }, Curve::Exponential, two, Curve::Pinned] {
        assert_eq!((curve.at(0.0), curve.at(-1.0), curve.mean(0.0, 0.0)), (1.0, 1.0, 1.0));
    }
    assert_eq!(Curve::Pinned.at(1e9), 1.0);
}

#[test]
fn a_memory_without_a_recall_follows_the_curve() {
    let uses = Uses { encoded: 3.0, recalls: 0, recent: &[] };
    assert!((retrievability(&POWER, &uses, 1.0) - 0.5).abs() < 1e-15);
    assert!((base_level(&POWER, &uses, 1.0) - 0.5f64.ln()).abs() < 1e-12);
    let floored = Profile { floor: 0.2, ..POWER };
    assert!((retrievability(&floored, &uses, 1.0) - 0.6).abs() < 1e-15);
}

#[test]
fn traces_race() {
    let uses = Uses { encoded: 3.0, recalls: 1, recent: &[3.0] };
    assert!((retrievability(&POWER, &uses, 1.0) - 0.75).abs() < 1e-15);
    assert!((base_level(&POWER, &uses, 1.0) - 0.0).abs() < 1e-12);
    // Ten recalls, of which eight have times: the encoding and two more count by the mean.
    let recent = [1.0; RECENT];
    let many = Uses { encoded: 3.0, recalls: 10, recent: &recent };
    let mean = POWER.curve.mean(1.0, 3.0);
    let missed = (1.0 - mean).powi(3) * (1.0 - 0.5f64.sqrt()).powi(8);
    assert!((retrievability(&POWER, &many, 1.0) - (1.0 - missed)).abs() < 1e-12);
    assert_eq!(many.count(), 11);
}

#[test]
fn the_first_of_an_answer_counts_whole_and_those_after_it_less() {
    assert_eq!(weight_of_place(1), 1.0);
    assert!((weight_of_place(10) - 0.302_793).abs() < 1e-6);
    assert!((1..50).all(|place| weight_of_place(place + 1) < weight_of_place(place)));
}

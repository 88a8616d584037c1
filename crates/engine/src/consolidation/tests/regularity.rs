use super::fixture::Chance;
use crate::consolidation::regularity::{CHANCE, DAY, HOUR, MONTH, Regularity, WEEK, regularity};
use proptest::prelude::*;

/// Share of 500 series of chance that are called regular.
fn false_alarms(mut make: impl FnMut(&mut Chance) -> Vec<i64>) -> f64 {
    let mut chance = Chance(7);
    let alarms = (0..500).filter(|_| regularity(&make(&mut chance)).is_some()).count();
    alarms as f64 / 500.0
}

fn rhythm(chance: &mut Chance, period: i64, n: usize, jitter: f64, missing: f64) -> Vec<i64> {
    let offset = (chance.unit() * period as f64) as i64;
    let mut times = Vec::new();
    let mut beat = 0;
    while times.len() < n {
        if chance.unit() >= missing {
            times.push(offset + beat * period + (chance.normal() * jitter * period as f64) as i64);
        }
        beat += 1;
    }
    times
}

/// Share of 100 such rhythms that are found with their period.
fn found(period: i64, n: usize, jitter: f64, missing: f64) -> f64 {
    let mut chance = Chance(11);
    let is_it = |r: Regularity| (r.period_us as f64 / period as f64 - 1.0).abs() < 0.02 && r.p_value < CHANCE;
    let hits = (0..100).filter(|_| regularity(&rhythm(&mut chance, period, n, jitter, missing)).is_some_and(is_it));
    hits.count() as f64 / 100.0
}

#[test]
fn random_times_are_rarely_called_regular() {
    for n in [5usize, 8, 16] {
        let uniform = false_alarms(|c| (0..n).map(|_| (c.unit() * 60.0 * DAY as f64) as i64).collect());
        let waits = false_alarms(|c| {
            let mut at = 0.0;
            (0..n)
                .map(|_| {
                    at += c.exponential(DAY as f64);
                    at as i64
                })
                .collect()
        });
        let bursts = false_alarms(|c| {
            let mut times = Vec::new();
            for _ in 0..n {
                let start = c.unit() * 60.0 * DAY as f64;
                times.extend((0..4).map(|_| (start + c.exponential(HOUR as f64 / 6.0)) as i64));
            }
            times
        });
        let year = false_alarms(|c| (0..n).map(|_| (c.unit() * 730.0 * DAY as f64) as i64).collect());
        for share in [uniform, waits, bursts, year] {
            assert!(share <= 0.01, "{n}: uniform {uniform}, waits {waits}, bursts {bursts}, year {year}");
        }
    }
}

#[test]
fn rhythms_with_jitter_and_gaps_are_found() {
    let check = |name, share: f64, least: f64| {
        assert!(share >= least, "{name}: {share}");
    };
    check("daily, strict", found(DAY, 7, 0.02, 0.0), 0.98);
    check("daily, an hour more or less", found(DAY, 10, 0.04, 0.3), 0.95);
    check("weekly, a few hours more or less", found(WEEK, 6, 0.03, 0.2), 0.95);
    check("weekly, half of them missing", found(WEEK, 10, 0.05, 0.5), 0.95);
    check("weekly, a day more or less", found(WEEK, 20, 0.12, 0.3), 0.9);
    check("monthly", found(MONTH, 8, 0.03, 0.1), 0.95);
    check("each hour", found(HOUR, 12, 0.05, 0.1), 0.95);
    check("every two days", found(2 * DAY, 12, 0.04, 0.2), 0.9);
    check("every ten minutes", found(HOUR / 6, 20, 0.05, 0.1), 0.9);
}

#[test]
fn an_exact_rhythm_has_full_strength_and_its_own_name() {
    for (period, name) in [(HOUR, "hour"), (DAY, "day"), (WEEK, "week")] {
        let times: Vec<i64> = (0..9).map(|n| 1_000_000_007 + n * period).collect();
        let r = regularity(&times).unwrap();
        assert_eq!((r.period_us, r.name()), (period, Some(name)));
        assert!(r.strength > 0.999 && r.p_value < 1e-6, "{r:?}");
    }
}

#[test]
fn few_times_or_one_moment_are_no_rhythm() {
    assert_eq!(regularity(&[]), None);
    assert_eq!(regularity(&[0, WEEK, 2 * WEEK, 3 * WEEK]), None);
    assert_eq!(regularity(&[DAY; 20]), None);
    assert_eq!(regularity(&[i64::MIN, -1, 0, 1, i64::MAX]), None);
    assert_eq!(regularity(&(0..30).map(|n| n * 1_000_000).collect::<Vec<_>>()), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn neither_the_order_of_times_nor_where_they_begin_matters(seed in any::<u64>(), n in 5usize..40, shift in -1_000_000_000i64..1_000_000_000) {
        let mut chance = Chance(seed);
        let mut times = rhythm(&mut chance, DAY, n, 0.03, 0.2);
        let before = regularity(&times);
        chance.shuffle(&mut times);
        times.iter_mut().for_each(|t| *t += shift * 1_000);
        prop_assert_eq!(before, regularity(&times));
    }
}

use crate::consolidation::schedule::{LONGEST_BACKOFF, Schedule, Step, backoff};
use proptest::prelude::*;
use std::collections::BTreeMap;

const SECOND: i64 = 1_000_000;

#[test]
fn a_space_runs_on_its_beat_and_only_when_something_is_new() {
    let mut schedule = Schedule::default();
    assert_eq!(schedule.next(0), Step::Idle);
    schedule.set("a", 60 * SECOND, false, 0);
    assert_eq!(schedule.next(0), Step::Run("a".into()));
    schedule.completed("a", 2 * SECOND, true);
    assert_eq!(schedule.next(2 * SECOND), Step::Wait(58 * SECOND));
    assert_eq!(schedule.next(60 * SECOND), Step::Run("a".into()));
    // It took longer than its interval: the next beat is the first that is still to come.
    schedule.completed("a", 150 * SECOND, true);
    assert_eq!(schedule.next(150 * SECOND), Step::Wait(30 * SECOND));
    schedule.completed("a", 180 * SECOND, false);
    assert_eq!(schedule.next(1_000 * SECOND), Step::Idle);
    schedule.news("a");
    assert_eq!(schedule.next(1_000 * SECOND), Step::Run("a".into()));
    schedule.skipped("a", 1_000 * SECOND);
    assert_eq!(schedule.next(2_000 * SECOND), Step::Idle);
}

#[test]
fn what_is_longest_overdue_for_its_interval_goes_first() {
    let mut schedule = Schedule::default();
    schedule.set("slow", 600 * SECOND, false, 0);
    schedule.set("fast", 60 * SECOND, false, 100 * SECOND);
    // 200 s late of 600, against 100 s late of 60.
    assert_eq!(schedule.next(200 * SECOND), Step::Run("fast".into()));
    schedule.want("slow");
    assert_eq!(schedule.next(200 * SECOND), Step::Run("slow".into()));
    let mut even = Schedule::default();
    even.set("b", SECOND, false, 0);
    even.set("a", SECOND, false, 0);
    assert_eq!(even.next(5 * SECOND), Step::Run("a".into()));
}

#[test]
fn a_paused_space_runs_only_when_it_is_asked_to() {
    let mut schedule = Schedule::default();
    schedule.set("a", SECOND, true, 0);
    assert_eq!(schedule.next(100 * SECOND), Step::Idle);
    schedule.want("a");
    assert_eq!(schedule.next(100 * SECOND), Step::Run("a".into()));
    schedule.completed("a", 100 * SECOND, true);
    assert_eq!(schedule.next(200 * SECOND), Step::Idle);
    schedule.set("a", SECOND, false, 200 * SECOND);
    assert_eq!(schedule.next(200 * SECOND), Step::Run("a".into()));
}

#[test]
fn a_failing_space_waits_twice_as_long_each_time_up_to_a_limit() {
    let waits: Vec<i64> = (1..=7).map(|n| backoff(60 * SECOND, n) / SECOND).collect();
    assert_eq!(waits, [60, 120, 240, 480, 900, 900, 900]);
    assert_eq!(backoff(60 * SECOND, u32::MAX), LONGEST_BACKOFF);
    assert_eq!(backoff(3_600 * SECOND, 9), 3_600 * SECOND);
    let mut schedule = Schedule::default();
    schedule.set("a", 60 * SECOND, false, 0);
    schedule.failed("a", 0);
    schedule.failed("a", 60 * SECOND);
    assert_eq!(schedule.next(60 * SECOND), Step::Wait(120 * SECOND));
    assert_eq!(schedule.get("a").unwrap().failures, 2);
    schedule.completed("a", 180 * SECOND, true);
    assert_eq!((schedule.get("a").unwrap().failures, schedule.next(180 * SECOND)), (0, Step::Wait(60 * SECOND)));
}

#[test]
fn a_new_process_goes_on_where_the_last_one_was() {
    let mut schedule = Schedule::default();
    schedule.set("a", 60 * SECOND, false, 0);
    schedule.resume("a", 400 * SECOND, 3);
    assert_eq!(schedule.next(0), Step::Wait(400 * SECOND));
    schedule.set("a", 30 * SECOND, false, 0);
    assert_eq!(schedule.next(0), Step::Wait(400 * SECOND), "a backoff is no cadence");
    schedule.completed("a", 400 * SECOND, true);
    schedule.set("a", 10 * SECOND, false, 401 * SECOND);
    assert_eq!(schedule.next(401 * SECOND), Step::Wait(9 * SECOND));
    schedule.retain(|_| false);
    assert_eq!(schedule.next(0), Step::Idle);
}

/// Runs the worker over spaces of (interval, duration of a run, whether it fails); returns the starts of each.
fn simulate(spaces: &[(i64, i64, bool)], until: i64) -> BTreeMap<String, Vec<i64>> {
    let mut schedule = Schedule::default();
    let mut starts: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (at, &(interval, ..)) in spaces.iter().enumerate() {
        schedule.set(&format!("{at:03}"), interval, false, 0);
        starts.insert(format!("{at:03}"), Vec::new());
    }
    let mut now = 0;
    while now < until {
        match schedule.next(now) {
            Step::Run(name) => {
                let (_, duration, fails) = spaces[name.parse::<usize>().unwrap()];
                starts.get_mut(&name).unwrap().push(now);
                now += duration;
                if fails { schedule.failed(&name, now) } else { schedule.completed(&name, now, true) }
            }
            Step::Wait(time) => now += time.max(1),
            Step::Idle => break,
        }
    }
    starts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn cadence_is_kept_when_runs_leave_time_for_it(n in 1usize..12, intervals in prop::collection::vec(20i64..120, 12)) {
        // A run takes so little that all of them fit into a tenth of the shortest interval.
        let duration = 2 * SECOND / n as i64;
        let spaces: Vec<_> = (0..n).map(|at| (intervals[at] * SECOND, duration, false)).collect();
        let until = 3_600 * SECOND;
        for (starts, &(interval, ..)) in simulate(&spaces, until).values().zip(&spaces) {
            for (beat, &start) in starts.iter().enumerate() {
                let late = start - beat as i64 * interval;
                prop_assert!((0..=2 * SECOND).contains(&late), "beat {beat} is {late} us late");
            }
            prop_assert!(starts.len() as i64 >= until / interval);
        }
    }

    #[test]
    fn none_starves_however_little_time_there_is(spaces in prop::collection::vec((1i64..120, 1i64..60), 2..12)) {
        let spaces: Vec<_> = spaces.into_iter().map(|(i, d)| (i * SECOND, d * SECOND, false)).collect();
        let all: i64 = spaces.iter().map(|s| s.1).sum();
        let least = spaces.iter().map(|s| s.0).min().unwrap();
        let until = 20_000 * SECOND;
        for (starts, &(interval, ..)) in simulate(&spaces, until).values().zip(&spaces) {
            // While it waits every other one runs at most as often as its own interval allows relative to this one's lateness.
            let bound = (interval / least + 2) * (all + interval);
            let gaps = starts.windows(2).map(|w| w[1] - w[0]).chain(starts.last().map(|last| until - last));
            prop_assert!(!starts.is_empty() && gaps.max().unwrap() <= bound);
        }
    }

    #[test]
    fn a_failing_space_delays_nobody(n in 2usize..8, failing in 0usize..8, interval in 20i64..120) {
        let make = |fails: bool| -> Vec<_> {
            (0..n).map(|at| (interval * SECOND, SECOND, fails && at == failing % n)).collect()
        };
        let (well, ill) = (simulate(&make(false), 7_200 * SECOND), simulate(&make(true), 7_200 * SECOND));
        for (at, (name, starts)) in ill.iter().enumerate() {
            if at == failing % n {
                prop_assert!(starts.len() < well[name].len());
            } else {
                prop_assert!(starts.len() + 1 >= well[name].len(), "{name}: {} {}", starts.len(), well[name].len());
            }
        }
    }
}

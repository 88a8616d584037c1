use crate::consolidation::health::{Facts, Health, LOW_NOVELTY, health, low_novelty_runs};

const SECOND: i64 = 1_000_000;

fn well() -> Facts {
    Facts {
        now: 10_000 * SECOND,
        interval: 60 * SECOND,
        paused: false,
        last_completed: Some(9_950 * SECOND),
        waiting_since: Some(9_960 * SECOND),
        publish_delay: Some(SECOND),
        failures_in_row: 0,
        low_novelty_runs: 0,
    }
}

fn check(facts: Facts, expected: Health, reason: &str) {
    let report = health(&facts);
    assert_eq!(report.health, expected, "{facts:?}: {report:?}");
    assert!(report.reason.contains(reason), "{report:?}");
    assert_eq!(report.remedy.is_empty(), expected == Health::Ok, "{report:?}");
}

#[test]
fn each_clause_of_the_contract_has_its_state() {
    let before = |seconds: i64| Some((10_000 - seconds) * SECOND);
    check(well(), Health::Ok, "40 s");
    check(Facts { last_completed: before(90), waiting_since: before(90), ..well() }, Health::Ok, "");
    check(Facts { last_completed: before(91), waiting_since: before(91), ..well() }, Health::Degraded, "91 s");
    check(Facts { last_completed: None, waiting_since: before(91), ..well() }, Health::Degraded, "91 s");
    check(Facts { publish_delay: Some(6 * SECOND), ..well() }, Health::Degraded, "6 s after its end");
    check(Facts { failures_in_row: 1, ..well() }, Health::Degraded, "1 of 3");
    check(Facts { last_completed: before(901), waiting_since: before(901), ..well() }, Health::Stale, "901 s");
    check(Facts { failures_in_row: 3, waiting_since: before(2_000), ..well() }, Health::Failing, "3 runs");
    check(Facts { low_novelty_runs: 4, ..well() }, Health::Ok, "");
    check(Facts { low_novelty_runs: 5, ..well() }, Health::Stagnant, "5 runs");
}

#[test]
fn a_space_with_nothing_new_is_fresh_however_long_ago_its_run_was() {
    check(Facts { last_completed: Some(0), waiting_since: None, ..well() }, Health::Ok, "nothing is new");
    check(
        Facts { last_completed: None, waiting_since: None, publish_delay: None, ..well() },
        Health::Ok,
        "nothing is new",
    );
    // News after a long silence are not late: they count from when they came.
    check(Facts { last_completed: Some(0), ..well() }, Health::Ok, "40 s");
}

#[test]
fn a_pause_is_named_where_it_is_the_cause() {
    let paused = Facts { paused: true, last_completed: Some(0), waiting_since: Some(9_000 * SECOND), ..well() };
    check(paused, Health::Stale, "the space is paused");
    assert!(health(&paused).remedy.contains("engram_worker_resume"));
    check(Facts { paused: true, waiting_since: None, ..well() }, Health::Ok, "");
}

#[test]
fn only_runs_with_new_episodes_tell_of_stagnation() {
    let runs = [(3, 0.5), (3, 0.001), (0, 0.0), (0, 0.0), (1, 0.009), (9, 0.0)];
    assert_eq!(runs.into_iter().fold(7, |n, (new, novelty)| low_novelty_runs(n, new, novelty)), 3);
    assert_eq!(low_novelty_runs(4, 1, LOW_NOVELTY), 0);
}

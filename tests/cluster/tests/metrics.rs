//! Metrics: counters that never go down, spaces that come and go, errors by class, histograms that agree with calls, and who may read them.

use engram_cluster_tests::{Cluster, Options, remember, wait_ready_space, wait_until};
use postgres::Client;
use std::collections::HashMap;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// A metric with its labels.
type Name = [String; 6];

/// Every counter, and every part of a histogram: what must never go down.
fn counters(client: &mut Client) -> HashMap<Name, f64> {
    let sql = "SELECT name, database, space, operation, label, le, value FROM engram.metrics WHERE type <> 'gauge'";
    let rows = client.query(sql, &[]).unwrap();
    rows.iter().map(|row| (std::array::from_fn(|i| row.get(i)), row.get(6))).collect()
}

/// Asserts that nothing went down. A space may leave the busiest and come back.
fn assert_not_down(before: &HashMap<Name, f64>, after: &HashMap<Name, f64>) {
    for (name, value) in before {
        match after.get(name) {
            Some(now) => assert!(now >= value, "{name:?} went from {value} to {now}"),
            None => assert!(!name[2].is_empty() && name[2] != "other", "{name:?} is gone"),
        }
    }
}

fn recall(client: &mut Client, space: &str) {
    client.query("SELECT id FROM engram_recall('lantern', space => $1)", &[&space]).unwrap();
}

fn number(client: &mut Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).unwrap().get(0)
}

#[test]
fn no_counter_goes_down_when_workers_are_replaced() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    remember(&mut client, "steady", "the lantern hangs at the pier");
    wait_ready_space(&mut client, "steady");
    recall(&mut client, "steady");
    let mut last = counters(&mut client);
    let runs = "SELECT sum(runs_total)::bigint FROM engram.metrics_worker";
    let starts = "SELECT sum(starts_total)::bigint FROM engram.metrics_worker";
    for _ in 0..3 {
        let (ran, started) = (number(&mut client, runs), number(&mut client, starts));
        let ended = "SELECT count(pg_terminate_backend(pid)) FROM engram.stat_worker";
        assert!(number(&mut client, ended) > 0, "there are workers");
        wait_until("workers are back and have run", PATIENCE, || {
            let live = number(&mut client, "SELECT processes FROM engram.metrics_worker WHERE worker = 'launcher'");
            live == 1 && number(&mut client, starts) > started && number(&mut client, runs) > ran
        });
        recall(&mut client, "steady");
        let now = counters(&mut client);
        assert_not_down(&last, &now);
        last = now;
    }
    let restarts = "SELECT restarts_total FROM engram.metrics_worker WHERE worker = 'launcher'";
    assert_eq!(number(&mut client, restarts), 3, "every end of the launcher is one");
    let age = "SELECT heartbeat_age_seconds FROM engram.metrics_worker WHERE worker = 'launcher'";
    let age: f64 = client.query_one(age, &[]).unwrap().get(0);
    assert!((0.0..30.0).contains(&age), "the launcher was heard of {age} s ago");
}

#[test]
fn spaces_come_and_go_among_the_busiest_and_no_counter_goes_down() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    // More spaces than are shown, and than are kept track of.
    let spaces: Vec<String> = (0..300).map(|i| format!("space {i}")).collect();
    for space in &spaces {
        remember(&mut client, space, "the lantern hangs at the pier");
    }
    let shown = |client: &mut Client| number(client, "SELECT count(DISTINCT space) FROM engram.metrics_operation");
    assert_eq!(shown(&mut client), 51, "fifty spaces, and the others as one");
    let calls = "SELECT sum(calls_total)::bigint FROM engram.metrics_operation WHERE operation = 'recall'";
    let mut last = counters(&mut client);
    let mut asked = 0;
    // Other spaces get busy in turn: some the first time, some again. The choice is made every ten seconds.
    let crowds = [(&spaces[280..], 5), (&spaces[..20], 20), (&spaces[280..], 5)];
    for (turn, (crowd, enough)) in crowds.into_iter().enumerate() {
        let is_in = |client: &mut Client| {
            let names: Vec<&str> = crowd.iter().map(String::as_str).collect();
            let sql = "SELECT count(DISTINCT space) FROM engram.metrics_operation WHERE space = ANY ($1)";
            client.query_one(sql, &[&names]).unwrap().get::<_, i64>(0)
        };
        wait_until(&format!("crowd {turn} is among the busiest"), PATIENCE, || {
            for space in crowd {
                for _ in 0..5 {
                    recall(&mut client, space);
                    asked += 1;
                }
            }
            let now = counters(&mut client);
            assert_not_down(&last, &now);
            // What is not shown now keeps what it had.
            last.extend(now);
            // One that has just come in has no call yet.
            assert!((46..=51).contains(&shown(&mut client)), "fifty spaces, and the others as one");
            std::thread::sleep(Duration::from_millis(200));
            is_in(&mut client) >= enough
        });
    }
    // Some calls are in the history of spaces that are not shown; nothing is counted twice.
    let counted = number(&mut client, calls);
    assert!(counted <= asked && counted > 0, "{counted} of {asked} calls are shown");
    let all = "SELECT seconds_count FROM engram.metrics_operation_duration WHERE operation = 'recall'";
    assert_eq!(number(&mut client, all), asked, "every call has a duration");
}

#[test]
fn errors_are_counted_by_class_and_pass_through_as_they_came() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    remember(&mut client, "errors", "the lantern hangs at the pier");
    let of = |client: &mut Client, class: &str| {
        let sql = "SELECT sum(total)::bigint FROM engram.metrics_operation_errors WHERE sqlstate_class = $1";
        client.query_one(sql, &[&class]).unwrap().get::<_, i64>(0)
    };
    let failures = [
        ("22", "22023", "SELECT engram_recall('x', k => -1, space => 'errors')"),
        ("42", "42704", "SELECT engram_recall('x', space => 'not there')"),
        ("42", "42601", "SELECT engram_query('RECAL x')"),
        // An error of the server's own, not one of ours.
        ("22", "22P02", "SELECT engram_remember_many('[{\"content\": \"x\", \"id\": \"no id\"}]')"),
    ];
    for (class, code, sql) in failures {
        let before = of(&mut client, class);
        let error = client.execute(sql, &[]).expect_err(sql);
        assert_eq!(error.code().map(|c| c.code()), Some(code), "{sql}: {error}");
        assert_eq!(of(&mut client, class), before + 1, "{sql}");
    }
    let spaces = number(&mut client, "SELECT count(*) FROM engram.metrics_operation WHERE space = 'not there'");
    assert_eq!(spaces, 0, "a name that is no space has no row of its own");
    // A read-only transaction refuses, and so does a quota or a lock that is not had: whatever the class, it is one of the list.
    client.batch_execute("SET statement_timeout = '1ms'").unwrap();
    wait_until("a recall was cancelled", PATIENCE, || {
        let _ = client.query("SELECT engram_recall('lantern', space => 'errors') FROM generate_series(1, 1000)", &[]);
        client.batch_execute("SET statement_timeout = 0").unwrap();
        let cancelled = of(&mut client, "57");
        client.batch_execute("SET statement_timeout = '1ms'").unwrap();
        cancelled > 0
    });
    client.batch_execute("SET statement_timeout = 0").unwrap();
    let sums = "SELECT bool_and(f.failures = e.total) FROM (SELECT operation, sum(failures_total) AS failures \
                FROM engram.metrics_operation GROUP BY operation) f JOIN (SELECT operation, sum(total) AS total \
                FROM engram.metrics_operation_errors GROUP BY operation) e USING (operation)";
    assert!(client.query_one(sums, &[]).unwrap().get::<_, bool>(0), "every failure has a class");
}

#[test]
fn histograms_agree_with_calls_while_many_call() {
    const SESSIONS: usize = 4;
    const CALLS: i64 = 200;
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    remember(&mut client, "busy", "the lantern hangs at the pier");
    wait_ready_space(&mut client, "busy");
    std::thread::scope(|scope| {
        for session in 0..SESSIONS {
            let mut client = cluster.client();
            scope.spawn(move || {
                for call in 0..CALLS {
                    recall(&mut client, "busy");
                    if call % 10 == 0 {
                        remember(&mut client, &format!("own {session}"), &format!("lantern {call}"));
                    }
                }
            });
        }
    });
    let agree = "SELECT bool_and(o.calls = d.seconds_count AND d.seconds_bucket[12] <= d.seconds_count) \
                 FROM (SELECT operation, sum(calls_total) AS calls FROM engram.metrics_operation GROUP BY operation) o \
                 JOIN engram.metrics_operation_duration d USING (operation)";
    assert!(client.query_one(agree, &[]).unwrap().get::<_, bool>(0), "calls by space add up to those by duration");
    let recalls = "SELECT calls_total FROM engram.metrics_operation WHERE space = 'busy' AND operation = 'recall'";
    assert_eq!(number(&mut client, recalls), SESSIONS as i64 * CALLS, "no call is lost");
    assert_eq!(number(&mut client, "SELECT answered_total FROM engram.metrics_recall"), SESSIONS as i64 * CALLS);
    let stored = number(&mut client, "SELECT total FROM engram.metrics_remembered");
    assert_eq!(
        stored,
        number(&mut client, "SELECT count(*) FROM engram.memory WHERE kind <> 'belief'"),
        "what is stored was counted"
    );
}

#[test]
fn a_crash_begins_anew_and_says_so() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    remember(&mut client, "crash", "the lantern hangs at the pier");
    client.execute("SELECT engram_stat_reset()", &[]).unwrap();
    let reset = "SELECT stats_reset_timestamp_seconds FROM engram.metrics_info";
    let first: f64 = client.query_one(reset, &[]).unwrap().get(0);
    recall(&mut client, "crash");
    cluster.kill_postmaster();
    cluster.start_server();
    let mut client = cluster.client();
    let calls = number(&mut client, "SELECT sum(calls_total)::bigint FROM engram.metrics_operation");
    assert_eq!(calls, 0, "shared memory is new");
    let second: f64 = client.query_one(reset, &[]).unwrap().get(0);
    assert!(second > first, "counting began at the start of the server");
}

#[test]
fn those_who_monitor_may_read_and_others_not() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    remember(&mut client, "secret", "the lantern hangs at the pier");
    client
        .batch_execute("CREATE ROLE watcher LOGIN IN ROLE pg_monitor; CREATE ROLE member LOGIN IN ROLE engram_reader, engram_writer")
        .unwrap();
    let sql = "SELECT table_name::text FROM information_schema.views WHERE table_schema = 'engram' \
               AND (table_name LIKE 'metrics%' OR table_name IN ('stat_operation', 'stat_space'))";
    let views: Vec<String> = client.query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect();
    assert!(views.len() > 15, "{views:?}");
    let mut watcher = cluster.client_of("postgres", "watcher");
    let mut member = cluster.client_of("postgres", "member");
    for view in views {
        let sql = format!("SELECT * FROM engram.{view}");
        assert!(!watcher.query(&sql, &[]).unwrap().is_empty() || view == "stat_space", "{view} has rows");
        let refused = member.query(&sql, &[]).expect_err(&view);
        assert_eq!(refused.code().map(|c| c.code()), Some("42501"), "{view}: {refused}");
    }
}

#[test]
fn consolidation_is_told_by_space_and_its_counters_agree_with_its_runs() {
    let options = Options::default().with("engram.consolidation = on").with("engram.consolidation_interval = '1s'");
    let cluster = Cluster::with_extension(&options);
    let mut client = cluster.client();
    for n in 0..12 {
        remember(&mut client, "formed", &format!("the lantern hangs at the pier of Saltmere, evening {n}"));
    }
    let of = |client: &mut Client, column: &str| -> f64 {
        let sql = format!(
            "SELECT coalesce(max({column}), 0)::float8 FROM engram.metrics_consolidation WHERE space = 'formed'"
        );
        client.query_one(&sql, &[]).unwrap().get(0)
    };
    wait_until("the space was consolidated", PATIENCE, || {
        of(&mut client, "runs_total") > of(&mut client, "failures_total")
    });
    let runs = "SELECT sum(runs_total)::float8 = (SELECT sum(runs)::float8 FROM engram.stat_consolidation) FROM engram.metrics_consolidation";
    assert!(client.query_one(runs, &[]).unwrap().get::<_, bool>(0), "both count the same runs");
    let told = "SELECT sum(total)::bigint FROM engram.metrics_belief_events";
    assert_eq!(
        number(&mut client, told),
        number(&mut client, "SELECT count(*) FROM engram.belief_event"),
        "events are counted"
    );
    assert_eq!(
        of(&mut client, "beliefs") as i64,
        number(&mut client, "SELECT count(*) FROM engram.belief WHERE space = 'formed' AND state = 'active'")
    );
    wait_until("nothing is new", PATIENCE, || of(&mut client, "freshness_seconds") == 0.0);
    assert_eq!(of(&mut client, "interval_seconds"), 1.0);
    assert_eq!(of(&mut client, "failures_in_row"), 0.0);
    // Paused, what waits gets older.
    client.execute("SELECT engram_worker_pause(space => 'formed')", &[]).unwrap();
    remember(&mut client, "formed", "another lantern at another pier");
    wait_until("something waits", PATIENCE, || of(&mut client, "freshness_seconds") > 1.0);
    assert_eq!((of(&mut client, "paused"), of(&mut client, "age_seconds")), (1.0, 0.0));
    let worker = "SELECT runs_total FROM engram.metrics_worker WHERE worker = 'consolidator'";
    assert!(number(&mut client, worker) > 0, "the consolidator has run");
}

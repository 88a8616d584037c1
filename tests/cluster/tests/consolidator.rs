//! The worker that consolidates: its cadence, fairness and failures, pauses and wishes.

use engram_cluster_tests::consolidation::*;
use engram_cluster_tests::{Cluster, wait_until};
use postgres::Client;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
/// Several intervals.
const WHILE: Duration = Duration::from_secs(4);

#[test]
fn a_space_is_consolidated_at_its_cadence_and_left_alone_while_nothing_is_new() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    tell(&mut client, "deck", 0);
    wait_current(&mut client, "deck");
    assert_eq!(beliefs(&mut client, "deck"), 1);
    // It leaves when it has been idle for a while, on a busy machine before it is looked at: then it is asked back.
    let mut number = 5000;
    wait_until("the only worker is shown as what it is", PATIENCE, || {
        let sql = "SELECT database, pid FROM engram.stat_worker WHERE worker = 'consolidator'";
        let shown = client.query(sql, &[]).unwrap();
        let shown: Vec<(Option<String>, i32)> = shown.iter().map(|row| (row.get(0), row.get(1))).collect();
        let there = cluster.pids_of(CONSOLIDATOR);
        assert!(shown.len() <= 1 && there.len() <= 1, "{shown:?}, {there:?}");
        let agrees = matches!((&shown[..], &there[..]), ([(Some(database), pid)], [process]) if database == "postgres" && pid == process);
        if !agrees {
            number += 1;
            tell(&mut client, "deck", number);
        }
        agrees
    });
    wait_current(&mut client, "deck");

    let before = count(&mut client, "runs", "deck");
    std::thread::sleep(WHILE);
    assert_eq!(count(&mut client, "runs", "deck"), before, "nothing was new");

    // Something is always new.
    let begun = Instant::now();
    for number in 1.. {
        tell(&mut client, "deck", number);
        std::thread::sleep(Duration::from_millis(100));
        if begun.elapsed() > 2 * WHILE {
            break;
        }
    }
    let runs = count(&mut client, "runs", "deck") - before;
    let most = begun.elapsed().as_secs() as i64 + 2;
    assert!((2..=most).contains(&runs), "{runs} runs in {:?}", begun.elapsed());
    wait_current(&mut client, "deck");
    let (state, reason, remedy) = health(&mut client, "deck");
    assert_eq!((state.as_str(), remedy), ("ok", None), "{reason}");

    // A space of its own cadence: once, and then not for long.
    client.batch_execute("SELECT engram_create_space('slow')").unwrap();
    client.execute("UPDATE engram.space SET consolidation_interval = '1 hour' WHERE space = 'slow'", &[]).unwrap();
    tell(&mut client, "slow", 0);
    wait_runs(&mut client, "slow", 1);
    let before = count(&mut client, "runs", "slow");
    tell(&mut client, "slow", 1);
    std::thread::sleep(WHILE);
    assert_eq!(count(&mut client, "runs", "slow"), before, "an hour has not passed");
    assert!(has_news(&mut client, "slow"));
    assert_eq!(health(&mut client, "slow").0, "ok");
    // It leaves when it has been idle for long enough, and comes back.
    wait_until("the idle worker leaves", PATIENCE, || cluster.pids_of(CONSOLIDATOR).is_empty());
    tell(&mut client, "deck", 9000);
    wait_current(&mut client, "deck");
}

#[test]
fn news_do_not_age_in_a_stream_that_never_ends() {
    const STREAM: Duration = Duration::from_secs(24);
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    tell(&mut client, "deck", 0);
    wait_current(&mut client, "deck");
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for writer in 1..3 {
            let mut client = cluster.client();
            scope.spawn(move || {
                for number in (writer..).step_by(2) {
                    tell(&mut client, "deck", number);
                    if begun.elapsed() > STREAM {
                        break;
                    }
                    std::thread::sleep(Duration::from_millis(40));
                }
            });
        }
        let freshness = "SELECT freshness_seconds FROM engram.consolidation_health WHERE space = 'deck'";
        let mut least = f64::MAX;
        while begun.elapsed() < STREAM {
            if begun.elapsed() > STREAM / 2 {
                least = least.min(client.query_one(freshness, &[]).unwrap().get(0));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        // Since the first news of all it would be twelve at least.
        assert!(least < 10.0, "news have waited for {least} s, with a run each second");
    });
}

#[test]
fn ten_spaces_are_served_alike() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    let spaces: Vec<String> = (0..10).map(|n| format!("space {n}")).collect();
    let mut number = 0;
    wait_until("each space was consolidated four times", PATIENCE, || {
        // Much in one of them.
        for _ in 0..5 {
            tell(&mut client, &spaces[0], number);
            number += 1;
        }
        spaces[1..].iter().for_each(|space| tell(&mut client, space, number));
        spaces.iter().all(|space| count(&mut client, "runs", space) >= 4)
    });
    let runs: Vec<i64> = spaces.iter().map(|space| count(&mut client, "runs", space)).collect();
    let (least, most) = (runs.iter().min().unwrap(), runs.iter().max().unwrap());
    assert!(*most <= 3 * least, "{runs:?}");
}

#[test]
fn a_space_that_fails_backs_off_and_the_others_go_on() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    client
        .batch_execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                 $$BEGIN RAISE EXCEPTION 'no beliefs in %', NEW.space; END$$;
             CREATE TRIGGER refuse BEFORE INSERT ON engram.memory FOR EACH ROW
                 WHEN (NEW.kind = 'belief' AND NEW.space = 'broken') EXECUTE FUNCTION refuse();
             ALTER TABLE engram.memory ENABLE ALWAYS TRIGGER refuse",
        )
        .unwrap();
    tell(&mut client, "broken", 0);
    let mut number = 0;
    wait_until("the space is failing", PATIENCE, || {
        tell(&mut client, "whole", number);
        number += 1;
        std::thread::sleep(Duration::from_millis(200));
        health(&mut client, "broken").0 == "failing"
    });
    let (_, reason, remedy) = health(&mut client, "broken");
    assert!(remedy.is_some(), "{reason}");
    let sql = "SELECT failures_in_row, next_due > last.finished_at + '2 s', last_error, last.error, last.cause, next_due > now() - '1 min'::interval
               FROM engram.consolidation_health h,
                    (SELECT * FROM engram.consolidation_run WHERE space = 'broken' ORDER BY started_at DESC LIMIT 1) last
               WHERE h.space = 'broken'";
    let row = client.query_one(sql, &[]).unwrap();
    assert!(row.get::<_, i32>(0) >= 3);
    assert!(row.get::<_, bool>(1), "the pause was doubled twice");
    for column in [2, 3] {
        assert!(row.get::<_, &str>(column).contains("no beliefs in broken"), "{}", row.get::<_, &str>(column));
    }
    assert_eq!(row.get::<_, &str>(4), "worker");
    let failures: i64 = client
        .query_one("SELECT count(*) FROM engram.consolidation_run WHERE space = 'broken' AND state = 'failed'", &[])
        .unwrap()
        .get(0);
    assert_eq!(failures, count(&mut client, "failures", "broken"));
    assert_eq!(beliefs(&mut client, "broken"), 0, "what failed was rolled back");
    wait_current(&mut client, "whole");
    wait_healthy(&mut client, "whole");
    assert!(count(&mut client, "runs", "whole") >= 3);
    assert_eq!(count(&mut client, "failures", "whole"), 0);

    // A reader is not told what an error quotes.
    client
        .batch_execute(
            "CREATE ROLE guest LOGIN IN ROLE engram_reader;
             SELECT engram_configure_space('broken', readers => '{guest}')",
        )
        .unwrap();
    let mut guest = cluster.client_of("postgres", "guest");
    let rows = guest.query("SELECT space, health, last_error FROM engram.consolidation_health", &[]).unwrap();
    assert_eq!(rows.len(), 1, "only what it may read");
    assert_eq!((rows[0].get(0), rows[0].get(1), rows[0].get(2)), ("broken", "failing", None::<&str>));

    // The cause is removed: it recovers by itself, or at once when it is asked for.
    client.batch_execute("DROP TRIGGER refuse ON engram.memory").unwrap();
    assert_eq!(run_now(&mut client, "broken"), "completed");
    wait_healthy(&mut client, "broken");
    assert_eq!(beliefs(&mut client, "broken"), 1);
}

#[test]
fn an_owner_that_is_gone_is_a_failure_and_not_the_end_of_the_worker() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    client
        .batch_execute(
            "CREATE ROLE skipper IN ROLE engram_writer; SELECT engram_create_space('boat', owner => 'skipper')",
        )
        .unwrap();
    tell(&mut client, "boat", 0);
    wait_current(&mut client, "boat");
    client.batch_execute("DROP ROLE skipper").unwrap();
    tell(&mut client, "boat", 1);
    tell(&mut client, "ship", 1);
    wait_until("it fails", PATIENCE, || count(&mut client, "failures", "boat") > 0);
    wait_current(&mut client, "ship");
    let sql = "SELECT last_error FROM engram.consolidation_health WHERE space = 'boat'";
    assert!(client.query_one(sql, &[]).unwrap().get::<_, &str>(0).contains("skipper"));
    client.batch_execute("CREATE ROLE skipper IN ROLE engram_writer").unwrap();
    assert_eq!(run_now(&mut client, "boat"), "completed");
}

#[test]
fn a_run_that_waits_for_a_lock_gives_up_and_can_be_cancelled() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    tell(&mut client, "deck", 0);
    wait_current(&mut client, "deck");
    let mut other = cluster.client();
    other.batch_execute("BEGIN; LOCK TABLE engram.consolidation IN SHARE MODE").unwrap();
    tell(&mut client, "deck", 1);
    wait_until("the worker waits for the lock", PATIENCE, || {
        let sql =
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE backend_type = $1 AND wait_event_type = 'Lock'";
        !client.query(sql, &[&CONSOLIDATOR]).unwrap().is_empty()
    });
    other.batch_execute("ROLLBACK").unwrap();
    wait_until("the cancel is a failure", PATIENCE, || count(&mut client, "failures", "deck") > 0);
    wait_current(&mut client, "deck");
    wait_healthy(&mut client, "deck");
    // A cancel that meets nothing does nothing.
    let pids = cluster.pids_of(CONSOLIDATOR);
    assert_eq!(pids.len(), 1);
    client.execute("SELECT pg_cancel_backend($1)", &[&pids[0]]).unwrap();
    tell(&mut client, "deck", 2);
    wait_current(&mut client, "deck");
    assert_eq!(cluster.pids_of(CONSOLIDATOR), pids);
}

#[test]
fn what_is_paused_rests_until_it_is_resumed_and_runs_when_it_is_asked_to() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    let truth = |client: &mut Client, sql: &str| -> bool { client.query_one(sql, &[]).unwrap().get(0) };
    client
        .batch_execute(
            "CREATE ROLE skipper LOGIN IN ROLE engram_writer;
             CREATE ROLE guest LOGIN IN ROLE engram_reader, engram_writer;
             SELECT engram_create_space('boat', owner => 'skipper', readers => '{guest}', writers => '{skipper}')",
        )
        .unwrap();
    tell(&mut client, "boat", 0);
    wait_current(&mut client, "boat");

    // Who may: the owner in its space, an administrator in all.
    let mut skipper = cluster.client_of("postgres", "skipper");
    let mut guest = cluster.client_of("postgres", "guest");
    let refused = |client: &mut Client, sql: &str| -> String {
        client.query_one(sql, &[]).expect_err(sql).as_db_error().expect("the server says no").code().code().to_owned()
    };
    for verb in ["pause", "resume", "run_now"] {
        let of = |space: &str| format!("SELECT engram_worker_{verb}(space => '{space}')");
        assert_eq!(refused(&mut guest, &of("boat")), "42501", "{verb}");
        assert_eq!(refused(&mut guest, &of("nowhere")), "42704", "{verb}");
        assert_eq!(refused(&mut guest, &of("default")), "42704", "{verb}");
        assert_eq!(refused(&mut skipper, &format!("SELECT engram_worker_{verb}()")), "42501", "{verb}");
        assert_eq!(refused(&mut client, &format!("SELECT engram_worker_{verb}('carpenter')")), "22023", "{verb}");
        assert_eq!(refused(&mut client, &format!("SELECT engram_worker_{verb}(NULL)")), "22004", "{verb}");
    }
    assert_eq!(refused(&mut client, "SELECT engram_worker_pause('maintenance')"), "0A000");

    assert!(truth(&mut skipper, "SELECT engram_worker_pause(space => 'boat')"));
    assert!(!truth(&mut skipper, "SELECT engram_worker_pause(space => 'boat')"), "it is paused");
    tell(&mut client, "boat", 1);
    tell(&mut client, "ship", 1);
    wait_current(&mut client, "ship");
    std::thread::sleep(WHILE);
    assert!(has_news(&mut client, "boat"), "paused");
    assert!(truth(&mut client, "SELECT paused FROM engram.consolidation_health WHERE space = 'boat'"));
    assert!(!truth(&mut client, "SELECT paused FROM engram.consolidation_health WHERE space = 'ship'"));
    // A run is a wish that a pause does not hold back.
    assert_eq!(run_now(&mut skipper, "boat"), "completed");
    assert!(!has_news(&mut client, "boat"));
    tell(&mut client, "boat", 2);

    // All of it, and after a restart, too.
    assert!(truth(&mut client, "SELECT engram_worker_pause()"));
    tell(&mut client, "ship", 2);
    drop((skipper, guest));
    cluster.restart();
    let mut client = cluster.client();
    std::thread::sleep(WHILE);
    assert!(has_news(&mut client, "ship") && has_news(&mut client, "boat"));
    let (_, reason, remedy) = health(&mut client, "ship");
    assert!(reason.contains("paused") && remedy.is_some_and(|r| r.contains("engram_worker_resume")), "{reason}");
    assert!(truth(&mut client, "SELECT engram_worker_resume()"));
    wait_current(&mut client, "ship");
    assert!(has_news(&mut client, "boat"), "paused by itself");
    assert!(truth(&mut client, "SELECT engram_worker_resume(space => 'boat')"));
    wait_current(&mut client, "boat");

    // A pause that is rolled back never was.
    client.batch_execute("BEGIN; SELECT engram_worker_pause(); ROLLBACK").unwrap();
    tell(&mut client, "ship", 3);
    wait_current(&mut client, "ship");

    // Wishes: without waiting, for all spaces, for the other worker.
    client.execute("UPDATE engram.space SET consolidation_interval = '1 hour'", &[]).unwrap();
    tell(&mut client, "ship", 4);
    tell(&mut client, "boat", 4);
    let asked: String = client.query_one("SELECT engram_worker_run_now()", &[]).unwrap().get(0);
    assert_eq!(asked, "asked");
    wait_current(&mut client, "ship");
    wait_current(&mut client, "boat");
    tell(&mut client, "ship", 5);
    tell(&mut client, "boat", 5);
    let done: String = client.query_one("SELECT engram_worker_run_now(wait => true)", &[]).unwrap().get(0);
    assert_eq!(done, "completed");
    assert!(!has_news(&mut client, "ship") && !has_news(&mut client, "boat"));
    let asked: String = client.query_one("SELECT engram_worker_run_now('maintenance')", &[]).unwrap().get(0);
    assert_eq!(asked, "asked");
    assert_eq!(refused(&mut client, "SELECT engram_worker_run_now('maintenance', wait => true)"), "0A000");

    // Who waits can be cancelled, and leaves nothing behind.
    let pid = cluster.pids_of(CONSOLIDATOR)[0];
    cluster.signal(pid, "STOP");
    client.batch_execute("SET statement_timeout = '500ms'").unwrap();
    for _ in 0..100 {
        assert_eq!(refused(&mut client, "SELECT engram_worker_run_now(space => 'ship', wait => true)"), "57014");
        client.batch_execute("SET statement_timeout = '5ms'").unwrap();
    }
    client.batch_execute("RESET statement_timeout").unwrap();
    cluster.signal(pid, "CONT");
    assert_eq!(run_now(&mut client, "ship"), "completed");
}

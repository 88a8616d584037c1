//! The worker that consolidates: its cadence, fairness and failures, pauses and wishes, kills, and the ends of databases and servers.

use engram_cluster_tests::{Cluster, Options, wait_until};
use postgres::Client;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
/// Several intervals.
const WHILE: Duration = Duration::from_secs(4);
const CONSOLIDATOR: &str = "engram consolidator";

fn options() -> Options {
    Options::default().with("engram.consolidation = on").with("engram.consolidation_interval = '1s'")
}

/// Stores three memories about one thing, with the same ids and times in whatever cluster.
fn tell(client: &mut Client, space: &str, number: usize) {
    let things = ["anchor of iron", "sail of linen", "lamp of brass", "rope of hemp", "mast of pine"];
    let thing = things[number % things.len()];
    for n in 0..3 {
        let id = format!("00000000-0000-7000-8000-{:06}{n:06}", number);
        let content = format!("The {thing} was seen on deck, watch {number}.");
        let sql = "SELECT engram_remember(content => $1, space => $2, id => $3::text::uuid, occurred_at => $4::text::timestamptz)";
        let at = format!("2026-01-{:02} {:02}:00:00+00", number % 27 + 1, n * 7);
        client
            .query_one(sql, &[&content, &space, &id, &at])
            .unwrap_or_else(|error| panic!("{content} in {space}: {error:?}"));
    }
}

/// A number of engram.stat_consolidation.
fn count(client: &mut Client, what: &str, space: &str) -> i64 {
    let sql = format!("SELECT {what} FROM engram.stat_consolidation WHERE space = $1");
    client.query_opt(&sql, &[&space]).expect("engram.stat_consolidation is readable").map_or(0, |row| row.get(0))
}

fn wait_runs(client: &mut Client, space: &str, runs: i64) {
    wait_until(&format!("{space} was consolidated {runs} times"), PATIENCE, || {
        count(client, "runs - failures", space) >= runs
    });
}

/// What the view says of a space: health, reason and remedy.
fn health(client: &mut Client, space: &str) -> (String, String, Option<String>) {
    let sql = "SELECT health, reason, remedy FROM engram.consolidation_health WHERE space = $1";
    let row = client.query_one(sql, &[&space]).expect("engram.consolidation_health is readable");
    (row.get(0), row.get(1), row.get(2))
}

fn wait_healthy(client: &mut Client, space: &str) {
    wait_until(&format!("{space} is healthy"), PATIENCE, || health(client, space).0 == "ok");
}

fn has_news(client: &mut Client, space: &str) -> bool {
    let sql = "SELECT freshness_seconds > 0 FROM engram.consolidation_health WHERE space = $1";
    client.query_one(sql, &[&space]).expect("engram.consolidation_health is readable").get(0)
}

/// Waits until everything in a space is consolidated.
fn wait_current(client: &mut Client, space: &str) {
    wait_until(&format!("nothing is new in {space}"), PATIENCE, || !has_news(client, space));
}

fn beliefs(client: &mut Client, space: &str) -> i64 {
    let sql = "SELECT count(*) FROM engram.memory WHERE kind = 'belief' AND suppressed_at IS NULL AND space = $1";
    client.query_one(sql, &[&space]).unwrap().get(0)
}

fn run_now(client: &mut Client, space: &str) -> String {
    client.query_one("SELECT engram_worker_run_now(space => $1, wait => true)", &[&space]).unwrap().get(0)
}

#[test]
fn a_space_is_consolidated_at_its_cadence_and_left_alone_while_nothing_is_new() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    tell(&mut client, "deck", 0);
    wait_current(&mut client, "deck");
    assert_eq!(beliefs(&mut client, "deck"), 1);
    assert_eq!(cluster.pids_of(CONSOLIDATOR).len(), 1);
    let shown =
        client.query_one("SELECT database, pid FROM engram.stat_worker WHERE worker = 'consolidator'", &[]).unwrap();
    assert_eq!((shown.get(0), vec![shown.get::<_, i32>(1)]), (Some("postgres"), cluster.pids_of(CONSOLIDATOR)));

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

/// Signature of the last run of a space.
fn signature(client: &mut Client, space: &str) -> Vec<u8> {
    let sql = "SELECT signature FROM engram.consolidation_run WHERE space = $1 AND state = 'completed' ORDER BY run DESC LIMIT 1";
    client.query_one(sql, &[&space]).unwrap().get(0)
}

#[test]
#[ignore = "needs the debug build: ring crash"]
fn a_worker_that_is_killed_goes_on_where_it_was() {
    let undisturbed = {
        let cluster = Cluster::with_extension(&options());
        let mut client = cluster.client();
        (0..9).for_each(|number| tell(&mut client, "deck", number));
        assert_eq!(run_now(&mut client, "deck"), "completed");
        wait_current(&mut client, "deck");
        (signature(&mut client, "deck"), beliefs(&mut client, "deck"))
    };
    assert!(undisturbed.1 > 0);
    for point in ["consolidator_start", "consolidator_step", "consolidator_end"] {
        let cluster = Cluster::with_extension(&options().with_crash_points());
        cluster.psql("SELECT engram_worker_pause()");
        let mut client = cluster.client();
        (0..9).for_each(|number| tell(&mut client, "deck", number));
        wait_until("no consolidator is there", PATIENCE, || cluster.pids_of(CONSOLIDATOR).is_empty());
        let before = cluster.arm(point, 0);
        // It may die with the session.
        let _ = client.batch_execute("SELECT engram_worker_resume()");
        wait_until(&format!("{point} is reached"), PATIENCE, || cluster.times_reached(point) > before);
        cluster.disarm();
        let mut client = cluster.client();
        // Where the pause came back with the crash.
        client.batch_execute("SELECT engram_worker_resume()").unwrap();
        wait_current(&mut client, "deck");
        assert_eq!((signature(&mut client, "deck"), beliefs(&mut client, "deck")), undisturbed, "{point}");
    }
}

#[test]
#[ignore = "needs the debug build: ring crash"]
fn a_failure_whose_record_is_killed_is_tried_again() {
    let cluster = Cluster::with_extension(&options().with_crash_points());
    let mut client = cluster.client();
    client
        .batch_execute(
            "CREATE ROLE skipper IN ROLE engram_writer; SELECT engram_create_space('boat', owner => 'skipper')",
        )
        .unwrap();
    client.batch_execute("DROP ROLE skipper").unwrap();
    let before = cluster.arm("consolidator_failed", 0);
    tell(&mut client, "boat", 0);
    wait_until("it dies", PATIENCE, || cluster.times_reached("consolidator_failed") > before);
    cluster.disarm();
    let mut client = cluster.client();
    wait_until("the failure is recorded", PATIENCE, || {
        let sql = "SELECT failures_in_row FROM engram.consolidation_health WHERE space = 'boat'";
        client.query_one(sql, &[]).unwrap().get::<_, i32>(0) > 0
    });
}

#[test]
fn databases_are_served_in_turn_and_dropped_while_they_are_served() {
    // One worker for all of it.
    let cluster = Cluster::with_extension(&options().with("engram.max_workers = 1"));
    for name in ["harbour", "island"] {
        cluster.psql(&format!("CREATE DATABASE {name}"));
        cluster.psql_in(name, "CREATE EXTENSION engram CASCADE");
    }
    let mut clients = ["postgres", "harbour", "island"].map(|name| cluster.client_of(name, "postgres"));
    for number in 0..3 {
        clients.iter_mut().for_each(|client| tell(client, "deck", number));
        clients.iter_mut().for_each(|client| wait_current(client, "deck"));
    }
    let pool = clients[0].query_one("SELECT max_workers, workers FROM engram.stat_worker_pool", &[]).unwrap();
    assert_eq!(pool.get::<_, i64>(0), 1);
    assert!(pool.get::<_, i64>(1) <= 1);
    let [mut first, mut second, third] = clients;
    drop(third);
    // A consolidator is in it, or wants to be.
    tell(&mut second, "deck", 10);
    drop(second);
    for statement in ["CREATE DATABASE copy TEMPLATE harbour", "ALTER DATABASE copy RENAME TO renamed"] {
        cluster.psql(statement);
    }
    for name in ["harbour", "island", "renamed"] {
        cluster.psql(&format!("DROP DATABASE {name}"));
    }
    tell(&mut first, "deck", 11);
    wait_current(&mut first, "deck");
}

#[test]
fn a_standby_rests_and_consolidates_once_it_is_promoted() {
    let primary = Cluster::with_extension(&options());
    let mut writer = primary.client();
    tell(&mut writer, "deck", 0);
    wait_current(&mut writer, "deck");
    let standby = primary.standby(&Options::default());
    writer.batch_execute("SELECT engram_worker_pause()").unwrap();
    tell(&mut writer, "deck", 1);
    primary.wait_replayed(&standby);
    let mut reader = standby.client();
    std::thread::sleep(WHILE);
    assert!(standby.pids_of(CONSOLIDATOR).is_empty(), "a standby has none");
    assert!(has_news(&mut reader, "deck"));
    for verb in ["pause", "resume", "run_now"] {
        let error = reader.query_one(&format!("SELECT engram_worker_{verb}(space => 'deck')"), &[]).expect_err(verb);
        assert_eq!(error.code().map(|code| code.code()), Some("0A000"), "{error:?}");
    }
    writer.batch_execute("SELECT engram_worker_resume()").unwrap();
    wait_current(&mut writer, "deck");
    let signed = signature(&mut writer, "deck");
    tell(&mut writer, "deck", 2);
    writer.batch_execute("SELECT engram_worker_pause(space => 'deck')").unwrap();
    primary.wait_replayed(&standby);
    drop(writer);
    standby.promote();
    wait_until("it is promoted", PATIENCE, || {
        !reader.query_one("SELECT pg_is_in_recovery()", &[]).unwrap().get::<_, bool>(0)
    });
    // The pause came with the rows, whether the primary was quicker or not.
    reader.batch_execute("SELECT engram_worker_resume(space => 'deck')").unwrap();
    wait_current(&mut reader, "deck");
    assert_ne!(signature(&mut reader, "deck"), signed, "there was something new");
    tell(&mut reader, "deck", 3);
    wait_current(&mut reader, "deck");
}

#[test]
fn a_worker_that_is_told_to_end_ends_and_comes_back() {
    let cluster = Cluster::with_extension(&options());
    let mut client = cluster.client();
    for number in 0..5 {
        tell(&mut client, "deck", number);
        wait_until("a consolidator is there", PATIENCE, || !cluster.pids_of(CONSOLIDATOR).is_empty());
        cluster.pids_of(CONSOLIDATOR).into_iter().for_each(|pid| cluster.signal(pid, "TERM"));
    }
    wait_current(&mut client, "deck");
    assert_eq!(count(&mut client, "failures", "deck"), 0);
    // Switched off and on without a restart.
    cluster.append_conf(&["engram.consolidation = off".to_owned()]);
    cluster.reload();
    wait_until("it leaves", PATIENCE, || cluster.pids_of(CONSOLIDATOR).is_empty());
    tell(&mut client, "deck", 10);
    std::thread::sleep(WHILE);
    assert!(has_news(&mut client, "deck"));
    cluster.append_conf(&["engram.consolidation = on".to_owned()]);
    cluster.reload();
    wait_current(&mut client, "deck");
    cluster.restart();
    let mut client = cluster.client();
    tell(&mut client, "deck", 11);
    wait_current(&mut client, "deck");
}

#[test]
fn a_visit_that_finds_no_worker_is_counted_and_told_once_a_minute() {
    let cluster = Cluster::with_extension(&options().with("engram.max_workers = 1"));
    let mut client = cluster.client();
    tell(&mut client, "deck", 0);
    wait_current(&mut client, "deck");
    wait_until("the only worker is stopped", PATIENCE, || {
        let found = cluster.pids_of("engram maintenance").into_iter().chain(cluster.pids_of(CONSOLIDATOR)).next();
        found.inspect(|pid| cluster.signal(*pid, "STOP")).is_some_and(|pid| {
            // One that was just leaving is gone.
            std::thread::sleep(Duration::from_millis(300));
            std::path::Path::new(&format!("/proc/{pid}")).exists()
        })
    });
    let stopped =
        cluster.pids_of("engram maintenance").into_iter().chain(cluster.pids_of(CONSOLIDATOR)).next().unwrap();
    tell(&mut client, "deck", 1);
    let pool = "SELECT starved, warnings, waiting, longest_wait_seconds FROM engram.stat_worker_pool";
    wait_until("it is counted", PATIENCE, || client.query_one(pool, &[]).unwrap().get::<_, i64>(0) > 0);
    let row = client.query_one(pool, &[]).unwrap();
    assert_eq!(row.get::<_, i64>(1), 1);
    assert!(row.get::<_, i64>(2) >= 1 && row.get::<_, f64>(3) > 1.0);
    std::thread::sleep(WHILE);
    assert_eq!(client.query_one(pool, &[]).unwrap().get::<_, i64>(1), 1, "not again within a minute");
    let told = cluster.log_text().lines().filter(|l| l.contains("for a worker; raise engram.max_workers")).count();
    assert_eq!(told, 1);
    cluster.signal(stopped, "CONT");
    wait_current(&mut client, "deck");
}

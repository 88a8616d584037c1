//! The worker that consolidates and the ends of things: kills, databases that go, promotion, SIGTERM, a pool that is full.

use engram_cluster_tests::consolidation::*;
use engram_cluster_tests::{Cluster, Options, wait_until};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);
/// Several intervals.
const WHILE: Duration = Duration::from_secs(4);

#[test]
#[ignore = "needs the debug build: ring crash"]
fn a_worker_that_is_killed_goes_on_where_it_was() {
    let undisturbed = {
        let cluster = Cluster::with_extension(&options());
        let mut client = cluster.client();
        // A run in the middle would found other beliefs.
        client.batch_execute("SELECT engram_worker_pause()").unwrap();
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
    // A visit before may have been counted, too.
    wait_until("it is counted, and waits", PATIENCE, || {
        let row = client.query_one(pool, &[]).unwrap();
        row.get::<_, i64>(0) > 0 && row.get::<_, i64>(2) >= 1 && row.get::<_, f64>(3) > 1.0
    });
    assert_eq!(client.query_one(pool, &[]).unwrap().get::<_, i64>(1), 1);
    std::thread::sleep(WHILE);
    assert_eq!(client.query_one(pool, &[]).unwrap().get::<_, i64>(1), 1, "not again within a minute");
    let told = cluster.log_text().lines().filter(|l| l.contains("for a worker; raise engram.max_workers")).count();
    assert_eq!(told, 1);
    cluster.signal(stopped, "CONT");
    wait_current(&mut client, "deck");
}

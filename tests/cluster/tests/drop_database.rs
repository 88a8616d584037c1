//! Databases come, are copied, renamed and dropped while the workers are about; the extension likewise.

use engram_cluster_tests::{
    Cluster, Options, assert_consistent, recall_ids, recallable_by_own_word, remember, setting_from_env, unique_word,
    wait_ready_space, wait_until,
};
use postgres::Client;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

const SPACE: &str = "moving";

#[test]
fn databases_are_dropped_copied_and_renamed_under_load() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let rounds: usize = setting_from_env("ENGRAM_DROP_ROUNDS", 6);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut client = cluster.client();
            let mut number = 0;
            while !over.load(Ordering::Relaxed) {
                let word = unique_word(number);
                number += 1;
                let id = remember(&mut client, SPACE, &format!("{word} keeps the hot tier busy"));
                assert!(recallable_by_own_word(&mut client, SPACE, &word, id), "{word}");
            }
        });
        let outcome = std::panic::catch_unwind(|| {
            for round in 0..rounds {
                one_life(&cluster, round);
            }
        });
        over.store(true, Ordering::Relaxed);
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
    assert_consistent(&mut cluster.client());
}

/// A database of the same name in each round, which meets nothing of its earlier life. The statements
/// wait for our own closed sessions by the server's patience (5 s), and for the workers by the hook.
fn one_life(cluster: &Cluster, round: usize) {
    let word = unique_word(1_000_000 + round);
    cluster.psql("CREATE DATABASE harbour");
    cluster.psql_in("harbour", "CREATE EXTENSION engram CASCADE");
    let mut client = cluster.client_of("harbour", "postgres");
    let id = remember(&mut client, SPACE, &format!("{word} belongs to this life"));
    if round > 0 {
        let former = unique_word(1_000_000 + round - 1);
        assert!(recall_ids(&mut client, SPACE, &former, 5).is_empty(), "a memory of the dropped database");
    }
    // The worker is, or has been, in it.
    wait_ready_space(&mut client, SPACE);
    drop(client);

    cluster.psql("CREATE DATABASE copied TEMPLATE harbour");
    cluster.psql("ALTER DATABASE copied RENAME TO renamed");
    let mut client = cluster.client_of("renamed", "postgres");
    assert!(recallable_by_own_word(&mut client, SPACE, &word, id), "the copy remembers");
    let second = remember(&mut client, SPACE, "zumomoko belongs to the copy");
    assert!(recallable_by_own_word(&mut client, SPACE, "zumomoko", second));
    drop(client);
    let mut client = cluster.client_of("harbour", "postgres");
    assert!(recall_ids(&mut client, SPACE, "zumomoko", 5).is_empty(), "the original does not learn from its copy");
    drop(client);

    cluster.psql("DROP DATABASE renamed");
    cluster.psql("DROP DATABASE harbour");
}

#[test]
fn an_extension_created_again_meets_nothing_stale() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut old = cluster.client();
    let former = remember(&mut old, SPACE, "zutototo was remembered before");
    assert!(recallable_by_own_word(&mut old, SPACE, "zutototo", former));
    cluster.psql("DROP EXTENSION engram");
    let error = old
        .query("SELECT id FROM engram_recall(cue => 'zutototo', space => 'moving')", &[])
        .expect_err("the function is gone");
    assert_eq!(error.code().map(|code| code.code()), Some("42883"), "{error:?}");
    cluster.psql("CREATE EXTENSION engram");
    // The session that knew the old tables, and a new one.
    for client in [&mut old, &mut cluster.client()] {
        let id = remember(client, SPACE, "zutotodo is remembered now");
        assert!(recall_ids(client, SPACE, "zutototo", 5).is_empty());
        assert!(recall_ids(client, SPACE, "zutotodo", 5).contains(&id));
    }
    assert_consistent(&mut old);
}

#[test]
fn workers_come_back_when_the_statement_that_drove_them_out_has_ended() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    remember(&mut client, SPACE, "zutotobo stays");
    wait_ready_space(&mut client, SPACE);
    cluster.psql("CREATE DATABASE lobby");
    let mut lobby = cluster.client_of("lobby", "postgres");
    let database: String = client.query_one("SELECT current_database()::text", &[]).unwrap().get(0);
    let statements: [(&mut Client, String); 4] = [
        (&mut cluster.client(), "ALTER EXTENSION engram UPDATE".to_string()),
        (&mut cluster.client(), "BEGIN; DROP EXTENSION engram; ROLLBACK".to_string()),
        (&mut cluster.client(), "DROP EXTENSION engram RESTRICT; CREATE EXTENSION engram".to_string()),
        // It fails: somebody is connected.
        (&mut lobby, format!("ALTER DATABASE \"{database}\" RENAME TO elsewhere")),
    ];
    for (session, statement) in statements {
        let before: SystemTime = session.query_one("SELECT clock_timestamp()", &[]).unwrap().get(0);
        let outcome = session.batch_execute(&statement);
        assert_eq!(outcome.is_err(), statement.contains("RENAME"), "{statement}: {outcome:?}");
        // Long before a hold would end by itself.
        wait_until(&format!("a worker is back after {statement}"), Duration::from_secs(15), || {
            let sql = "SELECT EXISTS (SELECT FROM engram.stat_worker WHERE database = $1 AND worker = 'maintenance' AND started_at > $2)";
            client.query_one(sql, &[&database, &before]).unwrap().get(0)
        });
    }
}

#[test]
fn a_dropped_extension_that_is_rolled_back_is_as_before() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    let id = remember(&mut client, SPACE, "zutotogo stays");
    client.batch_execute("BEGIN; DROP EXTENSION engram; ROLLBACK").unwrap();
    assert!(recallable_by_own_word(&mut client, SPACE, "zutotogo", id));
    assert!(recallable_by_own_word(&mut cluster.client(), SPACE, "zutotogo", id));
    assert_consistent(&mut client);
}

/// Its first visit is one to a database that has memories, and not over before: until then there is no snapshot file.
#[test]
fn a_worker_that_is_there_before_the_extension_makes_its_first_visit_then() {
    let cluster = Cluster::with_extension(&Options::words_only());
    cluster.psql("CREATE DATABASE late");
    let mut client = cluster.client();
    wait_until("a worker visits it", Duration::from_secs(30), || {
        let sql = "SELECT EXISTS (SELECT FROM engram.stat_worker WHERE database = 'late' AND worker = 'maintenance')";
        client.query_one(sql, &[]).unwrap().get(0)
    });
    let mut late = cluster.client_of("late", "postgres");
    late.batch_execute("CREATE EXTENSION engram CASCADE").unwrap();
    remember(&mut late, SPACE, "zutotoko keeps the worker busy");
    let begun = Instant::now();
    let loaded = loop {
        late.query("SELECT id FROM engram_recall('zutotoko', space => $1)", &[&SPACE]).unwrap();
        let row = late.query_one("SELECT loaded_at IS NOT NULL FROM engram.stat_snapshot", &[]).unwrap();
        if row.get(0) || begun.elapsed() > Duration::from_secs(15) {
            break row.get::<_, bool>(0);
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(loaded, "the first visit is not over while the worker is busy");
}

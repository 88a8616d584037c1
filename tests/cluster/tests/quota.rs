//! Quotas where several sessions, databases or clusters are needed to meet them.

use engram_cluster_tests::{
    Cluster, Options, Rng, assert_consistent, recall_ids, recallable_by_own_word, remember, remember_many,
    setting_from_env, unique_word, wait_ready_space, wait_until,
};
use postgres::Client;
use postgres::error::SqlState;
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

fn number(client: &mut Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
}

/// Whether the account of every space with a quota agrees with its table.
fn assert_account(client: &mut Client) {
    let sql = "SELECT coalesce(string_agg(s.space || ': ' || u::text || ' for ' || m::text, ', '), '')
        FROM engram.space s,
             LATERAL (SELECT sum(memories)::int8 AS memories, sum(bytes)::int8 AS bytes FROM engram.usage u WHERE u.space = s.space) u,
             LATERAL (SELECT count(*) AS memories, coalesce(sum(octet_length(content) + coalesce(4 * vector_dims(embedding), 0)), 0)::int8 AS bytes
                      FROM engram.memory m WHERE m.space = s.space) m
        WHERE u IS DISTINCT FROM m AND u.memories IS NOT NULL";
    let wrong: String = client.query_one(sql, &[]).unwrap().get(0);
    assert_eq!(wrong, "", "the account differs from the table");
}

/// Writers that know nothing of each other fill a space to its quota, with rollbacks, deletions and savepoints in between.
fn race(quota: i64, isolation: &str, length: usize) {
    let cluster = Cluster::with_extension(&Options::words_only());
    cluster.psql(&format!("SELECT engram_create_space('full', quota_memories => {quota})"));
    let refused = AtomicI64::new(0);
    std::thread::scope(|scope| {
        for writer in 0..4u64 {
            let (cluster, refused) = (&cluster, &refused);
            scope.spawn(move || {
                let mut client = cluster.client();
                client.batch_execute(&format!("SET default_transaction_isolation = '{isolation}'")).unwrap();
                let mut rng = Rng::new(writer + 40);
                for n in 0..length {
                    let mut xact = client.transaction().unwrap();
                    let done = (0..1 + rng.below(3)).try_for_each(|m| {
                        let content = format!("writer {writer} says {n} {m}");
                        xact.execute("SELECT engram_remember($1, space => 'full')", &[&content]).map(|_| ())
                    });
                    let done = done.and_then(|()| match rng.below(10) {
                        0 => xact
                            .execute(
                                "DELETE FROM engram.memory WHERE (space, id) IN
                                     (SELECT space, id FROM engram.memory WHERE space = 'full' ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED)",
                                &[],
                            )
                            .map(|_| ()),
                        _ => Ok(()),
                    });
                    let ended = done.and_then(|()| if rng.chance(20) { xact.rollback() } else { xact.commit() });
                    match ended.as_ref().err().and_then(|e| e.code()) {
                        None if ended.is_ok() => {}
                        Some(code) if *code == SqlState::CONFIGURATION_LIMIT_EXCEEDED => {
                            refused.fetch_add(1, Ordering::Relaxed);
                        }
                        Some(code) if *code == SqlState::T_R_SERIALIZATION_FAILURE => {}
                        _ => panic!("{ended:?}"),
                    }
                }
            });
        }
    });
    let mut client = cluster.client();
    let held = number(&mut client, "SELECT count(*) FROM engram.memory WHERE space = 'full'");
    assert!(refused.load(Ordering::Relaxed) > 0, "nobody met the quota");
    assert!(held <= quota, "{held} memories under a quota of {quota}");
    assert!(held >= quota - 12, "{held} memories, and somebody was refused, under a quota of {quota}");
    assert_account(&mut client);
    assert_consistent(&mut client);
}

#[test]
fn writers_at_the_same_time_do_not_exceed_a_quota() {
    race(150, "read committed", setting_from_env("ENGRAM_QUOTA_ROUNDS", 120));
}

#[test]
fn nor_do_they_in_repeatable_read() {
    race(150, "repeatable read", setting_from_env("ENGRAM_QUOTA_ROUNDS", 120));
}

#[test]
fn a_restore_of_a_space_beyond_its_quota_succeeds() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    for n in 0..50 {
        remember(&mut client, "full", &format!("{} number {n}", unique_word(n)));
    }
    cluster.psql("SELECT engram_configure_space('full', quota_memories => 20, quota_bytes => 100)");
    let refused = "SELECT engram_remember('one more', space => 'full')";
    let code = |client: &mut Client| client.execute(refused, &[]).unwrap_err().code().cloned();
    assert_eq!(code(&mut client), Some(SqlState::CONFIGURATION_LIMIT_EXCEEDED));

    let dump = cluster.dump("postgres");
    cluster.psql("CREATE DATABASE by_psql");
    cluster.restore("by_psql", &dump);
    cluster.psql("CREATE DATABASE by_jobs");
    let archive = cluster.socket().join("dump.custom");
    let connect = |mut command: std::process::Command| {
        command.args(["-U", "postgres", "-p", "5432", "-h"]).arg(cluster.socket());
        command
    };
    let mut dump = connect(cluster.server().command("pg_dump"));
    let status = dump.args(["-Fc", "-d", "postgres", "-f"]).arg(&archive).status();
    assert!(status.unwrap().success(), "pg_dump -Fc");
    let mut restore = connect(cluster.server().command("pg_restore"));
    let status = restore.args(["-j2", "--exit-on-error", "-d", "by_jobs"]).arg(&archive).status();
    assert!(status.unwrap().success(), "pg_restore -j2");

    for database in ["by_psql", "by_jobs"] {
        let mut restored = cluster.client_of(database, "postgres");
        let held = number(&mut restored, "SELECT count(*) FROM engram.memory WHERE space = 'full'");
        assert_eq!(held, 50, "{database}");
        assert_eq!(code(&mut restored), Some(SqlState::CONFIGURATION_LIMIT_EXCEEDED), "{database}");
        assert_eq!(recall_ids(&mut restored, "full", &unique_word(7), 1).len(), 1, "{database}");
        restored.execute("DELETE FROM engram.memory WHERE space = 'full' AND content !~ 'number [0-4]$'", &[]).unwrap();
        restored.execute("SELECT engram_configure_space('full', quota_bytes => -1)", &[]).unwrap();
        restored.execute(refused, &[]).unwrap();
        assert_account(&mut restored);
    }
}

fn fill(client: &mut Client, space: &str, memories: usize) {
    for start in (0..memories).step_by(500) {
        let batch: Vec<_> = (start..(start + 500).min(memories))
            .map(|n| {
                let mut rng = Rng::new(n as u64);
                let rest: Vec<String> = (0..30).map(|_| format!("w{}x", rng.below(3_000))).collect();
                json!({"space": space, "content": format!("{} {}", unique_word(n), rest.join(" "))})
            })
            .collect();
        remember_many(client, &batch);
    }
}

/// Bytes of a space in the hot tier, and its memories outside, whether the warm tier has them yet or not.
fn tier(client: &mut Client, space: &str) -> (i64, i64) {
    let sql = "SELECT bytes, spilled + warm + cold FROM engram.stat_tier WHERE space = $1 AND mode = 'shared'";
    client.query_opt(sql, &[&space]).unwrap().map_or((0, 0), |row| (row.get(0), row.get(1)))
}

#[test]
fn a_space_at_its_share_of_the_hot_tier_evicts_its_own_memories() {
    let cluster = Cluster::with_extension(&Options::words_only().with("engram.hot_tier_size = '32MB'"));
    let mut client = cluster.client();
    let share = 1 << 20;
    cluster.psql(&format!("SELECT engram_create_space('small', quota_hot_bytes => {share})"));
    fill(&mut client, "large", 3_000);
    fill(&mut client, "small", 3_000);
    // The share is known at the latest when the worker has looked.
    wait_until("the small space keeps to its share", Duration::from_secs(60), || {
        let (bytes, outside) = tier(&mut client, "small");
        outside > 0 && bytes <= share
    });
    // The same again, which may bring some of them back, and a thousand more, for which there is no room.
    fill(&mut client, "small", 4_000);
    let (bytes, outside) = tier(&mut client, "small");
    assert!(outside > 0 && bytes <= share + (1 << 20), "{bytes} bytes, {outside} memories outside");
    assert_eq!(tier(&mut client, "large").1, 0, "nothing of the other space has left");
    for n in (0..3_000).step_by(397) {
        let found = recall_ids(&mut client, "small", &unique_word(n), 5);
        assert!(!found.is_empty(), "{} was lost with its place", unique_word(n));
    }
    assert_consistent(&mut client);
    // A load keeps to it too.
    drop(client);
    cluster.restart();
    let mut client = cluster.client();
    recall_ids(&mut client, "small", &unique_word(1), 1);
    wait_ready_space(&mut client, "small");
    wait_until("the small space keeps to its share", Duration::from_secs(60), || tier(&mut client, "small").0 <= share);
    // Without it, everything has a place again: what is in the warm tier already takes it when it is recalled.
    cluster.psql("SELECT engram_configure_space('small', quota_hot_bytes => -1)");
    cluster.restart();
    let mut client = cluster.client();
    recall_ids(&mut client, "small", &unique_word(1), 1);
    wait_ready_space(&mut client, "small");
    let spilled = "SELECT spilled FROM engram.stat_tier WHERE space = 'small' AND mode = 'shared'";
    wait_until("nothing waits for a place", Duration::from_secs(60), || number(&mut client, spilled) == 0);
}

#[test]
fn a_database_at_its_quota_does_not_evict_another() {
    let options =
        Options::words_only().with("engram.hot_tier_size = '4MB'").with("engram.hot_tier_database_quota = 50");
    let cluster = Cluster::with_extension(&options);
    cluster.psql("CREATE DATABASE other");
    cluster.psql_in("other", "CREATE EXTENSION engram CASCADE");
    let mut quiet = cluster.client_of("other", "postgres");
    fill(&mut quiet, "quiet", 1_000);
    recall_ids(&mut quiet, "quiet", &unique_word(1), 1);
    wait_ready_space(&mut quiet, "quiet");
    assert_eq!(tier(&mut quiet, "quiet").1, 0);
    let mut loud = cluster.client();
    fill(&mut loud, "loud", 8_000);
    recall_ids(&mut loud, "loud", &unique_word(1), 1);
    wait_ready_space(&mut loud, "loud");
    assert!(tier(&mut loud, "loud").1 > 0, "the loud database had room for everything");
    assert_eq!(tier(&mut quiet, "quiet").1, 0, "a memory of the quiet database has left for the loud one");
    assert!(tier(&mut quiet, "quiet").0 > 0, "the quiet space has left");
    for n in (0..8_000).step_by(997) {
        assert!(!recall_ids(&mut loud, "loud", &unique_word(n), 5).is_empty());
    }
    // The other way round, the database beyond its quota gives to one that stays below its own.
    fill(&mut quiet, "more", 1_000);
    recall_ids(&mut quiet, "more", &unique_word(1), 1);
    wait_ready_space(&mut quiet, "more");
    assert_eq!(tier(&mut quiet, "quiet").1, 0);
    assert_consistent(&mut loud);
    assert_consistent(&mut quiet);
}

/// Names of our tables with a row of the space.
fn tables_with(client: &mut Client, space: &str) -> Vec<String> {
    let tables = client
        .query(
            "SELECT c.oid::regclass::text FROM pg_class c
             JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
             JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'engram'
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'space' AND NOT a.attisdropped
             WHERE c.relkind IN ('r', 'p') ORDER BY 1",
            &[],
        )
        .unwrap();
    let names = tables.into_iter().map(|row| row.get::<_, String>(0));
    names
        .filter(|table| {
            client
                .query_one(&format!("SELECT EXISTS (SELECT FROM {table} WHERE space = $1)"), &[&space])
                .unwrap()
                .get(0)
        })
        .collect()
}

#[test]
fn a_dropped_space_leaves_nothing_and_a_rollback_brings_it_back() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    let memories: usize = setting_from_env("ENGRAM_DROP_MEMORIES", 3_000);
    fill(&mut client, "gone", memories);
    fill(&mut client, "stays", 10);
    let one = remember(&mut client, "gone", "zubodoko has a history");
    let other = remember(&mut client, "gone", "and an association");
    client
        .batch_execute(&format!(
            "SELECT engram_update('{one}', 'zubodoko had a history', space => 'gone');
             SELECT engram_associate('{one}', '{other}', space => 'gone');
             SELECT engram_configure_space('gone', quota_memories => 1000000);
             INSERT INTO engram.cue_alias VALUES ('gone', 'zk', 'zubodoko');
             SELECT engram_set_tier('{other}', 'cold', space => 'gone');
             INSERT INTO engram.warm (space, id, changed, terms, frequencies, length) VALUES ('gone', '{other}', '3', '{{}}', '', 0);
             INSERT INTO engram.trace (space, id) VALUES ('gone', '{one}') ON CONFLICT DO NOTHING;
             INSERT INTO engram.feedback (space, id, entry, useful) VALUES ('gone', '{one}', '{one}', true);
             INSERT INTO engram.citation (space, belief, evidence) VALUES ('gone', '{one}', '{other}');
             INSERT INTO engram.watch (space, watch, cue) VALUES ('gone', '{one}', 'c');
             INSERT INTO engram.consolidation_run (space, run) VALUES ('gone', '{one}');
             INSERT INTO engram.consolidation_snapshot (space, run, belief, content, evidence_for, evidence_against, citations)
             VALUES ('gone', '{one}', '{one}', 'c', 1, 1, 1);
             INSERT INTO engram.belief_event (space, event, belief) VALUES ('gone', '{one}', '{one}')"
        ))
        .unwrap();
    recall_ids(&mut client, "gone", "zubodoko", 1);
    wait_ready_space(&mut client, "gone");
    let before = tables_with(&mut client, "gone");
    assert!(before.len() >= 15, "tables with rows of the space: {before:?}");

    // Other spaces are written to meanwhile.
    let mut xact = client.transaction().unwrap();
    xact.execute("SELECT engram_drop_space('gone')", &[]).unwrap();
    let mut neighbour = cluster.client();
    neighbour.batch_execute("SET lock_timeout = '5s'").unwrap();
    remember(&mut neighbour, "stays", "nobody waits for a space that is being dropped");
    xact.rollback().unwrap();
    assert_eq!(tables_with(&mut client, "gone"), before, "the rollback");
    assert!(recallable_by_own_word(&mut client, "gone", "zubodoko", one));
    assert_consistent(&mut client);

    client.execute("SELECT engram_drop_space('gone')", &[]).unwrap();
    // What a reload has to know, and that it was dropped.
    assert_eq!(tables_with(&mut client, "gone"), ["engram.audit", "engram.change"]);
    let noted = "SELECT (detail ->> 'memories')::int8 FROM engram.audit WHERE space = 'gone' AND action = 'drop_space'";
    assert_eq!(number(&mut client, noted), memories as i64 + 2);
    wait_until("the hot tier has forgotten the space", Duration::from_secs(30), || {
        let sql = "SELECT count(*) FROM engram.tier_stat() WHERE space = 'gone'";
        number(&mut client, sql) == 0
    });
    assert_consistent(&mut client);
    // It can be cancelled, and nothing is half gone.
    fill(&mut client, "again", memories);
    client.batch_execute("SET statement_timeout = '20ms'").unwrap();
    let cancelled = client.execute("SELECT engram_drop_space('again')", &[]).unwrap_err();
    assert_eq!(cancelled.code(), Some(&SqlState::QUERY_CANCELED));
    client.batch_execute("RESET statement_timeout").unwrap();
    let held = number(&mut client, "SELECT count(*) FROM engram.memory WHERE space = 'again'");
    assert_eq!(held, memories as i64);
    assert_consistent(&mut client);
}

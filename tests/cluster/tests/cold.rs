//! The cold tier: the worker moves what is old and out of use, brings back what is recalled, waits for nobody and loses nothing.

use engram_cluster_tests::{
    Cluster, Hit, Options, assert_consistent, recall, recallable_by_own_word, remember, unique_word, wait_ready_space,
    wait_until,
};
use postgres::Client;
use std::time::Duration;
use uuid::Uuid;

const SPACE: &str = "archive";
const PATIENCE: Duration = Duration::from_secs(60);

/// A worker that moves what was not of use for two seconds.
fn quick() -> Options {
    Options::words_only().with("engram.cold_after = '2s'").with("engram.cold_batch_size = 7")
}

/// A worker that moves nothing by itself.
fn never() -> Options {
    Options::words_only().with("engram.cold_after = -1")
}

fn fill(client: &mut Client, from: usize, memories: usize) -> Vec<(String, Uuid)> {
    let remembered = (from..from + memories).map(|n| {
        let word = unique_word(n);
        let id = remember(client, SPACE, &format!("{word} was written down by Ana Marlow in the log of the boat"));
        (word, id)
    });
    remembered.collect()
}

fn count(client: &mut Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
}

fn n_cold(client: &mut Client) -> i64 {
    count(
        client,
        "SELECT count(*) FROM engram.memory m JOIN engram.cold c USING (space, id) WHERE m.cold AND m.content = ''",
    )
}

fn set_tier(client: &mut Client, id: Uuid, tier: &str) -> bool {
    client.query_one("SELECT engram_set_tier($1, $2, space => $3)", &[&id, &tier, &SPACE]).unwrap().get(0)
}

/// Everything that a recall says, but for the tier.
fn answers(client: &mut Client) -> Vec<Hit> {
    let cues = ["what did Ana Marlow write", "the log of the boat", &unique_word(3)];
    let sql = "SELECT id, content, score, coalesce(via, '{}')
               FROM engram_recall(cue => $1, space => $2, k => 50, include_cold => true, reinforce => false)";
    let rows = cues.iter().flat_map(|cue| client.query(sql, &[cue, &SPACE]).unwrap());
    rows.map(|row| Hit { id: row.get(0), content: row.get(1), score: row.get(2), via: row.get(3) }).collect()
}

/// Ids, contents and embeddings, wherever they are.
fn stored(client: &mut Client) -> Vec<(Uuid, String, Option<String>)> {
    let rows = client.query("SELECT id, content, embedding::text FROM engram.memories ORDER BY id", &[]).unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

#[test]
fn what_is_not_of_use_moves_in_batches_and_comes_back_when_it_is_recalled() {
    let cluster = Cluster::with_extension(&quick());
    let mut client = cluster.client();
    let memories = fill(&mut client, 0, 40);
    let pinned = memories[5].1;
    client.query_one("SELECT engram_set_tier($1, pinned => true, space => $2)", &[&pinned, &SPACE]).unwrap();
    let before = answers(&mut client);
    assert!(before.len() > 50, "{before:?}");
    let whole = stored(&mut client);
    wait_until("all but the pinned one are cold", PATIENCE, || n_cold(&mut client) == 39);
    assert_eq!(answers(&mut client), before);
    assert_eq!(stored(&mut client), whole);
    assert_consistent(&mut client);
    let batches = "SELECT count(DISTINCT changed) FROM engram.memory WHERE cold";
    assert!(count(&mut client, batches) >= 6, "39 memories move in batches of 7");
    assert!(count(&mut client, "SELECT total FROM engram.stat_move WHERE move = 'to cold'") >= 39);

    // A recall leaves a note, and the worker brings back what it returned.
    let (word, id) = &memories[11];
    let sql = "SELECT id FROM engram_recall($1, space => $2, k => 50, include_cold => true)";
    let found = client.query(sql, &[word, &SPACE]).unwrap();
    assert!(found.iter().any(|row| row.get::<_, Uuid>(0) == *id));
    let used = format!("SELECT count(*) FROM engram.trace WHERE id = '{id}' AND last_recalled_at IS NOT NULL");
    wait_until("it was brought back", PATIENCE, || count(&mut client, &used) == 1);
    assert!(count(&mut client, "SELECT total FROM engram.stat_move WHERE move = 'from cold'") >= 1);
    // It was of use now; after two more seconds it is not.
    wait_until("it is cold again", PATIENCE, || n_cold(&mut client) == 39);
    assert_eq!(stored(&mut client), whole);
    assert_consistent(&mut client);
    let failed = client.query("SELECT last_error FROM engram.stat_worker WHERE failures > 0", &[]).unwrap();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn a_recall_that_may_not_write_moves_nothing() {
    let cluster = Cluster::with_extension(&never());
    let mut client = cluster.client();
    let memories = fill(&mut client, 0, 5);
    for (_, id) in &memories {
        assert!(set_tier(&mut client, *id, "cold"));
    }
    client.batch_execute("BEGIN READ ONLY").unwrap();
    assert_eq!(recall(&mut client, SPACE, &memories[0].0, 1).len(), 1);
    client.batch_execute("COMMIT").unwrap();
    let sql = "SELECT count(*) FROM engram_recall($1, space => $2, reinforce => false)";
    client.query_one(sql, &[&memories[1].0, &SPACE]).unwrap();
    // What comes later in the ring has been taken when what came before has been.
    let back = recall(&mut client, SPACE, &memories[2].0, 1)[0].id;
    wait_until("the one that may is back", PATIENCE, || n_cold(&mut client) == 4);
    let warm = client.query_one("SELECT id FROM engram.memory WHERE NOT cold", &[]).unwrap();
    assert_eq!(warm.get::<_, Uuid>(0), back);
    assert_consistent(&mut client);
}

#[test]
fn a_row_that_somebody_holds_is_left_alone_and_nobody_waits() {
    let cluster = Cluster::with_extension(&quick());
    let mut client = cluster.client();
    let memories = fill(&mut client, 0, 20);
    let held = memories[4].1;
    let mut holder = cluster.client();
    let mut transaction = holder.transaction().unwrap();
    transaction.execute("UPDATE engram.memory SET source = 'mate' WHERE id = $1", &[&held]).unwrap();
    wait_until("all others are cold", PATIENCE, || n_cold(&mut client) == 19);
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'engram maintenance' AND wait_event_type = 'Lock'";
    assert_eq!(count(&mut client, waiting), 0);
    transaction.execute("UPDATE engram.memory SET source = 'pilot' WHERE id = $1", &[&held]).unwrap();
    transaction.commit().unwrap();
    wait_until("the held one follows", PATIENCE, || n_cold(&mut client) == 20);
    let source = client.query_one("SELECT source FROM engram.memory WHERE id = $1", &[&held]).unwrap();
    assert_eq!(source.get::<_, String>(0), "pilot");
    assert_consistent(&mut client);
}

#[test]
fn writers_and_the_worker_do_not_get_in_each_others_way() {
    let cluster = Cluster::with_extension(&quick());
    let mut client = cluster.client();
    let memories = fill(&mut client, 0, 30);
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let (cluster, memories) = (&cluster, &memories);
            scope.spawn(move || {
                let mut client = cluster.client();
                let begun = std::time::Instant::now();
                let mut round = 0;
                while begun.elapsed() < Duration::from_secs(8) {
                    for (word, id) in memories.iter().skip(writer).step_by(4) {
                        round += 1;
                        let content = format!("{word} was corrected {round} times by Ana Marlow");
                        client.execute("SELECT engram_update($1, $2, space => $3)", &[id, &content, &SPACE]).unwrap();
                    }
                    // Long enough for some to become cold in between.
                    std::thread::sleep(Duration::from_millis(2500));
                }
            });
        }
    });
    wait_until("all are cold", PATIENCE, || n_cold(&mut client) == 30);
    for (word, id) in &memories {
        assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "{word}");
    }
    assert_consistent(&mut client);
    let failed = client.query("SELECT last_error FROM engram.stat_worker WHERE failures > 0", &[]).unwrap();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
#[ignore = "needs the debug build: ring crash"]
fn nothing_is_lost_when_a_move_is_cut_off() {
    let cluster = Cluster::with_extension(&never());
    let mut client = cluster.client();
    let memories = fill(&mut client, 0, 10);
    let whole = stored(&mut client);
    for (point, tier, n) in [("cold_move", "cold", 0), ("cold_return", "warm", 10)] {
        if n > 0 {
            memories.iter().for_each(|(_, id)| assert!(set_tier(&mut client, *id, "cold")));
        }
        let sql = format!("SELECT count(engram_set_tier(id, '{tier}', space => '{SPACE}')) FROM engram.memory");
        cluster.dies_at(point, 3, &sql);
        client = cluster.client();
        assert_eq!(n_cold(&mut client), n, "{point}");
        assert_eq!(stored(&mut client), whole, "{point}");
        for (word, id) in &memories {
            assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "{word} after {point}");
        }
        assert_consistent(&mut client);
    }
}

#[test]
#[ignore = "needs the debug build: ring crash"]
fn the_worker_goes_on_where_it_was_killed() {
    let cluster = Cluster::with_extension(&never());
    let mut client = cluster.client();
    fill(&mut client, 0, 60);
    let whole = stored(&mut client);
    drop(client);
    cluster.append_conf(&[
        "engram.cold_after = '1s'".to_string(),
        "engram.cold_batch_size = 5".to_string(),
        "engram.crash_point = cold_move".to_string(),
        "engram.crash_after = 12".to_string(),
    ]);
    cluster.restart();
    let ready = |cluster: &Cluster| {
        cluster.try_client("postgres", "postgres").ok().and_then(|mut client| {
            let sql = "SELECT count(*) FROM engram.memory WHERE cold";
            client.query_one(sql, &[]).ok().map(|row| row.get::<_, i64>(0))
        })
    };
    // Each worker dies at its thirteenth memory, after two whole batches.
    wait_until("workers have died and others have gone on", PATIENCE, || {
        ready(&cluster).is_some_and(|cold| cold >= 20)
    });
    cluster.append_conf(&["engram.crash_point = none".to_string()]);
    cluster.wait_ready();
    let reloaded = || {
        cluster.try_client("postgres", "postgres").is_ok_and(|mut c| c.simple_query("SELECT pg_reload_conf()").is_ok())
    };
    wait_until("the configuration is read again", PATIENCE, reloaded);
    wait_until("all are cold", PATIENCE, || ready(&cluster) == Some(60));
    cluster.wait_ready();
    let mut client = cluster.client();
    assert_eq!(n_cold(&mut client), 60);
    assert_eq!(stored(&mut client), whole);
    assert_consistent(&mut client);
}

#[test]
fn cold_memories_are_dumped_restored_and_followed_by_a_standby() {
    let cluster = Cluster::with_extension(&never());
    let mut client = cluster.client();
    let memories = fill(&mut client, 0, 20);
    let before = answers(&mut client);
    let whole = stored(&mut client);
    let standby = cluster.standby(&Options::words_only());
    let mut reader = standby.client();
    assert_eq!(answers(&mut reader), before);
    for (_, id) in memories.iter().step_by(2) {
        assert!(set_tier(&mut client, *id, "cold"));
    }
    wait_until("the standby has followed", PATIENCE, || n_cold(&mut reader) == 10);
    assert_eq!(answers(&mut reader), before, "on a standby");
    assert_eq!(stored(&mut reader), whole, "on a standby");

    let dump = cluster.dump("postgres");
    cluster.psql("CREATE DATABASE restored");
    cluster.restore("restored", &dump);
    let mut restored = cluster.client_of("restored", "postgres");
    for found in [answers(&mut restored), answers(&mut cluster.client_of("restored", "postgres"))] {
        assert_eq!(found, before, "restored");
    }
    wait_ready_space(&mut restored, SPACE);
    assert_eq!(answers(&mut restored), before, "restored and loaded");
    assert_eq!(stored(&mut restored), whole, "restored");
    assert_eq!(n_cold(&mut restored), 10);
    assert_consistent(&mut restored);
    drop((restored, reader));

    cluster.restart();
    let mut client = cluster.client();
    assert_eq!(answers(&mut client), before, "after a restart");
    wait_ready_space(&mut client, SPACE);
    assert_eq!(answers(&mut client), before, "after a restart, loaded");
    assert_consistent(&mut client);
}

#[test]
fn a_subscriber_has_the_content_of_what_becomes_cold_at_the_publisher() {
    for tables in ["engram.space, engram.memory", "engram.space, engram.memory, engram.cold"] {
        let publisher = Cluster::with_extension(&never().with("wal_level = logical"));
        let subscriber = Cluster::with_extension(&never());
        let mut writer = publisher.client();
        let memories = fill(&mut writer, 0, 4);
        let both = tables.contains("cold");
        if both {
            assert!(set_tier(&mut writer, memories[0].1, "cold"), "cold before the tables are copied");
        }
        publisher.psql(&format!("CREATE PUBLICATION memories FOR TABLE {tables}"));
        subscriber.psql(&format!(
            "CREATE SUBSCRIPTION memories CONNECTION 'host={} port=5432 user=postgres dbname=postgres' PUBLICATION memories",
            publisher.socket().display()
        ));
        let mut reader = subscriber.client();
        let same = |writer: &mut Client, reader: &mut Client, what: &str| {
            let expected = stored(writer);
            wait_until(&format!("{what} ({tables})"), PATIENCE, || {
                n_cold(reader) == n_cold(writer) && stored(reader) == expected
            });
        };
        same(&mut writer, &mut reader, "the tables are copied");
        assert!(set_tier(&mut writer, memories[1].1, "cold"));
        same(&mut writer, &mut reader, "a move has arrived");
        writer.execute("UPDATE engram.memory SET source = 'mate'", &[]).unwrap();
        assert!(set_tier(&mut writer, memories[1].1, "warm"));
        same(&mut writer, &mut reader, "a return has arrived");
        let sql = "SELECT engram_update($1, 'zupopopo was corrected', space => $2)";
        assert!(set_tier(&mut writer, memories[2].1, "cold"));
        writer.execute(sql, &[&memories[2].1, &SPACE]).unwrap();
        assert!(set_tier(&mut writer, memories[3].1, "cold"));
        writer.execute("SELECT engram_forget($1, 'delete', $2)", &[&memories[3].1, &SPACE]).unwrap();
        same(&mut writer, &mut reader, "a correction and a deletion have arrived");
        assert_eq!(count(&mut reader, "SELECT count(*) FROM engram.cold"), n_cold(&mut reader));
        for (word, id) in &memories[..2] {
            assert!(recallable_by_own_word(&mut reader, SPACE, word, *id), "{word} ({tables})");
        }
        assert_consistent(&mut reader);
        subscriber.psql("DROP SUBSCRIPTION memories");
    }
}

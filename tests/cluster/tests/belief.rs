//! Beliefs: undoing a replacement restores recall exactly, what was believed is a fact of the tables, and nobody sees evidence that they
//! may not see.

use engram_cluster_tests::{Cluster, Options, remember, remember_many, wait_ready_space};
use postgres::Client;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

const SPACE: &str = "harbour";

/// A row of an answer, to the bit of its score: id, content, score, confidence and its limits, activation, path.
type Row = (Uuid, String, u32, u32, u32, u32, u32, Vec<Uuid>);

fn answer(client: &mut Client, cue: &str, as_of: &str) -> Vec<Row> {
    let sql = format!(
        "SELECT id, content, score, confidence, confidence_low, confidence_high, activation, via
         FROM engram_recall($1, space => '{SPACE}', k => 20, reinforce => false, as_of => {as_of})"
    );
    let rows = client.query(&sql, &[&cue]).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let bits = |row: &postgres::Row, at| row.get::<_, f32>(at).to_bits();
    rows.iter()
        .map(|row| {
            let at = |at| bits(row, at);
            (row.get(0), row.get(1), at(2), at(3), at(4), at(5), at(6), row.get(7))
        })
        .collect()
}

const CUES: [&str; 4] = ["who keeps the lantern", "Ana", "the boat of Ben in the storm", "chart 1907"];

fn answers(client: &mut Client, as_of: &str) -> Vec<Vec<Row>> {
    CUES.iter().map(|cue| answer(client, cue, as_of)).collect()
}

/// Memories in contexts, with cues in common; names are known from the beginning, so that no worker links them later.
fn fill(client: &mut Client) -> Vec<Uuid> {
    let people = ["Ana", "Ben", "Cora"];
    let things = ["boat", "lantern", "chart of 1907", "storm glass"];
    let batch: Vec<_> = (0..60)
        .map(|n| {
            let (who, what) = (people[n % 3], things[n / 3 % 4]);
            json!({
                "space": SPACE, "content": format!("{who} keeps the {what} in house {n}"), "context": format!("log {}", n / 6),
                "confidence": 0.5 + (n % 5) as f32 / 10.0, "source": format!("witness {}", n % 7),
            })
        })
        .collect();
    remember_many(client, &batch)
}

fn now(client: &mut Client) -> String {
    let row = client.query_one("SELECT clock_timestamp()::text", &[]).unwrap();
    format!("'{}'", row.get::<_, String>(0))
}

fn run(client: &mut Client, sql: &str) {
    client.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

/// A cluster whose worker does nothing between two looks.
fn cluster(options: Options) -> Cluster {
    Cluster::with_extension(&options.with("engram.known_cues = off"))
}

#[test]
fn undoing_a_replacement_restores_recall_exactly() {
    for preload in [true, false] {
        let cluster = cluster(Options { preload, ..Options::default() });
        let mut client = cluster.client();
        let ids = fill(&mut client);
        if preload {
            wait_ready_space(&mut client, SPACE);
        }
        let before = answers(&mut client, "NULL");
        assert!(before.iter().all(|rows| rows.len() > 5));
        // By a memory that is there, by one that is made, several at a time, undone in another order.
        for (round, step) in [(0, 7), (1, 11), (2, 13)] {
            let some: Vec<Uuid> = ids.iter().skip(round).step_by(step).copied().collect();
            for (n, id) in some.iter().enumerate() {
                let by = match n % 2 {
                    0 => format!("content => 'Cora keeps nothing in house {n} of round {round}'"),
                    _ => format!("new => '{}'", ids[(n * 5 + 3) % 2 + 58]),
                };
                if *id == ids[58] || *id == ids[59] {
                    continue;
                }
                run(&mut client, &format!("SELECT engram_supersede('{id}', {by}, space => '{SPACE}')"));
            }
            assert_ne!(answers(&mut client, "NULL"), before);
            for id in some.iter().rev() {
                run(&mut client, &format!("SELECT engram_reinstate('{id}', space => '{SPACE}')"));
            }
            assert_eq!(answers(&mut client, "NULL"), before, "round {round}, preloaded: {preload}");
        }
        // The rows are as they were, too, but for what was made and suppressed.
        let changed = "SELECT count(*) FROM engram.memory WHERE suppressed_at IS NULL
            AND (superseded_by IS NOT NULL OR valid_to IS NOT NULL OR valid_from IS NOT NULL)";
        assert_eq!(cluster.psql(changed), "0");
    }
}

#[test]
fn a_replacement_that_rolls_back_has_not_happened() {
    let cluster = cluster(Options::default());
    let mut client = cluster.client();
    let ids = fill(&mut client);
    let before = answers(&mut client, "NULL");
    let sql = format!(
        "BEGIN;
         SELECT engram_supersede('{}', content => 'Ana has left', space => '{SPACE}');
         SELECT engram_contradict('{}', source => 'somebody', space => '{SPACE}');
         ROLLBACK;",
        ids[0], ids[1]
    );
    run(&mut client, &sql);
    assert_eq!(answers(&mut client, "NULL"), before);
    assert_eq!(
        cluster.psql("SELECT count(*) FROM engram.evidence UNION SELECT count(*) FROM engram.supersession"),
        "0"
    );
}

#[test]
fn the_past_is_the_same_after_a_restart_on_a_standby_and_after_dump_and_restore() {
    let options = || Options::default();
    let primary = cluster(options());
    let mut client = primary.client();
    let ids = fill(&mut client);
    let then = now(&mut client);
    let believed = answers(&mut client, &then);
    assert_eq!(believed, answers(&mut client, "NULL"), "the past of now is now");
    run(&mut client, &format!("SELECT engram_supersede('{}', content => 'Ana has left', space => '{SPACE}')", ids[0]));
    run(
        &mut client,
        &format!("SELECT engram_update('{}', 'Ben keeps a whale in the storm', space => '{SPACE}')", ids[1]),
    );
    run(&mut client, &format!("SELECT engram_contradict('{}', by => '{}', space => '{SPACE}')", ids[2], ids[3]));
    let later = now(&mut client);
    let since = answers(&mut client, "NULL");
    assert_ne!(since, believed);
    assert_eq!(answers(&mut client, &then), believed);
    assert_eq!(answers(&mut client, &later), since);
    drop(client);
    primary.restart();
    let standby = primary.standby(&options());
    primary.wait_replayed(&standby);
    primary.psql("CREATE DATABASE copy");
    primary.restore("copy", &primary.dump("postgres"));
    for (what, mut client) in [
        ("restarted", primary.client()),
        ("standby", standby.client()),
        ("restored", primary.client_of("copy", "postgres")),
    ] {
        assert_eq!(answers(&mut client, &then), believed, "{what}");
        assert_eq!(answers(&mut client, &later), since, "{what}");
    }
    // What the entries say is there to be undone.
    let undo = format!("SELECT engram_reinstate('{}', space => '{SPACE}')", ids[0]);
    assert_eq!(primary.psql_in("copy", &undo), "t");
}

#[test]
fn evidence_and_the_past_are_hidden_as_the_memories_are() {
    let cluster = cluster(Options::default());
    let mut client = cluster.client();
    run(
        &mut client,
        "CREATE ROLE writer LOGIN IN ROLE engram_writer; CREATE ROLE reader LOGIN IN ROLE engram_reader;
         CREATE ROLE stranger LOGIN IN ROLE engram_writer;
         SELECT engram_create_space('harbour', owner => 'writer', readers => ARRAY['reader']);",
    );
    let mut writer = cluster.client_of("postgres", "writer");
    let told = remember(&mut writer, SPACE, "Ana keeps the boat");
    let secret = remember(&mut writer, SPACE, "a letter says that Ben keeps the boat");
    run(&mut client, &format!("UPDATE engram.memory SET label = 'secret' WHERE id = '{secret}'"));
    run(
        &mut client,
        "CREATE POLICY no_secrets ON engram.memory AS RESTRICTIVE FOR SELECT
             USING (label IS DISTINCT FROM 'secret' OR current_user = 'writer')",
    );
    run(&mut writer, &format!("SELECT engram_contradict('{told}', by => '{secret}', space => '{SPACE}')"));
    run(&mut writer, &format!("SELECT engram_contradict('{told}', source => 'Cora', space => '{SPACE}')"));
    let then = now(&mut writer);
    run(
        &mut writer,
        &format!("SELECT engram_supersede('{told}', content => 'Cora keeps the boat', space => '{SPACE}')"),
    );
    let count = |client: &mut Client, sql: &str| client.query_one(sql, &[]).unwrap().get::<_, i64>(0);
    let mut reader = cluster.client_of("postgres", "reader");
    let mut stranger = cluster.client_of("postgres", "stranger");
    let evidence = "SELECT count(*) FROM engram.evidence";
    assert_eq!((count(&mut writer, evidence), count(&mut reader, evidence), count(&mut stranger, evidence)), (2, 1, 0));
    let replaced = "SELECT count(*) FROM engram.supersession";
    assert_eq!((count(&mut writer, replaced), count(&mut reader, replaced), count(&mut stranger, replaced)), (1, 1, 0));
    let ids = |client: &mut Client| -> BTreeSet<Uuid> {
        answer(client, "who keeps the boat", &then).into_iter().map(|row| row.0).collect()
    };
    assert_eq!(ids(&mut writer), BTreeSet::from([told, secret]));
    assert_eq!(ids(&mut reader), BTreeSet::from([told]));
    // What one may not do, and what one may not see.
    let refused =
        |client: &mut Client, sql: String| client.query(&sql, &[]).unwrap_err().code().unwrap().code().to_owned();
    assert_eq!(refused(&mut reader, format!("SELECT engram_confirm('{told}', space => '{SPACE}')")), "42501");
    assert_eq!(refused(&mut reader, "INSERT INTO engram.evidence DEFAULT VALUES".to_owned()), "42501");
    assert_eq!(refused(&mut stranger, format!("SELECT engram_confirm('{told}', space => '{SPACE}')")), "42704");
    assert_eq!(refused(&mut stranger, format!("SELECT engram_reinstate('{told}', space => '{SPACE}')")), "42704");
    let hidden = format!("SELECT * FROM engram_recall('boat', space => '{SPACE}', as_of => {then})");
    assert_eq!(refused(&mut stranger, hidden), "42704");
}

#[test]
fn two_that_confirm_at_once_both_count_and_one_source_counts_once() {
    let cluster = cluster(Options::default());
    let mut client = cluster.client();
    let id = remember(&mut client, SPACE, "Ana keeps the boat");
    std::thread::scope(|scope| {
        for n in 0..4 {
            let cluster = &cluster;
            scope.spawn(move || {
                let mut client = cluster.client();
                for m in 0..10 {
                    let own = format!("SELECT engram_confirm('{id}', source => 'witness {n} {m}', space => '{SPACE}')");
                    run(&mut client, &own);
                    run(
                        &mut client,
                        &format!("SELECT engram_confirm('{id}', source => 'paper {m}', space => '{SPACE}')"),
                    );
                }
            });
        }
    });
    let row = client.query_one("SELECT evidence_for FROM engram.memory WHERE id = $1", &[&id]).unwrap();
    assert!((row.get::<_, f32>(0) - 51.4).abs() < 1e-3, "{row:?}");
    assert_eq!(cluster.psql("SELECT count(*) FROM engram.evidence"), "50");
}

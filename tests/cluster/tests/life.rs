//! The life of a space: another encoder while recall goes on, rules of retention, out through a file and back.

use engram_cluster_tests::{Cluster, Options, assert_consistent, wait_ready_space, wait_until};
use postgres::Client;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use uuid::Uuid;

const SPACE: &str = "log book";
const LONG: Duration = Duration::from_secs(60);

fn id(n: u32) -> Uuid {
    Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0000 | u128::from(n))
}

fn number(client: &mut Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
}

fn encoder(client: &mut Client) -> Option<String> {
    client.query_one("SELECT encoder FROM engram.space WHERE space = $1", &[&SPACE]).unwrap().get(0)
}

/// A space of `n` memories with embeddings of four dimensions: that of memory `i` points along axis `i % 4`.
fn along_axes(client: &mut Client, n: u32) {
    client.execute("SELECT engram_create_space($1, dimensions => 4, encoder => 'old')", &[&SPACE]).unwrap();
    let sql = "SELECT engram_remember(format('entry %s of the log', i), space => $1, on_duplicate => 'store',
                   id => format('018f0000-0000-7000-8000-%s', lpad(to_hex(i), 12, '0'))::uuid,
                   embedding => format('[%s,%s,%s,%s]', (i % 4 = 0)::int, (i % 4 = 1)::int, (i % 4 = 2)::int, (i % 4 = 3)::int)::vector)
               FROM generate_series(0, $2::int - 1) i";
    client.query(sql, &[&SPACE, &(n as i32)]).unwrap();
}

/// The memories that a question along the first axis finds alike.
fn alike(client: &mut Client) -> BTreeSet<Uuid> {
    let sql =
        "SELECT id FROM engram_recall(embedding => '[1,0,0,0]', space => $1, k => 1000, hops => 0, reinforce => false)
               WHERE similarity > 0.9";
    client.query(sql, &[&SPACE]).unwrap().iter().map(|row| row.get(0)).collect()
}

fn residues(n: u32, rest: u32) -> BTreeSet<Uuid> {
    (0..n).filter(|i| i % 4 == rest).map(id).collect()
}

#[test]
#[ignore = "needs the debug build: ring crash"]
fn a_killed_reembedding_leaves_the_former_encoder_and_is_continued() {
    let cluster = Cluster::with_extension(&Options::default());
    let n = 400;
    along_axes(&mut cluster.client(), n);
    wait_ready_space(&mut cluster.client(), SPACE);
    let call = format!("CALL engram_reembed('{SPACE}', batch => 50)");
    cluster.dies_at("reembed_batch", 3, &call);
    let mut client = cluster.client();
    let embedded = "SELECT embedded FROM engram.stat_reembedding";
    assert_eq!(number(&mut client, embedded), 150, "what was committed is kept");
    assert_eq!((encoder(&mut client).as_deref(), alike(&mut client)), (Some("old"), residues(n, 0)));

    cluster.dies_at("reembed_switch", 0, &call);
    let mut client = cluster.client();
    assert_eq!(number(&mut client, embedded), i64::from(n));
    assert_eq!((encoder(&mut client).as_deref(), alike(&mut client)), (Some("old"), residues(n, 0)));
    assert_consistent(&mut client);

    client.batch_execute(&call).unwrap();
    assert_ne!(encoder(&mut client).as_deref(), Some("old"));
    let wrong = "SELECT count(*) FROM engram.memory WHERE embedding IS DISTINCT FROM engram_embed(content)";
    assert_eq!(number(&mut client, wrong), 0);
    assert_eq!(number(&mut client, "SELECT count(*) FROM engram.reembedded"), 0);
    assert_consistent(&mut client);
}

/// Gives the memories that wait an embedding along the next axis.
fn hand_in(client: &mut Client) -> i64 {
    let sql = "SELECT count(engram_reembed_put(id, format('[%s,%s,%s,%s]',
                   (i % 4 = 3)::int, (i % 4 = 0)::int, (i % 4 = 1)::int, (i % 4 = 2)::int)::vector, space => $1, digest => digest))
               FROM (SELECT id, digest, ('x' || right(id::text, 4))::bit(16)::int AS i FROM engram.reembedding_pending) p";
    client.query_one(sql, &[&SPACE]).unwrap().get(0)
}

#[test]
fn no_answer_mixes_two_encoders_of_the_same_dimensions() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let n = 300;
    let mut client = cluster.client();
    along_axes(&mut client, n);
    wait_ready_space(&mut client, SPACE);
    let call = format!("CALL engram_reembed('{SPACE}', 'new', 4)");
    client.batch_execute(&call).unwrap();
    assert_eq!(hand_in(&mut client), i64::from(n));
    assert_eq!(alike(&mut client), residues(n, 0));

    // A transaction that stores by the former encoder and ends after the change; one that looks at the space as it was before.
    let mut late = cluster.client();
    late.batch_execute("BEGIN").unwrap();
    let store = "SELECT engram_remember('the late entry', '[1,0,0,0]', space => $1, id => $2)";
    late.query(store, &[&SPACE, &id(n)]).unwrap();
    let mut before = cluster.client();
    before.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").unwrap();
    assert_eq!(alike(&mut before), residues(n, 0));

    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut reader = cluster.client();
                    let mut seen = BTreeSet::new();
                    while !done.load(Ordering::Relaxed) {
                        let mut found = alike(&mut reader);
                        found.remove(&id(n));
                        let of = (0..4).find(|rest| found == residues(n, *rest));
                        seen.insert(of.unwrap_or_else(|| panic!("a mix of {} memories", found.len())));
                    }
                    seen
                })
            })
            .collect();
        let caller = scope.spawn(|| cluster.client().batch_execute(&call));
        wait_until("the space has changed over", LONG, || encoder(&mut client).as_deref() == Some("new"));
        // Who saw the space before still does, also its own row.
        assert_eq!(alike(&mut before), residues(n, 0));
        assert!(alike(&mut client).contains(&id(3)));
        assert!(!alike(&mut client).contains(&id(0)));
        before.batch_execute("COMMIT").unwrap();
        late.batch_execute("COMMIT").unwrap();
        // The late one has a vector of the former encoder: no match, until it has one of the new encoder.
        assert_eq!(alike(&mut client), residues(n, 3));
        caller.join().unwrap().unwrap();
        assert_eq!(number(&mut client, "SELECT count(*) FROM engram.reembedding_pending"), 1);
        assert_eq!(hand_in(&mut client), 1);
        cluster.client().batch_execute(&call).unwrap();
        done.store(true, Ordering::Relaxed);
        let seen: BTreeSet<u32> = readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect();
        assert!(seen.contains(&3) && seen.is_subset(&BTreeSet::from([0, 3])), "{seen:?}");
    });
    assert_eq!(number(&mut client, "SELECT count(*) FROM engram.stat_reembedding"), 0);
    assert_eq!(number(&mut client, "SELECT count(*) FROM engram.memory WHERE encoder IS DISTINCT FROM 'new'"), 0);
    wait_ready_space(&mut client, SPACE);
    // Its number is divisible by four.
    assert_eq!(alike(&mut client), residues(n, 3));
    assert_consistent(&mut client);
}

#[test]
fn retention_forgets_in_the_background_and_waits_for_nobody() {
    let cluster = Cluster::with_extension(&Options::words_only().with("engram.retention_interval = 1"));
    let mut client = cluster.client();
    client.execute("SELECT engram_create_space($1)", &[&SPACE]).unwrap();
    let store = "SELECT engram_remember(format('entry %s of the log', i), space => $1, kind => 'entry', occurred_at => '2020-01-01',
                     id => format('018f0000-0000-7000-8000-%s', lpad(to_hex(i), 12, '0'))::uuid)
                 FROM generate_series(1, 2500) i";
    client.query(store, &[&SPACE]).unwrap();
    let mut holder = cluster.client();
    holder.batch_execute("BEGIN").unwrap();
    let hold = "SELECT id FROM engram.memory WHERE space = $1 AND id = ANY ($2) FOR UPDATE";
    assert_eq!(holder.query(hold, &[&SPACE, &vec![id(1), id(700)]]).unwrap().len(), 2);
    client.execute("SELECT engram_set_retention('entry', max_age => '1 day', space => $1)", &[&SPACE]).unwrap();

    let old = "SELECT count(*) FROM engram.memory WHERE kind = 'entry' AND occurred_at < '2021-01-01'";
    let mut stored = 0;
    wait_until("all but what is held is forgotten", LONG, || {
        // Writers go on, and meet no lock of the worker that lasts.
        client.batch_execute("SET lock_timeout = '5s'").unwrap();
        stored += 1;
        let sql = "SELECT engram_remember(format('a new entry %s', $2::int), space => $1, kind => 'entry')";
        client.query(sql, &[&SPACE, &stored]).unwrap();
        number(&mut client, old) == 2
    });
    holder.execute("UPDATE engram.memory SET source = 'mate' WHERE space = $1 AND id = $2", &[&SPACE, &id(1)]).unwrap();
    holder.batch_execute("COMMIT").unwrap();
    wait_until("the rest is forgotten", LONG, || number(&mut client, old) == 0);
    wait_until("the rule is fulfilled", LONG, || {
        number(&mut client, "SELECT count(*) FROM engram.retention WHERE applied_at IS NOT NULL") == 1
    });
    assert_eq!(number(&mut client, "SELECT forgotten FROM engram.retention"), 2500);
    assert_eq!(number(&mut client, "SELECT count(*) FROM engram.memory"), i64::from(stored));
    let failures = "SELECT coalesce(sum(failures), 0)::int8 FROM engram.stat_worker WHERE worker = 'maintenance'";
    assert_eq!(number(&mut client, failures), 0);

    // By number, and suppressed only.
    let rule = "SELECT engram_set_retention('entry', max_count => 1, mode => 'suppress', space => $1)";
    client.query(rule, &[&SPACE]).unwrap();
    client.query("SELECT engram_remember('the last entry', space => $1, kind => 'entry')", &[&SPACE]).unwrap();
    wait_until("one is left", LONG, || {
        number(&mut client, "SELECT count(*) FROM engram.memory WHERE suppressed_at IS NULL") == 1
    });
    assert_eq!(number(&mut client, "SELECT count(*) FROM engram.memory"), i64::from(stored) + 1);
    assert_consistent(&mut client);
}

#[test]
fn a_space_goes_out_through_a_file_and_comes_back_the_same() {
    let cluster = Cluster::with_extension(&Options::default());
    let store = format!(
        "SELECT engram_remember(format(E'line %s\\tsaid \"so\" \\\\ and\\nwent on', i), space => '{SPACE}', context => 'c' || i % 7,
                                metadata => jsonb_build_object('n', i / 7.0)) FROM generate_series(1, 1200) i"
    );
    cluster.psql(&store);
    cluster.psql("CREATE DATABASE there");
    cluster.psql_in("there", "CREATE EXTENSION engram CASCADE");
    let file = cluster.socket().join("space.jsonl");
    let plain = r"WITH (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01')";
    cluster.psql(&format!(r"\copy (SELECT engram_export('{SPACE}')) TO '{}' {plain}", file.display()));
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1202);
    for line in &lines {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    // Two ways out of psql, the same bytes.
    assert_eq!(cluster.psql(&format!("SELECT engram_export('{SPACE}')")), text.trim_end());
    cluster.psql_in("there", "CREATE TABLE import (n bigint GENERATED ALWAYS AS IDENTITY, line text)");
    cluster.psql_in("there", &format!(r"\copy import (line) FROM '{}' {plain}", file.display()));
    let import = "SELECT sum(engram_import(lines, first_line => first_line)) FROM (
                      SELECT min(n) AS first_line, array_agg(line ORDER BY n) AS lines
                      FROM import GROUP BY (n - 1) / 500 ORDER BY 1) AS pieces";
    assert_eq!(cluster.psql_in("there", import), "1201");
    assert_eq!(cluster.psql_in("there", &format!("SELECT engram_export('{SPACE}')")), text.trim_end());
    let recall =
        format!("SELECT r FROM engram_recall('who went on', space => '{SPACE}', k => 20, reinforce => false) r");
    assert_eq!(cluster.psql_in("there", &recall), cluster.psql(&recall));
    assert_eq!(cluster.psql_in("there", import), "0");
    assert_consistent(&mut cluster.client_of("there", "postgres"));
}

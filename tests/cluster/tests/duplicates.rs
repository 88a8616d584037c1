//! The same text again: from several sessions, after a restart, after eviction, and where shared memory does not answer.

use engram_cluster_tests::{
    Cluster, Options, assert_consistent, ids_in, recall_ids, remember, remember_many, wait_ready_space,
};
use postgres::Client;
use serde_json::json;
use std::time::{Duration, Instant};
use uuid::Uuid;

const SPACE: &str = "echoes";

fn recalls_of(client: &mut Client, id: Uuid) -> i64 {
    let rows = client.query("SELECT recalls FROM engram.trace WHERE space = $1 AND id = $2", &[&SPACE, &id]).unwrap();
    rows.first().map_or(0, |row| row.get(0))
}

fn remember_in(client: &mut Client, context: &str, content: &str) -> Uuid {
    let sql = "SELECT engram_remember(content => $1, space => $2, context => $3)";
    client.query_one(sql, &[&content, &SPACE, &context]).unwrap().get(0)
}

#[test]
fn what_one_session_has_committed_another_recognises() {
    let cluster = Cluster::with_extension(&Options::default());
    let (mut one, mut other) = (cluster.client(), cluster.client());
    let first = remember(&mut one, SPACE, "the first thing anybody says");
    wait_ready_space(&mut one, SPACE);
    assert_eq!(remember(&mut other, SPACE, "The first thing  anybody says"), first);

    // Not before it is committed: both store, and both are there.
    one.batch_execute("BEGIN").unwrap();
    let open = remember(&mut one, SPACE, "said in secret");
    assert_eq!(remember(&mut one, SPACE, "Said in secret"), open);
    let meanwhile = remember(&mut other, SPACE, "said in secret");
    assert_ne!(meanwhile, open);
    one.batch_execute("COMMIT").unwrap();
    assert_eq!(remember(&mut other, SPACE, "said in SECRET"), open.min(meanwhile));

    // A rollback leaves nothing that could be recognised.
    one.batch_execute("BEGIN").unwrap();
    let gone = remember(&mut one, SPACE, "taken back");
    // Entered early, since the transaction recalls its own.
    assert_eq!(recall_ids(&mut one, SPACE, "taken back", 1), [gone]);
    one.batch_execute("ROLLBACK").unwrap();
    let stored = remember(&mut other, SPACE, "taken back");
    assert!(stored != gone && ids_in(&mut other, SPACE).contains(&stored));
    assert_consistent(&mut one);
}

#[test]
fn a_text_is_recognised_after_a_restart_and_in_large_transactions() {
    let cluster = Cluster::with_extension(&Options::default());
    let mut client = cluster.client();
    let first = remember(&mut client, SPACE, "before the restart");
    // More rows than a transaction queues: the region hears of them from the tables.
    client
        .execute(
            "INSERT INTO engram.memory (space, content) SELECT $1, 'crate number ' || n FROM generate_series(1, 12000) n",
            &[&SPACE],
        )
        .unwrap();
    wait_ready_space(&mut client, SPACE);
    assert_eq!(ids_in(&mut client, SPACE).len(), 12_001);
    remember(&mut client, SPACE, "CRATE number 11999");
    assert_eq!(ids_in(&mut client, SPACE).len(), 12_001);
    drop(client);
    cluster.restart();
    let mut client = cluster.client();
    wait_ready_space(&mut client, SPACE);
    assert_eq!(remember(&mut client, SPACE, "Before the restart"), first);
    remember(&mut client, SPACE, "crate NUMBER 7");
    assert_eq!(ids_in(&mut client, SPACE).len(), 12_001);
    assert_consistent(&mut client);
}

#[test]
fn an_evicted_duplicate_is_recognised() {
    let cluster = Cluster::with_extension(&Options::default().with("engram.hot_tier_size = '3MB'"));
    let mut client = cluster.client();
    let text = |n: usize| {
        format!("parcel {n} {}", (0..30).map(|i| format!("w{}x ", (n * 31 + i * 7) % 3001)).collect::<String>())
    };
    let mut all = Vec::new();
    for start in (0..12_000).step_by(500) {
        let batch: Vec<_> = (start..start + 500).map(|n| json!({"space": SPACE, "content": text(n)})).collect();
        all.extend(remember_many(&mut client, &batch));
    }
    wait_ready_space(&mut client, SPACE);
    let spilled: i64 =
        client.query_one("SELECT spilled + warm FROM engram.stat_tier WHERE space = $1", &[&SPACE]).unwrap().get(0);
    assert!(spilled > 100, "{spilled} memories were evicted");
    for n in (0..12_000).step_by(101) {
        assert_eq!(remember(&mut client, SPACE, &text(n).to_uppercase()), all[n], "parcel {n}");
    }
    assert_eq!(ids_in(&mut client, SPACE).len(), all.len());
    assert_consistent(&mut client);
}

#[test]
fn what_a_role_was_told_is_recognised_for_that_role_in_any_session() {
    let cluster = Cluster::with_extension(&Options::default());
    let mut client = cluster.client();
    client.batch_execute("CREATE ROLE someone LOGIN IN ROLE engram_writer").unwrap();
    client.execute("SELECT engram_create_space($1, writers => '{someone}')", &[&SPACE]).unwrap();
    let told = remember_in(&mut client, "then", "The ferry leaves at nine");
    assert_eq!(recall_ids(&mut client, SPACE, "ferry", 1), [told]);
    let mut other = cluster.client();
    assert_eq!(remember_in(&mut other, "now", "the ferry leaves at nine"), told);
    assert_eq!(recalls_of(&mut other, told), 1);
    let mut someone = cluster.client();
    someone.batch_execute("SET ROLE someone").unwrap();
    assert_ne!(remember_in(&mut someone, "mine", "the ferry leaves at nine"), told, "nobody told this role");

    other.batch_execute("SET engram.echo_window = '1s'").unwrap();
    std::thread::sleep(Duration::from_millis(1_100));
    assert_ne!(remember_in(&mut other, "later", "the ferry leaves at nine"), told, "that was long ago");
    assert_consistent(&mut client);
}

#[test]
fn without_preloading_the_same_text_is_recognised() {
    let cluster = Cluster::with_extension(&Options { preload: false, ..Options::default() });
    let (mut one, mut other) = (cluster.client(), cluster.client());
    let batch: Vec<_> = (0..2_000).map(|n| json!({"space": SPACE, "content": format!("parcel number {n}")})).collect();
    let all = remember_many(&mut one, &batch);
    for n in [0, 1_000, 1_999] {
        assert_eq!(remember(&mut other, SPACE, &format!("Parcel number {n}")), all[n]);
    }
    let new = remember(&mut one, SPACE, "one more parcel");
    assert_eq!(remember(&mut other, SPACE, "One more parcel"), new);
    // Many in one transaction do not load the space again and again.
    let began = Instant::now();
    other.batch_execute("BEGIN").unwrap();
    for n in 0..200 {
        let stored = remember(&mut other, SPACE, &format!("in one transaction {n}"));
        assert_eq!(remember(&mut other, SPACE, &format!("In one transaction {n}")), stored);
    }
    other.batch_execute("ROLLBACK").unwrap();
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(ids_in(&mut one, SPACE).len(), all.len() + 1);
    assert_consistent(&mut one);
}

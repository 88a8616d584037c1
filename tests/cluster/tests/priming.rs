//! Priming stays with whom it belongs to, works where nothing can be written, and keeps the order of what is asked again.

use engram_cluster_tests::{
    Cluster, Options, Shutdown, recall, recall_ids, remember, remember_many, wait_following, wait_ready_space,
};
use postgres::Client;
use serde_json::json;
use uuid::Uuid;

const SPACE: &str = "harbour";
const CUE: &str = "lantern";

/// What a recall leaves lasts as long as any test.
fn options(scope: &str) -> Options {
    Options::words_only()
        .with(&format!("engram.priming = {scope}"))
        .with("engram.priming_half_life = '1h'")
        .with("engram.priming_window = '1h'")
}

/// How much the memory that `cue` finds first is primed. To ask leaves nothing.
fn primed(client: &mut Client, space: &str, cue: &str) -> f32 {
    let sql =
        "SELECT value FROM engram_explain_recall($1, space => $2) WHERE signal = 'priming' AND id IS NOT NULL LIMIT 1";
    client.query_one(sql, &[&cue, &space]).expect("the recall finds something").get(0)
}

fn asked(client: &mut Client) {
    assert!(!recall_ids(client, SPACE, CUE, 5).is_empty());
}

fn run(client: &mut Client, sql: &str) {
    client.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

/// One memory that two tenants may see, in two databases.
fn shared_by_two(scope: &str) -> Cluster {
    let cluster = Cluster::with_extension(&options(scope));
    let mut owner = cluster.client();
    run(&mut owner, "CREATE ROLE ana LOGIN IN ROLE engram_reader; CREATE ROLE ben LOGIN IN ROLE engram_reader");
    run(&mut owner, "CREATE DATABASE other");
    run(&mut cluster.client_of("other", "postgres"), "CREATE EXTENSION engram CASCADE");
    for database in ["postgres", "other"] {
        let mut client = cluster.client_of(database, "postgres");
        run(&mut client, &format!("SELECT engram_create_space('{SPACE}', readers => '{{ana,ben}}')"));
        run(&mut client, "SELECT engram_create_space('quay', readers => '{ana,ben}')");
        remember(&mut client, SPACE, "the lantern burned all night");
        remember(&mut client, "quay", "the lantern burned all night");
    }
    cluster
}

#[test]
fn in_a_session_only_the_same_role_and_space_are_primed() {
    let cluster = shared_by_two("session");
    let mut ana = cluster.client_of("postgres", "ana");
    assert_eq!(primed(&mut ana, SPACE, CUE), 0.0);
    asked(&mut ana);
    assert!(primed(&mut ana, SPACE, CUE) > 0.3);
    assert_eq!(primed(&mut ana, "quay", CUE), 0.0);
    assert_eq!(primed(&mut cluster.client_of("postgres", "ana"), SPACE, CUE), 0.0);
    // Whoever takes another role meets what that role has left in this session, and nothing else.
    let mut owner = cluster.client();
    asked(&mut owner);
    run(&mut owner, "SET ROLE ben");
    assert_eq!(primed(&mut owner, SPACE, CUE), 0.0);
    run(&mut owner, "RESET ROLE");
    assert!(primed(&mut owner, SPACE, CUE) > 0.3);
}

#[test]
fn by_space_sessions_of_a_role_share_it_and_tenants_never_do() {
    let cluster = shared_by_two("space");
    asked(&mut cluster.client_of("postgres", "ana"));
    assert!(primed(&mut cluster.client_of("postgres", "ana"), SPACE, CUE) > 0.3);
    for (database, user, space) in [
        ("postgres", "ben", SPACE),
        ("postgres", "postgres", SPACE),
        ("postgres", "ana", "quay"),
        ("other", "ana", SPACE),
    ] {
        let mut client = cluster.client_of(database, user);
        assert_eq!(primed(&mut client, space, CUE), 0.0, "{user} in {database}.{space}");
    }
    // It is memory, and goes with it.
    cluster.stop(Shutdown::Immediate);
    cluster.start_server();
    assert_eq!(primed(&mut cluster.client_of("postgres", "ana"), SPACE, CUE), 0.0);
}

#[test]
fn a_standby_primes_its_own_sessions() {
    let primary = Cluster::with_extension(&options("space"));
    let mut client = primary.client();
    remember(&mut client, SPACE, "the lantern burned all night");
    let standby = primary.standby(&options("space"));
    primary.wait_replayed(&standby);
    asked(&mut client);
    let mut reader = standby.client();
    asked_nothing_yet(&mut reader);
    wait_following(&mut reader, SPACE);
    assert_eq!(primed(&mut reader, SPACE, CUE), 0.0);
    asked(&mut reader);
    assert!(primed(&mut reader, SPACE, CUE) > 0.3);
    assert!(primed(&mut standby.client(), SPACE, CUE) > 0.3);
}

/// Makes the standby load the space, without a trace.
fn asked_nothing_yet(client: &mut Client) {
    let sql = "SELECT count(*) FROM engram_recall($1, space => $2, reinforce => false)";
    let rows: i64 = client.query_one(sql, &[&CUE, &SPACE]).expect("the standby answers").get(0);
    assert_eq!(rows, 1);
}

#[test]
fn without_preloading_a_session_has_a_table_of_its_own() {
    let cluster = Cluster::with_extension(&Options { preload: false, ..options("space") });
    let mut client = cluster.client();
    remember(&mut client, SPACE, "the lantern burned all night");
    asked(&mut client);
    assert!(primed(&mut client, SPACE, CUE) > 0.3);
    assert_eq!(primed(&mut cluster.client(), SPACE, CUE), 0.0);
}

/// Memories of few words, so that many match a cue and many by the same amount.
fn fill(client: &mut Client) -> Vec<Uuid> {
    let people = ["Ana", "Ben", "Cora"];
    let things = ["grey boat", "lantern", "chart", "storm glass"];
    let memory = |n: usize| {
        let content = format!("{} carried the {} to the quay in {}", people[n % 3], things[n / 3 % 4], 1900 + n / 12);
        json!({ "space": SPACE, "content": content, "context": format!("log {}", n / 8) })
    };
    remember_many(client, &(0..120).map(memory).collect::<Vec<_>>())
}

const CUES: &[&str] =
    &["Who carried the lantern to the quay", "Ana", "storm", "the chart of 1907", "grey boat", "1903 and 1904"];

#[test]
fn to_ask_the_same_again_keeps_the_order_and_off_is_as_if_nothing_was_asked() {
    // With the built-in encoder, so that meaning and interference take part.
    let strong = options("session").with("engram.builtin_encoder = on").with("engram.priming_weight = 1");
    let cluster = Cluster::with_extension(&strong.with("engram.interference_weight = 0.5"));
    let mut client = cluster.client();
    fill(&mut client);
    wait_ready_space(&mut client, SPACE);
    let mut off = cluster.client();
    run(&mut off, "SET engram.priming = off");
    for cue in CUES {
        // Cues are linked by the worker some moments after: what it has not done yet may change an answer, for both alike.
        let (before, answers, after) = loop {
            let before = recall(&mut off, SPACE, cue, 15);
            let mut session = cluster.client();
            let answers: Vec<_> = (0..4).map(|_| recall(&mut session, SPACE, cue, 15)).collect();
            let after = recall(&mut off, SPACE, cue, 15);
            if before == after {
                break (before, answers, after);
            }
        };
        assert_eq!(answers[0], before, "nothing was asked before: {cue}");
        let ids = |hits: &[engram_cluster_tests::Hit]| hits.iter().map(|hit| hit.id).collect::<Vec<_>>();
        for again in &answers[1..] {
            assert_eq!(ids(again), ids(&before), "{cue}");
            assert!(again[0].score > before[0].score && again[0].score <= 1.0, "{cue}");
        }
        assert_eq!(after, before, "{cue}");
    }
}

#[test]
fn sessions_that_write_at_once_leave_sound_entries() {
    let cluster = Cluster::with_extension(&options("space"));
    let mut client = cluster.client();
    let ids = fill(&mut client);
    std::thread::scope(|scope| {
        for session in 0..4 {
            let cluster = &cluster;
            scope.spawn(move || {
                let mut client = cluster.client();
                for n in 0..150 {
                    assert!(!recall_ids(&mut client, SPACE, CUES[(n + session) % CUES.len()], 10).is_empty());
                }
            });
        }
    });
    let mut seen = 0;
    for cue in CUES {
        let sql = "SELECT id, value FROM engram_explain_recall($1, space => $2, k => 50) WHERE signal = 'priming'";
        for row in client.query(sql, &[cue, &SPACE]).expect("the recall is explained") {
            let (id, value): (Uuid, f32) = (row.get(0), row.get(1));
            assert!(ids.contains(&id) && (0.0..1.0).contains(&value), "{id} {value}");
            seen += usize::from(value > 0.3);
        }
    }
    assert!(seen >= CUES.len(), "{seen}");
}

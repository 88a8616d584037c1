//! Every way of stopping keeps the truth, and the same question gets the same answer afterwards.

use engram_cluster_tests::{
    Cluster, Hit, Options, Rng, Shutdown, assert_consistent, recall, remember_many, unique_word, wait_ready_space,
};
use postgres::Client;
use serde_json::{Value, json};

const SPACE: &str = "restart";
const CUES: &[&str] = &[
    "Who painted the lighthouse",
    "Ana and the grey boat",
    "harbour master",
    "what did Ben carry to the pier in 1921",
    "rope",
    "zubobobobobobobok",
];

/// Memories with contexts, cues, times and words in common, so that each signal has work.
fn fill(client: &mut Client, count: usize) {
    let mut rng = Rng::new(7);
    let people = ["Ana", "Ben", "Cora", "Dirk"];
    let things = ["boat", "rope", "lantern", "chart", "anchor"];
    let places = ["pier", "lighthouse", "harbour", "quay"];
    let batch: Vec<Value> = (0..count)
        .map(|number| {
            let person = rng.pick(&people);
            json!({
                "space": SPACE,
                "content": format!(
                    "{} {person} carried the {} to the {} in {}",
                    unique_word(number), rng.pick(&things), rng.pick(&places), 1900 + rng.below(30)
                ),
                "context": format!("day {}", number / 10),
                "occurred_at": format!("2024-01-{:02}T{:02}:{:02}:00Z", 1 + number / 60 % 28, number / 60 % 24, number % 60),
            })
        })
        .collect();
    let ids = remember_many(client, &batch);
    for pair in ids.chunks_exact(2).step_by(5) {
        client.execute("SELECT engram_associate($1, $2, space => $3)", &[&pair[0], &pair[1], &SPACE]).unwrap();
    }
}

fn answers(client: &mut Client) -> Vec<Vec<Hit>> {
    CUES.iter().map(|cue| recall(client, SPACE, cue, 20)).collect()
}

#[test]
fn the_same_question_gets_the_same_answer_after_each_way_of_stopping() {
    let cluster = Cluster::with_extension(&Options::default());
    fill(&mut cluster.client(), 300);
    let expected = answers(&mut cluster.client());
    assert!(expected.iter().all(|hits| !hits.is_empty()), "{expected:?}");

    type Stop = fn(&Cluster);
    let stops: [(&str, Stop); 3] = [
        ("a clean stop", |cluster| cluster.stop(Shutdown::Fast)),
        ("an immediate stop", |cluster| cluster.stop(Shutdown::Immediate)),
        ("a killed postmaster", |cluster| cluster.kill_postmaster()),
    ];
    for (what, stop) in stops {
        stop(&cluster);
        cluster.start_server();
        let mut client = cluster.client();
        // At once, while the space may still be loading, and from the loaded space.
        assert_eq!(answers(&mut client), expected, "right after {what}");
        wait_ready_space(&mut client, SPACE);
        assert_eq!(answers(&mut client), expected, "loaded after {what}");
        assert_consistent(&mut client);
    }
}

#[test]
fn dump_and_restore_keep_the_answers() {
    let cluster = Cluster::with_extension(&Options::default());
    fill(&mut cluster.client(), 200);
    let expected = answers(&mut cluster.client());
    let dump = cluster.dump("postgres");
    cluster.psql("CREATE DATABASE restored");
    cluster.restore("restored", &dump);
    let mut client = cluster.client_of("restored", "postgres");
    assert_eq!(answers(&mut client), expected);
    assert_consistent(&mut client);
}

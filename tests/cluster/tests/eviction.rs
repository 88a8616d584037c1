//! A hot tier that is too small: memories leave it, none leaves the mind.

use engram_cluster_tests::{
    Cluster, Options, Rng, assert_consistent, recallable_by_own_word, remember_many, setting_from_env, unique_word,
    wait_ready_space,
};
use serde_json::json;

const SPACE: &str = "crowded";

#[test]
fn every_memory_of_a_crowded_tier_is_recalled_by_its_own_word() {
    let cluster = Cluster::with_extension(&Options::default().with("engram.hot_tier_size = '4MB'"));
    let memories: usize = setting_from_env("ENGRAM_EVICTION_MEMORIES", 12_000);
    let mut client = cluster.client();
    let mut all = Vec::new();
    for start in (0..memories).step_by(500) {
        let words: Vec<String> = (start..(start + 500).min(memories)).map(unique_word).collect();
        let batch: Vec<_> = words
            .iter()
            .enumerate()
            .map(|(index, word)| {
                let mut rng = Rng::new((start + index) as u64);
                let rest: Vec<String> = (0..30).map(|_| format!("w{}x", rng.below(3_000))).collect();
                json!({"space": SPACE, "content": format!("{word} {}", rest.join(" "))})
            })
            .collect();
        all.extend(remember_many(&mut client, &batch).into_iter().zip(words));
    }
    let evictions: i64 = client.query_one("SELECT evictions FROM engram.stat_info", &[]).unwrap().get(0);
    assert!(evictions > 0, "{memories} memories fit into 4 MB");
    wait_ready_space(&mut client, SPACE);
    let row = client.query_one("SELECT spilled + warm FROM engram.stat_tier WHERE space = $1", &[&SPACE]).unwrap();
    let outside: i64 = row.get(0);
    assert!(outside > 0 && outside < memories as i64, "{outside} of {memories} memories are outside");
    for (id, word) in all.iter().step_by(37) {
        assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "{word} was lost with its place");
    }
    assert_consistent(&mut client);

    // A loader is short of room, too.
    drop(client);
    cluster.restart();
    let mut client = cluster.client();
    // Asks for the space, in case there was no room for it unasked.
    assert!(recallable_by_own_word(&mut client, SPACE, &all[0].1, all[0].0));
    wait_ready_space(&mut client, SPACE);
    for (id, word) in all.iter().step_by(211) {
        assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "{word} was lost by the restart");
    }
    assert_consistent(&mut client);
}

//! Any script without spaces between words is at least recalled by its own exact sentence.

use engram_cluster_tests::{Cluster, Options, assert_consistent, recall, remember_many, wait_ready_space};
use serde_json::json;

/// Sentences under the names of their languages; some of them differ in a word or two.
const SENTENCES: &str = include_str!("scripts/sentences.txt");

/// Language and sentence.
fn sentences() -> Vec<(&'static str, &'static str)> {
    let mut language = "";
    let mut all = Vec::new();
    for line in SENTENCES.lines() {
        match line.strip_prefix("= ") {
            Some(name) => language = name,
            None => all.push((language, line)),
        }
    }
    all
}

#[test]
fn a_sentence_without_spaces_between_words_is_recalled_first_by_its_own_text() {
    let all = sentences();
    for language in ["Chinese", "Japanese", "Thai", "Lao", "Khmer", "Burmese"] {
        assert!(all.iter().filter(|s| s.0 == language).count() >= 20, "{language}");
    }
    let cluster = Cluster::with_extension(&Options::default());
    let mut client = cluster.client();
    for (stemmed, encoder) in [("english", None), ("english", Some("none")), ("none", None), ("none", Some("none"))] {
        let space = format!("{stemmed} {}", encoder.unwrap_or("built-in"));
        let create = "SELECT engram_create_space($1, language => $2, encoder => $3)";
        client.execute(create, &[&space, &stemmed, &encoder]).unwrap();
        let batch: Vec<_> = all.iter().map(|s| json!({"space": space, "content": s.1})).collect();
        remember_many(&mut client, &batch);
        wait_ready_space(&mut client, &space);
        let with_vector = client
            .query_one("SELECT count(*) > 0 FROM engram.memory WHERE space = $1 AND embedding IS NOT NULL", &[&space])
            .unwrap();
        assert_eq!(with_vector.get::<_, bool>(0), encoder.is_none(), "{space}");
        let missed: Vec<String> = all
            .iter()
            .filter_map(|(language, sentence)| {
                let first = recall(&mut client, &space, sentence, 3).into_iter().next();
                let found = first.as_ref().is_some_and(|hit| hit.content == *sentence);
                (!found).then(|| format!("{language}: {sentence} gives {first:?}"))
            })
            .collect();
        assert!(missed.is_empty(), "in {space}: {missed:#?}");
    }
    assert_consistent(&mut client);
}

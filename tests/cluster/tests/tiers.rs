//! A hot tier for a part of the memories: a recall returns what a hot tier for all of them returns.

use engram_cluster_tests::{
    Cluster, Options, Rng, Shutdown, assert_consistent, recall_ids, remember_many, setting_from_env, unique_word,
    wait_ready_space, wait_until,
};
use postgres::Client;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::process::Command;
use std::time::Duration;
use uuid::Uuid;

const SPACE: &str = "large";
const SMALL: &str = "beside";
const K: i32 = 10;
const DIMENSIONS: usize = 128;
const TOPICS: usize = 40;
const NAMES: [&str; 12] =
    ["Ana", "Bruno", "Carla", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katya", "Luis"];

fn memories() -> usize {
    setting_from_env("ENGRAM_TIERS_MEMORIES", 5_000)
}

/// A hot tier that has room for a part of them only.
fn tight() -> String {
    format!("{}kB", 500 + memories() / 2)
}

/// A vector near the centre of a topic.
fn vector(topic: usize, seed: u64) -> Vec<f32> {
    let mut centre = Rng::new(topic as u64 + 1_000_000);
    let mut own = Rng::new(seed);
    let number = |rng: &mut Rng| rng.below(2_001) as f32 / 1_000.0 - 1.0;
    (0..DIMENSIONS).map(|_| number(&mut centre) + 0.7 * number(&mut own)).collect()
}

fn id(space: &str, n: usize) -> Uuid {
    Uuid::from_u128((n as u128 + 1) << 64 | space.len() as u128)
}

/// A memory of a topic, with rare and frequent words, names, and a context that others share.
fn memory(space: &str, n: usize) -> Value {
    let mut rng = Rng::new(n as u64);
    let topic = n % TOPICS;
    let words: Vec<String> = (0..30)
        .map(|i| match i % 3 {
            0 => unique_word(rng.below(40)),
            1 => unique_word(100 + topic * 50 + rng.below(50)),
            _ => unique_word(10_000 + rng.below(3_000)),
        })
        .collect();
    let (name, town) = (rng.pick(&NAMES), format!("Town{}", unique_word(rng.below(400))));
    json!({
        "space": space,
        "id": id(space, n).to_string(),
        "content": format!("Then {name} met {} in {town}.", words.join(" ")),
        "embedding": vector(topic, n as u64),
        "context": format!("talk {}", n / 20),
        "kind": if n % 50 == 7 { "decision" } else { "episode" },
        "metadata": {"rare": n % 200 == 3},
        "occurred_at": format!("2026-01-01T{:02}:{:02}:{:02}Z", n / 3600 % 24, n / 60 % 60, n % 60),
    })
}

fn fill(client: &mut Client, space: &str, n: usize) {
    let all: Vec<Value> = (0..n).map(|i| memory(space, i)).collect();
    all.chunks(500).for_each(|batch| {
        remember_many(client, batch);
    });
}

/// A question that some memory answers, in words and by a vector.
struct Question {
    cue: String,
    embedding: String,
}

fn questions(space: &str, n: usize, of: usize) -> Vec<Question> {
    let question = |q: usize| {
        let about = q * of / n;
        let content = memory(space, about)["content"].as_str().expect("a text").to_owned();
        let words: Vec<&str> = content.split(' ').collect();
        Question {
            cue: format!("{} {} {} {}", words[1], words[4 + q % 3], words[8], words[words.len() - 1]),
            embedding: format!("{:?}", vector(about % TOPICS, 77 + q as u64)),
        }
    };
    (0..n).map(question).collect()
}

/// Id, score and similarity of each row.
type Answer = Vec<(Uuid, f32, Option<f32>)>;

fn ask(client: &mut Client, space: &str, q: &Question, conditions: &str) -> Answer {
    let sql = format!(
        "SELECT id, score, similarity FROM engram_recall(cue => $1, embedding => $2::text::vector, space => $3, k => $4,
             reinforce => false {conditions})"
    );
    let rows = client.query(&sql, &[&q.cue, &q.embedding, &space, &K]).unwrap_or_else(|e| panic!("{sql}: {e:?}"));
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

fn ask_all(client: &mut Client, space: &str, questions: &[Question]) -> Vec<Answer> {
    questions.iter().map(|q| ask(client, space, q, "")).collect()
}

/// Answers from tables, whatever the tiers.
fn exactly(client: &mut Client, space: &str, questions: &[Question]) -> Vec<Answer> {
    client.batch_execute("SET engram.exact = on").unwrap();
    let answers = ask_all(client, space, questions);
    client.batch_execute("RESET engram.exact").unwrap();
    answers
}

fn overlap(found: &[Answer], truth: &[Answer]) -> f64 {
    let (mut shared, mut all) = (0, 0);
    for (found, truth) in found.iter().zip(truth) {
        let found: HashSet<Uuid> = found.iter().map(|row| row.0).collect();
        shared += truth.iter().filter(|row| found.contains(&row.0)).count();
        all += truth.len();
    }
    shared as f64 / all as f64
}

/// Memories, resident ones, spilled ones and warm ones.
fn tiers(client: &mut Client, space: &str) -> [i64; 4] {
    let sql = "SELECT memories, resident, spilled, warm FROM engram.stat_tier WHERE space = $1 AND mode = 'shared'";
    let rows = client.query(sql, &[&space]).expect("engram.stat_tier is readable");
    rows.first().map_or([0; 4], |row| [0, 1, 2, 3].map(|i| row.get(i)))
}

/// Waits until something proposes every memory outside.
fn wait_warm(client: &mut Client, space: &str) {
    recall_ids(client, space, "anything", 1);
    wait_ready_space(client, space);
    wait_until(&format!("the warm tier of {space} is built"), Duration::from_secs(300), || {
        let sql = "SELECT warm_state IN ('ready', 'empty') FROM engram.stat_tier WHERE space = $1 AND mode = 'shared'";
        client.query(sql, &[&space]).expect("readable").first().is_some_and(|row| row.get(0))
    });
}

fn set_hot_tier(cluster: &Cluster, size: &str) -> Client {
    cluster.append_conf(&[format!("engram.hot_tier_size = '{size}'")]);
    cluster.restart();
    cluster.client()
}

/// What must hold whenever a part is outside: the answers are those of a hot tier for all.
fn assert_answers(client: &mut Client, truth: &[Answer], questions: &[Question]) {
    assert_consistent(client);
    assert_eq!(exactly(client, SPACE, questions), truth, "exact answers");
    // By a scan of the warm rows, and by the index.
    for rows in ["4000", "0"] {
        client.batch_execute(&format!("SET engram.warm_scan_rows = {rows}")).unwrap();
        let found = ask_all(client, SPACE, questions);
        let share = overlap(&found, truth);
        assert!(share >= 0.97, "{share:.3} of the rows with engram.warm_scan_rows = {rows}");
        assert!(found.iter().all(|answer| answer.len() == K as usize), "never fewer than k");
    }
    client.batch_execute("RESET engram.warm_scan_rows").unwrap();
}

#[test]
fn a_small_hot_tier_answers_as_one_for_all_memories() {
    let cluster = Cluster::with_extension(&Options::default());
    let mut client = cluster.client();
    let n = memories();
    fill(&mut client, SPACE, n);
    fill(&mut client, SMALL, 100);
    wait_ready_space(&mut client, SPACE);
    let questions_of_large = questions(SPACE, 30, n);
    let questions_of_small = questions(SMALL, 20, 100);
    let truth = exactly(&mut client, SPACE, &questions_of_large);
    let truth_of_small = exactly(&mut client, SMALL, &questions_of_small);
    let conditions = [", kinds => '{decision}'", ", filter => '{\"rare\": true}'", ", in_context => 'talk 17'"];
    let narrow: Vec<Vec<Answer>> = conditions
        .map(|c| questions_of_large.iter().take(10).map(|q| ask(&mut client, SPACE, q, c)).collect())
        .to_vec();

    drop(client);
    let mut client = set_hot_tier(&cluster, &tight());
    wait_warm(&mut client, SPACE);
    wait_warm(&mut client, SMALL);
    let [all, resident, spilled, warm] = tiers(&mut client, SPACE);
    assert_eq!((all, spilled), (n as i64, 0));
    assert!(resident + warm == all && resident < all * 4 / 5, "{resident} of {all} are resident");
    assert_answers(&mut client, &truth, &questions_of_large);
    assert_eq!(ask_all(&mut client, SMALL, &questions_of_small), truth_of_small, "a small space is searched in full");
    for (condition, truth) in conditions.iter().zip(&narrow) {
        for rows in ["4000", "0"] {
            client.batch_execute(&format!("SET engram.warm_scan_rows = {rows}")).unwrap();
            for (q, truth) in questions_of_large.iter().zip(truth) {
                let found = ask(&mut client, SPACE, q, condition);
                assert_eq!(found.len(), truth.len(), "rows with {condition}");
            }
        }
        client.batch_execute("RESET engram.warm_scan_rows").unwrap();
    }
    // Where the answer comes from is said.
    let sql = "SELECT detail FROM engram_explain_recall(cue => $1, space => $2) WHERE signal = 'tiers'";
    let said: String = client.query_one(sql, &[&questions_of_large[0].cue, &SPACE]).unwrap().get(0);
    assert!(said.contains(&format!("of {warm} warm")), "{said}");
    let sql = "SELECT count(*) FROM engram_recall(cue => $1, space => $2, k => 50) WHERE tier = 'warm'";
    let returned: i64 = client.query_one(sql, &[&questions_of_large[0].cue, &SPACE]).unwrap().get(0);
    assert!(returned > 0);

    // The postmaster goes, and comes back to what it had.
    cluster.kill_postmaster();
    cluster.start_server();
    let mut client = cluster.client();
    wait_warm(&mut client, SPACE);
    assert_answers(&mut client, &truth, &questions_of_large);

    // A dump has nothing of the warm tier: it is made again.
    let dump = cluster.dump("postgres");
    drop(client);
    cluster.stop(Shutdown::Fast);
    let options = Options::default().with(&format!("engram.hot_tier_size = '{}'", tight()));
    let copy = Cluster::start(&options);
    copy.restore("postgres", &dump);
    let mut client = copy.client();
    wait_warm(&mut client, SPACE);
    let [all, resident, ..] = tiers(&mut client, SPACE);
    assert!(resident < all, "{resident} of {all} are resident after a restore");
    assert_answers(&mut client, &truth, &questions_of_large);
}

#[test]
fn what_happens_to_warm_memories_is_seen_at_once() {
    let cluster = Cluster::with_extension(&Options::default().with(&format!("engram.hot_tier_size = '{}'", tight())));
    let mut client = cluster.client();
    let n = memories();
    fill(&mut client, SPACE, n);
    wait_warm(&mut client, SPACE);
    assert_consistent(&mut client);
    let warm: Vec<Uuid> = (0..n).map(|i| id(SPACE, i)).collect();
    let sql = "SELECT id FROM engram.warm WHERE space = $1 AND id = ANY ($2) ORDER BY id LIMIT 40";
    let warm: Vec<Uuid> = client.query(sql, &[&SPACE, &warm]).unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(warm.len(), 40);
    let words: Vec<String> = (0..40).map(|i| unique_word(1_000_000 + i)).collect();
    for (i, (id, word)) in warm.iter().zip(&words).enumerate() {
        match i % 4 {
            0 => client.execute("SELECT engram_update(id => $1, content => $2, space => $3)", &[id, word, &SPACE]),
            1 => client.execute("SELECT engram_forget(id => $1, mode => 'delete', space => $2)", &[id, &SPACE]),
            2 => client.execute("SELECT engram_forget(id => $1, mode => 'suppress', space => $2)", &[id, &SPACE]),
            _ => client.execute(
                "UPDATE engram.memory SET content = content || ' ' || $1 WHERE space = $3 AND id = $2",
                &[word, id, &SPACE],
            ),
        }
        .unwrap_or_else(|e| panic!("{i}: {e:?}"));
    }
    assert_consistent(&mut client);
    for (i, (id, word)) in warm.iter().zip(&words).enumerate() {
        let found = recall_ids(&mut client, SPACE, word, 20).contains(id);
        assert_eq!(found, matches!(i % 4, 0 | 3), "memory {i}");
    }
    let sql = "SELECT count(*) FROM engram.warm WHERE space = $1 AND id = ANY ($2)";
    let gone: Vec<Uuid> = warm.iter().skip(1).step_by(4).copied().collect();
    assert_eq!(client.query_one(sql, &[&SPACE, &gone]).unwrap().get::<_, i64>(0), 0, "rows of deleted memories");
    // One that was rolled back is what it was.
    let mut transaction = client.transaction().unwrap();
    transaction.execute("DELETE FROM engram.memory WHERE space = $1 AND id = $2", &[&SPACE, &warm[3]]).unwrap();
    assert!(!recall_ids(&mut transaction, SPACE, &words[3], 20).contains(&warm[3]));
    transaction.rollback().unwrap();
    assert!(recall_ids(&mut client, SPACE, &words[3], 20).contains(&warm[3]));
    // More at once than a transaction queues: the region does not know the former rows, and counts anew.
    let sql = "UPDATE engram.memory SET content = content || ' all' WHERE space = $1";
    for _ in 0..3 {
        client.execute(sql, &[&SPACE]).unwrap();
    }
    wait_warm(&mut client, SPACE);
    assert_consistent(&mut client);
    let sql = "DELETE FROM engram.memory WHERE space = $1 AND kind = 'decision'";
    client.execute(sql, &[&SPACE]).unwrap();
    assert_consistent(&mut client);
    // The rows of former versions go.
    wait_until("stale rows are removed", Duration::from_secs(300), || {
        let sql = "SELECT count(*) FROM engram.warm w WHERE NOT EXISTS
                       (SELECT FROM engram.memory m WHERE m.space = w.space AND m.id = w.id AND m.changed = w.changed)";
        client.query_one(sql, &[]).unwrap().get::<_, i64>(0) == 0
    });
}

#[test]
fn a_recalled_memory_comes_back_to_the_hot_tier() {
    let cluster = Cluster::with_extension(&Options::default().with(&format!("engram.hot_tier_size = '{}'", tight())));
    let mut client = cluster.client();
    let n = memories();
    let word = unique_word(2_000_000);
    let mut first = memory(SPACE, n);
    first["content"] = json!(format!("the {word} is behind the door"));
    let id = remember_many(&mut client, &[first])[0];
    fill(&mut client, SPACE, n);
    wait_warm(&mut client, SPACE);
    let sql = "SELECT tier FROM engram_recall(cue => $1, space => $2, k => 5) WHERE id = $3";
    let tier = |client: &mut Client| -> String { client.query_one(sql, &[&word, &SPACE, &id]).unwrap().get(0) };
    assert_eq!(tier(&mut client), "warm", "the oldest memory was not of use for the longest time");
    wait_until("it is hot again", Duration::from_secs(60), || tier(&mut client) == "hot");
    assert_consistent(&mut client);
}

#[test]
#[ignore = "needs the debug build: ring crash"]
fn a_worker_killed_anywhere_in_a_move_leaves_everything_as_it_was() {
    let options = Options::default().with(&format!("engram.hot_tier_size = '{}'", tight()));
    let cluster = Cluster::with_extension(&options);
    let mut client = cluster.client();
    let n = memories() / 2;
    fill(&mut client, SPACE, n);
    let questions = questions(SPACE, 10, n);
    wait_warm(&mut client, SPACE);
    let mut added = Vec::new();
    for (round, point) in ["warm_write", "warm_mark", "evict_leave", "readmit", "warm_sweep"].iter().enumerate() {
        cluster.append_conf(&[format!("engram.crash_point = '{point}'")]);
        hang_up(&cluster);
        // Work of every kind, until somebody is killed at the point.
        wait_until(&format!("something passes {point}"), Duration::from_secs(60), || {
            let Ok(mut client) = cluster.try_client("postgres", "postgres") else { return true };
            let ids: Vec<usize> = (0..50).map(|i| n + round * 100_000 + added.len() % 50_000 + i).collect();
            let batch: Vec<Value> = ids.iter().map(|i| memory(SPACE, *i)).collect();
            let sql = "SELECT count(*) FROM engram_remember_many($1)";
            if client.execute(sql, &[&Value::Array(batch)]).is_err() {
                return true;
            }
            added.extend(ids);
            let stale = "UPDATE engram.memory SET content = content || ' again' WHERE (space, id) IN
                             (SELECT space, id FROM engram.warm WHERE space = $1 ORDER BY id LIMIT 20)";
            let asked = client.execute(stale, &[&SPACE]).is_ok()
                && (0..3).all(|q| {
                    let sql = "SELECT FROM engram_recall(cue => $1, space => $2, k => 20)";
                    client.query(sql, &[&questions[q].cue, &SPACE]).is_ok()
                });
            !asked
        });
        cluster.append_conf(&["engram.crash_point = none".to_string()]);
        hang_up(&cluster);
        cluster.wait_ready();
        let mut client = cluster.client();
        wait_warm(&mut client, SPACE);
        assert_consistent(&mut client);
        let truth = exactly(&mut client, SPACE, &questions);
        let share = overlap(&ask_all(&mut client, SPACE, &questions), &truth);
        assert!(share >= 0.97, "{share:.3} of the rows after {point}");
    }
}

/// Tells the postmaster that its configuration has changed; also while it recovers.
fn hang_up(cluster: &Cluster) {
    let sent = Command::new("kill").args(["-HUP", &cluster.postmaster_pid().to_string()]).status();
    assert!(sent.expect("kill runs").success());
}

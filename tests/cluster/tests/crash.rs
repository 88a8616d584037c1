//! A backend killed in the middle of commits: the server recovers by itself, and whatever was
//! acknowledged before is recalled.

use engram_cluster_tests::{
    Cluster, Options, Rng, assert_consistent, recall_ids, recallable_by_own_word, setting_from_env, unique_word,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use uuid::Uuid;

const SPACE: &str = "crash";
/// Sessions that write at once; one of them is killed.
const WRITERS: usize = 3;

/// One memory that was sent, and its id when the server acknowledged the commit.
struct Sent {
    word: String,
    acknowledged: Option<Uuid>,
}

/// Writes until its connection breaks.
fn write(cluster: &Cluster, next: &AtomicUsize, pids: &Mutex<Vec<i32>>, sent: &Mutex<Vec<Sent>>) {
    let mut client = cluster.client();
    let pid: i32 = client.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0);
    pids.lock().unwrap().push(pid);
    loop {
        let word = unique_word(next.fetch_add(1, Ordering::Relaxed));
        let content = format!("{word} went down with the tide");
        let answer = client.query_one("SELECT engram_remember(content => $1, space => $2)", &[&content, &SPACE]);
        let acknowledged = answer.as_ref().ok().map(|row| row.get(0));
        sent.lock().unwrap().push(Sent { word, acknowledged });
        if let Err(error) = answer {
            // Told to leave because a fellow died (57P02), or no longer there: anything else is a fault.
            let code = error.code().map(|code| code.code().to_string());
            assert!(
                matches!(code.as_deref(), None | Some("57P01" | "57P02" | "57P03")),
                "the writer ended with {error:?}"
            );
            return;
        }
    }
}

#[test]
fn every_acknowledged_memory_outlives_a_killed_backend() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let rounds = setting_from_env("ENGRAM_CRASH_ROUNDS", 100);
    let mut rng = Rng::new(setting_from_env("ENGRAM_SEED", 11));
    let next = AtomicUsize::new(0);
    let mut all: Vec<(Uuid, String)> = Vec::new();
    for round in 0..rounds {
        let pids = Mutex::new(Vec::new());
        let sent = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| write(&cluster, &next, &pids, &sent));
            }
            while pids.lock().unwrap().len() < WRITERS {
                std::thread::sleep(Duration::from_millis(5));
            }
            std::thread::sleep(Duration::from_millis(30 + rng.below(150) as u64));
            let victim = *rng.pick(&pids.lock().unwrap());
            cluster.kill(victim);
        });
        cluster.wait_ready();
        let mut client = cluster.client();
        let sent = sent.into_inner().unwrap();
        assert!(sent.iter().any(|one| one.acknowledged.is_some()), "round {round} committed nothing");
        for one in &sent {
            match one.acknowledged {
                Some(id) => assert!(
                    recallable_by_own_word(&mut client, SPACE, &one.word, id),
                    "round {round}: {} was acknowledged and is not recalled",
                    one.word
                ),
                // Committed without an answer, or not at all: recall agrees with the table.
                None => {
                    let rows = client
                        .query(
                            "SELECT id FROM engram.memory WHERE space = $1 AND content LIKE $2",
                            &[&SPACE, &format!("{} %", one.word)],
                        )
                        .unwrap();
                    let stored: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
                    assert_eq!(recall_ids(&mut client, SPACE, &one.word, 5), stored, "{}", one.word);
                }
            }
        }
        all.extend(sent.into_iter().filter_map(|one| Some((one.acknowledged?, one.word))));
        assert_consistent(&mut client);
    }
    let mut client = cluster.client();
    for (id, word) in all.iter().step_by(1 + all.len() / 500) {
        assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "{word} of an earlier round");
    }
}

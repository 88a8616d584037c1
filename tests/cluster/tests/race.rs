//! Two sessions in one space at once: nobody sees what is not committed, everybody what is.

use engram_cluster_tests::{
    Cluster, Options, assert_consistent, recall_ids, recallable_by_own_word, remember, setting_from_env, unique_word,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

const SPACE: &str = "race";
/// Transactions of each session that are compared step by step.
const ROUNDS: usize = 5;
/// Memories in each of them.
const BATCH: usize = 20;

#[test]
fn an_open_transaction_is_seen_by_itself_alone() {
    let cluster = Cluster::with_extension(&Options::words_only());
    remember(&mut cluster.client(), SPACE, "the space exists before anyone asks for it");
    let together = Barrier::new(2);
    let written: [Mutex<Vec<(Uuid, String)>>; 2] = [Mutex::default(), Mutex::default()];
    std::thread::scope(|scope| {
        for side in 0..2 {
            let (cluster, together, written) = (&cluster, &together, &written);
            scope.spawn(move || {
                let mut client = cluster.client();
                for round in 0..ROUNDS {
                    client.batch_execute("BEGIN").unwrap();
                    let mine: Vec<(Uuid, String)> = (0..BATCH)
                        .map(|number| {
                            let word = unique_word((round * 2 + side) * BATCH + number);
                            (remember(&mut client, SPACE, &format!("{word} washed ashore")), word)
                        })
                        .collect();
                    *written[side].lock().unwrap() = mine.clone();
                    together.wait();
                    let theirs = written[1 - side].lock().unwrap().clone();
                    for (id, word) in &mine {
                        assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "own {word}");
                    }
                    for (id, word) in &theirs {
                        assert!(!recall_ids(&mut client, SPACE, word, 10).contains(id), "uncommitted {word}");
                    }
                    together.wait();
                    client.batch_execute("COMMIT").unwrap();
                    together.wait();
                    for (id, word) in mine.iter().chain(&theirs) {
                        assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "committed {word}");
                    }
                    together.wait();
                }
            });
        }
    });
    assert_consistent(&mut cluster.client());
}

#[test]
fn what_one_session_committed_the_others_recall_at_once() {
    let cluster = Cluster::with_extension(&Options::words_only());
    remember(&mut cluster.client(), SPACE, "the space exists before anyone asks for it");
    let length = Duration::from_secs(setting_from_env("ENGRAM_RACE_SECONDS", 3));
    let acknowledged: Mutex<Vec<(Uuid, String)>> = Mutex::default();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for side in 0..3 {
            let (cluster, acknowledged, over) = (&cluster, &acknowledged, &over);
            scope.spawn(move || {
                let mut client = cluster.client();
                let mut number = side;
                let start = Instant::now();
                while start.elapsed() < length && !over.load(Ordering::Relaxed) {
                    let word = unique_word(number);
                    number += 3;
                    let id = remember(&mut client, SPACE, &format!("{word} rolled in with the tide"));
                    let other = {
                        let mut all = acknowledged.lock().unwrap();
                        all.push((id, word));
                        all[(number * 7919) % all.len()].clone()
                    };
                    let found = recallable_by_own_word(&mut client, SPACE, &other.1, other.0);
                    // The others stop too, so that the failure is not buried.
                    over.fetch_or(!found, Ordering::Relaxed);
                    assert!(found, "{} was committed and not recalled", other.1);
                }
            });
        }
    });
    let mut client = cluster.client();
    for (id, word) in acknowledged.into_inner().unwrap().iter().step_by(10) {
        assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "{word}");
    }
    assert_consistent(&mut client);
}

#[test]
fn a_rolled_back_memory_leaves_no_trace() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    let kept = remember(&mut client, SPACE, "zukoto lies at anchor");
    client.batch_execute("BEGIN").unwrap();
    let outer = remember(&mut client, SPACE, "zukodo lies at anchor");
    client.batch_execute("SAVEPOINT one").unwrap();
    let inner = remember(&mut client, SPACE, "zukobo lies at anchor");
    assert!(recallable_by_own_word(&mut client, SPACE, "zukobo", inner));
    client.batch_execute("ROLLBACK TO one").unwrap();
    assert!(recall_ids(&mut client, SPACE, "zukobo", 10).is_empty());
    assert!(recallable_by_own_word(&mut client, SPACE, "zukodo", outer));
    client.batch_execute("ROLLBACK").unwrap();
    assert!(recall_ids(&mut client, SPACE, "zukodo", 10).is_empty());
    assert!(recallable_by_own_word(&mut client, SPACE, "zukoto", kept));
    let near = recall_ids(&mut client, SPACE, "anchor", 10);
    assert_eq!(near, [kept]);
    assert_consistent(&mut client);
}

//! A session recalls exactly what its snapshot sees, in the gap between a commit's becoming visible and
//! the end of that commit as well.

use engram_cluster_tests::{
    Cluster, Options, assert_consistent, ids_in, recall, recall_ids, recallable_by_own_word, remember,
    setting_from_env, unique_word, wait_ready_space,
};
use postgres::Client;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

const SPACE: &str = "visible";

/// The newest rows that the session sees; each content begins with its unique word.
fn newest(client: &mut Client, limit: i64) -> Vec<(Uuid, String)> {
    client
        .query(
            "SELECT id, split_part(content, ' ', 1) FROM engram.memory WHERE space = $1 ORDER BY id DESC LIMIT $2",
            &[&SPACE, &limit],
        )
        .unwrap()
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect()
}

#[test]
fn whoever_sees_a_row_recalls_it() {
    let cluster = Cluster::with_extension(&Options::words_only());
    remember(&mut cluster.client(), SPACE, &format!("{} was first", unique_word(0)));
    let length = Duration::from_secs(setting_from_env("ENGRAM_RACE_SECONDS", 5));
    let next = AtomicUsize::new(1);
    let over = AtomicBool::new(false);
    let probes = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut client = cluster.client();
                let start = Instant::now();
                while start.elapsed() < length {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    remember(&mut client, SPACE, &format!("{} came next", unique_word(number)));
                }
                over.store(true, Ordering::Relaxed);
            });
        }
        for isolation in ["READ COMMITTED", "REPEATABLE READ"] {
            let (cluster, over, next, probes) = (&cluster, &over, &next, &probes);
            scope.spawn(move || {
                let mut client = cluster.client();
                while !over.load(Ordering::Relaxed) {
                    client.batch_execute(&format!("BEGIN ISOLATION LEVEL {isolation}")).unwrap();
                    for (id, word) in newest(&mut client, 2) {
                        let found = recallable_by_own_word(&mut client, SPACE, &word, id);
                        assert!(found, "{isolation}: {word} is visible and not recalled");
                        probes.fetch_add(1, Ordering::Relaxed);
                    }
                    // About to be committed, or just committed: recalled only when visible.
                    let word = unique_word(next.load(Ordering::Relaxed).saturating_sub(1));
                    let recalled = recall_ids(&mut client, SPACE, &word, 10);
                    let sql = "SELECT id FROM engram.memory WHERE space = $1 AND id = ANY ($2)";
                    let rows = client.query(sql, &[&SPACE, &recalled]).unwrap();
                    let visible: HashSet<Uuid> = rows.into_iter().map(|row| row.get(0)).collect();
                    for id in recalled {
                        assert!(visible.contains(&id), "{isolation}: {word} is recalled and not visible");
                    }
                    client.batch_execute("COMMIT").unwrap();
                }
            });
        }
    });
    assert!(probes.into_inner() > 100, "the readers hardly looked");
}

#[test]
fn an_old_snapshot_recalls_the_old_rows() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut writer = cluster.client();
    let deleted = remember(&mut writer, SPACE, "zubodo lay in the north dock");
    let changed = remember(&mut writer, SPACE, "zubofo lay in the east dock");
    let mut reader = cluster.client();
    reader.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").unwrap();
    let before = ids_in(&mut reader, SPACE);
    writer.execute("DELETE FROM engram.memory WHERE id = $1", &[&deleted]).unwrap();
    writer
        .execute("UPDATE engram.memory SET content = 'zubogo lies in the west dock' WHERE id = $1", &[&changed])
        .unwrap();
    let added = remember(&mut writer, SPACE, "zubomo lies in the south dock");

    assert_eq!(ids_in(&mut reader, SPACE), before);
    assert!(recallable_by_own_word(&mut reader, SPACE, "zubodo", deleted), "deleted later");
    assert!(recallable_by_own_word(&mut reader, SPACE, "zubofo", changed), "the old words of a changed row");
    let hit = recall(&mut reader, SPACE, "zubofo", 1).remove(0);
    assert_eq!(hit.content, "zubofo lay in the east dock");
    assert!(!recall_ids(&mut reader, SPACE, "zubogo", 5).contains(&changed), "the new words of a changed row");
    assert!(!recall_ids(&mut reader, SPACE, "zubomo", 5).contains(&added), "added later");
    reader.batch_execute("COMMIT").unwrap();

    for client in [&mut reader, &mut writer] {
        assert!(!recall_ids(client, SPACE, "zubodo", 5).contains(&deleted));
        assert!(!recall_ids(client, SPACE, "zubofo", 5).contains(&changed));
        assert!(recallable_by_own_word(client, SPACE, "zubogo", changed));
        assert!(recallable_by_own_word(client, SPACE, "zubomo", added));
    }
}

#[test]
fn a_prepared_transaction_is_invisible_until_it_commits() {
    let cluster = Cluster::with_extension(&Options::words_only().with("max_prepared_transactions = 10"));
    let mut writer = cluster.client();
    let mut other = cluster.client();
    remember(&mut writer, SPACE, "the space exists");
    writer.batch_execute("BEGIN").unwrap();
    let kept = remember(&mut writer, SPACE, "zuboko waits for the harbour master");
    writer.batch_execute("PREPARE TRANSACTION 'kept'").unwrap();
    writer.batch_execute("BEGIN").unwrap();
    let lost = remember(&mut writer, SPACE, "zubopo waits for the harbour master");
    writer.batch_execute("PREPARE TRANSACTION 'lost'").unwrap();
    for client in [&mut writer, &mut other] {
        assert!(recall_ids(client, SPACE, "zuboko", 5).is_empty());
        assert!(recall_ids(client, SPACE, "zubopo", 5).is_empty());
    }
    // It is settled by another session, after a restart.
    drop((writer, other));
    cluster.restart();
    let mut client = cluster.client();
    assert!(recall_ids(&mut client, SPACE, "zuboko", 5).is_empty());
    client.batch_execute("COMMIT PREPARED 'kept'").unwrap();
    client.batch_execute("ROLLBACK PREPARED 'lost'").unwrap();
    assert!(recallable_by_own_word(&mut client, SPACE, "zuboko", kept));
    assert!(!recall_ids(&mut client, SPACE, "zubopo", 5).contains(&lost));
    assert_eq!(recall_ids(&mut client, SPACE, "harbour master", 5), [kept]);
}

/// How often the space was given up and loaded anew.
fn generation(client: &mut Client) -> i64 {
    let row = client.query_one("SELECT generation::bigint FROM engram.stat_tier WHERE space = $1", &[&SPACE]);
    row.expect("the space is in shared memory").get(0)
}

#[test]
fn a_deletion_rolled_back_to_a_savepoint_lets_others_delete_the_row_and_costs_no_reload() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let (mut first, mut second) = (cluster.client(), cluster.client());
    let words = [unique_word(0), unique_word(1)];
    let ids = [0, 1].map(|i| remember(&mut first, SPACE, &format!("{} is here", words[i])));
    let edge = "INSERT INTO engram.association (space, source, target, weight) VALUES ($1, $2, $3, 0.5)";
    first.execute(edge, &[&SPACE, &ids[0], &ids[1]]).unwrap();
    wait_ready_space(&mut first, SPACE);
    let before = generation(&mut first);
    let delete = "DELETE FROM engram.memory WHERE space = $1 AND id = $2";

    first.batch_execute("BEGIN; SAVEPOINT s").unwrap();
    first.execute(delete, &[&SPACE, &ids[0]]).unwrap();
    // The recall enters the deletion in shared memory before the transaction ends.
    assert!(!recallable_by_own_word(&mut first, SPACE, &words[0], ids[0]));
    first.batch_execute("ROLLBACK TO s").unwrap();
    assert!(recallable_by_own_word(&mut first, SPACE, &words[0], ids[0]));
    // The row lock is free, and the first transaction still runs.
    second.execute(delete, &[&SPACE, &ids[0]]).unwrap();
    assert!(!recallable_by_own_word(&mut second, SPACE, &words[0], ids[0]));
    first.batch_execute("COMMIT").unwrap();
    assert!(!recallable_by_own_word(&mut first, SPACE, &words[0], ids[0]));
    assert!(recallable_by_own_word(&mut first, SPACE, &words[1], ids[1]));
    assert_eq!(generation(&mut first), before, "the space was given up");
    assert_consistent(&mut first);
}

//! Transactions of more changes than are kept singly, whatever the order in which they leave word of themselves.

use engram_cluster_tests::{Cluster, Options, assert_consistent, recall_ids, remember, wait_ready_space, wait_until};
use postgres::Client;
use std::time::Duration;

const SPACE: &str = "large";

/// More rows than a transaction's changes are kept singly for, and a word of its own in one more.
fn insert_many(client: &mut Client, word: &str) {
    let sql = "INSERT INTO engram.memory (space, content)
               SELECT $1, $2 || ' ' || n FROM generate_series(1, 10100) n UNION ALL SELECT $1, $2 || 'k came in one go'";
    client.execute(sql, &[&SPACE, &word]).unwrap();
}

#[test]
fn large_transactions_that_end_in_another_order_than_they_began_are_recalled_whole() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut early = cluster.client();
    let mut late = cluster.client();
    let mut reader = cluster.client();
    remember(&mut reader, SPACE, "the space exists");
    recall_ids(&mut reader, SPACE, "space", 1);
    wait_ready_space(&mut reader, SPACE);
    wait_until("the workers have left", Duration::from_secs(60), || cluster.pids_of("engram maintenance").is_empty());
    // Without workers, which would load them one by one.
    let launcher = cluster.pids_of("engram launcher")[0];
    cluster.signal(launcher, "STOP");
    wait_until("the workers have left", Duration::from_secs(60), || cluster.pids_of("engram maintenance").is_empty());

    early.batch_execute("BEGIN").unwrap();
    remember(&mut early, SPACE, "the first to have a number");
    insert_many(&mut late, "zulate");
    insert_many(&mut early, "zuearly");
    assert_eq!(recall_ids(&mut early, SPACE, "zuearlyk", 2).len(), 1, "a transaction recalls its own");
    assert_eq!(recall_ids(&mut early, SPACE, "zulatek", 2).len(), 1);
    early.batch_execute("SAVEPOINT s").unwrap();
    early.batch_execute("DELETE FROM engram.memory WHERE content LIKE 'zulatek%'").unwrap();
    assert!(recall_ids(&mut early, SPACE, "zulatek", 2).is_empty(), "and not what it has deleted");
    early.batch_execute("ROLLBACK TO s").unwrap();
    early.batch_execute("COMMIT").unwrap();
    assert_eq!(recall_ids(&mut reader, SPACE, "zulatek", 2).len(), 1);
    assert_eq!(recall_ids(&mut reader, SPACE, "zuearlyk", 2).len(), 1, "what began first and came last");
    assert_consistent(&mut reader);
    cluster.signal(launcher, "CONT");
}

//! Changes to the table of memories reach workers between their transactions, where no catalog can be read.

use engram_cluster_tests::{Cluster, Options, remember, wait_until};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
const TIME: Duration = Duration::from_secs(8);

#[test]
fn workers_outlive_changes_to_the_table_of_memories() {
    let cluster = Cluster::with_extension(
        &Options::default().with("engram.consolidation = on").with("engram.consolidation_interval = '1s'"),
    );
    let mut client = cluster.client();
    for n in 0..4 {
        remember(&mut client, "deck", &format!("The anchor of iron was seen on deck, watch {n}."));
    }
    let begun = Instant::now();
    let mut number = 4;
    while begun.elapsed() < TIME {
        // Something to run for, and the news of a changed table in the middle of the run and after it.
        remember(&mut client, "deck", &format!("The anchor of iron was seen on deck, watch {number}."));
        number += 1;
        // On a slow machine many runs are asked for before one is done.
        if let Err(error) = client.batch_execute("SELECT engram_worker_run_now(space => 'deck')") {
            assert_eq!(error.code().map(|code| code.code()), Some("55000"), "{error}");
        }
        for fill in 90..100 {
            client.batch_execute(&format!("ALTER TABLE engram.memory SET (fillfactor = {fill})")).unwrap();
        }
    }
    wait_until("the space was consolidated", PATIENCE, || {
        let sql = "SELECT runs FROM engram.stat_consolidation WHERE space = 'deck'";
        client.query_opt(sql, &[]).unwrap().is_some_and(|row| row.get::<_, i64>(0) > 0)
    });
    // After a crash of a worker this session would have ended.
    let log = cluster.log_text();
    assert!(!log.contains("was terminated by signal"), "{}", cluster.log_tail());
}

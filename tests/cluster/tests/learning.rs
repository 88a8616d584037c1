//! Associations that the maintenance worker makes by itself.

use engram_cluster_tests::{Cluster, Options, assert_consistent, recall_ids, remember, wait_ready_space, wait_until};
use postgres::Client;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const SPACE: &str = "pairs";

fn learned(client: &mut Client, origin: &str) -> i64 {
    let sql = "SELECT count(*) FROM engram.association WHERE space = $1 AND origin = $2";
    client.query_one(sql, &[&SPACE, &origin]).unwrap().get(0)
}

fn soon(what: &str, probe: impl FnMut() -> bool) {
    wait_until(what, Duration::from_secs(60), probe);
}

#[test]
fn what_is_recalled_together_is_associated_in_the_background() {
    let cluster = Cluster::with_extension(&Options::default().with("engram.hebbian_rate = 0.1"));
    let mut client = cluster.client();
    for place in ["north", "south", "west"] {
        remember(&mut client, SPACE, &format!("a lighthouse in the {place}"));
    }
    wait_ready_space(&mut client, SPACE);
    // A recall in a read-only transaction leaves no trace of use.
    client.batch_execute("BEGIN READ ONLY").unwrap();
    assert_eq!(recall_ids(&mut client, SPACE, "lighthouse", 3).len(), 3);
    client.batch_execute("COMMIT").unwrap();
    assert_eq!(recall_ids(&mut client, SPACE, "lighthouse", 3).len(), 3);
    soon("the worker has learned", || learned(&mut client, "co-recall") == 6);
    let weights = client.query("SELECT DISTINCT weight FROM engram.association WHERE space = $1", &[&SPACE]).unwrap();
    assert_eq!(weights.iter().map(|row| row.get::<_, f32>(0)).collect::<Vec<_>>(), [0.1]);
    assert_consistent(&mut client);
}

#[test]
fn neighbours_follow_what_changes_and_come_back_after_a_restart() {
    let cluster = Cluster::with_extension(
        &Options::default().with("engram.similarity_edges = 3").with("engram.similarity_threshold = 0.5"),
    );
    let mut client = cluster.client();
    client.execute("SELECT engram_create_space($1, dimensions => 8)", &[&SPACE]).unwrap();
    let fill = "SELECT count(engram_remember('point ' || n, ARRAY(SELECT sin(n * 1.7 + d * n) FROM generate_series(1, 8) d)::real[]::vector,
                    space => $1)) FROM generate_series($2::int, $3::int) n";
    client.query_one(fill, &[&SPACE, &1, &300]).unwrap();
    let all = "SELECT source::text || target::text || weight FROM engram.association
               WHERE space = $1 AND origin = 'similarity' ORDER BY 1";
    let state = |client: &mut Client| -> Vec<String> {
        client.query(all, &[&SPACE]).unwrap().iter().map(|row| row.get(0)).collect()
    };
    // Done when nothing has happened for two visits.
    let settle = |client: &mut Client| {
        let mut last = Vec::new();
        soon("the worker has nothing to do", || {
            std::thread::sleep(Duration::from_millis(2_500));
            let now = state(client);
            let same = !now.is_empty() && now == last;
            last = now;
            same
        });
        last
    };
    let first = settle(&mut client);
    client.query_one(fill, &[&SPACE, &301, &320]).unwrap();
    client.execute("DELETE FROM engram.memory WHERE space = $1 AND content LIKE 'point %3'", &[&SPACE]).unwrap();
    let followed = settle(&mut client);
    assert_ne!(first, followed);

    // Made anew from the same rows they are the same.
    client.execute("DELETE FROM engram.progress", &[]).unwrap();
    client.execute("DELETE FROM engram.association", &[]).unwrap();
    drop(client);
    cluster.restart();
    let mut client = cluster.client();
    assert_eq!(settle(&mut client), followed);
    assert_consistent(&mut client);

    client.batch_execute("ALTER SYSTEM SET engram.similarity_edges = 0").unwrap();
    client.batch_execute("SELECT pg_reload_conf()").unwrap();
    soon("they are gone", || learned(&mut client, "similarity") == 0);
}

#[test]
fn what_goes_while_its_neighbours_are_looked_for_stops_no_learning() {
    let cluster = Cluster::with_extension(
        &Options::default().with("engram.similarity_edges = 3").with("engram.similarity_threshold = 0.3"),
    );
    let mut client = cluster.client();
    client.execute("SELECT engram_create_space($1, encoder => 'built-in')", &[&SPACE]).unwrap();
    let done = AtomicBool::new(false);
    let made = std::thread::scope(|scope| {
        let learner = scope.spawn(|| {
            let mut learner = cluster.client();
            let mut made = 0;
            while !done.load(Ordering::Relaxed) {
                made +=
                    learner.query_one("SELECT engram.learn($1)", &[&SPACE]).expect("learning goes on").get::<_, i64>(0);
            }
            made
        });
        for round in 0..60 {
            let fill = "SELECT count(engram_remember('the ' || a || ' of the ' || b || ' ' || $2::int, space => $1))
                        FROM unnest('{keel,mast,anchor,rudder}'::text[]) a, unnest('{boat,ship,ferry}'::text[]) b";
            client.query_one(fill, &[&SPACE, &round]).unwrap();
            // One at a time, so that some go in the middle of the work.
            for _ in 0..10 {
                let one =
                    "DELETE FROM engram.memory WHERE ctid = (SELECT min(ctid) FROM engram.memory WHERE space = $1)";
                client.execute(one, &[&SPACE]).unwrap();
            }
        }
        done.store(true, Ordering::Relaxed);
        learner.join().expect("the learner lives")
    });
    assert!(made > 0, "nothing was learned meanwhile");
    assert_consistent(&mut client);
}

//! Memory of processes: a backend that recalls again and again does not grow, and a worker stays within engram.worker_memory.

use engram_cluster_tests::{Cluster, Options, setting_from_env, wait_ready_space, wait_until};
use postgres::Client;
use std::time::{Duration, Instant};

const SPACE: &str = "log book";

/// Spaces that the consolidator visits, beyond the first ones.
const SPACES: i64 = 300;

/// Memory of a process that is its own, in bytes; none when it has ended.
fn own_memory(pid: i32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("RssAnon:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

fn pid(client: &mut Client) -> i32 {
    client.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0)
}

fn contexts(client: &mut Client) -> i64 {
    let sql = "SELECT sum(total_bytes)::int8 FROM pg_backend_memory_contexts";
    client.query_one(sql, &[]).unwrap().get(0)
}

/// Recalls of varied kinds, a hundred in each transaction.
fn recall(client: &mut Client, times: u32) {
    for hundred in 0..times.div_ceil(100) {
        let sql = format!(
            "DO $$ DECLARE i int; BEGIN
               FOR i IN {0} .. {0} + 99 LOOP
                 PERFORM * FROM engram_recall('entry ' || i % 997 || ' word' || i % 31, space => '{SPACE}', k => 1 + i % 50,
                     max_tokens => CASE WHEN i % 5 = 0 THEN 200 END, kinds => CASE WHEN i % 7 = 0 THEN '{{episode,note}}'::text[] END,
                     in_context => CASE WHEN i % 11 = 0 THEN 'c' || i % 13 END, reinforce => i % 2 = 0);
               END LOOP;
             END $$",
            hundred * 100
        );
        client.batch_execute(&sql).unwrap_or_else(|error| panic!("{error:?}"));
    }
}

fn stays_flat(options: &Options, recalls: u32) {
    let cluster = Cluster::with_extension(options);
    let store = format!(
        "SELECT engram_remember(format('entry %s about word%s, %s', i, i % 31, repeat('and so on ', i % 40)), space => '{SPACE}',
                                context => 'c' || i % 13, kind => CASE WHEN i % 3 = 0 THEN 'note' ELSE 'episode' END)
         FROM generate_series(1, 500) i"
    );
    cluster.psql(&store);
    let mut client = cluster.client();
    if options.preload {
        wait_ready_space(&mut client, SPACE);
    }
    let pid = pid(&mut client);
    recall(&mut client, recalls / 10);
    let (before, contexts_before) = (own_memory(pid).unwrap(), contexts(&mut client));
    let begun = Instant::now();
    recall(&mut client, recalls);
    let (after, contexts_after) = (own_memory(pid).unwrap(), contexts(&mut client));
    println!(
        "{recalls} recalls in {:?}, preloaded {}: {} kB of its own before, {} kB after; contexts {contexts_before} and {contexts_after} bytes",
        begun.elapsed(),
        options.preload,
        before / 1024,
        after / 1024
    );
    // A private region is in use as far as it is filled, not as a whole.
    assert!(before < 64 << 20, "{before} bytes for a small space");
    // Caches fill up, whatever the number of recalls; a leak of 100 bytes each would show in a million.
    let most = 2 * 1024 * 1024 + u64::from(recalls) * 50;
    assert!(after < before + most, "grew from {before} to {after} bytes in {recalls} recalls");
    assert!(
        contexts_after < contexts_before + 1024 * 1024,
        "contexts grew from {contexts_before} to {contexts_after} bytes"
    );
}

#[test]
fn a_backend_that_recalls_does_not_grow() {
    stays_flat(&Options::default(), setting_from_env("ENGRAM_RECALLS", 2_000));
}

#[test]
fn a_backend_with_a_private_region_does_not_grow() {
    let options = Options { preload: false, ..Options::default() };
    stays_flat(&options, setting_from_env::<u32>("ENGRAM_RECALLS", 2_000) / 2);
}

/// The most memory of its own that a worker had while it loaded the space.
fn most_of_a_loading_worker(worker_memory: &str) -> u64 {
    let options = Options::words_only()
        .with(&format!("engram.worker_memory = '{worker_memory}'"))
        .with("engram.hot_tier_size = '512MB'");
    let cluster = Cluster::with_extension(&options);
    let store = format!(
        "SELECT engram_remember(format('entry %s of the log', i), space => '{SPACE}',
                                embedding => (array_fill(0.1::real, ARRAY[3999]) || i::real)::vector)
         FROM generate_series(1, 3000) i"
    );
    cluster.psql(&store);
    cluster.restart();
    let mut client = cluster.client();
    let begun = Instant::now();
    let mut most = 0;
    loop {
        let workers = "SELECT pid FROM engram.stat_worker WHERE worker = 'maintenance'";
        for row in client.query(workers, &[]).unwrap() {
            most = most.max(own_memory(row.get(0)).unwrap_or(0));
        }
        let ready = "SELECT count(*) FROM engram.stat_tier WHERE space = $1 AND state = 'ready'";
        if client.query_one(ready, &[&SPACE]).unwrap().get::<_, i64>(0) == 1 {
            return most;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "the space was not loaded");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_worker_that_loads_stays_within_its_memory() {
    // What any backend takes that has run these statements.
    const BASE: u64 = 12 << 20;
    let (small, large) = (most_of_a_loading_worker("8MB"), most_of_a_loading_worker("256MB"));
    println!("a loading worker took {} kB with 8MB, {} kB with 256MB", small / 1024, large / 1024);
    assert!(small < (8 << 20) + BASE, "{small} bytes with 8MB");
    assert!(large < (256 << 20) + BASE, "{large} bytes with 256MB");
    assert!(small < large, "{small} and {large} bytes");
}

/// What the consolidator keeps of a space for its next run is the episodes, and nothing that takes as much for a space with one of them
/// as for a large one: 128 kB for each of these would be 39 MB.
#[test]
fn the_consolidator_keeps_little_of_small_spaces() {
    let options = Options::words_only().with("engram.consolidation = on").with("engram.consolidation_interval = '1s'");
    let cluster = Cluster::with_extension(&options);
    let mut client = cluster.client();
    let mut visited = |from: i64, to: i64| {
        let store = "INSERT INTO engram.memory (space, content)
                     SELECT 'space ' || n, 'the boat ' || n || ' is kept in Saltmere' FROM generate_series($1::int8, $2) n";
        client
            .execute("SELECT engram_create_space('space ' || n) FROM generate_series($1::int8, $2) n", &[&from, &to])
            .unwrap();
        client.execute(store, &[&from, &to]).unwrap();
        wait_until("every space has had its run", Duration::from_secs(120), || {
            let sql = "SELECT count(*) FROM engram.consolidation WHERE last_completed_at IS NOT NULL AND space LIKE 'space %'";
            client.query_one(sql, &[]).unwrap().get::<_, i64>(0) >= to
        });
        let sql = "SELECT pid FROM engram.stat_worker WHERE worker = 'consolidator'";
        own_memory(client.query_one(sql, &[]).unwrap().get(0)).expect("the consolidator stays for a while")
    };
    let before = visited(1, 20);
    let after = visited(21, 20 + SPACES);
    println!("{} MB, then {} MB", before >> 20, after >> 20);
    assert!(after < before + (16 << 20), "{before} bytes, then {after}");
}

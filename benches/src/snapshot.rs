//! Warm start: writing the snapshot file, and how long a space takes to answer after a start with and without it.
//!
//! Memories as the built-in encoder makes them: 256 dimensions, twenty words, three cues; a server of its own, since they are many.

use crate::report::{Line, Report};
use crate::vector::Vector;
use crate::world::World;
use engram_cluster_tests::{Cluster, Options, Rng, Shutdown, wait_ready_space, wait_until};
use postgres::Client;
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::Type;
use std::time::{Duration, Instant, SystemTime};
use uuid::Uuid;

const DIMENSIONS: usize = 256;
const WORDS: usize = 20;
const CUES: usize = 3;
/// Memories of one context.
const SESSION: usize = 20;
/// Rows of one COPY: fewer than the 10,000 above which a transaction is loaded afterwards.
const BATCH: usize = 9_000;
const PATIENCE: Duration = Duration::from_secs(900);
const SPACE: &str = "warm";

/// Runs the benchmark.
pub fn run(world: &mut World, report: &mut Report) {
    for n in if world.quick { vec![2_000] } else { vec![100_000, 1_000_000] } {
        measure(n, report);
    }
}

fn measure(n: usize, report: &mut Report) {
    let cluster = Cluster::with_extension(&options(n));
    let mut client = cluster.client();
    eprintln!("loading {n} memories of {DIMENSIONS} dimensions");
    fill(&mut client, n);
    client.batch_execute("VACUUM ANALYZE engram.memory").expect("vacuumed");
    client.batch_execute("CHECKPOINT").expect("a checkpoint");
    ask(&mut client);
    wait_ready_space(&mut client, SPACE);
    drop(client);

    let (_, ready, loaded) = restart(&cluster);
    let line = Line::new("snapshot", format!("load from tables, {n}")).figure("ready_s", ready.as_secs_f64());
    report.add(line.at_least("per_s", n as f64 / loaded, 30_000.0));

    let mut client = cluster.client();
    set(&mut client, "engram.snapshot_interval", "1s");
    wait_until("a worker has written the file", PATIENCE, || {
        client.query_one("SELECT written_at IS NOT NULL FROM engram.stat_snapshot", &[]).expect("one row").get(0)
    });
    set(&mut client, "engram.snapshot_interval", "1d");
    let row = client.query_one("SELECT bytes, write_ms, spaces FROM engram.stat_snapshot", &[]).expect("one row");
    let (bytes, milliseconds) = (row.get::<_, i64>(0) as f64, row.get::<_, f64>(1));
    report.add(
        Line::new("snapshot", format!("written by the worker, {n}"))
            .figure("s", milliseconds / 1e3)
            .figure("megabytes", bytes / 1e6)
            .figure("bytes_per_memory", bytes / n as f64),
    );
    // Something changes, so that the stop writes a file as well.
    client
        .execute("UPDATE engram.memory SET kind = 'note' WHERE space = $1 AND id = $2", &[&SPACE, &id(1)])
        .expect("a change");
    drop(client);

    let (stop, ready, loaded) = restart(&cluster);
    let mut client = cluster.client();
    let row = client.query_one("SELECT loaded_from, load_ms FROM engram.stat_snapshot", &[]).expect("one row");
    assert_eq!(row.get::<_, &str>(0), "file", "the file was not used: {}", cluster.log_tail());
    report.add(
        Line::new("snapshot", format!("load from the file, {n}")).figure("stop_s", stop.as_secs_f64()).at_least(
            "per_s",
            n as f64 / loaded,
            200_000.0,
        ),
    );
    let line = Line::new("snapshot", format!("start of the server to the first answer, {n}"));
    report.add(line.at_most("s", ready.as_secs_f64(), 10.0));
    let bad: i64 = client.query_one("SELECT count(*) FROM engram_check()", &[]).expect("checked").get(0);
    assert_eq!(bad, 0, "the hot tier differs from the tables");
}

fn options(n: usize) -> Options {
    let megabytes = 64 + n / 700;
    [
        &format!("engram.hot_tier_size = '{megabytes}MB'"),
        "engram.snapshot_interval = 0",
        "shared_buffers = '1GB'",
        "max_wal_size = '8GB'",
        "checkpoint_timeout = '1h'",
        "autovacuum = off",
    ]
    .into_iter()
    .fold(Options { fsync: true, ..Options::default() }, |options, line| options.with(line))
}

fn set(client: &mut Client, setting: &str, value: &str) {
    client.batch_execute(&format!("ALTER SYSTEM SET {setting} = '{value}'")).expect("the setting is known");
    client.batch_execute("SELECT pg_reload_conf()").expect("reloaded");
}

fn id(n: usize) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | n as u128)
}

fn fill(client: &mut Client, n: usize) {
    client
        .execute("SELECT engram_create_space($1, dimensions => 256, encoder => 'none')", &[&SPACE])
        .or_else(|_| client.execute("SELECT engram_create_space($1, dimensions => 256)", &[&SPACE]))
        .expect("a space");
    let vector = client.prepare("SELECT $1::vector").expect("prepared").params()[0].clone();
    let types = [Type::TEXT, Type::UUID, Type::TEXT, vector, Type::TEXT_ARRAY, Type::TEXT, Type::TIMESTAMPTZ];
    let mut rng = Rng::new(7);
    for first in (0..n).step_by(BATCH) {
        let sink = client
            .copy_in("COPY engram.memory (space, id, content, embedding, cues, context, occurred_at) FROM STDIN BINARY")
            .expect("COPY begins");
        let mut rows = BinaryCopyInWriter::new(sink, &types);
        for i in first..n.min(first + BATCH) {
            // Frequent words and rare ones.
            let word = |rng: &mut Rng| {
                let range = 1 << (4 + rng.below(14));
                format!("w{}x", rng.below(range))
            };
            let content = (0..WORDS).map(|_| word(&mut rng)).collect::<Vec<String>>().join(" ");
            let cues: Vec<String> = (0..CUES).map(|c| format!("name {}", rng.below(100 << (4 * c)))).collect();
            let embedding: Vec<f32> = (0..DIMENSIONS).map(|_| (rng.next_u64() >> 40) as f32 - 8_388_608.0).collect();
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + i as u64);
            let context = format!("session {}", i / SESSION);
            rows.write(&[&SPACE, &id(i), &content, &Vector(&embedding), &cues, &context, &at]).expect("a row");
        }
        rows.finish().expect("COPY ends");
    }
}

fn ask(client: &mut Client) -> usize {
    client
        .query("SELECT id FROM engram_recall('w1x w3x w70x', space => $1, k => 10)", &[&SPACE])
        .expect("an answer")
        .len()
}

/// Stops cleanly and starts again. Returns how long the stop took, how long from the start to an answer of the hot tier,
/// and the seconds of loading alone.
fn restart(cluster: &Cluster) -> (Duration, Duration, f64) {
    let begun = Instant::now();
    cluster.stop(Shutdown::Fast);
    let stop = begun.elapsed();
    let begun = Instant::now();
    cluster.start_server();
    let mut client = cluster.client();
    wait_until("the space is loaded again", PATIENCE, || {
        let sql = "SELECT state FROM engram.stat_tier WHERE space = $1 AND mode = 'shared'";
        client
            .query(sql, &[&SPACE])
            .expect("engram.stat_tier is readable")
            .iter()
            .any(|r| r.get::<_, &str>(0) == "ready")
    });
    assert_eq!(ask(&mut client), 10);
    let ready = begun.elapsed();
    wait_until("the first visit is over", PATIENCE, || {
        client.query_one("SELECT loaded_at IS NOT NULL FROM engram.stat_snapshot", &[]).expect("one row").get(0)
    });
    let row = client.query_one("SELECT load_ms FROM engram.stat_snapshot", &[]).expect("one row");
    (stop, ready, row.get::<_, f64>(0) / 1e3)
}

//! What a memory takes in shared memory, and how fast a space comes back after a restart.

use crate::report::{Line, Report};
use crate::world::World;
use engram_cluster_tests::{Shutdown, wait_until};
use std::time::{Duration, Instant};

/// Bytes of shared memory for a memory, from `engram.stat_tier`.
pub fn bytes(world: &mut World, report: &mut Report) {
    for n in world.sizes() {
        let (_, space) = world.space(n);
        let row = world
            .client
            .query_one(
                "SELECT memories, resident, bytes, cues FROM engram.stat_tier WHERE space = $1 AND mode = 'shared'",
                &[&space],
            )
            .expect("the space is in shared memory");
        let [memories, resident, bytes, cues] = [0, 1, 2, 3].map(|i| row.get::<_, i64>(i) as f64);
        let line = Line::new("bytes", format!("shared memory per memory, {n}"))
            .figure("memories", memories)
            .figure("resident", resident)
            .figure("cues_per_memory", cues / memories);
        report.add(line.at_most("bytes", bytes / resident, 1_200.0));
    }
}

/// How fast the hot tier is filled from tables after a restart.
pub fn load(world: &mut World, report: &mut Report) {
    let n = world.largest();
    let (_, space) = world.space(n);
    world.run("CHECKPOINT");
    world.cluster.stop(Shutdown::Fast);
    let start = Instant::now();
    world.cluster.start_server();
    world.client = world.cluster.client();
    let connected = start.elapsed();
    let memories = |world: &mut World| -> Option<i64> {
        let rows = world
            .client
            .query(
                "SELECT memories FROM engram.stat_tier WHERE space = $1 AND mode = 'shared' AND state = 'ready'",
                &[&space],
            )
            .expect("engram.stat_tier is readable");
        rows.first().map(|row| row.get(0))
    };
    let mut loaded = 0;
    wait_until(&format!("{space} is loaded again"), Duration::from_secs(120), || {
        loaded = memories(world).unwrap_or(0);
        loaded > 0
    });
    let took = start.elapsed();
    let line = Line::new("load", format!("from tables after a restart, {n}"))
        .figure("server_s", connected.as_secs_f64())
        .figure("ready_s", took.as_secs_f64());
    // From the start of the server: the worker begins before anybody can connect.
    let rate = loaded as f64 / took.as_secs_f64();
    report.add(line.at_least("per_s", rate, 30_000.0));
}

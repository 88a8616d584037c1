//! How long after its time is up a recall ends.

use crate::measure::Samples;
use crate::report::{Line, Report};
use crate::world::World;
use postgres::error::SqlState;
use std::time::{Duration, Instant};

/// Runs the benchmark.
pub fn run(world: &mut World, report: &mut Report) {
    let n = world.largest();
    let (corpus, space) = world.space(n);
    let question = corpus.question(0).text;
    // Many recalls in one statement: the timeout meets each point of a recall sooner or later.
    let many = world.prepare(
        "SELECT count(*) FROM generate_series(1, 1000000) g, LATERAL engram_recall(cue => $1 || ' ' || g, space => $2, k => 10) r",
    );
    let mut late = Samples::default();
    for round in 0..world.scaled(200, 10) {
        let timeout = Duration::from_millis(5 + round as u64 % 47);
        world.run(&format!("SET statement_timeout = {}", timeout.as_millis()));
        let start = Instant::now();
        let error = world.client.query(&many, &[&question, &space]).expect_err("a million recalls take longer");
        assert_eq!(error.code(), Some(&SqlState::QUERY_CANCELED), "{error:?}");
        late.push(start.elapsed().saturating_sub(timeout));
    }
    world.run("RESET statement_timeout");
    let milliseconds = |share| late.percentile(share).as_secs_f64() * 1e3;
    report.add(
        Line::new("cancel", format!("late after statement_timeout, {n}"))
            .figure("p50_ms", milliseconds(0.5))
            .figure("p99_ms", milliseconds(0.99))
            .at_most("max_ms", milliseconds(1.0), 50.0)
            .figure("calls", late.len() as f64),
    );
}

//! One memory per transaction, with its embedding, beside INSERTs of the same row into plain tables.

use crate::data::Corpus;
use crate::measure::{Samples, in_turns, timed};
use crate::report::{Line, Report};
use crate::vector::Vector;
use crate::world::{COLUMNS, World, time};

const CONTENDERS: [&str; 3] = ["engram_remember", "INSERT, primary key", "INSERT, HNSW index"];

/// Runs the benchmark.
pub fn run(world: &mut World, report: &mut Report) {
    let n = world.scaled(10_000, 1_000);
    // All three begin with the same rows.
    let (corpus, space) = world.space(n);
    world.run(&format!(
        "CREATE TABLE written AS TABLE plain_{n}; ALTER TABLE written ADD PRIMARY KEY (space, id);
         CREATE TABLE written_hnsw AS TABLE plain_{n}; ALTER TABLE written_hnsw ADD PRIMARY KEY (space, id);
         CREATE INDEX ON written_hnsw USING hnsw (embedding vector_cosine_ops); VACUUM ANALYZE written, written_hnsw; CHECKPOINT"
    ));
    let mut next = n;
    for (commit, least_of_bare) in [("on", 0.8), ("off", 0.5)] {
        world.run(&format!("SET synchronous_commit = {commit}"));
        // What a session does once (plans, caches) is not measured.
        write(world, &corpus, &space, next, 2, 10);
        next += 20;
        let (rounds, calls) = (world.scaled(30, 2), world.scaled(100, 20));
        let samples = write(world, &corpus, &space, next, rounds, calls);
        next += rounds * calls;
        tell(report, commit, &samples, least_of_bare);
    }
    world.run("RESET synchronous_commit; DROP TABLE written, written_hnsw");
}

fn write(world: &mut World, corpus: &Corpus, space: &str, first: usize, rounds: usize, calls: usize) -> Vec<Samples> {
    let remember = world.prepare(
        "SELECT engram_remember(content => $2, embedding => $3, space => $1, context => $4, occurred_at => $5)",
    );
    let insert =
        |table| format!("INSERT INTO {table} ({COLUMNS}) VALUES ($1, $6, $2, $3, $7, $4, $5, '{{}}') RETURNING id");
    let inserts = [world.prepare(&insert("written")), world.prepare(&insert("written_hnsw"))];
    in_turns(CONTENDERS.len(), rounds, calls, |contender, call| {
        let m = corpus.memory(first + call);
        let (vector, time) = (Vector(&m.embedding), time(&m));
        let (spent, rows) = match contender {
            0 => timed(|| world.client.query(&remember, &[&space, &m.content, &vector, &m.context, &time])),
            other => timed(|| {
                world
                    .client
                    .query(&inserts[other - 1], &[&space, &m.content, &vector, &m.context, &time, &m.id, &m.names])
            }),
        };
        assert_eq!(rows.expect("the row is stored").len(), 1);
        spent
    })
}

fn tell(report: &mut Report, commit: &str, samples: &[Samples], least_of_bare: f64) {
    let [own, bare, hnsw] = samples else { panic!("three contenders") };
    for (name, samples) in CONTENDERS.iter().zip(samples) {
        report.add(Line::new("remember", format!("{name}, synchronous_commit {commit}")).calls(samples));
    }
    let of_bare = own.rate() / bare.rate();
    let of_hnsw = own.rate() / hnsw.rate();
    let p99 = own.percentile(0.99).as_secs_f64() * 1e3;
    report.add(
        Line::new("remember", format!("ratios, synchronous_commit {commit}"))
            .at_least("of_bare", of_bare, least_of_bare)
            .at_least("of_hnsw", of_hnsw, 5.0)
            .at_most("p99_ms", p99, 10.0),
    );
}

//! Spreading by the hot tier beside a recursive query over the same graph in tables.
//!
//! The tables hold what the hot tier derives: a mention weighs ln(1 + N/df), twice that for what a memory is about, a neighbour in
//! time 10; each node passes on 0.7 of its activation in proportion to the weights. The query follows paths while what arrives
//! exceeds the threshold times the number of edges, over at most three hops (six steps through cues). It cannot add up what
//! arrives at a node by several paths before it goes on, since a recursive query must not aggregate; that saves it work.

use crate::data::Corpus;
use crate::measure::{in_turns, timed};
use crate::report::{Line, Report};
use crate::world::World;
use postgres::Statement;
use postgres::error::SqlState;
use uuid::Uuid;

const GRAPH: &str = "
CREATE TABLE node (n int PRIMARY KEY, id uuid, edges int NOT NULL, weight float8 NOT NULL);
CREATE TABLE edge (source int NOT NULL, target int NOT NULL, weight float8 NOT NULL);
CREATE TEMP TABLE member AS
    SELECT (row_number() OVER (ORDER BY id))::int AS n, id, cues, context, occurred_at FROM engram.memory WHERE space = 'SPACE';
CREATE TEMP TABLE mention AS
    SELECT m.n, regexp_replace(c, '^about:', '') AS cue, CASE WHEN c LIKE 'about:%' THEN 2 ELSE 1 END AS factor
    FROM member m, unnest(m.cues) c;
CREATE TEMP TABLE cue AS
    SELECT cue, (-row_number() OVER (ORDER BY cue))::int AS n, ln(1 + (SELECT count(*) FROM member)::float8 / count(DISTINCT mention.n)) AS weight
    FROM mention GROUP BY cue;
INSERT INTO edge
    SELECT m.n, c.n, c.weight * max(m.factor) FROM mention m JOIN cue c USING (cue) GROUP BY m.n, c.n, c.weight;
INSERT INTO edge SELECT target, source, weight FROM edge;
INSERT INTO edge
    SELECT n, neighbour, 10 FROM
        (SELECT n, lag(n) OVER w AS before, lead(n) OVER w AS after FROM member WINDOW w AS (PARTITION BY context ORDER BY occurred_at, id)) l,
        LATERAL (VALUES (before), (after)) v (neighbour) WHERE neighbour IS NOT NULL;
INSERT INTO node SELECT source, NULL, count(*), sum(weight) FROM edge GROUP BY source;
UPDATE node SET id = member.id FROM member WHERE member.n = node.n;
CREATE INDEX ON edge (source) INCLUDE (target, weight);
CREATE UNIQUE INDEX ON node (id);
VACUUM ANALYZE node;
VACUUM ANALYZE edge;
";

const WALK: &str = "
WITH RECURSIVE walk (n, mass, step) AS (
    SELECT n, 1.0::float8 / cardinality($1::uuid[]), 0 FROM node WHERE id = ANY ($1)
    UNION ALL
    SELECT e.target, w.mass * 0.7 * e.weight / s.weight, w.step + 1
    FROM walk w JOIN node s ON s.n = w.n JOIN edge e ON e.source = w.n
    WHERE w.step < 6 AND w.mass > 1e-4 * s.edges
)
SELECT t.id, sum(w.mass) AS activation FROM walk w JOIN node t ON t.n = w.n
WHERE w.step > 0 AND t.id IS NOT NULL GROUP BY t.id ORDER BY activation DESC, t.id LIMIT 10";

/// The condition of [`WALK`] that keeps it from following every path.
const THRESHOLD: &str = " AND w.mass > 1e-4 * s.edges";

const QUESTIONS: usize = 100;

/// Runs the benchmark.
pub fn run(world: &mut World, report: &mut Report) {
    let n = world.largest();
    let (corpus, space) = world.space(n);
    eprintln!("building the graph of {n} memories in tables");
    world.run(&GRAPH.replace("SPACE", &space));
    let statements = [
        world.prepare(
            "SELECT id, activation FROM engram_spread($1, space => $2, hops => 3, threshold => 1e-4, k => 10)",
        ),
        world.prepare(WALK),
    ];
    let own = |world: &mut World, q| answer(world, &corpus, &statements[0], Some(&space), q);
    let walk = |world: &mut World, q| answer(world, &corpus, &statements[1], None, q);
    let mut shared = 0;
    let mut wanted = 0;
    let questions = world.scaled(QUESTIONS, 10);
    for q in 0..questions {
        // This pass warms what it reads, too.
        let (found, expected) = (own(world, q).1, walk(world, q).1);
        shared += expected.iter().filter(|id| found.contains(id)).count();
        wanted += expected.len();
    }
    let rounds = world.scaled(10, 2);
    let samples = in_turns(2, rounds, 10, |contender, call| match contender {
        0 => own(world, call % questions).0,
        _ => walk(world, call % questions).0,
    });
    let ratio = samples[1].percentile(0.5).as_secs_f64() / samples[0].percentile(0.5).as_secs_f64();
    let edges: i64 = world.client.query_one("SELECT count(*) FROM edge", &[]).expect("a count").get(0);
    report.add(Line::new("spread", format!("engram_spread, {n}")).calls(&samples[0]));
    report.add(
        Line::new("spread", format!("recursive query, {n}"))
            .calls(&samples[1])
            .figure("edges_per_memory", edges as f64 / n as f64),
    );
    report.add(
        Line::new("spread", format!("ratio of medians, {n}"))
            .at_least("times", ratio, 100.0)
            .figure("top_10_shared", shared as f64 / wanted.max(1) as f64),
    );
    without_threshold(world, &corpus, n, report);
    world.run("DROP TABLE node, edge, member, mention, cue");
}

/// What the query costs when it follows every path of three hops, as one without the idea of a threshold would: ended after ten
/// seconds.
fn without_threshold(world: &mut World, corpus: &Corpus, n: usize, report: &mut Report) {
    let all_paths = WALK.replace(THRESHOLD, "");
    assert_ne!(all_paths, WALK, "the threshold stands in the query");
    let statement = world.prepare(&all_paths);
    world.run("SET statement_timeout = '10s'");
    let (spent, rows) = timed(|| world.client.query(&statement, &[&corpus.sources(0)]));
    world.run("RESET statement_timeout");
    let finished = match rows {
        Ok(_) => "finished",
        Err(error) if error.code() == Some(&SqlState::QUERY_CANCELED) => "ended by timeout",
        Err(error) => panic!("the query failed: {error:?}"),
    };
    report.add(
        Line::new("spread", format!("all paths of 3 hops, {n}, {finished}")).figure("seconds", spent.as_secs_f64()),
    );
}

fn answer(
    world: &mut World,
    corpus: &Corpus,
    statement: &Statement,
    space: Option<&String>,
    q: usize,
) -> (std::time::Duration, Vec<Uuid>) {
    let sources = corpus.sources(q);
    let (spent, rows) = timed(|| match space {
        Some(space) => world.client.query(statement, &[&sources, space]),
        None => world.client.query(statement, &[&sources]),
    });
    let rows = rows.expect("an answer");
    assert!(!rows.is_empty(), "activation reaches something");
    (spent, rows.iter().map(|row| row.get(0)).collect())
}

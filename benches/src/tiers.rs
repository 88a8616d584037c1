//! A hot tier for a tenth of the memories against one for all: what a recall returns, and how long it takes.

use crate::data::Question;
use crate::measure::{Samples, in_turns, timed};
use crate::report::{Line, Report};
use crate::vector::Vector;
use crate::world::World;
use engram_cluster_tests::{Shutdown, wait_until};
use std::time::{Duration, Instant};
use uuid::Uuid;

const QUESTIONS: usize = 100;

/// Bytes of the hot tier for a memory outside, with its cues, and for a resident one beside that: `bytes` measures their sum.
const THIN: usize = 350;
const WHOLE: usize = 850;

type Answers = Vec<Vec<(Uuid, f32)>>;

/// Runs the benchmark. The cluster is left with the hot tier it had.
pub fn run(world: &mut World, report: &mut Report) {
    let n = world.largest();
    let (corpus, space) = world.space(n);
    let questions: Vec<Question> = (0..world.scaled(QUESTIONS, 20)).map(|q| corpus.question(q)).collect();
    let whole = answers(world, &questions, &space, Exact::Off);
    let exact = answers(world, &questions, &space, Exact::On);
    report.add(Line::new("tiers", format!("recall, hot tier for all, {n}")).calls(&times(world, &questions, &space)));

    let kilobytes = (n * THIN + n / 10 * WHOLE) * 10 / 9 / 1024;
    restart(world, &format!("{kilobytes}kB"));
    world.wait_ready(&space);
    let start = Instant::now();
    let state = format!("SELECT warm_state IN ('ready', 'empty') FROM engram.stat_tier WHERE space = '{space}'");
    wait_until("the warm tier is built", Duration::from_secs(3_600), || {
        world.client.query_one(&state, &[]).expect("engram.stat_tier is readable").get(0)
    });
    let built = start.elapsed();
    let counts = format!("SELECT resident, warm FROM engram.stat_tier WHERE space = '{space}'");
    let row = world.client.query_one(&counts, &[]).expect("engram.stat_tier is readable");
    let (resident, warm): (i64, i64) = (row.get(0), row.get(1));
    report.add(
        Line::new("tiers", format!("warm tier of {n}"))
            .figure("resident", resident as f64)
            .figure("warm", warm as f64)
            .figure("built_s", built.as_secs_f64())
            .figure("hot_tier_kb", kilobytes as f64),
    );
    let part = answers(world, &questions, &space, Exact::Off);
    report
        .add(Line::new("tiers", format!("recall, hot tier for a tenth, {n}")).calls(&times(world, &questions, &space)));
    report.add(
        Line::new("tiers", format!("rows of ten as with a hot tier for all, {n}"))
            .at_least("recall_at_10", overlap(&part, &whole), 0.97)
            .figure("of_exact", overlap(&part, &exact)),
    );
    let part = answers(world, &questions[..questions.len().min(20)], &space, Exact::On);
    let same = part.iter().zip(&exact).filter(|(part, whole)| part == whole).count();
    report.add(Line::new("tiers", format!("exact answers that are identical, {n}")).at_least(
        "share",
        same as f64 / part.len() as f64,
        1.0,
    ));
    restart(world, "1GB");
    world.wait_ready(&space);
}

fn restart(world: &mut World, hot_tier: &str) {
    world.cluster.append_conf(&[format!("engram.hot_tier_size = '{hot_tier}'")]);
    world.cluster.stop(Shutdown::Fast);
    world.cluster.start_server();
    world.client = world.cluster.client();
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Exact {
    On,
    Off,
}

const RECALL: &str =
    "SELECT id, score FROM engram_recall(cue => $1, embedding => $2, space => $3, k => 10, reinforce => false)";

fn answers(world: &mut World, questions: &[Question], space: &str, exact: Exact) -> Answers {
    world.run(if exact == Exact::On { "SET engram.exact = on" } else { "SET engram.exact = off" });
    let recall = world.prepare(RECALL);
    let answer = |q: &Question| {
        let rows = world.client.query(&recall, &[&q.text, &Vector(&q.embedding), &space]).expect("an answer");
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    };
    let answers = questions.iter().map(answer).collect();
    world.run("RESET engram.exact");
    answers
}

fn times(world: &mut World, questions: &[Question], space: &str) -> Samples {
    let recall = world.prepare(RECALL);
    let (rounds, calls) = (world.scaled(5, 2), questions.len());
    let mut samples = in_turns(1, rounds, calls, |_, call| {
        let q = &questions[call % questions.len()];
        let (spent, rows) = timed(|| world.client.query(&recall, &[&q.text, &Vector(&q.embedding), &space]));
        assert_eq!(rows.expect("an answer").len(), 10, "ten rows");
        spent
    });
    samples.remove(0)
}

fn overlap(found: &Answers, truth: &Answers) -> f64 {
    let all: usize = truth.iter().map(Vec::len).sum();
    let shared = found
        .iter()
        .zip(truth)
        .map(|(found, truth)| truth.iter().filter(|row| found.iter().any(|f| f.0 == row.0)).count());
    shared.sum::<usize>() as f64 / all as f64
}

//! Recall of ten by text and embedding over three hops, beside the ten nearest rows of a pgvector HNSW index.

use crate::data::{Corpus, Question};
use crate::measure::{Samples, in_turns, timed};
use crate::report::{Line, Report};
use crate::vector::Vector;
use crate::world::World;

const QUESTIONS: usize = 200;
const CONTENDERS: [&str; 4] =
    ["pgvector HNSW top 10", "engram_recall, text and embedding", "engram_recall, embedding", "engram_recall, text"];

/// Runs the benchmark.
pub fn run(world: &mut World, report: &mut Report) {
    for n in world.sizes() {
        let (corpus, space) = world.indexed_space(n);
        let questions: Vec<Question> = (0..QUESTIONS).map(|q| corpus.question(q)).collect();
        // The first pass warms what it reads.
        ask(world, &questions, n, &space, 1, QUESTIONS);
        let (rounds, calls) = (world.scaled(20, 2), world.scaled(50, 20));
        let samples = ask(world, &questions, n, &space, rounds, calls);
        let [hnsw, own, ..] = &samples[..] else { panic!("four contenders") };
        for (name, samples) in CONTENDERS.iter().zip(&samples) {
            report.add(Line::new("recall", format!("{name}, {n}")).calls(samples));
        }
        let ratio = |share| own.percentile(share).as_secs_f64() / hnsw.percentile(share).as_secs_f64();
        let most = if n < 100_000 { (0.8, f64::MAX) } else { (1.0, 1.5) };
        let line = Line::new("recall", format!("ratios to HNSW, {n}")).at_most("p50", ratio(0.5), most.0);
        let line = match most.1 {
            f64::MAX => line.figure("p99", ratio(0.99)),
            bound => line.at_most("p99", ratio(0.99), bound),
        };
        let p99 = own.percentile(0.99).as_secs_f64() * 1e3;
        report.add(line.at_most("p99_ms", p99, 20.0));
        report.add(
            Line::new("recall", format!("ten nearest shared with HNSW, {n}"))
                .figure("share", overlap(world, &corpus, n, &space)),
        );
    }
}

fn ask(world: &mut World, questions: &[Question], n: usize, space: &str, rounds: usize, calls: usize) -> Vec<Samples> {
    let statements = [
        world.prepare(&format!(
            "SELECT id, content, context, occurred_at, metadata, 1 - (embedding <=> $1)
             FROM plain_{n} ORDER BY embedding <=> $1 LIMIT 10"
        )),
        world.prepare("SELECT * FROM engram_recall(cue => $1, embedding => $2, space => $3, k => 10, hops => 3)"),
        world.prepare("SELECT * FROM engram_recall(embedding => $1, space => $2, k => 10, hops => 3)"),
        world.prepare("SELECT * FROM engram_recall(cue => $1, space => $2, k => 10, hops => 3)"),
    ];
    in_turns(CONTENDERS.len(), rounds, calls, |contender, call| {
        let question = &questions[call % questions.len()];
        let vector = Vector(&question.embedding);
        let statement = &statements[contender];
        let client = &mut world.client;
        let (spent, rows) = match contender {
            0 => timed(|| client.query(statement, &[&vector])),
            1 => timed(|| client.query(statement, &[&question.text, &vector, &space])),
            2 => timed(|| client.query(statement, &[&vector, &space])),
            _ => timed(|| client.query(statement, &[&question.text, &space])),
        };
        assert_eq!(rows.expect("an answer").len(), 10, "ten rows");
        spent
    })
}

/// The share of the ten rows that HNSW finds which Engram recalls too, by the embedding alone and without spreading. Both are
/// approximate over the same rows: a low share says that one of them is broken.
fn overlap(world: &mut World, corpus: &Corpus, n: usize, space: &str) -> f64 {
    let nearest = world.prepare(&format!("SELECT id FROM plain_{n} ORDER BY embedding <=> $1 LIMIT 10"));
    let recalled = world.prepare("SELECT id FROM engram_recall(embedding => $1, space => $2, k => 10, hops => 0)");
    let mut shared = 0;
    for q in 0..QUESTIONS {
        let question = corpus.question(q);
        let vector = Vector(&question.embedding);
        let mut ids = |statement, parameters: &[&(dyn postgres::types::ToSql + Sync)]| {
            let rows = world.client.query(statement, parameters).expect("an answer");
            rows.iter().map(|row| row.get(0)).collect::<Vec<uuid::Uuid>>()
        };
        let nearest = ids(&nearest, &[&vector]);
        let recalled = ids(&recalled, &[&vector, &space]);
        shared += nearest.iter().filter(|id| recalled.contains(id)).count();
    }
    shared as f64 / (QUESTIONS * 10) as f64
}

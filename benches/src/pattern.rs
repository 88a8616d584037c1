//! Completion of a memory from a part of it, and prediction of what follows in a session.

use crate::data::Question;
use crate::measure::{Samples, in_turns, timed};
use crate::report::{Line, Report};
use crate::vector::Vector;
use crate::world::World;

const QUESTIONS: usize = 100;
const CONTENDERS: [&str; 4] = [
    "engram_complete, text and embedding",
    "engram_complete, a name",
    "engram_complete, half of an embedding",
    "engram_predict, a session",
];

/// Longest that 95 of 100 completions may take, in milliseconds.
const MOST_P95_MS: f64 = 25.0;

/// Runs the benchmark: 10,000 memories.
pub fn run(world: &mut World, report: &mut Report) {
    let n = world.scaled(10_000, 1_000);
    let (corpus, space) = world.space(n);
    let asked: Vec<Asked> = (0..QUESTIONS)
        .map(|q| {
            let memory = corpus.memory(q * n / QUESTIONS);
            let half = memory.embedding.iter().enumerate().map(|(i, x)| (i % 2 == 0).then_some(*x));
            let half = serde_json::to_string(&half.collect::<Vec<Option<f32>>>()).expect("numbers");
            let question = corpus.question(q);
            let text = serde_json::to_string(&question.text).expect("a text");
            let name = serde_json::to_string(&memory.names[0]).expect("a name");
            Asked {
                partials: [
                    format!("{{\"what\": {text}}}"),
                    format!("{{\"who\": {name}}}"),
                    format!("{{\"embedding\": {half}}}"),
                ],
                question,
                context: memory.context,
            }
        })
        .collect();
    // The first pass warms what it reads.
    ask(world, &asked, &space, 1, QUESTIONS);
    let (rounds, calls) = (world.scaled(10, 2), world.scaled(20, 10));
    let samples = ask(world, &asked, &space, rounds, calls);
    for (i, (name, samples)) in CONTENDERS.iter().zip(&samples).enumerate() {
        let line = Line::new("pattern", format!("{name}, {n}")).calls(samples);
        let p95 = samples.percentile(0.95).as_secs_f64() * 1e3;
        report.add(if i < 3 { line.at_most("p95_ms", p95, MOST_P95_MS) } else { line.figure("p95_ms", p95) });
    }
}

struct Asked {
    partials: [String; 3],
    question: Question,
    context: String,
}

fn ask(world: &mut World, asked: &[Asked], space: &str, rounds: usize, calls: usize) -> Vec<Samples> {
    let statements = [
        world.prepare("SELECT * FROM engram_complete($1::text::jsonb, $2, $3)"),
        world.prepare("SELECT * FROM engram_complete($1::text::jsonb, space => $2)"),
        world.prepare("SELECT * FROM engram_predict($1, space => $2)"),
    ];
    in_turns(CONTENDERS.len(), rounds, calls, |contender, call| {
        let asked = &asked[call % asked.len()];
        let vector = Vector(&asked.question.embedding);
        let client = &mut world.client;
        let (spent, rows) = match contender {
            0 => timed(|| client.query(&statements[0], &[&asked.partials[0], &vector, &space])),
            3 => timed(|| client.query(&statements[2], &[&asked.context, &space])),
            _ => timed(|| client.query(&statements[1], &[&asked.partials[contender], &space])),
        };
        let rows = rows.expect("an answer");
        assert!(contender == 3 || rows.iter().any(|row| row.get::<_, &str>("field") == "what"), "a content");
        spent
    })
}

//! What the dynamics of memory cost a recall: the same questions with all of them off, with each one alone, and as they are by default.

use crate::data::Question;
use crate::measure::{Samples, in_turns, timed};
use crate::report::{Line, Report};
use crate::vector::Vector;
use crate::world::World;

const QUESTIONS: usize = 200;
const OFF: &str =
    "SET engram.decay = off; SET engram.priming = off; SET engram.interference_weight = 0; SET engram.reinforce = off";
/// What is measured, and what is set after everything was switched off.
const CONTENDERS: [(&str, &str); 6] = [
    ("all off", ""),
    ("decay", "RESET engram.decay"),
    ("priming", "RESET engram.priming"),
    ("interference", "RESET engram.interference_weight"),
    ("reinforcement", "RESET engram.reinforce"),
    ("all on", "RESET engram.decay; RESET engram.priming; RESET engram.interference_weight; RESET engram.reinforce"),
];

/// Runs the benchmark.
pub fn run(world: &mut World, report: &mut Report) {
    let n = world.sizes()[0];
    let (corpus, space) = world.indexed_space(n);
    let questions: Vec<Question> = (0..QUESTIONS).map(|q| corpus.question(q)).collect();
    ask(world, &questions, &space, 1, QUESTIONS);
    let (rounds, calls) = (world.scaled(20, 2), world.scaled(50, 20));
    let samples = ask(world, &questions, &space, rounds, calls);
    for ((name, _), samples) in CONTENDERS.iter().zip(&samples) {
        report.add(Line::new("dynamics", format!("recall, {name}, {n}")).calls(samples));
    }
    let ratio = |share| samples[5].percentile(share).as_secs_f64() / samples[0].percentile(share).as_secs_f64();
    let line = Line::new("dynamics", format!("all on to all off, {n}"));
    report.add(line.at_most("p50", ratio(0.5), 1.15).figure("p99", ratio(0.99)));
}

fn ask(world: &mut World, questions: &[Question], space: &str, rounds: usize, calls: usize) -> Vec<Samples> {
    let statement = world.prepare("SELECT * FROM engram_recall(cue => $1, embedding => $2, space => $3, k => 10)");
    let mut set = None;
    in_turns(CONTENDERS.len(), rounds, calls, |contender, call| {
        let client = &mut world.client;
        if set != Some(contender) {
            client.batch_execute(&format!("{OFF}; {}", CONTENDERS[contender].1)).expect("settings");
            set = Some(contender);
        }
        let question = &questions[call % questions.len()];
        let vector = Vector(&question.embedding);
        let (spent, rows) = timed(|| client.query(&statement, &[&question.text, &vector, &space]));
        assert_eq!(rows.expect("an answer").len(), 10, "ten rows");
        spent
    })
}

//! Batches of 1,000 memories with embeddings through `engram_remember_many`, beside COPY of the same rows.

use crate::data::Memory;
use crate::measure::{Samples, in_turns, timed};
use crate::report::{Line, Report};
use crate::vector::as_text;
use crate::world::World;
use serde_json::{Value, json};
use std::io::Write;

const CONTENDERS: [&str; 3] = ["engram_remember_many", "COPY, primary key", "COPY into engram.memory"];

/// Runs the benchmark.
pub fn run(world: &mut World, report: &mut Report) {
    let n = world.scaled(10_000, 1_000);
    let (corpus, space) = world.space(n);
    world.create_plain("copied");
    let size = world.scaled(1_000, 100);
    let many = world.prepare("SELECT count(*) FROM engram_remember_many($1)");
    // Numbers that no other benchmark uses, other ones for each contender that writes to the same table.
    let memories = |contender: usize, batch: usize| -> Vec<Memory> {
        let first = n + 1_000_000 * (contender + 1) + batch * size;
        (first..first + size).map(|i| corpus.memory(i)).collect()
    };
    let mut write = |contender: usize, batch: usize| {
        let memories = memories(contender, batch);
        if contender == 0 {
            let batch = as_json(&memories, &space);
            let (spent, row) = timed(|| world.client.query_one(&many, &[&batch]));
            let stored: i64 = row.expect("the batch is stored").get(0);
            assert_eq!(stored as usize, size);
            return spent;
        }
        let table = if contender == 1 { "copied" } else { "engram.memory" };
        let lines = as_lines(&memories, &space);
        let copy =
            format!("COPY {table} (space, id, content, embedding, cues, context, occurred_at, metadata) FROM STDIN");
        let (spent, rows) = timed(|| -> Result<u64, Box<dyn std::error::Error>> {
            let mut sink = world.client.copy_in(&copy)?;
            sink.write_all(lines.as_bytes())?;
            Ok(sink.finish()?)
        });
        assert_eq!(rows.expect("the rows are stored") as usize, size);
        spent
    };
    (0..CONTENDERS.len()).for_each(|contender| {
        write(contender, 0);
    });
    let samples = in_turns(CONTENDERS.len(), 10, 1, |contender, batch| write(contender, batch + 1));
    let rows_per_second = |samples: &Samples| samples.rate() * size as f64;
    for (name, samples) in CONTENDERS.iter().zip(&samples) {
        report.add(
            Line::new("batch", format!("{name}, batches of {size}"))
                .figure("rows_per_s", rows_per_second(samples))
                .figure("p50_ms", samples.percentile(0.5).as_secs_f64() * 1e3),
        );
    }
    let ratio = rows_per_second(&samples[0]) / rows_per_second(&samples[1]);
    report.add(Line::new("batch", "engram_remember_many to COPY").at_least("ratio", ratio, 0.6));
    world.run("DROP TABLE copied");
}

fn as_json(memories: &[Memory], space: &str) -> Value {
    memories
        .iter()
        .map(|m| {
            json!({
                "content": m.content, "embedding": as_text(&m.embedding), "space": space, "context": m.context,
                "id": m.id.to_string(), "occurred_at": m.occurred_at_text(),
            })
        })
        .collect()
}

/// The rows in COPY's text form; nothing in them needs escaping.
fn as_lines(memories: &[Memory], space: &str) -> String {
    let mut lines = String::new();
    for m in memories {
        let names: Vec<String> = m.names.iter().map(|name| format!("\"{name}\"")).collect();
        lines += &format!(
            "{space}\t{}\t{}\t{}\t{{{}}}\t{}\t{}\t{{}}\n",
            m.id,
            m.content,
            as_text(&m.embedding),
            names.join(","),
            m.context,
            m.occurred_at_text()
        );
    }
    lines
}

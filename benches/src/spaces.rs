//! Many small spaces in one database: a recall in one of them beside the same space alone in a database of its own.

use crate::data::{Corpus, Memory};
use crate::measure::{in_turns, timed};
use crate::report::{Line, Report};
use crate::world::World;
use engram_cluster_tests::wait_ready_space;
use postgres::{Client, Statement};
use std::fmt::Write;

const MEMORIES: usize = 100;
/// Spaces that are asked.
const ASKED: usize = 50;

/// Runs the benchmark.
pub fn run(world: &mut World, report: &mut Report) {
    let spaces = world.scaled(10_000, 20);
    eprintln!("filling {spaces} spaces of {MEMORIES} memories");
    world.run("CREATE DATABASE many; CREATE DATABASE alone");
    let [mut many, mut alone] = ["many", "alone"].map(|database| {
        let mut client = world.cluster.client_of(database, "postgres");
        client.batch_execute("CREATE EXTENSION engram CASCADE").expect("the extension is there");
        client
    });
    let asked: Vec<usize> = (0..ASKED.min(spaces)).map(|i| i * spaces / ASKED.min(spaces)).collect();
    fill(&mut many, 0..spaces);
    fill(&mut alone, asked[0]..asked[0] + 1);
    let corpus = Corpus::new(MEMORIES);
    let recall = [&mut many, &mut alone].map(|client| {
        client.batch_execute("VACUUM ANALYZE engram.memory").expect("vacuumed");
        client.prepare("SELECT * FROM engram_recall($1, space => $2, k => 10)").expect("prepared")
    });
    for (client, recall, spaces) in [(&mut many, &recall[0], &asked[..]), (&mut alone, &recall[1], &asked[..1])] {
        for space in spaces {
            ask(client, recall, &name(*space), &question(&corpus, *space, 0));
            wait_ready_space(client, &name(*space));
        }
    }
    let (rounds, calls) = (world.scaled(20, 2), 50);
    let mut run = |contender: usize, call: usize| {
        let (client, recall, space) = match contender {
            0 => (&mut alone, &recall[1], asked[0]),
            1 => (&mut many, &recall[0], asked[0]),
            _ => (&mut many, &recall[0], asked[call % asked.len()]),
        };
        let (name, question) = (name(space), question(&corpus, space, call));
        timed(|| ask(client, recall, &name, &question)).0
    };
    in_turns(3, 2, calls, &mut run);
    let samples = in_turns(3, rounds, calls, &mut run);
    for (what, samples) in
        ["a space in a database of its own", "the same among many", "one after another of many"].iter().zip(&samples)
    {
        report.add(Line::new("spaces", format!("{what}, {MEMORIES}")).calls(samples));
    }
    let ratio = |share| samples[1].percentile(share).as_secs_f64() / samples[0].percentile(share).as_secs_f64();
    report.add(Line::new("spaces", format!("ratio, {spaces} spaces")).at_most("p50", ratio(0.5), 1.1));
    let locks = [(&mut alone, &recall[1], &asked[..1]), (&mut many, &recall[0], &asked[..])]
        .map(|(client, recall, spaces)| locks(client, recall, spaces));
    let line = Line::new("spaces", format!("locks of a transaction that recalls from {} spaces", asked.len()));
    report.add(line.figure("of_one", locks[0]).at_most("of_all", locks[1], locks[0]));
    let planning = [(&mut alone, asked[0]), (&mut many, asked[0])].map(|(client, space)| planning(client, space));
    report.add(
        Line::new("spaces", "planning a look-up by key, ms").figure("alone", planning[0]).figure("many", planning[1]),
    );
    drop((many, alone));
    world.run("DROP DATABASE many; DROP DATABASE alone");
}

fn name(space: usize) -> String {
    format!("space_{space}")
}

/// Fills spaces with memories of about twenty words, by one statement for twenty spaces.
fn fill(client: &mut Client, spaces: std::ops::Range<usize>) {
    let (first, end) = (spaces.start as i64, spaces.end as i64);
    client
        .execute("SELECT engram_create_space('space_' || n, encoder => 'none') FROM generate_series($1::bigint, $2::bigint - 1) AS n", &[&first, &end])
        .expect("spaces are made");
    let insert = client
        .prepare(
            "INSERT INTO engram.memory (space, id, content, cues, context, occurred_at)
             SELECT m.space, m.id::uuid, m.content, m.cues, m.context, m.at::timestamptz
             FROM jsonb_to_recordset($1) AS m(space text, id text, content text, cues text[], context text, at text)",
        )
        .expect("prepared");
    let corpus = Corpus::new(MEMORIES);
    for part in spaces.collect::<Vec<usize>>().chunks(20) {
        let rows: Vec<serde_json::Value> = part.iter().flat_map(|space| rows(&corpus, *space)).collect();
        client.execute(&insert, &[&serde_json::Value::Array(rows)]).expect("memories are stored");
    }
}

fn rows(corpus: &Corpus, space: usize) -> Vec<serde_json::Value> {
    let row = |i: usize| {
        let Memory { id, names, context, content, .. } = corpus.memory(i);
        let words: Vec<&str> = content.split(' ').skip(space % 40).take(20).collect();
        let at = corpus.memory(i).occurred_at_text();
        serde_json::json!({ "space": name(space), "id": id.to_string(), "content": words.join(" "), "cues": names, "context": context, "at": at })
    };
    (0..MEMORIES).map(row).collect()
}

/// The words that a space is asked for at a call.
fn question(corpus: &Corpus, space: usize, call: usize) -> String {
    let memory = corpus.memory(call % MEMORIES);
    let words: Vec<&str> = memory.content.split(' ').skip(space % 40).take(8).collect();
    words.join(" ")
}

fn ask(client: &mut Client, recall: &Statement, space: &str, question: &str) -> usize {
    client.query(recall, &[&question, &space]).expect("an answer").len()
}

/// Locks that a transaction holds after it has recalled from each of the spaces.
fn locks(client: &mut Client, recall: &Statement, spaces: &[usize]) -> f64 {
    client.batch_execute("BEGIN").expect("a transaction");
    spaces.iter().for_each(|space| {
        ask(client, recall, &name(*space), "anything");
    });
    let count: i64 =
        client.query_one("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()", &[]).expect("locks").get(0);
    client.batch_execute("COMMIT").expect("the transaction ends");
    count as f64
}

/// Time the server needs to plan a look-up of a memory, the least of several.
fn planning(client: &mut Client, space: usize) -> f64 {
    let mut sql = String::from("EXPLAIN (SUMMARY, FORMAT JSON) SELECT content FROM engram.memory WHERE space = ");
    write!(sql, "'{}' AND id = '00000000-0000-7000-8000-000000000001'", name(space)).expect("a string takes all");
    let times = (0..20).map(|_| {
        let plan: serde_json::Value = client.query_one(&sql, &[]).expect("a plan").get(0);
        plan[0]["Planning Time"].as_f64().expect("a time")
    });
    times.fold(f64::MAX, f64::min)
}

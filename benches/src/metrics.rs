//! What counting costs a recall, and how long a scrape of all views takes with many spaces.

use crate::data::Question;
use crate::measure::{Samples, in_turns, timed};
use crate::report::{Line, Report};
use crate::vector::Vector;
use crate::world::World;
use engram_cluster_tests::wait_until;
use postgres::Statement;
use std::time::Duration;

const QUESTIONS: usize = 200;
const SETTINGS: [&str; 2] = ["SET engram.metrics = off", "SET engram.metrics = on"];

/// Runs the benchmark.
pub fn run(world: &mut World, report: &mut Report) {
    overhead(world, report);
    scrape(world, report);
}

/// Few calls in a turn, so that both contenders meet the same machine.
fn overhead(world: &mut World, report: &mut Report) {
    let n = world.sizes()[0];
    let (corpus, space) = world.indexed_space(n);
    let questions: Vec<Question> = (0..QUESTIONS).map(|q| corpus.question(q)).collect();
    ask(world, &questions, &space, 1, QUESTIONS);
    let rounds = world.scaled(400, 4);
    let samples = ask(world, &questions, &space, rounds, 10);
    for (what, samples) in ["off", "on"].iter().zip(&samples) {
        report.add(Line::new("metrics", format!("recall, engram.metrics {what}, {n}")).calls(samples));
    }
    let ratio = |share| samples[1].percentile(share).as_secs_f64() / samples[0].percentile(share).as_secs_f64();
    let line = Line::new("metrics", format!("on to off, {n}"));
    report.add(line.at_most("p50", ratio(0.5), 1.01).figure("p90", ratio(0.9)));
}

fn ask(world: &mut World, questions: &[Question], space: &str, rounds: usize, calls: usize) -> Vec<Samples> {
    let statement = world.prepare("SELECT * FROM engram_recall(cue => $1, embedding => $2, space => $3, k => 10)");
    let mut set = None;
    let samples = in_turns(SETTINGS.len(), rounds, calls, |contender, call| {
        let client = &mut world.client;
        if set != Some(contender) {
            client.batch_execute(SETTINGS[contender]).expect("a setting");
            set = Some(contender);
        }
        let question = &questions[call % questions.len()];
        let vector = Vector(&question.embedding);
        let (spent, rows) = timed(|| client.query(&statement, &[&question.text, &vector, &space]));
        assert_eq!(rows.expect("an answer").len(), 10, "ten rows");
        spent
    });
    world.run("RESET engram.metrics");
    samples
}

/// Every view that `grafana/queries.yaml` reads, one after another as an exporter does, by a role that only monitors.
fn scrape(world: &mut World, report: &mut Report) {
    let spaces = world.scaled(10_000, 20);
    eprintln!("filling {spaces} spaces");
    world.run("CREATE DATABASE scraped; CREATE ROLE scraper LOGIN IN ROLE pg_monitor");
    let mut owner = world.cluster.client_of("scraped", "postgres");
    owner.batch_execute("CREATE EXTENSION engram CASCADE").expect("the extension is there");
    let fill = "SELECT engram_create_space('space ' || n, encoder => 'none') FROM generate_series(1, $1::bigint) AS n";
    owner.execute(fill, &[&(spaces as i64)]).expect("spaces are made");
    let fill = "INSERT INTO engram.memory (space, content) SELECT 'space ' || n, 'memory ' || n FROM generate_series(1, $1::bigint) AS n";
    owner.execute(fill, &[&(spaces as i64)]).expect("memories are stored");
    // What loads them is at work on the same two cores otherwise.
    wait_until("every space is loaded and its worker idle", Duration::from_secs(300), || {
        let sql = "SELECT (SELECT spaces FROM engram.metrics_hot_tier_load WHERE state = 'ready') >= $1::bigint
                      AND (SELECT state = 'idle' FROM engram.stat_worker WHERE worker = 'maintenance' AND database = 'scraped')";
        owner.query_one(sql, &[&(spaces as i64)]).expect("a row").get::<_, Option<bool>>(0) == Some(true)
    });
    // The busiest have series of their own.
    let calls = "SELECT count(r) FROM generate_series(1, 60) n, LATERAL engram_recall('memory', space => 'space ' || n) r WHERE n <= $1::bigint";
    owner.execute(calls, &[&(spaces as i64)]).expect("recalls");
    let mut client = world.cluster.client_of("scraped", "scraper");
    let views =
        "SELECT viewname::text FROM pg_views WHERE schemaname = 'engram' AND viewname LIKE 'metrics\\_%' ORDER BY 1";
    let views: Vec<String> = client.query(views, &[]).expect("views").iter().map(|row| row.get(0)).collect();
    let mut prepare = |view: &String| client.prepare(&format!("SELECT * FROM engram.{view}")).expect("prepared");
    let statements: Vec<Statement> = views.iter().map(&mut prepare).collect();
    let mut each = vec![Samples::default(); statements.len()];
    let mut whole = Samples::default();
    for _ in 0..world.scaled(200, 3) {
        let mut sum = Duration::ZERO;
        for (statement, samples) in statements.iter().zip(&mut each) {
            let (spent, rows) = timed(|| client.query(statement, &[]));
            assert!(!rows.expect("rows").is_empty(), "every view has rows");
            samples.push(spent);
            sum += spent;
        }
        whole.push(sum);
    }
    for (view, samples) in views.iter().zip(&each) {
        eprintln!("engram.{view}: {:.3} ms", samples.percentile(0.5).as_secs_f64() * 1e3);
    }
    let p50 = whole.percentile(0.5).as_secs_f64() * 1e3;
    let line = Line::new("metrics", format!("scrape of {} views, {spaces} spaces", views.len()));
    report.add(line.at_most("p50_ms", p50, 20.0).figure("p99_ms", whole.percentile(0.99).as_secs_f64() * 1e3));
    drop((owner, client));
    world.run("DROP DATABASE scraped; DROP ROLE scraper");
}

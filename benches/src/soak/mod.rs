//! A soak: the load of a small installation for a long time, and what drifts, leaks, stalls or dies meanwhile.
//!
//! `./scripts/soak` builds everything and runs this; see its `--help`. A private cluster with the settings of a plain installation; a
//! role that owns the spaces sends the calls, a superuser looks. Everything is written as it happens, so that a soak that is cut off
//! leaves what it saw.

mod follower;
mod metrics;
mod options;
mod plots;
mod pool;
mod processes;
mod report;
mod statistics;
mod verbs;

use crate::topics::{Text, Topics};
use engram_cluster_tests::{Cluster, Options as Server, wait_ready_space, wait_until};
use follower::{Follower, Lines};
use metrics::Sample;
use options::Options;
use pool::Pool;
use postgres::Client;
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use verbs::{Recent, space_name};

/// Memories of one call that fills a space.
const BATCH: usize = 500;
/// Between two looks at what was published.
const LOOK: Duration = Duration::from_millis(500);

/// What was seen.
pub struct Seen {
    /// When the load began, in seconds of the server's clock.
    pub begin: f64,
    pub samples: Vec<Sample>,
    /// Seconds in which nothing could be measured, and why.
    pub gaps: Vec<String>,
    pub follower: Follower,
    /// Lines of the server's log that tell of a crash, and others above LOG, with their number.
    pub crashes: Vec<String>,
    pub complaints: Vec<(String, usize)>,
    /// What `engram_check` found.
    pub violations: Vec<String>,
    pub machine: Value,
    pub restarted: bool,
}

/// Runs a soak; fails when the server did.
pub fn main(arguments: &[String]) -> ExitCode {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("error: {wrong}");
            return ExitCode::FAILURE;
        }
    };
    std::fs::create_dir_all(&options.out).unwrap_or_else(|error| panic!("{}: {error}", options.out.display()));
    let topics = Topics::new(options.seed);
    let cluster = start(&options);
    let mut client = cluster.client();
    let first = fill(&cluster, &options, &topics);
    let postmaster = cluster.postmaster_pid();
    eprintln!("soaking for {:?}", options.duration);
    let recent = Recent::new(&options, &mut client);
    let sql = "SELECT extract(epoch FROM clock_timestamp())::float8";
    let began: f64 = client.query_one(sql, &[]).expect("the server has a clock").get(0);
    let pool = Pool::new(&options, recent, Instant::now());
    let mut seen = watch(&cluster, &options, &topics, &pool, &first, postmaster);
    seen.begin = began;
    seen.restarted = cluster.postmaster_pid() != postmaster;
    client = if client.is_closed() { cluster.client() } else { client };
    finish(&cluster, &mut client, &options, &mut seen);
    let drawn = plots::draw(&options, &seen);
    drawn.unwrap_or_else(|error| panic!("the plots cannot be written: {error}"));
    let verdict = report::write(&options, &pool, &seen);
    println!("\nwritten to {}", options.out.join("report.md").display());
    match verdict {
        report::Verdict::Sound => ExitCode::SUCCESS,
        report::Verdict::Failed => ExitCode::FAILURE,
    }
}

fn start(options: &Options) -> Cluster {
    let hot_tier = if options.keep == 0 || options.keep * options.spaces > 100_000 { "1GB" } else { "256MB" };
    let server = [
        "synchronous_commit = on".to_string(),
        format!("engram.hot_tier_size = '{hot_tier}'"),
        "shared_buffers = '256MB'".to_string(),
        "max_wal_size = '1GB'".to_string(),
        "checkpoint_timeout = '5min'".to_string(),
        "engram.maintenance_interval = '60s'".to_string(),
        format!("engram.retention_interval = '{}s'", options.interval.as_secs()),
        "engram.consolidation = on".to_string(),
        format!("engram.consolidation_interval = '{}s'", options.interval.as_secs()),
        "log_line_prefix = '%m [%p] %b %e '".to_string(),
    ]
    .iter()
    .fold(Server::default().as_shipped(), |server, line| server.with(line));
    let cluster = Cluster::with_extension(&Server { fsync: true, ..server });
    cluster.psql("CREATE ROLE soak LOGIN IN ROLE engram_writer");
    cluster
}

/// Makes the spaces and stores what they keep; returns how many texts each has been told.
fn fill(cluster: &Cluster, options: &Options, topics: &Topics) -> Vec<usize> {
    eprintln!("filling {} spaces with {} memories each", options.spaces, options.keep);
    let mut client = cluster.client_of("postgres", "soak");
    for space in 0..options.spaces {
        let name = space_name(space);
        client.execute("SELECT engram_create_space($1)", &[&name]).expect("a space can be made");
        for first in (0..options.keep).step_by(BATCH) {
            let numbers = first..options.keep.min(first + BATCH);
            store(&mut client, &name, &numbers.map(|number| topics.text(space, number)).collect::<Vec<_>>());
        }
        // Something to spread from.
        store(&mut client, &name, &[topics.text(space, options.keep)]);
        if options.keep > 0 {
            let most = options.keep as i64;
            let sql = "SELECT engram_set_retention('episode', max_count => $1, space => $2)";
            client.execute(sql, &[&most, &name]).expect("a rule of retention can be set");
            let _ = client.query("SELECT id FROM engram_recall('anything', space => $1, k => 1)", &[&name]);
            wait_ready_space(&mut client, &name);
        }
    }
    // Until there is a snapshot, whoever reads one computes it.
    wait_until("a worker has consolidated every space", Duration::from_secs(300), || {
        let sql = "SELECT count(last_completed_at) FROM engram.consolidation WHERE space LIKE 'soak%'";
        client.query_one(sql, &[]).expect("the state of consolidation is readable").get::<_, i64>(0)
            == options.spaces as i64
    });
    cluster.psql("VACUUM ANALYZE");
    cluster.psql("CHECKPOINT");
    vec![options.keep + 1; options.spaces]
}

/// Stores texts in one call.
fn store(client: &mut Client, space: &str, texts: &[Text]) {
    let batch: Vec<Value> = texts
        .iter()
        .map(|text| json!({ "content": text.content, "space": space, "context": text.context, "source": text.source }))
        .collect();
    let sql = "SELECT count(*) FROM engram_remember_many($1)";
    client.query_one(sql, &[&Value::Array(batch)]).unwrap_or_else(|error| panic!("{space}: {error:?}"));
}

/// Sends the load and looks at the server until it is over.
fn watch(cluster: &Cluster, options: &Options, topics: &Topics, pool: &Pool, first: &[usize], postmaster: i32) -> Seen {
    std::thread::scope(|scope| {
        for _ in 0..options.connections {
            scope.spawn(|| pool.serve(cluster, topics));
        }
        scope.spawn(|| pool.send(options, first));
        let publications = scope.spawn(|| follow(cluster, options, pool));
        let (samples, gaps) = measure(cluster, options, pool, postmaster);
        let follower = publications.join().expect("the follower ends");
        Seen {
            begin: 0.0,
            samples,
            gaps,
            follower,
            crashes: Vec::new(),
            complaints: Vec::new(),
            violations: Vec::new(),
            machine: Value::Null,
            restarted: false,
        }
    })
}

fn follow(cluster: &Cluster, options: &Options, pool: &Pool) -> Follower {
    let mut follower = Follower::new(cluster, options);
    while !pool.is_over() {
        if let Err(error) = follower.look(options.spaces) {
            eprintln!("what was published cannot be read: {error:?}");
            std::thread::sleep(Duration::from_secs(1));
            follower.connect(cluster);
        }
        std::thread::sleep(LOOK);
    }
    follower
}

fn measure(cluster: &Cluster, options: &Options, pool: &Pool, postmaster: i32) -> (Vec<Sample>, Vec<String>) {
    let mut file = Lines::create(options, "metrics.jsonl");
    let (mut samples, mut gaps): (Vec<Sample>, Vec<String>) = (Vec::new(), Vec::new());
    let mut client = cluster.client();
    let begin = Instant::now();
    let mut last = begin;
    while !pool.is_over() {
        let next = last + options.sample();
        while Instant::now() < next && !pool.is_over() {
            std::thread::sleep(Duration::from_millis(50));
        }
        let (now, span) = (Instant::now(), last.elapsed().as_secs_f64());
        last = now;
        if pool.is_over() && !samples.is_empty() {
            break;
        }
        match metrics::take(&mut client, pool, postmaster, (now - begin).as_secs_f64(), span) {
            Ok((sample, line)) => {
                file.write(&line);
                tell(&sample, samples.len());
                samples.push(sample);
            }
            Err(error) => {
                gaps.push(format!("{:.0} s: {error}", (now - begin).as_secs_f64()));
                if let Ok(again) = cluster.try_client("postgres", "postgres") {
                    client = again;
                }
            }
        }
    }
    (samples, gaps)
}

/// A line for who waits: each sample of a short soak, one in six of a long one.
fn tell(sample: &Sample, number: usize) {
    if number.is_multiple_of(6) {
        let [remember, recall, spread, beliefs, _] = sample.latency.map(|latency| latency[2]);
        eprintln!(
            "{:6.0} s: p99 remember {remember:.1} ms, recall {recall:.1} ms, spread {spread:.1} ms, beliefs {beliefs:.1} ms; backlog {}, {:.0} memories",
            sample.at, sample.backlog, sample.memories
        );
    }
}

fn finish(cluster: &Cluster, client: &mut Client, options: &Options, seen: &mut Seen) {
    let last = seen.follower.look(options.spaces).and_then(|()| seen.follower.follow_events());
    last.and_then(|()| seen.follower.write_beliefs(options))
        .unwrap_or_else(|error| seen.gaps.push(format!("the last snapshots: {error}")));
    match client.query("SELECT to_jsonb(c)::text FROM engram_check() c", &[]) {
        Ok(rows) => seen.violations = rows.iter().map(|row| row.get(0)).collect(),
        Err(error) => seen.violations = vec![format!("engram_check: {error}")],
    }
    seen.machine = crate::machine::describe(client);
    (seen.crashes, seen.complaints) = read_log(&cluster.log_text());
    let _ = std::fs::copy(cluster.log(), options.out.join("server.log"));
}

/// Signs of a crash, and messages above LOG without their numbers, the most frequent first.
fn read_log(log: &str) -> (Vec<String>, Vec<(String, usize)>) {
    const SIGNS: [&str; 4] = ["PANIC: ", "was terminated by signal", "terminating any other active", " XX00"];
    let crashes = log.lines().filter(|line| SIGNS.iter().any(|sign| line.contains(sign))).map(str::to_string).collect();
    let mut complaints: Vec<(String, usize)> = Vec::new();
    for line in log.lines() {
        let Some(at) = ["WARNING: ", "ERROR: ", "FATAL: "].iter().find_map(|level| line.find(level)) else { continue };
        let text: String = line[at..].chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
        match complaints.iter_mut().find(|(known, _)| *known == text) {
            Some((_, count)) => *count += 1,
            None => complaints.push((text, 1)),
        }
    }
    complaints.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    (crashes, complaints)
}

//! Readers of published beliefs while memories pour in and ten spaces are consolidated every five seconds.
//!
//! A server of its own. Batches are due at a steady rate, whether or not the former ones are stored. Phases with consolidation paused and
//! not paused take turns, under the same load, so that the ratio tells what runs cost a reader. What readers wait for is looked at a
//! hundred times a second.

use crate::measure::{Samples, timed};
use crate::report::{Line, Report};
use crate::topics::Topics;
use crate::world::World;
use engram_cluster_tests::{Cluster, Options, Rng, wait_ready_space};
use postgres::Client;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const SPACES: usize = 10;
/// Memories of one call, and calls a second: 5,000 memories.
const BATCH: usize = 250;
const BATCHES_PER_SECOND: usize = 20;
const WRITERS: usize = 2;
const READERS: usize = 2;
/// Between two reads of a reader.
const PAUSE: Duration = Duration::from_millis(5);
const INTERVAL: u64 = 5;

/// A read: when it began (seconds of the epoch), how long it took, and whether consolidation was paused.
struct Read {
    began: f64,
    took: Duration,
    paused: bool,
}

/// What the threads of one phase share.
struct Phase<'a> {
    cluster: &'a Cluster,
    topics: &'a Topics,
    paused: bool,
    begin: Instant,
    length: Duration,
    /// Texts told so far, over all phases.
    told: &'a AtomicUsize,
    stored: &'a AtomicUsize,
}

#[derive(Default)]
struct Seen {
    reads: Mutex<Vec<Read>>,
    /// What readers waited for, by kind, and how often they were looked at.
    waits: BTreeMap<String, usize>,
    looks: usize,
    locks: i64,
    /// Seconds since a space was consolidated, or since that was not paused any more.
    oldest: f64,
}

/// Runs the benchmark.
pub fn run(world: &mut World, report: &mut Report) {
    let cluster = Cluster::with_extension(&options());
    let topics = Topics::new(7);
    let mut client = cluster.client();
    let length = Duration::from_secs(world.scaled(30, 6) as u64);
    let first = world.scaled(1_000, 100);
    eprintln!("filling {SPACES} spaces of {first} memories");
    client.query("SELECT engram_worker_pause('consolidator')", &[]).expect("workers can be paused");
    for space in 0..SPACES {
        client.execute("SELECT engram_create_space($1)", &[&name(space)]).expect("a space can be made");
        store(&mut client, &topics, space, 0..first);
        let _ = client.query("SELECT id FROM engram_recall('anything', space => $1, k => 1)", &[&name(space)]);
        wait_ready_space(&mut client, &name(space));
        let runs = client.query("SELECT * FROM engram_consolidate($1)", &[&name(space)]);
        runs.unwrap_or_else(|error| panic!("{}: {error:?}", name(space)));
    }
    let (told, stored) = (AtomicUsize::new(first * SPACES), AtomicUsize::new(0));
    let mut seen = Seen::default();
    let phases = 4;
    for phase in 0..phases {
        let paused = phase % 2 == 0;
        let verb = if paused { "engram_worker_pause" } else { "engram_worker_resume" };
        client.query(&format!("SELECT {verb}('consolidator')"), &[]).expect("workers can be paused and resumed");
        eprintln!("phase {} of {phases}: consolidation {}", phase + 1, if paused { "paused" } else { "on" });
        let begin = Instant::now();
        let phase = Phase { cluster: &cluster, topics: &topics, paused, begin, length, told: &told, stored: &stored };
        phase.run(&mut seen);
    }
    let rate = stored.load(Ordering::Relaxed) as f64 / (length * phases).as_secs_f64();
    let line = Line::new("consolidation", "remembers meanwhile, batches of 250").figure("due_per_s", 5_000.0);
    report.add(line.figure("stored_per_s", rate));
    tell(&mut client, seen, report);
}

fn options() -> Options {
    let options = [
        "engram.hot_tier_size = '1GB'",
        "shared_buffers = '1GB'",
        "max_wal_size = '8GB'",
        "checkpoint_timeout = '1h'",
        "jit = off",
        "engram.consolidation = on",
    ]
    .into_iter()
    .fold(Options::default().as_shipped(), |options, line| options.with(line));
    Options { fsync: true, ..options.with(&format!("engram.consolidation_interval = '{INTERVAL}s'")) }
}

fn name(space: usize) -> String {
    format!("belief_{space}")
}

fn store(client: &mut Client, topics: &Topics, space: usize, numbers: std::ops::Range<usize>) {
    let batch: Vec<Value> = numbers
        .map(|number| {
            let text = topics.text(space, number);
            json!({ "content": text.content, "space": name(space), "context": text.context, "source": text.source })
        })
        .collect();
    let sql = "SELECT count(*) FROM engram_remember_many($1)";
    client.query_one(sql, &[&Value::Array(batch)]).unwrap_or_else(|error| panic!("{}: {error:?}", name(space)));
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

impl Phase<'_> {
    fn run(&self, seen: &mut Seen) {
        let next = AtomicUsize::new(0);
        let readers: Vec<Client> = (0..READERS).map(|_| self.cluster.client()).collect();
        let reads = std::mem::take(&mut seen.reads);
        std::thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| self.write(&next));
            }
            let mut pids = Vec::new();
            for (number, mut reader) in readers.into_iter().enumerate() {
                pids.push(reader.query_one("SELECT pg_backend_pid()", &[]).expect("a session").get::<_, i32>(0));
                let reads = &reads;
                scope.spawn(move || self.read(reader, number, reads));
            }
            self.look(&pids, seen);
        });
        seen.reads = reads;
    }

    /// Writes the batches that are due until the phase is over; what could not be stored in time is left.
    fn write(&self, next: &AtomicUsize) {
        let mut client = self.cluster.client();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let due = self.begin + Duration::from_secs(1) * number as u32 / BATCHES_PER_SECOND as u32;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if self.begin.elapsed() >= self.length {
                return;
            }
            let batch = self.told.fetch_add(BATCH, Ordering::Relaxed) / BATCH;
            let first = batch / SPACES * BATCH;
            store(&mut client, self.topics, batch % SPACES, first..first + BATCH);
            self.stored.fetch_add(BATCH, Ordering::Relaxed);
        }
    }

    fn read(&self, mut client: Client, number: usize, reads: &Mutex<Vec<Read>>) {
        let statement = client.prepare("SELECT * FROM engram_beliefs($1)").expect("prepared");
        let mut rng = Rng::new(number as u64);
        while self.begin.elapsed() < self.length {
            let (began, space) = (now(), name(rng.below(SPACES)));
            let (took, rows) = timed(|| client.query(&statement, &[&space]));
            rows.unwrap_or_else(|error| panic!("{space}: {error:?}"));
            reads.lock().expect("nobody panics with the reads").push(Read { began, took, paused: self.paused });
            std::thread::sleep(PAUSE);
        }
    }

    fn look(&self, readers: &[i32], seen: &mut Seen) {
        let mut client = self.cluster.client();
        let resumed = now();
        let waits = client
            .prepare(
                "SELECT coalesce(wait_event_type, 'running') FROM pg_stat_activity WHERE pid = ANY ($1) AND state = 'active'",
            )
            .expect("prepared");
        let locks =
            client.prepare("SELECT count(*) FROM pg_locks WHERE pid = ANY ($1) AND NOT granted").expect("prepared");
        let ages = client
            .prepare("SELECT extract(epoch FROM min(last_completed_at))::float8 FROM engram.consolidation")
            .expect("prepared");
        while self.begin.elapsed() < self.length {
            let rows = client.query(&waits, &[&readers]).expect("pg_stat_activity is readable");
            seen.looks += readers.len();
            for row in rows {
                *seen.waits.entry(row.get(0)).or_default() += 1;
            }
            let waiting: i64 = client.query_one(&locks, &[&readers]).expect("pg_locks is readable").get(0);
            seen.locks += waiting;
            if !self.paused
                && let Some(last) = client.query_one(&ages, &[]).expect("one row").get::<_, Option<f64>>(0)
            {
                seen.oldest = seen.oldest.max(now() - last.max(resumed));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn tell(client: &mut Client, seen: Seen, report: &mut Report) {
    let runs: Vec<(f64, f64, i64)> = client
        .query(
            "SELECT extract(epoch FROM finished_at)::float8 - duration_ms / 1e3, extract(epoch FROM finished_at)::float8, episodes
             FROM engram.consolidation_run WHERE cause = 'worker' AND state = 'completed'",
            &[],
        )
        .expect("runs are readable")
        .iter()
        .map(|row| (row.get(0), row.get(1), row.get(2)))
        .collect();
    let (mut paused, mut all, mut during) = (Samples::default(), Samples::default(), Samples::default());
    for read in seen.reads.into_inner().expect("nobody panicked with the reads") {
        if read.paused {
            paused.push(read.took);
            continue;
        }
        all.push(read.took);
        let end = read.began + read.took.as_secs_f64();
        if runs.iter().any(|(began, ended, _)| read.began < *ended && end > *began) {
            during.push(read.took);
        }
    }
    assert!(during.len() > 0, "no belief was read during a run: {} runs", runs.len());
    let ms = |samples: &Samples| samples.percentile(0.99).as_secs_f64() * 1e3;
    let ratio = ms(&during) / ms(&paused);
    for (what, samples) in [("paused", &paused), ("on", &all)] {
        report.add(Line::new("consolidation", format!("engram_beliefs, consolidation {what}")).calls(samples));
    }
    let line = Line::new("consolidation", "engram_beliefs during runs").calls(&during).figure("ratio", ratio);
    report.add(line.at_most("p99_ms", ms(&during), 5.0));
    let mut line = Line::new("consolidation", "what readers waited for, share of looks");
    for (name, kind) in [("lwlock", "LWLock"), ("io", "IO"), ("ipc", "IPC")] {
        line = line.figure(name, seen.waits.get(kind).copied().unwrap_or(0) as f64 / seen.looks.max(1) as f64);
    }
    let locks = seen.waits.get("Lock").copied().unwrap_or(0) as f64 + seen.locks as f64;
    report.add(line.at_most("blocked", locks, 0.0));
    let mut took = Samples::default();
    runs.iter().for_each(|(began, ended, _)| took.push(Duration::from_secs_f64((ended - began).max(0.0))));
    let most = runs.iter().map(|run| run.2).max().unwrap_or(0);
    let line = Line::new("consolidation", format!("runs, every {INTERVAL} s")).calls(&took);
    report.add(line.figure("episodes", most as f64).at_most("oldest_s", seen.oldest, 900.0));
}

//! Follows what consolidation publishes: runs, snapshots and belief events, each a line of JSON as soon as it is seen.

use super::options::Options;
use super::verbs::space_name;
use engram_cluster_tests::Cluster;
use postgres::Client;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::Instant;

/// A run of a space, as far as the report needs it.
#[derive(Clone)]
pub struct Run {
    pub space: String,
    pub completed: bool,
    /// Seconds of the server's clock.
    pub started: f64,
    pub duration_ms: f64,
    pub episodes: i64,
    pub beliefs: i64,
    pub error: Option<String>,
}

/// Files of lines of JSON.
pub struct Lines(BufWriter<File>);

impl Lines {
    /// # Panics
    /// When the file cannot be made.
    pub fn create(options: &Options, name: &str) -> Lines {
        let path = options.out.join(name);
        Lines(BufWriter::new(File::create(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))))
    }

    /// # Panics
    /// When the disk is full.
    pub fn write(&mut self, line: &Value) {
        writeln!(self.0, "{line}").and_then(|()| self.0.flush()).expect("a line can be written");
    }
}

/// The newest ids seen: what is read again overlaps with what was read before, since a transaction is seen later than it began.
#[derive(Default)]
struct Seen {
    set: HashSet<String>,
    order: VecDeque<String>,
}

impl Seen {
    const KEPT: usize = 500_000;

    fn is_new(&mut self, id: &str) -> bool {
        if !self.set.insert(id.to_string()) {
            return false;
        }
        self.order.push_back(id.to_string());
        if self.order.len() > Seen::KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
        true
    }
}

/// What was published so far.
pub struct Follower {
    observer: Client,
    reader: Client,
    versions: BTreeMap<usize, String>,
    seen_runs: Seen,
    seen_events: Seen,
    pub runs: Vec<Run>,
    pub events: u64,
    pub snapshots: u64,
    /// The longest time, in seconds, since the last completed run of a space.
    pub oldest: f64,
    /// The longest time from the end of a run to its being seen, in seconds; looking takes a part of it.
    pub slowest: f64,
    files: [Lines; 3],
    last_events: Instant,
}

impl Follower {
    /// # Panics
    /// When the server does not answer.
    pub fn new(cluster: &Cluster, options: &Options) -> Follower {
        Follower {
            observer: cluster.client(),
            reader: cluster.client_of("postgres", "soak"),
            versions: BTreeMap::new(),
            seen_runs: Seen::default(),
            seen_events: Seen::default(),
            runs: Vec::new(),
            events: 0,
            snapshots: 0,
            oldest: 0.0,
            slowest: 0.0,
            files: ["runs.jsonl", "snapshots.jsonl", "belief_events.jsonl"].map(|name| Lines::create(options, name)),
            last_events: Instant::now(),
        }
    }

    /// Connects again after the server was away.
    pub fn connect(&mut self, cluster: &Cluster) {
        if let (Ok(observer), Ok(reader)) =
            (cluster.try_client("postgres", "postgres"), cluster.try_client("postgres", "soak"))
        {
            (self.observer, self.reader) = (observer, reader);
        }
    }

    /// Looks at each space once.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn look(&mut self, spaces: usize) -> Result<(), postgres::Error> {
        for space in 0..spaces {
            let name = space_name(space);
            let sql = "SELECT engram_beliefs_version($1)";
            let Some(version) = self.reader.query_one(sql, &[&name])?.get::<_, Option<String>>(0) else { continue };
            if self.versions.get(&space) == Some(&version) {
                continue;
            }
            let rows = self.reader.query("SELECT to_jsonb(b) FROM engram_beliefs($1) b", &[&name])?;
            let beliefs: Vec<Value> = rows.iter().map(|row| row.get(0)).collect();
            let kept = ["belief", "label", "confidence", "citations", "state", "regularity", "contradicts"];
            let short: Vec<Value> = beliefs
                .iter()
                .map(|belief| kept.iter().map(|key| (key.to_string(), belief[*key].clone())).collect())
                .collect();
            let first = beliefs.first().cloned().unwrap_or_default();
            self.files[1].write(&json!({
                "space": name, "version": version, "run": first["run"], "published_at": first["published_at"],
                "on_demand": first["on_demand"], "count": short.len(), "beliefs": short,
            }));
            self.snapshots += 1;
            self.versions.insert(space, version);
        }
        self.follow_runs()?;
        if self.last_events.elapsed().as_secs() >= 5 {
            self.follow_events()?;
        }
        Ok(())
    }

    fn follow_runs(&mut self) -> Result<(), postgres::Error> {
        let sql =
            "SELECT max(extract(epoch FROM clock_timestamp() - last_completed_at))::float8 FROM engram.consolidation";
        self.oldest = self.oldest.max(self.observer.query_one(sql, &[])?.get::<_, Option<f64>>(0).unwrap_or(0.0));
        let is_first = self.runs.is_empty();
        let sql = "SELECT run::text, space, state, extract(epoch FROM started_at)::float8,
                          extract(epoch FROM clock_timestamp() - finished_at)::float8, coalesce(duration_ms, 0), episodes, beliefs,
                          error, to_jsonb(r) - 'undo'
                   FROM engram.consolidation_run r
                   WHERE finished_at > clock_timestamp() - interval '10 minutes' ORDER BY finished_at, space";
        for row in self.observer.query(sql, &[])? {
            if self.seen_runs.is_new(row.get(0)) {
                self.files[0].write(&row.get(9));
                if !is_first {
                    self.slowest = self.slowest.max(row.get(4));
                }
                self.runs.push(Run {
                    space: row.get(1),
                    completed: row.get::<_, &str>(2) == "completed",
                    started: row.get(3),
                    duration_ms: row.get(5),
                    episodes: row.get(6),
                    beliefs: row.get(7),
                    error: row.get(8),
                });
            }
        }
        Ok(())
    }

    /// Belief events that are new.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn follow_events(&mut self) -> Result<(), postgres::Error> {
        self.last_events = Instant::now();
        let sql = "SELECT event::text, to_jsonb(e) FROM engram.belief_event e
                   WHERE at > clock_timestamp() - interval '2 minutes' ORDER BY at, event";
        for row in self.observer.query(sql, &[])? {
            if self.seen_events.is_new(row.get(0)) {
                self.files[2].write(&row.get(1));
                self.events += 1;
            }
        }
        Ok(())
    }

    /// Every belief of every space in full, at the end.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn write_beliefs(&mut self, options: &Options) -> Result<(), postgres::Error> {
        let mut file = Lines::create(options, "beliefs.jsonl");
        for space in 0..options.spaces {
            let name = space_name(space);
            for row in self.reader.query("SELECT to_jsonb(b) FROM engram_beliefs($1) b", &[&name])? {
                let mut belief: Value = row.get(0);
                belief["space"] = json!(name);
                file.write(&belief);
            }
        }
        Ok(())
    }
}

//! Writers that note what was acknowledged, while backends, workers and the postmaster are killed and the standby is promoted: what
//! was acknowledged is there, nothing that was forgotten comes back, nothing is there twice, and associations lead to something.
//!
//! `ENGRAM_SEED` repeats the choices, as far as the timing of two cores allows; `ENGRAM_CHECKER_SECONDS` says how long it goes on.

use engram_cluster_tests::{
    Cluster, Effect, Fact, Ledger, Options, Rng, assert_consistent, assert_no_dangling_edges, is_lost, recall_ids,
    setting_from_env, unique_word, wait_ready_space, wait_until,
};
use postgres::{Client, Error};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

const SPACE: &str = "checked";
const WRITERS: usize = 4;
/// Between two promotions.
const PHASE: Duration = Duration::from_secs(30);

/// What all writers share.
struct Shared {
    /// The server that is written to.
    primary: Mutex<Arc<Cluster>>,
    ledger: Ledger,
    words: AtomicUsize,
    over: AtomicBool,
    acknowledged: AtomicUsize,
}

impl Shared {
    fn primary(&self) -> Arc<Cluster> {
        self.primary.lock().unwrap().clone()
    }

    fn word(&self) -> String {
        unique_word(self.words.fetch_add(1, Ordering::Relaxed))
    }
}

/// A memory that a writer may change: no other touches it.
#[derive(Clone)]
struct Mine {
    word: String,
    id: Uuid,
    suppressed: bool,
    /// Associated, so it keeps its word.
    linked: bool,
}

struct Writer<'a> {
    shared: &'a Shared,
    rng: Rng,
    mine: Vec<Mine>,
}

impl Writer<'_> {
    /// Writes until the phase is over, with a new session whenever the old one is lost.
    fn run(&mut self) {
        while !self.shared.over.load(Ordering::Relaxed) {
            let Ok(mut client) = self.shared.primary().try_client("postgres", "postgres") else {
                std::thread::sleep(Duration::from_millis(30));
                continue;
            };
            while !self.shared.over.load(Ordering::Relaxed) {
                match self.step(&mut client) {
                    Ok(()) => {
                        self.shared.acknowledged.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) => {
                        assert!(is_lost(&error), "a writer met {error:?}");
                        break;
                    }
                }
            }
        }
    }

    fn commit<T>(&self, effects: &[Effect], run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        self.shared.ledger.attempt(effects, run)
    }

    /// Takes one of the memories that keep nothing else back. Who loses the connection does not touch it again.
    fn take(&mut self, fits: impl Fn(&Mine) -> bool) -> Option<Mine> {
        let places: Vec<usize> = (0..self.mine.len()).filter(|&i| fits(&self.mine[i])).collect();
        (!places.is_empty()).then(|| self.mine.swap_remove(*self.rng.pick(&places)))
    }

    fn step(&mut self, client: &mut Client) -> Result<(), Error> {
        match self.rng.below(100) {
            0..35 => self.remember(client),
            35..45 => self.remember_many(client),
            45..55 => self.update(client),
            55..62 => self.suppress_or_restore(client),
            62..70 => self.delete(client),
            70..78 => self.associate(client),
            78..85 => self.transaction(client),
            _ => self.recall(client),
        }
    }

    fn store(client: &mut Client, word: &str) -> Result<Uuid, Error> {
        let content = format!("{word} was seen from the mole at low tide");
        Ok(client.query_one("SELECT engram_remember(content => $1, space => $2)", &[&content, &SPACE])?.get(0))
    }

    fn keep(&mut self, word: String, id: Uuid) {
        self.mine.push(Mine { word, id, suppressed: false, linked: false });
    }

    fn remember(&mut self, client: &mut Client) -> Result<(), Error> {
        let word = self.shared.word();
        let id = self.commit(&[(word.clone(), Fact::There)], || Self::store(client, &word))?;
        self.keep(word, id);
        Ok(())
    }

    fn remember_many(&mut self, client: &mut Client) -> Result<(), Error> {
        let words: Vec<String> = (0..2 + self.rng.below(20)).map(|_| self.shared.word()).collect();
        let effects: Vec<Effect> = words.iter().map(|word| (word.clone(), Fact::There)).collect();
        let batch =
            words.iter().map(|word| json!({"space": SPACE, "content": format!("{word} was in the log of the pilot")}));
        let batch = Value::Array(batch.collect());
        let rows = self.commit(&effects, || client.query("SELECT * FROM engram_remember_many($1)", &[&batch]))?;
        for (word, row) in words.into_iter().zip(rows) {
            self.keep(word, row.get(0));
        }
        Ok(())
    }

    fn update(&mut self, client: &mut Client) -> Result<(), Error> {
        let Some(old) = self.take(|m| !m.linked && !m.suppressed) else { return Ok(()) };
        let word = self.shared.word();
        let content = format!("{word} is what it was");
        let sql = "SELECT engram_update($1, content => $2, space => $3)";
        let effects = [(old.word.clone(), Fact::Erased), (word.clone(), Fact::There)];
        self.commit(&effects, || client.execute(sql, &[&old.id, &content, &SPACE]))?;
        self.keep(word, old.id);
        Ok(())
    }

    fn suppress_or_restore(&mut self, client: &mut Client) -> Result<(), Error> {
        let Some(mut one) = self.take(|m| !m.linked) else { return Ok(()) };
        let (mode, fact) = if one.suppressed { ("restore", Fact::There) } else { ("suppress", Fact::Gone) };
        let sql = "SELECT engram_forget($1, mode => $2, space => $3)";
        self.commit(&[(one.word.clone(), fact)], || client.execute(sql, &[&one.id, &mode, &SPACE]))?;
        one.suppressed = !one.suppressed;
        self.mine.push(one);
        Ok(())
    }

    fn delete(&mut self, client: &mut Client) -> Result<(), Error> {
        let Some(one) = self.take(|m| !m.linked) else { return Ok(()) };
        let sql = "SELECT engram_forget($1, mode => 'delete', space => $2)";
        self.commit(&[(one.word.clone(), Fact::Erased)], || client.execute(sql, &[&one.id, &SPACE]))?;
        assert!(!recall_or_lost(client, &one.word)?.contains(&one.id), "{} is forgotten and recalled", one.word);
        Ok(())
    }

    fn associate(&mut self, client: &mut Client) -> Result<(), Error> {
        let (Some(mut a), Some(mut b)) = (self.take(|m| !m.suppressed), self.take(|m| !m.suppressed)) else {
            return Ok(());
        };
        let sql = "SELECT engram_associate($1, $2, space => $3)";
        let edge = format!("{} {}", a.word, b.word);
        self.commit(&[(edge, Fact::There)], || client.execute(sql, &[&a.id, &b.id, &SPACE]))?;
        (a.linked, b.linked) = (true, true);
        self.mine.extend([a, b]);
        Ok(())
    }

    fn transaction(&mut self, client: &mut Client) -> Result<(), Error> {
        let words: Vec<String> = (0..3).map(|_| self.shared.word()).collect();
        let effects =
            [(words[0].clone(), Fact::There), (words[1].clone(), Fact::Erased), (words[2].clone(), Fact::There)];
        let ids = self.commit(&effects, || {
            client.batch_execute("BEGIN")?;
            let first = Self::store(client, &words[0])?;
            client.batch_execute("SAVEPOINT s")?;
            let second = Self::store(client, &words[1])?;
            assert!(recall_or_lost(client, &words[1])?.contains(&second), "a transaction recalls its own");
            client.batch_execute("ROLLBACK TO s")?;
            let third = Self::store(client, &words[2])?;
            client.batch_execute("COMMIT")?;
            Ok([first, third])
        })?;
        self.keep(words[0].clone(), ids[0]);
        self.keep(words[2].clone(), ids[1]);
        Ok(())
    }

    fn recall(&mut self, client: &mut Client) -> Result<(), Error> {
        if self.mine.is_empty() {
            return Ok(());
        }
        let one = self.rng.pick(&self.mine).clone();
        let found = recall_or_lost(client, &one.word)?.contains(&one.id);
        assert_eq!(found, !one.suppressed, "{}: recalled, and not suppressed", one.word);
        Ok(())
    }
}

fn recall_or_lost(client: &mut Client, cue: &str) -> Result<Vec<Uuid>, Error> {
    let sql = "SELECT id FROM engram_recall(cue => $1, space => $2, k => 50)";
    Ok(client.query(sql, &[&cue, &SPACE])?.iter().map(|row| row.get(0)).collect())
}

/// Kills something every now and then until `end`. Returns what was killed how often.
fn havoc(shared: &Shared, standby: &Cluster, rng: &mut Rng, end: Instant) -> [usize; 5] {
    let mut kills = [0; 5];
    while Instant::now() < end {
        std::thread::sleep(
            Duration::from_millis(200 + rng.below(900) as u64).min(end.saturating_duration_since(Instant::now())),
        );
        let primary = shared.primary();
        let (what, kind, server) = match rng.below(10) {
            0..4 => (0, "client backend", &*primary),
            4..6 => (1, "engram maintenance", &*primary),
            6..7 => (2, "engram launcher", &*primary),
            7..9 => (3, "", &*primary),
            _ => (4, "client backend", standby),
        };
        match what {
            3 => {
                primary.kill_postmaster();
                wait_until(&format!("the server starts: {}", primary.log_tail()), Duration::from_secs(60), || {
                    primary.try_start()
                });
                kills[3] += 1;
            }
            4 => {
                // A standby that crashes is waited for by every commit.
                if let Some(receiver) = standby.pids_of("walreceiver").first() {
                    server.kill(*receiver);
                    kills[4] += 1;
                }
            }
            _ => {
                let pids = server.pids_of(kind);
                if !pids.is_empty() {
                    server.kill(*rng.pick(&pids));
                    kills[what] += 1;
                }
            }
        }
    }
    kills
}

fn options() -> Options {
    Options::words_only().with("engram.hebbian_rate = 0.1").with("hot_standby_feedback = on")
}

/// A standby that every acknowledged commit has reached.
fn synchronous_standby(primary: &Cluster) -> Cluster {
    let standby = primary.standby(&options());
    primary.psql("ALTER SYSTEM SET synchronous_standby_names = '*'");
    primary.psql("SELECT pg_reload_conf()");
    wait_until("the standby is synchronous", Duration::from_secs(60), || {
        primary.psql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"
    });
    standby
}

/// The memories that are there, one part for each writer.
fn parts(client: &mut Client) -> Vec<Vec<Mine>> {
    let sql = "SELECT split_part(content, ' ', 1), id, suppressed_at IS NOT NULL,
                   EXISTS (SELECT FROM engram.association a WHERE a.space = m.space AND m.id IN (a.source, a.target) AND a.origin = 'explicit')
               FROM engram.memories m WHERE space = $1 AND superseded_by IS NULL ORDER BY id DESC LIMIT 400";
    let mut parts = vec![Vec::new(); WRITERS];
    for (n, row) in client.query(sql, &[&SPACE]).expect("engram.memories is readable").iter().enumerate() {
        parts[n % WRITERS].push(Mine { word: row.get(0), id: row.get(1), suppressed: row.get(2), linked: row.get(3) });
    }
    parts
}

/// What must hold when all is quiet.
fn verify(shared: &Shared, rng: &mut Rng) {
    let primary = shared.primary();
    wait_until("the server is there", Duration::from_secs(60), || primary.is_running() || primary.try_start());
    primary.wait_ready();
    let mut client = primary.client();
    assert_consistent(&mut client);
    shared.ledger.settle(&mut client);
    assert_no_dangling_edges(&mut client);
    shared.ledger.recall_sample(&mut client, 50, rng);
    recall_ids(&mut client, SPACE, "tide", 1);
    wait_ready_space(&mut client, SPACE);
    shared.ledger.recall_sample(&mut client, 100, rng);
    assert_consistent(&mut client);
}

#[test]
fn what_was_acknowledged_outlives_kills_and_promotions() {
    let seed = setting_from_env("ENGRAM_SEED", 4);
    let seconds = Duration::from_secs(setting_from_env("ENGRAM_CHECKER_SECONDS", 16));
    eprintln!("ENGRAM_SEED={seed}");
    let mut rng = Rng::new(seed);
    let primary = Arc::new(Cluster::with_extension(&options()));
    let shared = Shared {
        primary: Mutex::new(primary),
        ledger: Ledger::of(SPACE),
        words: AtomicUsize::new(0),
        over: AtomicBool::new(false),
        acknowledged: AtomicUsize::new(0),
    };
    let begin = Instant::now();
    while begin.elapsed() < seconds {
        let former = shared.primary();
        let standby = Arc::new(synchronous_standby(&former));
        let phase = PHASE.min(seconds);
        shared.over.store(false, Ordering::Relaxed);
        let parts = parts(&mut former.client());
        let seeds: Vec<u64> = parts.iter().map(|_| rng.next_u64()).collect();
        let kills = std::thread::scope(|scope| {
            for (mine, seed) in parts.into_iter().zip(seeds) {
                let shared = &shared;
                scope.spawn(move || Writer { shared, rng: Rng::new(seed), mine }.run());
            }
            // A check that fails in here must not leave the writers writing for ever.
            let kills = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let kills = havoc(&shared, &standby, &mut rng, Instant::now() + phase.mul_f32(0.6));
                // The primary is gone for good, in the middle of everything.
                former.kill_postmaster();
                standby.promote();
                *shared.primary.lock().unwrap() = standby.clone();
                std::thread::sleep(phase.mul_f32(0.3));
                kills
            }));
            shared.over.store(true, Ordering::Relaxed);
            kills
        });
        let kills = kills.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        drop(former);
        let acknowledged = shared.acknowledged.load(Ordering::Relaxed);
        eprintln!(
            "{:.0} s: {acknowledged} acknowledged; killed {} backends, {} workers, {} launchers, {} postmasters, {} receivers; promoted",
            begin.elapsed().as_secs_f32(),
            kills[0],
            kills[1],
            kills[2],
            kills[3],
            kills[4]
        );
        assert!(acknowledged > 0, "nothing was acknowledged");
        verify(&shared, &mut rng);
    }
}

//! The server killed at every crash point, in the middle of work of many kinds: it comes back, and what was acknowledged is there.
//!
//! Needs the debug build, which alone has crash points: `./scripts/test crash`. The points are those that the library names, so that new
//! ones join by themselves; one that the workload does not come to fails the test by its name. `ENGRAM_CRASH_POINTS` says how
//! many points are chosen by chance (`ENGRAM_SEED`), 0 takes all; `ENGRAM_CRASH_POINT` names some, with commas between.

use engram_cluster_tests::workload::{self, STEPS, Workload};
use engram_cluster_tests::{
    Cluster, Ledger, Options, Rng, Shutdown, assert_consistent, assert_no_dangling_edges, is_lost, setting_from_env,
    wait_ready_space, wait_until,
};
use std::cell::Cell;
use std::time::{Duration, Instant};

const SPACE: &str = "matrix";

/// A server to kill, and what is known of it.
struct Place {
    name: &'static str,
    cluster: Cluster,
    ledger: Ledger,
    /// The server that the armed one replays from.
    primary: Option<Cluster>,
    /// Memories that each round adds because the hot tier has no room for them; none where everything fits.
    crowd: usize,
}

fn options() -> Options {
    // What workers learn by themselves is part of the work.
    Options::words_only()
        .with_crash_points()
        .with("max_prepared_transactions = 10")
        .with("engram.hebbian_rate = 0.1")
        .with("engram.similarity_edges = 2")
        .with("engram.similarity_threshold = 0.3")
        .with("engram.snapshot_interval = '2s'")
        .with("engram.retention_interval = '1s'")
        .with("engram.consolidation = on")
        .with("engram.consolidation_interval = '2s'")
}

fn roomy(words: &Cell<usize>) -> Place {
    let cluster = Cluster::with_extension(&options());
    let ledger = Ledger::of(SPACE);
    workload::fill(&cluster, &ledger, words, 500);
    Place { name: "roomy", cluster, ledger, primary: None, crowd: 0 }
}

fn crowded(words: &Cell<usize>) -> Place {
    let cluster = Cluster::with_extension(&options().with("engram.hot_tier_size = '3MB'"));
    let ledger = Ledger::of(SPACE);
    workload::fill(&cluster, &ledger, words, setting_from_env("ENGRAM_CRASH_CROWD", 9_000));
    Place { name: "crowded", cluster, ledger, primary: None, crowd: 1_500 }
}

fn standby(words: &Cell<usize>) -> Place {
    let primary = Cluster::with_extension(&options());
    let ledger = Ledger::of(SPACE);
    workload::fill(&primary, &ledger, words, 500);
    let cluster = primary.standby(&options());
    Place { name: "standby", cluster, ledger, primary: Some(primary), crowd: 0 }
}

/// The places in the order in which a point is looked for.
fn order(point: &str) -> [usize; 3] {
    match point.split('_').next() {
        Some("evict" | "warm" | "readmit") => [1, 0, 2],
        Some("follow" | "promote") => [2, 0, 1],
        _ => [0, 1, 2],
    }
}

impl Place {
    /// Works until a process has killed itself at the point, or everything is done; says which.
    fn work(&self, point: &str, after: usize, words: &Cell<usize>) -> bool {
        let before = self.cluster.arm(point, after);
        let over = || self.cluster.times_reached(point) > before;
        if let Some(primary) = &self.primary {
            return self.work_on_standby(primary, &over, words);
        }
        let w = Workload { cluster: &self.cluster, ledger: &self.ledger, over: &over, words, crowd: self.crowd };
        for (name, step) in STEPS {
            if over() {
                break;
            }
            settle_step(name, step(&w), &over);
        }
        over()
    }

    fn work_on_standby(&self, primary: &Cluster, over: &dyn Fn() -> bool, words: &Cell<usize>) -> bool {
        let calm = || false;
        let on_primary = Workload { cluster: primary, ledger: &self.ledger, over: &calm, words, crowd: 0 };
        let ask = || -> Result<(), postgres::Error> {
            let mut client = self.cluster.try_client("postgres", "postgres")?;
            client.query("SELECT id FROM engram_recall(cue => 'tide', space => $1)", &[&SPACE]).map(drop)
        };
        for (name, step) in &STEPS[..4] {
            step(&on_primary).unwrap_or_else(|error| panic!("{name} on the primary: {error:?}"));
            settle_step("recall on the standby", ask(), over);
        }
        for _ in 0..40 {
            if over() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        if self.cluster.try_stop(Shutdown::Fast) && !over() {
            self.cluster.try_start();
        }
        settle_step("recall after a restart of the standby", ask(), over);
        primary.stop(Shutdown::Fast);
        self.cluster.promote();
        let w = Workload { cluster: &self.cluster, ledger: &self.ledger, over, words, crowd: self.crowd };
        for (name, step) in STEPS {
            if over() {
                break;
            }
            settle_step(name, step(&w), over);
        }
        over()
    }

    /// What must hold after a crash.
    fn verify(&self, rng: &mut Rng) {
        let mut client = self.cluster.client();
        if let Some(primary) = self.primary.as_ref().filter(|primary| primary.is_running()) {
            let lsn: String = primary.client().query_one("SELECT pg_current_wal_lsn()::text", &[]).unwrap().get(0);
            wait_until("the standby has caught up", Duration::from_secs(30), || {
                let sql = "SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn";
                client.query_one(sql, &[&lsn]).is_ok_and(|row| row.get(0))
            });
            workload::assert_whole_spaces(&mut client);
            self.ledger.settle(&mut client);
            assert_no_dangling_edges(&mut client);
            self.ledger.recall_sample(&mut client, 20, rng);
            return;
        }
        assert_consistent(&mut client);
        workload::resolve(&mut client);
        workload::drop_passing(&mut client);
        workload::assert_whole_spaces(&mut client);
        self.ledger.settle(&mut client);
        assert_no_dangling_edges(&mut client);
        // A space that the hot tier has no room for is loaded for each session anew.
        self.ledger.recall_sample(&mut client, if self.crowd == 0 { 15 } else { 6 }, rng);
        if self.crowd == 0 {
            wait_ready_space(&mut client, SPACE);
            self.ledger.recall_sample(&mut client, 15, rng);
        }
        workload::drop_left_over(&mut client);
        assert_consistent(&mut client);
    }
}

/// A step may end early because the server was killed where it should be, and for no other reason.
fn settle_step(name: &str, outcome: Result<(), postgres::Error>, over: &dyn Fn() -> bool) {
    if let Err(error) = outcome {
        assert!(is_lost(&error), "{name}: {error:?}");
        assert!(over(), "{name}: the server was lost elsewhere than at the crash point: {error:?}");
    }
}

/// The points to try: all, one, or a few by chance.
fn chosen(all: Vec<String>, rng: &mut Rng) -> Vec<String> {
    if let Ok(names) = std::env::var("ENGRAM_CRASH_POINT") {
        let names: Vec<String> = names.split(',').map(str::to_string).collect();
        assert!(names.iter().all(|name| all.contains(name)), "crash points are {all:?}");
        return names;
    }
    match setting_from_env("ENGRAM_CRASH_POINTS", 6) {
        0 => all,
        some => {
            let mut left = all;
            let mut few: Vec<String> = Vec::new();
            while few.len() < some && !left.is_empty() {
                few.push(left.swap_remove(rng.below(left.len())));
            }
            few
        }
    }
}

#[test]
#[ignore = "needs the debug build: ./scripts/test crash"]
fn what_was_acknowledged_outlives_a_kill_at_every_crash_point() {
    let seed = setting_from_env("ENGRAM_SEED", 11);
    eprintln!("ENGRAM_SEED={seed}");
    let mut rng = Rng::new(seed);
    let words = Cell::new(0);
    let make: [fn(&Cell<usize>) -> Place; 3] = [roomy, crowded, standby];
    let mut places: [Option<Place>; 3] = [Some(roomy(&words)), None, None];
    let all = places[0].as_ref().expect("made above").cluster.crash_points();
    assert!(!all.is_empty(), "the library that is installed has no crash points: install the debug build");
    let mut missed = Vec::new();
    let number = all.len();
    let points = chosen(all, &mut rng);
    let all_of_them = points.len() == number;
    for point in points {
        let began = Instant::now();
        // Not always the first time that a process comes there, where there is time to try.
        let after = if all_of_them && rng.chance(25) { 1 } else { 0 };
        let [first, others @ ..] = order(&point);
        let tries = [(first, after), (first, 0), (others[0], 0), (others[1], 0)];
        let tries = tries.into_iter().skip(usize::from(after == 0));
        let mut hit = None;
        for (index, after) in tries {
            let place = places[index].get_or_insert_with(|| make[index](&words));
            let reached = place.work(&point, after, &words);
            place.cluster.disarm();
            place.verify(&mut rng);
            let promoted = place.primary.as_ref().is_some_and(|primary| !primary.is_running());
            let name = place.name;
            // What is evicted depends on how crowded it is.
            if promoted || place.crowd > 0 {
                places[index] = None;
            }
            if reached {
                hit = Some(format!("{name}, after {after}"));
                break;
            }
        }
        match hit {
            Some(how) => eprintln!("{point}: {how}, {:.1} s", began.elapsed().as_secs_f32()),
            None => missed.push(point),
        }
    }
    assert!(missed.is_empty(), "the workload does not come to these crash points: {missed:?}");
}

//! Faults from below: a disk that fails, is full or read-only, memory that runs out, a clock that jumps, a postmaster that is killed.
//! After each the server comes back, and nothing that was acknowledged is lost.

use engram_cluster_tests::{
    Cluster, Fact, FakeClock, Ledger, Limited, Options, Rng, Strace, Tmpfs, assert_consistent,
    assert_no_dangling_edges, have, is_lost, recall_ids, remember, unique_word, wait_ready_space, wait_until,
};
use postgres::{Client, Error};
use std::cell::Cell;
use std::time::{Duration, Instant};

const SPACE: &str = "faults";
const PATIENCE: Duration = Duration::from_secs(60);

/// A server and what it has acknowledged.
struct Patient {
    cluster: Cluster,
    ledger: Ledger,
    words: Cell<usize>,
}

impl Patient {
    fn new(options: &Options) -> Patient {
        let cluster = Cluster::with_extension(options);
        let patient = Patient { cluster, ledger: Ledger::of(SPACE), words: Cell::new(0) };
        let mut client = patient.cluster.client();
        (0..50).for_each(|_| patient.remember(&mut client).expect("a healthy server remembers"));
        patient
    }

    fn remember(&self, client: &mut Client) -> Result<(), Error> {
        self.words.set(self.words.get() + 1);
        let word = unique_word(self.words.get());
        let content = format!("{word} {}", "was carried over the bar at high water ".repeat(20));
        let sql = "SELECT engram_remember(content => $1, space => $2)";
        self.ledger.attempt(&[(word, Fact::There)], || client.execute(sql, &[&content, &SPACE])).map(drop)
    }

    /// Remembers, and runs `also` after each time, until one of them fails; the error.
    fn remember_until_refused(&self, also: &str) -> Option<Error> {
        let mut client = self.cluster.try_client("postgres", "postgres").ok()?;
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Err(error) = self.remember(&mut client).and_then(|()| client.batch_execute(also)) {
                return Some(error);
            }
        }
        panic!("the fault hurt nobody");
    }

    /// The server is there, or is started again; nothing is lost, and it goes on.
    fn assert_recovered(&self) {
        wait_until(&format!("the server is back: {}", self.cluster.log_tail()), PATIENCE, || {
            (self.cluster.is_running() || self.cluster.try_start())
                && self.cluster.try_client("postgres", "postgres").is_ok_and(|mut c| c.simple_query("SELECT 1").is_ok())
        });
        let mut client = self.cluster.client();
        self.ledger.settle(&mut client);
        assert_no_dangling_edges(&mut client);
        let mut rng = Rng::new(3);
        self.ledger.recall_sample(&mut client, 20, &mut rng);
        wait_ready_space(&mut client, SPACE);
        self.ledger.recall_sample(&mut client, 20, &mut rng);
        self.remember(&mut client).expect("a server that is back remembers");
        assert_consistent(&mut client);
    }

    fn log_has(&self, text: &str) -> bool {
        let log = std::fs::read(self.cluster.log()).unwrap_or_default();
        String::from_utf8_lossy(&log).contains(text)
    }
}

/// With commits that reach the disk, and a worker that has something to write.
fn durable() -> Options {
    Options { fsync: true, ..Options::words_only() }.with("engram.hebbian_rate = 0.1").with("restart_after_crash = on")
}

fn pid(client: &mut Client) -> i32 {
    client.query_one("SELECT pg_backend_pid()", &[]).expect("a backend has a number").get(0)
}

#[test]
fn a_commit_that_the_disk_refuses_is_not_acknowledged_and_none_is_lost() {
    if !have("strace") {
        return;
    }
    let patient = Patient::new(&durable());
    for (fault, panics) in [
        ("fdatasync,fsync:error=EIO", true),
        ("pwrite64,pwritev:error=ENOSPC", false),
        ("pwrite64,pwritev:error=EIO:when=3+4", false),
    ] {
        let mut client = patient.cluster.client();
        let strace = Strace::attach(pid(&mut client), fault);
        let mut refused = None;
        for _ in 0..2_000 {
            if let Err(error) = patient.remember(&mut client) {
                refused = Some(error);
                break;
            }
        }
        drop(strace);
        let refused = refused.unwrap_or_else(|| panic!("{fault} hurt nobody"));
        assert!(
            !panics || is_lost(&refused),
            "{fault}: PostgreSQL goes down when it cannot know what is on disk: {refused:?}"
        );
        drop(client);
        patient.assert_recovered();
    }
}

#[test]
fn a_checkpoint_that_fails_loses_nothing() {
    if !have("strace") {
        return;
    }
    let patient = Patient::new(&durable());
    for fault in ["fsync,fdatasync:error=EIO", "pwrite64,pwritev:error=ENOSPC"] {
        let checkpointer = *patient.cluster.pids_of("checkpointer").first().expect("there is a checkpointer");
        let mut client = patient.cluster.client();
        (0..20).for_each(|_| patient.remember(&mut client).expect("before the fault"));
        let strace = Strace::attach(checkpointer, fault);
        let refused = client.batch_execute("CHECKPOINT").is_err();
        drop(strace);
        assert!(refused, "{fault}: the checkpoint went through");
        drop(client);
        patient.assert_recovered();
    }
}

#[test]
fn a_worker_whose_writes_fail_loses_nothing() {
    if !have("strace") {
        return;
    }
    let patient = Patient::new(&durable());
    for fault in ["fdatasync,fsync:error=EIO", "pwrite64,pwritev:error=ENOSPC"] {
        let mut failed = false;
        let end = Instant::now() + PATIENCE;
        while !failed && Instant::now() < end {
            // Something to learn from, and with that a worker that commits.
            let Ok(mut client) = patient.cluster.try_client("postgres", "postgres") else { break };
            for _ in 0..5 {
                let _ = patient.remember(&mut client);
            }
            let _ = client.query("SELECT id FROM engram_recall(cue => 'high water', space => $1, k => 8)", &[&SPACE]);
            let Some(worker) = patient.cluster.pids_of("engram maintenance").first().copied() else { continue };
            if !std::path::Path::new(&format!("/proc/{worker}")).exists() {
                continue;
            }
            let strace = Strace::attach(worker, fault);
            for _ in 0..30 {
                let lost = client.simple_query("SELECT 1").is_err();
                failed = lost
                    || patient.log_has("engram maintenance: could not")
                    || patient.log_has("No space left on device");
                if failed {
                    break;
                }
                let _ = patient.remember(&mut client);
                let _ =
                    client.query("SELECT id FROM engram_recall(cue => 'high water', space => $1, k => 8)", &[&SPACE]);
                std::thread::sleep(Duration::from_millis(50));
            }
            drop(strace);
        }
        assert!(failed, "{fault} hurt no worker: {}", patient.cluster.log_tail());
        patient.assert_recovered();
    }
}

#[test]
fn a_full_or_read_only_tablespace_refuses_writes_and_loses_nothing() {
    let patient = Patient::new(&durable());
    let place = patient.cluster.socket().join("small");
    let Some(disk) = Tmpfs::mount(&place, 12) else { return };
    let mut client = patient.cluster.client();
    client.batch_execute(&format!("CREATE TABLESPACE small LOCATION '{}'", disk.path().display())).unwrap();
    for table in ["memory", "association"] {
        client.batch_execute(&format!("ALTER TABLE engram.{table} SET TABLESPACE small")).unwrap();
    }
    let ballast = disk.fill_up();
    let error = patient.remember_until_refused("").expect("the server is there");
    assert_eq!(error.code().map(|code| code.code()), Some("53100"), "{error:?}");
    // Reading goes on.
    patient.ledger.recall_sample(&mut client, 5, &mut Rng::new(1));
    assert_consistent(&mut client);
    std::fs::remove_file(ballast).expect("room again");
    patient.assert_recovered();

    // A file system that turned read-only is met when files are opened.
    drop(client);
    patient.cluster.stop(engram_cluster_tests::Shutdown::Fast);
    assert!(disk.make_read_only(), "nothing is open, so the tmpfs can be made read-only");
    patient.cluster.start_server();
    let mut client = patient.cluster.client();
    let error = patient.remember(&mut client).expect_err("nothing can be written");
    assert!(!is_lost(&error), "an error and no crash: {error:?}");
    // Longer than a worker takes to fail: the server must not go down with it.
    std::thread::sleep(Duration::from_secs(3));
    client.simple_query("SELECT 1").expect("the session outlives the fault");
    disk.make_writable();
    patient.assert_recovered();

    // The same under a server that has to recover.
    drop(client);
    patient.cluster.kill_postmaster();
    assert!(disk.make_read_only(), "nothing is open, so the tmpfs can be made read-only");
    patient.cluster.try_start();
    disk.make_writable();
    patient.assert_recovered();
    patient.cluster.stop(engram_cluster_tests::Shutdown::Fast);
}

#[test]
fn a_full_disk_for_the_log_of_changes_loses_nothing() {
    let patient = Patient::new(&durable().with("min_wal_size = 32MB").with("max_wal_size = 32MB"));
    let place = patient.cluster.socket().join("wal");
    let Some(disk) = Tmpfs::mount(&place, 80) else { return };
    patient.cluster.stop(engram_cluster_tests::Shutdown::Fast);
    let wal = patient.cluster.data().join("pg_wal");
    let moved = std::process::Command::new("cp").arg("-a").arg(wal.join(".")).arg(disk.path()).status();
    assert!(moved.is_ok_and(|status| status.success()), "pg_wal can be copied");
    std::fs::remove_dir_all(&wal).expect("pg_wal can be removed");
    std::os::unix::fs::symlink(disk.path(), &wal).expect("pg_wal can be a link");
    patient.cluster.start_server();
    let ballast = disk.fill_up();
    // Each time a new segment of the log, until those that are kept for reuse are used up.
    let refused = patient.remember_until_refused("SELECT pg_switch_wal()");
    assert!(refused.is_some_and(|error| is_lost(&error)), "PostgreSQL goes down without room for its log");
    // It may be unable to recover until there is room.
    std::thread::sleep(Duration::from_millis(500));
    std::fs::remove_file(ballast).expect("room again");
    patient.assert_recovered();
    patient.cluster.stop(engram_cluster_tests::Shutdown::Fast);
}

#[test]
fn a_full_disk_for_the_snapshot_file_costs_only_the_file() {
    let patient = Patient::new(&durable().with("engram.snapshot_interval = '1s'"));
    let Some(disk) = Tmpfs::mount(&patient.cluster.data().join("engram"), 1) else { return };
    let ballast = disk.fill_up();
    let mut client = patient.cluster.client();
    patient.remember(&mut client).expect("tables have room");
    let told = || patient.log_has("the snapshot file of the hot tier could not be written");
    wait_until("a worker has met the full disk", PATIENCE, told);
    let left: Vec<_> = std::fs::read_dir(disk.path()).expect("readable").map(|e| e.expect("an entry").path()).collect();
    assert_eq!(left, std::slice::from_ref(&ballast), "half a file is taken away again");
    patient.ledger.recall_sample(&mut client, 20, &mut Rng::new(5));
    assert_consistent(&mut client);

    // Nor does a stop wait for it, or the next start miss it.
    drop(client);
    patient.cluster.stop(engram_cluster_tests::Shutdown::Fast);
    patient.cluster.start_server();
    patient.assert_recovered();

    std::fs::remove_file(ballast).expect("room again");
    let mut client = patient.cluster.client();
    patient.remember(&mut client).expect("tables have room");
    wait_until("the file is written", PATIENCE, || {
        client.query_one("SELECT written_at IS NOT NULL FROM engram.stat_snapshot", &[]).expect("one row").get(0)
    });
    drop(client);
    patient.cluster.stop(engram_cluster_tests::Shutdown::Fast);
}

#[test]
fn a_backend_that_takes_too_much_memory_harms_no_memory() {
    let patient = Patient::new(&Options::words_only());
    let mut client = patient.cluster.client();
    let group = Limited::process(pid(&mut client), 48 << 20);
    // Terms, codes and rows of this are more than that.
    let sql = "SELECT count(*) FROM (SELECT engram_remember_many((
                   SELECT jsonb_agg(jsonb_build_object('space', 'large', 'content', 'grain ' || n || repeat(' sand', 60)))
                   FROM generate_series(1, 60000) n))) AS stored";
    let error = client.query_one(sql, &[]).expect_err("it does not fit");
    match error.code() {
        Some(code) if !is_lost(&error) => assert_eq!(code.code(), "53200", "{error:?}"),
        _ => {}
    }
    drop(client);
    drop(group);
    patient.assert_recovered();
    let left: i64 = patient
        .cluster
        .client()
        .query_one("SELECT count(*) FROM engram.memory WHERE space = 'large'", &[])
        .unwrap()
        .get(0);
    assert_eq!(left, 0, "all or nothing");
}

#[test]
fn a_backend_without_address_space_for_a_private_region_says_so_and_lives() {
    if !have("prlimit") {
        return;
    }
    let under = vec!["prlimit".to_string(), "--as=3000000000".to_string()];
    let cluster = Cluster::with_extension(&Options { preload: false, under, ..Options::words_only() });
    let mut writer = cluster.client();
    remember(&mut writer, SPACE, "zufofofo was written where there is room");
    let mut client = cluster.client();
    client.batch_execute("SELECT engram_version(); SET engram.private_region_size = '8GB'").unwrap();
    let sql = "SELECT id FROM engram_recall(cue => 'zufofofo', space => $1)";
    let error = client.query(sql, &[&SPACE]).expect_err("there is no room");
    assert_eq!(error.code().map(|code| code.code()), Some("53200"), "{error:?}");
    // The fellows of a backend that aborts are sent away.
    assert_eq!(recall_ids(&mut writer, SPACE, "zufofofo", 1).len(), 1);
    client.batch_execute("SET engram.private_region_size = '64MB'").unwrap();
    assert_eq!(recall_ids(&mut client, SPACE, "zufofofo", 1).len(), 1, "a smaller one fits");
}

#[test]
fn a_killed_postmaster_loses_nothing() {
    let patient = Patient::new(&durable());
    for round in 0..3 {
        let mut client = patient.cluster.client();
        client.batch_execute("BEGIN").unwrap();
        remember(&mut client, "unfinished", &format!("round {round} is not committed"));
        patient.cluster.kill_postmaster();
        drop(client);
        patient.assert_recovered();
        let sql = "SELECT count(*) FROM engram.memory WHERE space = 'unfinished'";
        assert_eq!(patient.cluster.client().query_one(sql, &[]).unwrap().get::<_, i64>(0), 0);
    }
}

#[test]
fn a_clock_that_jumps_confuses_nobody() {
    let Some(clock) = FakeClock::new() else { return };
    let options = Options { under: clock.under(), ..Options::words_only() }.with("engram.hebbian_rate = 0.1");
    let patient = Patient::new(&options);
    let mut client = patient.cluster.client();
    wait_ready_space(&mut client, SPACE);
    let epoch = |client: &mut Client| -> f64 {
        client.query_one("SELECT extract(epoch FROM clock_timestamp())::float8", &[]).unwrap().get(0)
    };
    let start = epoch(&mut client);
    for (offset, days) in [("+400d", 400.0), ("-2d", -2.0), ("-700d", -700.0), ("+1d", 1.0)] {
        clock.set(offset);
        let moved = (epoch(&mut client) - start) / 86_400.0;
        assert!((moved - days).abs() < 0.5, "libfaketime moved the clock by {moved} days, not {days}");
        for _ in 0..20 {
            patient.remember(&mut client).unwrap_or_else(|error| panic!("{offset}: {error:?}"));
        }
        patient.ledger.recall_sample(&mut client, 10, &mut Rng::new(5));
        let runs = |client: &mut Client| -> i64 {
            let sql = "SELECT coalesce(sum(runs), 0)::bigint FROM engram.stat_worker WHERE worker = 'launcher'";
            client.query_one(sql, &[]).unwrap().get(0)
        };
        // The launcher looks every second or five times a second, whatever the clock says: it neither stands still nor spins.
        let before = runs(&mut client);
        std::thread::sleep(Duration::from_secs(2));
        let looked = runs(&mut client) - before;
        assert!((1..=60).contains(&looked), "{offset}: the launcher looked {looked} times in 2 s");
        // What a worker has to do gets done: a new space is loaded.
        let other = format!("other {}", patient.words.get());
        remember(&mut client, &other, "a lamp was lit");
        recall_ids(&mut client, &other, "lamp", 1);
        wait_ready_space(&mut client, &other);
        assert_consistent(&mut client);
        // A database on hold at another time is not held for days.
        client.batch_execute("CREATE DATABASE passing").unwrap();
        client.batch_execute("DROP DATABASE passing").unwrap();
    }
    let sql = "SELECT count(*) - count(DISTINCT id) FROM engram.memory";
    assert_eq!(client.query_one(sql, &[]).unwrap().get::<_, i64>(0), 0, "ids stay unique");
    drop(client);
    // pg_ctl takes a server that says it started before pg_ctl did for another one, so it starts ahead and is put back.
    clock.set("+30d");
    patient.cluster.restart();
    clock.set("-30d");
    patient.assert_recovered();
}

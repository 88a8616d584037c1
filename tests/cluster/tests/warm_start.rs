//! The snapshot file of the hot tier: after a clean stop and after a crash it spares the tables, and it never shows what they
//! do not; one that belongs to another history is discarded with a line in the log.

use engram_cluster_tests::{
    Cluster, Hit, Options, Shutdown, assert_consistent, recall, remember_many, unique_word, wait_ready_space,
    wait_until,
};
use postgres::Client;
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);
const SPACES: [&str; 3] = ["small", "middle", "large"];
/// Memories of each: with forward lists, in an open segment, in more than one.
const SIZES: [usize; 3] = [40, 900, 5000];
/// These, and the space `default`, which is empty.
const ALL: i64 = 4;

fn options() -> Options {
    Options::default().with("engram.snapshot_interval = '1h'").with("engram.builtin_encoder = on")
}

fn memory(space: &str, n: usize) -> serde_json::Value {
    let word = unique_word(n);
    json!({
        "space": space,
        "content": format!("{word} sailed with Ana number {} to Saltmere in the {} tide", n % 17, n % 5),
        "context": format!("voyage {}", n % 23),
        "cues": ["harbour", format!("ship {}", n % 7)],
    })
}

fn fill(client: &mut Client) -> Vec<Vec<Uuid>> {
    let fill_one = |(space, size): (&&str, &usize)| {
        let memories: Vec<_> = (0..*size).map(|n| memory(space, n)).collect();
        memories.chunks(1000).flat_map(|part| remember_many(client, part)).collect()
    };
    SPACES.iter().zip(&SIZES).map(fill_one).collect()
}

fn associate(client: &mut Client, space: &str, ids: &[Uuid]) {
    for pair in ids.windows(2).take(20) {
        client
            .execute("SELECT engram_associate($1, $2, 'causal', 0.7, $3)", &[&pair[0], &pair[1], &space])
            .expect("associated");
    }
}

/// What a few questions bring to mind in each space.
fn answers(client: &mut Client) -> Vec<Vec<Hit>> {
    let questions = ["Ana number 3 at Saltmere", "the tide in the harbour", "ship 5", &unique_word(33)];
    SPACES.iter().flat_map(|space| questions.map(|q| recall(client, space, q, 10))).collect()
}

fn wait_all_ready(client: &mut Client) {
    SPACES.iter().for_each(|space| wait_ready_space(client, space));
    wait_until("the first visit is over", PATIENCE, || {
        client.query_one("SELECT loaded_at IS NOT NULL FROM engram.stat_snapshot", &[]).unwrap().get(0)
    });
}

/// Where the spaces came from after the last start, how many from the file, and why a file was discarded.
fn loaded(client: &mut Client) -> (String, i64, Option<String>) {
    let row =
        client.query_one("SELECT loaded_from, recorded_spaces, discarded FROM engram.stat_snapshot", &[]).unwrap();
    (row.get(0), row.get(1), row.get(2))
}

fn path(cluster: &Cluster) -> PathBuf {
    let oid: u32 = cluster
        .client()
        .query_one("SELECT oid FROM pg_database WHERE datname = current_database()", &[])
        .unwrap()
        .get(0);
    cluster.data().join(format!("engram/pgsql_tmp_engram_{oid}"))
}

/// Sets the interval so short that a worker writes a file, and waits for one that was begun after now.
fn write_by_worker(cluster: &Cluster) {
    let mut client = cluster.client();
    let before: Option<std::time::SystemTime> =
        client.query_one("SELECT written_at FROM engram.stat_snapshot", &[]).unwrap().get(0);
    set(&mut client, "engram.snapshot_interval", "1s");
    wait_until("a worker writes the snapshot file", PATIENCE, || {
        let now: Option<std::time::SystemTime> =
            client.query_one("SELECT written_at FROM engram.stat_snapshot", &[]).unwrap().get(0);
        now > before
    });
    set(&mut client, "engram.snapshot_interval", "1h");
    std::thread::sleep(Duration::from_millis(300));
}

fn set(client: &mut Client, setting: &str, value: &str) {
    client.batch_execute(&format!("ALTER SYSTEM SET {setting} = '{value}'")).expect("the setting is known");
    client.batch_execute("SELECT pg_reload_conf()").expect("reloaded");
}

/// A cluster with all spaces loaded.
fn filled(options: &Options) -> (Cluster, Vec<Vec<Uuid>>) {
    let cluster = Cluster::with_extension(options);
    let mut client = cluster.client();
    let ids = fill(&mut client);
    SPACES.iter().zip(&ids).for_each(|(space, ids)| associate(&mut client, space, ids));
    answers(&mut client);
    wait_all_ready(&mut client);
    (cluster, ids)
}

/// After a start: everything came from where it should have, and is what the tables say.
fn assert_loaded(cluster: &Cluster, from: &str, reason: Option<&str>, expected: &[Vec<Hit>]) {
    let mut client = cluster.client();
    wait_all_ready(&mut client);
    let (source, recorded, discarded) = loaded(&mut client);
    assert_eq!(source, from, "discarded: {discarded:?}\n{}", cluster.log_tail());
    assert_eq!(recorded, if from == "file" { ALL } else { 0 });
    match reason {
        None => assert_eq!(discarded, None),
        Some(reason) => {
            let said = discarded.expect("a file was discarded");
            assert!(said.contains(reason), "{said}");
            let log = cluster.log_text();
            assert!(log.contains("snapshot file of the hot tier was discarded") && log.contains(reason), "{log}");
        }
    }
    assert_consistent(&mut client);
    assert!(answers(&mut client) == expected, "the answers are others than before");
}

#[test]
fn after_a_clean_restart_the_hot_tier_comes_from_the_file_and_answers_the_same() {
    let (cluster, _) = filled(&options());
    let before = answers(&mut cluster.client());
    cluster.restart();
    assert_loaded(&cluster, "file", None, &before);
    // Nothing has changed since: the file serves again, and again.
    cluster.restart();
    assert_loaded(&cluster, "file", None, &before);
    // A crash right after the start finds it too.
    cluster.stop(Shutdown::Immediate);
    cluster.start_server();
    assert_loaded(&cluster, "file", None, &before);
    // What is remembered now is in the next one.
    let mut client = cluster.client();
    remember_many(&mut client, &[memory("large", 77_777)]);
    let before = answers(&mut client);
    drop(client);
    cluster.restart();
    assert_loaded(&cluster, "file", None, &before);
    assert_eq!(
        recall(&mut cluster.client(), "large", &unique_word(77_777), 1)[0].content.split(' ').next(),
        Some(&*unique_word(77_777))
    );
}

/// Everything that may happen to memories after a file was written.
fn change_everything(client: &mut Client, ids: &[Vec<Uuid>]) {
    remember_many(client, &(60_000..60_030).map(|n| memory("middle", n)).collect::<Vec<_>>());
    let [small, middle, large] = ids else { panic!("three spaces") };
    for (id, space) in [(small[3], "small"), (middle[3], "middle"), (large[3], "large")] {
        let text = format!("{} was found again in the tide", unique_word(50_000));
        client.execute("SELECT engram_update($1, content => $2, space => $3)", &[&id, &text, &space]).expect("updated");
    }
    for (id, mode) in [(large[10], "delete"), (large[11], "suppress"), (large[4200], "delete")] {
        client.execute("SELECT engram_forget($1, $2, space => 'large')", &[&id, &mode]).expect("forgotten");
    }
    client
        .execute("SELECT engram_dissociate($1, $2, space => 'middle')", &[&middle[0], &middle[1]])
        .expect("dissociated");
    client
        .execute("SELECT engram_associate($1, $2, 'causal', 0.9, 'middle')", &[&middle[5], &middle[100]])
        .expect("associated");
    client.execute("DELETE FROM engram.memory WHERE space = 'small' AND id = $1", &[&small[20]]).expect("deleted");
    // A transaction that is rolled back, and one with a savepoint that is.
    client.batch_execute("BEGIN; DELETE FROM engram.memory WHERE space = 'middle'; ROLLBACK").expect("rolled back");
    client
        .batch_execute(
            "BEGIN; SAVEPOINT s; DELETE FROM engram.memory WHERE space = 'large'; ROLLBACK TO s;
             UPDATE engram.memory SET kind = 'note' WHERE space = 'small'; COMMIT",
        )
        .expect("committed");
}

#[test]
fn what_changed_after_the_file_is_there_after_a_crash() {
    let (cluster, ids) = filled(&options());
    write_by_worker(&cluster);
    let mut client = cluster.client();
    change_everything(&mut client, &ids);
    let before = answers(&mut client);
    drop(client);
    cluster.kill_postmaster();
    cluster.start_server();
    assert_loaded(&cluster, "file", None, &before);
    let mut client = cluster.client();
    assert!(recall(&mut client, "large", &unique_word(10), 50).iter().all(|hit| hit.id != ids[2][10]), "deleted");
    assert_eq!(recall(&mut client, "middle", &unique_word(60_003), 1).len(), 1);
}

#[test]
fn a_space_that_is_read_differently_or_truncated_since_is_loaded_from_its_table() {
    let (cluster, _) = filled(&options());
    write_by_worker(&cluster);
    let mut client = cluster.client();
    client.execute("SELECT engram_configure_space('small', language => 'german')", &[]).expect("configured");
    client
        .execute("INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('middle', 'haven', 'harbour')", &[])
        .expect("an alias");
    let before = answers(&mut client);
    drop(client);
    cluster.kill_postmaster();
    cluster.start_server();
    let mut client = cluster.client();
    wait_all_ready(&mut client);
    assert_eq!((loaded(&mut client).0.as_str(), loaded(&mut client).1), ("file", 2), "the others are as they were");
    assert_consistent(&mut client);
    assert!(answers(&mut client) == before);
    drop(client);
    write_by_worker(&cluster);
    let mut client = cluster.client();
    client.batch_execute("TRUNCATE engram.association; TRUNCATE engram.cue_alias").expect("truncated");
    drop(client);
    cluster.kill_postmaster();
    cluster.start_server();
    let mut client = cluster.client();
    wait_all_ready(&mut client);
    assert_eq!(loaded(&mut client).1, 0, "a truncated table makes the file void");
    assert_consistent(&mut client);
    client.batch_execute("TRUNCATE engram.memory CASCADE").expect("truncated");
    drop(client);
    cluster.kill_postmaster();
    cluster.start_server();
    let mut client = cluster.client();
    wait_until("the first visit is over", PATIENCE, || {
        client.query_one("SELECT loaded_at IS NOT NULL FROM engram.stat_snapshot", &[]).unwrap().get(0)
    });
    assert_consistent(&mut client);
    assert!(recall(&mut client, "large", "the tide in the harbour", 10).is_empty());
}

#[test]
fn a_damaged_file_is_discarded() {
    let (cluster, _) = filled(&options());
    let before = answers(&mut cluster.client());
    let file = path(&cluster);
    cluster.stop(Shutdown::Fast);
    let good = std::fs::read(&file).expect("the stop wrote a file");
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 0x10;
    let mut head = good.clone();
    head[60] ^= 1;
    let mut foreign = good.clone();
    foreign[..6].copy_from_slice(b"foreig");
    let damages = [
        (bad, "checksum"),
        (good[..good.len() - 100].to_vec(), "too early or too late"),
        (good[..10].to_vec(), "too short"),
        (head, "checksum of its head"),
        (foreign, "not a snapshot file"),
        (Vec::new(), "too short"),
    ];
    for (bytes, reason) in damages {
        std::fs::write(&file, bytes).expect("the file can be written");
        cluster.start_server();
        let mut client = cluster.client();
        wait_all_ready(&mut client);
        let (_, recorded, discarded) = loaded(&mut client);
        assert!(recorded < ALL, "{reason}");
        assert!(discarded.as_deref().is_some_and(|d| d.contains(reason)), "{discarded:?} for {reason}");
        assert!(cluster.log_text().contains(reason), "{}", cluster.log_tail());
        assert_consistent(&mut client);
        assert!(answers(&mut client) == before, "{reason}");
        drop(client);
        // Without a stop of ours: what the tables say decides, not a file that is written now.
        cluster.stop(Shutdown::Immediate);
        assert!(!file.exists(), "it was removed: {reason}");
    }
}

#[test]
fn a_file_of_another_time_or_another_cluster_is_discarded() {
    let (cluster, _) = filled(&options());
    let file = path(&cluster);
    cluster.stop(Shutdown::Fast);
    let old = std::fs::read(&file).expect("the stop wrote a file");
    cluster.start_server();
    let mut client = cluster.client();
    wait_all_ready(&mut client);
    remember_many(&mut client, &[memory("small", 90_000)]);
    let before = answers(&mut client);
    drop(client);
    cluster.stop(Shutdown::Fast);
    assert!(std::fs::read(&file).expect("the stop wrote a file") != old);
    // The file of the stop before: a later run has drawn another token, and this run wrote with it.
    cluster.start_server();
    wait_all_ready(&mut cluster.client());
    write_by_worker_after_a_change(&cluster);
    let before_last = answers(&mut cluster.client());
    cluster.stop(Shutdown::Immediate);
    std::fs::write(&file, &old).expect("the file can be written");
    cluster.start_server();
    assert_loaded(&cluster, "tables", Some("its token is not that of the database"), &before_last);
    assert!(before != before_last || !before.is_empty());
    // The same in another cluster whose database has the same number.
    let other = Cluster::with_extension(&options());
    let mut client = other.client();
    fill(&mut client);
    wait_all_ready(&mut client);
    drop(client);
    let expected = answers(&mut other.client());
    let theirs = path(&other);
    other.stop(Shutdown::Fast);
    std::fs::copy(&file, &theirs).or_else(|_| std::fs::write(&theirs, &old).map(|()| 0)).expect("copied");
    other.start_server();
    assert_loaded(&other, "tables", Some("another cluster"), &expected);
}

fn write_by_worker_after_a_change(cluster: &Cluster) {
    remember_many(&mut cluster.client(), &[memory("small", 91_000)]);
    write_by_worker(cluster);
}

#[test]
fn a_base_backup_has_no_file_and_a_promoted_server_takes_none() {
    let (cluster, _) = filled(&options());
    write_by_worker(&cluster);
    let file = path(&cluster);
    assert!(file.exists());
    let standby = cluster.standby(&options());
    let copied = standby.data().join("engram").join(file.file_name().expect("a name"));
    assert!(!copied.exists(), "a base backup leaves it out");
    // Somebody copies it all the same.
    std::fs::create_dir_all(copied.parent().expect("a directory")).expect("made");
    std::fs::copy(&file, &copied).expect("copied");
    std::process::Command::new("chown")
        .arg("-R")
        .arg("--reference")
        .arg(standby.data())
        .arg(copied.parent().expect("a directory"))
        .status()
        .expect("chown runs");
    let before = answers(&mut cluster.client());
    standby.psql("SELECT pg_promote()");
    wait_until("the standby is promoted", PATIENCE, || standby.psql("SELECT pg_is_in_recovery()") == "f");
    assert_loaded(&standby, "tables", Some("timeline"), &before);
}

#[test]
fn a_smaller_hot_tier_takes_what_it_can_and_answers_the_same() {
    let (cluster, _) = filled(&options());
    let before = answers(&mut cluster.client());
    cluster.append_conf(&["engram.hot_tier_size = '6MB'".to_string()]);
    cluster.restart();
    let mut client = cluster.client();
    wait_until("the first visit is over", PATIENCE, || {
        client.query_one("SELECT loaded_at IS NOT NULL FROM engram.stat_snapshot", &[]).unwrap().get(0)
    });
    assert!(answers(&mut client) == before);
    assert_consistent(&mut client);
}

/// Has the server read its configuration again, between two crashes if need be.
fn configure(cluster: &Cluster, lines: &[&str]) {
    cluster.append_conf(&lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>());
    wait_until("the configuration is read again", PATIENCE, || {
        let client = cluster.try_client("postgres", "postgres");
        client.is_ok_and(|mut c| c.batch_execute("SELECT pg_reload_conf()").is_ok())
    });
}

#[test]
#[ignore = "needs the debug build: ring crash"]
fn a_crash_at_any_step_of_writing_or_reading_loses_nothing() {
    let (cluster, _) = filled(&options());
    let before = answers(&mut cluster.client());
    for point in ["snapshot_write", "snapshot_token", "snapshot_rename"] {
        let mut client = cluster.client();
        client.batch_execute("UPDATE engram.memory SET kind = 'note' WHERE space = 'small'").expect("a change");
        let crashes = || cluster.log_text().matches("was terminated by signal 9").count();
        let already = crashes();
        configure(&cluster, &[&format!("engram.crash_point = '{point}'"), "engram.snapshot_interval = '1s'"]);
        wait_until(&format!("a worker is killed at {point}"), PATIENCE, || crashes() > already);
        configure(&cluster, &["engram.crash_point = 'none'", "engram.snapshot_interval = '1h'"]);
        // A stop asked for while the server recovers can hang.
        std::thread::sleep(Duration::from_millis(500));
        cluster.wait_ready();
        cluster.restart();
        let mut client = cluster.client();
        wait_all_ready(&mut client);
        assert_consistent(&mut client);
        assert!(answers(&mut client) == before, "{point}");
    }
    // While it is read: the next start does not read it again.
    cluster.append_conf(&["engram.crash_point = 'snapshot_load'".to_string(), "engram.crash_after = 3".to_string()]);
    cluster.restart();
    wait_until("the server has come back by itself", PATIENCE, || {
        cluster.log_text().contains("the server ended while it was read")
    });
    configure(&cluster, &["engram.crash_point = 'none'"]);
    cluster.wait_ready();
    let mut client = cluster.client();
    wait_all_ready(&mut client);
    assert_consistent(&mut client);
    assert!(answers(&mut client) == before);
}

#[test]
fn changes_are_forgotten_and_whoever_is_behind_reads_everything() {
    let (cluster, ids) = filled(&options());
    write_by_worker(&cluster);
    let mut client = cluster.client();
    client.execute("SELECT engram_forget($1, 'delete', space => 'large')", &[&ids[2][50]]).expect("forgotten");
    let before = answers(&mut client);
    let noted = |client: &mut Client| -> i64 {
        client.query_one("SELECT count(*) FROM engram.change WHERE what = 'memory'", &[]).unwrap().get(0)
    };
    assert_eq!(noted(&mut client), 1);
    // As if a day had passed, twice.
    for _ in 0..2 {
        client.batch_execute("SELECT pg_current_xact_id()").expect("an id");
        wait_until("the worker has looked at the horizon", PATIENCE, || {
            let old = "UPDATE engram.change_horizon SET candidate_at = now() - interval '2 days' RETURNING 1";
            client.query(old, &[]).unwrap().len() == 1
        });
        let candidate = |client: &mut Client| -> i64 {
            let sql = "SELECT count(*) FROM engram.change_horizon WHERE candidate_at < now() - interval '1 day'";
            client.query_one(sql, &[]).unwrap().get(0)
        };
        wait_until("the horizon moves", PATIENCE, || candidate(&mut client) == 0);
    }
    wait_until("the change is forgotten", PATIENCE, || noted(&mut client) == 0);
    drop(client);
    // The file is older than that, and misses the deletion.
    cluster.kill_postmaster();
    cluster.start_server();
    assert_loaded(&cluster, "tables", Some("trimmed"), &before);
}

#[test]
fn files_go_with_their_database_and_an_interval_of_zero_writes_none() {
    let cluster = Cluster::with_extension(&options().with("engram.snapshot_interval = 0"));
    let mut client = cluster.client();
    remember_many(&mut client, &[memory("small", 1)]);
    wait_ready_space(&mut client, "small");
    drop(client);
    let file = path(&cluster);
    cluster.restart();
    assert!(!file.exists());
    cluster.append_conf(&["engram.snapshot_interval = '1h'".to_string()]);
    cluster.psql("CREATE DATABASE other");
    cluster.psql_in("other", "CREATE EXTENSION engram CASCADE");
    cluster.psql_in("other", "SELECT engram_remember('the tide', space => 'small')");
    cluster.restart();
    let oid = cluster.psql("SELECT oid FROM pg_database WHERE datname = 'other'");
    let theirs = cluster.data().join(format!("engram/pgsql_tmp_engram_{oid}"));
    let mut other = cluster.client_of("other", "postgres");
    wait_ready_space(&mut other, "small");
    remember_many(&mut other, &[memory("small", 2)]);
    wait_until("the first visit is over", PATIENCE, || {
        other.query_one("SELECT loaded_at IS NOT NULL FROM engram.stat_snapshot", &[]).unwrap().get(0)
    });
    drop(other);
    cluster.restart();
    assert!(theirs.exists(), "{}", cluster.log_tail());
    cluster.psql("DROP DATABASE other");
    wait_until("the file of a dropped database goes", PATIENCE, || !theirs.exists());
}

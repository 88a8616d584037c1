//! A standby that becomes a primary: nothing that it replayed is missing from the first recall on, whether or not its hot tier
//! had followed that far, and a former primary that is rewound answers as the new one.

use engram_cluster_tests::{
    Cluster, Options, Shutdown, assert_consistent, recall, recall_ids, recall_shared, recallable_by_own_word, remember,
    unique_word, wait_following, wait_ready_space, wait_until,
};
use postgres::Client;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

const SPACE: &str = "succession";
const PATIENCE: Duration = Duration::from_secs(60);

fn store(client: &mut Client, n: usize) -> (Uuid, String) {
    let word = unique_word(n);
    (remember(client, SPACE, &format!("{word} was there before")), word)
}

fn run(client: &mut Client, sql: &str) {
    client.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

#[test]
fn what_was_not_followed_is_recalled_right_after_promotion() {
    let primary = Cluster::with_extension(&Options::words_only());
    let mut writer = primary.client();
    let mut all: Vec<(Uuid, String)> = (0..40).map(|n| store(&mut writer, n)).collect();
    run(&mut writer, &format!("SELECT engram_associate('{}', '{}', 'causal', 0.9, '{SPACE}')", all[2].0, all[3].0));
    run(&mut writer, &format!("SELECT engram_associate('{}', '{}', 'causal', 0.9, '{SPACE}')", all[4].0, all[5].0));
    let standby = primary.standby(&Options::default());
    wait_following(&mut standby.client(), SPACE);
    let (fresh, fresh_word) = store(&mut writer, 40);
    primary.wait_replayed(&standby);
    assert_eq!(recall_shared(&mut standby.client(), SPACE, &fresh_word, 1)[0].id, fresh);
    // What comes now is replayed, but the worker does not see it before the promotion.
    let worker = standby.worker_pid();
    standby.signal(worker, "STOP");
    all.push((fresh, fresh_word));
    all.extend((41..60).map(|n| store(&mut writer, n)));
    run(&mut writer, &format!("SELECT engram_update('{}', 'zukebo by update', space => '{SPACE}')", all[0].0));
    run(&mut writer, &format!("SELECT engram_forget('{}', 'delete', '{SPACE}')", all[1].0));
    run(&mut writer, &format!("SELECT engram_dissociate('{}', '{}', NULL, '{SPACE}')", all[2].0, all[3].0));
    run(&mut writer, &format!("SELECT engram_associate('{}', '{}', 'causal', 0.3, '{SPACE}')", all[4].0, all[5].0));
    run(&mut writer, &format!("SELECT engram_associate('{}', '{}', 'causal', 0.5, '{SPACE}')", all[6].0, all[7].0));
    let expected = recall(&mut writer, SPACE, "zukebo", 5);
    primary.wait_replayed(&standby);
    primary.stop(Shutdown::Immediate);
    standby.promote();

    let mut client = standby.client();
    assert_eq!(recall(&mut client, SPACE, "zukebo", 5), expected);
    let (gone, gone_word) = all.remove(1);
    assert!(!recall_ids(&mut client, SPACE, &gone_word, 50).contains(&gone), "deleted before the promotion");
    let former = all.remove(0);
    assert!(recall_ids(&mut client, SPACE, &former.1, 50).is_empty(), "its text was replaced");
    for (id, word) in &all {
        assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "{word} right after promotion");
    }
    // Changes of what the space lacks, before its worker has brought it up to the tables.
    let (late, late_word) = all.pop().expect("there are many");
    run(&mut client, &format!("SELECT engram_forget('{late}', 'delete', '{SPACE}')"));
    let (changed, changed_word) = all.pop().expect("there are many");
    run(&mut client, &format!("SELECT engram_update('{changed}', 'zumato by update', space => '{SPACE}')"));
    all.push(store(&mut client, 100));
    standby.signal(worker, "CONT");
    wait_ready_space(&mut client, SPACE);
    for (id, word) in &all {
        assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "{word} after the space was loaded");
    }
    assert!(recall_ids(&mut client, SPACE, &late_word, 50).is_empty());
    assert!(recall_ids(&mut client, SPACE, &changed_word, 50).is_empty());
    assert_eq!(recall_ids(&mut client, SPACE, "zumato", 1), [changed]);
    assert_consistent(&mut client);
}

/// Writes to whichever server takes it, and keeps what was acknowledged.
fn write(servers: [&Cluster; 2], next: &AtomicUsize, stop: &AtomicBool, kept: &Mutex<Vec<(Uuid, String, bool)>>) {
    let mut client: Option<(Client, bool)> = None;
    while !stop.load(Ordering::Relaxed) {
        let Some((session, second)) = &mut client else {
            client = servers.iter().enumerate().rev().find_map(|(n, server)| {
                let mut session = server.try_client("postgres", "postgres").ok()?;
                let row = session.query_one("SELECT pg_is_in_recovery()", &[]).ok()?;
                (!row.get::<_, bool>(0)).then_some((session, n == 1))
            });
            continue;
        };
        let word = unique_word(next.fetch_add(1, Ordering::Relaxed));
        let content = format!("{word} crossed the promotion");
        match session.query_one("SELECT engram_remember(content => $1, space => $2)", &[&content, &SPACE]) {
            Ok(row) => kept.lock().unwrap().push((row.get(0), word, *second)),
            Err(_) => client = None,
        }
    }
}

#[test]
fn nothing_acknowledged_and_replayed_is_missing_when_a_standby_is_promoted_under_load() {
    let primary = Cluster::with_extension(&Options::words_only());
    remember(&mut primary.client(), SPACE, "the space exists");
    let standby = primary.standby(&Options::default());
    // Every commit waits until it is replayed.
    primary.append_conf(&["synchronous_standby_names = '*'", "synchronous_commit = remote_apply"].map(str::to_owned));
    primary.reload();
    wait_following(&mut standby.client(), SPACE);
    let (next, stop, kept) = (AtomicUsize::new(0), AtomicBool::new(false), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| write([&primary, &standby], &next, &stop, &kept));
        }
        let mut reader = standby.client();
        // Readers keep the worker at it; each finds what was acknowledged before it asked.
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(3) {
            let last = kept.lock().unwrap().last().cloned();
            if let Some((id, word, _)) = last {
                assert!(recallable_by_own_word(&mut reader, SPACE, &word, id), "{word} is replayed and not recalled");
            }
        }
        primary.stop(Shutdown::Immediate);
        standby.promote();
        let last = kept.lock().unwrap().iter().rev().find(|k: &&(Uuid, String, bool)| !k.2).cloned();
        let (id, word, _) = last.expect("something was acknowledged by the former primary");
        assert!(recallable_by_own_word(&mut reader, SPACE, &word, id), "{word} right after promotion");
        wait_until("the promoted server has taken writes", PATIENCE, || {
            kept.lock().unwrap().iter().filter(|k| k.2).count() > 50
        });
        stop.store(true, Ordering::Relaxed);
    });
    let mut client = standby.client();
    let kept = kept.into_inner().unwrap();
    for (id, word, _) in kept.iter().rev().take(60).chain(kept.iter().step_by(kept.len() / 40 + 1)) {
        assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "{word} is missing");
    }
    wait_ready_space(&mut client, SPACE);
    let sql = "SELECT count(*) FROM engram.memory WHERE id = ANY ($1)";
    let ids: Vec<Uuid> = kept.iter().map(|k| k.0).collect();
    assert_eq!(client.query_one(sql, &[&ids]).unwrap().get::<_, i64>(0), ids.len() as i64);
    assert_consistent(&mut client);
}

#[test]
#[ignore = "needs the debug build: ring crash"]
fn a_worker_killed_while_it_takes_over_a_space_leaves_nothing_wrong() {
    let primary = Cluster::with_extension(&Options::words_only());
    let mut writer = primary.client();
    let all: Vec<(Uuid, String)> = (0..20).map(|n| store(&mut writer, n)).collect();
    let standby = primary.standby(&Options::default().with("engram.crash_point = 'promote_load'"));
    wait_following(&mut standby.client(), SPACE);
    primary.wait_replayed(&standby);
    standby.promote();
    let log = || String::from_utf8_lossy(&std::fs::read(standby.socket().join("server.log")).unwrap()).into_owned();
    wait_until("the worker dies", PATIENCE, || log().contains("was terminated by signal 9"));
    standby.wait_ready();
    let mut client = standby.client();
    wait_ready_space(&mut client, SPACE);
    for (id, word) in &all {
        assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "{word} is missing");
    }
    assert_consistent(&mut client);
}

#[test]
fn a_former_primary_that_is_rewound_answers_as_the_new_one() {
    let primary =
        Cluster::with_extension(&Options::words_only().with("wal_log_hints = on").with("wal_keep_size = 512MB"));
    let mut writer = primary.client();
    let mut all: Vec<(Uuid, String)> = (0..20).map(|n| store(&mut writer, n)).collect();
    let standby = primary.standby(&Options::default());
    wait_following(&mut standby.client(), SPACE);
    primary.wait_replayed(&standby);
    standby.promote();
    // Two histories: what the former primary goes on to say is undone.
    let (lost, lost_word) = store(&mut writer, 100);
    run(&mut writer, &format!("SELECT engram_update('{}', 'zukebo on the lost side', space => '{SPACE}')", all[0].0));
    wait_ready_space(&mut writer, SPACE);
    primary.restart();
    let mut new = standby.client();
    all.push(store(&mut new, 200));
    run(&mut new, &format!("SELECT engram_update('{}', 'zumato on the kept side', space => '{SPACE}')", all[1].0));
    run(&mut new, "CHECKPOINT");
    primary.stop(Shutdown::Fast);
    primary.rewind(&standby);
    primary.start_server();

    standby.wait_replayed(&primary);
    let mut back = primary.client();
    assert!(back.query_one("SELECT pg_is_in_recovery()", &[]).unwrap().get::<_, bool>(0));
    let compare = |new: &mut Client, back: &mut Client| {
        for (_, word) in &all {
            assert_eq!(recall(back, SPACE, word, 5), recall(new, SPACE, word, 5), "{word}");
        }
        assert_eq!(recall_ids(back, SPACE, "zumato", 1), [all[1].0]);
        assert!(recall_ids(back, SPACE, "zukebo", 5).is_empty(), "undone");
        assert!(!recall_ids(back, SPACE, &lost_word, 50).contains(&lost), "undone");
    };
    compare(&mut new, &mut back);
    wait_following(&mut back, SPACE);
    all.iter().for_each(|(_, word)| {
        assert_eq!(recall_shared(&mut back, SPACE, word, 5), recall(&mut new, SPACE, word, 5), "{word}");
    });
    compare(&mut new, &mut back);
    assert_consistent(&mut back);
    // And back again.
    standby.wait_replayed(&primary);
    standby.stop(Shutdown::Fast);
    primary.promote();
    let mut client = primary.client();
    for (id, word) in all.iter().filter(|a| a.0 != all[1].0) {
        assert!(recallable_by_own_word(&mut client, SPACE, word, *id), "{word} is missing");
    }
    wait_ready_space(&mut client, SPACE);
    assert_consistent(&mut client);
}

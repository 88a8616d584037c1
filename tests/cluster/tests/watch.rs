//! Watches and activity events: what the worker announces, to whom, and how often.

use engram_cluster_tests::{Cluster, Options, Shutdown, recall, recall_ids, remember, wait_ready_space, wait_until};
use postgres::Client;
use postgres::fallible_iterator::FallibleIterator;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use uuid::Uuid;

const SPACE: &str = "deck";
const PATIENCE: Duration = Duration::from_secs(60);
/// The worker looks ten times in this while.
const QUIET: Duration = Duration::from_millis(1500);

/// What one message says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    channel: String,
    watch: Option<Uuid>,
    event: String,
    ids: Vec<Uuid>,
}

fn told(channel: &str, payload: &str) -> Told {
    assert!(payload.len() < 8000, "a payload of {} bytes", payload.len());
    let said: Value = serde_json::from_str(payload).expect("a message is JSON");
    let keys: BTreeSet<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
    assert!(keys.is_subset(&BTreeSet::from(["watch", "event", "ids"])), "a message says more than ids: {payload}");
    let id = |v: &Value| v.as_str().unwrap().parse::<Uuid>().unwrap();
    Told {
        channel: channel.to_owned(),
        watch: said.get("watch").map(id),
        event: said["event"].as_str().unwrap().to_owned(),
        ids: said["ids"].as_array().unwrap().iter().map(id).collect(),
    }
}

fn listen(cluster: &Cluster, space: &str) -> Client {
    let mut client = cluster.client();
    let sql = "SELECT format('LISTEN %I', engram_channel($1))";
    let listen: String = client.query_one(sql, &[&space]).unwrap().get(0);
    client.batch_execute(&listen).unwrap();
    client
}

/// What comes until `enough`, and in a while after that.
fn hear(listener: &mut Client, mut enough: impl FnMut(&[Told]) -> bool) -> Vec<Told> {
    let mut all = Vec::new();
    let begun = Instant::now();
    loop {
        let done = enough(&all);
        let mut notifications = listener.notifications();
        let wait = if done { QUIET } else { Duration::from_millis(200) };
        match notifications.timeout_iter(wait).next().expect("the listener lives") {
            Some(n) => all.push(told(n.channel(), n.payload())),
            None if done => return all,
            None => assert!(begun.elapsed() < PATIENCE, "waited in vain, heard {all:?}"),
        }
    }
}

fn hear_some(listener: &mut Client, count: usize) -> Vec<Told> {
    hear(listener, |all| all.len() >= count)
}

fn watch(client: &mut Client, cue: &str, threshold: f64) -> Uuid {
    let sql = "SELECT engram_watch($1, $2, space => $3)";
    client.query_one(sql, &[&cue, &threshold, &SPACE]).unwrap().get(0)
}

fn message(watch: Option<Uuid>, event: &str, ids: &[Uuid]) -> Told {
    let ids = ids.to_vec();
    Told { channel: format!("engram_{SPACE}"), watch, event: event.to_owned(), ids }
}

#[test]
fn what_activates_a_cue_is_announced_above_the_threshold_and_not_below() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    let first = remember(&mut client, SPACE, "the anchor is heavy");
    remember(&mut client, SPACE, "a sail dries in the wind");
    wait_ready_space(&mut client, SPACE);
    let (low, high) = (watch(&mut client, "anchor", 0.0), watch(&mut client, "anchor", 1.0));
    let mut listener = listen(&cluster, SPACE);

    let second = remember(&mut client, SPACE, "an anchor of iron");
    remember(&mut client, SPACE, "nothing to do with it");
    assert_eq!(hear_some(&mut listener, 1), [message(Some(low), "remember", &[second])]);

    // The score of a recall decides.
    let scores: BTreeMap<Uuid, f32> =
        recall(&mut client, SPACE, "anchor", 10).into_iter().map(|hit| (hit.id, hit.score)).collect();
    assert_eq!(scores.len(), 2);
    hear_some(&mut listener, 1);
    let least = scores.values().copied().fold(1.0, f32::min);
    let sql = "UPDATE engram.watch SET threshold = $2 WHERE watch = $1";
    client.execute(sql, &[&low, &least]).unwrap();
    client.execute(sql, &[&high, &(least + 1e-3)]).unwrap();
    let above = scores.iter().filter(|(_, score)| **score >= least + 1e-3).count();
    recall_ids(&mut client, SPACE, "anchor", 10);
    let heard = hear_some(&mut listener, 1);
    let of = |watch: Uuid| heard.iter().filter(|t| t.watch == Some(watch)).map(|t| t.ids.len()).sum::<usize>();
    assert_eq!((of(low), of(high)), (2, above), "{heard:?}");
    assert!(heard.iter().all(|t| t.event == "recall"), "{heard:?}");

    // What was not committed, what has no right to be told, and what nobody watches any more.
    client.batch_execute("BEGIN").unwrap();
    remember(&mut client, SPACE, "an anchor that never was");
    client.batch_execute("ROLLBACK").unwrap();
    client.batch_execute("BEGIN").unwrap();
    client.batch_execute("SAVEPOINT s").unwrap();
    remember(&mut client, SPACE, "another anchor that never was");
    client.batch_execute("ROLLBACK TO s").unwrap();
    let third = remember(&mut client, SPACE, "the anchor of the savepoint");
    client.batch_execute("COMMIT").unwrap();
    client.execute("UPDATE engram.memory SET pinned = true WHERE id = $1", &[&first]).unwrap();
    let heard = hear_some(&mut listener, 1);
    assert!(heard.iter().all(|t| t.ids == [third] && t.event == "remember"), "{heard:?}");
    for id in [low, high] {
        let gone: bool = client.query_one("SELECT engram_unwatch($1, $2)", &[&id, &SPACE]).unwrap().get(0);
        assert!(gone);
    }
    remember(&mut client, SPACE, "an anchor for nobody");
    assert_eq!(hear_some(&mut listener, 0), []);
    let left: i64 = client.query_one("SELECT count(*) FROM engram.announcement", &[]).unwrap().get(0);
    assert_eq!(left, 0);
}

#[test]
fn a_batch_is_told_whole_and_each_memory_once() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    remember(&mut client, SPACE, "something else");
    wait_ready_space(&mut client, SPACE);
    let id = watch(&mut client, "barrel", 0.0);
    let mut listener = listen(&cluster, SPACE);
    // More than the first look at the best matches shows.
    let sql = "SELECT id FROM generate_series(1, 700) n, engram_remember('barrel number ' || n, space => $1) AS r(id)";
    let made: BTreeSet<Uuid> = client.query(sql, &[&SPACE]).unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(made.len(), 700);
    let count = |all: &[Told]| all.iter().map(|t| t.ids.len()).sum::<usize>();
    let heard = hear(&mut listener, |all| count(all) >= 700);
    assert_eq!(count(&heard), 700, "some were told twice");
    assert!(heard.iter().all(|t| t.watch == Some(id) && t.event == "remember"));
    assert_eq!(heard.into_iter().flat_map(|t| t.ids).collect::<BTreeSet<_>>(), made);
}

#[test]
fn a_watch_tells_what_its_owner_may_see() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    client
        .batch_execute(
            "CREATE ROLE ana LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE eve LOGIN;
             GRANT engram_writer TO ana, bob, eve;
             SELECT engram_create_space('deck', writers => '{ana,bob}');
             CREATE POLICY labels ON engram.memory AS RESTRICTIVE USING (label IS NULL OR label = current_user)",
        )
        .unwrap();
    remember(&mut client, SPACE, "something else");
    wait_ready_space(&mut client, SPACE);
    let mut of = BTreeMap::new();
    for role in ["ana", "bob"] {
        of.insert(role, watch(&mut cluster.client_of("postgres", role), "lantern", 0.0));
    }
    let refused = cluster.client_of("postgres", "eve").query("SELECT engram_watch('lantern', 0, space => 'deck')", &[]);
    assert_eq!(refused.unwrap_err().code().unwrap().code(), "42704");
    let seen = |role: &str| -> i64 {
        let mut client = cluster.client_of("postgres", role);
        client.query_one("SELECT count(*) FROM engram.watches", &[]).unwrap().get(0)
    };
    assert_eq!((seen("ana"), seen("bob"), seen("eve"), seen("postgres")), (1, 1, 0, 2));
    // Nobody removes another one's.
    let sql = "SELECT engram_unwatch($1, 'deck')";
    assert!(!cluster.client_of("postgres", "bob").query_one(sql, &[&of["ana"]]).unwrap().get::<_, bool>(0));

    let mut listener = listen(&cluster, SPACE);
    let store = "INSERT INTO engram.memory (space, content, label) VALUES ('deck', $1, $2) RETURNING id";
    let mut put =
        |content: &str, label: Option<&str>| -> Uuid { client.query_one(store, &[&content, &label]).unwrap().get(0) };
    let secret = put("the lantern of ana", Some("ana"));
    let shared = put("the lantern of all", None);
    let heard = hear(&mut listener, |all| all.iter().map(|t| t.ids.len()).sum::<usize>() >= 3);
    let told = |role: &str| -> BTreeSet<Uuid> {
        let of_role = heard.iter().filter(|t| t.watch == Some(of[role]));
        of_role.flat_map(|t| t.ids.iter().copied()).collect()
    };
    assert_eq!((told("ana"), told("bob")), (BTreeSet::from([secret, shared]), BTreeSet::from([shared])));

    // Who may no longer read the space, or is gone, is told nothing, and keeps nobody else from being told.
    client.batch_execute("SELECT engram_configure_space('deck', writers => '{bob}')").unwrap();
    let next = remember(&mut client, SPACE, "the next lantern");
    assert_eq!(hear_some(&mut listener, 1), [message(Some(of["bob"]), "remember", &[next])]);
    client.batch_execute("REVOKE engram_writer FROM bob").unwrap();
    remember(&mut client, SPACE, "a lantern that bob has no table for");
    assert_eq!(hear_some(&mut listener, 0), []);
    client.batch_execute("DROP ROLE bob").unwrap();
    remember(&mut client, SPACE, "a lantern after bob");
    assert_eq!(hear_some(&mut listener, 0), []);
    let orphans = "SELECT count(*) FROM engram.watches WHERE NOT owner_exists";
    assert_eq!(client.query_one(orphans, &[]).unwrap().get::<_, i64>(0), 1);
}

#[test]
fn a_kill_neither_loses_nor_doubles_what_was_committed() {
    let options = Options::words_only().with_crash_points().with("max_prepared_transactions = 2");
    let cluster = Cluster::with_extension(&options);
    if cluster.crash_points().is_empty() {
        return;
    }
    let id = {
        let mut client = cluster.client();
        remember(&mut client, SPACE, "something else");
        wait_ready_space(&mut client, SPACE);
        watch(&mut client, "compass", 0.0)
    };
    for point in ["announce_taken", "announce_watch", "announce_sent"] {
        let before = cluster.arm(point, 0);
        // The server may be gone before the answer is there.
        let mut client = cluster.client();
        client.batch_execute("BEGIN").unwrap();
        let memory = remember(&mut client, SPACE, &format!("a compass for {point}"));
        let _ = client.batch_execute("COMMIT");
        wait_until("the worker has died", PATIENCE, || cluster.times_reached(point) > before);
        cluster.try_stop(Shutdown::Immediate);
        std::fs::write(cluster.data().join("crash.conf"), "").unwrap();
        // Without a worker: it is still there to be told, and held until somebody listens.
        cluster.append_conf(&["engram.max_workers = 0".to_owned()]);
        cluster.start_server();
        let mut client = cluster.client();
        let left = "SELECT count(*) FROM engram.announcement WHERE ids = ARRAY[$1::uuid]";
        assert_eq!(client.query_one(left, &[&memory]).unwrap().get::<_, i64>(0), 1, "{point}");
        client.batch_execute("BEGIN; LOCK TABLE engram.announcement; PREPARE TRANSACTION 'hold'").unwrap();
        drop(client);
        cluster.append_conf(&["engram.max_workers = 2".to_owned()]);
        cluster.restart();
        let mut listener = listen(&cluster, SPACE);
        cluster.client().batch_execute("COMMIT PREPARED 'hold'").unwrap();
        assert_eq!(hear_some(&mut listener, 1), [message(Some(id), "remember", &[memory])], "{point}");
        let left = "SELECT count(*) FROM engram.announcement";
        assert_eq!(cluster.client().query_one(left, &[]).unwrap().get::<_, i64>(0), 0, "{point}");
    }
}

#[test]
fn activity_is_told_by_event_and_space_and_only_where_it_is_asked_for() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    let mut listener = listen(&cluster, SPACE);
    remember(&mut client, SPACE, "before anybody asked");
    wait_ready_space(&mut client, SPACE);
    let set = |client: &mut Client, events: &str, spaces: &str| {
        client.batch_execute(&format!("ALTER SYSTEM SET engram.activity_events = '{events}'")).unwrap();
        client.batch_execute(&format!("ALTER SYSTEM SET engram.activity_spaces = '{spaces}'")).unwrap();
        client.batch_execute("SELECT pg_reload_conf()").unwrap();
        wait_until("the settings are there", PATIENCE, || {
            let sql = "SELECT current_setting('engram.activity_events') = $1 AND current_setting('engram.activity_spaces') = $2";
            client.query_one(sql, &[&events, &spaces]).unwrap().get(0)
        });
    };
    set(&mut client, "remember, recall, forget, belief", "deck, hold");
    let id = remember(&mut client, SPACE, "a rope");
    assert_eq!(hear_some(&mut listener, 1), [message(None, "remember", &[id])]);
    assert_eq!(recall_ids(&mut client, SPACE, "rope", 3), [id]);
    assert_eq!(hear_some(&mut listener, 1), [message(None, "recall", &[id])]);
    client.query("SELECT * FROM engram_recall('rope', space => $1, reinforce => false)", &[&SPACE]).unwrap();
    assert_eq!(hear_some(&mut listener, 0), []);
    client.execute("UPDATE engram.memory SET evidence_for = 3 WHERE id = $1", &[&id]).unwrap();
    assert_eq!(hear_some(&mut listener, 1), [message(None, "belief", &[id])]);
    client.execute("SELECT engram_forget($1, space => $2)", &[&id, &SPACE]).unwrap();
    assert_eq!(hear_some(&mut listener, 1), [message(None, "forget", &[id])]);
    client.execute("SELECT engram_forget($1, 'delete', $2)", &[&id, &SPACE]).unwrap();
    assert_eq!(hear_some(&mut listener, 1), [message(None, "forget", &[id])]);
    set(&mut client, "forget", "deck");
    let id = remember(&mut client, SPACE, "another rope");
    client.execute("DELETE FROM engram.memory WHERE id = $1", &[&id]).unwrap();
    assert_eq!(hear_some(&mut listener, 1), [message(None, "forget", &[id])]);
    set(&mut client, "remember", "hold");
    remember(&mut client, SPACE, "a third rope");
    assert_eq!(hear_some(&mut listener, 0), []);
    let refused = client.batch_execute("SET engram.activity_events = 'remember, shout'").unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "22023");
}

#[test]
fn a_standby_tells_nothing_and_a_dump_carries_watches() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    let old = remember(&mut client, SPACE, "the rudder");
    wait_ready_space(&mut client, SPACE);
    let id = watch(&mut client, "rudder", 0.0);
    let mut listener = listen(&cluster, SPACE);
    let standby = cluster.standby(&Options::default());
    let mut reader = standby.client();
    wait_until("the standby has the watch", PATIENCE, || {
        let sql = "SELECT count(*) FROM engram.watches WHERE watch = $1";
        reader.query_one(sql, &[&id]).unwrap().get::<_, i64>(0) == 1
    });
    assert_eq!(recall_ids(&mut reader, SPACE, "rudder", 3), [old]);
    let refused = reader.query("SELECT engram_watch('rudder', 0, space => 'deck')", &[]).unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "25006");
    assert_eq!(hear_some(&mut listener, 0), []);
    drop(reader);

    // What is restored is not new, and its watches go on from there.
    client.batch_execute("CREATE DATABASE copy").unwrap();
    cluster.restore("copy", &cluster.dump("postgres"));
    let mut copy = cluster.client_of("copy", "postgres");
    let mut listener = cluster.client_of("copy", "postgres");
    listener.batch_execute("LISTEN engram_deck").unwrap();
    wait_ready_space(&mut copy, SPACE);
    let new = remember(&mut copy, SPACE, "the rudder of the copy");
    assert_eq!(hear_some(&mut listener, 1), [message(Some(id), "remember", &[new])]);
}

//! A hot standby has a hot tier of its own that follows the primary: the same rows, order and scores, whatever changes.

use engram_cluster_tests::{
    Cluster, Hit, Options, Shutdown, assert_consistent, recall, recall_ids, recall_shared, remember, remember_many,
    standby_count, wait_following, wait_until,
};
use postgres::Client;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

const SPACE: &str = "harbour";
const CUES: &[&str] =
    &["Who carried the lantern to the quay", "Ana", "storm", "the chart of 1907", "grey boat", "zufo"];
const PATIENCE: Duration = Duration::from_secs(60);

fn options() -> Options {
    // Two servers of a test share two cores with those of others.
    Options::default().with("max_prepared_transactions = 4").with("max_standby_streaming_delay = 5s")
}

fn shared() -> Options {
    Options { preload: true, ..Options::default() }
}

fn fill(client: &mut Client) -> Vec<Uuid> {
    let people = ["Ana", "Ben", "Cora"];
    let things = ["grey boat", "lantern", "chart", "storm glass"];
    let batch: Vec<_> = (0..120)
        .map(|n| {
            json!({
                "space": SPACE,
                "content": format!("{} carried the {} to the quay in {}", people[n % 3], things[n / 3 % 4], 1900 + n / 12),
                "context": format!("log {}", n / 8),
            })
        })
        .collect();
    remember_many(client, &batch)
}

fn answers(client: &mut Client) -> Vec<Vec<Hit>> {
    CUES.iter().map(|cue| recall(client, SPACE, cue, 15)).collect()
}

fn shared_answers(client: &mut Client) -> Vec<Vec<Hit>> {
    CUES.iter().map(|cue| recall_shared(client, SPACE, cue, 15)).collect()
}

fn run(client: &mut Client, sql: &str) {
    client.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

/// The primary and its standbys answer alike; its worker may still be linking cues when the first is asked.
fn assert_alike(what: &str, primary: &Cluster, standby: &Cluster, private: &Cluster) {
    let mut differs = String::new();
    let begun = std::time::Instant::now();
    loop {
        primary.wait_replayed(standby);
        primary.wait_replayed(private);
        let expected = answers(&mut primary.client());
        let there = shared_answers(&mut standby.client());
        let alone = answers(&mut private.client());
        if there == expected && alone == expected {
            break;
        }
        for (whose, found) in [("shared", &there), ("private", &alone)] {
            for (cue, (f, e)) in CUES.iter().zip(found.iter().zip(&expected)).filter(|(_, (f, e))| f != e) {
                differs = format!("{whose}, {cue}: {f:#?}\nwhere the primary has {e:#?}");
            }
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: {differs}");
    }
    assert_consistent(&mut standby.client());
    let mut reader = standby.client();
    run(&mut reader, "BEGIN READ ONLY");
    assert_eq!(answers(&mut reader), answers(&mut primary.client()), "{what}, in a read-only transaction");
}

#[test]
fn whatever_changes_a_standby_answers_as_its_primary() {
    let primary = Cluster::with_extension(&options());
    let mut writer = primary.client();
    let ids = fill(&mut writer);
    let standby = primary.standby(&shared());
    let private = primary.standby(&Options { preload: false, ..Options::default() });
    wait_following(&mut standby.client(), SPACE);
    let check = |what: &str| assert_alike(what, &primary, &standby, &private);
    check("at first");

    remember(&mut writer, SPACE, "zufo lies under the quay of 1907");
    check("insert");
    let changes: Vec<(&str, String)> = vec![
        ("update", format!("SELECT engram_update('{}', 'Ana sold the storm glass in 1907', space => '{SPACE}')", ids[0])),
        (
            "twice in one transaction",
            format!(
                "BEGIN; SELECT engram_update('{0}', 'a draft about the quay', space => '{SPACE}');
                 SELECT engram_update('{0}', 'Cora found a zufo in the grey boat', space => '{SPACE}'); COMMIT",
                ids[1]
            ),
        ),
        ("suppress", format!("SELECT engram_forget('{}', 'suppress', '{SPACE}')", ids[2])),
        ("restore", format!("SELECT engram_forget('{}', 'restore', '{SPACE}')", ids[2])),
        ("supersede", format!("SELECT engram_supersede('{}', '{}', '{SPACE}')", ids[3], ids[4])),
        ("associate", format!("SELECT engram_associate('{}', '{}', 'causal', 0.9, '{SPACE}')", ids[5], ids[6])),
        ("another weight", format!("SELECT engram_associate('{}', '{}', 'causal', 0.2, '{SPACE}')", ids[5], ids[6])),
        ("a second edge", format!("SELECT engram_associate('{}', '{}', 'semantic', 0.7, '{SPACE}')", ids[5], ids[7])),
        ("dissociate", format!("SELECT engram_dissociate('{}', '{}', NULL, '{SPACE}')", ids[5], ids[6])),
        ("delete", format!("SELECT engram_forget('{}', 'delete', '{SPACE}')", ids[7])),
        (
            "delete and store again",
            format!(
                "DELETE FROM engram.memory WHERE id = '{0}';
                 SELECT engram_remember('Ben drew zufo on the chart', space => '{SPACE}', id => '{0}')",
                ids[8]
            ),
        ),
        (
            "store and delete",
            format!(
                "SELECT engram_remember('zufo zufo zufo', space => '{SPACE}', id => '{0}');
                 DELETE FROM engram.memory WHERE id = '{0}'",
                Uuid::from_u128(77)
            ),
        ),
        (
            "a savepoint",
            format!(
                "BEGIN; SELECT engram_remember('kept zufo', space => '{SPACE}'); SAVEPOINT s;
                 SELECT engram_remember('lost zufo', space => '{SPACE}'); ROLLBACK TO s;
                 SELECT engram_remember('kept zufo too', space => '{SPACE}'); COMMIT"
            ),
        ),
        ("an alias", format!("INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('{SPACE}', 'Cora', 'Ana')")),
        ("no alias", "TRUNCATE engram.cue_alias".to_owned()),
        ("a language", format!("SELECT engram_configure_space('{SPACE}', language => 'none')")),
        (
            "many rows",
            format!(
                "INSERT INTO engram.memory (space, content, context)
                 SELECT '{SPACE}', 'Ben counted crate ' || n || ' on the quay', 'crates ' || n / 10 FROM generate_series(1, 1500) n"
            ),
        ),
        ("no associations", "TRUNCATE engram.association".to_owned()),
    ];
    for (what, sql) in changes {
        run(&mut writer, &sql);
        check(what);
    }

    // A prepared transaction counts when it is committed.
    run(
        &mut writer,
        &format!("BEGIN; SELECT engram_remember('a prepared zufo', space => '{SPACE}'); PREPARE TRANSACTION 'p'"),
    );
    check("prepared");
    for n in 0..3 {
        remember(&mut writer, SPACE, &format!("the storm of day {n} came meanwhile"));
    }
    check("prepared, and others went by");
    run(&mut writer, "COMMIT PREPARED 'p'");
    check("commit prepared");

    run(&mut writer, &format!("SELECT engram_drop_space('{SPACE}')"));
    primary.wait_replayed(&standby);
    let error = standby.client().query("SELECT FROM engram_recall('storm', space => $1)", &[&SPACE]).unwrap_err();
    assert_eq!(error.code().map(|code| code.code()), Some("42704"), "{error:?}");
    fill(&mut writer);
    check("a space made anew");
    run(&mut writer, "TRUNCATE engram.memory CASCADE");
    remember(&mut writer, SPACE, "zufo after the flood");
    check("truncate");
    assert!(standby_count(&mut standby.client(), "rows") > 0, "the worker entered changes one by one");
}

#[test]
fn an_old_snapshot_sees_what_it_saw_while_the_primary_goes_on() {
    let primary = Cluster::with_extension(&Options::words_only());
    let mut writer = primary.client();
    let id = |n: u128| Uuid::from_u128(n);
    for n in 1..=6 {
        let sql = format!("SELECT engram_remember('zubo{n} at first', space => '{SPACE}', id => '{}')", id(n));
        run(&mut writer, &sql);
    }
    let standby = primary.standby(&shared());
    let mut old = standby.client();
    wait_following(&mut old, SPACE);
    run(&mut old, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    for n in 1..=6 {
        assert_eq!(recall_ids(&mut old, SPACE, &format!("zubo{n}"), 1), [id(n)]);
    }
    run(
        &mut writer,
        &format!(
            "SELECT engram_update('{}', 'zukafo now', space => '{SPACE}');
             SELECT engram_forget('{}', 'suppress', '{SPACE}');
             SELECT engram_supersede('{}', '{}', '{SPACE}');
             SELECT engram_forget('{}', 'delete', '{SPACE}');
             SELECT engram_remember('zumato is new', space => '{SPACE}', id => '{}')",
            id(1),
            id(2),
            id(3),
            id(4),
            id(5),
            id(7)
        ),
    );
    primary.wait_replayed(&standby);
    let mut new = standby.client();
    let shared_ids = |client: &mut Client, word: &str| -> Vec<Uuid> {
        recall_shared(client, SPACE, word, 1).into_iter().map(|hit| hit.id).collect()
    };
    for round in 0..3 {
        assert_eq!(shared_ids(&mut new, "zukafo"), [id(1)], "{round}");
        assert_eq!(shared_ids(&mut new, "zumato"), [id(7)], "{round}");
        for n in [1, 2, 3, 5] {
            let seen = shared_ids(&mut new, &format!("zubo{n}"));
            assert!(seen.is_empty(), "{n} is gone: {seen:?}");
            assert_eq!(
                recall_ids(&mut old, SPACE, &format!("zubo{n}"), 1),
                [id(n)],
                "round {round}: {n} is there for the old"
            );
        }
        assert!(recall_ids(&mut old, SPACE, "zukafo", 1).is_empty());
        assert!(recall_ids(&mut old, SPACE, "zumato", 1).is_empty());
        remember(&mut writer, SPACE, &format!("round {round} went by"));
        primary.wait_replayed(&standby);
    }
    assert_consistent(&mut new);
    assert_consistent(&mut old);
}

/// The row changes twice between two looks of the worker, and a reader's snapshot lies between the changes.
#[test]
fn a_snapshot_between_two_changes_of_a_row_is_not_answered_by_one_of_them() {
    let primary = Cluster::with_extension(&Options::words_only());
    let mut writer = primary.client();
    let id = |n: u128| Uuid::from_u128(n);
    for n in 1..=4 {
        run(&mut writer, &format!("SELECT engram_remember('zubo{n} at first', space => '{SPACE}', id => '{}')", id(n)));
    }
    let standby = primary.standby(&shared());
    let mut reader = standby.client();
    wait_following(&mut reader, SPACE);
    let worker = standby.worker_pid();
    standby.signal(worker, "STOP");
    let change = |writer: &mut Client, word: &str, fresh: u128| {
        run(
            writer,
            &format!(
                "SELECT engram_update('{}', '{word} updated', space => '{SPACE}');
                 SELECT engram_remember('{word} stored', space => '{SPACE}', id => '{}');
                 SELECT engram_associate('{}', '{}', 'causal', 0.5, '{SPACE}')",
                id(1),
                id(fresh),
                id(2),
                id(fresh)
            ),
        );
        primary.wait_replayed(&standby);
    };
    change(&mut writer, "zukafo", 10);
    run(&mut reader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    reader.query("SELECT", &[]).unwrap();
    run(&mut writer, &format!("DELETE FROM engram.memory WHERE id = '{}'", id(10)));
    change(&mut writer, "zumato", 11);
    standby.signal(worker, "CONT");
    let mut other = standby.client();
    wait_until("the worker has looked", PATIENCE, || recall_ids(&mut other, SPACE, "zumato", 5) == [id(1), id(11)]);
    let mut there = recall_ids(&mut reader, SPACE, "zukafo", 5);
    there.sort();
    assert_eq!(there, [id(1), id(10)], "the versions between the two changes");
    assert!(recall_ids(&mut reader, SPACE, "zumato", 5).is_empty());
    assert!(standby_count(&mut other, "ambiguous") > 0, "a private region answered");
    assert_consistent(&mut reader);
    run(&mut reader, "COMMIT");
    assert_consistent(&mut reader);
}

#[test]
fn a_worker_survives_recovery_conflicts() {
    let primary = Cluster::with_extension(&options().with("autovacuum = off"));
    let mut writer = primary.client();
    run(
        &mut writer,
        &format!(
            "SELECT engram_create_space('{SPACE}', language => 'english');
             INSERT INTO engram.memory (space, content)
             SELECT '{SPACE}', 'zufo number ' || n || ' of the storm' FROM generate_series(1, 20000) n"
        ),
    );
    let standby = primary.standby(&shared().with("max_standby_streaming_delay = 0"));
    let mut reader = standby.client();
    wait_following(&mut reader, SPACE);
    // A change of the language has the standby load again, row removal is in its way.
    let mut round = 0;
    wait_until("a conflict ended a read of the worker", Duration::from_secs(120), || {
        round += 1;
        let language = ["none", "english"][round % 2];
        run(&mut writer, &format!("SELECT engram_configure_space('{SPACE}', language => '{language}')"));
        for n in 0..20 {
            run(
                &mut writer,
                &format!(
                    "UPDATE engram.memory SET source = 'round {round}' WHERE space = '{SPACE}' AND content LIKE 'zufo number {n}%'"
                ),
            );
            run(&mut writer, "VACUUM engram.memory");
        }
        standby_count(&mut standby.client(), "conflicts") > 0
    });
    primary.wait_replayed(&standby);
    let mut reader = standby.client();
    let expected = recall(&mut writer, SPACE, "zufo number 77", 5);
    assert_eq!(recall_shared(&mut reader, SPACE, "zufo number 77", 5), expected);
    assert_consistent(&mut reader);
}

#[test]
fn a_standby_comes_back_from_a_kill_and_so_does_one_behind_it() {
    let primary = Cluster::with_extension(&options());
    let mut writer = primary.client();
    fill(&mut writer);
    let middle = primary.standby(&shared());
    let last = middle.standby(&shared());
    wait_following(&mut last.client(), SPACE);
    let check = |what: &str| {
        wait_until(&format!("both follow again: {what}"), PATIENCE, || {
            middle.wait_ready();
            last.wait_ready();
            primary.wait_replayed(&last);
            let expected = answers(&mut primary.client());
            shared_answers(&mut middle.client()) == expected && shared_answers(&mut last.client()) == expected
        });
        assert_consistent(&mut middle.client());
        assert_consistent(&mut last.client());
    };
    check("at first");
    middle.kill(middle.worker_pid());
    remember(&mut writer, SPACE, "the storm broke while a worker died");
    check("a killed worker");
    let backend: i32 = last.client().query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0);
    last.kill(backend);
    let mut idle = last.try_client("postgres", "postgres");
    if let Ok(client) = &mut idle
        && let Ok(row) = client.query_one("SELECT pg_backend_pid()", &[])
    {
        last.kill(row.get(0));
    }
    remember(&mut writer, SPACE, "the storm broke while a backend died");
    check("a killed backend");
    middle.restart();
    remember(&mut writer, SPACE, "the storm broke while the middle one restarted");
    check("a restart");
    middle.stop(Shutdown::Immediate);
    remember(&mut writer, SPACE, "the storm broke while the middle one was away");
    middle.start_server();
    check("an immediate stop");
}

#[test]
#[ignore = "needs the debug build: ring crash"]
fn a_worker_killed_at_any_step_of_following_leaves_nothing_wrong() {
    let primary = Cluster::with_extension(&options());
    let mut writer = primary.client();
    fill(&mut writer);
    let standby = primary.standby(&shared());
    wait_following(&mut standby.client(), SPACE);
    for point in ["follow_begin", "follow_middle", "follow_end", "load_end"] {
        standby.append_conf(&[format!("engram.crash_point = '{point}'")]);
        let deaths = deaths(&standby);
        standby.reload();
        if point == "load_end" {
            standby.kill(standby.worker_pid());
        }
        wait_until(&format!("the worker dies at {point}"), PATIENCE, || {
            remember(&mut writer, SPACE, &format!("the storm of {point}"));
            std::thread::sleep(Duration::from_millis(200));
            self::deaths(&standby) > deaths + usize::from(point == "load_end")
        });
        standby.append_conf(&["engram.crash_point = 'none'".to_owned()]);
        standby.reload();
        wait_until(&format!("the standby answers after {point}"), PATIENCE, || {
            standby.wait_ready();
            primary.wait_replayed(&standby);
            shared_answers(&mut standby.client()) == answers(&mut primary.client())
        });
        assert_consistent(&mut standby.client());
    }
}

/// Processes that were killed, by the log of the server.
fn deaths(cluster: &Cluster) -> usize {
    let log = std::fs::read(cluster.socket().join("server.log")).unwrap_or_default();
    String::from_utf8_lossy(&log).matches("was terminated by signal 9").count()
}

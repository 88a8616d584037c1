//! Rows that arrive by other ways than the functions are recalled, and gone when they are gone.

use engram_cluster_tests::{
    Cluster, Options, assert_consistent, recall, recall_ids, recallable_by_own_word, remember, wait_until,
};
use postgres::Client;
use std::io::Write;
use std::time::Duration;
use uuid::Uuid;

const SPACE: &str = "plain";

fn id_of(client: &mut Client, word: &str) -> Uuid {
    let pattern = format!("{word} %");
    client
        .query_one("SELECT id FROM engram.memory WHERE space = $1 AND content LIKE $2", &[&SPACE, &pattern])
        .unwrap_or_else(|error| panic!("no row of {word}: {error:?}"))
        .get(0)
}

#[test]
fn plain_statements_count_like_the_functions() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    remember(&mut client, SPACE, "the space exists");
    client
        .batch_execute("INSERT INTO engram.memory (space, content) VALUES ('plain', 'zupopopo came by INSERT')")
        .unwrap();
    let mut copy = client.copy_in("COPY engram.memory (space, content, context) FROM STDIN").unwrap();
    copy.write_all(b"plain\tzupopodo came by COPY\tlog\nplain\tzupopobo came by COPY too\tlog\n").unwrap();
    copy.finish().unwrap();
    for word in ["zupopopo", "zupopodo", "zupopobo"] {
        let id = id_of(&mut client, word);
        assert!(recallable_by_own_word(&mut client, SPACE, word, id), "{word}");
        assert!(recallable_by_own_word(&mut cluster.client(), SPACE, word, id), "{word} elsewhere");
    }
    client
        .batch_execute("UPDATE engram.memory SET content = 'zupopoko went by UPDATE' WHERE content LIKE 'zupopodo%'")
        .unwrap();
    client.batch_execute("DELETE FROM engram.memory WHERE content LIKE 'zupopobo%'").unwrap();
    assert!(recall_ids(&mut client, SPACE, "zupopodo", 5).is_empty());
    assert!(recall_ids(&mut client, SPACE, "zupopobo", 5).is_empty());
    let id = id_of(&mut client, "zupopoko");
    assert!(recallable_by_own_word(&mut client, SPACE, "zupopoko", id));
    assert_consistent(&mut client);

    let mut other = cluster.client();
    client.batch_execute("BEGIN; TRUNCATE engram.memory CASCADE").unwrap();
    assert!(recall_ids(&mut client, SPACE, "zupopopo", 5).is_empty(), "own truncate");
    client.batch_execute("ROLLBACK").unwrap();
    for client in [&mut client, &mut other] {
        assert_eq!(recall_ids(client, SPACE, "zupopopo", 1).len(), 1, "a truncate that was taken back");
    }
    client.batch_execute("TRUNCATE engram.memory CASCADE").unwrap();
    let id = remember(&mut client, SPACE, "zupopomo came after");
    for client in [&mut client, &mut other] {
        assert!(recall_ids(client, SPACE, "zupopopo", 5).is_empty(), "truncated");
        assert!(recallable_by_own_word(client, SPACE, "zupopomo", id));
    }
    assert_consistent(&mut client);
}

#[test]
fn a_transaction_above_the_collapse_limit_is_recalled_whole() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    remember(&mut client, SPACE, "the space exists");
    // More rows than a transaction's intents are kept singly for.
    client
        .batch_execute(
            "INSERT INTO engram.memory (space, content)
             SELECT 'plain', 'zug' || translate(g::text, '0123456789', 'abdefikmop') || 'k came in one go'
             FROM generate_series(1, 12000) g",
        )
        .unwrap();
    let mut other = cluster.client();
    for word in ["zugbk", "zugmmmmk", "zugbdaaak"] {
        let id = id_of(&mut client, word);
        assert!(recallable_by_own_word(&mut client, SPACE, word, id), "{word}");
        assert!(recallable_by_own_word(&mut other, SPACE, word, id), "{word} elsewhere");
    }
    assert_consistent(&mut client);
}

#[test]
fn a_subscriber_recalls_what_the_publisher_remembers() {
    let publisher = Cluster::with_extension(&Options::words_only().with("wal_level = logical"));
    let subscriber = Cluster::with_extension(&Options::words_only());
    let mut writer = publisher.client();
    let first = remember(&mut writer, SPACE, "zufofofo was there before the subscription");
    publisher.psql("CREATE PUBLICATION memories FOR TABLE engram.space, engram.memory, engram.association");
    subscriber.psql(&format!(
        "CREATE SUBSCRIPTION memories CONNECTION 'host={} port=5432 user=postgres dbname=postgres' PUBLICATION memories",
        publisher.socket().display()
    ));
    let second = remember(&mut writer, SPACE, "zufofodo came over the wire");
    let third = remember(&mut writer, SPACE, "zufofobo came over the wire too");
    writer.execute("SELECT engram_associate($1, $2, space => $3)", &[&second, &third, &SPACE]).unwrap();

    let mut reader = subscriber.client();
    let arrived = |reader: &mut Client, count: i64| {
        wait_until(&format!("{count} rows have arrived"), Duration::from_secs(30), || {
            let sql = "SELECT count(*) FROM engram.memory WHERE space = $1";
            reader.query_one(sql, &[&SPACE]).is_ok_and(|row| row.get::<_, i64>(0) == count)
        });
    };
    // Each table is copied by a worker of its own.
    wait_until("the space has arrived", Duration::from_secs(30), || {
        let sql = "SELECT FROM engram.space WHERE space = $1";
        reader.query_opt(sql, &[&SPACE]).is_ok_and(|row| row.is_some())
    });
    arrived(&mut reader, 3);
    for (word, id) in [("zufofofo", first), ("zufofodo", second), ("zufofobo", third)] {
        assert!(recallable_by_own_word(&mut reader, SPACE, word, id), "{word}");
    }

    writer.execute("DELETE FROM engram.memory WHERE id = $1", &[&first]).unwrap();
    writer.execute("UPDATE engram.memory SET content = 'zufofogo was corrected' WHERE id = $1", &[&second]).unwrap();
    arrived(&mut reader, 2);
    wait_until("the correction has arrived", Duration::from_secs(30), || {
        recallable_by_own_word(&mut reader, SPACE, "zufofogo", second)
    });
    assert!(recall_ids(&mut reader, SPACE, "zufofodo", 5).is_empty());
    assert!(recall_ids(&mut reader, SPACE, "zufofofo", 5).is_empty());
    assert_consistent(&mut reader);
    subscriber.psql("DROP SUBSCRIPTION memories");
}

/// What both servers hold of the published tables, without transaction ids, and what they answer.
fn published(client: &mut Client) -> Vec<String> {
    let mut all = Vec::new();
    for table in ["space", "memory", "association", "cue_alias"] {
        let sql = format!("SELECT '{table} ' || (to_jsonb(t) - 'changed')::text FROM engram.{table} t ORDER BY 1");
        all.extend(client.query(&sql, &[]).unwrap().iter().map(|row| row.get::<_, String>(0)));
    }
    for (space, cue) in
        [("default", "the pilot saw a light"), ("segel", "Die Fähre malte der Lotse"), ("segel", "der Alte")]
    {
        if client.query_opt("SELECT FROM engram.space WHERE space = $1", &[&space]).unwrap().is_some() {
            all.extend(recall(client, space, cue, 20).into_iter().map(|hit| format!("{hit:?}")));
        }
    }
    all
}

#[test]
fn a_subscriber_follows_every_kind_of_change_and_recalls_the_same() {
    let publisher = Cluster::with_extension(&Options::default().with("wal_level = logical"));
    let subscriber = Cluster::with_extension(&Options::default());
    let (mut writer, mut reader) = (publisher.client(), subscriber.client());
    // Before the subscription: the space "default" that both have, and one whose language decides how memories are read.
    writer
        .batch_execute(
            "SELECT engram_remember('the pilot saw a light ' || n) FROM generate_series(1, 20) n;
             SELECT engram_create_space('segel', language => 'german');
             SELECT engram_remember('Die Fähren malte der Lotse', space => 'segel', cues => '{Tobias Hern}',
                                    id => '018f0000-0000-7000-8000-000000000001');
             SELECT engram_remember('Der Hafen schließt um vier', space => 'segel', id => '018f0000-0000-7000-8000-000000000002');
             INSERT INTO engram.cue_alias (space, alias, cue) VALUES ('segel', 'der Alte', 'Tobias Hern');
             CREATE PUBLICATION memories FOR TABLE engram.space, engram.memory, engram.association, engram.cue_alias
                 WITH (publish = 'insert, update, delete')",
        )
        .unwrap();
    subscriber.psql(&format!(
        "CREATE SUBSCRIPTION memories CONNECTION 'host={} port=5432 user=postgres dbname=postgres' PUBLICATION memories",
        publisher.socket().display()
    ));
    let mut same = |writer: &mut Client, what: &str| {
        wait_until(&format!("the subscriber has followed: {what}"), Duration::from_secs(60), || {
            published(writer) == published(&mut reader)
        });
        assert_consistent(&mut reader);
    };
    same(&mut writer, "the initial copy");
    for (what, change) in [
        (
            "an association",
            "SELECT engram_associate('018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002', 'causal', 0.9, 'segel')",
        ),
        (
            "another weight",
            "SELECT engram_associate('018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002', 'causal', 0.2, 'segel')",
        ),
        (
            "a correction",
            "SELECT engram_update('018f0000-0000-7000-8000-000000000002', 'Der Hafen schließt um fünf', space => 'segel')",
        ),
        (
            "a new alias, one that is gone",
            "INSERT INTO engram.cue_alias VALUES ('segel', 'Meister', 'Tobias Hern'); DELETE FROM engram.cue_alias WHERE alias = 'der alte'",
        ),
        ("another language", "SELECT engram_configure_space('segel', language => 'none')"),
        (
            "a memory that is suppressed",
            "SELECT engram_forget('018f0000-0000-7000-8000-000000000002', space => 'segel')",
        ),
        (
            "a deletion with its associations",
            "SELECT engram_forget('018f0000-0000-7000-8000-000000000002', 'delete', 'segel')",
        ),
        ("many at once", "SELECT engram_remember('the pilot saw ship ' || n) FROM generate_series(1, 200) n"),
        ("a space that is dropped", "SELECT engram_drop_space('segel')"),
        ("an emptied table", "DELETE FROM engram.memory"),
        ("what comes after", "SELECT engram_remember('the pilot saw land')"),
    ] {
        writer.batch_execute(change).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        same(&mut writer, what);
    }
    subscriber.psql("DROP SUBSCRIPTION memories");
}

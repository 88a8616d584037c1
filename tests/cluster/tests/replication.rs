//! Rows that arrive by other ways than the functions are recalled, and gone when they are gone.

use engram_cluster_tests::{
    Cluster, Options, assert_consistent, recall_ids, recallable_by_own_word, remember, wait_until,
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

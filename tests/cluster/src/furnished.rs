//! A database in which every feature has left something, and a picture of it that can be compared after it moved.

use crate::wait_until;
use postgres::Client;
use serde_json::Value;
use std::time::Duration;

/// Roles that own and may use the spaces; of the cluster, not of a database.
pub fn make_roles(client: &mut Client) {
    client
        .batch_execute(
            "CREATE ROLE captain LOGIN IN ROLE engram_writer;
             CREATE ROLE mate LOGIN IN ROLE engram_writer;
             CREATE ROLE passenger LOGIN IN ROLE engram_reader",
        )
        .unwrap_or_else(|error| panic!("roles: {error:?}"));
}

/// What is stored, as a script; ids end in their number.
const SCRIPT: &str = include_str!("furnished.sql");

/// Uses everything that leaves rows behind, in the spaces `default`, `log book`, `crew`, `letters` and `words`.
/// Needs the roles of [`make_roles`].
pub fn furnish(client: &mut Client) {
    // What a recall strengthens is written later, by a worker.
    let quiet = "SET engram.reinforce = off";
    client.batch_execute(quiet).unwrap_or_else(|error| panic!("{quiet}: {error:?}"));
    client.batch_execute(SCRIPT).unwrap_or_else(|error| panic!("furnished.sql: {error:?}"));
    // Edges that are learned from answers, by us or by the worker, whoever comes first. Those of similarity are left out: the
    // worker makes and removes them while one looks.
    wait_until("something is learned from an answer", Duration::from_secs(60), || {
        client
            .batch_execute(
                "BEGIN; SET LOCAL engram.hebbian_rate = 0.5;
                 SELECT count(*) FROM engram_recall('the storm and the lamp', space => 'letters');
                 COMMIT; SELECT engram.learn('letters')",
            )
            .unwrap_or_else(|error| panic!("learning: {error:?}"));
        let learned = "SELECT FROM engram.association WHERE origin = 'co-recall'";
        !client.query(learned, &[]).expect("associations are readable").is_empty()
    });
    // What is left of the answers is learned before a picture is taken.
    client.batch_execute("SELECT engram.learn('letters')").unwrap_or_else(|error| panic!("learning: {error:?}"));
}

/// Every row that a dump carries, and what comes to mind.
#[derive(Debug, PartialEq)]
pub struct Picture {
    rows: Vec<String>,
    answers: Vec<String>,
}

impl Picture {
    /// What the database of `client` holds and answers now. Functions and types are found on the search path.
    /// Frequencies of words are those of what is settled, so that is waited for.
    pub fn of(client: &mut Client) -> Picture {
        client.batch_execute("SET engram.reinforce = off").expect("a setting of the library");
        wait_until("everything is settled", Duration::from_secs(60), || {
            let sql =
                "SELECT count(*) FROM engram.stat_tier WHERE mode = 'shared' AND (unsettled > 0 OR state = 'loading')";
            client.query_one(sql, &[]).expect("engram.stat_tier is readable").get::<_, i64>(0) == 0
        });
        Picture { rows: rows(client), answers: answers(client) }
    }

    /// Asserts that nothing has changed.
    ///
    /// # Panics
    /// With the lines that only one of the two has.
    pub fn assert_same(&self, before: &Picture, when: &str) {
        for (what, now, then) in [("rows", &self.rows, &before.rows), ("answers", &self.answers, &before.answers)] {
            let only = |these: &[String], those: &[String]| -> Vec<String> {
                these.iter().filter(|line| !those.contains(line)).cloned().collect()
            };
            let (new, lost) = (only(now, then), only(then, now));
            assert!(new.is_empty() && lost.is_empty(), "{when}: {what}: new {new:#?}, lost {lost:#?}");
            assert_eq!(now, then, "{when}: {what}: the order");
        }
    }

    /// The number of rows and of answers.
    pub fn counts(&self) -> (usize, usize) {
        (self.rows.len(), self.answers.len())
    }
}

fn lines(client: &mut Client, label: &str, sql: &str) -> Vec<String> {
    let rows = client.query(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    assert!(
        !rows.is_empty(),
        "there is nothing to compare in {label}: let tests/cluster/src/furnished.sql put something in"
    );
    rows.iter().map(|row| format!("{label} {}", row.get::<_, Value>(0))).collect()
}

/// All tables that are dumped whole, without the transactions that wrote the rows.
fn rows(client: &mut Client) -> Vec<String> {
    let tables =
        "SELECT c.id::regclass::text FROM pg_extension e, unnest(e.extconfig, e.extcondition) AS c (id, condition)
        WHERE e.extname = 'engram' AND c.condition = '' ORDER BY 1";
    let tables: Vec<String> = client.query(tables, &[]).unwrap().iter().map(|row| row.get(0)).collect();
    let mut all = Vec::new();
    for table in tables {
        all.extend(lines(client, &table, &format!("SELECT to_jsonb(t) - 'changed' FROM {table} t")));
    }
    all.sort();
    all
}

fn answers(client: &mut Client) -> Vec<String> {
    let mut all = Vec::new();
    for (question, limit) in [
        ("engram_recall('Where does Ana Marlow keep her boat?', space => 'log book', reinforce => false)", 2),
        ("engram_recall(embedding => '[0.1,1,0]', space => 'log book', k => 50, reinforce => false)", 2),
        ("engram_recall(cues => '{harbour}', space => 'log book', reinforce => false)", 1),
        ("engram_recall('what of the brave skipper', space => 'log book', reinforce => false)", 1),
        ("engram_recall('Who painted the ferry?', space => 'default', k => 50, reinforce => false)", 5),
        ("engram_recall('noon', space => 'default', context => 'call 12', reinforce => false)", 1),
        ("engram_recall('a storm is coming', space => 'letters', k => 50, reinforce => false)", 2),
        ("engram_recall('lamp', space => 'words', reinforce => false)", 1),
        ("engram_recall('Wer malte die Fähre?', space => 'crew', reinforce => false)", 1),
        ("engram_recall_across('{default,letters,words}', 'the pilot and the lamp', k => 30, reinforce => false)", 3),
        ("engram_explain_recall('Who painted the ferry?', space => 'default', reinforce => false)", 5),
        ("engram_spread(ARRAY['018f0000-0000-7000-8000-000000000001'::uuid], space => 'log book', k => 50)", 1),
    ] {
        let answer = lines(client, question, &format!("SELECT to_jsonb(r) FROM {question} r"));
        assert!(answer.len() >= limit, "{question} gives {answer:?}");
        all.extend(answer.into_iter().enumerate().map(|(at, row)| format!("{at} {row}")));
    }
    all
}

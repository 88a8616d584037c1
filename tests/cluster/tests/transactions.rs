//! Random transactions of several sessions over the same rows: savepoints, rollbacks, prepared commits.
//! Afterwards shared memory says what the tables say.

use engram_cluster_tests::{
    Cluster, Hit, Options, Rng, assert_consistent, recall, recall_ids, remember, setting_from_env, unique_word,
    wait_ready_space, wait_until,
};
use postgres::{Client, Error};
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use uuid::Uuid;

const SPACE: &str = "random";
const SESSIONS: usize = 4;
/// Rows that the sessions fight for, as far as they still exist.
const SHARED_ROWS: i64 = 30;
/// What other transactions may do to one: serialization failure, deadlock, lock timeout.
const CONFLICTS: &[&str] = &["40001", "40P01", "55P03"];

/// The numbers of unique words handed out so far.
static NEXT_WORD: AtomicUsize = AtomicUsize::new(0);

fn new_content(rng: &mut Rng) -> String {
    let word = unique_word(NEXT_WORD.fetch_add(1, Ordering::Relaxed));
    let themes = ["harbour", "storm", "letter", "island", "captain"];
    format!("{word} tells of the {} and the {}", rng.pick(&themes), rng.pick(&themes))
}

/// One of the oldest rows of the space, so that sessions meet.
fn some_row(client: &mut Client, rng: &mut Rng) -> Result<Option<Uuid>, Error> {
    let rows =
        client.query("SELECT id FROM engram.memory WHERE space = $1 ORDER BY id LIMIT $2", &[&SPACE, &SHARED_ROWS])?;
    Ok((!rows.is_empty()).then(|| rng.pick(&rows).get(0)))
}

/// One random statement inside a transaction.
fn step(client: &mut Client, rng: &mut Rng, savepoints: &mut Vec<String>) -> Result<(), Error> {
    match rng.below(100) {
        0..30 => {
            let content = new_content(rng);
            client.execute("SELECT engram_remember(content => $1, space => $2)", &[&content, &SPACE])?;
        }
        30..50 => {
            if let Some(id) = some_row(client, rng)? {
                let content = new_content(rng);
                client.execute(
                    "UPDATE engram.memory SET content = $1 WHERE space = $2 AND id = $3",
                    &[&content, &SPACE, &id],
                )?;
            }
        }
        50..58 => {
            if let Some(id) = some_row(client, rng)? {
                client.execute("DELETE FROM engram.memory WHERE space = $1 AND id = $2", &[&SPACE, &id])?;
            }
        }
        58..64 => {
            if let Some(id) = some_row(client, rng)? {
                let suppressed = if rng.chance(60) { "now()" } else { "NULL" };
                client.execute(
                    &format!("UPDATE engram.memory SET suppressed_at = {suppressed} WHERE space = $1 AND id = $2"),
                    &[&SPACE, &id],
                )?;
            }
        }
        64..72 => {
            if let (Some(source), Some(target)) = (some_row(client, rng)?, some_row(client, rng)?)
                && source != target
            {
                client.execute(
                    "INSERT INTO engram.association (space, source, target, weight) VALUES ($1, $2, $3, 0.7)
                     ON CONFLICT DO NOTHING",
                    &[&SPACE, &source, &target],
                )?;
            }
        }
        72..84 => {
            let name = format!("s{}", savepoints.len());
            client.batch_execute(&format!("SAVEPOINT {name}"))?;
            savepoints.push(name);
        }
        84..92 => {
            if !savepoints.is_empty() {
                let keep = rng.below(savepoints.len());
                client.batch_execute(&format!("ROLLBACK TO {}", savepoints[keep]))?;
                savepoints.truncate(keep + 1);
            }
        }
        92..95 => {
            if let Some(name) = savepoints.pop() {
                client.batch_execute(&format!("RELEASE {name}"))?;
            }
        }
        _ => {
            // Reading in between, with changes of its own pending.
            recall_checked(client, "the captain and the storm")?;
        }
    }
    Ok(())
}

/// A recall whose ids are all visible to the transaction that asked.
fn recall_checked(client: &mut Client, cue: &str) -> Result<(), Error> {
    let rows = client.query(
        "SELECT r.id, EXISTS (SELECT FROM engram.memory m WHERE m.space = $2 AND m.id = r.id)
         FROM engram_recall(cue => $1, space => $2, k => 20) r",
        &[&cue, &SPACE],
    )?;
    for row in rows {
        assert!(row.get::<_, bool>(1), "{} is recalled and not in the table", row.get::<_, Uuid>(0));
    }
    Ok(())
}

/// One random transaction to one of its ends.
fn transaction(client: &mut Client, rng: &mut Rng, name: &str) -> Result<(), Error> {
    let isolation = if rng.chance(30) { "REPEATABLE READ" } else { "READ COMMITTED" };
    client.batch_execute(&format!("BEGIN ISOLATION LEVEL {isolation}"))?;
    let mut savepoints = Vec::new();
    for _ in 0..1 + rng.below(8) {
        step(client, rng, &mut savepoints)?;
    }
    match rng.below(100) {
        0..60 => client.batch_execute("COMMIT"),
        60..80 => client.batch_execute("ROLLBACK"),
        end => {
            client.batch_execute(&format!("PREPARE TRANSACTION '{name}'"))?;
            let verb = if end < 92 { "COMMIT" } else { "ROLLBACK" };
            client.batch_execute(&format!("{verb} PREPARED '{name}'"))
        }
    }
}

fn session(cluster: &Cluster, seed: u64, transactions: usize) -> usize {
    let mut rng = Rng::new(seed);
    let mut client = cluster.client();
    client.batch_execute("SET deadlock_timeout = '20ms'; SET lock_timeout = '2s'").unwrap();
    let mut conflicts = 0;
    for number in 0..transactions {
        if let Err(error) = transaction(&mut client, &mut rng, &format!("{seed} {number}")) {
            let code = error.code().map(|code| code.code().to_string()).unwrap_or_default();
            // A row that another session deletes while we point an edge at it: 23503.
            assert!(
                CONFLICTS.contains(&code.as_str()) || code == "23503",
                "seed {seed}, transaction {number}: {error:?}"
            );
            conflicts += 1;
            client.batch_execute("ROLLBACK").unwrap();
        }
    }
    conflicts
}

/// Every recallable row by its own word, every other row not at all; and the answers to shared words.
fn check_against_table(client: &mut Client) -> Vec<Vec<Hit>> {
    let rows = client
        .query(
            "SELECT id, split_part(content, ' ', 1), suppressed_at IS NULL FROM engram.memory WHERE space = $1",
            &[&SPACE],
        )
        .unwrap();
    let mut answers = Vec::new();
    let mut current = HashSet::new();
    for row in &rows {
        let (id, word, recallable): (Uuid, String, bool) = (row.get(0), row.get(1), row.get(2));
        let hits = recall(client, SPACE, &word, 50);
        assert_eq!(hits.iter().any(|hit| hit.id == id), recallable, "{word}");
        current.insert(word);
        answers.push(hits);
    }
    for number in 0..NEXT_WORD.load(Ordering::Relaxed) {
        let word = unique_word(number);
        if !current.contains(&word) {
            assert!(recall_ids(client, SPACE, &word, 3).is_empty(), "{word} is gone from the table");
        }
    }
    for cue in ["the captain and the storm", "a letter from the island", "harbour"] {
        answers.push(recall(client, SPACE, cue, 50));
    }
    answers
}

#[test]
fn random_transactions_leave_shared_memory_and_tables_equal() {
    let cluster = Cluster::with_extension(&Options::words_only().with("max_prepared_transactions = 20"));
    let seed: u64 = setting_from_env("ENGRAM_SEED", 2026);
    let transactions: usize = setting_from_env("ENGRAM_RANDOM_TRANSACTIONS", 1_000);
    let mut client = cluster.client();
    let mut rng = Rng::new(seed);
    for _ in 0..SHARED_ROWS {
        remember(&mut client, SPACE, &new_content(&mut rng));
    }
    let conflicts: usize = std::thread::scope(|scope| {
        let sessions: Vec<_> = (0..SESSIONS as u64)
            .map(|number| {
                let cluster = &cluster;
                scope.spawn(move || session(cluster, seed * 1000 + number, transactions / SESSIONS))
            })
            .collect();
        sessions.into_iter().map(|session| session.join().expect("a session failed")).sum()
    });
    assert!(conflicts < transactions / 2, "{conflicts} of {transactions} transactions ended in a conflict");

    assert_consistent(&mut client);
    wait_ready_space(&mut client, SPACE);
    let expected = check_against_table(&mut client);
    drop(client);
    cluster.restart();
    let mut client = cluster.client();
    wait_ready_space(&mut client, SPACE);
    let fresh = check_against_table(&mut client);
    assert_eq!(fresh, expected, "a fresh load from the tables answers otherwise (seed {seed})");
    assert_consistent(&mut client);
}

#[test]
fn a_space_made_anew_with_other_dimensions_takes_its_first_row() {
    let cluster = Cluster::with_extension(&Options::words_only());
    let mut client = cluster.client();
    let stored = "SELECT engram_remember('a bell', embedding => $1::text::vector, space => 'anew')";
    let found = "SELECT count(*) FROM engram_recall(embedding => $1::text::vector, space => 'anew')";
    for embedding in ["[1,0,0]", "[1,0]", "[1,0,0,0]"] {
        client.execute(stored, &[&embedding]).unwrap();
        wait_until("the space is in shared memory", Duration::from_secs(30), || {
            client.query_one(found, &[&embedding]).unwrap();
            let state = "SELECT count(*) FROM engram.stat_tier WHERE space = 'anew' AND state = 'ready'";
            client.query_one(state, &[]).unwrap().get::<_, i64>(0) == 1
        });
        assert_eq!(client.query_one(found, &[&embedding]).unwrap().get::<_, i64>(0), 1, "{embedding}");
        client.batch_execute("SELECT engram_drop_space('anew')").unwrap();
    }
    assert_consistent(&mut client);
}

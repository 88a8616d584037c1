//! The words that the tests speak to the extension.

use postgres::GenericClient;
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// One row of `engram_recall`, as far as the tests compare it.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The memory's id.
    pub id: Uuid,
    /// What it says.
    pub content: String,
    /// Its score, 0 to 1.
    pub score: f32,
    /// The ids on its strongest path.
    pub via: Vec<Uuid>,
}

/// Stores one memory.
pub fn remember(client: &mut impl GenericClient, space: &str, content: &str) -> Uuid {
    client
        .query_one("SELECT engram_remember(content => $1, space => $2)", &[&content, &space])
        .unwrap_or_else(|error| panic!("{content:?} was not remembered in {space}: {error:?}"))
        .get(0)
}

/// Stores a batch; each entry is an object with the arguments of `engram_remember`.
pub fn remember_many(client: &mut impl GenericClient, memories: &[Value]) -> Vec<Uuid> {
    let batch = Value::Array(memories.to_vec());
    let rows = client
        .query("SELECT * FROM engram_remember_many($1)", &[&batch])
        .unwrap_or_else(|error| panic!("a batch of {} was not remembered: {error:?}", memories.len()));
    rows.iter().map(|row| row.get(0)).collect()
}

/// What comes to mind, in the order of the answer.
pub fn recall(client: &mut impl GenericClient, space: &str, cue: &str, k: i32) -> Vec<Hit> {
    let rows = client
        .query(
            "SELECT id, content, score, coalesce(via, '{}') FROM engram_recall(cue => $1, space => $2, k => $3)",
            &[&cue, &space, &k],
        )
        .unwrap_or_else(|error| panic!("recall of {cue:?} in {space} failed: {error:?}"));
    rows.iter().map(|row| Hit { id: row.get(0), content: row.get(1), score: row.get(2), via: row.get(3) }).collect()
}

/// The ids alone.
pub fn recall_ids(client: &mut impl GenericClient, space: &str, cue: &str, k: i32) -> Vec<Uuid> {
    recall(client, space, cue, k).into_iter().map(|hit| hit.id).collect()
}

/// The ids of the rows that this session's snapshot sees in a space, sorted.
pub fn ids_in(client: &mut impl GenericClient, space: &str) -> Vec<Uuid> {
    let rows = client
        .query("SELECT id FROM engram.memory WHERE space = $1 ORDER BY id", &[&space])
        .expect("engram.memory is readable");
    rows.iter().map(|row| row.get(0)).collect()
}

/// A word that no stemmer shortens, no stop list holds and no other number gives.
pub fn unique_word(number: usize) -> String {
    const CONSONANTS: &[u8] = b"bdfgkmpt";
    let mut word = String::from("zu");
    let mut rest = number;
    for _ in 0..7 {
        word.push(char::from(CONSONANTS[rest % 8]));
        word.push('o');
        rest /= 8;
    }
    word.push('k');
    word
}

/// Whether a word that only this memory contains brings it to mind. Not necessarily first: what is
/// associated with it may be more active.
pub fn recallable_by_own_word(client: &mut impl GenericClient, space: &str, word: &str, id: Uuid) -> bool {
    recall_ids(client, space, word, 50).contains(&id)
}

/// Waits until the space is held in shared memory.
pub fn wait_ready_space(client: &mut impl GenericClient, space: &str) {
    crate::wait_until(&format!("the space {space} is loaded"), Duration::from_secs(60), || {
        let rows = client
            .query("SELECT state FROM engram.stat_tier WHERE space = $1 AND mode = 'shared'", &[&space])
            .expect("engram.stat_tier is readable");
        rows.iter().any(|row| row.get::<_, &str>(0) == "ready")
    });
}

/// Asserts that no invariant between tables and shared memory is violated.
pub fn assert_consistent(client: &mut impl GenericClient) {
    let rows = client
        .query("SELECT t::text FROM engram_check() AS t", &[])
        .unwrap_or_else(|error| panic!("engram_check() failed: {error:?}"));
    let found: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(found.is_empty(), "engram_check() found {found:#?}");
}

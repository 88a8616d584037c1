//! What a client was told: the facts that must hold after any crash.
//!
//! A transaction whose commit was acknowledged holds; one that was refused does not; one whose connection broke may hold or not, but as a
//! whole. Memories are known by the first word of their text, which no other memory has.

use crate::{Rng, recall_ids};
use postgres::{Client, Error};
use std::collections::BTreeMap;
use std::sync::Mutex;
use uuid::Uuid;

/// What is known of a memory, or of an association between two, named by their words with a space between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It is recalled.
    There,
    /// It is not recalled.
    Gone,
    /// There is no row of it.
    Erased,
}

/// What a transaction does to a memory if it commits.
pub type Effect = (String, Fact);

#[derive(Clone, Debug, Default)]
struct Entry {
    /// What was certain last.
    certain: Option<Fact>,
    /// A transaction without an answer that changes it, and to what.
    open: Option<(usize, Fact)>,
}

#[derive(Default)]
struct State {
    entries: BTreeMap<String, Entry>,
    transactions: usize,
}

/// The facts of one space, shared by the writers. Two transactions that run at the same time have no word in common.
pub struct Ledger {
    /// The space.
    pub space: String,
    state: Mutex<State>,
}

/// A transaction that is on its way.
pub struct Open {
    number: usize,
    words: Vec<String>,
}

/// One memory as the table has it.
struct Row {
    id: Uuid,
    recallable: bool,
}

impl Ledger {
    /// An empty one.
    pub fn of(space: &str) -> Ledger {
        Ledger { space: space.to_string(), state: Mutex::default() }
    }

    /// A transaction begins that does this if it commits.
    pub fn begin(&self, effects: &[Effect]) -> Open {
        let mut state = self.state.lock().unwrap();
        state.transactions += 1;
        let number = state.transactions;
        for (word, fact) in effects {
            let entry = state.entries.entry(word.clone()).or_default();
            assert!(entry.open.is_none(), "{word} is in two transactions");
            entry.open = Some((number, *fact));
        }
        Open { number, words: effects.iter().map(|effect| effect.0.clone()).collect() }
    }

    /// Its commit was acknowledged.
    pub fn acknowledged(&self, open: Open) {
        self.close(open, |entry, fact| entry.certain = Some(fact));
    }

    /// It was rolled back for sure.
    pub fn refused(&self, open: Open) {
        self.close(open, |_, _| ());
    }

    fn close(&self, open: Open, mut f: impl FnMut(&mut Entry, Fact)) {
        let mut state = self.state.lock().unwrap();
        for word in &open.words {
            let entry = state.entries.get_mut(word).expect("begin made it");
            if let Some((_, fact)) = entry.open.take_if(|of| of.0 == open.number) {
                f(entry, fact);
            }
        }
    }

    /// Runs what commits these effects; without an answer they stay open.
    pub fn attempt<T>(&self, effects: &[Effect], run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let open = self.begin(effects);
        let outcome = run();
        match &outcome {
            Ok(_) => self.acknowledged(open),
            Err(error) if !is_lost(error) => self.refused(open),
            Err(_) => {}
        }
        outcome
    }

    /// Words of memories that are recalled for sure.
    pub fn certain(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let sure = |e: &Entry| e.certain == Some(Fact::There) && e.open.is_none();
        state.entries.iter().filter(|(word, e)| !word.contains(' ') && sure(e)).map(|(word, _)| word.clone()).collect()
    }

    /// Compares the tables with the facts, and what is open becomes what the tables say.
    ///
    /// # Panics
    /// When an acknowledged fact does not hold, a transaction is half there, or there is what nobody sent.
    pub fn settle(&self, client: &mut Client) {
        let rows = rows_of(client, &self.space);
        let edges = edges_of(client, &self.space);
        let mut state = self.state.lock().unwrap();
        for (word, found) in &rows {
            assert!(state.entries.contains_key(word), "{word:?} is there and nobody sent it");
            let recallable = found.iter().filter(|row| row.recallable).count();
            assert!(recallable <= 1, "{word} is there {recallable} times");
        }
        let fact_of = |word: &str| match word.split_once(' ') {
            Some(_) if edges.contains(&word.to_string()) => Fact::There,
            Some(_) => Fact::Erased,
            None => match rows.get(word) {
                None => Fact::Erased,
                Some(found) if found.iter().any(|row| row.recallable) => Fact::There,
                Some(_) => Fact::Gone,
            },
        };
        let mut verdicts: BTreeMap<usize, Vec<(String, bool)>> = BTreeMap::new();
        for (word, entry) in &mut state.entries {
            let found = fact_of(word);
            let former = entry.certain.unwrap_or(Fact::Erased);
            match entry.open.take() {
                None => assert_eq!(found, former, "{word}: what is there, and what was acknowledged"),
                Some((number, fact)) => {
                    assert!(found == fact || found == former, "{word}: {found:?} is neither {fact:?} nor {former:?}");
                    if fact != former {
                        verdicts.entry(number).or_default().push((word.clone(), found == fact));
                    }
                }
            }
            entry.certain = Some(found);
        }
        for parts in verdicts.values() {
            let first = parts[0].1;
            assert!(parts.iter().all(|part| part.1 == first), "half of a transaction is there: {parts:?}");
        }
    }

    /// Recalls up to `most` memories, chosen by chance, by their own words: who is there comes to mind, who is gone does not.
    pub fn recall_sample(&self, client: &mut Client, most: usize, rng: &mut Rng) {
        let rows = rows_of(client, &self.space);
        let all: Vec<(String, Fact)> = {
            let state = self.state.lock().unwrap();
            let facts = state.entries.iter().filter(|(word, _)| !word.contains(' '));
            facts.filter_map(|(word, e)| Some((word.clone(), e.certain?))).collect()
        };
        for _ in 0..most.min(all.len()) {
            let (word, fact) = rng.pick(&all);
            let found = recall_ids(client, &self.space, word, 50);
            let of_word: Vec<Uuid> = rows.get(word).into_iter().flatten().map(|row| row.id).collect();
            match fact {
                Fact::There => assert!(of_word.iter().any(|id| found.contains(id)), "{word} is there and not recalled"),
                _ => assert!(of_word.iter().all(|id| !found.contains(id)), "{word} is gone and recalled"),
            }
        }
    }
}

/// Whether the connection broke, so that nobody knows whether a commit took place: told to leave because a fellow died, the server
/// not there or not ready, or the session died of it.
pub fn is_lost(error: &Error) -> bool {
    error
        .as_db_error()
        .is_none_or(|said| matches!(said.severity(), "FATAL" | "PANIC") || said.code().code().starts_with("57P"))
}

fn rows_of(client: &mut Client, space: &str) -> BTreeMap<String, Vec<Row>> {
    let sql = "SELECT split_part(content, ' ', 1), id, superseded_by IS NULL AND suppressed_at IS NULL
               FROM engram.memories WHERE space = $1";
    let mut found: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in client.query(sql, &[&space]).unwrap_or_else(|error| panic!("engram.memories: {error:?}")) {
        found.entry(row.get(0)).or_default().push(Row { id: row.get(1), recallable: row.get(2) });
    }
    found
}

/// Explicit associations by the words of their ends.
fn edges_of(client: &mut Client, space: &str) -> Vec<String> {
    let sql = "SELECT split_part(s.content, ' ', 1) || ' ' || split_part(t.content, ' ', 1)
               FROM engram.association a
               JOIN engram.memories s ON s.space = a.space AND s.id = a.source
               JOIN engram.memories t ON t.space = a.space AND t.id = a.target
               WHERE a.space = $1 AND a.origin = 'explicit'";
    let rows = client.query(sql, &[&space]).unwrap_or_else(|error| panic!("engram.association: {error:?}"));
    rows.iter().map(|row| row.get(0)).collect()
}

/// Asserts that associations lead from and to memories.
pub fn assert_no_dangling_edges(client: &mut Client) {
    let sql = "SELECT a.space, a.source::text, a.target::text FROM engram.association a
               WHERE NOT EXISTS (SELECT FROM engram.memory m WHERE m.space = a.space AND m.id = a.source)
                  OR NOT EXISTS (SELECT FROM engram.memory m WHERE m.space = a.space AND m.id = a.target)";
    let rows = client.query(sql, &[]).expect("engram.association is readable");
    let found: Vec<(String, String, String)> = rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    assert!(found.is_empty(), "associations that lead nowhere: {found:?}");
}

//! What is deleted is in no belief: beliefs that cite a deleted memory are reworded from what remains, at the end of the statement that
//! deleted it, and what is kept of their past goes.
//!
//! The row trigger notes them while their citations are there. The next run makes them whole, with their terms, or retires them.

use super::outcome::digest;
use super::{Id, ledger};
use crate::pg::{
    self,
    spi::{self, Arg, Row},
    xact,
};
use crate::store::{cold, memory, undo};
use engram_engine::consolidation::content;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// What the memory of a belief says when all of its evidence was deleted.
const NOTHING: &str = "(forgotten)";

thread_local! {
    /// Beliefs by space, each with what it may quote. A rollback to a savepoint leaves them: rewording one for nothing does no harm.
    static QUOTING: RefCell<BTreeMap<(String, Id), BTreeSet<String>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Installs the callback. Called once, when the library is loaded.
pub fn init() {
    xact::on_xact(|_| QUOTING.with_borrow_mut(BTreeMap::clear));
}

/// Whether the catalog of this database has the tables: that of version 0.4.0 has not.
pub fn is_possible() -> bool {
    pg::has_table(c"consolidation_touch")
}

/// Notes which beliefs quote a memory that is about to be deleted. `text` is its content, blank where it is cold.
pub fn note(space: &str, id: Id, text: &str) {
    if memory::bulk() || undo::keeps_events() || pg::replicating() || !is_possible() {
        return;
    }
    let mut beliefs: Vec<Id> = Vec::new();
    let args = [Arg::Text(space), Arg::Uuid(id)];
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../../sql/query/consolidation_quoting.sql"), &args, |row| {
            beliefs.extend(row.uuid(1));
        })
    });
    if beliefs.is_empty() {
        return;
    }
    let away = text.is_empty().then(|| cold::find(space, id)).flatten();
    let quote = content::quote(away.as_ref().map_or(text, |wide| &wide.content));
    QUOTING.with_borrow_mut(|all| {
        for belief in beliefs {
            all.entry((space.to_owned(), belief)).or_default().insert(quote.clone());
        }
    });
}

/// Rewords what the statement that ends has noted.
pub fn reword() {
    let noted = QUOTING.take();
    let mut versions: BTreeMap<String, i64> = BTreeMap::new();
    for ((space, belief), quotes) in noted {
        let version = *versions.entry(space.clone()).or_insert_with(|| bump(&space));
        pg::as_owner(|| reword_one(&space, belief, &quotes, version));
    }
}

/// The version that what is reworded is published in.
fn bump(space: &str) -> i64 {
    let mut bumped = None;
    pg::as_owner(|| {
        let sql = include_str!("../../../sql/query/consolidation_bump.sql");
        spi::execute_returning(sql, &[Arg::Text(space)], |row| bumped = row.int8(1).zip(row.uuid(2)));
    });
    if let Some((version, run)) = bumped {
        ledger::tell(space, run, version);
    }
    bumped.map_or(0, |(version, _)| version)
}

fn reword_one(space: &str, belief: Id, quotes: &BTreeSet<String>, version: i64) {
    let key = [Arg::Text(space), Arg::Uuid(belief)];
    let mut found = None;
    spi::execute_returning(include_str!("../../../sql/query/consolidation_remaining.sql"), &key, |row| {
        let said = [row.text(6), row.text(7), row.text(8)];
        let now = digest(row.text(3).unwrap_or_default(), row.vector(4), row.text(5), said);
        let edited = row.bytes(2).and_then(|written| written.get(..16)) != Some(&now[..16]);
        let quotes = quotes.iter().any(|quote| row.text(3).is_some_and(|content| content.contains(quote.as_str())));
        let quote = row.text(9).map(content::quote);
        found = Some((edited && !quotes, quote, row.int4(10).unwrap_or(0)));
    });
    spi::execute(include_str!("../../../sql/query/consolidation_erase.sql"), &key);
    let Some((own, quote, count)) = found else {
        // The belief itself was deleted.
        spi::execute(include_str!("../../../sql/query/consolidation_forget.sql"), &key);
        return;
    };
    if own {
        // What somebody has made of it quotes nothing.
        return;
    }
    let gone = quote.is_none();
    let text = match &quote {
        Some(quote) => content::compose(quote, count.unsigned_abs(), &[]),
        None => NOTHING.to_owned(),
    };
    let metadata = serde_json::json!({ "count": count }).to_string();
    let args = [key[0], key[1], Arg::Text(&text), Arg::Jsonb(&metadata), Arg::Bool(gone)];
    let mut written = [0; 32];
    let take = |row: &Row<'_>| {
        let said = [row.text(4), row.text(5), row.text(6)];
        written = digest(row.text(1).unwrap_or_default(), row.vector(2), row.text(3), said);
    };
    memory::replacing_as(memory::Replacing::Some, || {
        spi::execute_returning(include_str!("../../../sql/query/consolidation_unquote.sql"), &args, take)
    });
    let args = [key[0], key[1], Arg::Bytes(&written), Arg::Int4(count), Arg::Bool(gone)];
    spi::execute(include_str!("../../../sql/query/consolidation_unknow.sql"), &args);
    let args = [key[0], key[1], Arg::Text(&text), Arg::Int4(count), Arg::Int8(version), Arg::Bool(gone)];
    spi::execute(include_str!("../../../sql/query/consolidation_republish.sql"), &args);
}

/// After every memory was truncated away.
pub fn erase_all() {
    if is_possible() {
        pg::as_owner(|| {
            spi::execute(include_str!("../../../sql/query/consolidation_erase_all.sql"), &[]);
            spi::execute(include_str!("../../../sql/query/consolidation_bump_all.sql"), &[]);
        });
    }
}

/// Before the memories of a space are removed with it.
pub fn space_drop(space: &str) {
    if is_possible() {
        spi::execute(include_str!("../../../sql/query/consolidation_space_drop.sql"), &[Arg::Text(space)]);
    }
}

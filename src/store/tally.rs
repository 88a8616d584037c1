//! What the statements that run now have done to memories, by space, until the trigger at their end takes it.
//!
//! Row triggers add, with the subtransaction that did it; a rollback to a savepoint takes its share back. Nothing is added where nobody
//! asks: rows of a space without a quota count only when they are changed or deleted by what is to be audited.

use crate::pg::xact;
use pgrx::Uuid;
use std::cell::RefCell;
use std::collections::HashMap;

/// What was done to one space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub space: String,
    pub inserted: i64,
    pub updated: i64,
    pub deleted: i64,
    /// Change of the bytes of contents and embeddings.
    pub bytes: i64,
    /// A memory that was changed or deleted.
    pub one: Option<Uuid>,
    /// Rows came from a restore.
    pub restoring: bool,
}

thread_local! {
    /// By space, each with the subtransaction that did it.
    static OPEN: RefCell<HashMap<String, Vec<(u32, Tally)>>> = RefCell::new(HashMap::new());
}

/// Installs the callbacks. Called once, when the library is loaded.
pub fn init() {
    xact::on_xact(|_| OPEN.with_borrow_mut(HashMap::clear));
    xact::on_subxact(|event, my, parent| match event {
        xact::SubEvent::Start => {}
        xact::SubEvent::Commit => OPEN.with_borrow_mut(|open| {
            open.values_mut().flatten().filter(|t| t.0 == my).for_each(|t| t.0 = parent);
        }),
        xact::SubEvent::Abort => {
            OPEN.with_borrow_mut(|open| open.values_mut().for_each(|all| all.retain(|t| t.0 != my)))
        }
    });
}

/// Adds to what was done to a space.
pub fn add(space: &str, f: impl FnOnce(&mut Tally)) {
    let subxact = xact::current_subxact();
    OPEN.with_borrow_mut(|open| {
        if !open.contains_key(space) {
            open.insert(space.to_owned(), Vec::new());
        }
        let Some(all) = open.get_mut(space) else { return };
        let at = all.iter().rposition(|t| t.0 == subxact).unwrap_or_else(|| {
            all.push((subxact, Tally { space: space.to_owned(), ..Tally::default() }));
            all.len() - 1
        });
        f(&mut all[at].1);
    });
}

/// Memories and bytes by which a space has grown, and whether rows come from a restore.
pub fn growth(space: &str) -> (i64, i64, bool) {
    OPEN.with_borrow(|open| {
        let of_space = open.get(space).into_iter().flatten();
        of_space.fold((0, 0, false), |(memories, bytes, restoring), (_, t)| {
            (memories + t.inserted - t.deleted, bytes + t.bytes, restoring || t.restoring)
        })
    })
}

/// Takes everything, in the order of the names of spaces.
pub fn take() -> Vec<Tally> {
    let mut all: Vec<Tally> = OPEN.with_borrow_mut(std::mem::take).into_values().flatten().map(|t| t.1).collect();
    all.sort_by(|a, b| a.space.cmp(&b.space));
    all
}

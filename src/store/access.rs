//! Spaces as the current user meets them: their settings and what the user may do there.
//!
//! The row is read with the rights of the owner of engram.memory, the user's membership is part of the answer. Answers are kept
//! for one statement of the client: a change made by another session counts from the next statement on, a change of our own at
//! once. A rollback, of a transaction or to a savepoint, forgets them.

use super::usage::Quota;
use crate::pg::{
    self, role,
    spi::{self, Arg, Row},
    xact,
};
use pgrx::pg_sys;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// A space and the rights of one user in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    pub name: String,
    /// None until the first embedding arrives.
    pub dimensions: Option<i32>,
    pub language: String,
    /// Name of the encoder of its embeddings; none while nothing says so.
    pub encoder: Option<String>,
    /// Transaction of the last change of its row or of its aliases.
    pub changed: u64,
    pub has_aliases: bool,
    pub quota: Quota,
    /// Somebody watches it.
    pub watched: bool,
    /// May configure and drop it.
    pub owner: bool,
    pub writer: bool,
    pub reader: bool,
    /// Member of engram_admin, whatever the space.
    pub admin: bool,
    /// Member of pg_monitor, whatever the space.
    pub monitor: bool,
}

impl Space {
    pub fn may_read(&self) -> bool {
        self.owner || self.writer || self.reader
    }

    pub fn may_write(&self) -> bool {
        self.owner || self.writer
    }

    /// Whether the user may know that the space exists and see its statistics.
    pub fn may_see(&self) -> bool {
        self.may_read() || self.admin || self.monitor
    }
}

type Known = HashMap<(pg_sys::Oid, String), Option<Rc<Space>>>;

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::new(HashMap::new());
    /// Start of the statement the answers belong to, in microseconds.
    static STATEMENT: Cell<i64> = const { Cell::new(i64::MIN) };
}

/// Installs the callbacks that forget kept answers. Called once, when the library is loaded.
pub fn init() {
    xact::on_xact(|_| forget());
    xact::on_subxact(|event, _, _| {
        if matches!(event, xact::SubEvent::Abort) {
            forget();
        }
    });
}

/// Forgets every kept answer. Called after each change of engram.space.
pub fn forget() {
    KNOWN.with_borrow_mut(HashMap::clear);
}

/// The space as the current user meets it, whatever the user may do there; none where there is no such space. Reads with the
/// active snapshot, so it serves policies and read-only transactions.
pub fn find(name: &str) -> Option<Rc<Space>> {
    let statement = pg::now_micros();
    if STATEMENT.replace(statement) != statement {
        forget();
    }
    let key = (pg::current_user(), name.to_owned());
    if let Some(kept) = KNOWN.with_borrow(|known| known.get(&key).cloned()) {
        return kept;
    }
    look_up(key, Sight::Statement)
}

/// The same as of this moment: also what this call, and other sessions since the statement began, have changed.
pub fn find_again(name: &str) -> Option<Rc<Space>> {
    look_up((pg::current_user(), name.to_owned()), Sight::Moment)
}

/// The space, where the current user may read it.
pub fn readable(name: &str) -> Option<Rc<Space>> {
    find(name).filter(|space| space.may_read())
}

/// Whether the current user may know of the space and see its statistics.
pub fn may_see(name: &str) -> bool {
    find(name).is_some_and(|space| space.may_see())
}

/// What a look-up sees.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    Statement,
    Moment,
}

fn look_up(key: (pg_sys::Oid, String), sight: Sight) -> Option<Rc<Space>> {
    let sql = include_str!("../../sql/query/space_find.sql");
    let args = [Arg::Text(&key.1)];
    let user = key.0;
    let mut found = None;
    let take = |row: &Row| {
        let any = |column| {
            let members = row.text_array(column).unwrap_or_default();
            members.into_iter().any(|member| role::has_rights_of(user, member))
        };
        let owner = row.text(3).is_some_and(|name| role::has_rights_of(user, name));
        found = Some(Rc::new(Space {
            name: key.1.clone(),
            dimensions: row.int4(1),
            language: row.text(2).unwrap_or_default().to_owned(),
            encoder: row.text(6).map(str::to_owned),
            changed: row.xid8(7).unwrap_or(0),
            has_aliases: row.bool(8).unwrap_or(false),
            quota: Quota { memories: row.int8(9), bytes: row.int8(10) },
            watched: row.bool(11).unwrap_or(false),
            owner,
            writer: owner || any(4) || role::bypasses_row_security(user),
            reader: any(5),
            admin: role::has_rights_of(user, "engram_admin"),
            monitor: role::has_rights_of(user, "pg_monitor"),
        }));
    };
    pg::as_owner(|| match sight {
        Sight::Statement => spi::select(sql, &args, take),
        Sight::Moment => spi::execute_returning(sql, &args, take),
    });
    KNOWN.with_borrow_mut(|known| known.insert(key, found.clone()));
    found
}

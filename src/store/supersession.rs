//! Which memory replaced which: rows of engram.supersession, and the validity of both memories.

use crate::pg::{
    self,
    spi::{self, Arg},
};
use pgrx::Uuid;

/// What decides about a replacement. Times are in microseconds since the Unix epoch.
#[derive(Default)]
pub struct Standing {
    pub superseded_by: Option<[u8; 16]>,
    pub valid_from: Option<i64>,
    pub valid_to: Option<i64>,
    pub source: Option<String>,
    pub evidence: (f32, f32),
    pub context: Option<String>,
    pub kind: String,
}

/// How a memory stands, as the caller may see it.
pub fn standing(space: &str, id: Uuid) -> Option<Standing> {
    let args = [Arg::Text(space), Arg::Uuid(*id.as_bytes())];
    let mut found = None;
    spi::execute_returning(include_str!("../../sql/query/memory_standing.sql"), &args, |row| {
        found = Some(Standing {
            superseded_by: row.uuid(1),
            valid_from: row.timestamptz(2),
            valid_to: row.timestamptz(3),
            source: row.text(4).map(str::to_owned),
            evidence: (row.float4(5).unwrap_or(0.0), row.float4(6).unwrap_or(0.0)),
            context: row.text(7).map(str::to_owned),
            kind: row.text(8).unwrap_or_default().to_owned(),
        });
    });
    found
}

/// Marks a locked memory as replaced by `new` from `at` on.
pub fn replace(space: &str, old: Uuid, new: Uuid, at: i64) {
    let args = [Arg::Text(space), Arg::Uuid(*old.as_bytes()), Arg::Uuid(*new.as_bytes()), Arg::Timestamptz(at)];
    spi::execute(include_str!("../../sql/query/memory_replace.sql"), &args);
}

/// Lets a memory be valid from `at` on, unless it says since when it is. Returns whether it did not.
pub fn begin(space: &str, id: Uuid, at: i64) -> bool {
    let args = [Arg::Text(space), Arg::Uuid(*id.as_bytes()), Arg::Timestamptz(at)];
    spi::execute(include_str!("../../sql/query/memory_begin.sql"), &args) > 0
}

/// Takes back what [`begin`] has set.
pub fn take_back_begin(space: &str, id: Uuid, at: i64) {
    let args = [Arg::Text(space), Arg::Uuid(*id.as_bytes()), Arg::Timestamptz(at)];
    spi::execute(include_str!("../../sql/query/memory_unbegin.sql"), &args);
}

/// Marks a memory as replaced by none; the end of its validity goes where it is at `ended`.
pub fn reinstate(space: &str, id: Uuid, ended: Option<i64>) {
    let args = [Arg::Text(space), Arg::Uuid(*id.as_bytes()), Arg::timestamptz_or_null(ended)];
    spi::execute(include_str!("../../sql/query/memory_reinstate.sql"), &args);
}

/// One replacement.
#[derive(Clone, Copy)]
pub struct Supersession {
    pub old: Uuid,
    pub new: Uuid,
    /// When the fact changed.
    pub at: i64,
    /// It set the end of the validity of the old memory, and the start of that of the new one.
    pub ended: bool,
    pub began: bool,
    /// It made the new memory.
    pub made: bool,
}

/// Enters a replacement that became known at `made_at`.
pub fn note(space: &str, entry: Uuid, replaced: &Supersession, made_at: i64) {
    let user = pg::current_user();
    let args = [
        Arg::Text(space),
        Arg::Uuid(*entry.as_bytes()),
        Arg::Uuid(*replaced.old.as_bytes()),
        Arg::Uuid(*replaced.new.as_bytes()),
        Arg::Timestamptz(replaced.at),
        Arg::Bool(replaced.ended),
        Arg::Bool(replaced.began),
        Arg::Bool(replaced.made),
        Arg::Timestamptz(made_at),
        Arg::Oid(user),
    ];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/supersession_insert.sql"), &args));
}

/// The replacement of `old` by `new` that holds, and whether `new` replaces others, too. None where it was made without a function.
pub fn last(space: &str, old: Uuid, new: Uuid) -> Option<(Supersession, bool)> {
    let args = [Arg::Text(space), Arg::Uuid(*old.as_bytes()), Arg::Uuid(*new.as_bytes())];
    let mut found = None;
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../sql/query/supersession_last.sql"), &args, |row| {
            let is = |column| row.bool(column).unwrap_or(false);
            let at = row.timestamptz(2).unwrap_or_default();
            let (ended, began, made) = (is(3), is(4), is(5));
            found = Some((Supersession { old, new, at, ended, began, made }, is(6)));
        });
    });
    found
}

/// Marks the replacements of a memory as undone at a time. Returns how many held.
pub fn undo(space: &str, old: Uuid, at: i64) -> u64 {
    let user = pg::current_user();
    let args = [Arg::Text(space), Arg::Uuid(*old.as_bytes()), Arg::Timestamptz(at), Arg::Oid(user)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/supersession_undo.sql"), &args))
}

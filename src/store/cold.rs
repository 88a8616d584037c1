//! Rows of engram.cold, the content and embedding of cold memories, and moves to them and back. Nobody writes them directly: the
//! triggers of engram.memory do, as the owner of the tables.
//!
//! In engram.memory a cold memory has a blank content, which no other has; queries tell it by that, so that they also serve the
//! catalog of version 0.2.0, which has no column for it.

use crate::pg::{
    self,
    spi::{self, Arg},
};
use pgrx::pg_sys::UUIDOID;
use std::cell::Cell;

/// What a cold memory has given up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wide {
    pub content: String,
    pub embedding: Option<Vec<f32>>,
}

thread_local! {
    /// A trigger of engram.memory is writing engram.cold.
    static PUTTING: Cell<bool> = const { Cell::new(false) };
}

/// Keeps content and embedding of a memory.
pub fn put(space: &str, id: [u8; 16], content: &str, embedding: Option<&[f32]>) {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            PUTTING.set(false);
        }
    }
    PUTTING.set(true);
    let _reset = Reset;
    let args = [Arg::Text(space), Arg::Uuid(id), Arg::Text(content), Arg::vector_or_null(embedding)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/cold_put.sql"), &args));
}

/// Whether the row of engram.cold that a trigger was called for comes from [`put`].
pub fn is_putting() -> bool {
    PUTTING.get()
}

/// Removes what is kept of a memory.
pub fn remove(space: &str, id: [u8; 16]) {
    pg::as_owner(|| {
        spi::execute(include_str!("../../sql/query/cold_take.sql"), &[Arg::Text(space), Arg::Uuid(id)]);
    });
}

/// What is kept of a memory, also what this statement has put there.
pub fn find(space: &str, id: [u8; 16]) -> Option<Wide> {
    let mut found = None;
    pg::as_owner(|| {
        let args = [Arg::Text(space), Arg::Uuid(id)];
        spi::execute_returning(include_str!("../../sql/query/cold_find.sql"), &args, |row| {
            found = Some(Wide {
                content: row.text(1).unwrap_or_default().to_owned(),
                embedding: row.vector(2).map(<[f32]>::to_vec),
            });
        });
    });
    found
}

/// Whether a memory is in the cold tier, as far as this statement sees.
pub fn is_away(space: &str, id: [u8; 16]) -> bool {
    let args = [Arg::Text(space), Arg::Uuid(id)];
    pg::as_owner(|| spi::select(include_str!("../../sql/query/cold_has.sql"), &args, |_| {})) > 0
}

/// How many cold memories the space has, whoever sees them; counts up to `limit`.
pub fn count_up_to(space: &str, limit: i32) -> i64 {
    let mut count = 0;
    pg::as_owner(|| {
        let args = [Arg::Text(space), Arg::Int4(limit)];
        spi::select(include_str!("../../sql/query/cold_any.sql"), &args, |row| count = row.int8(1).unwrap_or(0));
    });
    count
}

/// The row of engram.cold of a memory came after its row of engram.memory: counts as a change of it. False where there is none.
pub fn arrived(space: &str, id: [u8; 16]) -> bool {
    let args = [Arg::Text(space), Arg::Uuid(id)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/cold_arrived.sql"), &args)) > 0
}

/// Whether the catalog of this database has what moves need: that of version 0.2.0 has not.
pub fn is_possible() -> bool {
    pg::has_column(c"memory", c"cold")
}

/// Moves memories to the cold tier, as far as nobody holds them and they are not pinned. Returns how many.
pub fn chill(space: &str, ids: &[[u8; 16]]) -> u64 {
    let args = [Arg::Text(space), Arg::UuidArray(ids)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/chill.sql"), &args))
}

/// Brings memories back from the cold tier, as far as nobody holds them, which counts as a use of them. Returns how many.
pub fn thaw(space: &str, ids: &[[u8; 16]]) -> u64 {
    let mut back = Vec::new();
    pg::as_owner(|| {
        let args = [Arg::Text(space), Arg::UuidArray(ids)];
        spi::execute_returning(include_str!("../../sql/query/thaw.sql"), &args, |row| back.extend(row.uuid(1)));
    });
    if !back.is_empty() {
        used(space, &back);
    }
    back.len() as u64
}

/// Notes that memories were of use now.
pub fn used(space: &str, ids: &[[u8; 16]]) {
    let args = [Arg::Text(space), Arg::UuidArray(ids)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/trace_used.sql"), &args));
}

/// A memory that may be moved, and what the tables know of its use. Times are microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    pub id: [u8; 16],
    pub cold: bool,
    pub pinned: bool,
    pub created_at: i64,
    pub last_used: i64,
    /// A belief says what it says.
    pub explained: bool,
}

/// The next memories of a space in the order of ids, at most `most`. A belief explains what it cites with this weight or more.
pub fn candidates(space: &str, after: Option<[u8; 16]>, most: i32, explained: f32) -> Vec<Candidate> {
    let mut out = Vec::new();
    let args = [Arg::Text(space), after.map_or(Arg::Null(UUIDOID), Arg::Uuid), Arg::Int4(most), Arg::Float4(explained)];
    let (sql, args) = if super::consolidation::erase::is_possible() {
        (include_str!("../../sql/query/consolidation_candidates.sql"), &args[..])
    } else {
        (include_str!("../../sql/query/chill_candidates.sql"), &args[..3])
    };
    pg::as_owner(|| {
        spi::execute_returning(sql, args, |row| {
            let Some((id, created_at)) = row.uuid(1).zip(row.timestamptz(4)) else { return };
            let is = |column| row.bool(column).unwrap_or(false);
            let last_used = row.timestamptz(5).unwrap_or(created_at);
            out.push(Candidate { id, cold: is(2), pinned: is(3), created_at, last_used, explained: is(6) });
        });
    });
    out
}

/// A space, and how far it was gone through.
pub struct Pass {
    pub space: String,
    /// The last memory that was looked at; none between two passes.
    pub after: Option<[u8; 16]>,
    /// What is kept of the passes before; none where there was none.
    pub detail: Option<String>,
}

/// Every space.
pub fn passes() -> Vec<Pass> {
    let mut out = Vec::new();
    pg::as_owner(|| {
        spi::scan(include_str!("../../sql/query/chill_spaces.sql"), &[], 1000, |row| {
            out.push(Pass {
                space: row.text(1).unwrap_or_default().to_owned(),
                after: row.uuid(2),
                detail: row.text(3).map(str::to_owned),
            });
        });
    });
    out
}

/// The tier and the pin of a memory, which nobody else then changes until the transaction ends. None where the caller may not.
pub fn state(space: &str, id: [u8; 16]) -> Option<(bool, bool)> {
    let mut found = None;
    let args = [Arg::Text(space), Arg::Uuid(id)];
    spi::execute_returning(include_str!("../../sql/query/tier_find.sql"), &args, |row| {
        found = row.bool(1).zip(row.bool(2));
    });
    found
}

/// Moves a memory and pins it; none leaves what is.
pub fn set(space: &str, id: [u8; 16], cold: Option<bool>, pinned: Option<bool>) {
    let args = [Arg::Text(space), Arg::Uuid(id), Arg::bool_or_null(cold), Arg::bool_or_null(pinned)];
    spi::execute(include_str!("../../sql/query/tier_set.sql"), &args);
}

/// Calls `f` with each memory whose rows do not fit together, and what is wrong.
pub fn violations(space: &str, mut f: impl FnMut([u8; 16], &str)) {
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/check_cold.sql"), &[Arg::Text(space)], |row| {
            f(row.uuid(1).unwrap_or_default(), row.text(2).unwrap_or_default());
        });
    });
}

//! Embeddings of another encoder, beside those that a space has, until it changes over. All of it is written as the owner of the tables.

use super::memory::{self, Replacing};
use crate::pg::{
    self,
    spi::{self, Arg, Row},
};

/// A space that is getting another encoder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub encoder: String,
    pub dimensions: i32,
    /// Transaction that gave the space its encoder; none before.
    pub switched: Option<u64>,
    /// Ids up to this one were looked at.
    pub after: Option<[u8; 16]>,
}

/// A memory to embed.
pub struct Text<'a> {
    pub id: [u8; 16],
    pub content: &'a str,
    pub digest: [u8; 16],
}

/// Begins, unless it was begun. `has_it` says that the space has the encoder, and only what is written by another is to be replaced.
pub fn begin(space: &str, encoder: &str, dimensions: i32, has_it: bool) {
    let user = pg::current_user();
    let args = [Arg::Text(space), Arg::Text(encoder), Arg::Int4(dimensions), Arg::Bool(has_it), Arg::Oid(user)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/reembed_begin.sql"), &args));
}

/// How it stands; none where nothing was begun.
pub fn find(space: &str) -> Option<State> {
    read(include_str!("../../sql/query/reembed_find.sql"), space)
}

/// The same, and nobody else takes a step until the transaction ends.
pub fn lock(space: &str) -> Option<State> {
    read(include_str!("../../sql/query/reembed_lock.sql"), space)
}

fn read(sql: &'static str, space: &str) -> Option<State> {
    let mut found = None;
    pg::as_owner(|| {
        spi::execute_returning(sql, &[Arg::Text(space)], |row| {
            found = Some(State {
                encoder: row.text(1).unwrap_or_default().to_owned(),
                dimensions: row.int4(2).unwrap_or_default(),
                switched: row.xid8(5).filter(|_| row.text(3) == Some("switched")),
                after: row.uuid(4),
            });
        });
    });
    found
}

/// Calls `f` with the next memories after an id, in their order. Returns how many there were.
pub fn each_next(space: &str, after: Option<[u8; 16]>, most: i32, f: impl FnMut(Text<'_>)) -> u64 {
    let args = [Arg::Text(space), Arg::Uuid(after.unwrap_or_default()), Arg::Int4(most)];
    each(include_str!("../../sql/query/reembed_next.sql"), &args, f)
}

/// Calls `f` with memories that have no embedding of the built-in encoder, which the space is getting, at most `most`. Returns how many
/// there were.
pub fn each_missed(space: &str, state: &State, most: i32, f: impl FnMut(Text<'_>)) -> u64 {
    let (every, all) = (Arg::Bool(true), Arg::Bool(state.switched.is_none()));
    let args = [Arg::Text(space), Arg::Text(&state.encoder), every, all, Arg::Int4(most)];
    each(include_str!("../../sql/query/reembed_missed.sql"), &args, f)
}

fn each(sql: &'static str, args: &[Arg<'_>], mut f: impl FnMut(Text<'_>)) -> u64 {
    let take = |row: &Row| {
        if let Some((id, digest)) = row.uuid(1).zip(row.uuid(3)) {
            f(Text { id, digest, content: row.text(2).unwrap_or_default() });
        }
    };
    pg::as_owner(|| spi::execute_returning(sql, args, take))
}

/// How many memories wait for an embedding from outside.
pub fn waiting(space: &str, state: &State) -> i64 {
    let args = [Arg::Text(space), Arg::Text(&state.encoder), Arg::Bool(state.switched.is_none())];
    let mut waiting = 0;
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../sql/query/reembed_waiting.sql"), &args, |row| {
            waiting = row.int8(1).unwrap_or(0);
        });
    });
    waiting
}

/// The digest of the content that a memory has now; none where there is no such memory.
pub fn digest_of(space: &str, id: [u8; 16]) -> Option<[u8; 16]> {
    let mut found = None;
    let sql = include_str!("../../sql/query/reembed_content.sql");
    pg::as_owner(|| {
        spi::execute_returning(sql, &[Arg::Text(space), Arg::Uuid(id)], |row| found = row.uuid(1));
    });
    found
}

/// Keeps the embedding made from a content with this digest, in place of a former one. Says whether the memory is there.
pub fn put(space: &str, id: [u8; 16], digest: [u8; 16], embedding: Option<&[f32]>) -> bool {
    let args = [Arg::Text(space), Arg::Uuid(id), Arg::Uuid(digest), Arg::vector_or_null(embedding)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/reembed_put.sql"), &args)) > 0
}

/// Notes that memories up to this id were looked at.
pub fn keep_after(space: &str, after: [u8; 16]) {
    let args = [Arg::Text(space), Arg::Uuid(after)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/reembed_after.sql"), &args));
}

/// Gives the space its encoder.
pub fn switch(space: &str, state: &State) {
    let args = [Arg::Text(space), Arg::Text(&state.encoder), Arg::Int4(state.dimensions)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/reembed_switch.sql"), &args));
    super::access::forget();
}

/// Gives memories that are not of the new encoder the embeddings that are there for them. Returns how many there were.
pub fn apply(space: &str, state: &State, how: Replacing) -> u64 {
    let args = [Arg::Text(space), Arg::Text(&state.encoder)];
    memory::replacing_as(how, || {
        pg::as_owner(|| {
            spi::execute(include_str!("../../sql/query/reembed_apply_cold.sql"), &args);
            spi::execute(include_str!("../../sql/query/reembed_apply.sql"), &args)
        })
    })
}

/// Forgets what was kept for it.
pub fn end(space: &str) {
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/reembed_end.sql"), &[Arg::Text(space)]));
}

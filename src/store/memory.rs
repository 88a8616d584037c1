//! Rows of engram.memory and of what hangs on them.

use super::learned::Progress;
use crate::pg::{
    self,
    jsonb::Jsonb,
    spi::{self, Arg},
    vector::Vector,
};
use pgrx::datum::TimestampWithTimeZone;
use pgrx::pg_sys::UUIDOID;
use pgrx::{IntoDatum, Uuid};
use std::cell::Cell;

/// One memory to store.
pub struct NewMemory<'a> {
    pub space: &'a str,
    pub id: Uuid,
    pub content: &'a str,
    pub embedding: Option<Vector<'a>>,
    /// Beside those that are found in the content.
    pub cues: Vec<String>,
    pub context: Option<&'a str>,
    pub kind: &'a str,
    pub evidence_for: f32,
    pub evidence_against: f32,
    pub occurred_at: Option<TimestampWithTimeZone>,
    pub source: Option<&'a str>,
    /// None is an empty object.
    pub metadata: Option<Jsonb>,
}

/// What is to change in a memory; none leaves it.
#[derive(Default)]
pub struct Changes<'a> {
    pub content: Option<&'a str>,
    pub embedding: Option<Vector<'a>>,
    pub cues: Option<Vec<String>>,
    pub metadata: Option<Jsonb>,
    pub context: Option<&'a str>,
    pub kind: Option<&'a str>,
    pub evidence: Option<(f32, f32)>,
    pub occurred_at: Option<TimestampWithTimeZone>,
    pub source: Option<&'a str>,
}

/// Which memories a condition chooses; none does not restrict.
pub struct Condition<'a> {
    /// Contained in the metadata.
    pub filter: Option<Jsonb>,
    pub kinds: Option<Vec<String>>,
    pub context: Option<&'a str>,
    /// Included.
    pub since: Option<TimestampWithTimeZone>,
    /// Not included.
    pub until: Option<TimestampWithTimeZone>,
}

/// What forgetting does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgetting {
    /// Out of recall, and can be undone.
    Suppress,
    /// Undoes suppressing.
    Restore,
    /// For ever.
    Delete,
}

thread_local! {
    /// Position, from 0, of the memory of a batch that is written next.
    static POSITION: Cell<Option<usize>> = const { Cell::new(None) };
    /// A whole space is being removed: its rows are erased by statements for all of them.
    static IN_BULK: Cell<bool> = const { Cell::new(false) };
    /// Rows that were removed so, and when the client last heard of it.
    static REMOVED: Cell<(u64, i64)> = const { Cell::new((0, 0)) };
    /// Embeddings of a space are being replaced, each with the name of its encoder.
    static REPLACING: Cell<Replacing> = const { Cell::new(Replacing::No) };
}

/// A new id: UUID version 7, ascending within the session.
pub fn new_id() -> Uuid {
    Uuid::from_bytes(*uuid::Uuid::now_v7().as_bytes())
}

/// Stores a memory whose id is new.
pub fn insert(memory: &NewMemory) {
    store(include_str!("../../sql/query/memory_insert.sql"), memory);
}

/// Stores a memory unless there is one with its id. Returns whether it was stored.
pub fn insert_given(memory: &NewMemory) -> bool {
    store(include_str!("../../sql/query/memory_insert_given.sql"), memory) == 1
}

fn store(sql: &'static str, memory: &NewMemory) -> u64 {
    spi::execute(
        sql,
        &[
            Arg::Text(memory.space),
            Arg::Uuid(*memory.id.as_bytes()),
            Arg::Text(memory.content),
            vector(memory.embedding.as_ref()),
            Arg::TextArray(&memory.cues),
            Arg::text_or_null(memory.context),
            Arg::Text(memory.kind),
            Arg::Float4(memory.evidence_for),
            Arg::Float4(memory.evidence_against),
            time(memory.occurred_at),
            Arg::text_or_null(memory.source),
            Jsonb::arg(memory.metadata),
        ],
    )
}

/// Whether the caller can see a memory with this id and this content.
pub fn same(space: &str, id: Uuid, content: &str) -> bool {
    found(
        include_str!("../../sql/query/memory_same.sql"),
        &[Arg::Text(space), Arg::Uuid(*id.as_bytes()), Arg::Text(content)],
    )
}

/// Calls `f` with id, content and context of those memories that the caller may see and that are recalled by default, in the order
/// of their ids; also what this statement has stored.
pub fn recallable(space: &str, ids: &[[u8; 16]], mut f: impl FnMut([u8; 16], &str, Option<&str>)) {
    let sql = include_str!("../../sql/query/duplicate_rows.sql");
    spi::execute_returning(sql, &[Arg::Text(space), Arg::UuidArray(ids)], |row| {
        if let Some((id, content)) = row.uuid(1).zip(row.text(2)) {
            f(id, content, row.text(3));
        }
    });
}

/// How many memories the space has, whoever sees them; counts up to `limit`.
pub fn count_up_to(space: &str, limit: i32) -> i64 {
    let sql = include_str!("../../sql/query/space_size.sql");
    let mut size = 0;
    pg::as_owner(|| {
        spi::select(sql, &[Arg::Text(space), Arg::Int4(limit)], |row| size = row.int8(1).unwrap_or(0));
    });
    size
}

/// How many memories the space has, whoever sees them.
pub fn count(space: &str) -> i64 {
    count_up_to(space, i32::MAX)
}

/// Whether the caller can see a memory with this id.
pub fn exists(space: &str, id: Uuid) -> bool {
    found(include_str!("../../sql/query/memory_exists.sql"), &[Arg::Text(space), Arg::Uuid(*id.as_bytes())])
}

/// Keeps others from changing the memory until the transaction ends. Returns whether it is in the cold tier; none where the
/// caller may not change it.
pub fn lock(space: &str, id: Uuid) -> Option<bool> {
    let mut found = None;
    let args = [Arg::Text(space), Arg::Uuid(*id.as_bytes())];
    spi::execute_returning(include_str!("../../sql/query/memory_lock.sql"), &args, |row| found = row.bool(1));
    found
}

/// Keeps the present version of a locked memory whose content is in its row.
pub fn keep_version(space: &str, id: Uuid) {
    keep_version_of(space, id, "correct");
}

/// The same with the mode of the update that replaces it.
pub fn keep_version_of(space: &str, id: Uuid, mode: &str) {
    let user = pg::current_user();
    pg::as_owner(|| {
        spi::execute(
            include_str!("../../sql/query/history_insert.sql"),
            &[Arg::Text(space), Arg::Uuid(*id.as_bytes()), Arg::Oid(user), Arg::Text(mode)],
        );
    });
}

/// Changes a memory.
pub fn update(space: &str, id: Uuid, changes: &Changes) {
    let embedding = vector(changes.embedding.as_ref());
    spi::execute(include_str!("../../sql/query/memory_update.sql"), &arguments(space, id, changes, embedding));
}

/// The same with an embedding of our own.
pub fn update_blended(space: &str, id: Uuid, changes: &Changes, embedding: &[f32]) {
    let sql = include_str!("../../sql/query/memory_update.sql");
    spi::execute(sql, &arguments(space, id, changes, Arg::Vector(embedding)));
}

/// Stores a memory that is what another one is with the changes, under the id `new`.
pub fn compete(space: &str, id: Uuid, new: Uuid, changes: &Changes) {
    let mut args = arguments(space, id, changes, vector(changes.embedding.as_ref())).to_vec();
    args.push(Arg::Uuid(*new.as_bytes()));
    spi::execute(include_str!("../../sql/query/memory_compete.sql"), &args);
}

fn arguments<'a>(space: &'a str, id: Uuid, changes: &'a Changes, embedding: Arg<'a>) -> [Arg<'a>; 12] {
    [
        Arg::Text(space),
        Arg::Uuid(*id.as_bytes()),
        Arg::text_or_null(changes.content),
        embedding,
        Arg::text_array_or_null(changes.cues.as_deref()),
        Jsonb::arg(changes.metadata),
        Arg::text_or_null(changes.context),
        Arg::text_or_null(changes.kind),
        Arg::float4_or_null(changes.evidence.map(|e| e.0)),
        Arg::float4_or_null(changes.evidence.map(|e| e.1)),
        time(changes.occurred_at),
        Arg::text_or_null(changes.source),
    ]
}

/// Forgets one memory, or undoes it. Returns whether anything changed.
pub fn forget(space: &str, id: Uuid, how: Forgetting) -> bool {
    let sql = match how {
        Forgetting::Suppress => include_str!("../../sql/query/memory_suppress.sql"),
        Forgetting::Restore => include_str!("../../sql/query/memory_restore.sql"),
        Forgetting::Delete => include_str!("../../sql/query/memory_delete.sql"),
    };
    spi::execute(sql, &[Arg::Text(space), Arg::Uuid(*id.as_bytes())]) > 0
}

/// Forgets the memories that the condition chooses, or undoes it. Returns how many changed.
pub fn forget_where(space: &str, condition: &Condition, how: Forgetting) -> u64 {
    let sql = match how {
        Forgetting::Suppress => include_str!("../../sql/query/forget_where_suppress.sql"),
        Forgetting::Restore => include_str!("../../sql/query/forget_where_restore.sql"),
        Forgetting::Delete => include_str!("../../sql/query/forget_where_delete.sql"),
    };
    spi::execute(
        sql,
        &[
            Arg::Text(space),
            Jsonb::arg(condition.filter),
            Arg::text_array_or_null(condition.kinds.as_deref()),
            Arg::text_or_null(condition.context),
            time(condition.since),
            time(condition.until),
        ],
    )
}

/// Whether `old` already replaces `new`, directly or through others.
pub fn replaces(space: &str, old: Uuid, new: Uuid) -> bool {
    let sql = include_str!("../../sql/query/memory_superseded.sql");
    let args = [Arg::Text(space), Arg::Uuid(*old.as_bytes()), Arg::Uuid(*new.as_bytes())];
    let mut found = false;
    spi::execute_returning(sql, &args, |row| found = row.bool(1).unwrap_or(false));
    found
}

/// Marks `old` as replaced by `new`.
pub fn supersede(space: &str, old: Uuid, new: Uuid) {
    spi::execute(
        include_str!("../../sql/query/memory_supersede.sql"),
        &[Arg::Text(space), Arg::Uuid(*old.as_bytes()), Arg::Uuid(*new.as_bytes())],
    );
}

/// Removes what a deleted memory leaves behind where no foreign key does, and notes the deletion for a later reload.
pub fn erase(space: &str, id: Uuid) {
    if bulk() {
        return;
    }
    pg::as_owner(|| {
        let args = [Arg::Text(space), Arg::Uuid(*id.as_bytes()), Arg::Bool(super::undo::keeps_events())];
        spi::execute(include_str!("../../sql/query/memory_erase.sql"), &args)
    });
}

/// The same after every memory was truncated away.
pub fn erase_all() {
    pg::as_owner(|| {
        spi::execute(include_str!("../../sql/query/memory_erase_all.sql"), &[]);
    });
}

/// Notes that a whole table was emptied, for who reads what changed.
pub fn record_truncate() {
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/change_truncate.sql"), &[]));
}

/// Runs `f` while the triggers leave erasing and noting changes to the statements of `f`.
pub fn in_bulk(f: impl FnOnce()) {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            IN_BULK.set(false);
        }
    }
    IN_BULK.set(true);
    REMOVED.set((0, pg::clock_micros()));
    let _reset = Reset;
    f();
}

/// What the triggers do with embeddings that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacing {
    /// They check them.
    No,
    /// They take them as they are.
    Some,
    /// The same, and the space is loaded anew afterwards.
    All,
}

/// Runs `f`, which replaces embeddings of a space by those of another encoder.
pub fn replacing_as<R>(how: Replacing, f: impl FnOnce() -> R) -> R {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            REPLACING.set(Replacing::No);
        }
    }
    REPLACING.set(how);
    let _reset = Reset;
    f()
}

/// Whether the hot tier need not hear of what is written.
pub fn replacing() -> bool {
    REPLACING.get() == Replacing::All
}

/// Whether embeddings come with the name of their encoder and are taken as they are.
pub fn takes_embeddings() -> bool {
    REPLACING.get() != Replacing::No
}

/// Whether a whole space is being removed.
pub fn bulk() -> bool {
    IN_BULK.get()
}

/// Counts a row of a space that is being removed, and tells the client every few seconds how far that is.
pub fn count_removed(space: &str) {
    const BETWEEN_LOOKS: u64 = 1000;
    const BETWEEN_NOTICES: i64 = 5_000_000;
    let (removed, told) = REMOVED.get();
    let removed = removed + 1;
    let now = if removed % BETWEEN_LOOKS == 0 { pg::clock_micros() } else { told };
    if now - told >= BETWEEN_NOTICES {
        pgrx::notice!("removed {removed} memories of space \"{space}\" so far");
        REMOVED.set((removed, now));
    } else {
        REMOVED.set((removed, told));
    }
}

/// Runs `f`, which writes a batch in order, counting its rows.
pub fn in_batch<R>(f: impl FnOnce() -> R) -> R {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            POSITION.set(None);
        }
    }
    POSITION.set(Some(0));
    let _reset = Reset;
    f()
}

/// Position, from 0, of the memory of the running batch that is written next.
pub fn position() -> Option<usize> {
    POSITION.get()
}

/// Counts a row of the running batch.
pub fn count_written() {
    POSITION.set(POSITION.get().map(|n| n + 1));
}

/// Whether a query has a row, seeing also what was committed since the statement began.
fn found(sql: &'static str, args: &[Arg]) -> bool {
    spi::execute(sql, args) > 0
}

fn vector<'a>(vector: Option<&Vector<'a>>) -> Arg<'a> {
    Arg::vector_or_null(vector.map(Vector::as_slice))
}

fn time(time: Option<TimestampWithTimeZone>) -> Arg<'static> {
    match time.and_then(IntoDatum::into_datum) {
        Some(datum) => Arg::Datum(datum, TimestampWithTimeZone::type_oid()),
        None => Arg::Null(TimestampWithTimeZone::type_oid()),
    }
}

/// A memory with the cues it mentions.
pub struct Mentions {
    /// Transaction that changed it.
    pub changed: u64,
    pub id: [u8; 16],
    pub cues: Vec<String>,
    pub content: String,
}

fn mentions(sql: &'static str, args: &[Arg<'_>]) -> Vec<Mentions> {
    let mut found = Vec::new();
    pg::as_owner(|| {
        spi::execute_returning(sql, args, |row| {
            let cues = row.text_array(3).unwrap_or_default();
            found.push(Mentions {
                changed: row.xid8(1).unwrap_or(0),
                id: row.uuid(2).unwrap_or_default(),
                cues: cues.into_iter().map(str::to_owned).collect(),
                content: row.text(4).unwrap_or_default().to_owned(),
            });
        });
    });
    found
}

/// The cues and texts of the next memories that changed before transaction `until`, at most `most`, in the order of transactions and ids.
pub fn mentions_since(space: &str, progress: &Progress, until: u64, most: usize) -> Vec<Mentions> {
    let after = progress.after.map_or(Arg::Null(UUIDOID), Arg::Uuid);
    let (through, until, most) = (Arg::Xid8(progress.through), Arg::Xid8(until), Arg::Int4(most as i32));
    mentions(include_str!("../../sql/query/cues_since.sql"), &[Arg::Text(space), through, until, after, most])
}

/// The cues and texts of memories, in the order of ids.
pub fn mentions_of(space: &str, ids: &[[u8; 16]]) -> Vec<Mentions> {
    if ids.is_empty() {
        return Vec::new();
    }
    mentions(include_str!("../../sql/query/cues_of.sql"), &[Arg::Text(space), Arg::UuidArray(ids)])
}

/// Gives a memory other cues, if it still has the `former` ones and nobody is changing it. Says whether it was so.
pub fn set_cues(space: &str, id: [u8; 16], cues: &[String], former: &[String]) -> bool {
    let args = [Arg::Text(space), Arg::Uuid(id), Arg::TextArray(cues), Arg::TextArray(former)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/cues_set.sql"), &args)) > 0
}

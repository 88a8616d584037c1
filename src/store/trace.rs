//! Rows of engram.trace: how memories have been used. Nobody writes them directly.

use super::decay::{Trace, trace_of};
use super::memory::new_id;
use crate::pg::{
    self,
    spi::{self, Arg},
};
use pgrx::Uuid;

/// Counts a use of the memory now, in a catalog of version 0.3.0. False when the memory was deleted in the meantime.
pub fn reinforce(space: &str, id: Uuid) -> bool {
    let sql = include_str!("../../sql/query/trace_reinforce.sql");
    pg::as_owner(|| spi::execute(sql, &[Arg::Text(space), Arg::Uuid(*id.as_bytes())])) > 0
}

/// Whether to wait for rows that others hold, or to leave them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    ForOthers,
    Never,
}

/// Makes empty traces for those of `ids` that have none.
pub fn make(space: &str, ids: &[[u8; 16]]) {
    let args = [Arg::Text(space), Arg::UuidArray(ids)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/trace_make.sql"), &args));
}

/// Locks the traces of `ids` until the transaction ends, and reads them.
pub fn lock(space: &str, ids: &[[u8; 16]], wait: Wait, mut f: impl FnMut(Trace)) {
    let sql = match wait {
        Wait::ForOthers => include_str!("../../sql/query/trace_lock_waiting.sql"),
        Wait::Never => include_str!("../../sql/query/trace_lock.sql"),
    };
    let args = [Arg::Text(space), Arg::UuidArray(ids)];
    pg::as_owner(|| spi::execute_returning(sql, &args, |row| f(trace_of(row.uuid(1).unwrap_or_default(), row))));
}

/// Rows to be written, column by column.
#[derive(Debug, Default)]
pub struct Written {
    ids: Vec<[u8; 16]>,
    recalls: Vec<i64>,
    first: Vec<i64>,
    last: Vec<i64>,
    /// The recent times of all rows, and where those of each begin and end, from 1.
    recent: Vec<i64>,
    start: Vec<i64>,
    stop: Vec<i64>,
    stability: Vec<f32>,
    room: Vec<f32>,
    weight: Vec<f32>,
}

impl Written {
    /// Adds a row that was used between two times.
    pub fn push(&mut self, trace: &Trace, first: i64, last: i64) {
        self.ids.push(trace.id);
        self.recalls.push(trace.recalls);
        self.first.push(first);
        self.last.push(last);
        self.start.push(self.recent.len() as i64 + 1);
        self.recent.extend(&trace.recent);
        self.stop.push(self.recent.len() as i64);
        self.stability.push(trace.stability.unwrap_or_default());
        self.room.push(trace.last_room.unwrap_or_default());
        self.weight.push(trace.last_weight.unwrap_or_default());
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }
}

/// Writes rows that are locked.
pub fn write(space: &str, rows: &Written) {
    if rows.ids.is_empty() {
        return;
    }
    let args = [
        Arg::Text(space),
        Arg::UuidArray(&rows.ids),
        Arg::Int8Array(&rows.recalls),
        Arg::TimestamptzArray(&rows.first),
        Arg::TimestamptzArray(&rows.last),
        Arg::TimestamptzArray(&rows.recent),
        Arg::Int8Array(&rows.start),
        Arg::Int8Array(&rows.stop),
        Arg::Float4Array(&rows.stability),
        Arg::Float4Array(&rows.room),
        Arg::Float4Array(&rows.weight),
    ];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/trace_write.sql"), &args));
}

/// Gives the last use of a memory another weight, and the memory the stability that comes of it.
pub fn weigh(space: &str, id: [u8; 16], stability: f32, weight: f32) {
    let args = [Arg::Text(space), Arg::Uuid(id), Arg::Float4(stability), Arg::Float4(weight)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/trace_weigh.sql"), &args));
}

/// Keeps what the caller said of a memory. False when it was deleted in the meantime.
pub fn insert_feedback(space: &str, id: [u8; 16], useful: bool) -> bool {
    let sql = include_str!("../../sql/query/feedback_insert.sql");
    let entry = *new_id().as_bytes();
    let by = Arg::Oid(pg::current_user());
    let args = [Arg::Text(space), Arg::Uuid(id), Arg::Uuid(entry), Arg::Bool(useful), by];
    pg::as_owner(|| spi::execute(sql, &args)) > 0
}

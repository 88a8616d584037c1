//! A batch of memories as one JSON array, stored by one statement.

use super::memory;
use crate::pg::{
    caught,
    jsonb::Jsonb,
    spi::{self, Arg, Row},
};
use pgrx::pg_sys::panic::{CaughtError, ErrorReportWithLevel};
use pgrx::{PgSqlErrorCode, PgTryBuilder, Uuid};
use std::panic::AssertUnwindSafe;

/// The array, and the space of those elements that name none.
pub struct Batch {
    memories: Jsonb,
    space: String,
}

/// What an array looks like before anything is stored. Positions count from 1.
pub struct Shape {
    pub type_name: String,
    /// First element that is no object.
    pub no_object: Option<i64>,
    /// First element whose confidence is not between 0 and 1.
    pub no_confidence: Option<i64>,
    /// First element with a key that nobody reads, and the key.
    pub stranger: Option<(i64, String)>,
    /// Whether any element brings an id.
    pub ids: bool,
    /// Where the elements go, each space once, in order.
    pub spaces: Vec<String>,
}

/// What an element is recognised by.
pub struct Said<'a> {
    pub space: &'a str,
    pub content: Option<&'a str>,
    pub context: Option<&'a str>,
    /// As it was given: storing refuses what is no uuid.
    pub id: Option<&'a str>,
    pub on_duplicate: Option<&'a str>,
}

/// One element that was to be stored.
pub struct Given {
    pub id: Option<Uuid>,
    /// The caller can see this memory, with the content of the element.
    pub same: bool,
}

impl Batch {
    /// A batch for the caller; elements that name no space go to `space`.
    pub fn new(memories: Jsonb, space: String) -> Batch {
        Batch { memories: memories.in_memory(), space }
    }

    /// Looks at the array without storing anything.
    pub fn shape(&self) -> Shape {
        let mut shape = Shape {
            type_name: String::new(),
            no_object: None,
            no_confidence: None,
            stranger: None,
            ids: false,
            spaces: Vec::new(),
        };
        spi::select(include_str!("../../sql/query/batch_shape.sql"), &self.args(), |row| {
            shape = Shape {
                type_name: row.text(1).unwrap_or_default().to_owned(),
                no_object: row.int8(2),
                no_confidence: row.int8(3),
                stranger: row.int8(4).zip(row.text(5).map(str::to_owned)),
                ids: row.bool(6).unwrap_or(false),
                spaces: texts(row, 7),
            };
        });
        shape
    }

    /// Calls `f` with what each element is recognised by, in the order of the batch.
    pub fn each_said(&self, mut f: impl FnMut(Said<'_>)) {
        spi::select(include_str!("../../sql/query/batch_texts.sql"), &self.args(), |row| {
            f(Said {
                space: row.text(1).unwrap_or_default(),
                content: row.text(2),
                context: row.text(3),
                id: row.text(4),
                on_duplicate: row.text(5),
            });
        });
    }

    /// Calls `f` with embedding, given cues and content of each element, in the order of the batch.
    pub fn each_meaning(&self, mut f: impl FnMut(Option<&[f32]>, Vec<String>, Option<&str>)) {
        let args = [Jsonb::arg(Some(self.memories))];
        spi::select(include_str!("../../sql/query/batch_vectors.sql"), &args, |row| {
            f(row.vector(1), texts(row, 2), row.text(3));
        });
    }

    /// Stores the elements but those that are `known`, none of which has an id, and returns the ids in the order of the batch.
    pub fn insert(&self, known: &[bool]) -> Vec<Uuid> {
        self.store(include_str!("../../sql/query/batch_insert.sql"), known)
    }

    /// Stores the elements whose id is not in use, but those that are `known`, and returns their ids in the order of the batch.
    pub fn insert_given(&self, known: &[bool]) -> Vec<Uuid> {
        self.store(include_str!("../../sql/query/batch_insert_given.sql"), known)
    }

    /// What the elements were to be stored as, after they were stored.
    pub fn given(&self) -> Vec<Given> {
        let mut given = Vec::new();
        spi::execute_returning(include_str!("../../sql/query/batch_ids.sql"), &self.args(), |row| {
            given.push(Given { id: row.uuid(1).map(Uuid::from_bytes), same: row.bool(2).unwrap_or(false) });
        });
        given
    }

    fn args(&self) -> [Arg<'_>; 2] {
        [Jsonb::arg(Some(self.memories)), Arg::Text(&self.space)]
    }

    /// The statement goes through the array row by row, so that the rows counted by the trigger tell where it stopped.
    fn store(&self, sql: &'static str, known: &[bool]) -> Vec<Uuid> {
        let [memories, space] = self.args();
        let args = [memories, space, Arg::BoolArray(known)];
        memory::in_batch(|| {
            PgTryBuilder::new(AssertUnwindSafe(|| {
                let mut ids = Vec::new();
                spi::execute_returning(sql, &args, |row| ids.extend(row.uuid(1).map(Uuid::from_bytes)));
                ids
            }))
            .catch_others(|caught| match caught {
                CaughtError::PostgresError(report) | CaughtError::ErrorReport(report) => raise_placed(&report, known),
                panic @ CaughtError::RustPanic { .. } => panic.rethrow(),
            })
            .execute()
        })
    }
}

fn texts(row: &Row, column: usize) -> Vec<String> {
    let texts = row.text_array(column).unwrap_or_default();
    texts.into_iter().map(str::to_owned).collect()
}

/// Raises the error again; one that is about a value names the memory it was in.
fn raise_placed(report: &ErrorReportWithLevel, known: &[bool]) -> ! {
    let about_a_value = ["22", "23", "54"].iter().any(|class| unpacked(report.sql_error_code()).starts_with(class));
    // Elements that are known were not written: the position counts the others.
    let written = |n| (0..).filter(|i| known.get(*i) != Some(&true)).nth(n);
    let message = match memory::position().and_then(written) {
        Some(position) if about_a_value => format!("memory {}: {}", position + 1, report.message()),
        _ => report.message().to_owned(),
    };
    caught::raise_again(report, message)
}

/// The five characters of an SQLSTATE, six bits each.
fn unpacked(code: PgSqlErrorCode) -> String {
    let code = code as i32;
    (0..5).map(|i| char::from((((code >> (6 * i)) & 0x3F) as u8) + b'0')).collect()
}

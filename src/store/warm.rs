//! The table engram.warm: what finds memories outside the hot tier by meaning and by words.
//!
//! Derived from engram.memory, written by the maintenance worker, read by recalls; both as the owner of the tables. A row belongs to
//! one version of its memory. One that does not belong to the present version only proposes, and is harmless.
//!
//! Hashes of terms are salted by the space, so that one index serves all spaces and a rare word of one is not looked up among the
//! rows of others.

use crate::pg::{
    self,
    spi::{self, Arg, Row},
};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::ffi::CString;
use xxhash_rust::xxh3::xxh3_64;

/// Most dimensions that an HNSW index on halfvec takes; rows of more are scanned.
pub const MOST_INDEXED: usize = 4_000;

/// Terms with frequencies, and the length in terms.
#[derive(Debug, Clone, Default)]
pub struct Words {
    pub terms: Vec<(u64, u16)>,
    pub length: u32,
}

/// A row as it is read back: the embedding is that of engram.memory.
pub struct Warm<'r> {
    pub id: [u8; 16],
    pub changed: u64,
    pub embedding: Option<&'r [f32]>,
    /// Name of the encoder that made it.
    pub encoder: Option<&'r str>,
    pub words: Words,
}

thread_local! {
    /// Statements made from those with places for the schema of pgvector and a number of dimensions.
    static MADE: RefCell<FxHashMap<(usize, String, usize), &'static str>> = RefCell::default();
}

/// A statement for the schema of pgvector and a number of dimensions: types and operators cannot be parameters. There are as many as
/// numbers of dimensions in use, and they live as long as their plans.
fn made(template: &'static str, schema: &str, dims: usize) -> &'static str {
    let key = (template.as_ptr().addr(), schema.to_owned(), dims);
    MADE.with_borrow_mut(|made| {
        *made.entry(key).or_insert_with(|| {
            let text = template.replace("{vector}", schema).replace("{dims}", &dims.to_string());
            Box::leak(text.into_boxed_str())
        })
    })
}

/// Schema of pgvector, quoted where it has to be.
fn vector_schema() -> String {
    let mut schema = String::new();
    spi::select(include_str!("../../sql/query/vector_schema.sql"), &[], |row| {
        schema = row.text(1).unwrap_or_default().to_owned();
    });
    schema
}

/// Whether the catalog of this database has the columns that are needed: before 0.3.0 it had not.
pub fn is_possible() -> bool {
    pg::has_relation(c"warm_terms")
}

fn salt(space: &str) -> u64 {
    xxh3_64(space.as_bytes())
}

fn words_of(row: &Row<'_>, column: usize, salt: u64) -> Words {
    let terms = row.int8_array(column).unwrap_or_default();
    let frequencies = row.bytes(column + 1).unwrap_or_default();
    let terms = terms.into_iter().zip(frequencies).map(|(term, tf)| (term as u64 ^ salt, u16::from(*tf))).collect();
    Words { terms, length: row.int4(column + 2).unwrap_or_default() as u32 }
}

/// Rows that are there for some memories: id, version, and whether that is the present one.
pub fn present(space: &str, ids: &[[u8; 16]]) -> Vec<([u8; 16], u64, bool)> {
    let mut out = Vec::new();
    pg::as_owner(|| {
        let args = [Arg::Text(space), Arg::UuidArray(ids)];
        spi::select(include_str!("../../sql/query/warm_present.sql"), &args, |row| {
            out.push((
                row.uuid(1).unwrap_or_default(),
                row.xid8(2).unwrap_or_default(),
                row.bool(3).unwrap_or_default(),
            ));
        });
    });
    out
}

/// Writes the rows of memories in these versions. Waits for nobody who holds a memory. Returns how many were written.
pub fn write<'w>(space: &str, rows: impl Iterator<Item = ([u8; 16], u64, &'w [(u64, u16)], u32)>) -> u64 {
    let salt = salt(space);
    pg::as_owner(|| {
        let sql = made(include_str!("../../sql/query/warm_write.sql"), &vector_schema(), 0);
        let mut written = 0;
        for (id, changed, terms, length) in rows {
            pg::check_for_interrupts();
            let hashes: Vec<i64> = terms.iter().map(|(term, _)| (term ^ salt) as i64).collect();
            let frequencies: Vec<u8> = terms.iter().map(|(_, tf)| (*tf).min(255) as u8).collect();
            let args = [
                Arg::Text(space),
                Arg::Uuid(id),
                Arg::Xid8(changed),
                Arg::Int8Array(&hashes),
                Arg::Bytes(&frequencies),
                Arg::Int4(length as i32),
            ];
            written += spi::execute(sql, &args);
        }
        written
    })
}

/// How a sweep over the rows of a space went.
pub struct Swept {
    /// Where to go on; none at the end.
    pub after: Option<[u8; 16]>,
    /// Memories whose rows were removed.
    pub gone: Vec<[u8; 16]>,
}

/// Removes rows that belong to no present version, of the next `most` after an id; those that others hold are left for the next time.
pub fn sweep(space: &str, after: [u8; 16], most: usize) -> Swept {
    let mut swept = Swept { after: None, gone: Vec::new() };
    pg::as_owner(|| {
        let args = [Arg::Text(space), Arg::Uuid(after), Arg::Int4(most as i32)];
        spi::execute_returning(include_str!("../../sql/query/warm_sweep.sql"), &args, |row| {
            swept.gone = row.uuid_array(2).unwrap_or_default();
            swept.after = row.uuid(1).filter(|_| row.int8(3) == Some(most as i64));
        });
    });
    swept
}

/// Removes all rows of a space: its terms are others now.
pub fn clear(space: &str) {
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/warm_clear.sql"), &[Arg::Text(space)]));
}

/// Spaces with rows.
pub fn spaces() -> Vec<String> {
    let mut out = Vec::new();
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/warm_spaces.sql"), &[], |row| {
            out.extend(row.text(1).map(str::to_owned));
        });
    });
    out
}

/// Whether rows of this many dimensions have their index.
pub fn is_indexed(dims: usize) -> bool {
    let name = format!("warm_embedding_{dims}");
    let mut valid = false;
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/warm_index.sql"), &[Arg::Text(&name)], |row| {
            valid = row.bool(1).unwrap_or_default();
        });
    });
    valid
}

/// Makes the index for a number of dimensions, which is to be done before the first row of them; says whether nobody was in the way.
pub fn create_index(dims: usize) -> bool {
    if !pg::try_lock_table(c"warm") {
        return false;
    }
    pg::as_owner(|| {
        let sql = made(include_str!("../../sql/query/warm_index_create.sql"), &vector_schema(), dims);
        spi::execute(sql, &[]);
    });
    true
}

/// How rows near to an embedding are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By the index, which finds most of them.
    Index,
    /// By looking at every row of the space.
    Scan,
}

/// Ids of the `n` rows that are nearest to an embedding.
pub fn nearest(space: &str, embedding: &[f32], n: usize, how: How) -> Vec<[u8; 16]> {
    let template = match how {
        How::Index => include_str!("../../sql/query/warm_nearest.sql"),
        How::Scan => include_str!("../../sql/query/warm_nearest_exact.sql"),
    };
    let mut out = Vec::with_capacity(n);
    let width = CString::new(n.clamp(200, 1_000).to_string()).expect("a number has no zero byte");
    // Spaces share the index: it goes on past rows of others. Sorting all rows of the space would be the other way.
    let by_index = [
        (c"enable_sort", c"off"),
        (c"hnsw.iterative_scan", c"relaxed_order"),
        (c"hnsw.ef_search", &*width),
        (c"hnsw.max_scan_tuples", c"100000"),
    ];
    let settings: &[_] = if how == How::Index { &by_index } else { &[] };
    pg::as_owner(|| {
        let sql = made(template, &vector_schema(), embedding.len());
        let args = [Arg::Text(space), Arg::Vector(embedding), Arg::Int4(n as i32)];
        pg::with_settings(settings, || spi::select(sql, &args, |row| out.extend(row.uuid(1))));
    });
    out
}

/// Calls `f` with at most `most` rows that hold one of `terms`.
pub fn with_words(space: &str, terms: &[u64], most: usize, mut f: impl FnMut([u8; 16], Words)) {
    let salt = salt(space);
    let hashes: Vec<i64> = terms.iter().map(|term| (term ^ salt) as i64).collect();
    pg::as_owner(|| {
        let args = [Arg::Text(space), Arg::Int8Array(&hashes), Arg::Int4(most as i32)];
        spi::select(include_str!("../../sql/query/warm_words.sql"), &args, |row| {
            f(row.uuid(1).unwrap_or_default(), words_of(row, 2, salt));
        });
    });
}

/// Calls `f` with the words of some memories, each with the version that they belong to.
pub fn words(space: &str, ids: &[[u8; 16]], mut f: impl FnMut([u8; 16], u64, Words)) {
    let salt = salt(space);
    pg::as_owner(|| {
        let args = [Arg::Text(space), Arg::UuidArray(ids)];
        spi::select(include_str!("../../sql/query/warm_words_of.sql"), &args, |row| {
            f(row.uuid(1).unwrap_or_default(), row.xid8(2).unwrap_or_default(), words_of(row, 3, salt));
        });
    });
}

/// Calls `f` with those of some memories whose row belongs to the version that the active snapshot sees.
pub fn rows(space: &str, ids: &[[u8; 16]], mut f: impl FnMut(Warm<'_>)) {
    let salt = salt(space);
    pg::as_owner(|| {
        for part in ids.chunks(1_000) {
            let args = [Arg::Text(space), Arg::UuidArray(part)];
            spi::select(include_str!("../../sql/query/warm_rows.sql"), &args, |row| {
                f(Warm {
                    id: row.uuid(1).unwrap_or_default(),
                    changed: row.xid8(2).unwrap_or_default(),
                    embedding: row.vector(3),
                    encoder: row.text(7),
                    words: words_of(row, 4, salt),
                });
            });
        }
    });
}

/// Which memories are to be resident in a space that does not fit, at most `most`, as the active snapshot shows them.
pub fn hottest(space: &str, most: usize, mut f: impl FnMut([u8; 16])) {
    let most = i32::try_from(most).unwrap_or(i32::MAX);
    pg::as_owner(|| {
        let args = [Arg::Text(space), Arg::Int4(most)];
        spi::scan(include_str!("../../sql/query/load_hottest.sql"), &args, 10_000, |row| {
            row.uuid(1).into_iter().for_each(&mut f)
        });
    });
}

/// Memories whose row belongs to the version that the active snapshot sees.
pub fn all(space: &str, mut f: impl FnMut([u8; 16])) {
    pg::as_owner(|| {
        spi::scan(include_str!("../../sql/query/load_warm.sql"), &[Arg::Text(space)], 10_000, |row| {
            row.uuid(1).into_iter().for_each(&mut f);
        });
    });
}

/// How many memories a space has, and the mean bytes of their content and embedding.
pub fn size(space: &str) -> (u64, f32, f32) {
    let mut size = (0, 0.0, 0.0);
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/load_size.sql"), &[Arg::Text(space)], |row| {
            size = (row.int8(1).unwrap_or(0) as u64, row.float4(2).unwrap_or(0.0), row.float4(3).unwrap_or(0.0));
        });
    });
    size
}

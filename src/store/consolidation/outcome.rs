//! Writing beliefs: their memories, what is known of them, their citations and their lineage.

use super::{Cited, Id};
use crate::pg::{
    self,
    spi::{self, Arg, Row},
};
use crate::store::memory::{Replacing, replacing_as};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// What the memory of a belief says.
pub struct Wording<'a> {
    pub id: Id,
    pub content: &'a str,
    pub embedding: &'a [f32],
    pub encoder: Option<&'a str>,
    pub cues: &'a [String],
    pub class: Option<&'a str>,
    pub evidence: (f32, f32),
    pub occurred_at: i64,
    /// An object, as text.
    pub metadata: &'a str,
}

/// What is known of a belief beside its memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Belief<'a> {
    pub id: Id,
    pub retired: bool,
    pub label: &'a str,
    pub run: Id,
    pub regularity: Option<&'a str>,
    pub cohesion: f32,
    pub first_at: Option<i64>,
    pub last_at: Option<i64>,
    pub count: i32,
    pub contradicts: &'a [Id],
    pub conflicts: &'a str,
    pub written: &'a [u8],
    pub evidence: (f32, f32),
}

/// The citations of a belief, one entry of each for each.
#[derive(Default)]
pub struct Citations {
    evidence: Vec<Id>,
    supports: Vec<bool>,
    weights: Vec<f32>,
    times: Vec<i64>,
}

impl FromIterator<Cited> for Citations {
    fn from_iter<T: IntoIterator<Item = Cited>>(cited: T) -> Self {
        let mut all = Citations::default();
        for c in cited {
            all.evidence.push(c.evidence);
            all.supports.push(c.supports);
            all.weights.push(c.weight);
            all.times.push(c.at.unwrap_or(0));
        }
        all
    }
}

/// Keeps memories from being deleted until the end of the transaction; returns how many there are of them.
pub fn hold_evidence(space: &str, ids: &[Id]) -> u64 {
    let sql = include_str!("../../../sql/query/consolidation_hold_evidence.sql");
    pg::as_owner(|| spi::execute(sql, &[Arg::Text(space), Arg::UuidArray(ids)]))
}

/// Stores the memory of a new belief; returns the digest of what it says, or none where the id is taken.
pub fn form(space: &str, w: &Wording<'_>) -> Option<[u8; 32]> {
    let args = [
        Arg::Text(space),
        Arg::Uuid(w.id),
        Arg::Text(w.content),
        Arg::Vector(w.embedding),
        Arg::text_or_null(w.encoder),
        Arg::TextArray(w.cues),
        Arg::text_or_null(w.class),
        Arg::Float4(w.evidence.0),
        Arg::Float4(w.evidence.1),
        Arg::Timestamptz(w.occurred_at),
        Arg::Jsonb(w.metadata),
    ];
    written(include_str!("../../../sql/query/consolidation_form.sql"), &args)
}

/// Gives the memory of a belief another wording, and lets it be recalled; none where somebody has changed it since it was read.
pub fn reword(space: &str, w: &Wording<'_>, changed: u64) -> Option<[u8; 32]> {
    let args = [
        Arg::Text(space),
        Arg::Uuid(w.id),
        Arg::Text(w.content),
        Arg::Vector(w.embedding),
        Arg::text_or_null(w.encoder),
        Arg::TextArray(w.cues),
        Arg::Float4(w.evidence.0),
        Arg::Float4(w.evidence.1),
        Arg::Timestamptz(w.occurred_at),
        Arg::Jsonb(w.metadata),
        Arg::Xid8(changed),
    ];
    written(include_str!("../../../sql/query/consolidation_reword.sql"), &args)
}

/// Runs a statement that returns what a memory says as it is stored.
fn written(sql: &'static str, args: &[Arg<'_>]) -> Option<[u8; 32]> {
    let mut found = None;
    let take = |row: &Row<'_>| {
        let said = [row.text(4), row.text(5), row.text(6)];
        found = Some(digest(row.text(1).unwrap_or_default(), row.vector(2), row.text(3), said));
    };
    replacing_as(Replacing::Some, || spi::execute_returning(sql, args, take));
    found
}

/// Gives the memory of a belief other evidence, and lets it be recalled; false where somebody has changed it since it was read.
pub fn weigh(space: &str, id: Id, evidence: (f32, f32), changed: u64) -> bool {
    let (with, against) = evidence;
    let args = [Arg::Text(space), Arg::Uuid(id), Arg::Float4(with), Arg::Float4(against), Arg::Xid8(changed)];
    spi::execute(include_str!("../../../sql/query/consolidation_weigh.sql"), &args) > 0
}

/// Suppresses the memory of a belief; false where somebody has changed it since it was read.
pub fn retire(space: &str, id: Id, changed: u64) -> bool {
    let args = [Arg::Text(space), Arg::Uuid(id), Arg::Xid8(changed)];
    spi::execute(include_str!("../../../sql/query/consolidation_retire.sql"), &args) > 0
}

/// Writes what is known of a belief.
pub fn put(space: &str, b: &Belief<'_>) {
    let args = [
        Arg::Text(space),
        Arg::Uuid(b.id),
        Arg::Text(if b.retired { "retired" } else { "active" }),
        Arg::Text(b.label),
        Arg::Uuid(b.run),
        Arg::jsonb_or_null(b.regularity),
        Arg::Float4(b.cohesion),
        Arg::timestamptz_or_null(b.first_at),
        Arg::timestamptz_or_null(b.last_at),
        Arg::Int4(b.count),
        Arg::UuidArray(b.contradicts),
        Arg::Jsonb(b.conflicts),
        Arg::Bytes(b.written),
        Arg::Float4(b.evidence.0),
        Arg::Float4(b.evidence.1),
    ];
    pg::as_owner(|| spi::execute(include_str!("../../../sql/query/consolidation_belief.sql"), &args));
}

/// Gives a belief these citations and no others.
pub fn cite(space: &str, belief: Id, cited: &Citations) {
    let args = [
        Arg::Text(space),
        Arg::Uuid(belief),
        Arg::UuidArray(&cited.evidence),
        Arg::BoolArray(&cited.supports),
        Arg::Float4Array(&cited.weights),
        Arg::TimestamptzArray(&cited.times),
    ];
    pg::as_owner(|| spi::execute(include_str!("../../../sql/query/consolidation_cite.sql"), &args));
}

/// Enters that a belief comes from another.
pub fn descend(space: &str, child: Id, parent: Id, run: Id, kind: &str) {
    let args = [Arg::Text(space), Arg::Uuid(child), Arg::Uuid(parent), Arg::Uuid(run), Arg::Text(kind)];
    pg::as_owner(|| spi::execute(include_str!("../../../sql/query/consolidation_descend.sql"), &args));
}

/// Digest of what a memory says: 16 bytes of its text, kind, metadata and class, 8 of who made its embedding, 8 of the embedding. Cues are
/// left out: a worker adds to them.
pub(super) fn digest(
    content: &str,
    embedding: Option<&[f32]>,
    encoder: Option<&str>,
    said: [Option<&str>; 3],
) -> [u8; 32] {
    let mut text = Xxh3::new();
    for part in [Some(content)].into_iter().chain(said) {
        text.update(&part.map_or(u64::MAX, |p| p.len() as u64).to_le_bytes());
        text.update(part.unwrap_or_default().as_bytes());
    }
    let mut vector = Xxh3::new();
    embedding.unwrap_or_default().iter().for_each(|x| vector.update(&x.to_bits().to_le_bytes()));
    let mut out = [0; 32];
    out[..16].copy_from_slice(&text.digest128().to_be_bytes());
    out[16..24].copy_from_slice(&xxh3_64(encoder.unwrap_or_default().as_bytes()).to_be_bytes());
    out[24..].copy_from_slice(&vector.digest().to_be_bytes());
    out
}

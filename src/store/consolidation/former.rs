//! Beliefs as the last run left them, and as somebody may have edited them since.

use super::Id;
use super::outcome::digest;
use crate::pg::{
    self,
    spi::{self, Arg, Row},
};

/// A belief that there is.
pub struct Former {
    pub id: Id,
    pub retired: bool,
    /// Terms that distinguish it.
    pub label: String,
    /// As text.
    pub regularity: Option<String>,
    pub cohesion: f32,
    pub first_at: Option<i64>,
    pub last_at: Option<i64>,
    pub count: i32,
    pub contradicts: Vec<Id>,
    pub conflicts: String,
    /// Digest of the memory as a run wrote it.
    pub written: Vec<u8>,
    /// What its citations make.
    pub evidence: (f32, f32),
    /// What engram_confirm and engram_contradict have added.
    pub given: (f32, f32),
    pub memory: Memory,
}

/// Its row in engram.memory.
pub struct Memory {
    pub class: Option<String>,
    pub cold: bool,
    pub content: String,
    pub embedding: Vec<f32>,
    pub cues: Vec<String>,
    pub metadata: String,
    pub evidence: (f32, f32),
    pub suppressed: bool,
    pub superseded_by: Option<Id>,
    pub changed: u64,
    /// Digest of what is there.
    pub digest: [u8; 32],
}

/// One citation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cited {
    pub evidence: Id,
    pub supports: bool,
    pub weight: f32,
    pub at: Option<i64>,
}

/// The beliefs of a space, retired ones, too, in the order of their ids.
pub fn beliefs(space: &str) -> Vec<Former> {
    let mut found = Vec::new();
    let sql = include_str!("../../../sql/query/consolidation_beliefs.sql");
    pg::as_owner(|| spi::scan(sql, &[Arg::Text(space)], 500, |row| found.push(former(row))));
    found
}

fn former(row: &Row<'_>) -> Former {
    let pair = |a, b| (row.float4(a).unwrap_or(0.0), row.float4(b).unwrap_or(0.0));
    let text = |column| row.text(column).unwrap_or_default().to_owned();
    let memory = Memory {
        class: row.text(15).map(str::to_owned),
        cold: row.bool(16).unwrap_or(false),
        content: text(17),
        embedding: row.vector(18).unwrap_or_default().to_vec(),
        cues: row.text_array(20).unwrap_or_default().into_iter().map(str::to_owned).collect(),
        metadata: text(22),
        evidence: pair(24, 25),
        suppressed: row.bool(26).unwrap_or(false),
        superseded_by: row.uuid(27),
        changed: row.xid8(28).unwrap_or(0),
        digest: digest(
            row.text(17).unwrap_or_default(),
            row.vector(18),
            row.text(19),
            [row.text(21), row.text(22), row.text(15)],
        ),
    };
    Former {
        id: row.uuid(1).unwrap_or_default(),
        retired: row.text(2) == Some("retired"),
        label: text(3),
        regularity: row.text(5).map(str::to_owned),
        cohesion: row.float4(6).unwrap_or(0.0),
        first_at: row.timestamptz(7),
        last_at: row.timestamptz(8),
        count: row.int4(9).unwrap_or(0),
        contradicts: row.uuid_array(10).unwrap_or_default(),
        conflicts: row.text(11).unwrap_or("[]").to_owned(),
        written: row.bytes(12).unwrap_or_default().to_vec(),
        evidence: pair(13, 14),
        given: pair(29, 30),
        memory,
    }
}

/// Calls `f` with each belief of a space and one of its citations, in the order of both ids.
pub fn citations(space: &str, mut f: impl FnMut(Id, Cited)) {
    let sql = include_str!("../../../sql/query/consolidation_citations.sql");
    pg::as_owner(|| {
        spi::scan(sql, &[Arg::Text(space)], 1000, |row| {
            let Some((belief, evidence)) = row.uuid(1).zip(row.uuid(2)) else { return };
            let (supports, weight) = (row.bool(3).unwrap_or(true), row.float4(4).unwrap_or(0.0));
            f(belief, Cited { evidence, supports, weight, at: row.timestamptz(5) });
        })
    });
}

/// Pairs of memories of which somebody has said that the second speaks against the first.
pub fn marks(space: &str) -> Vec<(Id, Id)> {
    let mut pairs = Vec::new();
    let sql = include_str!("../../../sql/query/consolidation_marks.sql");
    pg::as_owner(|| spi::select(sql, &[Arg::Text(space)], |row| pairs.extend(row.uuid(1).zip(row.uuid(2)))));
    pairs
}

/// Those of the memories that the caller may see.
pub fn visible(space: &str, ids: &[Id]) -> Vec<Id> {
    let mut seen = Vec::new();
    let sql = include_str!("../../../sql/query/consolidation_visible.sql");
    spi::select(sql, &[Arg::Text(space), Arg::UuidArray(ids)], |row| seen.extend(row.uuid(1)));
    seen
}

impl Former {
    /// Somebody has changed what the memory says since a run wrote it. Being given another encoder is no such change.
    pub fn is_edited(&self) -> bool {
        let (Some(said), Some(by), Some(vector)) =
            (self.written.get(..16), self.written.get(16..24), self.written.get(24..32))
        else {
            return true;
        };
        let now = &self.memory.digest;
        said != &now[..16] || (by == &now[16..24] && vector != &now[24..])
    }
}

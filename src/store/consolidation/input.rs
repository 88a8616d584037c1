//! Reading episodes: all of a space, or what has changed since a snapshot.

use super::Id;
use crate::pg::{
    self,
    spi::{self, Arg, Row},
};

/// Rows fetched at once.
const BATCH: u32 = 500;

/// A memory as consolidation reads it. Times are in microseconds since the Unix epoch.
pub struct Episode<'r> {
    pub id: Id,
    /// Visibility class.
    pub class: Option<&'r str>,
    pub content: &'r str,
    pub embedding: Option<&'r [f32]>,
    pub occurred_at: i64,
    pub evidence: (f32, f32),
    pub source: Option<&'r str>,
    /// An object, as text.
    pub metadata: &'r str,
    pub cues: Vec<&'r str>,
    /// Name of what made the embedding.
    pub encoder: Option<&'r str>,
    pub valid: (Option<i64>, Option<i64>),
    /// It is an episode that is recalled by default. Otherwise it is told of because it may have been one.
    pub counts: bool,
}

/// Calls `f` with each episode of a space that the caller may see, in the order of their ids.
pub fn episodes(space: &str, mut f: impl FnMut(Episode<'_>)) {
    let sql = include_str!("../../../sql/query/consolidation_episodes.sql");
    spi::scan(sql, &[Arg::Text(space)], BATCH, |row| {
        pg::check_for_interrupts();
        f(episode(row));
    });
}

/// Calls `f` with each memory of a space that was written by the transaction `since` or a later one.
pub fn changed(space: &str, since: u64, mut f: impl FnMut(Episode<'_>)) {
    let sql = include_str!("../../../sql/query/consolidation_changed.sql");
    spi::scan(sql, &[Arg::Text(space), Arg::Xid8(since)], BATCH, |row| {
        pg::check_for_interrupts();
        f(episode(row));
    });
}

/// The memories of a space that were deleted by the transaction `since` or a later one; none when that may be any.
pub fn gone(space: &str, since: u64) -> Option<Vec<Id>> {
    let sql = include_str!("../../../sql/query/consolidation_gone.sql");
    let (mut ids, mut any) = (Vec::new(), false);
    pg::as_owner(|| {
        spi::scan(sql, &[Arg::Text(space), Arg::Xid8(since)], BATCH, |row| match row.uuid(1) {
            Some(id) => ids.push(id),
            None => any = true,
        })
    });
    (!any).then_some(ids)
}

fn episode<'r>(row: &Row<'r>) -> Episode<'r> {
    Episode {
        id: row.uuid(1).unwrap_or_default(),
        class: row.text(2),
        content: row.text(3).unwrap_or_default(),
        embedding: row.vector(4),
        occurred_at: row.timestamptz(5).unwrap_or(0),
        evidence: (row.float4(6).unwrap_or(0.0), row.float4(7).unwrap_or(0.0)),
        source: row.text(8),
        metadata: row.text(9).unwrap_or("{}"),
        cues: row.text_array(10).unwrap_or_default(),
        encoder: row.text(11),
        valid: (row.timestamptz(12), row.timestamptz(13)),
        counts: row.bool(14).unwrap_or(false),
    }
}

//! Spreading alone: what is associated with some memories, without a question.

use super::recall::question::{self, spread_config};
use super::recall::{every_one_is_there, readable, rows, search, with_space};
use crate::error::Error;
use crate::guc;
use crate::pg::snapshot::Pinned;
use engram_engine::spread::{CUE, Config, Seed};
use pgrx::Uuid;

/// A memory that activation reached.
pub struct Reached {
    pub id: [u8; 16],
    /// Share of the mass of the sources.
    pub activation: f32,
    pub hops: u8,
    /// Memories on the strongest path, a source first.
    pub via: Vec<[u8; 16]>,
}

/// What spreading found, and whether the work limit bit.
pub struct Reach {
    pub reached: Vec<Reached>,
    pub limited: bool,
}

/// Spreads from memories of a space.
pub fn spread(
    space: &str,
    sources: &[Uuid],
    hops: Option<i32>,
    threshold: Option<f32>,
    k: usize,
) -> Result<Reach, Error> {
    spread_damped(space, sources, hops, threshold, guc::spread_damping() as f32, k)
}

/// The same with a share of a residual that travels on.
pub fn spread_damped(
    space: &str,
    sources: &[Uuid],
    hops: Option<i32>,
    threshold: Option<f32>,
    damping: f32,
    k: usize,
) -> Result<Reach, Error> {
    readable(space)?;
    let sources: Vec<[u8; 16]> = sources.iter().map(|s| *s.as_bytes()).collect();
    // Before anything spreads: a forbidden source must not even take longer than a missing one.
    every_one_is_there(space, &sources, None)?;
    let config = spread_config(question::hops(hops)?, threshold.unwrap_or(guc::spread_threshold() as f32));
    let config = Config { damping, ..config };
    let snapshot = Pinned::active();
    let mass = 1.0 / sources.len().max(1) as f32;
    let (found, limited) = with_space(space, &snapshot, |reader| {
        let seeds: Vec<Seed> = sources.iter().filter_map(|s| reader.by_id(s)).map(|node| Seed { node, mass }).collect();
        let result = search::spread_from(reader, &seeds, &config)?;
        // Rows that the caller may not see drop out later; what is left over makes up for some.
        let enough = k.saturating_mul(4).max(100);
        let (mut found, _) = search::strongest(reader, &result, enough.saturating_add(seeds.len()));
        found.retain(|r| !seeds.iter().any(|s| s.node == r.2));
        found.truncate(enough);
        let reached = found.into_iter().map(|(activation, id, node)| {
            let path = result.path(node);
            let before = path.iter().skip(1).rev().filter(|p| **p & CUE == 0);
            let hops = result.get(node).map_or(0, |r| r.hops);
            Reached { id, activation, hops, via: before.map(|p| reader.id_of(*p)).collect() }
        });
        let reached: Vec<Reached> = reached.collect();
        let limited = result.limited;
        search::recycle(result);
        Ok((reached, limited))
    })?;
    Ok(Reach { reached: visible_ones(space, found, k), limited })
}

/// The first `k` that the caller may see, with what the caller may see of their paths.
fn visible_ones(space: &str, found: Vec<Reached>, k: usize) -> Vec<Reached> {
    let mut out: Vec<Reached> = Vec::with_capacity(k.min(found.len()));
    let mut rest = found.into_iter().peekable();
    // Mostly the first k may all be seen, and nothing else has to be looked up.
    let mut batch = k;
    while out.len() < k && rest.peek().is_some() {
        let part: Vec<Reached> = rest.by_ref().take(batch).collect();
        batch *= 2;
        let mut asked: Vec<[u8; 16]> = part.iter().flat_map(|r| r.via.iter().copied().chain([r.id])).collect();
        asked.sort_unstable();
        asked.dedup();
        let visible = rows::visible(space, &asked);
        for mut r in part.into_iter().filter(|r| visible.contains(&r.id)).take(k - out.len()) {
            r.via.retain(|v| visible.contains(v));
            out.push(r);
        }
    }
    out
}

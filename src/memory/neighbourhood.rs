//! The neighbourhood of a memory, as spreading finds it, and what connects the memories in it.
//!
//! Rights are those of `engram_spread`: activation passes through what the caller may not see, which itself is left out, with
//! its edges. A cue is shown where two memories that are shown mention it, and has its name from their rows.

use super::recall::with_space;
use super::spread;
use crate::error::Error;
use crate::pg::snapshot::Pinned;
use crate::store::alias;
use crate::store::neighbourhood::{Seen, seen};
use engram_engine::cues;
use engram_engine::spread::{AssociationKind, CUE, EdgeKind, Graph, contiguity_weight};
use engram_report::graph::{Link, Neighbourhood, Node, dot, json, svg};
use pgrx::Uuid;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Memories that a picture has room for, the source among them.
const MEMORIES: usize = 100;

/// Cues that it has room for: those that most of its memories mention.
const CUES: usize = 30;

/// How a neighbourhood is written.
#[derive(Clone, Copy)]
pub enum Format {
    Dot,
    Json,
    Svg,
}

impl Format {
    pub fn named(name: &str) -> Result<Format, Error> {
        match name {
            "dot" => Ok(Format::Dot),
            "json" => Ok(Format::Json),
            "svg" => Ok(Format::Svg),
            other => Err(Error::invalid_parameter(format!("format must be dot, json or svg, not {other}"))
                .with_hint("dot is for Graphviz, json for force layouts in browsers, svg is a picture.")),
        }
    }
}

/// A drawing, and what was left out of it.
pub struct Drawn {
    pub text: String,
    pub left_out: usize,
    /// The work limit ended spreading early.
    pub limited: bool,
}

/// An edge between two memories, or from a memory to a cue by its hash.
enum Edge {
    Memory { source: usize, target: usize, kind: EdgeKind, weight: u32 },
    Cue { memory: usize, hash: u64, weight: u32 },
}

/// Draws what activation reaches from a memory.
pub fn draw(space: &str, id: Uuid, hops: i32, format: Format) -> Result<Drawn, Error> {
    // More than there is room for: what is left out is counted as far as that.
    let reach = spread::spread(space, &[id], Some(hops), None, MEMORIES * 4)?;
    let left_out = reach.reached.len().saturating_sub(MEMORIES - 1);
    let mut ids: Vec<[u8; 16]> = vec![*id.as_bytes()];
    ids.extend(reach.reached.iter().take(MEMORIES - 1).map(|r| r.id));
    let mut rows: FxHashMap<[u8; 16], Seen> = seen(space, &ids).into_iter().map(|row| (row.id, row)).collect();
    let activation: FxHashMap<[u8; 16], (f32, u8)> =
        reach.reached.iter().map(|r| (r.id, (r.activation, r.hops))).collect();
    ids.retain(|id| rows.contains_key(id));
    let edges = edges(space, &ids)?;
    let aliases = alias::of(space);
    let mut names: FxHashMap<u64, String> = FxHashMap::default();
    let mut nodes: Vec<Node> = Vec::with_capacity(ids.len() + CUES);
    for id in &ids {
        let Some(row) = rows.remove(id) else { continue };
        for cue in row.cues {
            let hash = cues::hash(&cue);
            let name = || cues::split_about(&cue).0.to_owned();
            match aliases.get(&hash) {
                // The cue that it stands for has a better name, where some memory has it.
                Some(stands_for) => _ = names.entry(*stands_for).or_insert_with(name),
                None => _ = names.insert(hash, name()),
            }
        }
        let (activation, hops) = activation.get(id).copied().unwrap_or((1.0, 0));
        let id = uuid::Uuid::from_bytes(*id).to_string();
        nodes.push(Node { id, text: row.content, kind: row.kind, is_cue: false, activation, hops });
    }
    let mut links = Vec::new();
    connect(&edges, &mut links);
    mention(&edges, &names, &mut nodes, &mut links);
    let n = Neighbourhood { space: space.to_owned(), nodes, links, left_out };
    let text = match format {
        Format::Dot => dot(&n),
        Format::Json => json(&n),
        Format::Svg => svg(&n),
    };
    Ok(Drawn { text, left_out, limited: reach.limited })
}

/// Edges that leave memories, as spreading sees them, within those memories and to cues.
fn edges(space: &str, ids: &[[u8; 16]]) -> Result<Vec<Edge>, Error> {
    let snapshot = Pinned::active();
    with_space(space, &snapshot, |reader| {
        let places: FxHashMap<u32, usize> =
            ids.iter().enumerate().filter_map(|(at, id)| Some((reader.by_id(id)?, at))).collect();
        let mut found: Vec<(usize, u32, EdgeKind, u32)> = Vec::new();
        for (&node, &at) in &places {
            let all = reader.edges(node, &mut |target, kind, weight| {
                if target & CUE != 0 || places.contains_key(&target) {
                    found.push((at, target, kind, weight));
                }
            });
            all.map_err(|_| reader.why_stopped())?;
        }
        Ok(found
            .into_iter()
            .map(|(at, target, kind, weight)| match places.get(&target) {
                Some(&target) => Edge::Memory { source: at, target, kind, weight },
                None => Edge::Cue { memory: at, hash: reader.cue_hash(target), weight },
            })
            .collect())
    })
}

/// Links between memories, in an order that does not depend on where they lie.
fn connect(edges: &[Edge], links: &mut Vec<Link>) {
    let mut once: FxHashSet<(usize, usize)> = FxHashSet::default();
    for edge in edges {
        let &Edge::Memory { source, target, kind, weight } = edge else { continue };
        let (kind, directed) = match kind {
            EdgeKind::Association(code) => (AssociationKind::from_code(code).map_or("association", |k| k.name()), true),
            _ => ("contiguity", false),
        };
        // What goes both ways is drawn once.
        if !directed && !once.insert((source.min(target), source.max(target))) {
            continue;
        }
        let (source, target) = if directed { (source, target) } else { (source.min(target), source.max(target)) };
        links.push(Link { source, target, kind: kind.to_owned(), weight: share(weight), directed });
    }
    links.sort_by(|a, b| (a.source, a.target, &a.kind).cmp(&(b.source, b.target, &b.kind)));
}

/// Cues that connect memories, with their links.
fn mention(edges: &[Edge], names: &FxHashMap<u64, String>, nodes: &mut Vec<Node>, links: &mut Vec<Link>) {
    let mut cues: BTreeMap<&str, BTreeMap<usize, f32>> = BTreeMap::new();
    for edge in edges {
        let Edge::Cue { memory, hash, weight } = edge else { continue };
        let Some(name) = names.get(hash) else { continue };
        cues.entry(name).or_default().insert(*memory, share(*weight));
    }
    let mut shared: Vec<_> = cues.into_iter().filter(|(_, by)| by.len() > 1).collect();
    shared.sort_by_key(|(name, by)| (std::cmp::Reverse(by.len()), *name));
    shared.truncate(CUES);
    for (name, by) in shared {
        let at = nodes.len();
        let nearest = by.keys().map(|m| nodes[*m].hops).min().unwrap_or(0);
        nodes.push(Node {
            id: format!("cue:{name}"),
            text: name.to_owned(),
            kind: "cue".to_owned(),
            is_cue: true,
            activation: 0.0,
            // Half a step further than the nearest memory that mentions it.
            hops: nearest.saturating_add(1),
        });
        links.extend(by.into_iter().map(|(memory, weight)| Link {
            source: memory,
            target: at,
            kind: "mention".to_owned(),
            weight,
            directed: false,
        }));
    }
}

/// A weight where an association of strength 1, which counts as much as a link between neighbours in time, has 1.
fn share(weight: u32) -> f32 {
    weight as f32 / contiguity_weight() as f32
}

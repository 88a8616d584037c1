//! Pattern completion: from part of a memory to the rest of it, each field with where it comes from.
//!
//! The candidates are those of a recall of the partial cue, read as the caller may see them. The engine lets an attractor settle
//! among them (`engine::pattern::hopfield`), and every field is put to the vote of what it settled on. Nothing is stored or reinforced.

mod ballot;
pub mod fields;
mod partial;
pub mod patterns;

use crate::error::Error;
use crate::guc;
use crate::memory::recall::question::Given;
use crate::memory::recall::{Met, readable};
use crate::pg;
use engram_engine::confidence::Belief;
use engram_engine::encoder;
use engram_engine::pattern::hopfield::{self, Config, Cue, Patterns, Settled};
use engram_engine::pattern::{self, above_chance, bm25_share, words_share};
use fields::{Field as Known, PLAIN};
use patterns::{Candidates, Pattern};
use serde_json::Value;

pub use engram_engine::pattern::Label;
pub use partial::Partial;

/// What a completion is limited to.
pub struct Limits {
    /// Memories among which the attractor settles.
    pub patterns: usize,
    /// Inverse temperature of the attractor.
    pub beta: f64,
    /// Strength below which a value counts as imagined, 0 to 1.
    pub threshold: f32,
    /// Most alternatives of a field.
    pub alternatives: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { patterns: 256, beta: pattern::BETA, threshold: pattern::THRESHOLD, alternatives: 3 }
    }
}

/// A completed memory.
pub struct Completion {
    /// In the order what, who, where, when, context, kind, source, cues, the keys of metadata by name, embedding.
    pub fields: Vec<Field>,
    /// The attractor came to rest.
    pub converged: bool,
    /// Steps that it took.
    pub iterations: u32,
    pub energy: f64,
    /// A limit of time or memory ended the search for candidates early.
    pub partial: Option<Met>,
}

/// One field of a completed memory.
pub struct Field {
    /// `metadata.KEY` for a key of metadata.
    pub name: String,
    pub value: Value,
    pub label: Label,
    /// How far the value is believed, with an interval.
    pub confidence: Belief,
    /// The value is what the caller gave.
    pub given: bool,
    /// Memories that the value comes from, the weightiest first.
    pub evidence: Vec<[u8; 16]>,
    /// What else was voted for, most first.
    pub alternatives: Vec<Alternative>,
}

/// Another value of a field.
pub struct Alternative {
    pub value: Value,
    /// Share of the vote, 0 to 1.
    pub share: f64,
    pub evidence: Vec<[u8; 16]>,
}

/// Completes part of a memory from what a space remembers.
pub fn complete(name: &str, partial: &Partial, limits: &Limits) -> Result<Completion, Error> {
    let space = readable(name)?;
    if partial.is_empty() {
        return Err(Error::null_value("partial")
            .with_hint("Give a field to complete from, as in '{\"what\": \"the boat\"}', or an embedding."));
    }
    let zeroed = partial.known_elements().map(|e| e.iter().map(|x| x.unwrap_or(0.0)).collect::<Vec<f32>>());
    let embedding = partial.embedding.as_deref().or(zeroed.as_deref());
    let Candidates { patterns: found, memories, partial: met } = candidates(name, partial, embedding, limits.patterns)?;

    let ours = space.encoder.as_deref() == Some(encoder::NAME);
    let encoded = partial.what.as_deref().filter(|_| ours && embedding.is_none()).and_then(encoder::embed);
    let mut patterns = Patterns::new(space.dimensions.unwrap_or(0).max(0) as usize);
    found.iter().for_each(|p| patterns.push(p.embedding.as_deref()));
    let start = embedding.or(encoded.as_ref().map(|e| &e[..])).filter(|e| e.len() == patterns.dims());
    let start = start.and_then(hopfield::unit);
    let known = partial.known_elements().map(|e| clamped(e, start.as_deref())).unwrap_or_default();

    let similar = start.as_deref().map(|start| patterns.times(start));
    let (held, support) = weigh(partial, &found, &patterns, &known, similar.as_deref(), memories);
    let cue = Cue { start: start.as_deref(), known: &known, held: &held };
    let settled = hopfield::settle(&patterns, &cue, &Config::new(limits.beta), &mut pg::check_for_interrupts);
    let Settled { converged, iterations, energy, .. } = settled;
    let ballot = ballot::Ballot::new(partial, &found, &patterns, settled, &support, limits);
    Ok(Completion { fields: ballot.fields(), converged, iterations, energy, partial: met })
}

/// The patterns that what is known brings to mind, and where none of them has the fields that are known, those that have.
fn candidates(name: &str, partial: &Partial, embedding: Option<&[f32]>, most: usize) -> Result<Candidates, Error> {
    let names = partial.names();
    let text = partial.what.clone().unwrap_or_else(|| names.join(" "));
    let given = Given {
        cue: Some(text.as_str()).filter(|text| !text.trim().is_empty()),
        embedding,
        context: partial.context.as_deref(),
        cues: names,
        ..Given::default()
    };
    let nothing = given.cue.is_none() && embedding.is_none() && given.context.is_none();
    let mut found = match nothing {
        true => Candidates { patterns: Vec::new(), memories: patterns::memories(name)?, partial: None },
        false => patterns::brought_to_mind(name, &given, most)?,
    };
    let fields = known_fields(partial);
    let fits = |p: &Pattern| fields.iter().all(|f| f.matched(partial, p).is_none_or(|share| share > 0.5));
    if partial.has_fields() && !found.patterns.iter().any(fits) {
        let more = patterns::with_fields(name, partial, most);
        let new: Vec<Pattern> = more.into_iter().filter(|p| found.patterns.iter().all(|f| f.id != p.id)).collect();
        found.patterns.truncate(most - new.len());
        found.patterns.extend(new);
    }
    Ok(found)
}

/// The fields of which something is known.
fn known_fields(partial: &Partial) -> Vec<Known> {
    let keys = partial.metadata.keys().map(|key| Known::Key(key.clone()));
    PLAIN.into_iter().chain(keys).filter(|field| field.known(partial).is_some()).collect()
}

/// Elements that are known, of a length that is to that of the whole as their number is to that of all.
fn clamped(elements: &[Option<f32>], start: Option<&[f64]>) -> Vec<Option<f64>> {
    let Some(start) = start else { return Vec::new() };
    let known = elements.iter().flatten().count() as f64;
    let length = (known / elements.len() as f64).sqrt();
    elements.iter().zip(start).map(|(e, x)| e.map(|_| x * length)).collect()
}

/// What beside the state speaks for each pattern, and how much of what is known it matches.
fn weigh(
    partial: &Partial,
    found: &[Pattern],
    patterns: &Patterns,
    known: &[Option<f64>],
    similar: Option<&[f64]>,
    memories: u32,
) -> (Vec<f64>, Vec<f64>) {
    let k1 = guc::bm25_k1() as f32;
    let fields = known_fields(partial);
    let by_elements = similar.filter(|_| !known.is_empty());
    let mut held = Vec::with_capacity(found.len());
    let mut support = Vec::with_capacity(found.len());
    for (i, p) in found.iter().enumerate() {
        let words = partial.what.as_ref().map(|_| words_share(bm25_share(p.bm25.0, p.bm25.1), k1));
        let meaning = match (by_elements, similar) {
            (Some(products), _) => {
                Some(above_chance(products[i] / length_at(patterns.row(i), known), memories, known.len()))
            }
            (None, Some(similar)) => Some(above_chance(similar[i], memories, patterns.dims())),
            (None, None) => None,
        };
        let mut parts: Vec<f64> = fields.iter().filter_map(|f| f.matched(partial, p)).collect();
        // Elements that are known stay in the state, and say all that they have to say there.
        let anchor = similar.filter(|_| known.is_empty()).map_or(0.0, |similar| pattern::ANCHOR * similar[i]);
        let by_words = pattern::WORDS_WEIGHT * words.unwrap_or(0.0);
        held.push(pattern::FIELD_WEIGHT * parts.iter().sum::<f64>() + by_words + anchor);
        if words.is_some() || meaning.is_some() {
            parts.push(words.unwrap_or(0.0).max(meaning.unwrap_or(0.0)));
        }
        support.push(parts.iter().sum::<f64>() / parts.len().max(1) as f64);
    }
    (held, support)
}

/// Length of a pattern in the elements that are known: never zero.
fn length_at(row: &[f32], known: &[Option<f64>]) -> f64 {
    let squares = row.iter().zip(known).filter(|(_, k)| k.is_some()).map(|(x, _)| f64::from(*x) * f64::from(*x));
    squares.sum::<f64>().sqrt().max(f64::MIN_POSITIVE)
}

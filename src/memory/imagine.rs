//! Imagination: parts of different memories put together to something that was never stored.
//!
//! Cues bring memories to mind as recall does. One of them gives the frame; names in its text, and its fields, are replaced by
//! those of others (`engine::pattern::recombine`). Where no name or field could be, a sentence of another memory is put after it. Nothing
//! is stored, and everything says of which memory it is.

use super::completion::patterns::{self, Pattern};
use super::recall::question::Given;
use super::recall::readable;
use crate::error::Error;
use crate::pg;
use engram_engine::pattern::hopfield::{Patterns, unit};
use engram_engine::pattern::recombine::{self, Plan, Stream};
use engram_engine::{cues, encoder};
use pgrx::Uuid;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ops::Range;

/// What imagining is limited to.
pub struct Limits {
    /// How far from what is stored, 0 to 1.
    pub novelty: f32,
    /// Most things imagined.
    pub k: usize,
    /// Where chance starts: the same one imagines the same.
    pub seed: i64,
}

/// Something imagined. Its label is always `imagined`.
pub struct Imagined {
    pub content: String,
    /// Array of what it is made of: objects with field, value, the value `instead_of` which it stands, and the memory it is from.
    pub parts: Value,
    /// How well its sources fit the cues and each other, 0 to 1.
    pub plausibility: f64,
    /// Distance from the nearest of the memories looked at, 1 - cosine; none without embeddings.
    pub distance: Option<f64>,
    pub embedding: Option<Vec<f32>>,
    /// Memories that it was made of, that of the frame first.
    pub sources: Vec<[u8; 16]>,
}

/// Memories that the cues together bring to mind.
const MOST_PATTERNS: usize = 64;
/// Tries for each thing imagined: some repeat what another one, or what a memory, says.
const TRIES: usize = 8;
/// Names in a text, and keys of metadata, that are slots.
const NAMES: usize = 4;
const KEYS: usize = 8;
/// Weight of a memory that came to mind by association alone.
const LEAST_MATCH: f64 = 0.05;

/// Recombines what cues bring to mind, the most plausible first.
pub fn imagine(name: &str, cues: &[String], limits: &Limits) -> Result<Vec<Imagined>, Error> {
    let space = readable(name)?;
    let ours = space.encoder.as_deref() == Some(encoder::NAME);
    let memories = Memories::of(name, cues, ours, space.dimensions)?;
    let novelty = f64::from(limits.novelty);
    let mut out: Vec<Imagined> = Vec::new();
    let mut said: FxHashSet<String> = memories.found.iter().map(|p| p.content.clone()).collect();
    for draw in 0..(limits.k * TRIES) as u64 {
        if out.len() == limits.k {
            break;
        }
        pg::check_for_interrupts();
        let mut stream = Stream::new(limits.seed as u64, draw);
        let planned = recombine::plan(&memories.weights, &memories.slots, novelty, &mut stream);
        let made = match &planned {
            Some(plan) => memories.filled(plan),
            None => memories.spliced(novelty, &mut stream),
        };
        // A field that changed without the text is something new, too, but says nothing new.
        out.extend(made.filter(|made| said.insert(made.content.clone())));
    }
    out.sort_by(|a, b| b.plausibility.total_cmp(&a.plausibility));
    Ok(out)
}

/// What cues brought to mind, taken apart.
struct Memories {
    found: Vec<Pattern>,
    weights: Vec<f64>,
    patterns: Patterns,
    /// Names in each text, by place, but those of its fields.
    names: Vec<Vec<Range<usize>>>,
    /// Who, where, and keys of metadata.
    keys: Vec<String>,
    slots: Vec<Vec<u32>>,
    /// Embeddings of the space are made of its texts.
    encodes: bool,
}

impl Memories {
    fn of(name: &str, cues: &[String], encodes: bool, dimensions: Option<i32>) -> Result<Memories, Error> {
        let each = (MOST_PATTERNS / cues.len().max(1)).max(2);
        let mut found: Vec<Pattern> = Vec::new();
        let mut weights: Vec<f64> = Vec::new();
        for cue in cues {
            let given = Given { cue: Some(cue), cues: vec![cue.clone()], ..Given::default() };
            let brought = patterns::brought_to_mind(name, &given, each)?;
            for p in brought.patterns {
                let matched = p.matched(brought.memories).max(LEAST_MATCH);
                match found.iter().position(|f| f.id == p.id) {
                    Some(at) => weights[at] = f64::max(weights[at], matched),
                    None => {
                        found.push(p);
                        weights.push(matched);
                    }
                }
            }
        }
        let mut patterns = Patterns::new(dimensions.unwrap_or(0).max(0) as usize);
        found.iter().for_each(|p| patterns.push(p.embedding.as_deref()));
        let others: BTreeSet<&String> = found.iter().flat_map(|p| p.metadata.keys()).collect();
        let others = others.into_iter().filter(|key| !matches!(key.as_str(), "who" | "where")).take(KEYS).cloned();
        let keys: Vec<String> = ["who".to_owned(), "where".to_owned()].into_iter().chain(others).collect();
        let names: Vec<Vec<Range<usize>>> = found.iter().map(|p| names_in(p, &keys)).collect();
        let mut memories = Memories { found, weights, patterns, names, keys, slots: Vec::new(), encodes };
        memories.slots = memories.numbered();
        Ok(memories)
    }

    /// What each memory has in each slot: the keys, then the names in its text.
    fn fillers(&self, i: usize) -> Vec<Option<Value>> {
        let keys = self.keys.iter().map(|key| self.found[i].metadata.get(key).filter(|v| !v.is_null()).cloned());
        let spelt = |n: usize| Some(json!(&self.found[i].content[self.names[i].get(n)?.clone()]));
        keys.chain((0..NAMES).map(spelt)).collect()
    }

    /// Fillers as numbers: equal ones are equal whatever their case, 0 is none.
    fn numbered(&self) -> Vec<Vec<u32>> {
        let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
        let mut number = |filler: Option<Value>| -> u32 {
            let Some(filler) = filler else { return 0 };
            let text = filler.as_str().map_or_else(|| filler.to_string(), cues::normalise);
            let next = numbers.len() as u32 + 1;
            *numbers.entry(text).or_insert(next)
        };
        (0..self.found.len()).map(|i| self.fillers(i).into_iter().map(&mut number).collect()).collect()
    }

    /// The frame of a plan with its slots filled.
    fn filled(&self, plan: &Plan) -> Option<Imagined> {
        let frame = &self.found[plan.frame];
        let (own, numbers) = (self.fillers(plan.frame), &self.slots[plan.frame]);
        let mut parts = vec![self.part("what", &json!(frame.content), None, plan.frame)];
        let (mut pieces, mut sources) = (Vec::new(), vec![plan.frame]);
        for (slot, filler) in plan.fillers.iter().enumerate() {
            let (Some(filler), Some(old)) = (*filler, &own[slot]) else { continue };
            let name = self.keys.get(slot).map_or("name", String::as_str);
            let number = self.slots[filler][slot];
            // A name that the frame has elsewhere would stand there twice.
            if filler == plan.frame || (number != numbers[slot] && numbers.contains(&number)) {
                if slot < self.keys.len() {
                    parts.push(self.part(name, old, None, plan.frame));
                }
                continue;
            }
            let new = self.fillers(filler)[slot].clone()?;
            if let (Some(old), Some(new)) = (old.as_str(), new.as_str()) {
                let places = recombine::places(&frame.content, old);
                pieces.extend(places.into_iter().map(|place| (place, new.to_owned())));
            }
            parts.push(self.part(name, &new, Some(old), filler));
            if !sources.contains(&filler) {
                sources.push(filler);
            }
        }
        let content = recombine::replaced(&frame.content, &pieces);
        (sources.len() > 1).then(|| self.imagined(content, parts, &sources))
    }

    /// A memory with a sentence of another one after it.
    fn spliced(&self, novelty: f64, stream: &mut Stream) -> Option<Imagined> {
        let frame = stream.draw(&self.weights, novelty)?;
        let text = &self.found[frame].content;
        let differs = |(i, w): (usize, &f64)| if self.found[i].content == *text { 0.0 } else { *w };
        let others: Vec<f64> = self.weights.iter().enumerate().map(differs).collect();
        let other = stream.draw(&others, novelty)?;
        let sentence = recombine::first_sentence(&self.found[other].content);
        let end = if text.trim_end().ends_with(|c: char| c.is_alphanumeric()) { "." } else { "" };
        let content = format!("{}{end} {sentence}", text.trim_end());
        let parts =
            vec![self.part("what", &json!(text), None, frame), self.part("what", &json!(sentence), None, other)];
        Some(self.imagined(content, parts, &[frame, other]))
    }

    fn part(&self, field: &str, value: &Value, instead_of: Option<&Value>, source: usize) -> Value {
        let source = Uuid::from_bytes(self.found[source].id).to_string();
        match instead_of {
            Some(old) => json!({"field": field, "value": value, "instead_of": old, "source": source}),
            None => json!({"field": field, "value": value, "source": source}),
        }
    }

    fn imagined(&self, content: String, parts: Vec<Value>, sources: &[usize]) -> Imagined {
        let encoded = if self.encodes { encoder::embed(&content).and_then(|e| unit(&e)) } else { None };
        let share = 1.0 / sources.len() as f64;
        let weights: Vec<f64> = (0..self.found.len()).map(|i| if sources.contains(&i) { share } else { 0.0 }).collect();
        let mean = || unit(&self.patterns.mean(&weights).iter().map(|x| *x as f32).collect::<Vec<f32>>());
        let embedding = encoded.or_else(mean);
        let nearest = embedding.as_deref().map(|e| self.patterns.times(e).into_iter().fold(-1.0, f64::max));
        let support = sources.iter().map(|i| self.weights[*i]).sum::<f64>() * share;
        Imagined {
            content,
            parts: Value::Array(parts),
            plausibility: (support * self.coherence(sources)).sqrt(),
            distance: nearest.map(|cosine| (1.0 - cosine).clamp(0.0, 2.0)),
            embedding: embedding.map(|e| e.iter().map(|x| *x as f32).collect()),
            sources: sources.iter().map(|i| self.found[*i].id).collect(),
        }
    }

    /// How well memories go together, 0 to 1: the mean over pairs of their cosine, or of the share of cues that they have in common.
    fn coherence(&self, sources: &[usize]) -> f64 {
        let pairs = sources.iter().enumerate().flat_map(|(n, i)| sources[n + 1..].iter().map(move |j| (*i, *j)));
        let together = |(i, j): (usize, usize)| {
            let (a, b) = (&self.found[i].cues, &self.found[j].cues);
            let shared = a.iter().filter(|cue| b.contains(cue)).count() as f64;
            let all = (a.len() + b.len()) as f64 - shared;
            let by_cues = if all > 0.0 { shared / all } else { 0.0 };
            self.patterns.cosine(i, j).map_or(by_cues, |cosine| cosine.max(by_cues))
        };
        let each: Vec<f64> = pairs.map(together).collect();
        each.iter().sum::<f64>() / each.len().max(1) as f64
    }
}

/// Where the text of a memory has its names: the longest at each place, without those that its fields have.
fn names_in(p: &Pattern, keys: &[String]) -> Vec<Range<usize>> {
    let fields: FxHashSet<u64> = keys.iter().filter_map(|key| p.metadata.get(key)?.as_str()).map(cues::hash).collect();
    let known: FxHashSet<u64> = p.cues.iter().map(|cue| cues::hash(cue)).collect();
    let phrases = cues::phrases(&p.content);
    let longest = cues::longest(&phrases, |i| known.contains(&phrases[i].hash));
    let mut seen = FxHashSet::default();
    let names = longest.into_iter().filter(|phrase| !fields.contains(&phrase.hash) && seen.insert(phrase.hash));
    // A year does not stand in for a name.
    let names = names.map(cues::Phrase::range).filter(|r| p.content[r.clone()].chars().any(char::is_alphabetic));
    names.take(NAMES).collect()
}

//! The cue of a recall, checked and prepared for the search.

use super::narrow::Narrow;
use crate::error::Error;
use crate::guc;
use crate::hot::record;
use crate::store::{access, alias};
use engram_engine::code::quantise;
use engram_engine::{bm25, cues, encoder, spread};
use engram_region::dense::Query;
use engram_region::read::Found;
use rustc_hash::FxHashSet;

/// What SQL hands in; none stands for an argument left out.
#[derive(Default)]
pub struct Given<'a> {
    pub cue: Option<&'a str>,
    pub embedding: Option<&'a [f32]>,
    pub ids: Vec<[u8; 16]>,
    pub context: Option<&'a str>,
    pub cues: Vec<String>,
    /// JSON text of an object that metadata must contain.
    pub filter: Option<String>,
    pub kinds: Option<Vec<String>>,
    pub in_context: Option<&'a str>,
    /// Microseconds since the Unix epoch.
    pub since: Option<i64>,
    pub until: Option<i64>,
    /// When what is recalled was believed; none for now.
    pub as_of: Option<i64>,
    pub hops: Option<i32>,
    /// Conditions of a query that SQL has no argument for.
    pub narrow: Narrow,
}

/// Conditions on a memory that the region can judge, and the rest.
pub struct Filter {
    kinds: Option<Vec<u64>>,
    in_context: Option<u64>,
    since: i64,
    until: i64,
    /// Ids that the caller may see and that fulfil every condition; none until they were fetched.
    pub allowed: Option<FxHashSet<[u8; 16]>>,
}

impl Filter {
    /// Lets everything pass.
    pub const OPEN: Filter = Filter { kinds: None, in_context: None, since: i64::MIN, until: i64::MAX, allowed: None };

    /// Whether it lets everything pass.
    pub fn is_open(&self) -> bool {
        self.kinds.is_none()
            && self.in_context.is_none()
            && self.allowed.is_none()
            && (self.since, self.until) == (i64::MIN, i64::MAX)
    }

    pub fn passes(&self, m: &Found) -> bool {
        self.kinds.as_ref().is_none_or(|k| k.contains(&m.kind))
            && self.in_context.is_none_or(|c| c == m.context)
            && (self.since..=self.until).contains(&m.occurred_at)
            && self.allowed.as_ref().is_none_or(|a| a.contains(&m.id))
    }
}

/// A question ready to be searched for.
pub struct Question {
    pub query: Option<Query>,
    /// Sorted hashes of the terms.
    pub terms: Vec<u64>,
    pub cues: Vec<u64>,
    /// What else in the text could name a cue of the space: more than one word, in whatever case.
    pub phrases: Vec<cues::Phrase>,
    pub ids: Vec<[u8; 16]>,
    /// Hash of the context that is part of the cue, 0 for none.
    pub context: u64,
    pub filter: Filter,
    pub spread: spread::Config,
    pub seeds: usize,
    pub exact: bool,
    pub bm25: bm25::Params,
}

/// Most steps from memory to memory.
const MOST_HOPS: i32 = 10;

/// The steps asked for, or those of the setting.
pub fn hops(given: Option<i32>) -> Result<i32, Error> {
    let hops = given.unwrap_or(guc::spread_hops() as i32);
    if (0..=MOST_HOPS).contains(&hops) {
        return Ok(hops);
    }
    Err(Error::invalid_parameter(format!("hops must be between 0 and {MOST_HOPS}, not {hops}"))
        .with_hint("Zero switches spreading off; 3 is the default."))
}

impl Question {
    /// Checks and prepares a cue for a space.
    pub fn new(given: &Given<'_>, space: &access::Space) -> Result<Question, Error> {
        let hops = hops(given.hops)?;
        let query = match given.embedding {
            Some(embedding) => dense(embedding, space)?,
            None => given.cue.and_then(|cue| encoded(cue, space)),
        };
        let text = given.cue.unwrap_or_default();
        let mut names = cues::find(text);
        names.extend(given.cues.iter().map(|c| cues::normalise(c)));
        let aliases = alias::of(&space.name);
        let phrases = if guc::known_cues() { cues::phrases(text) } else { Vec::new() };
        let mut hashes: Vec<u64> = names.iter().filter(|n| !n.is_empty()).map(|n| cues::hash(n)).collect();
        hashes.extend(phrases.iter().map(|p| p.hash).filter(|hash| aliases.contains_key(hash)));
        hashes.iter_mut().for_each(|hash| *hash = aliases.get(hash).copied().unwrap_or(*hash));
        hashes.sort_unstable();
        hashes.dedup();
        Ok(Question {
            query,
            terms: record::query_terms(text, &space.language).terms.into_iter().map(|t| t.0).collect(),
            cues: hashes,
            phrases,
            ids: given.ids.clone(),
            context: record::context_hash(given.context),
            filter: Filter {
                kinds: given.kinds.as_ref().map(|k| k.iter().map(|k| record::kind_hash(k)).collect()),
                in_context: given.in_context.map(|c| record::context_hash(Some(c))),
                since: given.since.unwrap_or(i64::MIN),
                until: given.until.unwrap_or(i64::MAX),
                allowed: None,
            },
            spread: spread_config(hops, guc::spread_threshold() as f32),
            seeds: guc::seeds(),
            exact: guc::exact(),
            bm25: bm25::Params { k1: guc::bm25_k1() as f32, b: guc::bm25_b() as f32 },
        })
    }
}

/// Spreading as the settings have it.
pub fn spread_config(hops: i32, threshold: f32) -> spread::Config {
    spread::Config {
        damping: guc::spread_damping() as f32,
        threshold,
        hops: hops.clamp(0, MOST_HOPS) as u8,
        max_edges: guc::spread_max_edges() as u64,
    }
}

/// Whether a question has a vector that the embeddings of the space are compared with, and where it comes from or why not.
pub fn vector_of(given: &Given<'_>, space: &access::Space) -> Result<&'static str, String> {
    let ours = space.encoder.as_deref() == Some(encoder::NAME);
    match given.embedding {
        Some(_) if space.dimensions.is_some() => Ok("the embedding given"),
        None if ours && given.cue.is_some_and(|cue| encoder::embed(cue).is_some()) => Ok("the built-in encoder"),
        None if ours => Err("the question has no word that the built-in encoder knows".to_owned()),
        None if space.dimensions.is_some() => {
            let by = space.encoder.as_ref().map_or_else(String::new, |by| format!(" (encoder \"{by}\")"));
            Err(format!("the question has no embedding, and those of the space come from outside{by}"))
        }
        _ => Err("the space has no embeddings".to_owned()),
    }
}

/// The vector that the built-in encoder gives the text of a question, where the embeddings of the space are its own.
fn encoded(cue: &str, space: &access::Space) -> Option<Query> {
    let ours = space.encoder.as_deref() == Some(encoder::NAME);
    let vector = if ours { encoder::embed(cue) } else { None };
    vector.and_then(|v| quantise(&v).ok()).map(Query::new)
}

/// The vector of the question; none where the space has no vectors to compare with.
fn dense(vector: &[f32], space: &access::Space) -> Result<Option<Query>, Error> {
    let code = quantise(vector).map_err(|e| {
        Error::invalid_parameter(e.to_string())
            .with_hint("An embedding has finite elements, at least one of which is not zero.")
    })?;
    match space.dimensions {
        None => Ok(None),
        Some(d) if d as usize == vector.len() => Ok(Some(Query::new(code))),
        Some(d) => Err(Error::dimension_mismatch(d as usize, vector.len())),
    }
}

//! Another encoder for a space, while recall goes on.
//!
//! Embeddings of the new encoder are kept beside the memories until all are there. One transaction then changes the space over: who
//! sees it finds every embedding of the new encoder, who does not finds the former ones. What is written by the former encoder at that
//! moment, in transactions that were running, has no code in the hot tier (`Reading::takes`) and is embedded afterwards.
//!
//! [`step`] does one step in the transaction of its caller; the procedure `engram_reembed` calls it until nothing is left.

use super::{known, required, space_or_setting};
use crate::crash::{self, Point};
use crate::error::Error;
use crate::pg;
use crate::pg::snapshot::Pinned;
use crate::store::memory::Replacing;
use crate::store::reembed::{self, State, Text};
use crate::store::{self, access, audit, fault, limits, space::NO_ENCODER};
use engram_engine::encoder;
use pgrx::Uuid;
use serde_json::json;

/// Most memories of one step.
const MOST_BATCH: i32 = 100_000;

/// What comes next, and how many memories a step was about.
pub struct Stepped {
    pub state: &'static str,
    pub memories: i64,
}

/// One step, as engram_reembed was called.
pub fn step(
    space: Option<&str>,
    encoder: Option<&str>,
    dimensions: Option<i32>,
    batch: Option<i32>,
) -> Result<Stepped, Error> {
    let batch = required("batch", batch)?;
    if !(1..=MOST_BATCH).contains(&batch) {
        return Err(fault::invalid(
            format!("batch must be between 1 and {MOST_BATCH}, not {batch}"),
            "A batch is what one transaction embeds; 1000 is the default.",
        ));
    }
    let encoder = super::space::encoder_name(required("encoder", encoder)?)?;
    let name = space_or_setting(space);
    let space = store::space::for_reading(&name)?;
    if !space.owner {
        return Err(fault::space_denied(&name));
    }
    let dimensions = dimensions_of(&space, &encoder, dimensions)?;
    let has_it = space.encoder.as_deref() == Some(encoder.as_str());
    reembed::begin(&name, &encoder, dimensions, has_it);
    let state = reembed::lock(&name).filter(|s| s.encoder == encoder && s.dimensions == dimensions);
    let Some(state) = state else { return Err(another_is_on(&name)) };
    Ok(match state.switched {
        None => fill(&name, &state, batch),
        Some(switched) => settle(&name, &state, switched, batch),
    })
}

fn dimensions_of(space: &access::Space, encoder: &str, given: Option<i32>) -> Result<i32, Error> {
    if encoder == NO_ENCODER {
        return Err(fault::invalid(
            "encoder \"none\" makes no embeddings",
            "Name the encoder that the space is to have.",
        ));
    }
    let present = space.dimensions.filter(|_| space.encoder.as_deref() == Some(encoder));
    let begun = || reembed::find(&space.name).filter(|s| s.encoder == encoder).map(|s| s.dimensions);
    let of_encoder = (encoder == encoder::NAME).then_some(encoder::DIMENSIONS as i32);
    let fixed = present.or(of_encoder).or_else(begun);
    match (fixed, given) {
        (Some(fixed), Some(given)) if fixed != given => Err(fault::invalid(
            format!("encoder \"{encoder}\" makes embeddings of {fixed} dimensions here, not of {given}"),
            "A model with other dimensions is another encoder: give it a name of its own.",
        )),
        (Some(fixed), _) => Ok(fixed),
        (None, given) => {
            let dimensions = given.or(space.dimensions);
            let dimensions = dimensions.ok_or_else(|| fault::null("dimensions"))?;
            limits::dimensions(dimensions)?;
            Ok(dimensions)
        }
    }
}

fn another_is_on(name: &str) -> Error {
    let of = reembed::find(name)
        .map_or_else(String::new, |s| format!(": encoder \"{}\" with {} dimensions", s.encoder, s.dimensions));
    Error::not_in_prerequisite_state(format!("space \"{name}\" is getting another encoder{of}"))
        .with_hint("Call engram_reembed for that one, or give it up with engram_reembed_cancel.")
}

/// Makes embeddings; where all are there, changes over.
fn fill(name: &str, state: &State, batch: i32) -> Stepped {
    if state.encoder == encoder::NAME {
        let mut embed = Embed::default();
        let next = reembed::each_next(name, state.after, batch, |text| embed.take(&text));
        if next == 0 {
            // What has changed behind, or came with an id from before.
            reembed::each_missed(name, state, batch, |text| embed.take(&text));
        }
        if let Some(last) = embed.put(name) {
            if next > 0 {
                reembed::keep_after(name, last);
            }
            return stepped("filling", embed.made.len());
        }
    } else {
        let waiting = reembed::waiting(name, state);
        if waiting > 0 {
            return Stepped { state: "waiting", memories: waiting };
        }
    }
    store::space::lock(name);
    reembed::switch(name, state);
    reembed::apply(name, state, Replacing::All);
    audit::note(name, "reembed", None, &json!({ "encoder": state.encoder, "dimensions": state.dimensions }));
    crash::at(Point::reembed_switch);
    stepped("switched", 0)
}

/// Embeds what was written by the former encoder, until nobody is left who may write by it.
fn settle(name: &str, state: &State, switched: u64, batch: i32) -> Stepped {
    // Taken before the rows are looked at: of who has ended by now, they are all seen.
    let is_last = switched < Pinned::latest().xmin();
    let mut embed = Embed::default();
    if state.encoder == encoder::NAME {
        reembed::each_missed(name, state, batch, |text| embed.take(&text));
        embed.put(name);
    }
    let applied = reembed::apply(name, state, Replacing::Some) as usize;
    let waiting = if state.encoder == encoder::NAME { 0 } else { reembed::waiting(name, state) };
    if waiting > 0 {
        return Stepped { state: "waiting", memories: waiting };
    }
    if applied > 0 || !embed.made.is_empty() {
        return stepped("switched", applied);
    }
    if !is_last {
        return stepped("settling", 0);
    }
    reembed::end(name);
    stepped("finished", 0)
}

fn stepped(state: &'static str, memories: usize) -> Stepped {
    Stepped { state, memories: i64::try_from(memories).unwrap_or(i64::MAX) }
}

/// A memory, the digest of its content, and what our encoder makes of it.
type Made = ([u8; 16], [u8; 16], Option<Box<[f32; encoder::DIMENSIONS]>>);

/// Embeddings of a batch by our encoder.
#[derive(Default)]
struct Embed {
    made: Vec<Made>,
}

impl Embed {
    fn take(&mut self, text: &Text<'_>) {
        pg::check_for_interrupts();
        self.made.push((text.id, text.digest, encoder::embed(text.content).map(Box::new)));
    }

    /// Keeps them; returns the last id.
    fn put(&self, name: &str) -> Option<[u8; 16]> {
        for (id, digest, embedding) in &self.made {
            reembed::put(name, *id, *digest, embedding.as_ref().map(|e| &e[..]));
        }
        crash::at(Point::reembed_batch);
        self.made.last().map(|made| made.0)
    }
}

/// Takes the embedding of a memory by the encoder that its space is getting. Says whether it was taken: a digest that is given must be
/// that of the present content.
pub fn put(
    id: Option<Uuid>,
    embedding: Option<&[f32]>,
    space: Option<&str>,
    digest: Option<Uuid>,
) -> Result<bool, Error> {
    let id = required("id", id)?;
    let embedding = required("embedding", embedding)?;
    let name = space_or_setting(space);
    store::space::for_writing(&name)?;
    known(&name, id)?;
    let Some(state) = reembed::find(&name) else { return Err(not_begun(&name)) };
    if state.encoder == encoder::NAME {
        return Err(fault::invalid(
            format!("space \"{name}\" is getting the built-in encoder, which makes its embeddings by itself"),
            "Leave them to engram_reembed.",
        ));
    }
    limits::embedding(embedding)?;
    if usize::try_from(state.dimensions) != Ok(embedding.len()) {
        return Err(Error::dimension_mismatch(state.dimensions.unsigned_abs() as usize, embedding.len()));
    }
    let Some(present) = reembed::digest_of(&name, *id.as_bytes()) else { return Ok(false) };
    if digest.is_some_and(|digest| *digest.as_bytes() != present) {
        return Ok(false);
    }
    Ok(reembed::put(&name, *id.as_bytes(), present, Some(embedding)))
}

/// Gives up. Says whether there was something to give up; a space that has its new encoder keeps it.
pub fn cancel(space: Option<&str>) -> Result<bool, Error> {
    let name = space_or_setting(space);
    let found = store::space::for_reading(&name)?;
    if !found.owner {
        return Err(fault::space_denied(&name));
    }
    let Some(state) = reembed::lock(&name) else { return Ok(false) };
    if state.switched.is_some() {
        return Err(Error::not_in_prerequisite_state(format!(
            "space \"{name}\" has embeddings of encoder \"{}\" already",
            state.encoder
        ))
        .with_hint("Call engram_reembed to end it."));
    }
    reembed::end(&name);
    Ok(true)
}

fn not_begun(name: &str) -> Error {
    Error::not_in_prerequisite_state(format!("space \"{name}\" is not getting another encoder"))
        .with_hint("Begin with CALL engram_reembed.")
}

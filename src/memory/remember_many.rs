//! Remembering a batch: its spaces are settled first, then one statement stores it in order.

use super::{required, space_or_setting};
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::store::{self, batch, fault};
use pgrx::Uuid;

/// Stores the memories of a JSON array, all or none, and returns their ids in its order. An error names the position of the
/// memory, counted from 1.
pub fn remember_many(memories: Option<Jsonb>) -> Result<Vec<Uuid>, Error> {
    let batch = batch::Batch::new(required("memories", memories)?, space_or_setting(None));
    let shape = batch.shape();
    if shape.type_name != "array" {
        return Err(fault::invalid(
            format!("memories are a JSON {}, not an array", shape.type_name),
            "Give an array of objects, each with the key \"content\".",
        ));
    }
    if let Some(position) = shape.no_object {
        return Err(fault::invalid(
            format!("memory {position} is not a JSON object"),
            "Give an array of objects, each with the key \"content\".",
        ));
    }
    if let Some((position, key)) = shape.stranger {
        return Err(fault::invalid(
            format!("memory {position} has a key \"{key}\" that does not exist"),
            "The keys are the argument names of engram_remember.",
        ));
    }
    if let Some(position) = shape.no_confidence {
        return Err(fault::invalid(
            format!("memory {position}: confidence is out of range"),
            "Confidence is between 0 (certainly false) and 1 (certainly true).",
        ));
    }
    for space in &shape.spaces {
        store::space::for_remembering(space)?;
    }
    if !shape.ids {
        return Ok(batch.insert());
    }
    let stored = batch.insert_given();
    in_order(batch.given(), stored)
}

/// The ids of the batch: those given, and in the gaps those made, which come in the order of the batch.
fn in_order(given: Vec<batch::Given>, stored: Vec<Uuid>) -> Result<Vec<Uuid>, Error> {
    let mut stored = stored.into_iter().peekable();
    let mut ids = Vec::with_capacity(given.len());
    for (i, memory) in given.into_iter().enumerate() {
        let id = match memory.id {
            Some(id) if stored.next_if_eq(&id).is_some() || memory.same => id,
            Some(id) => return Err(fault::memory_of_batch_taken(id, i + 1)),
            None => stored.next().expect("each memory without an id was stored"),
        };
        ids.push(id);
    }
    Ok(ids)
}

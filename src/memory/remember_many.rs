//! Remembering a batch: its spaces are settled first, then it is found out what is there already, then one statement stores the rest
//! in order.

use super::duplicate::{self, OnDuplicate};
use super::recognise::{self, Verdict};
use super::{required, space_or_setting};
use crate::crash::{self, Point};
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::store::{self, batch, fault};
use pgrx::Uuid;

/// What a batch came to.
pub struct Stored {
    pub ids: Vec<Uuid>,
    spaces: Vec<String>,
}

impl Stored {
    /// The space of all memories, if they have one in common.
    pub fn only_space(&self) -> Option<&str> {
        if let [one] = self.spaces.as_slice() { Some(one) } else { None }
    }
}

/// Stores the memories of a JSON array, all or none, and returns their ids in its order. An error names the position of the
/// memory, counted from 1.
pub fn remember_many(memories: Option<Jsonb>) -> Result<Stored, Error> {
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
    let elements = recognise::elements(&batch)?;
    let mut verdicts = recognise::verdicts(&batch, &elements);
    recognise::treat_known(&elements, &mut verdicts);
    crash::at(Point::batch_begin);
    let known: Vec<bool> = verdicts.iter().map(|v| *v != Verdict::New).collect();
    let ids = if shape.ids {
        let stored = batch.insert_given(&known);
        in_order(batch.given(), &verdicts, stored)?
    } else {
        let mut stored = batch.insert(&known).into_iter();
        fill_in(&verdicts, |_| Ok(stored.next().expect("each new memory was stored")))?
    };
    for ((element, verdict), id) in elements.iter().zip(&verdicts).zip(&ids) {
        match verdict {
            Verdict::New => element.text.iter().for_each(|t| duplicate::note_stored(&element.space, t, *id.as_bytes())),
            Verdict::Known(_) => {}
            // What was stored a moment ago cannot have been deleted.
            Verdict::Same(_) if element.how == Some(OnDuplicate::Skip) => {}
            Verdict::Same(_) => drop(duplicate::treat(&element.space, *id.as_bytes(), element.how)),
        }
    }
    crash::at(Point::batch_end);
    Ok(Stored { ids, spaces: shape.spaces })
}

/// The ids of the batch in its order: `new` gives those of elements that were to be stored, by their positions from 0.
fn fill_in(verdicts: &[Verdict], mut new: impl FnMut(usize) -> Result<Uuid, Error>) -> Result<Vec<Uuid>, Error> {
    let mut ids: Vec<Uuid> = Vec::with_capacity(verdicts.len());
    for (i, verdict) in verdicts.iter().enumerate() {
        ids.push(match verdict {
            Verdict::New => new(i)?,
            Verdict::Known(id) => Uuid::from_bytes(*id),
            Verdict::Same(before) => ids[*before],
        });
    }
    Ok(ids)
}

/// The same where elements bring ids: those made fill the gaps, and come in the order of the batch.
fn in_order(given: Vec<batch::Given>, verdicts: &[Verdict], stored: Vec<Uuid>) -> Result<Vec<Uuid>, Error> {
    let mut stored = stored.into_iter().peekable();
    fill_in(verdicts, |i| match given[i].id {
        Some(id) if stored.next_if_eq(&id).is_some() || given[i].same => Ok(id),
        Some(id) => Err(fault::memory_of_batch_taken(id, i + 1)),
        None => Ok(stored.next().expect("each memory without an id was stored")),
    })
}

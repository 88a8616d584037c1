//! What a value must be to be stored: the same checks for the functions and for the triggers, so that every writer meets them.

use super::fault;
use crate::error::Error;
use engram_engine::cues;

/// The longest content, in bytes.
pub const MOST_CONTENT_BYTES: usize = 1 << 20;
/// The longest name of a space, in characters.
pub const LONGEST_SPACE: usize = 64;
/// The longest kind of a memory, in characters.
pub const LONGEST_KIND: usize = 64;
/// The most dimensions of an embedding: that of pgvector.
pub const MOST_DIMENSIONS: i32 = 16_000;
/// Weight of what is known before any evidence: a confidence c counts as 2c for and 2(1 - c) against.
pub const PRIOR_STRENGTH: f32 = 2.0;

/// Content says something and fits.
pub fn content(content: Option<&str>) -> Result<&str, Error> {
    let Some(content) = content else {
        return Err(fault::null("content"));
    };
    if content.len() > MOST_CONTENT_BYTES {
        return Err(Error::program_limit("content", content.len(), MOST_CONTENT_BYTES, "bytes")
            .with_hint("Split the text and remember its parts in one context."));
    }
    if content.trim().is_empty() {
        return Err(fault::invalid("content must not be empty", "A memory needs at least one visible character."));
    }
    Ok(content)
}

/// An embedding has a direction.
pub fn embedding(values: &[f32]) -> Result<(), Error> {
    if let Some(value) = values.iter().find(|v| !v.is_finite()) {
        return Err(fault::invalid(
            format!("embedding contains {value}"),
            "Every element of an embedding must be a finite number.",
        ));
    }
    if values.iter().all(|v| *v == 0.0) {
        return Err(fault::invalid(
            format!("embedding of {} dimensions is zero", values.len()),
            "A zero vector has no direction to compare; leave the embedding out instead.",
        ));
    }
    Ok(())
}

/// The name of a space is 1 to 64 characters and not blank.
pub fn space_name(name: &str) -> Result<(), Error> {
    let length = name.chars().count();
    if length > LONGEST_SPACE {
        return Err(fault::too_long(
            format!("space name \"{name}\" has {length} characters"),
            "A space name has at most 64 characters.",
        ));
    }
    if name.trim().is_empty() {
        return Err(fault::invalid(
            format!("space name \"{name}\" is empty"),
            "A space name has at least one visible character.",
        ));
    }
    Ok(())
}

/// A kind is a word.
pub fn kind(kind: &str) -> Result<(), Error> {
    let length = kind.chars().count();
    if length > LONGEST_KIND {
        return Err(fault::too_long(
            format!("kind \"{kind}\" has {length} characters"),
            "A kind has at most 64 characters.",
        ));
    }
    if kind.trim().is_empty() {
        return Err(fault::invalid(
            format!("kind \"{kind}\" is empty"),
            "Use \"episode\", \"belief\" or a word of your own.",
        ));
    }
    Ok(())
}

/// A name that is there.
pub fn cue_name(name: &str) -> Result<(), Error> {
    if !name.is_empty() {
        return Ok(());
    }
    Err(fault::invalid("the name of a cue is empty", "Give the alias and the cue that it stands for a name."))
}

/// A list of cues that fits beside those found in the text.
pub fn cue_list(given: &[String]) -> Result<(), Error> {
    if given.len() > cues::MOST_STORED {
        return Err(Error::program_limit("list of cues", given.len(), cues::MOST_STORED, "cues")
            .with_hint("Give a memory the cues that tell it from others."));
    }
    for cue in given {
        let normalised = cues::normalise(cue);
        let (name, _) = cues::split_about(&normalised);
        let length = name.chars().count();
        if length > cues::LONGEST {
            return Err(fault::too_long(
                format!("cue \"{cue}\" has {length} characters"),
                format!("A cue has at most {} characters.", cues::LONGEST),
            ));
        }
    }
    Ok(())
}

/// A share between 0 and 1, both included.
pub fn confidence(confidence: f32) -> Result<(), Error> {
    if (0.0..=1.0).contains(&confidence) {
        return Ok(());
    }
    Err(fault::invalid(
        format!("confidence {confidence} is out of range"),
        "Confidence is between 0 (certainly false) and 1 (certainly true).",
    ))
}

/// Evidence of a confidence, for and against.
pub fn evidence(confidence: f32) -> (f32, f32) {
    (PRIOR_STRENGTH * confidence, PRIOR_STRENGTH * (1.0 - confidence))
}

/// Evidence is a finite weight.
pub fn evidence_weight(column: &str, weight: f32) -> Result<(), Error> {
    if weight.is_finite() && weight >= 0.0 {
        return Ok(());
    }
    Err(fault::invalid(format!("{column} {weight} is out of range"), "Evidence is a finite number, zero or more."))
}

/// Strength of an association: above 0, at most 1.
pub fn association_weight(weight: f32) -> Result<(), Error> {
    if weight > 0.0 && weight <= 1.0 {
        return Ok(());
    }
    Err(fault::invalid(
        format!("association weight {weight} is out of range"),
        "A weight is above 0 and at most 1; engram_dissociate removes an association.",
    ))
}

/// Metadata is an object, which filters look into.
pub fn metadata(is_object: bool) -> Result<(), Error> {
    if is_object {
        return Ok(());
    }
    Err(fault::invalid("metadata is not a JSON object", "Give metadata as an object, such as {\"topic\": \"boats\"}."))
}

/// The dimensions of a space.
pub fn dimensions(dimensions: i32) -> Result<(), Error> {
    if (1..=MOST_DIMENSIONS).contains(&dimensions) {
        return Ok(());
    }
    Err(fault::invalid(
        format!("{dimensions} dimensions are out of range"),
        format!("A space has 1 to {MOST_DIMENSIONS} dimensions."),
    ))
}

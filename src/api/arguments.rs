//! The arguments that every form of recall takes, checked.

use crate::error::Error;
use crate::memory::belief;
use crate::memory::recall::narrow::Narrow;
use crate::memory::recall::question::Given;
use crate::memory::recall::{Cold, Limits};
use crate::pg::{self, jsonb::Jsonb};
use pgrx::datum::TimestampWithTimeZone;
use pgrx::{JsonB, Uuid};

/// Most rows of one answer.
const MOST_ROWS: i32 = 10_000;

/// A row of an answer, in the order of its columns.
pub type AnswerRow = (
    Uuid,
    String,
    f32,
    f32,
    f32,
    f32,
    Option<f32>,
    f32,
    i32,
    Vec<Uuid>,
    String,
    String,
    String,
    String,
    Option<String>,
    Option<TimestampWithTimeZone>,
    Option<String>,
    JsonB,
);

/// Arguments as SQL hands them in.
pub struct Arguments<'a> {
    pub cue: Option<&'a str>,
    pub embedding: Option<&'a [f32]>,
    pub k: Option<i32>,
    pub ids: Option<Vec<Option<Uuid>>>,
    pub context: Option<&'a str>,
    pub cues: Option<Vec<Option<String>>>,
    pub filter: Option<Jsonb>,
    pub kinds: Option<Vec<Option<String>>>,
    pub in_context: Option<&'a str>,
    pub since: Option<TimestampWithTimeZone>,
    pub until: Option<TimestampWithTimeZone>,
    pub as_of: Option<TimestampWithTimeZone>,
    pub min_score: Option<f32>,
    pub min_confidence: Option<f32>,
    pub max_tokens: Option<i32>,
    pub hops: Option<i32>,
    pub include_cold: Option<bool>,
    pub reinforce: Option<bool>,
}

/// A question without conditions.
pub fn plain<'a>(cue: Option<&'a str>, embedding: Option<&'a [f32]>) -> Arguments<'a> {
    Arguments {
        cue,
        embedding,
        k: None,
        ids: None,
        context: None,
        cues: None,
        filter: None,
        kinds: None,
        in_context: None,
        since: None,
        until: None,
        as_of: None,
        min_score: None,
        min_confidence: None,
        max_tokens: None,
        hops: None,
        include_cold: None,
        reinforce: None,
    }
}

impl<'a> Arguments<'a> {
    /// The cue and the limits, or what is wrong with them.
    pub fn checked(self) -> Result<(Given<'a>, Limits), Error> {
        if self.as_of.is_some() && !belief::is_possible() {
            return Err(Error::not_supported(
                "recall as of a past time is not supported by this version of the catalog",
            )
            .with_hint("Run ALTER EXTENSION engram UPDATE."));
        }
        let given = Given {
            cue: self.cue.filter(|c| !c.trim().is_empty()),
            embedding: self.embedding,
            ids: self.ids.into_iter().flatten().flatten().map(|id| *id.as_bytes()).collect(),
            context: self.context,
            cues: self.cues.into_iter().flatten().flatten().collect(),
            filter: containment(self.filter)?,
            kinds: self.kinds.map(|k| k.into_iter().flatten().collect()),
            in_context: self.in_context,
            since: self.since.map(micros),
            until: self.until.map(micros),
            as_of: self.as_of.map(micros),
            hops: self.hops,
            narrow: Narrow::default(),
        };
        some_cue(&given)?;
        let limits = Limits {
            k: count("k", self.k)?,
            min_score: share("min_score", self.min_score)?,
            min_confidence: share("min_confidence", self.min_confidence)?,
            max_tokens: tokens(self.max_tokens)?,
            // Looking into the past is no use of what is found there.
            reinforce: self.reinforce.unwrap_or(true) && self.as_of.is_none() && !pg::xact_read_only(),
            primes: self.reinforce.unwrap_or(true),
            cold: match self.include_cold {
                None => Cold::WhenUnfilled,
                Some(true) => Cold::Always,
                Some(false) => Cold::Never,
            },
        };
        Ok((given, limits))
    }
}

/// A recall needs something to go by.
pub fn some_cue(given: &Given<'_>) -> Result<(), Error> {
    let empty = given.cue.is_none()
        && given.embedding.is_none()
        && given.ids.is_empty()
        && given.context.is_none()
        && given.cues.is_empty();
    if !empty {
        return Ok(());
    }
    Err(Error::null_value("cue").with_hint("Give a text, an embedding, ids, a context or cues to recall by."))
}

/// A number of rows.
pub fn count(name: &str, k: Option<i32>) -> Result<usize, Error> {
    match k {
        None => Err(Error::null_value(name)),
        Some(k) if (1..=MOST_ROWS).contains(&k) => Ok(k as usize),
        Some(k) => Err(Error::invalid_parameter(format!("{name} must be between 1 and {MOST_ROWS}, not {k}"))
            .with_hint("Ask for the rows that are needed; 10 is the default.")),
    }
}

pub fn share(name: &str, value: Option<f32>) -> Result<f32, Error> {
    match value.unwrap_or(0.0) {
        v if (0.0..=1.0).contains(&v) => Ok(v),
        v => Err(Error::invalid_parameter(format!("{name} must be between 0 and 1, not {v}"))
            .with_hint("Zero lets everything through.")),
    }
}

fn tokens(value: Option<i32>) -> Result<Option<usize>, Error> {
    match value {
        None => Ok(None),
        Some(t) if t > 0 => Ok(Some(t as usize)),
        Some(t) => Err(Error::invalid_parameter(format!("max_tokens must be above 0, not {t}"))
            .with_hint("Leave it out for no limit.")),
    }
}

/// The condition on metadata as JSON text; an object, since metadata is one.
pub fn containment(filter: Option<Jsonb>) -> Result<Option<String>, Error> {
    match filter.map(Jsonb::parse) {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(v) if v.is_object() => Ok(Some(v.to_string())),
        Some(v) => Err(Error::invalid_parameter(format!("filter must be a JSON object, not {v}"))
            .with_hint("Write it as '{\"key\": \"value\"}'.")),
    }
}

/// Microseconds since the Unix epoch.
pub fn micros(at: TimestampWithTimeZone) -> i64 {
    i64::from(at).saturating_add(pg::POSTGRES_EPOCH_MICROS)
}

/// A time as SQL has it, from microseconds since the Unix epoch.
pub fn timestamp(micros: i64) -> TimestampWithTimeZone {
    TimestampWithTimeZone::try_from(micros.saturating_sub(pg::POSTGRES_EPOCH_MICROS))
        .unwrap_or_else(|_| TimestampWithTimeZone::positive_infinity())
}

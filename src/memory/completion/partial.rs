//! What is known of a memory that is to be completed.

use crate::error::Error;
use crate::pg;
use crate::store::limits;
use engram_engine::cues;
use pgrx::datum::TimestampWithTimeZone;
use serde_json::{Map, Value};
use std::str::FromStr;

/// Part of a memory. A field that is none, or a key that is not there, is to be filled in.
#[derive(Default)]
pub struct Partial {
    /// Words of its content.
    pub what: Option<String>,
    pub who: Option<Value>,
    pub place: Option<Value>,
    /// Microseconds since the Unix epoch.
    pub when: Option<i64>,
    pub context: Option<String>,
    pub kind: Option<String>,
    pub source: Option<String>,
    /// Keys of metadata but `who` and `where`.
    pub metadata: Map<String, Value>,
    /// Elements of its embedding, those that are none to be filled in.
    pub elements: Option<Vec<Option<f32>>>,
    /// An embedding to start from, of which nothing is held to be certain.
    pub embedding: Option<Vec<f32>>,
}

const FIELDS: &str = "what, who, where, when, context, kind, source, metadata and embedding";

impl Partial {
    /// From a JSON object with the keys what, who, where, when, context, kind, source, metadata and embedding; null is as good as absent.
    pub fn from_json(json: Value) -> Result<Partial, Error> {
        let Value::Object(fields) = json else {
            return Err(Error::invalid_parameter(format!("partial must be a JSON object, not {json}"))
                .with_hint("Write it as '{\"who\": \"Ana\"}'."));
        };
        let mut partial = Partial::default();
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_null()) {
            match name.as_str() {
                "what" => partial.what = Some(text(&name, value)?).filter(|what| !what.trim().is_empty()),
                "who" => partial.who = Some(value),
                "where" => partial.place = Some(value),
                "when" => partial.when = Some(time(&text(&name, value)?)?),
                "context" => partial.context = Some(text(&name, value)?),
                "kind" => partial.kind = Some(text(&name, value)?),
                "source" => partial.source = Some(text(&name, value)?),
                "metadata" => partial.take_metadata(value)?,
                "embedding" => partial.take_embedding(&value)?,
                _ => {
                    return Err(Error::invalid_parameter(format!("partial has an unknown field \"{name}\""))
                        .with_hint(format!(
                            "The fields are {FIELDS}; keys of the application's own go under metadata."
                        )));
                }
            }
        }
        Ok(partial)
    }

    fn take_metadata(&mut self, value: Value) -> Result<(), Error> {
        let Value::Object(keys) = value else {
            return Err(Error::invalid_parameter(format!("metadata must be a JSON object, not {value}"))
                .with_hint("Write it as '{\"key\": \"value\"}'."));
        };
        for (key, value) in keys.into_iter().filter(|(_, value)| !value.is_null()) {
            match key.as_str() {
                "who" => self.who = Some(value),
                "where" => self.place = Some(value),
                _ => drop(self.metadata.insert(key, value)),
            }
        }
        Ok(())
    }

    fn take_embedding(&mut self, value: &Value) -> Result<(), Error> {
        let wrong = || {
            Error::invalid_parameter("embedding must be an array of numbers, and of null for what is to be filled in")
                .with_hint("Write it as [0.1, null, 0.3], with as many elements as the space has dimensions.")
        };
        let element = |v: &Value| match v {
            Value::Null => Ok(None),
            v => v.as_f64().map(|x| Some(x as f32)).filter(|x| x.is_none_or(f32::is_finite)).ok_or_else(wrong),
        };
        let elements = value.as_array().ok_or_else(wrong)?.iter().map(element).collect::<Result<Vec<_>, Error>>()?;
        if elements.len() > limits::MOST_DIMENSIONS as usize {
            return Err(Error::program_limit(
                "embedding",
                elements.len(),
                limits::MOST_DIMENSIONS as usize,
                "dimensions",
            ));
        }
        if elements.iter().any(Option::is_none) {
            self.elements = Some(elements);
        } else {
            self.embedding = Some(elements.into_iter().flatten().collect());
        }
        Ok(())
    }

    /// Whether nothing at all is known.
    pub fn is_empty(&self) -> bool {
        self.what.is_none() && self.embedding.is_none() && self.known_elements().is_none() && !self.has_fields()
    }

    /// Whether a field beside content and embedding is known.
    pub fn has_fields(&self) -> bool {
        let given = [self.who.is_some(), self.place.is_some(), self.when.is_some(), self.context.is_some()];
        given.contains(&true) || self.kind.is_some() || self.source.is_some() || !self.metadata.is_empty()
    }

    /// Elements of the embedding, at least one of them known.
    pub fn known_elements(&self) -> Option<&[Option<f32>]> {
        self.elements.as_deref().filter(|e| e.iter().any(Option::is_some))
    }

    /// The keys of metadata that are known, `who` and `where` among them.
    pub fn all_metadata(&self) -> Map<String, Value> {
        let mut all = self.metadata.clone();
        let named = [("who", &self.who), ("where", &self.place)];
        all.extend(named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?))));
        all
    }

    /// The names in `who` and `where`.
    pub fn names(&self) -> Vec<String> {
        [&self.who, &self.place].into_iter().flatten().flat_map(names_in).collect()
    }
}

/// The names in a value: itself, or its elements, as cues are written.
pub fn names_in(value: &Value) -> Vec<String> {
    let one = |v: &Value| v.as_str().map(cues::normalise).filter(|name| !name.is_empty());
    match value {
        Value::Array(values) => values.iter().filter_map(one).collect(),
        value => one(value).into_iter().collect(),
    }
}

fn text(name: &str, value: Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text),
        value => Err(Error::invalid_parameter(format!("{name} must be a JSON string, not {value}"))
            .with_hint("Leave out, or set to null, what is to be filled in.")),
    }
}

fn time(text: &str) -> Result<i64, Error> {
    let parsed = TimestampWithTimeZone::from_str(text).map_err(|_| {
        Error::invalid_parameter(format!("when must be a time, not \"{text}\""))
            .with_hint("Write it as \"2026-03-01\" or \"2026-03-01 12:30+00\".")
    })?;
    Ok(i64::from(parsed).saturating_add(pg::POSTGRES_EPOCH_MICROS))
}

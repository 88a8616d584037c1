//! Fields of a memory: their values as JSON, when two values are one, and how well a memory has what is known.

use super::partial::{Partial, names_in};
use super::patterns::Pattern;
use crate::pg;
use engram_engine::{cues, pattern};
use pgrx::datum::{TimestampWithTimeZone, ToIsoString};
use serde_json::{Number, Value};

/// A field that has one value in a memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    Who,
    Where,
    When,
    Context,
    Kind,
    Source,
    /// A key of metadata.
    Key(String),
}

/// Times closer than this are one: a day, in microseconds.
const DAY: i64 = 86_400_000_000;

impl Field {
    /// As SQL has it.
    pub fn name(&self) -> String {
        match self {
            Field::Who => "who".to_owned(),
            Field::Where => "where".to_owned(),
            Field::When => "when".to_owned(),
            Field::Context => "context".to_owned(),
            Field::Kind => "kind".to_owned(),
            Field::Source => "source".to_owned(),
            Field::Key(key) => format!("metadata.{key}"),
        }
    }

    /// The value in a memory, if it has one.
    pub fn of(&self, pattern: &Pattern) -> Option<Value> {
        let text = |t: &Option<String>| t.clone().map(Value::String);
        match self {
            Field::Who => some(pattern.metadata.get("who")),
            Field::Where => some(pattern.metadata.get("where")),
            Field::When => pattern.occurred_at.map(time),
            Field::Context => text(&pattern.context),
            Field::Kind => Some(Value::String(pattern.kind.clone())),
            Field::Source => text(&pattern.source),
            Field::Key(key) => some(pattern.metadata.get(key)),
        }
    }

    /// The value that is known, if it is.
    pub fn known(&self, partial: &Partial) -> Option<Value> {
        let text = |t: &Option<String>| t.clone().map(Value::String);
        match self {
            Field::Who => partial.who.clone(),
            Field::Where => partial.place.clone(),
            Field::When => partial.when.map(time),
            Field::Context => text(&partial.context),
            Field::Kind => text(&partial.kind),
            Field::Source => text(&partial.source),
            Field::Key(key) => partial.metadata.get(key).cloned(),
        }
    }

    /// Whether two memories, both of which have the field, have one value.
    pub fn is_same(&self, a: &Pattern, b: &Pattern) -> bool {
        match self {
            Field::When => a.occurred_at.zip(b.occurred_at).is_some_and(|(a, b)| nearness(a, b) > 0.5),
            _ => self.of(a).zip(self.of(b)).is_some_and(|(a, b)| has_value(&a, &b) == 1.0 && has_value(&b, &a) == 1.0),
        }
    }

    /// How well a memory has what is known of this field, 0 to 1; none where nothing is known.
    pub fn matched(&self, partial: &Partial, pattern: &Pattern) -> Option<f64> {
        if *self == Field::When {
            let (known, has) = (partial.when?, pattern.occurred_at);
            return Some(has.map_or(0.0, |has| nearness(known, has)));
        }
        let known = self.known(partial)?;
        let has = self.of(pattern).map_or(0.0, |has| has_value(&known, &has));
        // Who and where a memory is about mostly stands in its text alone.
        let names = if matches!(self, Field::Who | Field::Where) { names_in(&known) } else { Vec::new() };
        let mentioned = share(&names, |name| {
            let hash = cues::hash(name);
            pattern.cues.iter().any(|cue| cues::hash(cue) == hash)
        });
        Some(has.max(mentioned))
    }
}

/// Those of `Field` that are not keys of metadata.
pub const PLAIN: [Field; 6] = [Field::Who, Field::Where, Field::When, Field::Context, Field::Kind, Field::Source];

fn some(value: Option<&Value>) -> Option<Value> {
    value.filter(|value| !value.is_null()).cloned()
}

fn nearness(a: i64, b: i64) -> f64 {
    pattern::nearness(a, b, DAY)
}

/// The share of what a known value says that a stored one has: one value, or elements of an array.
fn has_value(known: &Value, has: &Value) -> f64 {
    let elements = |v: &Value| v.as_array().cloned().unwrap_or_else(|| vec![v.clone()]);
    let has = elements(has);
    share(&elements(known), |known| has.iter().any(|has| is_one(known, has)))
}

fn share<T>(of: &[T], holds: impl Fn(&T) -> bool) -> f64 {
    if of.is_empty() { 0.0 } else { of.iter().filter(|x| holds(x)).count() as f64 / of.len() as f64 }
}

/// Text is one whatever its case and spacing, a number whatever its notation.
fn is_one(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a == b || cues::normalise(a) == cues::normalise(b),
        (Value::Number(x), Value::Number(y)) => a == b || x.as_f64() == y.as_f64(),
        _ => a == b,
    }
}

/// A time as JSON has it: as `to_jsonb` writes it.
pub fn time(micros: i64) -> Value {
    let at = TimestampWithTimeZone::try_from(micros.saturating_sub(pg::POSTGRES_EPOCH_MICROS));
    at.map_or(Value::Null, |at| Value::String(at.to_iso_string()))
}

/// A number as JSON has it, with no more digits than tell it from its neighbours.
pub fn number(x: f32) -> Value {
    x.to_string().parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number)
}

/// A share with four digits.
pub fn rounded(share: f64) -> Value {
    Number::from_f64((share * 1e4).round() / 1e4).map_or(Value::Null, Value::Number)
}

//! From a statement to the arguments of the verb that it calls.

use super::{fault, times};
use crate::error::Error;
use crate::memory::completion::Partial;
use crate::memory::recall::narrow::Narrow;
use engram_query::ast::{self, Comparison, Condition, Operator, Pattern, Scalar, Span, Statement};
use engram_query::{Params, Query};
use serde_json::{Map, Value};
use std::ops::Bound;

/// A statement as a call.
pub struct Plan {
    pub explain: bool,
    pub space: Option<String>,
    pub call: Call,
}

/// Which verb, and its arguments; none leaves the default.
pub enum Call {
    Recall {
        pattern: Pattern,
        conditions: Conditions,
        k: Option<u32>,
    },
    Spread {
        sources: Vec<[u8; 16]>,
        hops: Option<u8>,
        /// Share of its activation that is lost at each step.
        decay: Option<f32>,
        threshold: Option<f32>,
        k: Option<u32>,
    },
    Complete {
        partial: Partial,
        k: Option<u32>,
    },
    Imagine {
        cue: Option<String>,
        /// Memories whose contents are cues, too.
        based_on: Vec<[u8; 16]>,
        novelty: Option<f32>,
        k: Option<u32>,
    },
    Predict {
        cue: Option<String>,
        embedding: Option<Vec<f32>>,
        context: Option<String>,
        /// The latest first.
        recent: Vec<[u8; 16]>,
        /// Seconds.
        horizon: Option<u64>,
        k: Option<u32>,
    },
    Consolidate {
        dry_run: bool,
    },
}

/// Conditions on memories. Times are microseconds since the Unix epoch.
#[derive(Default)]
pub struct Conditions {
    /// What metadata must contain.
    pub filter: Option<Value>,
    pub kinds: Option<Vec<String>>,
    pub in_context: Option<String>,
    pub since: Option<i64>,
    pub until: Option<i64>,
    pub as_of: Option<i64>,
    pub narrow: Narrow,
}

/// Equal as far as four digits go: a confidence is computed.
const CONFIDENCE_STEP: f32 = 0.5e-4;

/// Reads a query, with `params` as the values of its parameters.
pub fn plan(text: &str, params: Option<&Value>) -> Result<Plan, Error> {
    let params = params.map_or_else(|| Ok(Params::default()), Params::from_json).map_err(|message| {
        Error::invalid_parameter(message).with_hint("Give values by name, such as '{\"cue\": \"boat\", \"n\": 5}'.")
    })?;
    let read = engram_query::parse_with(text, &params);
    let Query { explain, statement, space } = read.map_err(|f| fault::error(text, &f))?;
    Ok(Plan { explain, space, call: call(statement)? })
}

fn call(statement: Statement) -> Result<Call, Error> {
    Ok(match statement {
        Statement::Recall { pattern, conditions, confidence, since, until, as_of, limit: k } => {
            let mut all = Conditions {
                since: since.as_ref().map(times::micros).transpose()?,
                until: until.as_ref().map(times::micros).transpose()?,
                as_of: as_of.as_ref().map(times::micros).transpose()?,
                ..Conditions::default()
            };
            all.narrow.belief.extend(confidence.map(range));
            if let Pattern::Vector { threshold, .. } = &pattern {
                all.narrow.similarity = *threshold;
            }
            for condition in conditions {
                all.add(condition)?;
            }
            Call::Recall { pattern, conditions: all, k }
        }
        Statement::Spread { from: sources, max_hops: hops, decay, threshold, limit: k } => {
            Call::Spread { sources, hops, decay, threshold, k }
        }
        Statement::Complete { from, limit: k } => Call::Complete { partial: partial(from)?, k },
        Statement::Imagine { pattern, mut based_on, novelty, limit: k } => {
            let mut cue = None;
            match pattern {
                Pattern::Text(text) => cue = Some(text),
                Pattern::Id(id) => based_on.insert(0, id),
                Pattern::Vector { .. } | Pattern::Any => {}
            }
            Call::Imagine { cue, based_on, novelty, k }
        }
        Statement::Predict { pattern, given: mut recent, context, horizon, limit: k } => {
            let (mut cue, mut embedding) = (None, None);
            match pattern {
                Pattern::Text(text) => cue = Some(text),
                Pattern::Id(id) => recent.insert(0, id),
                Pattern::Vector { elements, .. } => embedding = Some(elements),
                Pattern::Any => {}
            }
            Call::Predict { cue, embedding, context, recent, horizon, k }
        }
        Statement::Consolidate { dry_run } => Call::Consolidate { dry_run },
    })
}

fn partial(from: ast::Partial) -> Result<Partial, Error> {
    match from {
        ast::Partial::Json(text) => {
            let value = serde_json::from_str(&text)
                .map_err(|e| Error::internal(format!("a JSON object that was read is none: {e}")))?;
            Partial::from_json(value)
        }
        ast::Partial::Pattern(Pattern::Text(text)) => Ok(Partial { what: Some(text), ..Partial::default() }),
        ast::Partial::Pattern(Pattern::Vector { elements, .. }) => {
            Ok(Partial { embedding: Some(elements), ..Partial::default() })
        }
        ast::Partial::Pattern(Pattern::Id(_) | Pattern::Any) => Ok(Partial::default()),
    }
}

impl Conditions {
    fn add(&mut self, condition: Condition) -> Result<(), Error> {
        match condition {
            Condition::Contains(text) => self.narrow.contains.push(text),
            Condition::Cue(cue) => self.narrow.cues.push(engram_engine::cues::normalise(&cue)),
            Condition::Confidence(comparison) => self.narrow.belief.push(range(comparison)),
            Condition::Kind(kinds) => self.kinds = Some(kinds),
            Condition::Context(context) => self.in_context = Some(context),
            Condition::Source(source) => self.narrow.source = Some(source),
            Condition::Occurred(span) => meet(&mut self.since, &mut self.until, &span)?,
            Condition::Created(span) => {
                let (since, until) = &mut self.narrow.created;
                meet(since, until, &span)?;
            }
            Condition::Metadata { path, value } => {
                let filter = self.filter.get_or_insert_with(|| Value::Object(Map::new()));
                enter(filter, &path, scalar(value));
            }
        }
        Ok(())
    }
}

/// Leaves of a span, from and including `since`, to and excluding `until`, what `span` leaves too.
fn meet(since: &mut Option<i64>, until: &mut Option<i64>, span: &Span) -> Result<(), Error> {
    let after = |micros: i64| micros.saturating_add(1);
    let (from, to) = match span {
        Span::Before(when) => (None, Some(times::micros(when)?)),
        Span::After(when) => (Some(after(times::micros(when)?)), None),
        Span::Between(first, last) => (Some(times::micros(first)?), Some(after(times::micros(last)?))),
    };
    // None is less than every time.
    *since = (*since).max(from);
    *until = [*until, to].into_iter().flatten().min();
    Ok(())
}

fn range(comparison: Comparison) -> (Bound<f32>, Bound<f32>) {
    use Bound::{Excluded, Included, Unbounded};
    let value = comparison.value;
    match comparison.operator {
        Operator::Less => (Unbounded, Excluded(value)),
        Operator::AtMost => (Unbounded, Included(value)),
        Operator::Equal => (Included(value - CONFIDENCE_STEP), Included(value + CONFIDENCE_STEP)),
        Operator::AtLeast => (Included(value), Unbounded),
        Operator::More => (Excluded(value), Unbounded),
    }
}

/// Puts a value where a path leads. Paths that exclude each other do not get here.
fn enter(at: &mut Value, path: &[String], value: Value) {
    let (Value::Object(entries), Some((key, rest))) = (at, path.split_first()) else { return };
    let entry = entries.entry(key.clone());
    match rest {
        [] => _ = entry.or_insert(value),
        rest => enter(entry.or_insert_with(|| Value::Object(Map::new())), rest, value),
    }
}

fn scalar(value: Scalar) -> Value {
    match value {
        Scalar::Text(text) => Value::String(text),
        Scalar::Number(number) => serde_json::from_str(&number).unwrap_or(Value::Null),
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Null => Value::Null,
    }
}

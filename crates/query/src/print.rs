//! A query as text: one way to write it, which reads as the same query.

use crate::ast::{Comparison, Condition, Id, Partial, Pattern, Query, Scalar, Span, Statement};
use std::fmt::{self, Display, Formatter, Write};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.explain {
            f.write_str("EXPLAIN ")?;
        }
        f.write_str(self.statement.verb().name())?;
        let limit = head(f, &self.statement)?;
        if let Some(space) = &self.space {
            f.write_str(" IN SPACE ")?;
            quoted(f, space)?;
        }
        option(f, "LIMIT", limit)
    }
}

/// All but the space and the limit, which is returned.
fn head(f: &mut Formatter<'_>, statement: &Statement) -> Result<Option<u32>, fmt::Error> {
    match statement {
        Statement::Recall { pattern, conditions, confidence, since, until, as_of, limit } => {
            write!(f, " {pattern}")?;
            for (n, condition) in conditions.iter().enumerate() {
                write!(f, " {} {condition}", if n == 0 { "WHERE" } else { "AND" })?;
            }
            option(f, "CONFIDENCE", confidence.as_ref())?;
            option(f, "SINCE", since.as_ref())?;
            option(f, "UNTIL", until.as_ref())?;
            option(f, "AS OF", as_of.as_ref())?;
            Ok(*limit)
        }
        Statement::Spread { from, max_hops, decay, threshold, limit } => {
            ids(f, "FROM", from)?;
            option(f, "MAX_HOPS", *max_hops)?;
            option(f, "DECAY", *decay)?;
            option(f, "THRESHOLD", *threshold)?;
            Ok(*limit)
        }
        Statement::Complete { from, limit } => {
            match from {
                Partial::Json(text) => write!(f, " {text}")?,
                Partial::Pattern(pattern) => write!(f, " {pattern}")?,
            }
            Ok(*limit)
        }
        Statement::Imagine { pattern, based_on, novelty, limit } => {
            write!(f, " {pattern}")?;
            ids(f, "BASED ON", based_on)?;
            option(f, "NOVELTY", *novelty)?;
            Ok(*limit)
        }
        Statement::Predict { pattern, given, context, horizon, limit } => {
            write!(f, " {pattern}")?;
            ids(f, "GIVEN", given)?;
            if let Some(context) = context {
                f.write_str(" IN CONTEXT ")?;
                quoted(f, context)?;
            }
            option(f, "HORIZON", *horizon)?;
            Ok(*limit)
        }
        Statement::Consolidate { dry_run } => {
            f.write_str(if *dry_run { " DRY RUN" } else { "" })?;
            Ok(None)
        }
    }
}

fn option(f: &mut Formatter<'_>, words: &str, value: Option<impl Display>) -> fmt::Result {
    value.map_or(Ok(()), |value| write!(f, " {words} {value}"))
}

fn ids(f: &mut Formatter<'_>, words: &str, ids: &[Id]) -> fmt::Result {
    for (n, id) in ids.iter().enumerate() {
        if n == 0 {
            write!(f, " {words} ")?
        } else {
            f.write_str(", ")?
        }
        uuid(f, id)?;
    }
    Ok(())
}

fn uuid(f: &mut Formatter<'_>, id: &Id) -> fmt::Result {
    for (n, byte) in id.iter().enumerate() {
        if matches!(n, 4 | 6 | 8 | 10) {
            f.write_char('-')?;
        }
        write!(f, "{byte:02x}")?;
    }
    Ok(())
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::Text(text) => quoted(f, text),
            Pattern::Id(id) => uuid(f, id),
            Pattern::Vector { elements, threshold } => {
                for (n, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if n == 0 { "[" } else { ", " })?;
                }
                f.write_char(']')?;
                option(f, "THRESHOLD", *threshold)
            }
            Pattern::Any => f.write_str("ANY"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.operator.sign(), self.value)
    }
}

impl Display for Span {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Span::Before(when) => write!(f, "BEFORE {when}"),
            Span::After(when) => write!(f, "AFTER {when}"),
            Span::Between(from, to) => write!(f, "BETWEEN {from} AND {to}"),
        }
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut equals = |column: &str, value: &str| {
            write!(f, "{column} = ")?;
            quoted(f, value)
        };
        match self {
            Condition::Kind(kinds) => match kinds.as_slice() {
                [kind] => equals("kind", kind),
                kinds => {
                    for (n, kind) in kinds.iter().enumerate() {
                        f.write_str(if n == 0 { "kind IN (" } else { ", " })?;
                        quoted(f, kind)?;
                    }
                    f.write_char(')')
                }
            },
            Condition::Cue(cue) => equals("cue", cue),
            Condition::Context(context) => equals("context", context),
            Condition::Source(source) => equals("source", source),
            Condition::Contains(text) => {
                f.write_str("content CONTAINS ")?;
                quoted(f, text)
            }
            Condition::Created(span) => write!(f, "created {span}"),
            Condition::Occurred(span) => write!(f, "occurred {span}"),
            Condition::Confidence(comparison) => write!(f, "confidence {comparison}"),
            Condition::Metadata { path, value } => {
                f.write_str("metadata")?;
                for key in path {
                    f.write_char('.')?;
                    quoted(f, key)?;
                }
                f.write_str(" = ")?;
                match value {
                    Scalar::Text(text) => quoted(f, text),
                    Scalar::Number(number) => f.write_str(number),
                    Scalar::Bool(value) => write!(f, "{value}"),
                    Scalar::Null => f.write_str("null"),
                }
            }
        }
    }
}

//! Conditions of WHERE.

use crate::ast::{Condition, Scalar, Span};
use crate::fault::Fault;
use crate::grammar::{comparison, name, when};
use crate::input::{self, Input, Outcome, keyword, out_of_range, sign, stop, taken};
use crate::token::What;
use winnow::Parser;
use winnow::combinator::{alt, delimited, opt, preceded, repeat, separated};

/// One or more, joined by AND.
pub fn conditions(input: &mut Input<'_>) -> Outcome<Vec<Condition>> {
    let mut out: Vec<Condition> = Vec::new();
    loop {
        let at = input::offset(input);
        let next = condition(input)?;
        if let Some(what) = out.iter().find_map(|c| only_once(c, &next)) {
            return stop(input, Fault::syntax(at, format!("{what} has two values")));
        }
        out.push(next);
        if opt(keyword("AND")).parse_next(input)?.is_none() {
            return Ok(out);
        }
    }
}

/// What two conditions both say to be equal to something; a memory has one value of it.
fn only_once(a: &Condition, b: &Condition) -> Option<String> {
    match (a, b) {
        (Condition::Kind(_), Condition::Kind(_)) => Some("kind".to_owned()),
        (Condition::Context(_), Condition::Context(_)) => Some("context".to_owned()),
        (Condition::Source(_), Condition::Source(_)) => Some("source".to_owned()),
        // A value and what would be inside it exclude each other too.
        (Condition::Metadata { path: a, .. }, Condition::Metadata { path: b, .. })
            if a.starts_with(b) || b.starts_with(a) =>
        {
            Some(format!("metadata.{}", a.join(".")))
        }
        _ => None,
    }
}

fn condition(input: &mut Input<'_>) -> Outcome<Condition> {
    alt((contains, created, occurred, confidence, kind, cue, context, source, metadata)).parse_next(input)
}

fn contains(input: &mut Input<'_>) -> Outcome<Condition> {
    (keyword("content"), keyword("CONTAINS")).parse_next(input)?;
    let text = text(input)?;
    if text.is_empty() {
        return out_of_range(input, "a text to look for must not be empty".to_owned());
    }
    Ok(Condition::Contains(text))
}

fn created(input: &mut Input<'_>) -> Outcome<Condition> {
    preceded(keyword("created"), span).map(Condition::Created).parse_next(input)
}

fn occurred(input: &mut Input<'_>) -> Outcome<Condition> {
    preceded(keyword("occurred"), span).map(Condition::Occurred).parse_next(input)
}

fn confidence(input: &mut Input<'_>) -> Outcome<Condition> {
    preceded(keyword("confidence"), comparison).map(Condition::Confidence).parse_next(input)
}

/// `kind = word`, or `kind IN (word, word)`.
fn kind(input: &mut Input<'_>) -> Outcome<Condition> {
    keyword("kind").parse_next(input)?;
    let one = preceded(sign("\"=\"", "="), name("a word or \"text\"")).map(|kind| vec![kind]);
    let list = separated(1.., name("a word or \"text\""), sign("\",\"", ","));
    let several = delimited((keyword("IN"), sign("\"(\"", "(")), list, sign("\")\"", ")"));
    alt((one, several)).map(Condition::Kind).parse_next(input)
}

fn cue(input: &mut Input<'_>) -> Outcome<Condition> {
    equal(input, "cue", Condition::Cue)
}

fn context(input: &mut Input<'_>) -> Outcome<Condition> {
    equal(input, "context", Condition::Context)
}

fn source(input: &mut Input<'_>) -> Outcome<Condition> {
    equal(input, "source", Condition::Source)
}

fn equal(input: &mut Input<'_>, column: &'static str, make: fn(String) -> Condition) -> Outcome<Condition> {
    (keyword(column), sign("\"=\"", "=")).parse_next(input)?;
    let value = name("a word or \"text\"").parse_next(input)?;
    Ok(make(value))
}

fn metadata(input: &mut Input<'_>) -> Outcome<Condition> {
    keyword("metadata").parse_next(input)?;
    let path: Vec<String> = repeat(1.., preceded(sign("\".\"", "."), name("a key"))).parse_next(input)?;
    sign("\"=\"", "=").parse_next(input)?;
    let mut value = taken("a value: \"text\", a number, true, false or null", |t| match &t.what {
        What::Text(text) => Some(Scalar::Text(text.clone())),
        What::Number(number) => Some(Scalar::Number((*number).to_owned())),
        What::Word(word) if word.eq_ignore_ascii_case("true") => Some(Scalar::Bool(true)),
        What::Word(word) if word.eq_ignore_ascii_case("false") => Some(Scalar::Bool(false)),
        What::Word(word) if word.eq_ignore_ascii_case("null") => Some(Scalar::Null),
        What::Word(word) => Some(Scalar::Text((*word).to_owned())),
        _ => None,
    });
    let value = value.parse_next(input)?;
    Ok(Condition::Metadata { path, value })
}

fn span(input: &mut Input<'_>) -> Outcome<Span> {
    let before = preceded(keyword("BEFORE"), when).map(Span::Before);
    let after = preceded(keyword("AFTER"), when).map(Span::After);
    let between = (preceded(keyword("BETWEEN"), when), preceded(keyword("AND"), when));
    alt((before, after, between.map(|(from, to)| Span::Between(from, to)))).parse_next(input)
}

fn text(input: &mut Input<'_>) -> Outcome<String> {
    let read = |t: &crate::token::Token<'_>| match &t.what {
        What::Text(text) => Some(text.clone()),
        _ => None,
    };
    taken("a \"text\"", read).parse_next(input)
}

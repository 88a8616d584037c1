//! The statements. Clauses may come in any order, each once.

use crate::ast::{Comparison, Condition, Id, Operator, Partial, Pattern, Query, Statement, Verb};
use crate::condition;
use crate::fault::Fault;
use crate::input::{self, Input, Outcome, Record, end, keyword, keywords, out_of_range, sign, stop, taken};
use crate::params::Params;
use crate::time::{Unit, When};
use crate::token::{self, What};
use winnow::Parser;
use winnow::combinator::{alt, opt, preceded, separated};
use winnow::error::ErrMode;
use winnow::stream::{Stateful, Stream, TokenSlice};

/// Most rows of one answer, as of every function.
const MOST_ROWS: u32 = 10_000;
/// Most steps of spreading.
const MOST_HOPS: u32 = 10;

/// Reads a query.
pub fn parse(text: &str, params: &Params) -> Result<Query, Fault> {
    let tokens = token::tokens(text, params);
    let record = Record::new(text, &tokens);
    let outcome = {
        let mut input = Stateful { input: TokenSlice::new(&tokens), state: &record };
        query(&mut input)
    };
    outcome.map_err(|_| record.into_fault())
}

fn query(input: &mut Input<'_>) -> Outcome<Query> {
    let explain = opt(keyword("EXPLAIN")).parse_next(input)?.is_some();
    let verb = verb(input)?;
    input.state.begin(verb);
    let (statement, space) = match verb {
        Verb::Recall => recall(input),
        Verb::Spread => spread(input),
        Verb::Complete => complete(input),
        Verb::Imagine => imagine(input),
        Verb::Predict => predict(input),
        Verb::Consolidate => consolidate(input),
    }?;
    opt(sign("\";\"", ";")).parse_next(input)?;
    end(input)?;
    Ok(Query { explain, statement, space })
}

fn verb(input: &mut Input<'_>) -> Outcome<Verb> {
    for verb in Verb::ALL {
        if opt(keyword(verb.name())).parse_next(input)?.is_some() {
            return Ok(verb);
        }
    }
    Err(ErrMode::Backtrack(winnow::error::EmptyError))
}

type Read = (Statement, Option<String>);

fn recall(input: &mut Input<'_>) -> Outcome<Read> {
    use Name::*;
    let pattern = pattern(input)?;
    let c = clauses(input, &[Where, Confidence, InSpace, Since, Until, AsOf, Limit])?;
    let Clauses { conditions, confidence, since, until, as_of, limit, space, .. } = c;
    Ok((Statement::Recall { pattern, conditions, confidence, since, until, as_of, limit }, space))
}

fn spread(input: &mut Input<'_>) -> Outcome<Read> {
    use Name::*;
    let from = preceded(keyword("FROM"), ids).parse_next(input)?;
    let c = clauses(input, &[MaxHops, Decay, Threshold, InSpace, Limit])?;
    let Clauses { max_hops, decay, threshold, limit, space, .. } = c;
    Ok((Statement::Spread { from, max_hops, decay, threshold, limit }, space))
}

fn complete(input: &mut Input<'_>) -> Outcome<Read> {
    use Name::*;
    let object = taken("a JSON object", |t| match t.what {
        What::Object(text) => Some(Partial::Json(text.to_owned())),
        _ => None,
    });
    let from = alt((object, alt((text, vector)).map(Partial::Pattern))).parse_next(input)?;
    let Clauses { limit, space, .. } = clauses(input, &[InSpace, Limit])?;
    Ok((Statement::Complete { from, limit }, space))
}

fn imagine(input: &mut Input<'_>) -> Outcome<Read> {
    use Name::*;
    let pattern = alt((text, id.map(Pattern::Id), any)).parse_next(input)?;
    let Clauses { based_on, novelty, limit, space, .. } = clauses(input, &[BasedOn, Novelty, InSpace, Limit])?;
    Ok((Statement::Imagine { pattern, based_on, novelty, limit }, space))
}

fn predict(input: &mut Input<'_>) -> Outcome<Read> {
    use Name::*;
    let pattern = pattern(input)?;
    let c = clauses(input, &[Given, InContext, Horizon, InSpace, Limit])?;
    let Clauses { given, context, horizon, limit, space, .. } = c;
    Ok((Statement::Predict { pattern, given, context, horizon, limit }, space))
}

fn consolidate(input: &mut Input<'_>) -> Outcome<Read> {
    let Clauses { dry_run, space, .. } = clauses(input, &[Name::InSpace, Name::DryRun])?;
    Ok((Statement::Consolidate { dry_run }, space))
}

/// `"text"`, an id, `[0.1, ...] THRESHOLD 0.5`, or ANY.
fn pattern(input: &mut Input<'_>) -> Outcome<Pattern> {
    let found = alt((text, id.map(Pattern::Id), vector, any)).parse_next(input)?;
    let Pattern::Vector { elements, .. } = found else { return Ok(found) };
    let threshold = opt(preceded(keyword("THRESHOLD"), share("THRESHOLD"))).parse_next(input)?;
    Ok(Pattern::Vector { elements, threshold })
}

fn text(input: &mut Input<'_>) -> Outcome<Pattern> {
    let mut read = taken("a \"text\"", |t| match &t.what {
        What::Text(text) => Some(text.clone()),
        _ => None,
    });
    let text = read.parse_next(input)?;
    if text.trim().is_empty() {
        return out_of_range(input, "a text to go by must not be blank".to_owned());
    }
    Ok(Pattern::Text(text))
}

fn vector(input: &mut Input<'_>) -> Outcome<Pattern> {
    let read = |t: &token::Token<'_>| match &t.what {
        What::Vector(elements) => Some(Pattern::Vector { elements: elements.clone(), threshold: None }),
        _ => None,
    };
    taken("a [vector]", read).parse_next(input)
}

fn any(input: &mut Input<'_>) -> Outcome<Pattern> {
    keyword("ANY").value(Pattern::Any).parse_next(input)
}

fn id(input: &mut Input<'_>) -> Outcome<Id> {
    let read = |t: &token::Token<'_>| match t.what {
        What::Id(id) => Some(id),
        _ => None,
    };
    taken("an id", read).parse_next(input)
}

/// Ids, with or without quotes: nothing else can stand here.
fn ids(input: &mut Input<'_>) -> Outcome<Vec<Id>> {
    let read = |t: &token::Token<'_>| match &t.what {
        What::Id(id) => Some(*id),
        What::Text(text) => token::whole_id(text),
        _ => None,
    };
    separated(1.., taken("an id", read), sign("\",\"", ",")).parse_next(input)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Where,
    Confidence,
    InSpace,
    Since,
    Until,
    AsOf,
    Limit,
    MaxHops,
    Decay,
    Threshold,
    BasedOn,
    Novelty,
    Given,
    InContext,
    Horizon,
    DryRun,
}

/// What clauses say.
#[derive(Default)]
struct Clauses {
    conditions: Vec<Condition>,
    confidence: Option<Comparison>,
    since: Option<When>,
    until: Option<When>,
    as_of: Option<When>,
    limit: Option<u32>,
    max_hops: Option<u8>,
    decay: Option<f32>,
    threshold: Option<f32>,
    based_on: Vec<Id>,
    novelty: Option<f32>,
    given: Vec<Id>,
    context: Option<String>,
    horizon: Option<u64>,
    dry_run: bool,
    space: Option<String>,
}

fn clauses(input: &mut Input<'_>, allowed: &[Name]) -> Outcome<Clauses> {
    let mut read = Clauses::default();
    let mut there: Vec<Name> = Vec::new();
    'clauses: loop {
        let start = input.checkpoint();
        let at = input::offset(input);
        for name in allowed {
            match clause(input, *name, &mut read) {
                Ok(()) if there.contains(name) => {
                    return stop(input, Fault::syntax(at, format!("{} is given twice", name.words())));
                }
                Ok(()) => {
                    there.push(*name);
                    continue 'clauses;
                }
                Err(ErrMode::Backtrack(_)) => input.reset(&start),
                Err(other) => return Err(other),
            }
        }
        return Ok(read);
    }
}

impl Name {
    fn words(self) -> &'static str {
        match self {
            Name::Where => "WHERE",
            Name::Confidence => "CONFIDENCE",
            Name::InSpace => "IN SPACE",
            Name::Since => "SINCE",
            Name::Until => "UNTIL",
            Name::AsOf => "AS OF",
            Name::Limit => "LIMIT",
            Name::MaxHops => "MAX_HOPS",
            Name::Decay => "DECAY",
            Name::Threshold => "THRESHOLD",
            Name::BasedOn => "BASED ON",
            Name::Novelty => "NOVELTY",
            Name::Given => "GIVEN",
            Name::InContext => "IN CONTEXT",
            Name::Horizon => "HORIZON",
            Name::DryRun => "DRY RUN",
        }
    }
}

/// One clause, into `out`.
fn clause(input: &mut Input<'_>, name: Name, out: &mut Clauses) -> Outcome<()> {
    match name.words().split_once(' ') {
        None => keyword(name.words()).parse_next(input)?,
        Some((first, second)) => keywords(name.words(), first, second).parse_next(input)?,
    }
    match name {
        Name::Where => out.conditions = condition::conditions(input)?,
        Name::Confidence => out.confidence = Some(comparison(input)?),
        Name::InSpace => out.space = Some(space(input)?),
        Name::Since => out.since = Some(when(input)?),
        Name::Until => out.until = Some(when(input)?),
        Name::AsOf => out.as_of = Some(when(input)?),
        Name::Limit => out.limit = Some(whole("LIMIT", 1, MOST_ROWS).parse_next(input)?),
        Name::MaxHops => out.max_hops = Some(whole("MAX_HOPS", 0, MOST_HOPS).parse_next(input)? as u8),
        Name::Decay => out.decay = Some(positive_share("DECAY").parse_next(input)?),
        Name::Threshold => out.threshold = Some(positive_share("THRESHOLD").parse_next(input)?),
        Name::BasedOn => out.based_on = ids(input)?,
        Name::Novelty => out.novelty = Some(share("NOVELTY").parse_next(input)?),
        Name::Given => out.given = ids(input)?,
        Name::InContext => out.context = Some(context(input)?),
        Name::Horizon => out.horizon = Some(horizon(input)?),
        Name::DryRun => out.dry_run = true,
    }
    Ok(())
}

/// An operator and a confidence.
pub fn comparison(input: &mut Input<'_>) -> Outcome<Comparison> {
    let mut operator = taken("an operator (> >= = <= <)", |t| match t.what {
        What::Sign("<") => Some(Operator::Less),
        What::Sign("<=") => Some(Operator::AtMost),
        What::Sign("=") => Some(Operator::Equal),
        What::Sign(">=") => Some(Operator::AtLeast),
        What::Sign(">") => Some(Operator::More),
        _ => None,
    });
    let operator = operator.parse_next(input)?;
    let value = share("confidence").parse_next(input)?;
    Ok(Comparison { operator, value })
}

/// A point in time, between quotes or not.
pub fn when(input: &mut Input<'_>) -> Outcome<When> {
    let written = |t: &token::Token<'_>| match &t.what {
        What::Time(text) => Some((*text).to_owned()),
        What::Text(text) => Some(text.clone()),
        What::Word(word) if ["now", "today", "yesterday"].iter().any(|w| word.eq_ignore_ascii_case(w)) => {
            Some((*word).to_owned())
        }
        _ => None,
    };
    let count = taken("3 days ago", |t| match t.what {
        What::Number(count) => Some(count),
        _ => None,
    });
    let unit = taken("a unit such as days", |t| match t.what {
        What::Word(word) => Unit::named(word),
        _ => None,
    });
    let ago = (count, unit, keyword("AGO")).map(|(count, unit, ())| format!("{count} {} ago", unit.name()));
    let text = alt((taken("a time such as 2026-01-31 or \"2026-01-31 10:00\"", written), ago)).parse_next(input)?;
    match When::parse(&text) {
        Ok(when) => Ok(when),
        Err(reason) => out_of_range(input, format!("\"{text}\" {reason}")),
    }
}

/// A name, which needs quotes only where it is no word.
pub fn name<'a>(what: &'static str) -> impl winnow::ModalParser<Input<'a>, String, winnow::error::EmptyError> {
    taken(what, |t| match &t.what {
        What::Word(word) => Some((*word).to_owned()),
        What::Text(text) => Some(text.clone()),
        _ => None,
    })
}

fn context(input: &mut Input<'_>) -> Outcome<String> {
    name("the name of a context").parse_next(input)
}

fn space(input: &mut Input<'_>) -> Outcome<String> {
    let space = name("the name of a space").parse_next(input)?;
    if space.is_empty() {
        return out_of_range(input, "the name of a space must not be empty".to_owned());
    }
    Ok(space)
}

fn written(input: &mut Input<'_>) -> Outcome<String> {
    let number = |t: &token::Token<'_>| match t.what {
        What::Number(text) => Some(text.to_owned()),
        _ => None,
    };
    taken("a number", number).parse_next(input)
}

/// A share, 0 to 1.
fn share<'a>(what: &'static str) -> impl winnow::ModalParser<Input<'a>, f32, winnow::error::EmptyError> {
    move |input: &mut Input<'a>| {
        let text = written(input)?;
        match text.parse::<f32>() {
            Ok(value) if (0.0..=1.0).contains(&value) => Ok(value.abs()),
            _ => out_of_range(input, format!("{what} must be between 0 and 1, not {text}")),
        }
    }
}

/// A share above 0.
fn positive_share<'a>(what: &'static str) -> impl winnow::ModalParser<Input<'a>, f32, winnow::error::EmptyError> {
    move |input: &mut Input<'a>| {
        let text = written(input)?;
        match text.parse::<f32>() {
            Ok(value) if value > 0.0 && value <= 1.0 => Ok(value),
            _ => out_of_range(input, format!("{what} must be above 0 and at most 1, not {text}")),
        }
    }
}

/// A whole number.
fn whole<'a>(
    what: &'static str,
    least: u32,
    most: u32,
) -> impl winnow::ModalParser<Input<'a>, u32, winnow::error::EmptyError> {
    move |input: &mut Input<'a>| {
        let text = written(input)?;
        match text.parse::<u32>() {
            Ok(value) if (least..=most).contains(&value) => Ok(value),
            _ => out_of_range(input, format!("{what} must be a whole number between {least} and {most}, not {text}")),
        }
    }
}

/// Most seconds of a horizon: a hundred years.
const MOST_HORIZON: u64 = 100 * 366 * 86_400;

/// A number of seconds, or of the unit that follows.
fn horizon(input: &mut Input<'_>) -> Outcome<u64> {
    let text = written(input)?;
    let count = text.parse::<u64>().ok().filter(|n| *n > 0);
    let at = input.checkpoint();
    let unit = |t: &token::Token<'_>| {
        let What::Word(word) = t.what else { return None };
        Unit::named(word)?.seconds()
    };
    let unit: Option<u64> = opt(taken("a unit such as hours", unit)).parse_next(input)?;
    match count.and_then(|n| n.checked_mul(unit.unwrap_or(1))).filter(|n| *n <= MOST_HORIZON) {
        Some(seconds) => Ok(seconds),
        None => {
            input.reset(&at);
            out_of_range(input, format!("HORIZON must be a whole number above 0 and at most 100 years, not {text}"))
        }
    }
}

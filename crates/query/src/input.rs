//! What the grammar reads from: tokens, and a record of how far it came and what could have stood there.

use crate::ast::Verb;
use crate::fault::{self, Fault};
use crate::token::{Token, What};
use std::cell::{Cell, RefCell};
use winnow::error::{EmptyError, ErrMode};
use winnow::stream::{Stateful, TokenSlice};
use winnow::{ModalParser, Parser};

/// Tokens, and the record.
pub type Input<'a> = Stateful<TokenSlice<'a, Token<'a>>, &'a Record<'a>>;
/// What went wrong is in the record.
pub type Stop = ErrMode<EmptyError>;
pub type Outcome<T> = Result<T, Stop>;

/// How far reading came.
#[derive(Debug)]
pub struct Record<'a> {
    text: &'a str,
    tokens: &'a [Token<'a>],
    /// The furthest token that did not fit, by its number, and what would have.
    furthest: Cell<usize>,
    expected: RefCell<Vec<&'static str>>,
    /// A fault that more reading cannot mend.
    fault: RefCell<Option<Fault>>,
    verb: Cell<Option<Verb>>,
}

impl<'a> Record<'a> {
    pub fn new(text: &'a str, tokens: &'a [Token<'a>]) -> Record<'a> {
        Record {
            text,
            tokens,
            furthest: Cell::new(0),
            expected: RefCell::default(),
            fault: RefCell::default(),
            verb: Cell::new(None),
        }
    }

    pub fn begin(&self, verb: Verb) {
        self.verb.set(Some(verb));
    }

    fn missed(&self, at: usize, what: &'static str) {
        let mut expected = self.expected.borrow_mut();
        if at > self.furthest.get() {
            self.furthest.set(at);
            expected.clear();
        }
        if at == self.furthest.get() && !expected.contains(&what) {
            expected.push(what);
        }
    }

    /// The fault for which reading has stopped.
    pub fn into_fault(self) -> Fault {
        let mut fault = self.fault.take().unwrap_or_else(|| self.misfit());
        fault.verb = self.verb.get();
        fault
    }

    fn misfit(&self) -> Fault {
        let expected = self.expected.take();
        let Some(token) = self.tokens.get(self.furthest.get()) else {
            let fault = Fault::syntax(self.text.len(), "syntax error at end of query".to_owned());
            return Fault { expected, ..fault };
        };
        if let What::Wrong(fault) = &token.what {
            return (**fault).clone();
        }
        let meant = match token.what {
            What::Word(word) => fault::meant(word, &expected),
            _ => None,
        };
        let message = format!("syntax error at \"{}\"", shown(token.text));
        Fault { expected, meant, ..Fault::syntax(token.offset, message) }
    }
}

/// The beginning of a token on one line.
fn shown(token: &str) -> String {
    const MOST: usize = 40;
    let line = token.lines().next().unwrap_or_default();
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

/// Number of the token that comes next.
fn number_of(input: &Input<'_>) -> usize {
    input.state.tokens.len() - input.input.len()
}

/// Where the next token begins.
pub fn offset(input: &Input<'_>) -> usize {
    input.input.first().map_or(input.state.text.len(), |token| token.offset)
}

/// Where the token begins that was read last.
fn last_offset(input: &Input<'_>) -> usize {
    number_of(input).checked_sub(1).and_then(|n| input.state.tokens.get(n)).map_or(0, |token| token.offset)
}

/// Ends reading with a value that is out of range, the one that was read last.
pub fn out_of_range<T>(input: &Input<'_>, message: String) -> Outcome<T> {
    stop(input, Fault::range(last_offset(input), message))
}

/// Ends reading with a fault.
pub fn stop<T>(input: &Input<'_>, fault: Fault) -> Outcome<T> {
    *input.state.fault.borrow_mut() = Some(fault);
    Err(ErrMode::Cut(EmptyError))
}

/// The next token where `read` takes it; `what` names such tokens.
pub fn taken<'a, T>(
    what: &'static str,
    read: impl Fn(&'a Token<'a>) -> Option<T>,
) -> impl ModalParser<Input<'a>, T, EmptyError> {
    move |input: &mut Input<'a>| {
        let tokens: &'a [Token<'a>] = input.state.tokens;
        let at = number_of(input);
        match tokens.get(at).and_then(&read) {
            Some(value) => {
                winnow::stream::Stream::next_token(input);
                Ok(value)
            }
            None => {
                input.state.missed(at, what);
                Err(ErrMode::Backtrack(EmptyError))
            }
        }
    }
}

/// A keyword, in whatever case.
pub fn keyword<'a>(word: &'static str) -> impl ModalParser<Input<'a>, (), EmptyError> {
    taken(word, move |token| match token.what {
        What::Word(found) if found.eq_ignore_ascii_case(word) => Some(()),
        _ => None,
    })
}

/// Two keywords, expected as one.
pub fn keywords<'a>(
    both: &'static str,
    first: &'static str,
    second: &'static str,
) -> impl ModalParser<Input<'a>, (), EmptyError> {
    let first = taken(both, move |token| match token.what {
        What::Word(found) if found.eq_ignore_ascii_case(first) => Some(()),
        _ => None,
    });
    (first, keyword(second)).void()
}

/// A sign.
pub fn sign<'a>(name: &'static str, sign: &'static str) -> impl ModalParser<Input<'a>, (), EmptyError> {
    taken(name, move |token| matches!(token.what, What::Sign(found) if found == sign).then_some(()))
}

/// The end of the query.
pub fn end(input: &mut Input<'_>) -> Outcome<()> {
    if input.input.is_empty() {
        return Ok(());
    }
    input.state.missed(number_of(input), "end of query");
    Err(ErrMode::Backtrack(EmptyError))
}

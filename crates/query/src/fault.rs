//! What is wrong with a query, and what to write instead.

use crate::ast::Verb;

/// The class of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Not a statement.
    Syntax,
    /// A statement with a value outside its range.
    Range,
    /// Too long to be looked at.
    Length,
    /// A parameter without a value.
    Parameter,
}

/// Why a text is no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: Kind,
    /// Where, in bytes.
    pub offset: usize,
    /// What is wrong, as the server words it.
    pub message: String,
    /// What could have stood there: keywords in capitals, other things by their names.
    pub expected: Vec<&'static str>,
    /// The keyword that was meant.
    pub meant: Option<&'static str>,
    /// The statement that was begun.
    pub verb: Option<Verb>,
}

/// Most letters that differ between a keyword and what was meant as one.
const MOST_TYPING_ERRORS: usize = 2;

impl Fault {
    pub(crate) fn range(offset: usize, message: String) -> Fault {
        Fault { kind: Kind::Range, offset, message, expected: Vec::new(), meant: None, verb: None }
    }

    pub(crate) fn syntax(offset: usize, message: String) -> Fault {
        Fault { kind: Kind::Syntax, ..Fault::range(offset, message) }
    }

    /// `name` with its sign.
    pub(crate) fn parameter(offset: usize, name: &str) -> Fault {
        Fault { kind: Kind::Parameter, ..Fault::range(offset, format!("parameter {name} has no value")) }
    }

    pub(crate) fn too_long(bytes: usize) -> Fault {
        let message = format!("query exceeds the limit: {bytes} bytes");
        Fault { kind: Kind::Length, ..Fault::range(0, message) }
    }

    /// Where, in characters from 1.
    pub fn position(&self, text: &str) -> usize {
        text.get(..self.offset).unwrap_or(text).chars().count() + 1
    }

    /// The line of the text where it is, a mark below the place, and what was expected there.
    pub fn detail(&self, text: &str) -> Option<String> {
        if self.kind == Kind::Length {
            return Some(format!("The limit is {} bytes.", crate::MAX_BYTES));
        }
        let (number, line, before) = excerpt(text, self.offset);
        let expected = match self.expected.split_last() {
            None => String::new(),
            Some((last, [])) => format!("\nExpected {last}."),
            Some((last, others)) => format!("\nExpected {} or {last}.", others.join(", ")),
        };
        // A line of its own, since clients put words before the first one.
        Some(format!("Line {number} of the query:\n{line}\n{}^{expected}", " ".repeat(before)))
    }

    /// What to do about it. `id` is of a memory that the example may name; without one it is a statement that needs none.
    pub fn hint(&self, id: Option<&str>) -> String {
        let meant = self.meant.map_or_else(String::new, |word| format!("Did you mean {word}? "));
        format!("{meant}For example: {}", example(self.verb, id))
    }
}

/// Most characters of a line that are shown on either side of a place.
const MOST_SHOWN: usize = 60;

/// Number of the line, the part of it around the place, and how many characters of that are before the place.
fn excerpt(text: &str, offset: usize) -> (usize, String, usize) {
    let (head, tail) = text.split_at_checked(offset).unwrap_or((text, ""));
    let line_start = head.rfind('\n').map_or(0, |n| n + 1);
    let number = head.matches('\n').count() + 1;
    let before: Vec<char> = head[line_start..].chars().map(blank).collect();
    let skipped = before.len().saturating_sub(MOST_SHOWN);
    let mut line: String = if skipped > 0 { "...".to_owned() } else { String::new() };
    line.extend(&before[skipped..]);
    let place = line.chars().count();
    let after = tail.lines().next().unwrap_or_default();
    line.extend(after.chars().take(MOST_SHOWN).map(blank));
    if after.chars().count() > MOST_SHOWN {
        line.push_str("...");
    }
    (number, line, place)
}

/// One column wide, so that the mark is below the place.
fn blank(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

/// A statement that runs, where `id` is of a memory.
fn example(verb: Option<Verb>, id: Option<&str>) -> String {
    match verb.zip(Some(id)) {
        None | Some((Verb::Recall, _)) | Some((Verb::Spread | Verb::Predict, None)) => {
            "RECALL \"boat\" WHERE kind = episode LIMIT 5;".to_owned()
        }
        Some((Verb::Spread, Some(id))) => format!("SPREAD FROM {id} MAX_HOPS 2 LIMIT 5;"),
        Some((Verb::Complete, _)) => "COMPLETE {\"who\": \"Ana\"} LIMIT 5;".to_owned(),
        Some((Verb::Imagine, _)) => "IMAGINE \"boat\" NOVELTY 0.5 LIMIT 5;".to_owned(),
        Some((Verb::Predict, Some(id))) => format!("PREDICT ANY GIVEN {id} LIMIT 5;"),
        Some((Verb::Consolidate, _)) => "CONSOLIDATE DRY RUN;".to_owned(),
    }
}

/// The keyword among `expected` that `word` was meant to be. A short word must be nearer, or every word would be one.
pub(crate) fn meant(word: &str, expected: &[&'static str]) -> Option<&'static str> {
    let word = word.to_ascii_uppercase();
    // Longer than any keyword and its errors: nothing to compare.
    if word.len() > 24 {
        return None;
    }
    let keywords = expected.iter().copied().filter(|e| is_keyword(e));
    let near = keywords.filter_map(|keyword| {
        let first = keyword.split(' ').next().unwrap_or(keyword);
        let distance = strsim::damerau_levenshtein(&word, &first.to_ascii_uppercase());
        let most = MOST_TYPING_ERRORS.min(first.len().saturating_sub(1) / 2);
        (distance > 0 && distance <= most).then_some((distance, keyword))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, keyword)| keyword)
}

/// Names of other things have blanks between small letters, or signs.
fn is_keyword(expected: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphabetic() || c == '_';
    expected.chars().all(is_word) || expected.chars().all(|c| c.is_ascii_uppercase() || c == ' ')
}

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

    pub(crate) fn too_long(bytes: usize) -> Fault {
        let message = format!("query exceeds the limit: {bytes} bytes");
        Fault { kind: Kind::Length, ..Fault::range(0, message) }
    }

    /// Where, in characters from 1.
    pub fn position(&self, text: &str) -> usize {
        text.get(..self.offset).unwrap_or(text).chars().count() + 1
    }

    /// What was expected, as a sentence.
    pub fn detail(&self) -> Option<String> {
        let (last, others) = self.expected.split_last()?;
        Some(match others {
            [] => format!("Expected {last}."),
            others => format!("Expected {} or {last}.", others.join(", ")),
        })
    }

    /// What to do about it. `id` is of a memory that the example may name.
    pub fn hint(&self, id: &str) -> String {
        let meant = self.meant.map_or_else(String::new, |word| format!("Did you mean {word}? "));
        format!("{meant}For example: {}", example(self.verb, id))
    }
}

/// A statement that runs, where `id` is of a memory.
fn example(verb: Option<Verb>, id: &str) -> String {
    match verb {
        None | Some(Verb::Recall) => "RECALL \"boat\" WHERE kind = episode LIMIT 5;".to_owned(),
        Some(Verb::Spread) => format!("SPREAD FROM {id} MAX_HOPS 2 LIMIT 5;"),
        Some(Verb::Complete) => "COMPLETE {\"who\": \"Ana\"} LIMIT 5;".to_owned(),
        Some(Verb::Imagine) => "IMAGINE \"boat\" NOVELTY 0.5 LIMIT 5;".to_owned(),
        Some(Verb::Predict) => format!("PREDICT ANY GIVEN {id} LIMIT 5;"),
        Some(Verb::Consolidate) => "CONSOLIDATE DRY RUN;".to_owned(),
    }
}

/// The keyword among `expected` that `word` was meant to be. A short word must be nearer, or every word would be one.
pub(crate) fn meant(word: &str, expected: &[&'static str]) -> Option<&'static str> {
    let word = word.to_ascii_uppercase();
    // Longer than any keyword and its errors: nothing to compare.
    if word.len() > 24 {
        return None;
    }
    let keywords = expected.iter().copied().filter(|e| e.starts_with(|c: char| c.is_ascii_uppercase()));
    let near = keywords.filter_map(|keyword| {
        let first = keyword.split(' ').next().unwrap_or(keyword);
        let distance = strsim::damerau_levenshtein(&word, first);
        let most = MOST_TYPING_ERRORS.min(first.len().saturating_sub(1) / 2);
        (distance > 0 && distance <= most).then_some((distance, keyword))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, keyword)| keyword)
}

//! Words of a text with what stands between them: what the rules for entities look at.

use crate::text::is_accent;

/// A word and its surroundings.
pub(super) struct Word<'t> {
    /// The word without a possessive ending.
    pub text: &'t str,
    /// Where it starts and where it ends with its possessive ending, in bytes.
    pub span: (usize, usize),
    /// Its first character is an upper-case letter.
    pub capital: bool,
    /// Nothing but a space or two stands between it and the word before, or the period of an abbreviation and a space.
    pub joined: bool,
}

impl Word<'_> {
    pub fn is_possessive(&self) -> bool {
        self.span.0 + self.text.len() < self.span.1
    }
}

/// What a period follows without ending a sentence.
const ABBREVIATIONS: &[&str] =
    &["Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Jr", "Sr", "Mt", "Gen", "Col", "Lt", "Capt", "Sgt", "Rev"];

/// The words of a text, in order.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word> = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !first.is_alphanumeric() {
            continue;
        }
        let mut end = start + first.len_utf8();
        while let Some(&(at, c)) = rest.peek() {
            let joined = || {
                let next = text[at + c.len_utf8()..].chars().next();
                next.is_some_and(|next| joins(&text[start..at], c, next))
            };
            if !(c.is_alphanumeric() || joined()) {
                break;
            }
            end = at + c.len_utf8();
            rest.next();
        }
        let joined = words.last().is_some_and(|last| {
            let between = &text[last.span.1..start];
            let between = match between.chars().next() {
                Some('.') if is_abbreviation(last.text) => &between[1..],
                // A possessive of a plural: the Girls' School.
                Some(c @ ('\'' | '\u{2019}')) if last.text.ends_with('s') => &between[c.len_utf8()..],
                _ => between,
            };
            matches!(between, " " | "  ")
        });
        words.push(Word {
            text: without_possessive(&text[start..end]),
            span: (start, end),
            capital: first.is_uppercase(),
            joined,
        });
    }
    words
}

/// Whether `c` continues the word `before` because of what follows it.
fn joins(before: &str, c: char, next: char) -> bool {
    match c {
        '\'' | '\u{2019}' | '-' | '&' => next.is_alphanumeric(),
        // Initials: J.R.R., U.S.
        '.' => next.is_uppercase() && before.split('.').all(|part| part.chars().count() == 1),
        // A combining mark has no case and is no letter, but it belongs to the one before.
        _ => is_accent(c),
    }
}

fn is_abbreviation(word: &str) -> bool {
    let initial = word.split('.').all(|part| {
        let mut chars = part.chars();
        chars.next().is_some_and(char::is_uppercase) && chars.next().is_none()
    });
    initial || ABBREVIATIONS.contains(&word)
}

fn without_possessive(word: &str) -> &str {
    ["'s", "\u{2019}s", "'S", "\u{2019}S"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending))
        .filter(|stem| !stem.is_empty())
        .unwrap_or(word)
}

//! Cues: the entities that memories share and that activation passes through.
//!
//! A cue is a normalised name (lower case, single spaces). A memory stores those found in its text and those the caller gave; one
//! that the memory is *about* (its title, its subject) is stored with the prefix `about:`. Rules find them, no model:
//! see [`find`]. Nothing here fails: any text has cues, possibly none.

mod find;
mod known;
mod scan;
mod uncased;

pub use find::{about, find};
pub use known::{Phrase, longest, phrases};

use crate::text::is_accent;
use unicode_normalization::UnicodeNormalization;
use xxhash_rust::xxh3::xxh3_64;

/// Marks, in a stored list, the cue that a memory is about.
pub const ABOUT_PREFIX: &str = "about:";

/// The most cues found in one text.
pub const MOST_FOUND: usize = 64;

/// The most cues stored with one memory, found and given.
pub const MOST_STORED: usize = 128;

/// The longest name, in characters; longer ones found are left out, longer ones given are cut.
pub const LONGEST: usize = 100;

/// The name as it is stored: lower case, single spaces, none at the ends. An `about:` in front stays.
pub fn normalise(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}

/// The name without the prefix, and whether there was one.
pub fn split_about(cue: &str) -> (&str, bool) {
    match cue.strip_prefix(ABOUT_PREFIX) {
        Some(name) => (name.trim_start(), true),
        None => (cue, false),
    }
}

/// The identity of a cue node: the hash of the name, with or without the prefix, as it sounds and not as it is punctuated.
///
/// Accents, spaces, hyphens, periods, commas and apostrophes make no difference, so that "St. Louis" and "st louis", "Beyonc\u{e9}" and
/// "beyonce", "Spider-Man" and "spiderman" are one cue. A name of nothing else is hashed as it is.
pub fn hash(cue: &str) -> u64 {
    let (name, _) = split_about(cue);
    let mut folded = String::with_capacity(name.len());
    fold_into(&mut folded, name);
    xxh3_64(if folded.is_empty() { name.as_bytes() } else { folded.as_bytes() })
}

/// Adds a name, or a part of one that begins with a word or a space, as it sounds.
fn fold_into(folded: &mut String, name: &str) {
    if name.is_ascii() {
        folded.extend(name.chars().filter(|&c| !is_silent(c)).map(|c| c.to_ascii_lowercase()));
    } else {
        let plain = name.nfd().filter(|&c| !is_accent(c) && !is_silent(c));
        folded.extend(plain.nfc().flat_map(char::to_lowercase));
    }
}

fn is_silent(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | ',' | '\'' | '\u{2019}' | '-' | '\u{2010}'..='\u{2013}' | '_')
}

/// The list to store: the cues found in the content in order of appearance, then the given ones that are not among them.
///
/// A name occurs once, in its first spelling; it carries the prefix when the text or the caller says that the memory is about it. Merging a result
/// again with the same content changes nothing.
pub fn merge(given: &[String], content: &str) -> Vec<String> {
    let subject = about(content);
    let mut names: Vec<(u64, String, bool)> = Vec::new();
    let mut add = |name: String, about: bool| {
        let hash = hash(&name);
        if let Some(known) = names.iter_mut().find(|known| known.0 == hash) {
            known.2 |= about;
        } else if !name.is_empty() && names.len() < MOST_STORED {
            names.push((hash, name, about));
        }
    };
    if let Some(subject) = subject {
        add(subject, true);
    }
    for name in find(content) {
        add(name, false);
    }
    for cue in given {
        let cue = normalise(cue);
        let (name, about) = split_about(&cue);
        let cut: String = name.chars().take(LONGEST).collect();
        add(cut.trim_end().to_owned(), about);
    }
    names.into_iter().map(|(_, name, about)| if about { format!("{ABOUT_PREFIX}{name}") } else { name }).collect()
}

/// The list to store after the content changed: cues found in the old text go, those of the new text come, given ones stay.
///
/// A cue both given and named in the old text counts as found there.
pub fn update(old_cues: &[String], old_content: &str, new_content: &str) -> Vec<String> {
    let found = merge(&[], old_content);
    let named: Vec<u64> = phrases(old_content).into_iter().map(|phrase| phrase.hash).collect();
    let stays = |cue: &&String| !found.contains(cue) && (split_about(cue).1 || !named.contains(&hash(cue)));
    let given: Vec<String> = old_cues.iter().filter(stays).cloned().collect();
    merge(&given, new_content)
}

#[cfg(test)]
mod tests;

//! The rules by which entities are found.

use super::{LONGEST, MOST_FOUND, normalise, scan::Word, scan::words, uncased};
use crate::text::is_stop_word;
use std::ops::Range;

/// Lower-case words that may stand inside a name.
const CONNECTORS: &[&str] = &["of", "the", "de", "la", "von", "van", "der", "du", "al"];

/// Words of greeting and answer: never part of the name that follows them.
const GREETINGS: &[&str] = &[
    "ah", "aww", "bye", "congrats", "haha", "hey", "hi", "hmm", "oh", "ok", "okay", "thanks", "whoa", "wow", "yeah",
    "yep", "yes", "yup",
];

/// Words that alone at the start of a sentence name nothing, but may begin a name ("Good Friday").
const STARTERS: &[&str] = &[
    "absolutely",
    "according",
    "actually",
    "although",
    "among",
    "another",
    "anyway",
    "awesome",
    "based",
    "besides",
    "congratulations",
    "cool",
    "definitely",
    "each",
    "earlier",
    "even",
    "every",
    "everything",
    "exactly",
    "first",
    "following",
    "founded",
    "glad",
    "good",
    "gotcha",
    "great",
    "hello",
    "hence",
    "hope",
    "however",
    "keep",
    "later",
    "let",
    "like",
    "lol",
    "looking",
    "looks",
    "love",
    "many",
    "maybe",
    "more",
    "most",
    "nice",
    "now",
    "once",
    "one",
    "only",
    "other",
    "perhaps",
    "please",
    "really",
    "right",
    "since",
    "sorry",
    "sounds",
    "still",
    "sure",
    "take",
    "today",
    "together",
    "thank",
    "though",
    "totally",
    "true",
    "two",
    "well",
    "wonderful",
    "yet",
];

/// Names in a text, normalised, each once, in order of first appearance; at most [`MOST_FOUND`] of at most [`LONGEST`] characters.
///
/// Runs of capitalised words, joined over "of", "the" and their like in other languages, without stop words in front; a name in
/// the possessive also alone. Years from 1000 to 2100. Titles in double quotes. Hashtags and @names without their sign.
/// E-mail addresses, and hosts of URLs without `www.`. A lone capitalised stop word names nothing. Scripts without capitals: their words.
pub fn find(text: &str) -> Vec<String> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let addresses = signs(text, &mut found);
    let mut words = words(text);
    // The parts of an address are no names of their own.
    words.retain(|word| !addresses.iter().any(|a| a.contains(&word.span.0)));
    runs(text, &words, &mut found);
    years(&words, &mut found);
    quotes(text, &mut found);
    uncased::names(text, &mut found);
    // Stable, so that two names from one place keep the order of the rules above.
    found.sort_by_key(|f| f.0);
    let mut names: Vec<String> = Vec::new();
    for (_, name) in found {
        if names.len() == MOST_FOUND {
            break;
        }
        if !name.is_empty() && name.chars().count() <= LONGEST && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What a text is about: the first line of several, when it is a short title (at most 80 characters, no punctuation at its end),
/// normalised as [`find`] would name it: without an article in front and a parenthesis behind.
pub fn about(content: &str) -> Option<String> {
    let (first, rest) = content.trim_start().split_once('\n')?;
    let title = first.trim().trim_start_matches('#').trim_start();
    let closed = title.ends_with(['.', '!', '?', ':', ';', ',']);
    if closed || rest.trim().is_empty() || title.chars().count() > 80 {
        return None;
    }
    let bare = match title.rfind(" (") {
        Some(at) if title.ends_with(')') => &title[..at],
        _ => title,
    };
    let name = normalise(bare);
    let name = ["the ", "a ", "an "].iter().find_map(|article| name.strip_prefix(article)).unwrap_or(&name);
    Some(name.to_owned()).filter(|name| name.contains(char::is_alphanumeric))
}

/// Runs of capitalised words.
fn runs(text: &str, words: &[Word], found: &mut Vec<(usize, String)>) {
    let mut at = 0;
    while at < words.len() {
        if !words[at].capital {
            at += 1;
            continue;
        }
        let mut last = at;
        while let Some(next) = continuation(words, last) {
            last = next;
        }
        let first = (at..=last).find(|&i| !names_nothing(words[i].text));
        if let Some(first) = first.filter(|&first| first < last || !is_starter(words, first)) {
            let start = words[first].span.0;
            for i in (first..last).filter(|&i| words[i].is_possessive()) {
                found.push((start, normalise(&text[start..words[i].span.0 + words[i].text.len()])));
            }
            let end = words[last].span.0 + words[last].text.len();
            found.push((start, normalise(&text[start..end])));
        }
        at = last + 1;
    }
}

/// The word that continues a run which has come to `last`: the next one, or the one after at most two connectors.
fn continuation(words: &[Word], last: usize) -> Option<usize> {
    for next in last + 1..=last + 3 {
        let word = words.get(next).filter(|w| w.joined)?;
        if word.capital {
            return Some(next);
        }
        if !CONNECTORS.contains(&word.text) {
            return None;
        }
    }
    None
}

/// A greeting or a stop word, alone or contracted ("I've", "Don't").
fn names_nothing(word: &str) -> bool {
    let word = normalise(word).replace('\u{2019}', "'");
    GREETINGS.contains(&word.as_str())
        || is_stop_word(&word)
        || word.split_once('\'').is_some_and(|(stem, _)| is_stop_word(stem))
}

/// A word at the start of a sentence that is there for its place and not as a name.
fn is_starter(words: &[Word], at: usize) -> bool {
    !words[at].joined && STARTERS.contains(&normalise(words[at].text).as_str())
}

fn years(words: &[Word], found: &mut Vec<(usize, String)>) {
    for word in words {
        let year = word.text.len() == 4 && word.text.bytes().all(|b| b.is_ascii_digit());
        if year && word.text.parse().is_ok_and(|y: u16| (1000..=2100).contains(&y)) {
            found.push((word.span.0, word.text.to_owned()));
        }
    }
}

/// Titles in double quotes: on one line, at most eight words, the first of them capitalised.
fn quotes(text: &str, found: &mut Vec<(usize, String)>) {
    let mut from = 0;
    while let Some(open) = text[from..].find(['"', '\u{201C}']).map(|at| from + at) {
        let start = open + text[open..].chars().next().map_or(1, char::len_utf8);
        let Some(end) = text[start..].find(['"', '\u{201D}', '\n']).map(|at| start + at) else {
            return;
        };
        from = end + text[end..].chars().next().map_or(1, char::len_utf8);
        let title = text[start..end].trim().trim_end_matches([',', '.', '!', '?', ';']);
        let capital = title.chars().next().is_some_and(char::is_uppercase);
        let closed = !text[end..].starts_with('\n');
        if closed && capital && title.split_whitespace().count() <= 8 && !names_nothing(title) {
            found.push((start, normalise(title)));
        }
    }
}

/// Hashtags, @names, e-mail addresses and hosts, which are written without spaces. Returns where they stand.
fn signs(text: &str, found: &mut Vec<(usize, String)>) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    // Most texts have none of them.
    if !text.bytes().any(|b| matches!(b, b'@' | b'#' | b'/')) {
        return spans;
    }
    let is_open = |c: char| c.is_whitespace() || matches!(c, '(' | '<' | '[' | '"' | ',' | ';');
    let mut next = 0;
    for chunk in text.split(is_open) {
        let start = next;
        next += chunk.len() + text[start + chunk.len()..].chars().next().map_or(0, char::len_utf8);
        if !chunk.contains(['@', '#', '/']) {
            continue;
        }
        let chunk = chunk.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/');
        if let Some(name) = chunk.strip_prefix(['#', '@']) {
            let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len());
            let tag = &name[..end];
            if tag.contains(char::is_alphabetic) {
                found.push((start, normalise(tag)));
                spans.push(start..start + 1 + end);
            }
        } else if let Some((_, rest)) = chunk.split_once("://") {
            let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
            let host = host.rsplit('@').next().unwrap_or_default();
            let host = normalise(host);
            found.push((start, host.strip_prefix("www.").unwrap_or(&host).to_owned()));
            spans.push(start..next);
        } else if let Some((user, host)) = chunk.split_once('@')
            && !user.is_empty()
            && host.contains('.')
        {
            found.push((start, normalise(chunk)));
            spans.push(start..next);
        }
    }
    spans
}

//! Cues that a space knows already, wherever they appear again, whatever their case.
//!
//! [`phrases`] lists what in a text could be the name of a cue; the caller looks up which of them the space knows, and
//! [`longest`] chooses among those. Nothing is a name that begins or ends with a stop word, as no found name does.

use super::{fold_into, normalise, scan};
use crate::text::is_stop_word;
use xxhash_rust::xxh3::xxh3_64;

/// The most words of a name that is looked for.
pub const MOST_WORDS: usize = 5;

/// The words of a text that are looked at: names in longer texts are those that the other rules find.
const MOST_LOOKED_AT: usize = 2_000;

/// A place in a text that could name a cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The cue it would name, as [`super::hash`] has it.
    pub hash: u64,
    /// First word and number of words.
    first: u32,
    words: u32,
    /// Bytes of the text.
    span: (u32, u32),
}

impl Phrase {
    /// A name of one word is a name only where the word is rare: most are words like any other.
    pub fn is_one_word(&self) -> bool {
        self.words == 1
    }

    /// Where it lies in the text, in bytes.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.span.0 as usize..self.span.1 as usize
    }

    /// The name as it would be stored.
    pub fn name(&self, text: &str) -> String {
        normalise(&text[self.range()])
    }
}

/// Every run of 1 to [`MOST_WORDS`] words with nothing but spaces between them that begins and ends with a word of at least three
/// characters that is no stop word. In order of place, the longest first.
pub fn phrases(text: &str) -> Vec<Phrase> {
    let words = scan::words(text);
    let words = &words[..words.len().min(MOST_LOOKED_AT)];
    let mut lower = String::new();
    let edges: Vec<bool> = words.iter().map(|w| may_be_edge(w.text, &mut lower)).collect();
    let mut out = Vec::new();
    let mut folded = String::new();
    for first in (0..words.len()).filter(|&i| edges[i]) {
        let from = out.len();
        let (start, mut end) = (words[first].span.0, words[first].span.0);
        folded.clear();
        for (n, word) in words[first..].iter().take(MOST_WORDS).enumerate() {
            if n > 0 && !word.joined {
                break;
            }
            // What a longer name adds is folded once.
            let piece = &text[end..word.span.0 + word.text.len()];
            end += piece.len();
            fold_into(&mut folded, piece);
            if edges[first + n] {
                out.push(Phrase {
                    hash: xxh3_64(folded.as_bytes()),
                    first: first as u32,
                    words: n as u32 + 1,
                    span: (start as u32, end as u32),
                });
            }
        }
        out[from..].reverse();
    }
    out
}

/// The phrases that name something: those that are known, from left to right, the longest at each place, without overlap.
///
/// `known` says so for each phrase of [`phrases`], in its order. A phrase that the text itself names already should be known: it
/// keeps a part of a name from being taken for another one.
pub fn longest(phrases: &[Phrase], known: impl Fn(usize) -> bool) -> Vec<&Phrase> {
    let mut next = 0;
    let mut out = Vec::new();
    for (i, phrase) in phrases.iter().enumerate() {
        if phrase.first >= next && known(i) {
            next = phrase.first + phrase.words;
            out.push(phrase);
        }
    }
    out
}

fn may_be_edge(word: &str, lower: &mut String) -> bool {
    word.chars().nth(2).is_some() && !is_stop_word(lowered(word, lower))
}

/// The text in lower case, in a buffer that is used again.
fn lowered<'b>(text: &str, buffer: &'b mut String) -> &'b str {
    buffer.clear();
    if text.is_ascii() {
        buffer.push_str(text);
        buffer.make_ascii_lowercase();
    } else {
        buffer.extend(text.chars().flat_map(char::to_lowercase));
    }
    buffer
}

//! What one text says, as far as rules can tell: its terms, and its sentences with a slot where a number or a name stands.
//!
//! A run reads each episode once and keeps the result. A frame is a sentence with one slot left open: `the meeting is at _` is that of
//! `The meeting is at 10` and of `The meeting is at 11`, which therefore may not both hold. A slot is a run of words that begin with a
//! digit or, inside a sentence, with a capital; dates are such runs.
//!
//! What is no frame, because it may well hold beside others: a question; a slot in a list of several; a slot that nothing precedes
//! but names and articles, which is what the sentence is about and not what it says of it (`Room 101 is closed`); a sentence about a pronoun,
//! of whom nobody knows who it is. The limits: a name in a script without capitals is no slot, nor is a weekday in a language that writes
//! it small; German writes all nouns with a capital, so only numbers are slots there. Pronouns are known in English only.

use crate::text::{self, Analyzer, Language, Terms, is_stop_word};
use unicode_segmentation::UnicodeSegmentation;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// Sentences of a text that are read for frames.
pub const MOST_SENTENCES: usize = 8;
/// Words of a sentence that is read for frames.
const MOST_WORDS: usize = 40;
/// The longest value of a slot, in bytes.
const LONGEST_VALUE: usize = 80;

/// What a text says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    pub terms: Terms,
    /// In ascending order of key, each key once.
    pub frames: Vec<Frame>,
}

/// A sentence with one slot left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Hash of the rest of the sentence and of the kind of the slot.
    pub key: u64,
    /// Hash of what stands in the slot, without case.
    pub value: u64,
    /// What stands in the slot.
    pub shown: String,
}

/// Reads a text.
pub fn read(content: &str, analyzer: &mut Analyzer) -> Reading {
    let language = analyzer.language();
    let mut frames: Vec<Frame> = content
        .split_sentence_bounds()
        .flat_map(str::lines)
        .filter(|sentence| !sentence.trim().is_empty())
        .take(MOST_SENTENCES)
        .flat_map(|sentence| frames(sentence, language))
        .collect();
    frames.sort_by_key(|f| f.key);
    // A text that fills one slot twice speaks of several things: neither value is what it says.
    let mut once: Vec<Frame> = Vec::with_capacity(frames.len());
    for same in frames.chunk_by(|a, b| a.key == b.key) {
        if same.iter().all(|f| f.value == same[0].value) {
            once.push(same[0].clone());
        }
    }
    Reading { terms: analyzer.analyse(content), frames: once }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Number,
    Name,
}

struct Token<'t> {
    text: &'t str,
    /// Where it begins in the sentence.
    at: usize,
    lower: String,
    class: Class,
    /// Neither a stop word nor silent about the subject.
    content: bool,
}

/// A run of tokens that a frame leaves open.
struct Slot {
    from: usize,
    to: usize,
    kind: u8,
    is_list: bool,
}

fn frames(sentence: &str, language: Language) -> Vec<Frame> {
    let trimmed = sentence.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ')' | '\u{201D}'));
    if trimmed.ends_with(['?', '\u{FF1F}', '\u{61F}', '\u{37E}']) {
        return Vec::new();
    }
    let tokens = tokens(sentence, language);
    if tokens.len() < 3 || tokens.len() > MOST_WORDS || is_about_pronoun(&tokens, language) {
        return Vec::new();
    }
    let slots = slots(&tokens, sentence);
    let mut found = Vec::new();
    for slot in slots.iter().filter(|slot| !slot.is_list && is_predicate(&tokens, slot)) {
        let end = tokens[slot.to - 1].at + tokens[slot.to - 1].text.len();
        let shown = &sentence[tokens[slot.from].at..end];
        if shown.len() > LONGEST_VALUE {
            continue;
        }
        let mut key = Xxh3::new();
        for (at, token) in tokens.iter().enumerate() {
            if at == slot.from {
                key.update(&[0, slot.kind]);
            }
            if !(slot.from..slot.to).contains(&at) {
                key.update(token.lower.as_bytes());
                key.update(&[1]);
            }
        }
        let value: Vec<&str> = tokens[slot.from..slot.to].iter().map(|t| t.lower.as_str()).collect();
        found.push(Frame { key: key.digest(), value: xxh3_64(value.join(" ").as_bytes()), shown: shown.to_owned() });
    }
    found
}

fn tokens(sentence: &str, language: Language) -> Vec<Token<'_>> {
    let mut words: Vec<&str> = Vec::new();
    text::each_word(sentence, |word| words.push(word));
    // In a headline of capitals no word is a name.
    let shouted = !words.iter().any(|w| w.chars().any(char::is_lowercase));
    let english = language == Language::English;
    let mut tokens = Vec::with_capacity(words.len());
    for (index, text) in words.into_iter().enumerate() {
        let mut lower = text.to_lowercase().replace('\u{2019}', "'");
        let stop = english && is_stop_word(&lower);
        let first = text.chars().next().unwrap_or(' ');
        let class = if first.is_numeric() {
            // Separators of thousands.
            lower.retain(|c| c != ',');
            Class::Number
        } else if index > 0 && first.is_uppercase() && !stop && !shouted && language != Language::German {
            Class::Name
        } else {
            Class::Word
        };
        let at = text.as_ptr().addr() - sentence.as_ptr().addr();
        tokens.push(Token { text, at, lower, class, content: !stop });
    }
    tokens
}

const PRONOUNS: [&str; 24] = [
    "he", "her", "hers", "his", "i", "i'm", "it", "its", "my", "our", "she", "that", "their", "these", "they", "this",
    "those", "we", "you", "your", "he's", "she's", "it's", "there",
];

fn is_about_pronoun(tokens: &[Token<'_>], language: Language) -> bool {
    language == Language::English && PRONOUNS.contains(&tokens[0].lower.as_str())
}

/// Whether the slot belongs to what the sentence says and not to what it is about: something it is about and a word that says something of
/// it come before. An article and a noun alone say nothing (`the room 101`).
fn is_predicate(tokens: &[Token<'_>], slot: &Slot) -> bool {
    let before = &tokens[..slot.from];
    let words = || before.iter().skip(1).filter(|t| t.class == Class::Word);
    let says = words().any(|t| !t.content) || words().count() >= 2 || starts_with_name(before);
    says && before.iter().any(|t| t.content)
}

/// A sentence that begins with a name or noun and goes on with a word of its own: `Ana weighs 60 kg`.
fn starts_with_name(before: &[Token<'_>]) -> bool {
    before.len() >= 2 && before[0].content && before[1..].iter().any(|t| t.class == Class::Word)
}

fn slots(tokens: &[Token<'_>], sentence: &str) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].class == Class::Word {
            at += 1;
            continue;
        }
        let from = at;
        let (mut names, mut numbers, mut is_list) = (false, false, false);
        while at < tokens.len() && tokens[at].class != Class::Word {
            if at > from {
                let same = tokens[at].class == tokens[at - 1].class;
                is_list |= same && between(tokens, at, sentence).contains([',', ';', '/', '\u{3001}', '\u{60C}']);
            }
            names |= tokens[at].class == Class::Name;
            numbers |= tokens[at].class == Class::Number;
            at += 1;
        }
        slots.push(Slot { from, to: at, kind: u8::from(names) + 2 * u8::from(numbers), is_list });
    }
    // `Paris and Rome`: names with one short word between them.
    for index in 1..slots.len() {
        let close =
            slots[index].from - slots[index - 1].to == 1 && slots[index].kind == 1 && slots[index - 1].kind == 1;
        if close && tokens[slots[index - 1].to].text.chars().count() <= 3 {
            (slots[index].is_list, slots[index - 1].is_list) = (true, true);
        }
    }
    slots
}

/// What stands between a token and the one before it.
fn between<'s>(tokens: &[Token<'_>], at: usize, sentence: &'s str) -> &'s str {
    &sentence[tokens[at - 1].at + tokens[at - 1].text.len()..tokens[at].at]
}

//! WordPiece as BERT's uncased models use it: from a text to numbers of tokens.
//!
//! The steps are those of the reference (`BertNormalizer` and `BertPreTokenizer` of the `tokenizers` crate), and the numbers are
//! equal to its numbers: control characters go, CJK characters become words of their own, canonical decomposition
//! without nonspacing marks, lower case, words split at white space and around each punctuation mark, then the longest
//! known piece first (Schuster and Nakajima 2012; Devlin et al. 2018). Special tokens are not looked for: `[SEP]` in a text is
//! three words. The categories come from the crate that the reference uses, since they date from an old version of Unicode.

use super::table;
use unicode_categories::UnicodeCategories;
use unicode_normalization::UnicodeNormalization;

/// Words of more characters are unknown as a whole.
const LONGEST_WORD: usize = 100;

/// What an ASCII character is: one of these, or its lower case.
const DROPPED: u8 = 0;
const SPACE: u8 = 1;
const MARK: u8 = 2;

static ASCII: [u8; 128] = classes();

const fn classes() -> [u8; 128] {
    let mut out = [DROPPED; 128];
    let mut i = 0;
    while i < 128 {
        let byte = i as u8;
        out[i] = match byte {
            b'\t' | b'\n' | b'\r' | b' ' => SPACE,
            _ if byte.is_ascii_control() => DROPPED,
            _ if byte.is_ascii_punctuation() => MARK,
            _ => byte.to_ascii_lowercase(),
        };
        i += 1;
    }
    out
}

/// Calls `each` with the number of every token of a text, in order; [`table::UNKNOWN`] for a word that has no pieces.
pub(super) fn tokens(text: &str, each: &mut impl FnMut(u16)) {
    let bytes = text.as_bytes();
    let mut word = Word { bytes: [0; LONGEST_WORD * 4], len: 0, chars: 0 };
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match ASCII.get(usize::from(byte)) {
            Some(&DROPPED) => {}
            Some(&SPACE) => word.end(each),
            Some(&MARK) => word.mark(byte.into(), each),
            Some(&lower) => word.push_ascii(lower),
            None => {
                let end = bytes[at..].iter().position(|&b| ends_run(b)).map_or(bytes.len(), |n| at + n);
                run(&text[at..end], &mut word, each);
                at = end;
                continue;
            }
        }
        at += 1;
    }
    word.end(each);
}

/// Whether this byte is an ASCII character that stays: marks are not put in order across one, so a run can end before it.
fn ends_run(byte: u8) -> bool {
    ASCII.get(usize::from(byte)).is_some_and(|&class| class != DROPPED)
}

/// A stretch of text without ASCII characters (but for those that are dropped).
fn run(text: &str, word: &mut Word, each: &mut impl FnMut(u16)) {
    let spaced = text.chars().filter(|&c| !is_dropped(c)).flat_map(|c| {
        let [before, after] = if is_cjk(c) { [Some(' '); 2] } else { [None; 2] };
        let c = if c.is_whitespace() { ' ' } else { c };
        before.into_iter().chain([c]).chain(after)
    });
    for c in spaced.nfd().filter(|&c| !is_nonspacing(c)).flat_map(char::to_lowercase) {
        if c.is_whitespace() {
            word.end(each);
        } else if is_punctuation(c) {
            word.mark(c, each);
        } else {
            word.push(c);
        }
    }
}

/// A word that is being read: normalised, in UTF-8.
struct Word {
    bytes: [u8; LONGEST_WORD * 4],
    len: usize,
    /// Characters seen, also those past the longest word, which are not kept.
    chars: usize,
}

impl Word {
    fn push_ascii(&mut self, byte: u8) {
        if self.chars < LONGEST_WORD {
            self.bytes[self.len] = byte;
            self.len += 1;
        }
        self.chars += 1;
    }

    fn push(&mut self, c: char) {
        if self.chars < LONGEST_WORD {
            self.len += c.encode_utf8(&mut self.bytes[self.len..]).len();
        }
        self.chars += 1;
    }

    /// Ends the word, if there is one, and starts the next.
    fn end(&mut self, each: &mut impl FnMut(u16)) {
        if self.chars > LONGEST_WORD {
            each(table::UNKNOWN);
        } else if self.chars > 0 {
            pieces(&self.bytes[..self.len], each);
        }
        self.len = 0;
        self.chars = 0;
    }

    /// A punctuation mark: a word by itself.
    fn mark(&mut self, c: char, each: &mut impl FnMut(u16)) {
        self.end(each);
        self.push(c);
        self.end(each);
    }
}

/// The pieces of a word of 1 to 100 characters, each the longest that fits; one unknown token if any part is unknown.
fn pieces(word: &[u8], each: &mut impl FnMut(u16)) {
    let Some((first, mut at)) = longest(word, table::WORD) else {
        return each(table::UNKNOWN);
    };
    if at == word.len() {
        return each(first);
    }
    let mut found = [first; LONGEST_WORD];
    let mut count = 1;
    while at < word.len() {
        let Some((piece, len)) = longest(&word[at..], table::CONTINUED) else {
            return each(table::UNKNOWN);
        };
        found[count] = piece;
        count += 1;
        at += len;
    }
    found[..count].iter().for_each(|&piece| each(piece));
}

/// The longest token that `rest` starts with, and its bytes.
fn longest(rest: &[u8], basis: u64) -> Option<(u16, usize)> {
    let most = rest.len().min(table::LONGEST);
    let mut hashes = [0; table::LONGEST];
    let mut hash = basis;
    for (slot, &byte) in hashes.iter_mut().zip(&rest[..most]) {
        hash = table::hash_next(hash, byte);
        *slot = hash;
    }
    (1..=most)
        .rev()
        .filter(|&len| rest.get(len).is_none_or(|&next| next & 0xC0 != 0x80))
        .find_map(|len| table::find(&rest[..len], hashes[len - 1]).map(|id| (id, len)))
}

/// Letters that are no control characters, no marks and no punctuation: most of what is not ASCII, told without a search.
fn is_letter(c: char) -> bool {
    matches!(c, 'À'..='ʯ' | 'Ѐ'..='ҁ' | 'א'..='ת' | 'ؠ'..='ي' | 'ऄ'..='ह' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='鿕' | '가'..='힣')
}

fn is_dropped(c: char) -> bool {
    !is_letter(c) && (c == '\u{fffd}' || c.is_other() && !matches!(c, '\t' | '\n' | '\r'))
}

fn is_nonspacing(c: char) -> bool {
    !is_letter(c) && c.is_mark_nonspacing()
}

fn is_punctuation(c: char) -> bool {
    !is_letter(c) && (c.is_ascii_punctuation() || c.is_punctuation())
}

/// The blocks that the reference takes for Chinese; kana and Hangul are not among them.
fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{4E00}'..='\u{9FFF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{20000}'..='\u{2A6DF}'
        | '\u{2A700}'..='\u{2B73F}'
        | '\u{2B740}'..='\u{2B81F}'
        | '\u{2B920}'..='\u{2CEAF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{2F800}'..='\u{2FA1F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_told_without_a_search_are_letters() {
        for c in (0..=0x10FFFF).filter_map(char::from_u32).filter(|&c| is_letter(c)) {
            assert!(!c.is_other() && !c.is_mark_nonspacing() && !c.is_punctuation() && c != '\u{fffd}', "{c:?}");
        }
    }
}

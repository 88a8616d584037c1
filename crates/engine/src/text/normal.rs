//! When two texts say the same: one form for all spellings that differ in nothing a reader would name.
//!
//! The form is NFKC in lower case, with every run of white space a single space and none at the ends. Punctuation counts: "no." and
//! "no?" are two texts. It belongs to no language and no space, so that a text has one form wherever it is stored.

use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use xxhash_rust::xxh3::xxh3_64;

/// The normal form of a text. Normalising it again changes nothing.
pub fn normalise(text: &str) -> String {
    if text.is_ascii() {
        let mut out = fold(text);
        out.make_ascii_lowercase();
        return out;
    }
    // Lower case may leave letters that compose, such as the dot of a capital I with one.
    let lower = composed(text).to_lowercase();
    fold(&composed(&lower))
}

/// Hash of the normal form.
pub fn digest(text: &str) -> u64 {
    xxh3_64(normalise(text).as_bytes())
}

fn composed(text: &str) -> Cow<'_, str> {
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfkc().collect()),
    }
}

fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_that_read_alike_are_one_text() {
        for (a, b) in [
            ("Ana keeps the boat", "  ana  KEEPS\tthe\n boat "),
            ("caf\u{e9}", "CAFE\u{301}"),
            ("\u{fb01}ve", "five"),
            ("\u{ff21}\u{ff22}\u{3000}c", "ab c"),
            ("\u{39f}\u{394}\u{39f}\u{3a3}", "\u{3bf}\u{3b4}\u{3bf}\u{3c2}"),
            ("no\u{a0}break", "no break"),
        ] {
            assert_eq!(normalise(a), normalise(b), "{a:?} {b:?}");
            assert_eq!(digest(a), digest(b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn punctuation_accents_and_word_breaks_count() {
        for (a, b) in [("no.", "no?"), ("resume", "r\u{e9}sum\u{e9}"), ("a b", "ab"), ("", "."), ("1 000", "1000")] {
            assert_ne!(normalise(a), normalise(b), "{a:?} {b:?}");
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in any::<String>()) {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn case_of_ascii_and_width_of_spaces_do_not_matter(words in proptest::collection::vec("[a-zA-Z0-9.,!-]{1,8}", 0..8)) {
            let (one, other) = (words.join(" "), words.join(" \t\u{2003}"));
            prop_assert_eq!(normalise(&one.to_uppercase()), normalise(&other.to_lowercase()));
        }
    }
}

//! Terms with the words they stand for: what an explanation shows.

use super::{Analyzer, words};
use unicode_normalization::UnicodeNormalization;

impl Analyzer {
    /// The words of a text that have a term in [`Analyzer::analyse`], with its hash, in order of appearance, each spelling once.
    ///
    /// Slow beside `analyse`, which it calls for each word: for the few texts that are explained.
    pub fn named_terms(&mut self, text: &str) -> Vec<(u64, String)> {
        let kept = self.analyse(text).terms;
        let mut spelled: Vec<String> = Vec::new();
        let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
        words::unicode(&folded, |word| {
            if !spelled.iter().any(|known| known == word) {
                spelled.push(word.to_owned());
            }
        });
        let mut named = Vec::new();
        for word in spelled {
            // A stop word alone is kept; among others it is not in the list.
            for (hash, _) in self.analyse(&word).terms {
                if kept.binary_search_by_key(&hash, |term| term.0).is_ok() {
                    named.push((hash, word.clone()));
                }
            }
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use crate::text::{Analyzer, Language};

    fn check(language: Language, text: &str, expected: &[&str]) {
        let mut analyzer = Analyzer::new(language);
        let named = analyzer.named_terms(text);
        let words: Vec<&str> = named.iter().map(|n| n.1.as_str()).collect();
        assert_eq!(words, expected, "{text}");
        let mut hashes: Vec<u64> = named.iter().map(|n| n.0).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let terms: Vec<u64> = analyzer.analyse(text).terms.into_iter().map(|t| t.0).collect();
        assert_eq!(hashes, terms, "every term of {text} has a word");
    }

    #[test]
    fn every_term_has_its_words() {
        check(Language::English, "The ferries and the ferry sail", &["ferries", "ferry", "sail"]);
        check(Language::English, "What was it?", &["what", "was", "it"]);
        check(Language::English, "3.14 of the module.function_name", &["3.14", "module", "function", "name"]);
        check(Language::German, "Sch\u{e4}tze, H\u{e4}fens", &["sch\u{e4}tze", "h\u{e4}fens"]);
        check(Language::English, "Caf\u{e9} at noon", &["caf\u{e9}", "noon"]);
        check(Language::None, "one One ONE two", &["one", "two"]);
        check(Language::English, "", &[]);
    }
}

//! From text to hashed terms: what BM25 counts.
//!
//! Words are those of Unicode's annex 29, split further at `.`, `:` and `_` so that `module.function_name` is found by its parts
//! (numbers and initials such as `3.14` and `U.S.` stay whole). Text in a script written without spaces becomes
//! character bigrams. Words are lower-cased (after NFKC; in English also without accents), stop words dropped, the rest stemmed
//! and hashed.
//!
//! An [`Analyzer`] belongs to one thread and keeps the stems of the words it saw last; what it returns depends only on
//! the text and the language. Nothing here fails: any text has terms, possibly none.

mod language;
mod named;
mod normal;
mod stop;
mod words;

pub use language::Language;
pub use normal::{digest, normalise};
pub use stop::is_stop_word;

use rust_stemmers::Stemmer;
use unicode_normalization::UnicodeNormalization;
use xxhash_rust::xxh3::xxh3_64;

/// Slots of the cache of stems at first: 16 bytes each, a power of two.
const CACHE: usize = 8_192;

/// Slots at most, 2 MB of them: who analyses a large vocabulary, as a loader does, would stem most words again and again.
const MOST_CACHE: usize = 1 << 17;

/// Longer words (in bytes) are identifiers, hashes or encoded data: they are kept as they are.
const LONGEST_STEMMED: usize = 40;

/// The terms of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Hash of each distinct term and how often it occurs (saturating), in ascending order of hash.
    pub terms: Vec<(u64, u16)>,
    /// Tokens kept: the document length of BM25 (saturating).
    pub length: u32,
}

/// Turns texts of one language into terms. Reuse it: it keeps buffers and the stems of frequent words.
pub struct Analyzer {
    language: Language,
    stemmer: Option<Stemmer>,
    /// Direct-mapped: the hash of a lower-cased word at the slot of its low bits, and the hash of its stem, or `STOP`.
    cache: Vec<(u64, u64)>,
    /// Words that were not in the cache since it has its size.
    misses: usize,
    /// A bit for each value of the low bits of the hash of a stop word: most other words are told apart by it.
    stops: [u64; STOP_BITS / 64],
    hashes: Vec<u64>,
    word: String,
    folded: String,
}

/// Bits of that table: one in twenty-five is set.
const STOP_BITS: usize = 4_096;

fn stop_bit(key: u64) -> (usize, u64) {
    let bit = key as usize % STOP_BITS;
    (bit / 64, 1 << (bit % 64))
}

/// In place of the hash of a stem: the word is a stop word. Also the state of an unused slot, whose word is 0.
const STOP: u64 = 0;

impl Analyzer {
    pub fn new(language: Language) -> Analyzer {
        let mut stops = [0; STOP_BITS / 64];
        if language == Language::English {
            for word in stop::STOP_WORDS {
                let (at, bit) = stop_bit(xxh3_64(word.as_bytes()));
                stops[at] |= bit;
            }
        }
        Analyzer {
            language,
            stemmer: language.algorithm().map(Stemmer::create),
            cache: vec![(0, STOP); CACHE],
            misses: 0,
            stops,
            hashes: Vec::new(),
            word: String::new(),
            folded: String::new(),
        }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// The terms of a text to be stored. A text of nothing but stop words keeps them, so that it can be found at all.
    pub fn analyse(&mut self, text: &str) -> Terms {
        let keep_stop_words = false;
        self.grow_cache();
        self.collect(text, keep_stop_words);
        if self.hashes.is_empty() {
            self.collect(text, !keep_stop_words);
        }
        let length = u32::try_from(self.hashes.len()).unwrap_or(u32::MAX);
        self.hashes.sort_unstable();
        let mut terms: Vec<(u64, u16)> = Vec::with_capacity(self.hashes.len());
        for &hash in &self.hashes {
            match terms.last_mut() {
                Some((last, tf)) if *last == hash => *tf = tf.saturating_add(1),
                _ => terms.push((hash, 1)),
            }
        }
        Terms { terms, length }
    }

    /// The terms of a question: by the same rules as those of a stored text, since only equal rules meet. A question of nothing
    /// but stop words therefore finds the texts that consist of nothing else, and leaves the others to the other signals.
    pub fn query_terms(&mut self, text: &str) -> Terms {
        self.analyse(text)
    }

    /// Calls `term` with the hash of each term of a text and the word as it stands there, in order. Stop words are left out.
    pub fn each_term<'t>(&mut self, text: &'t str, mut term: impl FnMut(u64, &'t str)) {
        let keep_stop_words = false;
        each_word(text, |word| {
            self.collect(word, keep_stop_words);
            self.hashes.iter().for_each(|&hash| term(hash, word));
        });
    }

    /// Doubles the cache when it was missed twice as often as it has slots.
    fn grow_cache(&mut self) {
        let slots = self.cache.len() * 2;
        if self.misses < slots || slots > MOST_CACHE {
            return;
        }
        let former = std::mem::replace(&mut self.cache, vec![(0, STOP); slots]);
        for entry in former {
            self.cache[entry.0 as usize & (slots - 1)] = entry;
        }
        self.misses = 0;
    }

    fn collect(&mut self, text: &str, keep_stop_words: bool) {
        self.hashes.clear();
        let mut sink = Sink {
            stemmer: self.stemmer.as_ref(),
            cache: &mut self.cache,
            misses: &mut self.misses,
            stops: &self.stops,
            hashes: &mut self.hashes,
            keep_stop_words,
        };
        let buffer = &mut self.word;
        if text.is_ascii() {
            words::ascii(text, |word| {
                buffer.clear();
                buffer.push_str(word);
                buffer.make_ascii_lowercase();
                sink.word(buffer);
            });
        } else {
            self.folded.clear();
            // Typographic apostrophes would split what a keyboard's do not, and stemmers know only the plain one.
            let plain = |c| if c == '\u{2019}' { '\'' } else { c };
            if self.language == Language::English {
                let bare = text.nfkd().filter(|&c| !is_accent(c)).nfc();
                self.folded.extend(bare.flat_map(char::to_lowercase).map(plain));
            } else {
                self.folded.extend(text.nfkc().flat_map(char::to_lowercase).map(plain));
            }
            words::unicode(&self.folded, |word| sink.word(word));
        }
    }
}

/// Calls `word` for each word of a text as it stands, in order: what terms are made of, before case and stems.
pub(crate) fn each_word<'t>(text: &'t str, word: impl FnMut(&'t str)) {
    words::unicode(text, word);
}

/// Whether a word begins in a script that is written without spaces.
pub(crate) fn is_dense_script(word: &str) -> bool {
    word.chars().next().is_some_and(words::is_dense)
}

/// A combining mark of the Latin, Greek and Cyrillic scripts. Marks of other scripts are vowels and no ornaments.
pub(crate) fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

/// Where the lower-cased words of one text go.
struct Sink<'a> {
    stemmer: Option<&'a Stemmer>,
    cache: &'a mut [(u64, u64)],
    misses: &'a mut usize,
    stops: &'a [u64; STOP_BITS / 64],
    hashes: &'a mut Vec<u64>,
    keep_stop_words: bool,
}

impl Sink<'_> {
    fn word(&mut self, word: &str) {
        let key = xxh3_64(word.as_bytes());
        let slot = key as usize & (self.cache.len() - 1);
        let stem = if self.cache[slot].0 == key {
            self.cache[slot].1
        } else {
            let stem = self.stem(word, key);
            self.cache[slot] = (key, stem);
            *self.misses += 1;
            stem
        };
        if stem != STOP {
            self.hashes.push(stem);
        } else if self.keep_stop_words {
            self.hashes.push(key);
        }
    }

    fn stem(&self, word: &str, key: u64) -> u64 {
        let (at, bit) = stop_bit(key);
        if self.stops[at] & bit != 0 && is_stop_word(word) {
            return STOP;
        }
        match self.stemmer {
            Some(stemmer) if word.len() <= LONGEST_STEMMED => {
                let stem = stemmer.stem(word);
                if stem.is_empty() { key } else { xxh3_64(stem.as_bytes()) }
            }
            _ => key,
        }
    }
}

#[cfg(test)]
mod tests;

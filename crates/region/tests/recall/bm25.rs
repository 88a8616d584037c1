//! "The final scores equal a plain reference implementation on 1,000 random corpora to 1e-4."

use super::{Id, Rows, empty, evict, id, load_in_runs, words};
use crate::common::{Bytes, add_space, cases};
use engram_engine::bm25::{self, Params};
use engram_engine::text::{Analyzer, Language};
use engram_region::read::{NoPause, Reader, Seen};
use engram_region::settle::Outcome;
use engram_region::{Directory, Record, State};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A word as it is written, and what remains of it in English; nothing of a stop word.
const VOCABULARY: [(&str, &str); 20] = [
    ("boat", "boat"),
    ("Boats", "boat"),
    ("harbour", "harbour"),
    ("harbours", "harbour"),
    ("walk", "walk"),
    ("walked", "walk"),
    ("Walking", "walk"),
    ("the", ""),
    ("and", ""),
    ("letter", "letter"),
    ("letters", "letter"),
    ("salt", "salt"),
    ("storm", "storm"),
    ("STORMS", "storm"),
    ("café", "cafe"),
    ("cafe", "cafe"),
    ("1923", "1923"),
    ("Ana", "ana"),
    ("ship", "ship"),
    ("shipped", "ship"),
];

#[derive(Debug, Clone)]
struct Corpus {
    language: Language,
    /// Words of each text, and whether it is deleted.
    texts: Vec<(Vec<usize>, bool)>,
    /// So many more, which make open and sealed segments out of small ones.
    more: usize,
    /// Rows of the runs in which the texts are loaded, and whether in bulk.
    runs: Vec<(usize, bool)>,
    evict: bool,
    question: Vec<usize>,
    params: Params,
}

fn corpus() -> impl Strategy<Value = Corpus> {
    let word = 0..VOCABULARY.len();
    let text = (prop::collection::vec(word.clone(), 0..30), prop::bool::weighted(0.2));
    let more = prop_oneof![40 => Just(0usize), 1 => 600..1_400usize];
    let number = |most: f32| prop_oneof![1 => Just(0.0), 8 => 0.0..=most, 1 => Just(most)];
    (
        prop_oneof![Just(Language::None), Just(Language::English)],
        prop::collection::vec(text, 1..=60),
        more,
        prop::collection::vec((1..30usize, any::<bool>()), 1..6),
        prop::bool::weighted(0.2),
        prop::collection::vec(word, 1..7),
        (number(3.0), number(1.0)),
    )
        .prop_map(|(language, texts, more, runs, evict, question, (k1, b))| {
            let params = Params { k1, b };
            Corpus { language, texts, more, runs, evict, question, params }
        })
}

impl Corpus {
    fn all_texts(&self) -> Vec<(Vec<usize>, bool)> {
        let extra = (0..self.more).map(|i| {
            let words = (0..i % 9 + 1).map(|j| (i * 7 + j * j * 3 + i / 11) % VOCABULARY.len());
            (words.collect(), i % 13 == 0)
        });
        extra.chain(self.texts.iter().cloned()).collect()
    }

    fn written(words: &[usize]) -> String {
        let parts =
            words.iter().enumerate().map(|(at, word)| format!("{}{}", VOCABULARY[*word].0, [" ", ", ", ".\n"][at % 3]));
        parts.collect()
    }

    /// What a text or a question counts as.
    fn counted(&self, words: &[usize]) -> BTreeMap<String, u32> {
        let whole: Vec<String> = words.iter().map(|word| VOCABULARY[*word].0.to_lowercase()).collect();
        let mut kept = whole.clone();
        if self.language == Language::English {
            kept = words.iter().map(|w| VOCABULARY[*w].1.to_string()).filter(|word| !word.is_empty()).collect();
            if kept.is_empty() {
                kept = whole;
            }
        }
        kept.into_iter().fold(BTreeMap::new(), |mut counts, word| {
            *counts.entry(word).or_default() += 1;
            counts
        })
    }

    /// BM25 from its definition (Robertson and Zaragoza 2009), over those that are not deleted.
    fn reference(&self) -> BTreeMap<Id, f64> {
        let texts = self.all_texts().into_iter().enumerate().filter(|(_, text)| !text.1);
        let counts: Vec<(Id, BTreeMap<String, u32>)> = texts.map(|(n, text)| (id(n), self.counted(&text.0))).collect();
        let n = counts.len() as f64;
        let length = |counts: &BTreeMap<String, u32>| f64::from(counts.values().sum::<u32>());
        let average = counts.iter().map(|(_, c)| length(c)).sum::<f64>() / n;
        let (k1, b) = (f64::from(self.params.k1), f64::from(self.params.b));
        let mut scores: BTreeMap<Id, f64> = BTreeMap::new();
        for word in self.counted(&self.question).keys() {
            let df = counts.iter().filter(|(_, c)| c.contains_key(word)).count() as f64;
            let idf = (1.0 + (n - df + 0.5) / (df + 0.5)).ln();
            for (id, counts) in counts.iter().filter(|(_, c)| c.contains_key(word)) {
                let tf = f64::from(counts[word]);
                let norm = 1.0 - b + b * length(counts) / average;
                *scores.entry(*id).or_default() += idf * tf * (k1 + 1.0) / (tf + k1 * norm);
            }
        }
        scores
    }

    fn rows(&self) -> Rows {
        let mut analyzer = Analyzer::new(self.language);
        let texts = self.all_texts().into_iter().enumerate();
        let row = |(n, text): (usize, (Vec<usize>, bool))| {
            let terms = analyzer.analyse(&Corpus::written(&text.0));
            (id(n), Record { terms: terms.terms, length: terms.length, ..empty(n) })
        };
        texts.map(row).collect()
    }

    /// Scores by the engine and the region, best first.
    fn found(&self) -> Vec<(Id, f32)> {
        let bytes = Bytes::new(32 << 20);
        let directory = Directory::format(bytes.region()).expect("room for a directory");
        let space = add_space(&directory, "s", State::Loading);
        let rows = self.rows();
        let texts = self.all_texts();
        let ordered: Vec<&Record> = (0..texts.len()).map(|n| &rows[&id(n)]).collect();
        let (extra, rest) = ordered.split_at(self.more);
        extra.iter().for_each(|row| space.load(row, &Seen::default()).expect("room"));
        load_in_runs(space, rest, &self.runs);
        space.set_ready();
        while let Some(sorted) = space.sealable().and_then(|s| space.sort_segment(s)) {
            assert!(space.seal(&sorted).expect("room"));
        }
        for (n, _) in texts.iter().enumerate().filter(|(_, text)| text.1) {
            space.publish_delete(900, &id(n)).expect("known");
        }
        while space.settle(|_| Outcome::Committed, 1_000) {}
        if self.evict {
            evict(space);
        }
        assert_eq!(space.violations(), Vec::<String>::new());
        let mut reader = Reader::new(space, Seen::default(), NoPause).expect("the space is ready");
        let question = Analyzer::new(self.language).query_terms(&Corpus::written(&self.question));
        let terms: Vec<u64> = question.terms.iter().map(|t| t.0).collect();
        let words = words(&mut reader, &terms, self.params, &rows);
        let resident = reader.best_by_words(&words.sums, 5_000, None).expect("nothing moves");
        let resident = resident.into_iter().map(|(node, units)| (reader.id_of(node), units));
        let evicted = words.evicted.iter().map(|e| (e.1.id, words.units_of(e.1))).filter(|e| e.1 > 0);
        let mut all: Vec<(Id, u32)> = resident.chain(evicted).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        all.into_iter().map(|(id, units)| (id, bm25::score(units))).collect()
    }
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn scores_of_words_equal_a_plain_reference_implementation(corpus in corpus()) {
        let (found, expected) = (corpus.found(), corpus.reference());
        let ids: BTreeSet<Id> = found.iter().map(|f| f.0).collect();
        prop_assert_eq!(&ids, &expected.keys().copied().collect::<BTreeSet<Id>>());
        prop_assert_eq!(ids.len(), found.len(), "each once");
        let mut least = f64::INFINITY;
        for (id, score) in &found {
            let expected = expected[id];
            prop_assert!((f64::from(*score) - expected).abs() <= 1e-4, "{} in place of {}", score, expected);
            prop_assert!(expected <= least + 1e-4, "{} comes after {}", expected, least);
            least = least.min(expected);
        }
    }
}

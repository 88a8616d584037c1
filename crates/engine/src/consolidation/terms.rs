//! What a cluster is about in single words: terms that tell its members from the rest of their class.
//!
//! A term weighs the sum of its BM25 weights over the members (Robertson and Zaragoza 2009; idf over the class), in the fixed point of
//! [`bm25`], so that the order of the members does not matter. Only a term that at least two members and a quarter of them have counts: what
//! one episode alone says is never among the terms of a belief, and goes with the episode. One that is no more frequent among the
//! members than in the class tells nothing.

use super::belief::Episode;
use crate::bm25::{self, Params};
use crate::text::{self, Analyzer};
use std::collections::BTreeMap;

/// The most terms of a belief.
pub const MOST_TERMS: usize = 6;

/// How many members are searched for a form that does not stand at the beginning of a sentence.
const FORMS_FROM: usize = 8;

/// Statistics of the terms of a visibility class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Corpus {
    documents: u32,
    length: u64,
    frequency: BTreeMap<u64, u32>,
}

impl Corpus {
    /// Counts an episode in.
    pub fn add(&mut self, terms: &text::Terms) {
        self.documents = self.documents.saturating_add(1);
        self.length += u64::from(terms.length);
        for &(hash, _) in &terms.terms {
            *self.frequency.entry(hash).or_default() += 1;
        }
    }

    /// Takes out one that was counted in.
    pub fn remove(&mut self, terms: &text::Terms) {
        self.documents = self.documents.saturating_sub(1);
        self.length = self.length.saturating_sub(u64::from(terms.length));
        for (hash, _) in &terms.terms {
            if let Some(frequency) = self.frequency.get_mut(hash) {
                *frequency -= 1;
                if *frequency == 0 {
                    self.frequency.remove(hash);
                }
            }
        }
    }

    pub fn documents(&self) -> u32 {
        self.documents
    }

    /// Episodes that have the term.
    pub fn frequency(&self, hash: u64) -> u32 {
        self.frequency.get(&hash).copied().unwrap_or(0)
    }

    fn average_length(&self) -> f32 {
        if self.documents > 0 { (self.length as f64 / f64::from(self.documents)) as f32 } else { 0.0 }
    }
}

/// The distinguishing terms of a cluster as they are written in it, the weightiest first, ties by hash.
///
/// `members` come the most central first; the form of a term is that of the first of them which has it elsewhere than at the beginning of a
/// sentence, so that `Plants` is not capitalised for having stood there once and `Maria` still is.
pub(super) fn distinguishing(members: &[&Episode<'_>], corpus: &Corpus, analyzer: &mut Analyzer) -> Vec<String> {
    let mut weighed = weigh(members, corpus);
    weighed.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    weighed.truncate(MOST_TERMS);
    let forms = forms(&weighed, members, analyzer);
    let mut terms: Vec<String> = Vec::with_capacity(weighed.len());
    for form in forms.into_iter().flatten() {
        if !terms.contains(&form) {
            terms.push(form);
        }
    }
    terms
}

/// Hash and weight of each term that distinguishes the members.
fn weigh(members: &[&Episode<'_>], corpus: &Corpus) -> Vec<(u64, u64)> {
    let (documents, average) = (corpus.documents, corpus.average_length());
    let params = Params::default();
    let mut sums: BTreeMap<u64, (u32, u64)> = BTreeMap::new();
    for episode in members {
        let terms = &episode.reading.terms;
        for &(hash, tf) in &terms.terms {
            let idf = bm25::idf(documents, corpus.frequency(hash));
            let units = bm25::contribution(idf, bm25::weight(tf, terms.length, average, params));
            let sum = sums.entry(hash).or_default();
            *sum = (sum.0 + 1, sum.1 + u64::from(units));
        }
    }
    let size = members.len() as u64;
    let tells = |hash: u64, within: u64| {
        let everywhere = u64::from(corpus.frequency(hash));
        within >= 2
            && within * 4 >= size
            && (u64::from(documents) <= size || within * u64::from(documents) > everywhere * size)
    };
    sums.into_iter().filter(|&(hash, (within, _))| tells(hash, u64::from(within))).map(|(h, (_, w))| (h, w)).collect()
}

fn forms(terms: &[(u64, u64)], members: &[&Episode<'_>], analyzer: &mut Analyzer) -> Vec<Option<String>> {
    let mut inside: Vec<Option<String>> = vec![None; terms.len()];
    let mut first: Vec<Option<String>> = vec![None; terms.len()];
    for (at, episode) in members.iter().enumerate() {
        let missing = |forms: &[Option<String>]| forms.iter().any(Option::is_none);
        if !missing(&inside) || (at >= FORMS_FROM && !missing(&first)) {
            break;
        }
        analyzer.each_term(episode.content, |hash, word| {
            let Some(term) = terms.iter().position(|t| t.0 == hash) else {
                return;
            };
            let begins = begins_sentence(episode.content, word);
            if !begins && inside[term].is_none() {
                inside[term] = Some(word.to_owned());
            }
            if first[term].is_none() {
                first[term] = Some(word.to_owned());
            }
        });
    }
    inside.into_iter().zip(first).map(|(inside, first)| inside.or(first)).collect()
}

/// Whether a word, which is a part of this text, follows the beginning or the end of a sentence.
fn begins_sentence(text: &str, word: &str) -> bool {
    let at = word.as_ptr().addr() - text.as_ptr().addr();
    let before = text[..at].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '(' | '\u{201C}'));
    before.chars().next_back().is_none_or(|c| matches!(c, '.' | '!' | '?' | ':' | '\u{3002}'))
        || text[before.len()..at].contains('\n')
}

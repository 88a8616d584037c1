//! Episodes to consolidate, and chance that is the same each time.

use crate::code::{self, Code};
use crate::consolidation::{Corpus, Episode, Id, Reading, read};
use crate::text::{Analyzer, Language};

/// SplitMix64 (Steele, Lea and Flood 2014).
pub struct Chance(pub u64);

impl Chance {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 up to 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }

    /// With this mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

pub fn id(n: usize) -> Id {
    (n as u128).to_be_bytes()
}

/// An episode that owns what it consists of.
#[derive(Clone, Debug)]
pub struct Owned {
    pub id: Id,
    pub content: String,
    pub at: i64,
    pub evidence: (f32, f32),
    pub source: Option<String>,
    pub metadata: Vec<(String, String)>,
    pub cues: Vec<String>,
    pub valid: (Option<i64>, Option<i64>),
    pub code: Code,
    pub reading: Reading,
}

impl Owned {
    pub fn episode(&self) -> Episode<'_> {
        Episode {
            id: self.id,
            content: &self.content,
            occurred_at: self.at,
            valid_from: self.valid.0,
            valid_to: self.valid.1,
            evidence_for: self.evidence.0,
            evidence_against: self.evidence.1,
            source: self.source.as_deref(),
            metadata: &self.metadata,
            cues: &self.cues,
            code: &self.code,
            reading: &self.reading,
        }
    }
}

/// An episode with the vector of its words, as good as none: what it says decides.
pub fn said(n: usize, at: i64, content: &str) -> Owned {
    let mut vector = [0.05f32; 32];
    for word in content.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 3) {
        vector[xxhash_rust::xxh3::xxh3_64(word.as_bytes()) as usize % 32] += 1.0;
    }
    let mut analyzer = analyzer();
    Owned {
        id: id(n),
        content: content.to_owned(),
        at,
        evidence: (1.4, 0.6),
        source: None,
        metadata: Vec::new(),
        cues: crate::cues::merge(&[], content),
        valid: (None, None),
        code: code::quantise(&vector).unwrap(),
        reading: read(content, &mut analyzer),
    }
}

pub fn analyzer() -> Analyzer {
    Analyzer::new(Language::English)
}

pub fn corpus(all: &[Owned]) -> Corpus {
    let mut corpus = Corpus::default();
    all.iter().for_each(|e| corpus.add(&e.reading.terms));
    corpus
}

pub fn episodes(all: &[Owned]) -> Vec<Episode<'_>> {
    all.iter().map(Owned::episode).collect()
}

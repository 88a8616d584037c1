//! The episodes of a space as a run takes them in: all of them, or what has changed since the last run of this process.

use crate::hot::record;
use crate::pg;
use crate::store::consolidation::{self as store, Id};
use engram_engine::code::{self, Code};
use engram_engine::consolidation::{self as engine, Corpus, Reading, linkage};
use engram_engine::text::Language;
use rustc_hash::FxHashMap;
use serde_json::Value;
use std::collections::BTreeMap;
use xxhash_rust::xxh3::Xxh3;

/// What of an episode a run needs.
pub struct Own {
    pub content: String,
    pub occurred_at: i64,
    pub evidence: (f32, f32),
    pub source: Option<String>,
    pub metadata: Vec<(String, String)>,
    pub cues: Vec<String>,
    pub valid: (Option<i64>, Option<i64>),
    pub code: Code,
    pub reading: Reading,
    digest: u128,
}

impl Own {
    pub fn episode(&self, id: Id) -> engine::Episode<'_> {
        engine::Episode {
            id,
            content: &self.content,
            occurred_at: self.occurred_at,
            evidence_for: self.evidence.0,
            evidence_against: self.evidence.1,
            source: self.source.as_deref(),
            metadata: &self.metadata,
            cues: &self.cues,
            valid_from: self.valid.0,
            valid_to: self.valid.1,
            code: &self.code,
            reading: &self.reading,
        }
    }

    /// Bytes of memory, about.
    fn bytes(&self) -> usize {
        let pairs: usize = self.metadata.iter().map(|(k, v)| k.len() + v.len() + 48).sum();
        let cues: usize = self.cues.iter().map(|c| c.len() + 24).sum();
        let frames: usize = self.reading.frames.iter().map(|f| f.shown.len() + 48).sum();
        let code = self.code.values.len() + self.code.values.len() / 8;
        size_of::<Own>() + 64 + self.content.len() + pairs + cues + frames + code + 16 * self.reading.terms.terms.len()
    }
}

/// Episodes of one visibility class.
pub struct Class {
    pub linkage: linkage::Class,
    pub corpus: Corpus,
    pub own: BTreeMap<Id, Own>,
}

/// The episodes of a space by visibility class.
pub struct Episodes {
    pub classes: BTreeMap<Option<String>, Class>,
    pub language: Language,
    of: FxHashMap<Id, Option<String>>,
    dims: usize,
    encoder: Option<String>,
    /// Sum of the digests of all.
    digest: u128,
    bytes: usize,
}

impl Episodes {
    /// Those of a space, none yet.
    pub fn new(space: &store::Space) -> Episodes {
        Episodes {
            classes: BTreeMap::new(),
            language: record::language(&space.language),
            of: FxHashMap::default(),
            dims: space.dimensions.map_or(0, |d| d.unsigned_abs() as usize),
            encoder: space.encoder.clone(),
            digest: 0,
            bytes: 0,
        }
    }

    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Bytes of memory, about.
    pub fn bytes(&self) -> usize {
        self.bytes + self.classes.values().map(|c| c.linkage.bytes()).sum::<usize>()
    }

    /// Digest of what was read, in whatever order.
    pub fn digest(&self) -> u128 {
        self.digest
    }

    /// Reads all of a space.
    pub fn read(&mut self, space: &str) {
        let mut told = pg::clock_micros();
        store::episodes(space, |row| {
            self.put(&row);
            let read = self.len();
            super::progress(&mut told, || format!("read {read} episodes of space \"{space}\" so far"));
        });
    }

    /// Reads what was written by the transaction `since` or a later one. Says how many rows differ; none when that is not known, and all is to
    /// be read.
    pub fn follow(&mut self, space: &str, since: u64) -> Option<usize> {
        let gone = store::gone(space, since)?;
        let mut differ = gone.iter().filter(|id| self.remove(id)).count();
        store::changed(space, since, |row| differ += usize::from(self.put(&row)));
        Some(differ)
    }

    /// Takes an episode in, or what has become of it; says whether that differs from what was known.
    fn put(&mut self, row: &store::Episode<'_>) -> bool {
        let takes = |v: &&[f32]| v.len() == self.dims && row.encoder == self.encoder.as_deref();
        let code = row.embedding.filter(|v| row.counts && takes(v)).and_then(|v| code::quantise(v).ok());
        let Some(code) = code else { return self.remove(&row.id) };
        let class = row.class.map(str::to_owned);
        let digest = digest(row, &code);
        if self.of.get(&row.id) == Some(&class)
            && self.classes.get(&class).and_then(|c| c.own.get(&row.id)).is_some_and(|own| own.digest == digest)
        {
            return false;
        }
        self.remove(&row.id);
        let own = Own {
            content: row.content.to_owned(),
            occurred_at: row.occurred_at,
            evidence: row.evidence,
            source: row.source.map(str::to_owned),
            metadata: pairs(row.metadata),
            cues: row.cues.iter().map(|&cue| cue.to_owned()).collect(),
            valid: row.valid,
            reading: record::with_analyzer(self.language, |analyzer| engine::read(row.content, analyzer)),
            code,
            digest,
        };
        let dims = self.dims;
        let held = self.classes.entry(class.clone()).or_insert_with(|| Class {
            linkage: linkage::Class::new(dims),
            corpus: Corpus::default(),
            own: BTreeMap::new(),
        });
        held.linkage.put(row.id, &own.code);
        held.corpus.add(&own.reading.terms);
        self.digest = self.digest.wrapping_add(digest);
        self.bytes += own.bytes();
        held.own.insert(row.id, own);
        self.of.insert(row.id, class);
        true
    }

    fn remove(&mut self, id: &Id) -> bool {
        let Some(class) = self.of.remove(id) else { return false };
        let Some(held) = self.classes.get_mut(&class) else { return false };
        held.linkage.remove(id);
        if let Some(own) = held.own.remove(id) {
            held.corpus.remove(&own.reading.terms);
            self.digest = self.digest.wrapping_sub(own.digest);
            self.bytes -= own.bytes();
        }
        if held.own.is_empty() {
            self.classes.remove(&class);
        }
        true
    }
}

/// Everything of a row that a run looks at.
fn digest(row: &store::Episode<'_>, code: &Code) -> u128 {
    let mut hash = Xxh3::new();
    let mut text = |text: Option<&str>| {
        hash.update(&text.map_or(u64::MAX, |t| t.len() as u64).to_le_bytes());
        hash.update(text.unwrap_or_default().as_bytes());
    };
    for part in [row.class, Some(row.content), row.source, Some(row.metadata)] {
        text(part);
    }
    row.cues.iter().for_each(|cue| text(Some(cue)));
    hash.update(&row.id);
    for time in [Some(row.occurred_at), row.valid.0, row.valid.1] {
        hash.update(&[u8::from(time.is_some())]);
        hash.update(&time.unwrap_or(0).to_le_bytes());
    }
    hash.update(&row.evidence.0.to_bits().to_le_bytes());
    hash.update(&row.evidence.1.to_bits().to_le_bytes());
    let values: Vec<u8> = code.values.iter().map(|&v| v.cast_unsigned()).collect();
    hash.update(&values);
    hash.digest128()
}

/// Keys of the first level whose value is a string, a number or a boolean, with that as text.
fn pairs(metadata: &str) -> Vec<(String, String)> {
    if metadata == "{}" {
        return Vec::new();
    }
    let Ok(Value::Object(map)) = serde_json::from_str(metadata) else { return Vec::new() };
    let plain = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    };
    map.into_iter().filter_map(|(key, value)| Some((key, plain(value)?))).collect()
}

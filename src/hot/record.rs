//! From a row of engram.memory to what the region keeps of it.

use engram_engine::code::quantise;
use engram_engine::cues;
use engram_engine::text::{self, Analyzer, Language, Terms};
use engram_region::Record;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use xxhash_rust::xxh3::xxh3_64;

/// The columns that matter, borrowed from wherever the row is.
pub struct Fields<'a> {
    pub id: [u8; 16],
    pub changed: u64,
    pub content: &'a str,
    pub embedding: Option<&'a [f32]>,
    /// Name of what made the embedding.
    pub encoder: Option<&'a str>,
    pub cues: Vec<String>,
    pub context: Option<&'a str>,
    pub kind: &'a str,
    /// Microseconds since the Unix epoch.
    pub occurred_at: i64,
    pub pinned: bool,
    /// Content and embedding come from the cold tier.
    pub cold: bool,
}

thread_local! {
    /// One analyser for each language in use: they keep the stems of frequent words.
    static ANALYZERS: RefCell<HashMap<Language, Analyzer>> = RefCell::new(HashMap::new());
}

/// Hash of a context; 0 stands for none.
pub fn context_hash(context: Option<&str>) -> u64 {
    context.map_or(0, |c| xxh3_64(c.as_bytes()).max(1))
}

/// Hash of a kind.
pub fn kind_hash(kind: &str) -> u64 {
    xxh3_64(kind.as_bytes())
}

/// What stands for a text in a context: from the digest of the text and the hash of the context. Never 0.
pub fn digest(text: u64, context: u64) -> u32 {
    // Both are hashes; the product keeps one from undoing the other.
    let mixed = (text ^ context.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed >> 32) as u32).max(1)
}

/// A language by its name; a name that is not known counts as `none`.
pub fn language(name: &str) -> Language {
    name.parse().unwrap_or(Language::None)
}

/// Calls `f`, which calls nothing of this module, with the analyser of a language.
pub fn with_analyzer<R>(language: Language, f: impl FnOnce(&mut Analyzer) -> R) -> R {
    ANALYZERS.with_borrow_mut(|all| f(all.entry(language).or_insert_with(|| Analyzer::new(language))))
}

/// Terms of a stored text, by the rules of the region.
pub fn terms(text: &str, name: &str) -> Terms {
    with_analyzer(language(name), |a| a.analyse(text))
}

/// Terms of a question.
pub fn query_terms(text: &str, name: &str) -> Terms {
    with_analyzer(language(name), |a| a.query_terms(text))
}

/// Words of a text with the hashes of their terms; see [`Analyzer::named_terms`].
pub fn named_terms(text: &str, name: &str) -> Vec<(u64, String)> {
    with_analyzer(language(name), |a| a.named_terms(text))
}

/// How a space reads its rows.
#[derive(PartialEq, Eq)]
pub struct Reading {
    /// Name of its language.
    pub language: String,
    /// From the hash of an alias to that of the cue it stands for.
    pub aliases: Rc<FxHashMap<u64, u64>>,
    /// Name of its encoder, and dimensions; none while nothing has decided.
    pub encoder: Option<(Option<String>, usize)>,
}

impl Reading {
    /// What stands for the encoder in the region; 0 while nothing has decided.
    pub fn encoder_tag(&self) -> u64 {
        let Some((name, dims)) = &self.encoder else { return 0 };
        let name = name.as_deref().unwrap_or_default();
        (xxh3_64(name.as_bytes()) ^ (*dims as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)).max(1)
    }

    /// Whether an embedding is of the encoder of the space. One that was written while the space got another encoder is not: until it is
    /// replaced, the memory is found without.
    pub fn takes(&self, embedding: &[f32], by: Option<&str>) -> bool {
        let Some((name, dims)) = &self.encoder else { return true };
        *dims == embedding.len() && name.as_deref() == by
    }
}

/// What the region keeps of a row.
pub fn build(row: &Fields<'_>, reading: &Reading) -> Record {
    let Terms { terms, length } = with_analyzer(language(&reading.language), |a| a.analyse(row.content));
    let cue = |name: &String| {
        let hash = cues::hash(name);
        (reading.aliases.get(&hash).copied().unwrap_or(hash), cues::split_about(name).1)
    };
    let mut cues: Vec<(u64, bool)> = row.cues.iter().map(cue).collect();
    // A cue given both plainly and as the subject counts as the subject.
    cues.sort_unstable_by_key(|(hash, about)| (*hash, !about));
    cues.dedup_by_key(|c| c.0);
    let context = context_hash(row.context);
    Record {
        id: row.id,
        changed: row.changed,
        occurred_at: row.occurred_at,
        context,
        kind: kind_hash(row.kind),
        terms,
        length,
        cues,
        // The table's own checks refuse a vector without direction; what got in before them has no code.
        code: row.embedding.filter(|v| reading.takes(v, row.encoder)).and_then(|v| quantise(v).ok()),
        digest: digest(text::digest(row.content), context),
        pinned: row.pinned,
        cold: row.cold,
    }
}

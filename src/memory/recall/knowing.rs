//! The feeling of knowing: whether anything is stored about a cue, without returning it.
//!
//! One search without rows. It counts memories of the space, and not of the caller: as word frequencies do, the estimate belongs to
//! the statistics that row-level security does not hide.

use super::gather::{REACH, find};
use super::outside::Outside;
use super::question::{Given, Question};
use super::search::{Found, Want};
use super::{readable, with_space};
use crate::error::Error;
use crate::pg::snapshot::Pinned;
use crate::store::cold;
use engram_engine::knowing::{Features, Knowing, Meaning, Words, knowing};
use engram_engine::rank;

/// Memories whose similarity says what is usual in a space.
const SAMPLE: u32 = 256;

/// Rows of an ordinary recall: with fewer, that one would look in the cold tier, too.
const USUAL: usize = 10;

/// An estimate and what it rests on.
pub struct Feeling {
    pub estimate: Knowing,
    /// Score of the best match.
    pub best_score: f32,
    /// Share of the idf of the question's words that the space knows; none when the question has no words.
    pub known_words: Option<f32>,
    /// Share of the question's cues that the space knows; none when the question names none.
    pub known_cues: Option<f32>,
    pub basis: String,
}

/// Estimates whether a space knows something about a cue.
pub fn feeling(name: &str, given: &Given<'_>) -> Result<Feeling, Error> {
    let space = readable(name)?;
    let question = Question::new(given, &space)?;
    let snapshot = Pinned::active();
    let mut outside = Outside::default();
    let mut want = Want { reach: REACH, codes: 0, trace: true, cold: false };
    let mut found = find(name, (&snapshot, None), &question, &mut outside, want)?;
    if found.hits.len() < USUAL && cold::count_up_to(name, 1) > 0 {
        want.cold = true;
        found = find(name, (&snapshot, None), &question, &mut outside, want)?;
    }
    let Found { hits, trace, .. } = found;
    let trace = trace.unwrap_or_default();
    let best = |f: &dyn Fn(&rank::Signals) -> f32| hits.iter().map(|h| f(&h.signals)).fold(0.0f32, f32::max);
    let all: f32 = trace.terms.iter().map(|t| t.2).sum();
    let known: f32 = trace.terms.iter().filter(|t| t.1 > 0).map(|t| t.2).sum();
    // A sum of nothing is -0.
    let known_words = (all > 0.0).then(|| known / all + 0.0);
    let known_cues = (!trace.cues.is_empty())
        .then(|| trace.cues.iter().filter(|c| c.1 > 0).count() as f32 / trace.cues.len() as f32);
    let words = known_words
        .map(|known| Words { known, best: best(&|s| if s.bm25_max > 0.0 { s.bm25 / s.bm25_max } else { 0.0 }) });
    let meaning = match &question.query {
        Some(query) if trace.dims > 0 => {
            let sample: Vec<f32> = with_space(name, &snapshot, |reader| {
                let nodes = reader.sample(SAMPLE)?;
                Ok(nodes.into_iter().filter_map(|node| reader.similarity(query, node)).collect())
            })?;
            let (mean, deviation) = moments(sample);
            Some(Meaning { best: best(&|s| s.similarity.unwrap_or(0.0)), mean, deviation })
        }
        _ => None,
    };
    let features = Features { memories: trace.memories, words, cues: known_cues, meaning };
    let best_score = best(&|s| rank::score(s));
    Ok(Feeling { estimate: knowing(&features), best_score, known_words, known_cues, basis: basis(&features) })
}

/// Mean and standard deviation; sums in ascending order, so that where a memory lies makes no difference.
fn moments(mut values: Vec<f32>) -> (f32, f32) {
    values.sort_unstable_by(f32::total_cmp);
    let n = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / n;
    (mean, variance.sqrt())
}

/// The features in words.
fn basis(features: &Features) -> String {
    let mut said = Vec::new();
    if let Some(words) = features.words {
        said.push(format!("words: {:.3} known, best memory {:.3} of what is possible", words.known, words.best));
    }
    if let Some(cues) = features.cues {
        said.push(format!("cues: {cues:.2} known"));
    }
    if let Some(m) = features.meaning {
        said.push(format!("meaning: best {:.3}, usual {:.3} +- {:.3}", m.best, m.mean, m.deviation));
    }
    if features.memories == 0 {
        return "the space has no memories".to_owned();
    }
    if said.is_empty() {
        return "nothing to go by: the cue has no words, no cues and no embedding".to_owned();
    }
    said.join("; ")
}

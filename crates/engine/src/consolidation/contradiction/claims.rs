//! What a belief claims: the slots of frames and the keys of metadata that most of its episodes fill alike.

use crate::consolidation::belief::Episode;
use crate::cues;
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64;

/// One slot or key, and what a belief has in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Hash of the frame, or of the key of metadata.
    pub key: u64,
    /// The key of metadata; empty of a frame.
    pub name: String,
    pub value: u64,
    pub shown: String,
    /// Episodes that have this value.
    pub support: u32,
}

/// All that a belief claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// In ascending order of key.
    pub frames: Vec<Claim>,
    /// In ascending order of key.
    pub metadata: Vec<Claim>,
    /// Hashes of the cues that at least half of its episodes have, ascending.
    pub cues: Vec<u64>,
    /// When it may hold: from the first to the last moment at which one of its episodes is valid.
    pub valid: (Option<i64>, Option<i64>),
}

/// A slot with its values, each with those who have it, ascending by value.
pub(super) struct Values<'e> {
    /// Of a frame, the name is empty.
    pub by_key: BTreeMap<(u64, &'e str), Vec<Value<'e>>>,
}

pub(super) struct Value<'e> {
    pub value: u64,
    pub shown: &'e str,
    /// Positions of the episodes, ascending.
    pub by: Vec<usize>,
}

impl<'e> Values<'e> {
    pub fn of_frames(episodes: &[&Episode<'e>]) -> Values<'e> {
        Values::collect(episodes, |e| e.reading.frames.iter().map(|f| (f.key, "", f.value, f.shown.as_str())))
    }

    fn of_metadata(episodes: &[&Episode<'e>]) -> Values<'e> {
        Values::collect(episodes, |e| {
            e.metadata
                .iter()
                .map(|(key, value)| (xxh3_64(key.as_bytes()), key.as_str(), xxh3_64(value.as_bytes()), value.as_str()))
        })
    }

    fn collect<I>(episodes: &[&Episode<'e>], said: impl Fn(&Episode<'e>) -> I) -> Values<'e>
    where
        I: Iterator<Item = (u64, &'e str, u64, &'e str)>,
    {
        let mut by_key: BTreeMap<(u64, &'e str), Vec<Value<'e>>> = BTreeMap::new();
        for (at, episode) in episodes.iter().enumerate() {
            for (key, name, value, shown) in said(episode) {
                let values = by_key.entry((key, name)).or_default();
                match values.binary_search_by_key(&value, |v| v.value) {
                    Ok(found) => values[found].by.push(at),
                    Err(place) => values.insert(place, Value { value, shown, by: vec![at] }),
                }
            }
        }
        Values { by_key }
    }

    fn claims(&self, of: usize) -> Vec<Claim> {
        let claim = |(&(key, name), values): (&(u64, &'e str), &Vec<Value<'e>>)| {
            majority(values, of).map(|said| Claim {
                key,
                name: name.to_owned(),
                value: said.value,
                shown: said.shown.to_owned(),
                support: u32::try_from(said.by.len()).unwrap_or(u32::MAX),
            })
        };
        self.by_key.iter().filter_map(claim).collect()
    }
}

/// The value that most of those who fill a slot agree on, at least two and a third of `of` episodes.
pub(super) fn majority<'v, 'e>(values: &'v [Value<'e>], of: usize) -> Option<&'v Value<'e>> {
    let stated: usize = values.iter().map(|v| v.by.len()).sum();
    values.iter().find(|v| v.by.len() >= 2 && v.by.len() * 2 > stated && v.by.len() * 3 >= of)
}

/// The claims of a belief with these supporters, which come in ascending order of id.
pub fn claims(supporters: &[&Episode<'_>]) -> Claims {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for episode in supporters {
        let mut own: Vec<u64> = episode.cues.iter().map(|cue| cues::hash(cue)).collect();
        own.sort_unstable();
        own.dedup();
        own.into_iter().for_each(|cue| *counts.entry(cue).or_default() += 1);
    }
    let shared = counts.into_iter().filter(|&(_, n)| n * 2 >= supporters.len()).map(|(cue, _)| cue).collect();
    let from: Option<Vec<i64>> = supporters.iter().map(|e| e.valid_from).collect();
    let to: Option<Vec<i64>> = supporters.iter().map(|e| e.valid_to).collect();
    Claims {
        frames: Values::of_frames(supporters).claims(supporters.len()),
        metadata: Values::of_metadata(supporters).claims(supporters.len()),
        cues: shared,
        valid: (from.and_then(|f| f.into_iter().min()), to.and_then(|t| t.into_iter().max())),
    }
}

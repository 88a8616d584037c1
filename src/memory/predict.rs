//! Prediction: what has followed in other contexts on what happens in this one.
//!
//! An occasion is a place in a context whose memory is like the one that came last here, the more so when those before it are like those before
//! (`engine::pattern::follow`). What followed on it is read from the order of the context, as the caller may see it, and what says the
//! same is one outcome.

use super::completion::patterns::{self, Pattern};
use super::recall::question::Given;
use super::recall::{every_one_is_there, readable, with_space};
use crate::error::Error;
use crate::hot::record;
use crate::pg;
use crate::pg::snapshot::Pinned;
use engram_engine::pattern::hopfield::Patterns;
use engram_engine::pattern::{SAME_THING, follow, vote};
use engram_engine::text;
use rustc_hash::{FxHashMap, FxHashSet};

/// What happens now.
#[derive(Default)]
pub struct Situation<'a> {
    /// The latest of a context.
    pub context: Option<&'a str>,
    /// Memories, the latest first.
    pub recent: Vec<[u8; 16]>,
    pub cue: Option<&'a str>,
    pub embedding: Option<&'a [f32]>,
}

/// What a prediction is limited to.
pub struct Limits {
    pub k: usize,
    /// What follows within this time counts, in microseconds; none for what follows next, whenever that is.
    pub horizon: Option<i64>,
}

/// Something that may follow.
pub struct Predicted {
    /// The memory that stands for it.
    pub id: [u8; 16],
    pub content: String,
    pub kind: String,
    /// All of a prediction sum to less than 1; the rest is what has never been seen.
    pub probability: f64,
    /// Occasions that it rests on.
    pub count: usize,
    /// Middle one of the times it took to follow, in microseconds.
    pub after: Option<i64>,
    /// Memories that followed.
    pub evidence: Vec<[u8; 16]>,
    /// Memories that they followed on.
    pub antecedents: Vec<[u8; 16]>,
}

/// Memories of the present that count: what came last, and those before it.
const MOST_RECENT: usize = 3;
/// Occasions looked at.
const MOST_OCCASIONS: usize = 100;
/// Match from which a memory is an occasion of the same thing.
const LEAST_MATCH: f64 = 0.3;
/// Memories that follow on an occasion, at most, with and without those that the caller may not see.
const MOST_STEPS: usize = 8;
/// Memories named as evidence, at most.
const MOST_EVIDENCE: usize = 10;
/// What followed, at most, over all occasions.
const MOST_FOLLOWED: usize = 256;

/// Predicts what follows.
pub fn predict(name: &str, now: &Situation<'_>, limits: &Limits) -> Result<Vec<Predicted>, Error> {
    let space = readable(name)?;
    every_one_is_there(name, &now.recent)?;
    let occasions = occasions(name, now)?;
    let ids: Vec<[u8; 16]> = occasions.iter().map(|o| o.at.id).collect();
    let chains = followers(name, &ids, MOST_STEPS)?;
    let all: Vec<[u8; 16]> = chains.iter().flatten().copied().collect();
    let rows = patterns::rows_of(name, &all);

    let mut followed: Vec<Followed> = Vec::new();
    let mut nothing = 0.0;
    for (n, (occasion, chain)) in occasions.iter().zip(&chains).enumerate() {
        let visible: Vec<[u8; 16]> = chain.iter().filter(|id| rows.contains_key(*id)).copied().collect();
        let gap = |id: &[u8; 16]| Some(rows.get(id)?.occurred_at? - occasion.at.occurred_at?);
        let within = match limits.horizon {
            None => visible.len().min(1),
            Some(horizon) => visible.iter().take_while(|id| gap(id).is_some_and(|gap| gap <= horizon)).count(),
        };
        if within == 0 {
            // What comes last now has not been followed yet; an occasion at the end of its context has, by nothing.
            nothing += if occasion.is_now { 0.0 } else { occasion.weight };
        }
        followed.extend(visible[..within].iter().enumerate().map(|(step, id)| Followed {
            occasion: n,
            id: *id,
            weight: occasion.weight * follow::share_of_step(step, within),
            gap: gap(id),
        }));
    }
    followed.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.id.cmp(&b.id)).then(a.occasion.cmp(&b.occasion)));
    nothing += followed.iter().skip(MOST_FOLLOWED).map(|f| f.weight).sum::<f64>();
    followed.truncate(MOST_FOLLOWED);
    pg::check_for_interrupts();
    Ok(outcomes(&followed, nothing, &occasions, &rows, space.dimensions, limits.k))
}

/// A place in a context that is like the present.
struct Occasion {
    at: Pattern,
    weight: f64,
    /// It is the present itself.
    is_now: bool,
}

/// One memory that followed on an occasion.
struct Followed {
    occasion: usize,
    id: [u8; 16],
    weight: f64,
    gap: Option<i64>,
}

/// Places like the present, each with how like it is, 0 to 1.
fn occasions(name: &str, now: &Situation<'_>) -> Result<Vec<Occasion>, Error> {
    let recent = recent(name, now)?;
    let mut lags: Vec<Vec<(Pattern, f64)>> = Vec::new();
    for p in &recent {
        let cue = Some(p.content.as_str()).filter(|text| !text.trim().is_empty());
        lags.push(alike(name, cue, p.embedding.as_deref(), Some(p.id))?);
    }
    if now.cue.is_some() || now.embedding.is_some() {
        lags.insert(0, alike(name, now.cue, now.embedding, None)?);
    }
    let mut lags = lags.into_iter();
    let Some(last) = lags.next() else { return Ok(Vec::new()) };
    let (mut scale, mut drift) = (1.0, 1.0);
    let mut weights: FxHashMap<[u8; 16], f64> = last.iter().map(|(p, matched)| (p.id, *matched)).collect();
    for (lag, earlier) in lags.enumerate() {
        drift *= follow::DRIFT;
        scale += drift;
        let ids: Vec<[u8; 16]> = earlier.iter().map(|(p, _)| p.id).collect();
        let chains = followers(name, &ids, lag + 1)?;
        // Two that lead to one place are two versions of one moment: the better counts.
        let mut best: FxHashMap<[u8; 16], f64> = FxHashMap::default();
        for ((_, matched), chain) in earlier.iter().zip(&chains) {
            if let Some(at) = chain.get(lag) {
                let best = best.entry(*at).or_default();
                *best = best.max(*matched);
            }
        }
        for (id, matched) in best {
            weights.entry(id).and_modify(|weight| *weight += drift * matched);
        }
    }
    let present: FxHashSet<[u8; 16]> = recent.iter().map(|p| p.id).collect();
    let occasion = |(at, _): (Pattern, f64)| {
        let weight = weights.get(&at.id).copied().unwrap_or(0.0) / scale;
        Occasion { weight, is_now: present.contains(&at.id), at }
    };
    Ok(last.into_iter().map(occasion).collect())
}

/// The memories of the present, the latest first.
fn recent(name: &str, now: &Situation<'_>) -> Result<Vec<Pattern>, Error> {
    let mut ids = now.recent.clone();
    if let Some(context) = now.context {
        let hash = record::context_hash(Some(context));
        let latest = with_space(name, &Pinned::active(), |reader| {
            let nodes = reader.latest_of_context(hash, MOST_RECENT + MOST_STEPS);
            Ok(nodes.into_iter().map(|node| reader.id_of(node)).collect::<Vec<_>>())
        })?;
        ids.extend(latest);
    }
    let mut rows = patterns::rows_of(name, &ids);
    Ok(ids.iter().filter_map(|id| rows.remove(id)).take(MOST_RECENT).collect())
}

/// Memories within a context that are like something, each with how much.
fn alike(
    name: &str,
    cue: Option<&str>,
    embedding: Option<&[f32]>,
    itself: Option<[u8; 16]>,
) -> Result<Vec<(Pattern, f64)>, Error> {
    let given = Given { cue, embedding, hops: Some(0), ..Given::default() };
    let found = patterns::brought_to_mind(name, &given, MOST_OCCASIONS)?;
    let weighed = found.patterns.into_iter().map(|p| {
        let matched = if Some(p.id) == itself { 1.0 } else { p.matched(found.memories) };
        (p, matched)
    });
    Ok(weighed.filter(|(p, matched)| p.context.is_some() && *matched >= LEAST_MATCH).collect())
}

/// The memories that follow each one in its context, at most `most`, in order.
fn followers(name: &str, ids: &[[u8; 16]], most: usize) -> Result<Vec<Vec<[u8; 16]>>, Error> {
    with_space(name, &Pinned::active(), |reader| {
        let follow = |id: &[u8; 16]| {
            let nodes = reader.by_id(id).map(|node| reader.following(node, most)).unwrap_or_default();
            nodes.into_iter().map(|node| reader.id_of(node)).collect::<Vec<_>>()
        };
        Ok(ids.iter().map(follow).collect())
    })
}

/// What followed, by what it says, the most probable first.
fn outcomes(
    followed: &[Followed],
    nothing: f64,
    occasions: &[Occasion],
    rows: &FxHashMap<[u8; 16], Pattern>,
    dimensions: Option<i32>,
    k: usize,
) -> Vec<Predicted> {
    let mut patterns = Patterns::new(dimensions.unwrap_or(0).max(0) as usize);
    followed.iter().for_each(|f| patterns.push(rows[&f.id].embedding.as_deref()));
    let digests: Vec<u64> = followed.iter().map(|f| text::digest(&rows[&f.id].content)).collect();
    let weights: Vec<f64> = followed.iter().map(|f| f.weight).collect();
    let order: Vec<usize> = (0..followed.len()).collect();
    let same = |a: usize, b: usize| {
        digests[a] == digests[b] || patterns.cosine(a, b).is_some_and(|cosine| cosine >= SAME_THING)
    };
    let groups = vote::groups_by_weight(&order, &weights, same);
    let probabilities = follow::probabilities(&groups.iter().map(|g| g.share).collect::<Vec<f64>>(), nothing);
    let predicted = groups.iter().zip(probabilities).take(k).map(|(group, probability)| {
        let members = || group.members.iter().map(|m| &followed[*m]);
        let stands = &rows[&followed[group.members[0]].id];
        let mut gaps: Vec<i64> = members().filter_map(|f| f.gap).collect();
        Predicted {
            id: stands.id,
            content: stands.content.clone(),
            kind: stands.kind.clone(),
            probability,
            count: members().map(|f| f.occasion).collect::<FxHashSet<usize>>().len(),
            after: follow::median(&mut gaps),
            evidence: distinct(members().map(|f| f.id)),
            antecedents: distinct(members().map(|f| occasions[f.occasion].at.id)),
        }
    });
    predicted.collect()
}

fn distinct(ids: impl Iterator<Item = [u8; 16]>) -> Vec<[u8; 16]> {
    let mut seen = FxHashSet::default();
    ids.filter(|id| seen.insert(*id)).take(MOST_EVIDENCE).collect()
}

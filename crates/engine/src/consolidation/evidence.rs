//! The evidence of a belief: that of its members, copies of one source counted once.
//!
//! Members fall into sources as [`crate::confidence::are_copies`] says, closed over chains of copies. Of each source its strongest member speaks. The
//! strongest of all gives its Beta evidence as it is, prior and all. Every further one says the same of its own accord: that is an
//! observation for, which counts as far as the speaker is believed itself, and with it whatever has been observed of the speaker beyond the
//! prior strength of 2, for and against. One that is not sure is no witness of the opposite, so its doubt alone adds nothing against.
//! Members that say otherwise are observations against by the same rule.

use super::belief::Episode;
use crate::confidence::{self, NEARLY_SAME, Source, are_copies};

/// Observations that a memory's confidence stands for when nothing has been observed of it.
pub const PRIOR_STRENGTH: f64 = 2.0;

/// Evidence of several memories together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    pub evidence_for: f32,
    pub evidence_against: f32,
    /// Independent sources of the supporters.
    pub sources: u32,
}

/// Pools the evidence of what supports a belief and of what says otherwise, both in ascending order of id.
pub(super) fn pool(supporters: &[&Episode<'_>], others: &[&Episode<'_>]) -> Pooled {
    let speakers = speakers(supporters);
    let (mut evidence_for, mut evidence_against) = (0.0f64, 0.0f64);
    for (at, &speaker) in speakers.iter().enumerate() {
        let (own_for, own_against) = evidence(speaker);
        if at == 0 {
            (evidence_for, evidence_against) = (own_for, own_against);
        } else {
            let (f, a) = testimony(own_for, own_against);
            evidence_for += f;
            evidence_against += a;
        }
    }
    for speaker in self::speakers(others) {
        let (own_for, own_against) = evidence(speaker);
        let (f, a) = testimony(own_for, own_against);
        evidence_against += f;
        evidence_for += a;
    }
    Pooled {
        evidence_for: evidence_for as f32,
        evidence_against: evidence_against as f32,
        sources: u32::try_from(speakers.len()).unwrap_or(u32::MAX),
    }
}

fn evidence(episode: &Episode<'_>) -> (f64, f64) {
    let side = |x: f32| if x > 0.0 { f64::from(x).min(1e6) } else { 0.0 };
    (side(episode.evidence_for), side(episode.evidence_against))
}

/// What one more independent speaker of this evidence adds for and against what it says.
fn testimony(evidence_for: f64, evidence_against: f64) -> (f64, f64) {
    let all = evidence_for + evidence_against;
    let reliability = f64::from(confidence::mean(evidence_for as f32, evidence_against as f32));
    let beyond = if all > PRIOR_STRENGTH { (all - PRIOR_STRENGTH) / all } else { 0.0 };
    (reliability + beyond * evidence_for, beyond * evidence_against)
}

/// The strongest member of each independent source, the strongest first; ties by id.
fn speakers<'a, 'e>(episodes: &[&'a Episode<'e>]) -> Vec<&'a Episode<'e>> {
    let group = sources(episodes);
    let strength = |at: usize| {
        let (f, a) = evidence(episodes[at]);
        f + a
    };
    let mut order: Vec<usize> = (0..episodes.len()).collect();
    order.sort_by(|&a, &b| strength(b).total_cmp(&strength(a)).then_with(|| episodes[a].id.cmp(&episodes[b].id)));
    let mut heard = vec![false; episodes.len()];
    order.retain(|&at| !std::mem::replace(&mut heard[group[at]], true));
    order.into_iter().map(|at| episodes[at]).collect()
}

/// The source of each episode: the index of the first that comes from it.
///
/// Only pairs that can be copies are compared: two that name the same source, or that share one of the terms in front of which a text must
/// have one in common with any text nearly the same (prefix filtering; Bayardo, Ma and Srikant 2007).
fn sources(episodes: &[&Episode<'_>]) -> Vec<usize> {
    let terms: Vec<Vec<u64>> =
        episodes.iter().map(|e| e.reading.terms.terms.iter().map(|&(hash, _)| hash).collect()).collect();
    let source = |at: usize| Source { name: episodes[at].source, terms: &terms[at] };
    let mut group: Vec<usize> = (0..episodes.len()).collect();
    let mut named: Vec<(String, usize)> = Vec::new();
    let mut prefixes: Vec<(u64, usize)> = Vec::new();
    for (at, own) in terms.iter().enumerate() {
        if let Some(name) = episodes[at].source {
            named.push((confidence::normal_name(name), at));
        }
        // One more than exact arithmetic needs, so that rounding cannot lose a pair.
        let prefix = (own.len() as f64 * (1.0 - NEARLY_SAME)) as usize + 2;
        prefixes.extend(own.iter().take(prefix).map(|&hash| (hash, at)));
    }
    named.sort_unstable();
    for same in named.chunk_by(|a, b| a.0 == b.0) {
        same.iter().for_each(|other| join(&mut group, same[0].1, other.1));
    }
    prefixes.sort_unstable();
    for sharing in prefixes.chunk_by(|a, b| a.0 == b.0) {
        for (rank, a) in sharing.iter().enumerate() {
            for b in &sharing[rank + 1..] {
                if root(&group, a.1) != root(&group, b.1) && are_copies(source(a.1), source(b.1), false) {
                    join(&mut group, a.1, b.1);
                }
            }
        }
    }
    (0..episodes.len()).map(|at| root(&group, at)).collect()
}

fn root(group: &[usize], mut at: usize) -> usize {
    while group[at] != at {
        at = group[at];
    }
    at
}

fn join(group: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(group, a), root(group, b));
    group[a.max(b)] = a.min(b);
}

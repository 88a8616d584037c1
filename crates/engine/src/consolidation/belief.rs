//! A belief: what a cluster of episodes says together.

use super::content;
use super::contradiction::{Claims, claims};
use super::evidence;
use super::identity::{Identity, Parent};
use super::reading::Reading;
use super::regularity::{Regularity, regularity};
use super::terms::{self, Corpus};
use crate::code::{self, Code};
use crate::confidence;
use crate::text::Analyzer;

/// The id of a memory.
pub type Id = [u8; 16];

/// An episode as a run reads it.
#[derive(Clone, Copy, Debug)]
pub struct Episode<'a> {
    pub id: Id,
    pub content: &'a str,
    /// Microseconds since any fixed moment, in universal time.
    pub occurred_at: i64,
    /// When it holds, where that is known.
    pub valid_from: Option<i64>,
    pub valid_to: Option<i64>,
    pub evidence_for: f32,
    pub evidence_against: f32,
    pub source: Option<&'a str>,
    /// Keys of the first level whose value is a string, a number or a boolean, and that value as text.
    pub metadata: &'a [(String, String)],
    /// As they are stored.
    pub cues: &'a [String],
    pub code: &'a Code,
    pub reading: &'a Reading,
}

/// Evidence of a belief.
#[derive(Clone, Debug, PartialEq)]
pub struct Citation {
    /// An episode, or a belief that contradicts.
    pub evidence: Id,
    pub supports: bool,
    /// Similarity to the centroid, 0 to 1; of a belief that contradicts, its confidence.
    pub weight: f32,
    /// When it occurred; of a belief, when it was last confirmed.
    pub at: i64,
}

/// What a run makes of one cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Belief {
    pub id: Id,
    /// What its memory says: the quote and the terms.
    pub content: String,
    /// What it quotes of its most central episode.
    pub quote: String,
    /// That episode.
    pub central: Id,
    /// Distinguishing terms, the most telling first.
    pub terms: Vec<String>,
    /// The terms as one line.
    pub label: String,
    /// Of unit length.
    pub centroid: Vec<f32>,
    /// In ascending order of evidence.
    pub citations: Vec<Citation>,
    pub evidence_for: f32,
    pub evidence_against: f32,
    /// Sources that are independent of each other among those that support it.
    pub sources: u32,
    pub first_at: i64,
    pub last_at: i64,
    /// Episodes that support it.
    pub count: u32,
    pub cohesion: f32,
    pub regularity: Option<Regularity>,
    /// The beliefs it came from in this run, ascending.
    pub parents: Vec<Parent>,
    /// The beliefs that cannot hold when it does, ascending.
    pub contradicts: Vec<Id>,
    /// What of it another can contradict.
    pub claims: Claims,
}

/// A belief as the last run left it.
#[derive(Clone, Debug, PartialEq)]
pub struct Former {
    pub id: Id,
    pub retired: bool,
    /// What supports it, ascending by id, with the weight of the citation.
    pub evidence: Vec<(Id, f32)>,
    pub confidence: f32,
    /// Ascending.
    pub contradicts: Vec<Id>,
}

impl Belief {
    pub fn confidence(&self) -> f32 {
        confidence::mean(self.evidence_for, self.evidence_against)
    }

    /// Episodes and weights of what supports it.
    pub fn support(&self) -> impl Iterator<Item = (Id, f32)> + '_ {
        self.citations.iter().filter(|c| c.supports).map(|c| (c.evidence, c.weight))
    }
}

/// Makes the belief of a cluster.
///
/// `members` are its episodes, at least one, in any order and each once; `against` those of them that say otherwise ([`super::separate`]).
/// `corpus` is the class the cluster was found in. The result depends on nothing else, and not on the order of the members.
pub fn form(
    identity: &Identity,
    cohesion: f32,
    members: &[Episode<'_>],
    against: &[Id],
    corpus: &Corpus,
    analyzer: &mut Analyzer,
) -> Option<Belief> {
    let mut all: Vec<&Episode<'_>> = members.iter().collect();
    all.sort_unstable_by_key(|e| e.id);
    all.dedup_by_key(|e| e.id);
    let (mut others, mut supporters) = (Vec::new(), Vec::new());
    for episode in all {
        if against.contains(&episode.id) { others.push(episode) } else { supporters.push(episode) }
    }
    let centroid = centroid(&supporters)?;
    let middle = code::quantise(&centroid).ok()?;
    let near = |e: &Episode<'_>| {
        code::similarity(code::dot(&middle.values, &e.code.values), middle.scale, e.code.scale).max(0.0)
    };
    let weights: Vec<f32> = supporters.iter().map(|e| near(e)).collect();
    let mut central: Vec<usize> = (0..supporters.len()).collect();
    central.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
    let by_centrality: Vec<&Episode<'_>> = central.iter().map(|&at| supporters[at]).collect();

    let quote = content::quote(by_centrality[0].content);
    let terms = terms::distinguishing(&by_centrality, corpus, analyzer);
    let times: Vec<i64> = supporters.iter().map(|e| e.occurred_at).collect();
    let pooled = evidence::pool(&supporters, &others);
    let mut citations: Vec<Citation> = supporters
        .iter()
        .zip(&weights)
        .map(|(e, &weight)| Citation { evidence: e.id, supports: true, weight, at: e.occurred_at })
        .chain(others.iter().map(|e| Citation { evidence: e.id, supports: false, weight: near(e), at: e.occurred_at }))
        .collect();
    citations.sort_unstable_by_key(|c| c.evidence);
    let count = u32::try_from(supporters.len()).unwrap_or(u32::MAX);
    Some(Belief {
        id: identity.id,
        content: content::compose(&quote, count, &terms),
        quote,
        central: by_centrality[0].id,
        label: terms.join(", "),
        terms,
        centroid,
        citations,
        evidence_for: pooled.evidence_for,
        evidence_against: pooled.evidence_against,
        sources: pooled.sources,
        first_at: times.iter().copied().min()?,
        last_at: times.iter().copied().max()?,
        count,
        cohesion,
        regularity: regularity(&times),
        parents: identity.parents.clone(),
        contradicts: Vec::new(),
        claims: claims(&supporters),
    })
}

/// Units of a component of a unit vector, so that the sum of a million of them is exact.
pub(super) const UNITS: f64 = (1u64 << 40) as f64;

/// The sum of unit vectors, in fixed point so that their order does not matter. None without episodes, or where dimensions differ.
pub(super) fn sums(episodes: &[&Episode<'_>]) -> Option<Vec<i64>> {
    let mut sums = vec![0i64; episodes.first()?.code.values.len()];
    for episode in episodes {
        if episode.code.values.len() != sums.len() {
            return None;
        }
        let scale = f64::from(episode.code.scale);
        for (sum, &value) in sums.iter_mut().zip(&episode.code.values) {
            *sum += (f64::from(value) * scale * UNITS) as i64;
        }
    }
    Some(sums)
}

/// The mean direction, of unit length; the first one's where they cancel out.
fn centroid(episodes: &[&Episode<'_>]) -> Option<Vec<f32>> {
    let sums = sums(episodes)?;
    if sums.iter().all(|&sum| sum == 0) {
        return unit(episodes.first()?.code.values.iter().map(|&v| i64::from(v)));
    }
    unit(sums.into_iter())
}

fn unit(sums: impl Iterator<Item = i64> + Clone) -> Option<Vec<f32>> {
    let length = libm::sqrt(sums.clone().map(|x| x as f64 * x as f64).sum());
    (length > 0.0).then(|| sums.map(|x| (x as f64 / length) as f32).collect())
}

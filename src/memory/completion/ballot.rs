//! The vote on the fields of a completion.

use super::fields::{Field as Kind, PLAIN, number};
use super::partial::Partial;
use super::patterns::Pattern;
use super::{Alternative, Field, Limits};
use engram_engine::pattern::hopfield::{Patterns, Settled};
use engram_engine::pattern::vote::{self, Group, MOST_VOTERS, Voter};
use engram_engine::pattern::{Label, SAME_THING};
use engram_engine::text;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most memories named as evidence of one value, and the least weight of one that is.
const MOST_EVIDENCE: usize = 10;
const LEAST_WEIGHT: f64 = 0.01;

/// Least share of an alternative.
const LEAST_SHARE: f64 = 0.05;

/// Most keys of metadata.
const MOST_KEYS: usize = 64;

/// Share of the weight from which a cue belongs to the whole.
const MOST_OF_IT: f64 = 0.5;

/// What the attractor settled on, ready for the vote.
pub struct Ballot<'a> {
    partial: &'a Partial,
    found: &'a [Pattern],
    patterns: &'a Patterns,
    settled: Settled,
    voters: Vec<Voter>,
    /// Those who vote, the weightiest first.
    order: Vec<usize>,
    limits: &'a Limits,
}

impl<'a> Ballot<'a> {
    pub fn new(
        partial: &'a Partial,
        found: &'a [Pattern],
        patterns: &'a Patterns,
        settled: Settled,
        support: &[f64],
        limits: &'a Limits,
    ) -> Ballot<'a> {
        let weights = settled.weights.iter().zip(support);
        let voters = found.iter().zip(weights).map(|(p, (weight, support))| p.voter(*weight, *support)).collect();
        let order = vote::weightiest(&settled.weights, MOST_VOTERS);
        Ballot { partial, found, patterns, settled, voters, order, limits }
    }

    /// All fields that have a value.
    pub fn fields(&self) -> Vec<Field> {
        let keys: BTreeSet<&String> = self
            .order
            .iter()
            .flat_map(|i| self.found[*i].metadata.keys())
            .chain(self.partial.metadata.keys())
            .filter(|key| !matches!(key.as_str(), "who" | "where"))
            .collect();
        let keys = keys.into_iter().take(MOST_KEYS).map(|key| Kind::Key(key.clone()));
        let (plain, keys) = (PLAIN.iter().filter_map(|f| self.field(f)), keys.filter_map(|f| self.field(&f)));
        self.what().into_iter().chain(plain).chain(self.cues()).chain(keys).chain(self.embedding()).collect()
    }

    /// The content: that of the memory with most weight behind it, where those that say the same thing in other words count for it.
    fn what(&self) -> Option<Field> {
        let digests: BTreeMap<usize, u64> =
            self.order.iter().map(|i| (*i, text::digest(&self.found[*i].content))).collect();
        let same = |a: usize, b: usize| {
            digests[&a] == digests[&b] || self.patterns.cosine(a, b).is_some_and(|c| c >= SAME_THING)
        };
        let groups = vote::groups(&self.order, &self.settled.weights, same);
        self.decided("what".to_owned(), &groups, |i| Some(Value::String(self.found[i].content.clone())))
    }

    fn field(&self, field: &Kind) -> Option<Field> {
        let having: Vec<usize> = self.order.iter().copied().filter(|i| field.of(&self.found[*i]).is_some()).collect();
        let same = |a: usize, b: usize| field.is_same(&self.found[a], &self.found[b]);
        let mut groups = vote::groups(&having, &self.settled.weights, same);
        let Some(known) = field.known(self.partial) else {
            return self.decided(field.name(), &groups, |i| field.of(&self.found[i]));
        };
        // What the caller gave stays, and is worth what the memories that have it make it worth.
        let agrees = |group: &Group| {
            field.matched(self.partial, &self.found[group.members[0]]).is_some_and(|share| share > MOST_OF_IT)
        };
        let (agreeing, others): (Vec<Group>, Vec<Group>) = groups.drain(..).partition(agrees);
        let silent = |i: &&usize| !having.contains(i) && field.matched(self.partial, &self.found[**i]) == Some(1.0);
        let mut members: Vec<usize> = agreeing.into_iter().flat_map(|group| group.members).collect();
        members.extend(self.order.iter().filter(silent));
        members.sort_by_key(|i| self.order.iter().position(|o| o == i));
        let share = members.iter().map(|i| self.settled.weights[*i]).sum::<f64>().min(1.0);
        let (label, confidence) = match members.is_empty() {
            true => (Label::Imagined, NOTHING),
            false => {
                let verdict = vote::judge(&Group { members: members.clone(), share }, &self.voters, self.threshold());
                (verdict.label, verdict.confidence)
            }
        };
        Some(Field {
            name: field.name(),
            value: known,
            label,
            confidence,
            given: true,
            evidence: self.evidence(&members),
            alternatives: self.alternatives(&others, |i| field.of(&self.found[i])),
        })
    }

    /// The cues that at least half of the weight mentions.
    fn cues(&self) -> Option<Field> {
        let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
        for i in &self.order {
            for cue in &self.found[*i].cues {
                *shares.entry(cue).or_default() += self.settled.weights[*i];
            }
        }
        let mut all: Vec<(&str, f64)> = shares.into_iter().collect();
        // Stable: equal shares stay in the order of names.
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mentioning = |cue: &str| -> Vec<usize> {
            self.order.iter().copied().filter(|i| self.found[*i].cues.iter().any(|c| c == cue)).collect()
        };
        let chosen = all.iter().filter(|(_, share)| *share >= MOST_OF_IT).count();
        let (chosen, rest) = all.split_at(chosen);
        let last = chosen.last()?;
        let group = Group { members: mentioning(last.0), share: last.1.min(1.0) };
        let verdict = vote::judge(&group, &self.voters, self.threshold());
        let rest = rest.iter().filter(|(_, share)| *share >= LEAST_SHARE).take(self.limits.alternatives);
        Some(Field {
            name: "cues".to_owned(),
            value: chosen.iter().map(|(cue, _)| Value::String((*cue).to_owned())).collect(),
            label: verdict.label,
            confidence: verdict.confidence,
            given: false,
            evidence: self.evidence(&group.members),
            alternatives: rest
                .map(|(cue, share)| Alternative {
                    value: Value::String((*cue).to_owned()),
                    share: *share,
                    evidence: self.evidence(&mentioning(cue)),
                })
                .collect(),
        })
    }

    /// The state, at the length of what is known or at length 1. It is worth as much as those it is the mean of agree: the length of the
    /// mean of directions is 1 where all are one, and nears 0 where they have none in common (Mardia and Jupp 2000).
    fn embedding(&self) -> Option<Field> {
        let having: Vec<usize> = self.order.iter().copied().filter(|i| self.patterns.has(*i)).collect();
        if having.is_empty() {
            return None;
        }
        let mean = self.patterns.mean(&self.settled.weights);
        let length = mean.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length <= 0.0 {
            return None;
        }
        let group = Group { members: having.clone(), share: length.min(1.0) };
        let verdict = vote::judge(&group, &self.voters, self.threshold());
        Some(Field {
            name: "embedding".to_owned(),
            value: self.completed(&mean, length).into_iter().map(number).collect(),
            label: verdict.label,
            confidence: verdict.confidence,
            given: false,
            evidence: self.evidence(&having),
            alternatives: Vec::new(),
        })
    }

    /// The mean with the elements that are known in their place, and the others as long as those make them.
    fn completed(&self, mean: &[f64], length: f64) -> Vec<f32> {
        let Some(elements) = self.partial.known_elements().filter(|e| e.len() == mean.len()) else {
            return mean.iter().map(|x| (x / length) as f32).collect();
        };
        let known = || elements.iter().zip(mean).filter_map(|(e, x)| Some((f64::from((*e)?), *x)));
        let (theirs, ours): (f64, f64) = known().fold((0.0, 0.0), |(a, b), (e, x)| (a + e * e, b + x * x));
        let scale = if ours > 0.0 { (theirs / ours).sqrt() } else { 1.0 };
        elements.iter().zip(mean).map(|(e, x)| e.unwrap_or((x * scale) as f32)).collect()
    }

    /// The field as the first group has it, the others as alternatives.
    fn decided(&self, name: String, groups: &[Group], value: impl Fn(usize) -> Option<Value>) -> Option<Field> {
        // What hardly any weight has is not what comes to mind.
        let (first, others) = groups.split_first().filter(|(first, _)| first.share >= LEAST_WEIGHT)?;
        let verdict = vote::judge(first, &self.voters, self.threshold());
        Some(Field {
            name,
            value: value(first.members[0])?,
            label: verdict.label,
            confidence: verdict.confidence,
            given: false,
            evidence: self.evidence(&first.members),
            alternatives: self.alternatives(others, value),
        })
    }

    fn alternatives(&self, groups: &[Group], value: impl Fn(usize) -> Option<Value>) -> Vec<Alternative> {
        let worth = groups.iter().filter(|group| group.share >= LEAST_SHARE).take(self.limits.alternatives);
        worth
            .filter_map(|group| {
                let evidence = self.evidence(&group.members);
                Some(Alternative { value: value(group.members[0])?, share: group.share, evidence })
            })
            .collect()
    }

    /// The weightiest of some voters.
    fn evidence(&self, members: &[usize]) -> Vec<[u8; 16]> {
        let heavy = members.iter().enumerate().filter(|(n, i)| *n == 0 || self.settled.weights[**i] >= LEAST_WEIGHT);
        heavy.take(MOST_EVIDENCE).map(|(_, i)| self.found[*i].id).collect()
    }

    fn threshold(&self) -> f64 {
        f64::from(self.limits.threshold)
    }
}

/// Of a value that no memory has.
const NOTHING: engram_engine::confidence::Belief = engram_engine::confidence::Belief { mean: 0.0, low: 0.0, high: 0.0 };

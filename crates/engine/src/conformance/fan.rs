//! The fan effect: the more facts are known about a person or a place, the longer it takes to recognise one of them (Anderson 1974).

use super::fit::{linear, spearman};
use super::sketch::Sketch;
use super::{Role, Row};
use crate::rank::{self, Signals};
use crate::spread::{CUE, Seed};

const NAME: &str = "fan";
const SOURCE: &str = "Anderson 1974";

/// Seconds to recognise a fact about a person of fan 1 to 3 (rows) in a location of fan 1 to 3.
const TARGETS: [[f64; 3]; 3] = [[1.11, 1.17, 1.22], [1.17, 1.20, 1.22], [1.15, 1.23, 1.36]];
/// Seconds to reject a pair that was not learnt.
const FOILS: [[f64; 3]; 3] = [[1.20, 1.22, 1.26], [1.25, 1.36, 1.29], [1.26, 1.47, 1.47]];

/// Least rank correlation of model and published times.
const LEAST_CORRELATION: f64 = 0.9;

/// How many facts each person, and each location, of one half of the material takes part in.
const FANS: [usize; 6] = [1, 1, 1, 2, 2, 3];
/// The facts of one half: a person in a location, so that each pair of fans is there.
const FACTS: [(u32, u32); 10] = [(0, 0), (1, 3), (2, 5), (3, 1), (3, 4), (4, 3), (4, 5), (5, 2), (5, 4), (5, 5)];

/// Facts in two halves that share nothing: a foil takes its person from the one and its location from the other.
struct Material {
    graph: Sketch,
}

impl Material {
    fn learnt() -> Material {
        let mut graph = Sketch::with_cues(4 * FANS.len());
        for half in [0, 1] {
            for (p, l) in FACTS {
                graph.memory(&[person(half, p), location(half, l)]);
            }
        }
        Material { graph }
    }

    /// What the two cues of a probe make each memory receive.
    fn probe(&self, person: u32, location: u32) -> impl Fn(u32) -> f64 + use<> {
        let weights = [self.graph.cue_weight(person), self.graph.cue_weight(location)];
        let (_, masses) = rank::seed_masses(&[], &weights);
        let seeds = [Seed { node: person | CUE, mass: masses[0] }, Seed { node: location | CUE, mass: masses[1] }];
        let spread = self.graph.spread(&seeds);
        move |memory| spread.get(memory).map_or(0.0, |received| f64::from(received.by_cues))
    }

    /// Activation of a fact that both cues of the probe lead to, over all facts with these fans.
    fn target(&self, fans: (usize, usize)) -> f64 {
        let facts = FACTS.iter().enumerate().filter(|(_, (p, l))| (fan(*p), fan(*l)) == fans);
        mean(facts.map(|(memory, (p, l))| self.probe(person(0, *p), location(0, *l))(memory as u32)))
    }

    /// A foil finds no fact that both cues lead to: the mean of what a fact of each cue receives.
    fn foil(&self, fans: (usize, usize)) -> f64 {
        let with = |fan| FANS.iter().position(|&f| f == fan).expect("each fan from 1 to 3 is there") as u32;
        let (person, location) = (person(0, with(fans.0)), location(1, with(fans.1)));
        let received = self.probe(person, location);
        let each = [person, location].map(|cue| mean(self.graph.mentioned_by(cue).iter().map(|&m| received(m))));
        mean(each.into_iter())
    }
}

/// The eighteen times: RT = I + F exp(-A), A being the evidence that the activation alone gives a row, which is a logarithm of it, so that
/// exp(-A) = 1 - score. F is the latency scale; foils have one offset.
pub fn rows() -> Vec<Row> {
    let material = Material::learnt();
    let mut cases = Vec::new();
    for (kind, times) in [("target", TARGETS), ("foil", FOILS)] {
        for (person, times) in (1..).zip(times) {
            for (location, seconds) in (1..).zip(times) {
                let fans = (person, location);
                let activation = if kind == "foil" { material.foil(fans) } else { material.target(fans) };
                let row = Signals { by_cues: activation as f32, ..Signals::default() };
                let x = [1.0, 1.0 - f64::from(rank::score(&row)), if kind == "foil" { 1.0 } else { 0.0 }];
                cases.push((format!("{kind}, person fan {person}, location fan {location}"), x, seconds));
            }
        }
    }
    let [intercept, scale, offset] = linear(&cases.iter().map(|(_, x, seconds)| (*x, *seconds)).collect::<Vec<_>>());
    let mut rows: Vec<Row> = cases
        .into_iter()
        .map(|(condition, x, seconds)| {
            let model = intercept * x[0] + scale * x[1] + offset * x[2];
            Row::of(NAME, condition, SOURCE).published(seconds).model(model, Role::Fitted)
        })
        .collect();
    let (published, model): (Vec<f64>, Vec<f64>) = rows.iter().map(Row::pair).unzip();
    let correlation = spearman(&published, &model);
    rows.push(
        Row::of(NAME, "rank correlation of all eighteen", SOURCE)
            .published(LEAST_CORRELATION)
            .model(correlation, Role::Predicted)
            .holds(correlation >= LEAST_CORRELATION)
            .note(format!(
                "Seconds = {intercept:.3} + {scale:.3} exp(-A), foils {offset:+.3}. Published is what is required."
            )),
    );
    rows
}

fn person(half: u32, number: u32) -> u32 {
    2 * half * FANS.len() as u32 + number
}

fn location(half: u32, number: u32) -> u32 {
    (2 * half + 1) * FANS.len() as u32 + number
}

fn fan(number: u32) -> usize {
    FANS[number as usize]
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
    if n > 0.0 { sum / n } else { 0.0 }
}

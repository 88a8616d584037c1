//! False recognition: after a list of associates people recognise the word that all of them lead to, though it was never there (Deese 1959;
//! Roediger and McDermott 1995). Here activation spreads from the studied words, and each word is judged by what it has received.

use super::fit::spearman;
use super::lists::{FORWARD, LISTS, List, MEASURED, REMOTE, UNRELATED, WEAK};
use super::sketch::Sketch;
use super::{Role, Row};
use crate::config;
use crate::rank::{self, Signals};
use crate::spread::{NodeIdx, Seed};

const NAME: &str = "false recognition";
const REPLICATION: &str = "online replication 2024 of Roediger and McDermott 1995";
const OWN: &str = "after Roediger and McDermott 1995, own lists";
const NORMS: &str = "Nelson, McEvoy and Schreiber 2004";

/// Share of words called old: lures, weak associates, unrelated words.
const CALLED_OLD: [f64; 3] = [0.689, 0.354, 0.289];

/// Where the words of a list are in the graph.
struct Place {
    words: Vec<NodeIdx>,
    lure: NodeIdx,
    weak: Vec<NodeIdx>,
}

struct Material {
    graph: Sketch,
    places: Vec<Place>,
    unrelated: Vec<NodeIdx>,
}

impl Material {
    fn made() -> Material {
        let mut graph = Sketch::default();
        let unrelated: Vec<NodeIdx> = UNRELATED.iter().map(|_| graph.memory(&[])).collect();
        let places = LISTS.iter().map(|list| place(&mut graph, list, &unrelated)).collect();
        Material { graph, places, unrelated }
    }

    /// What each word receives when these are studied.
    fn study(&self, words: &[NodeIdx]) -> impl Fn(NodeIdx) -> f64 + use<> {
        let mass = 1.0 / words.len() as f32;
        let spread = self.graph.spread(&words.iter().map(|&node| Seed { node, mass }).collect::<Vec<_>>());
        move |word| spread.get(word).map_or(0.0, |received| f64::from(received.by_association))
    }
}

/// Free association is a distribution: what leads neither to the lure nor to another word here leads to something else.
fn place(graph: &mut Sketch, list: &List, unrelated: &[NodeIdx]) -> Place {
    let lure = graph.memory(&[]);
    let weak: Vec<NodeIdx> = list.weak.iter().map(|_| graph.memory(&[])).collect();
    let mut words = Vec::new();
    for (number, (_, strength)) in list.words.iter().enumerate() {
        let word = graph.memory(&[]);
        graph.associate(word, lure, *strength);
        graph.associate(word, weak[number % weak.len()], WEAK);
        graph.associate(word, unrelated[number % unrelated.len()], REMOTE);
        let elsewhere = graph.memory(&[]);
        graph.associate(word, elsewhere, 1.0 - strength - WEAK - REMOTE);
        graph.associate(lure, word, FORWARD);
        words.push(word);
    }
    let elsewhere = graph.memory(&[]);
    graph.associate(lure, elsewhere, 1.0 - FORWARD * words.len() as f32);
    Place { words, lure, weak }
}

/// What the study of one list makes words receive that are not on it.
pub struct Found {
    pub name: &'static str,
    /// Mean backward strength of the list.
    pub strength: f64,
    pub lure: f64,
    pub weak: Vec<f64>,
    pub unrelated: Vec<f64>,
}

/// Each list, studied by itself.
pub fn found() -> Vec<Found> {
    studied(&Material::made())
}

fn studied(material: &Material) -> Vec<Found> {
    let of = |(list, place): (&List, &Place)| {
        let received = material.study(&place.words);
        Found {
            name: list.lure,
            strength: mean(list.words.iter().map(|(_, strength)| f64::from(*strength))),
            lure: received(place.lure),
            weak: place.weak.iter().map(|&word| received(word)).collect(),
            unrelated: material.unrelated.iter().map(|&word| received(word)).collect(),
        }
    };
    LISTS.iter().zip(&material.places).map(of).collect()
}

pub fn rows() -> Vec<Row> {
    let material = Material::made();
    let found = studied(&material);
    let mut rows: Vec<Row> = found
        .iter()
        .map(|list| {
            Row::of(NAME, format!("activation of the lure {}", list.name), OWN)
                .model(list.lure, Role::Predicted)
                .note(format!("Mean backward strength of the list: {:.3}.", list.strength))
        })
        .collect();
    let strengths: Vec<f64> = found.iter().map(|list| list.strength).collect();
    let lures: Vec<f64> = found.iter().map(|list| list.lure).collect();
    let weak: Vec<f64> = found.iter().flat_map(|list| list.weak.iter().copied()).collect();
    let unrelated: Vec<f64> = found.iter().flat_map(|list| list.unrelated.iter().copied()).collect();
    rows.extend(single_words(&material));
    rows.extend(called_old([&lures, &weak, &unrelated].map(|values| mean(values.iter().copied()))));
    rows.push(criterion("weakest lure above the strongest weak associate", least(&lures) - most(&weak)));
    rows.push(criterion("weakest weak associate above the strongest unrelated word", least(&weak) - most(&unrelated)));
    let order = spearman(&strengths, &lures);
    rows.push(
        Row::of(NAME, "rank correlation of lures with backward strength", OWN)
            .published(1.0)
            .model(order, Role::Predicted)
            .holds(order >= 1.0 - 1e-9)
            .note("Published is what is required."),
    );
    rows
}

/// What one studied word alone passes to its lure, as a share of what it passes on: with the other associates at their shares, that is
/// its strength.
fn single_words(material: &Material) -> Vec<Row> {
    let sleep = &material.places[0];
    let row = |(number, (word, strength)): (usize, &(&str, f32))| {
        let passed = material.study(&sleep.words[number..=number])(sleep.lure) / f64::from(config::DAMPING);
        Row::of(NAME, format!("{word} alone leads to sleep"), NORMS)
            .published(f64::from((strength * 1e3).round()) / 1e3)
            .model(passed, Role::Predicted)
            .note("Published is the strength, which is also the weight of the association.")
    };
    MEASURED.iter().enumerate().map(row).collect()
}

/// Who calls a word old has recognised it, or guesses: g + (1 - g) s score. The unrelated words give g, the lures the scale s.
fn called_old(activations: [f64; 3]) -> Vec<Row> {
    let [lure, weak, unrelated] = activations
        .map(|activation| f64::from(rank::score(&Signals { by_association: activation as f32, ..Signals::default() })));
    // Two equations: what the unrelated words and the lures were called.
    let (old_lure, old_unrelated) = (1.0 - CALLED_OLD[0], 1.0 - CALLED_OLD[2]);
    let scale = (old_unrelated - old_lure) / (old_unrelated * lure - old_lure * unrelated);
    let guess = 1.0 - old_unrelated / (1.0 - scale * unrelated);
    let old = |score: f64| guess + (1.0 - guess) * scale * score;
    let row = |(name, published, score, role)| {
        Row::of(NAME, format!("{name} called old"), REPLICATION).published(published).model(old(score), role)
    };
    [
        ("lures", CALLED_OLD[0], lure, Role::Fitted),
        ("weak associates", CALLED_OLD[1], weak, Role::Predicted),
        ("unrelated words", CALLED_OLD[2], unrelated, Role::Fitted),
    ]
    .into_iter()
    .map(row)
    .collect()
}

/// A difference in activation that must be above zero.
fn criterion(condition: &str, difference: f64) -> Row {
    Row::of(NAME, condition, OWN)
        .model(difference, Role::Predicted)
        .holds(difference > 0.0)
        .note("A difference of activations, which must be above zero.")
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
    if n > 0.0 { sum / n } else { 0.0 }
}

//! Learning by practice: twenty pairs of a word and a digit, asked for and shown again in eight blocks (the paired associates of the ACT-R
//! tutorial, unit 4).

use super::course::{self, Course, SECOND};
use super::fit::{linear, minimise, rmse};
use super::{Role, Row};
use crate::dynamics::decay::Profile;

const NAME: &str = "practice";
const SOURCE: &str = "ACT-R tutorial, unit 4";

const BLOCKS: usize = 8;
/// Share of right answers in each block, and the seconds that they took; in the first block nothing is known yet.
const RIGHT: [f64; BLOCKS] = [0.0, 0.526, 0.667, 0.798, 0.887, 0.924, 0.958, 0.954];
const SECONDS: [f64; BLOCKS] = [0.0, 2.158, 1.967, 1.762, 1.680, 1.552, 1.467, 1.402];

/// Twenty pairs, each with five seconds for the answer and five for what is right.
const BLOCK: f64 = 20.0 * 10.0 * SECOND;

/// Blocks that parameters are fitted on: the first with answers. The others are predicted.
const FITTED: std::ops::Range<usize> = 1..4;
const PREDICTED: std::ops::Range<usize> = 4..BLOCKS;

/// Chance of an answer in each block. Each block is a use of the pair; the first one encodes it.
fn learnt(stability: f64, gain: f64) -> [f64; BLOCKS] {
    let mut pair = Course::encoded(Profile { stability, gain, ..course::USUAL }, 0.0);
    std::array::from_fn(|block| {
        let at = block as f64 * BLOCK;
        if block == 0 {
            return 0.0;
        }
        let chance = pair.retrievability(at);
        pair.used(at);
        chance
    })
}

pub fn rows() -> Vec<Row> {
    let logarithms = minimise([-7.0, -1.0], 0.5, |p: &[f64; 2]| {
        rmse(&learnt(libm::exp(p[0]), libm::exp(p[1]))[FITTED], &RIGHT[FITTED])
    });
    let (stability, gain) = (libm::exp(logarithms[0]), libm::exp(logarithms[1]));
    let chance = learnt(stability, gain);
    // As for the fan: seconds = I + F exp(-A), and what fails to come to mind is exp(-A).
    let [intercept, scale] =
        linear(&FITTED.map(|block| ([1.0, 1.0 - chance[block]], SECONDS[block])).collect::<Vec<_>>());
    let seconds = chance.map(|chance| intercept + scale * (1.0 - chance));

    let mut rows = figures("right answers", &RIGHT, &chance, 0);
    rows.extend(figures("seconds", &SECONDS, &seconds, 1));
    rows.push(
        better("right answers", &RIGHT, &chance)
            .note(format!("Stability {:.0} seconds, gain {gain:.3}. {BASELINE}", stability / SECOND)),
    );
    rows.push(
        better("seconds", &SECONDS, &seconds)
            .note(format!("Seconds = {intercept:.3} + {scale:.3} (1 - R). {BASELINE}")),
    );
    let rises = chance.windows(2).all(|pair| pair[0] < pair[1]);
    let least = chance.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    rows.push(
        Row::of(NAME, "every block brings more right answers, and faster ones", SOURCE)
            .model(least, Role::Predicted)
            .holds(rises && seconds[1..].windows(2).all(|pair| pair[0] > pair[1]))
            .note("The least gain from one block to the next, which must be above zero."),
    );
    rows
}

const BASELINE: &str = "Published is the error of who expects no change after the last fitted block.";

fn figures(what: &str, published: &[f64; BLOCKS], model: &[f64; BLOCKS], first: usize) -> Vec<Row> {
    let row = |block: usize| {
        let role = if FITTED.contains(&block) { Role::Fitted } else { Role::Predicted };
        Row::of(NAME, format!("{what} in block {}", block + 1), SOURCE)
            .published(published[block])
            .model(model[block], role)
    };
    (first..BLOCKS).map(row).collect()
}

/// The error of the prediction beside that of expecting what was seen last.
fn better(what: &str, published: &[f64; BLOCKS], model: &[f64; BLOCKS]) -> Row {
    let seen = [published[FITTED.end - 1]; BLOCKS];
    let [without, error] = [&seen, model].map(|figures| rmse(&figures[PREDICTED], &published[PREDICTED]));
    Row::of(NAME, format!("{what}, root mean squared error of blocks 5 to 8"), SOURCE)
        .published(without)
        .model(error, Role::Predicted)
        .holds(error < without)
}

//! Interference: what was learnt before and after makes a memory harder to find, the more the more alike it is (Underwood 1957; McGeoch and
//! McDonald 1931). Asserted are directions and boundaries; the published percentages come from secondary sources.

use super::{Role, Row};
use crate::code::NEARLY_SAME;
use crate::dynamics::interference::{Competitor, Config, RIVALS, compete};

const NAME: &str = "interference";
const UNDERWOOD: &str = "Underwood 1957, by secondary sources";
const MCGEOCH: &str = "McGeoch and McDonald 1931, by secondary sources";
const MODEL: &str = "the direction that all accounts agree on";

/// The defaults of `engram.interference_threshold` and, so that all of the interference is seen, the whole of its weight.
const CONFIG: Config = Config { weight: 1.0, threshold: 0.7 };

/// What is left of one list among others that are as similar to it: so many learnt before it, so many after.
pub fn retained(before: usize, after: usize, similarity: f32) -> f64 {
    let list = |at: usize| Competitor { encoded: (at as i64, [0; 16]), evidence: 1.0 };
    let lists: Vec<Competitor> = (0..=before + after).map(list).collect();
    let found = compete(&lists, 0.0, &CONFIG, &mut |_, _| Some(similarity));
    1.0 - f64::from(found[before].magnitude)
}

/// Most others that compete.
pub const MOST: usize = RIVALS - 1;
/// As similar as lists can be that are not the same.
pub const ALIKE: f32 = 0.95;

/// Recall of a list whose learning was followed by that of another: synonyms, syllables, numbers, and how similar these are taken to be.
const INTERPOLATED: [(&str, f64, f32); 3] =
    [("synonyms", 0.12, 0.95), ("syllables", 0.26, 0.80), ("numbers", 0.37, 0.72)];

pub fn rows() -> Vec<Row> {
    let proactive: Vec<f64> = (0..=MOST).map(|before| retained(before, 0, ALIKE)).collect();
    let interpolated = INTERPOLATED.map(|(_, _, similarity)| retained(0, 4, similarity));
    let mut rows = vec![
        Row::of(NAME, format!("left of a list after {MOST} others"), UNDERWOOD)
            .published(0.2 / 0.8)
            .model(proactive[MOST], Role::Fitted)
            .unverified()
            .note("Published is recall after many lists by recall after one; the rate was set by it."),
    ];
    rows.extend(INTERPOLATED.iter().zip(interpolated).map(|((what, published, _), left)| {
        Row::of(NAME, format!("left of a list when {what} follow"), MCGEOCH)
            .published(*published)
            .model(left, Role::Predicted)
            .unverified()
            .note("The order counts: the similarities are ours.")
    }));
    let falls = |values: &[f64]| values.windows(2).map(|v| v[0] - v[1]).fold(f64::INFINITY, f64::min);
    let rises = |values: &[f64]| values.windows(2).map(|v| v[1] - v[0]).fold(f64::INFINITY, f64::min);
    rows.push(above("each list before leaves less", UNDERWOOD, falls(&proactive)));
    rows.push(above("the less alike what follows, the more is left", MCGEOCH, rises(&interpolated)));
    let (before, after) = (retained(3, 0, ALIKE), retained(0, 3, ALIKE));
    rows.push(above(
        "what is learnt after harms more than what is learnt before",
        "Melton and von Lackum 1941",
        before - after,
    ));
    for (what, similarity) in
        [("the unlike does not interfere", 0.69), ("what says the same does not interfere", NEARLY_SAME)]
    {
        let left = retained(MOST, 0, similarity);
        rows.push(
            Row::of(NAME, what, MODEL)
                .published(1.0)
                .model(left, Role::Predicted)
                .holds(left == 1.0)
                .note("Published is what is required."),
        );
    }
    rows
}

/// A difference that must be above zero.
fn above(condition: &str, source: &'static str, difference: f64) -> Row {
    Row::of(NAME, condition, source)
        .model(difference, Role::Predicted)
        .holds(difference > 0.0)
        .note("A difference, which must be above zero.")
}

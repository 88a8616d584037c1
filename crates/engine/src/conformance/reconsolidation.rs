//! Reconsolidation: a memory that was recalled can be changed for some hours, an old one as well as a young one, and not without the recall
//! (Nader, Schafe and LeDoux 2000). Asserted are direction and boundaries.

use super::{Role, Row};
use crate::plasticity::{Lability, Window};

const NAME: &str = "reconsolidation";
const SOURCE: &str = "Nader, Schafe and LeDoux 2000";

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// The defaults of `engram.lability_*`.
pub const USUAL: Window = Window { opens: 0, closes: 6 * HOUR, least_age: DAY, least: 0.2 };

/// How far a memory of this age changes, so long after a recall; without one, not at all.
pub fn changed(window: &Window, age: i64, elapsed: Option<i64>) -> f64 {
    match window.lability(0, elapsed.map(|elapsed| age - elapsed), age) {
        Lability::Labile(plasticity) => plasticity,
        Lability::Stable(_) => 0.0,
    }
}

pub fn rows() -> Vec<Row> {
    let off = Window { closes: 0, ..USUAL };
    [
        ("two days old, recalled and changed after two hours", &USUAL, 2 * DAY, Some(2 * HOUR), true),
        ("14 days old, recalled and changed after two hours", &USUAL, 14 * DAY, Some(2 * HOUR), true),
        ("14 days old, not recalled", &USUAL, 14 * DAY, None, false),
        ("14 days old, changed more than six hours after the recall", &USUAL, 14 * DAY, Some(7 * HOUR), false),
        ("14 days old, the window closed by setting", &off, 14 * DAY, Some(2 * HOUR), false),
    ]
    .map(|(condition, window, age, elapsed, changes)| {
        let plasticity = changed(window, age, elapsed);
        let row = Row::of(NAME, condition, SOURCE).model(plasticity, Role::Predicted);
        if changes {
            row.holds(plasticity > 0.0).note("Plasticity, which must be above zero.")
        } else {
            row.published(0.0).holds(plasticity == 0.0).note("Plasticity, which must be zero.")
        }
    })
    .into()
}

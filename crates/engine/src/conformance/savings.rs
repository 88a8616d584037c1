//! Forgetting over a month: how much less effort a list takes to learn again (Ebbinghaus 1885), and how three people who repeated his
//! experiment fared (Murre and Dros 2015).

use super::course::{self, Course, MINUTE, SECOND};
use super::fit::{minimise, rmse};
use super::{Role, Row};
use crate::dynamics::decay::{Curve, Profile};

const NAME: &str = "forgetting";
const SOURCE: &str = "Murre and Dros 2015, table 3";

/// Minutes between learning and learning again, as the replication took them for its fits.
pub const MINUTES: [f64; 7] = [19.0, 63.0, 525.0, 1_440.0, 2_880.0, 8_640.0, 44_640.0];
const NAMES: [&str; 7] = ["20 minutes", "1 hour", "9 hours", "1 day", "2 days", "6 days", "31 days"];

/// Savings, as shares of the effort of first learning.
pub const EBBINGHAUS: [f64; 7] = [0.582, 0.442, 0.358, 0.337, 0.278, 0.254, 0.211];
pub const OTHERS: [(&str, [f64; 7]); 3] = [
    ("Mack", [0.544, 0.432, 0.285, 0.316, 0.365, 0.309, 0.258]),
    ("Dros", [0.472, 0.373, 0.276, 0.317, 0.230, 0.168, 0.041]),
    ("Seitz", [0.442, 0.325, 0.270, 0.270, 0.286, 0.205, 0.201]),
];
/// Whose series the fit is required to predict; the third is shown.
const REQUIRED: [&str; 2] = ["Mack", "Dros"];

/// What is left of a list learnt once, after these days.
pub fn left(profile: Profile, days: f64) -> f64 {
    Course::encoded(profile, 0.0).retrievability(days)
}

fn savings(profile: Profile) -> [f64; 7] {
    MINUTES.map(|minutes| left(profile, minutes * MINUTE))
}

/// The power function, without a floor, that comes nearest to the series of Ebbinghaus.
pub fn fitted() -> Profile {
    let profile = |logarithms: &[f64; 2]| {
        let [stability, exponent] = logarithms.map(libm::exp);
        Profile { curve: Curve::Power { exponent }, stability, ..course::USUAL }
    };
    profile(&minimise([-4.0, -1.0], 0.5, |p| rmse(&savings(profile(p)), &EBBINGHAUS)))
}

/// Ebbinghaus's series fitted, the others predicted. The error must be no larger than the distance of a series from that of Ebbinghaus:
/// then the curve says as much about another person as the data of one person can.
pub fn rows() -> Vec<Row> {
    let profile = fitted();
    let model = savings(profile);
    let mut rows = series("Ebbinghaus", &EBBINGHAUS, &model, Role::Fitted);
    rows.push(
        Row::of(NAME, "Ebbinghaus, root mean squared error", SOURCE)
            .model(rmse(&model, &EBBINGHAUS), Role::Fitted)
            .note(told(profile)),
    );
    for (name, published) in &OTHERS {
        rows.extend(series(name, published, &model, Role::Predicted));
        let (distance, error) = (rmse(published, &EBBINGHAUS), rmse(&model, published));
        let row = Row::of(NAME, format!("{name}, root mean squared error"), SOURCE)
            .published(distance)
            .model(error, Role::Predicted)
            .note("Published is the distance of the series from that of Ebbinghaus.");
        rows.push(if REQUIRED.contains(name) { row.holds(error <= distance) } else { row });
    }
    rows
}

fn told(profile: Profile) -> String {
    let Curve::Power { exponent } = profile.curve else { return String::new() };
    format!("Stability {:.3} seconds, exponent {exponent:.5}.", profile.stability / SECOND)
}

fn series(name: &str, published: &[f64; 7], model: &[f64; 7], role: Role) -> Vec<Row> {
    let row =
        |i: usize| Row::of(NAME, format!("{name}, {}", NAMES[i]), SOURCE).published(published[i]).model(model[i], role);
    (0..NAMES.len()).map(row).collect()
}

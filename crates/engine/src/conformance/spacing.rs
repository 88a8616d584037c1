//! Spacing: when to learn again what was learnt before, so that most is left when it is asked for (Cepeda, Vul, Rohrer, Wixted and Pashler
//! 2008).

use super::course::{Course, MINUTE, USUAL};
use super::fit::highest;
use super::{Role, Row};
use crate::dynamics::decay::Profile;

const NAME: &str = "spacing";
const SOURCE: &str = "Cepeda, Vul, Rohrer, Wixted and Pashler 2008";

/// Days from the second session to the test, and the gap between the sessions that was best of those tried. The best gaps stand in a table
/// that could not be read; what the abstract says of them is in [`WEEK`] and [`YEAR`].
pub const RETENTION: [(f64, f64); 4] = [(7.0, 1.0), (35.0, 11.0), (70.0, 21.0), (350.0, 21.0)];

/// Best gap as a share of the time to the test, from and to, after a week and after a year.
const WEEK: (f64, f64) = (0.20, 0.40);
const YEAR: (f64, f64) = (0.05, 0.10);

/// Longest gap that was tried, in days.
pub const LONGEST: f64 = 105.0;

/// What is left at the test after two sessions.
pub fn left(profile: Profile, gap: f64, retention: f64) -> f64 {
    let mut fact = Course::encoded(profile, 0.0);
    fact.used(gap);
    fact.retrievability(gap + retention)
}

/// The gap after which most is left at the test, in days.
pub fn best_gap(profile: Profile, retention: f64) -> f64 {
    // Over the logarithm: a gap that is too short by a day matters at a week and not at a year.
    libm::exp(highest(libm::log(MINUTE), libm::log(LONGEST), |gap| left(profile, libm::exp(gap), retention)))
}

/// The usual profile with the stability with which the best gap for a test after a week lies in the middle of what was found.
pub fn fitted() -> Profile {
    let profile = |logarithm: f64| Profile { stability: libm::exp(logarithm), ..USUAL };
    let middle = 0.5 * (WEEK.0 + WEEK.1);
    // The share rises with a stability of up to some days.
    let nearness = |logarithm| -(share(profile(logarithm), 7.0) - middle).abs();
    profile(highest(libm::log(0.01), libm::log(1.0), nearness))
}

fn share(profile: Profile, retention: f64) -> f64 {
    best_gap(profile, retention) / retention
}

/// One parameter, the stability of the facts, is fitted to the share at a week; that at a year is predicted. What the curves do is the same
/// with the parameters that memories have by default.
pub fn rows() -> Vec<Row> {
    let profile = fitted();
    let of = |(retention, published): (f64, f64)| {
        Row::of(NAME, format!("days of the best gap, test after {retention:.0} days"), SOURCE)
            .published(published)
            .model(best_gap(profile, retention), if retention == 7.0 { Role::Fitted } else { Role::Predicted })
            .unverified()
            .note(format!("{:.0} % of the time to the test.", 100.0 * share(profile, retention)))
    };
    let mut rows: Vec<Row> = RETENTION.map(of).into();
    let (week, year) = (share(profile, 7.0), share(profile, 350.0));
    rows.push(
        Row::of(NAME, "best gap as a share of 7 days", SOURCE)
            .published(0.5 * (WEEK.0 + WEEK.1))
            .model(week, Role::Fitted)
            .note(format!("Published is the middle of .20 to .40. Stability {:.2} days.", profile.stability)),
    );
    rows.push(
        Row::of(NAME, "best gap as a share of 350 days", SOURCE)
            .published(0.5 * (YEAR.0 + YEAR.1))
            .model(year, Role::Predicted)
            .holds((YEAR.0..=YEAR.1).contains(&year))
            .note("Published is the middle of .05 to .10; the model must lie between them."),
    );
    rows.extend(shape(profile, "fitted"));
    rows.extend(shape(USUAL, "default"));
    rows
}

/// The criteria that ask for an order only.
fn shape(profile: Profile, parameters: &str) -> [Row; 6] {
    let best = RETENTION.map(|(retention, _)| best_gap(profile, retention));
    let shares = RETENTION.map(|(retention, _)| -share(profile, retention));
    let least = |values: [f64; 4]| values.windows(2).map(|v| v[1] - v[0]).fold(f64::INFINITY, f64::min);
    let left = |gap, retention| left(profile, gap, retention);
    let (short, long) = (best[0], best[3]);
    [
        ("the best gap grows with the time to the test", least(best)),
        ("its share of the time to the test falls", least(shares)),
        // The curves cross: asked for soon, the short gap is better; late, the long one.
        ("the short gap is better after a week", left(short, 7.0) - left(long, 7.0)),
        ("the long gap is better after a year", left(long, 350.0) - left(short, 350.0)),
        ("no gap is better after ten minutes", left(0.0, 10.0 * MINUTE) - left(1.0, 10.0 * MINUTE)),
        ("a day is better than no gap after a week", left(1.0, 7.0) - left(0.0, 7.0)),
    ]
    .map(|(condition, difference)| {
        Row::of(NAME, format!("{condition}, {parameters} parameters"), SOURCE)
            .model(difference, Role::Predicted)
            .holds(difference > 0.0)
            .note("A difference, which must be above zero.")
    })
}

//! Spacing: when to learn again what was learnt before, so that most is left when it is asked for (Cepeda, Vul, Rohrer, Wixted and Pashler
//! 2008). Nothing is fitted: the parameters are those that memories have by default.

use super::course::{Course, EXPONENT, GAIN, MINUTE, STABILITY};
use super::{Role, Row};

const NAME: &str = "spacing";
const SOURCE: &str = "Cepeda, Vul, Rohrer, Wixted and Pashler 2008";

/// Days from the second session to the test, and the gap between the sessions that was best of those tried. The best gaps stand in a table
/// that could not be read; what the abstract says of them is in [`SHARES`].
pub const RETENTION: [(f64, f64); 4] = [(7.0, 1.0), (35.0, 11.0), (70.0, 21.0), (350.0, 21.0)];

/// Best gap as a share of the time to the test, from and to: at a week, at a year.
const SHARES: [(usize, f64, f64); 2] = [(0, 0.20, 0.40), (3, 0.05, 0.10)];

/// Longest gap that was tried, in days.
const LONGEST: f64 = 105.0;

/// What is left at the test after two sessions.
pub fn left(gap: f64, retention: f64) -> f64 {
    let mut fact = Course::new(STABILITY, EXPONENT, GAIN);
    fact.used(0.0);
    fact.used(gap);
    fact.retrievability(gap + retention)
}

/// The best gap, to a tenth of a day.
pub fn best_gap(retention: f64) -> f64 {
    let tenths = 0..=(LONGEST * 10.0) as u32;
    let gaps = tenths.map(|tenth| f64::from(tenth) / 10.0);
    gaps.map(|gap| (left(gap, retention), gap)).fold((0.0, 0.0), |best, new| if new.0 > best.0 { new } else { best }).1
}

pub fn rows() -> Vec<Row> {
    let best = RETENTION.map(|(retention, _)| best_gap(retention));
    let share = |i: usize| best[i] / RETENTION[i].0;
    let mut rows: Vec<Row> = RETENTION
        .iter()
        .zip(best)
        .map(|((retention, published), gap)| {
            Row::of(NAME, format!("days of the best gap, test after {retention:.0} days"), SOURCE)
                .published(*published)
                .model(gap, Role::Predicted)
                .unverified()
                .note(format!("{:.0} % of the time to the test.", 100.0 * gap / retention))
        })
        .collect();
    rows.extend(SHARES.map(|(i, from, to)| {
        Row::of(NAME, format!("best gap as a share of {:.0} days", RETENTION[i].0), SOURCE)
            .published(share(i).clamp(from, to))
            .model(share(i), Role::Predicted)
            .holds((from..=to).contains(&share(i)))
            .note(format!("Published is the nearest share from {from:.2} to {to:.2}."))
    }));
    let least = |values: &[f64]| values.windows(2).map(|v| v[1] - v[0]).fold(f64::INFINITY, f64::min);
    rows.push(criterion("the best gap grows with the time to the test", least(&best)));
    let shares: Vec<f64> = (0..best.len()).map(|i| -share(i)).collect();
    rows.push(criterion("its share of the time to the test falls", least(&shares)));
    // The curves cross: asked for soon, the short gap is better; late, the long one.
    let (short, long) = (best[0], best[3]);
    rows.push(criterion("the short gap is better after a week", left(short, 7.0) - left(long, 7.0)));
    rows.push(criterion("the long gap is better after a year", left(long, 350.0) - left(short, 350.0)));
    rows.push(criterion("no gap is better after ten minutes", left(0.0, 10.0 * MINUTE) - left(1.0, 10.0 * MINUTE)));
    rows.push(criterion("a day is better than no gap after a week", left(1.0, 7.0) - left(0.0, 7.0)));
    rows
}

/// A difference that must be above zero.
fn criterion(condition: &str, difference: f64) -> Row {
    Row::of(NAME, condition, SOURCE)
        .model(difference, Role::Predicted)
        .holds(difference > 0.0)
        .note("A difference, which must be above zero.")
}

//! The model beside published figures.

use crate::chart::{At, Chart, Drawn, Series, by_factor, evenly, short, time};
use engram_engine::conformance::course::MINUTE;
use engram_engine::conformance::{self, Row, savings, spacing};
use std::path::Path;

pub fn draw(folder: &Path) -> Drawn {
    let rows = conformance::rows();
    forgetting(folder)?;
    gaps(folder)?;
    practice(folder, &rows)?;
    fan(folder, &rows)?;
    lures(folder)
}

fn forgetting(folder: &Path) -> Drawn {
    let curve = savings::fitted();
    let days = savings::MINUTES.map(|minutes| minutes * MINUTE);
    let mut series = vec![Series::line(
        "model, fitted to Ebbinghaus",
        0,
        by_factor(15.0 * MINUTE, 40.0, 120).into_iter().map(|t| (t, savings::left(curve, t))).collect(),
    )];
    let measured = [("Ebbinghaus 1885", savings::EBBINGHAUS)].into_iter().chain(savings::OTHERS);
    for (colour, (name, values)) in measured.enumerate() {
        series.push(Series::points(name, colour, days.into_iter().zip(values).collect()));
    }
    Chart {
        title: "Forgetting over a month",
        x: "time since learning",
        y: "savings",
        x_label: &time,
        legend: At::UpperRight,
        series,
    }
    .logarithmic(&folder.join("forgetting-human.svg"), 15.0 * MINUTE..40.0, 0.0..0.7)
}

fn gaps(folder: &Path) -> Drawn {
    let profile = spacing::fitted();
    let mut series = Vec::new();
    let mut best = Vec::new();
    for (colour, (retention, _)) in spacing::RETENTION.iter().enumerate() {
        let values =
            by_factor(0.05, 105.0, 150).into_iter().map(|gap| (gap, spacing::left(profile, gap, *retention))).collect();
        series.push(Series::line(format!("test after {retention:.0} days"), colour, values));
        let gap = spacing::best_gap(profile, *retention);
        best.push((gap, spacing::left(profile, gap, *retention)));
    }
    series.push(Series::points("best gap", 5, best));
    Chart {
        title: "Spacing: what is left at the test",
        x: "gap between two sessions",
        y: "retrievability at the test",
        x_label: &time,
        legend: At::UpperRight,
        series,
    }
    .logarithmic(&folder.join("spacing.svg"), 0.05..105.0, 0.0..1.0)
}

/// Published and model figures of the rows whose condition begins so.
fn pairs<'a>(rows: &'a [Row], start: &'a str) -> impl Iterator<Item = (f64, f64)> + 'a {
    let rows = rows.iter().filter(move |row| row.condition.starts_with(start));
    rows.filter_map(|row| Some((row.published?, row.model)))
}

fn practice(folder: &Path, rows: &[Row]) -> Drawn {
    let columns = |start: &'static str, first: u32| {
        let (published, model): (Vec<_>, Vec<_>) = (first..)
            .zip(pairs(rows, start))
            .map(|(block, (p, m))| ((f64::from(block), p), (f64::from(block), m)))
            .unzip();
        (published, model)
    };
    let (right, model_right) = columns("right answers in block", 1);
    let (seconds, model_seconds) = columns("seconds in block", 2);
    let series = vec![
        Series::points("right answers, published", 0, right),
        Series::line("right answers, model", 0, model_right),
        Series::points("seconds, published", 1, seconds),
        Series::line("seconds, model", 1, model_seconds),
    ];
    Chart {
        title: "Practice: twenty pairs in eight blocks",
        x: "block",
        y: "share right; seconds",
        x_label: &short,
        legend: At::UpperRight,
        series,
    }
    .linear(&folder.join("practice.svg"), 0.8..8.2, 0.0..2.9)
}

fn fan(folder: &Path, rows: &[Row]) -> Drawn {
    let series = vec![
        Series::points("targets", 0, pairs(rows, "target, ").map(|(p, m)| (m, p)).collect()),
        Series::points("foils", 1, pairs(rows, "foil, ").map(|(p, m)| (m, p)).collect()),
        Series::line("as modelled", 5, evenly(1.1, 1.5, 2).into_iter().map(|x| (x, x)).collect()),
    ];
    Chart {
        title: "The fan effect: eighteen times",
        x: "seconds, model",
        y: "seconds, Anderson 1974",
        x_label: &short,
        legend: At::UpperLeft,
        series,
    }
    .linear(&folder.join("fan.svg"), 1.1..1.5, 1.05..1.55)
}

fn lures(folder: &Path) -> Drawn {
    let found = conformance::drm::found();
    let at = |strength: f64, values: &[f64]| values.iter().map(|v| (strength, *v)).collect::<Vec<_>>();
    let series = vec![
        Series::both("", 0, found.iter().map(|list| (list.strength, list.lure)).collect()),
        Series::points("lure", 0, found.iter().map(|list| (list.strength, list.lure)).collect()),
        Series::points("weak associates", 1, found.iter().flat_map(|list| at(list.strength, &list.weak)).collect()),
        Series::points(
            "unrelated words",
            2,
            found.iter().flat_map(|list| at(list.strength, &list.unrelated)).collect(),
        ),
    ];
    Chart {
        title: "False recognition: what words that were not studied receive",
        x: "mean backward strength of the list",
        y: "activation received",
        x_label: &short,
        legend: At::UpperLeft,
        series,
    }
    .linear(&folder.join("false-recognition.svg"), 0.05..0.45, 0.0..0.3)
}

//! The curves of the model itself.

use crate::chart::{At, Chart, Drawn, Series, by_factor, evenly, short, time};
use engram_engine::conformance::course::USUAL;
use engram_engine::dynamics::decay::{Curve, Profile, Use};
use engram_engine::{confidence, rank};
use std::path::Path;

pub fn draw(folder: &Path) -> Drawn {
    curves(folder)?;
    stability(folder)?;
    score(folder)?;
    belief(folder)
}

fn score(folder: &Path) -> Drawn {
    let of = |matched: f64, effects: engram_engine::dynamics::Effects| {
        let row = rank::Signals { similarity: Some(matched as f32), effects, ..rank::Signals::default() };
        (matched, f64::from(rank::score(&row)))
    };
    let lost = |decay: f32| engram_engine::dynamics::Effects { decay, ..Default::default() };
    let curve = |decay: f32| evenly(0.0, 1.0, 60).into_iter().map(|x| of(x, lost(decay))).collect::<Vec<_>>();
    let series = vec![
        Series::line("no effect", 0, curve(0.0)),
        Series::line("a quarter of the evidence lost", 1, curve(0.25)),
        Series::line("half of the evidence lost", 2, curve(0.5)),
    ];
    Chart {
        title: "Score",
        x: "cosine, nothing else matching",
        y: "score",
        x_label: &short,
        legend: At::UpperLeft,
        series,
    }
    .linear(&folder.join("score.svg"), 0.0..1.0, 0.0..0.8)
}

/// Nine of ten observations speak for the memory.
fn belief(folder: &Path) -> Drawn {
    let of = |n: f64| confidence::belief((0.9 * n) as f32, (0.1 * n) as f32);
    let curve = |value: fn(confidence::Belief) -> f32| {
        evenly(0.5, 40.0, 100).into_iter().map(|n| (n, f64::from(value(of(n))))).collect::<Vec<_>>()
    };
    let series = vec![
        Series::line("mean", 0, curve(|b| b.mean)),
        Series::line("5th percentile", 1, curve(|b| b.low)),
        Series::line("95th percentile", 2, curve(|b| b.high)),
    ];
    Chart {
        title: "Confidence: 90 % credible interval, nine of ten for it",
        x: "evidence, in observations",
        y: "confidence",
        x_label: &short,
        legend: At::LowerRight,
        series,
    }
    .linear(&folder.join("confidence.svg"), 0.0..40.0, 0.0..1.0)
}

const SETTINGS: [(&str, Curve); 4] = [
    ("power", Curve::Power { exponent: 0.5 }),
    ("exponential", Curve::Exponential),
    ("two_component", Curve::TwoComponent { share: 0.5, fast: 0.1, exponent: 0.5 }),
    ("pinned", Curve::Pinned),
];

fn curves(folder: &Path) -> Drawn {
    let values = |curve: Curve| by_factor(0.001, 1_000.0, 160).into_iter().map(|t| (t, curve.at(t))).collect();
    let series = SETTINGS.into_iter().enumerate().map(|(i, (name, curve))| Series::line(name, i, values(curve)));
    Chart {
        title: "Forgetting curves, stability one day",
        x: "time since the only use",
        y: "what is left of it",
        x_label: &time,
        legend: At::MiddleLeft,
        series: series.collect(),
    }
    .logarithmic(&folder.join("forgetting.svg"), 0.001..1_000.0, 0.0..1.05)
}

fn stability(folder: &Path) -> Drawn {
    let after = |curve: Curve, t: f64| {
        let profile = Profile { curve, ..USUAL };
        Use::ENCODING.next(&profile, 1.0, t, 1.0).strengthen(&profile, 1.0)
    };
    let values = |curve: Curve| by_factor(0.001, 1_000.0, 160).into_iter().map(|t| (t, after(curve, t))).collect();
    let series = SETTINGS.into_iter().enumerate().map(|(i, (name, curve))| Series::line(name, i, values(curve)));
    Chart {
        title: "What a use adds to a stability of one day",
        x: "time since the last use",
        y: "stability after it, days",
        x_label: &time,
        legend: At::UpperLeft,
        series: series.collect(),
    }
    .logarithmic(&folder.join("stability.svg"), 0.001..1_000.0, 0.9..2.1)
}

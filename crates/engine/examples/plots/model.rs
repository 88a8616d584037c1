//! The curves of the model itself.

use crate::chart::{At, Chart, Drawn, Series, evenly, short};
use engram_engine::{confidence, rank};
use std::path::Path;

pub fn draw(folder: &Path) -> Drawn {
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

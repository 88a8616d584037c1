//! The curves of the model itself.

use crate::chart::{At, Chart, Drawn, Series, by_factor, evenly, short, time};
use engram_engine::conformance::course::USUAL;
use engram_engine::conformance::interference::{MOST, retained};
use engram_engine::conformance::reconsolidation;
use engram_engine::dynamics::decay::{Curve, Profile, Use};
use engram_engine::dynamics::priming::{Config, Followed, Priming, Residual};
use engram_engine::{confidence, rank};
use std::path::Path;

pub fn draw(folder: &Path) -> Drawn {
    curves(folder)?;
    stability(folder)?;
    priming(folder)?;
    rivals(folder)?;
    window(folder)?;
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

fn priming(folder: &Path) -> Drawn {
    let config = Config { half_life: 500_000, window: 30_000_000 };
    let left = Residual { activation: 1.0, exposures: 1.0, at: 0 };
    let always = Followed { times: 4, followed: 4, at: 0 };
    let at = |seconds: f64| {
        let now = (seconds * 1e6) as i64;
        Priming::of(&left, always.expectation(now, &config), now, &config)
    };
    let curve = |value: fn(&Priming) -> f64| {
        by_factor(0.05, 100.0, 200).into_iter().map(|t| (t, value(&at(t)))).collect::<Vec<_>>()
    };
    let series = vec![
        Series::line("semantic", 0, curve(|p| p.semantic)),
        Series::line("associative, followed always", 1, curve(|p| p.associative)),
        Series::line("repetition, one exposure", 2, curve(|p| p.repetition)),
        Series::line("all together", 5, curve(Priming::total)),
    ];
    Chart {
        title: "Priming",
        x: "time since the recall",
        y: "priming, before its weight",
        x_label: &|seconds| format!("{} s", short(seconds)),
        legend: At::UpperRight,
        series,
    }
    .logarithmic(&folder.join("priming.svg"), 0.05..100.0, 0.0..0.8)
}

fn rivals(folder: &Path) -> Drawn {
    let curve = |after: bool, similarity: f32| {
        let left = move |n: usize| if after { retained(0, n, similarity) } else { retained(n, 0, similarity) };
        (0..=MOST).map(|n| (n as f64, left(n))).collect::<Vec<_>>()
    };
    let series = vec![
        Series::both("before it, similarity .95", 0, curve(false, 0.95)),
        Series::both("after it, similarity .95", 1, curve(true, 0.95)),
        Series::both("before it, similarity .8", 2, curve(false, 0.8)),
        Series::both("after it, similarity .8", 3, curve(true, 0.8)),
    ];
    Chart {
        title: "Interference at full weight",
        x: "rivals",
        y: "what they leave",
        x_label: &short,
        legend: At::LowerLeft,
        series,
    }
    .linear(&folder.join("interference.svg"), 0.0..15.0, 0.0..1.05)
}

fn window(folder: &Path) -> Drawn {
    let changed = |hours: f64| reconsolidation::USUAL.plasticity((hours * 3.6e9) as i64);
    let series =
        vec![Series::line("plasticity", 0, evenly(0.0, 8.0, 161).into_iter().map(|h| (h, changed(h))).collect())];
    Chart {
        title: "Reconsolidation",
        x: "hours since the recall",
        y: "plasticity",
        x_label: &short,
        legend: At::UpperRight,
        series,
    }
    .linear(&folder.join("reconsolidation.svg"), 0.0..8.0, 0.0..1.2)
}

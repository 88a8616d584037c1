//! What a recall pays for priming and interference in the engine: sixteen hits that compete, a hundred that are primed.

use criterion::{Criterion, criterion_group, criterion_main};
use engram_engine::code::{self, Code};
use engram_engine::dynamics::interference::{Competitor, Config, RIVALS, compete};
use engram_engine::dynamics::priming::{self, Priming, Residual};
use std::hint::black_box;

const DIMENSIONS: usize = 384;
const HITS: usize = 100;

/// Codes around one centre, so that most pairs are rivals.
fn codes() -> Vec<Code> {
    let mut seed = 7u64;
    let mut number = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    let centre: Vec<f32> = (0..DIMENSIONS).map(|_| number()).collect();
    let vector = |_| centre.iter().map(|c| c + 0.5 * number()).collect::<Vec<f32>>();
    (0..RIVALS).map(vector).filter_map(|v| code::quantise(&v).ok()).collect()
}

fn interference(c: &mut Criterion) {
    let codes = codes();
    let hit = |i: u8| Competitor { encoded: (i64::from(i % 5), [i; 16]), evidence: 1.0 - f32::from(i) * 0.01 };
    let hits: Vec<Competitor> = (0..codes.len() as u8).map(hit).collect();
    let config = Config { weight: 0.2, threshold: 0.7 };
    c.bench_function("interference/16", |b| {
        b.iter(|| {
            let mut similarity = |one: usize, other: usize| {
                let (one, other) = (&codes[one], &codes[other]);
                Some(code::similarity(code::dot(&one.values, &other.values), one.scale, other.scale))
            };
            black_box(compete(black_box(&hits), 0.5, &config, &mut similarity))
        });
    });
}

fn prime(c: &mut Criterion) {
    let config = priming::Config { half_life: 500_000, window: 30_000_000 };
    let residual = |i: usize| Residual { activation: 1.0 / (1 + i) as f32, exposures: (i % 4) as f32, at: 0 };
    let residuals: Vec<Residual> = (0..HITS).map(residual).collect();
    c.bench_function("priming/100", |b| {
        b.iter(|| {
            let gain = |r: &Residual| Priming::of(r, 0.2, black_box(300_000), &config).gain(0.7, 0.1);
            residuals.iter().map(gain).sum::<f32>()
        });
    });
}

criterion_group!(benches, interference, prime);
criterion_main!(benches);

//! Analysis of a memory of about 100 words, and the cues in it.

use criterion::{Criterion, criterion_group, criterion_main};
use engram_engine::{cues, text};
use std::hint::black_box;

/// 100 words of prose.
const PROSE: &str = "The harbour master, Ana Oliveira, keeps a ledger of every boat that has entered Porto since 1894. \
    Most entries are short: a name, a flag, a cargo and the hour. Some are longer. In March 1911 she noted that the schooner \
    Hope of Bergen had lost two sailors in a storm near the Azores, and that the captain's brother paid for their burial. \
    Visitors who ask about the storm are shown the page, which is brown and hard to read. Her daughter has begun to copy the \
    whole ledger by hand, because she doubts that photographs will outlast good paper and ink.";

fn analyse(c: &mut Criterion) {
    let mut warm = text::Analyzer::new(text::Language::English);
    c.bench_function("analyse 100 words", |b| b.iter(|| warm.analyse(black_box(PROSE))));
    let accented = PROSE.replace("harbour", "h\u{e2}rbour");
    c.bench_function("analyse 100 words, not ASCII", |b| b.iter(|| warm.analyse(black_box(&accented))));
    let mut other = text::Analyzer::new(text::Language::None);
    c.bench_function("analyse 100 words, no stemmer", |b| b.iter(|| other.analyse(black_box(PROSE))));
    c.bench_function("new analyzer and 100 words", |b| {
        b.iter(|| text::Analyzer::new(text::Language::English).analyse(black_box(PROSE)))
    });
    c.bench_function("cues of 100 words", |b| b.iter(|| cues::merge(&[], black_box(PROSE))));
}

criterion_group!(benches, analyse);
criterion_main!(benches);

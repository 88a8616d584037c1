//! Sentences of 20 words through the built-in encoder.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engram_engine::encoder;
use std::hint::black_box;

/// Words of prose, common and rare, of one to four pieces.
const WORDS: &str = "the harbour master Ana Oliveira keeps a ledger of every boat that has entered Porto since 1894 and most \
    entries are short but some longer ones tell stories about schooners lost in storms near Azores islands when sailors died \
    because nobody had repaired old lighthouses visitors ask her daughter which photographs will outlast good paper ink \
    remembering telephone numbers was easier before electricity arrived yesterday we discussed neuroscience hippocampus \
    consolidation postgres extensions written carefully with unbelievable patience I don't think they're wrong actually";

/// `count` sentences of 20 words, no two alike; every tenth has accents.
fn sentences(count: usize) -> Vec<String> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut seed = 7u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut sentence = |i: usize| {
        let text = (0..20).map(|_| words[next(words.len())]).collect::<Vec<_>>().join(" ") + ".";
        if i.is_multiple_of(10) { text.replace('o', "\u{f6}") } else { text }
    };
    (0..count).map(&mut sentence).collect()
}

fn embed(c: &mut Criterion) {
    let sentences = sentences(1_000);
    let mut group = c.benchmark_group("encoder");
    group.throughput(Throughput::Elements(sentences.len() as u64));
    group.bench_function("sentences of 20 words", |b| {
        b.iter(|| sentences.iter().filter_map(|s| encoder::embed(black_box(s))).map(|v| v[0]).sum::<f32>())
    });
    group.bench_function("tokens of sentences of 20 words", |b| {
        b.iter(|| sentences.iter().map(|s| encoder::token_ids(black_box(s)).len()).sum::<usize>())
    });
    group.finish();
}

criterion_group!(benches, embed);
criterion_main!(benches);

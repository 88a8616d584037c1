//! Scans of 100,000 codes of 384 dimensions, in pages of 16 KiB as in the region, by every kernel of this processor,
//! beside 32-bit floats with a plain loop. Run with `cargo bench -p engram-region --bench kernel`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use engram_region::kernel::{Kernel, LANES, Nearest, PreparedQuery, TopK, prefetch};
use std::hint::black_box;

const VECTORS: usize = 100_000;
const DIMS: usize = 384;
const WORDS: usize = DIMS / 64;
const PAGE: usize = 16 * 1024;
const CANDIDATES: usize = 500;
/// How many candidates ahead a row is fetched.
const AHEAD: usize = 8;

/// A fixed sequence of numbers (splitmix64).
fn numbers(mut state: u64) -> impl Iterator<Item = u64> {
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

fn codes(seed: u64, len: usize) -> Vec<i8> {
    numbers(seed).map(|number| (number as i8).max(-127)).take(len).collect()
}

fn dense(criterion: &mut Criterion) {
    let rows = codes(1, VECTORS * DIMS);
    let query = codes(2, DIMS);
    let per_page = PAGE / DIMS;
    let mut out = vec![0; per_page];
    let mut group = criterion.benchmark_group("dense_100k");
    group.throughput(Throughput::Bytes((VECTORS * DIMS) as u64));
    for kernel in Kernel::supported() {
        let prepared = PreparedQuery::with_kernel(&query, kernel);
        let level = format!("{:?}", kernel.dense());
        group.bench_function(BenchmarkId::new("int8_dots", &level), |bencher| {
            bencher.iter(|| {
                for page in rows.chunks(per_page * DIMS) {
                    let out = &mut out[..page.len() / DIMS];
                    prepared.dots(black_box(page), DIMS, out);
                    black_box(&*out);
                }
            });
        });
        group.bench_function(BenchmarkId::new("int8_dots_top_40", &level), |bencher| {
            bencher.iter(|| {
                let mut top = TopK::new(40);
                let mut key = 0;
                for page in rows.chunks(per_page * DIMS) {
                    let out = &mut out[..page.len() / DIMS];
                    prepared.dots(black_box(page), DIMS, out);
                    for &score in &*out {
                        top.push(score, key);
                        key += 1;
                    }
                }
                top.into_sorted()
            });
        });
    }
    let floats: Vec<f32> = rows.iter().map(|&code| f32::from(code) / 127.0).collect();
    let query: Vec<f32> = query.iter().map(|&code| f32::from(code) / 127.0).collect();
    group.throughput(Throughput::Bytes((VECTORS * DIMS * 4) as u64));
    group.bench_function("f32_plain_loop", |bencher| {
        bencher.iter(|| {
            for row in floats.chunks_exact(DIMS) {
                let sum: f32 = row.iter().zip(&query).map(|(a, b)| a * b).sum();
                black_box(sum);
            }
        });
    });
    group.finish();
}

fn signs(criterion: &mut Criterion) {
    let blocks: Vec<u64> = numbers(3).take(VECTORS * WORDS).collect();
    let query: Vec<u64> = numbers(4).take(WORDS).collect();
    let rows = codes(5, VECTORS * DIMS);
    let codes = codes(6, DIMS);
    let page_words = PAGE / 8 / (WORDS * LANES) * (WORDS * LANES);
    let mut out = vec![0; page_words / WORDS];
    let mut group = criterion.benchmark_group("signs_100k");
    group.throughput(Throughput::Bytes((VECTORS * DIMS / 8) as u64));
    for kernel in Kernel::supported() {
        let level = format!("{:?}", kernel.signs());
        group.bench_function(BenchmarkId::new("hamming", &level), |bencher| {
            bencher.iter(|| {
                for page in blocks.chunks(page_words) {
                    let out = &mut out[..page.len() / WORDS];
                    kernel.hamming(&query, black_box(page), out);
                    black_box(&*out);
                }
            });
        });
        let prepared = PreparedQuery::with_kernel(&codes, kernel);
        let mut candidates = || {
            let mut nearest = Nearest::new(CANDIDATES, DIMS as u16);
            let mut first = 0;
            for page in blocks.chunks(page_words) {
                let out = &mut out[..page.len() / WORDS];
                kernel.hamming(&query, black_box(page), out);
                nearest.add(first, out);
                first += out.len() as u32;
            }
            nearest.into_candidates()
        };
        group.bench_function(BenchmarkId::new("hamming_nearest_500", &level), |bencher| {
            bencher.iter(&mut candidates);
        });
        group.bench_function(BenchmarkId::new("hamming_500_rerank_int8_top_40", &level), |bencher| {
            bencher.iter(|| {
                let mut top = TopK::new(40);
                let candidates = candidates();
                let row = |position: u32| &rows[position as usize * DIMS..][..DIMS];
                for (i, candidate) in candidates.iter().enumerate() {
                    if let Some(next) = candidates.get(i + AHEAD) {
                        prefetch(row(next.position));
                    }
                    top.push(prepared.dot(row(candidate.position)), u64::from(candidate.position));
                }
                top.into_sorted()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, dense, signs);
criterion_main!(benches);

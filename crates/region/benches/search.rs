//! What recall asks of a region, over 10,000 and 100,000 memories of 100 words and 384 dimensions, filled through the
//! public API; and how many bytes each part of a memory takes. Run with `cargo bench -p engram-region --bench search`.
//!
//! Words and half of the cues follow a Zipf law, the other cues come from a pool that a session of 20 memories shares,
//! vectors lie in clusters. Times are of one thread without locks: what a server adds is measured by `./scripts/bench`.

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use engram_engine::bm25::{self, Params};
use engram_engine::code::quantise;
use engram_engine::spread::{Config, Scratch, Seed, spread};
use engram_region::dense::Query;
use engram_region::read::{NoPause, Reader, Seen};
use engram_region::settle::Outcome;
use engram_region::{Directory, Record, Region, Space, SpaceKey, State};
use std::hint::black_box;
use std::time::{Duration, Instant};

const WORDS: usize = 100;
const DIMS: usize = 384;
const CUES: usize = 8;
const SESSION: u64 = 20;
const VOCABULARY: usize = 100_000;
/// Ranks of the words that questions use: no stop words. Eight of them have about 27,000 postings in 100,000 memories.
const QUESTION_RANKS: (f64, f64) = (40.0, 20_000.0);
const CLUSTERS: u64 = 1_000;
const QUESTIONS: usize = 64;
const TOP: usize = 100;

/// Which parts of a memory a region is filled with.
#[derive(Clone, Copy, PartialEq)]
enum Without {
    Nothing,
    Code,
    Words,
    Cues,
    Context,
    Digest,
}

/// SplitMix64 (Steele, Lea and Flood 2014): the finaliser serves as hash of words, cues and contexts too.
fn mix(x: u64) -> u64 {
    let z = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

struct Numbers(u64);

impl Numbers {
    fn new(stream: u64, i: u64) -> Numbers {
        Numbers(mix(stream << 40 ^ i))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// 0 to 1, exclusive.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// An index below `n` with probability about 1 / (index + 1).
    fn zipf(&mut self, n: u64) -> u64 {
        ((n as f64).powf(self.unit()) as u64).clamp(1, n) - 1
    }

    /// About normal, mean 0.
    fn bell(&mut self) -> f32 {
        (0..4).map(|_| self.unit() as f32).sum::<f32>() - 2.0
    }
}

fn word(rank: u64) -> u64 {
    mix(rank + (1 << 33))
}

fn id(i: u64) -> [u8; 16] {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&i.to_be_bytes());
    id[8..].copy_from_slice(&mix(i).to_be_bytes());
    id
}

fn cues_of(i: u64, n: u64) -> Vec<(u64, bool)> {
    let mut numbers = Numbers::new(2, i);
    let cue = |c: u64| mix(c + (1 << 34));
    let mut cues: Vec<(u64, bool)> = (0..CUES)
        .map(|c| match c % 2 {
            0 => cue(Numbers::new(3, i / SESSION * 12 + numbers.below(12)).below(n / 2)),
            _ => cue(numbers.zipf(n / 2)),
        })
        .map(|cue| (cue, false))
        .collect();
    cues.sort_unstable();
    cues.dedup();
    cues[0].1 = i.is_multiple_of(4);
    cues
}

fn vector(i: u64, cluster: u64) -> Vec<f32> {
    let (mut centre, mut noise) = (Numbers::new(4, cluster), Numbers::new(5, i));
    (0..DIMS).map(|_| centre.bell() + 0.7 * noise.bell()).collect()
}

/// The memory number `i` of a space of `n`.
fn record(i: u64, n: u64, without: Without) -> Record {
    let mut numbers = Numbers::new(1, i);
    let mut words: Vec<u64> = (0..WORDS).map(|_| word(numbers.zipf(VOCABULARY as u64))).collect();
    words.sort_unstable();
    let mut terms: Vec<(u64, u16)> = Vec::with_capacity(WORDS);
    for w in words.into_iter().filter(|_| without != Without::Words) {
        match terms.last_mut() {
            Some(last) if last.0 == w => last.1 += 1,
            _ => terms.push((w, 1)),
        }
    }
    let code = quantise(&vector(i, mix(i) % CLUSTERS)).expect("a vector has a direction");
    Record {
        id: id(i),
        changed: 5,
        occurred_at: 1_700_000_000_000_000 + i as i64 * 60_000_000,
        context: if without == Without::Context { 0 } else { mix(i / SESSION + (1 << 35)) },
        kind: 1,
        length: WORDS as u32,
        terms,
        cues: if without == Without::Cues { Vec::new() } else { cues_of(i, n) },
        code: (without != Without::Code).then_some(code),
        digest: if without == Without::Digest { 0 } else { (mix(i) as u32).max(1) },
        pinned: false,
        cold: false,
    }
}

/// A ready space in a region of `bytes`, which lives as long as the process.
fn empty(bytes: usize) -> Space<'static> {
    // Zeroed by the system, so that what is never used takes no memory; an aligned request would be cleared by hand.
    let whole: &'static mut [u8] = vec![0; bytes + 64].leak();
    let first = whole.as_ptr().align_offset(64);
    let base = whole[first..].as_mut_ptr();
    // SAFETY: the bytes are never freed, and one thread uses them.
    let region = unsafe { Region::new(base, bytes) };
    let directory = Directory::format(region).expect("room for a directory");
    let slot = directory.find_or_add(&SpaceKey { database: 1, table: 2, name: "bench" }).expect("room for a space");
    let space = directory.space(slot);
    space.reset(State::Ready);
    space
}

/// Does what the maintenance worker does.
fn tidy(space: &Space<'_>) {
    while let Some(mut victim) = space.scattered_segment() {
        while space.read_terms(&mut victim) {}
        while space.move_survivors(&mut victim, 16).expect("room for a record") {}
        space.give_back(&victim);
    }
    while let Some(sorted) = space.sealable().and_then(|segment| space.sort_segment(segment)) {
        assert!(space.seal(&sorted).expect("room for sorted terms"));
    }
}

fn fill(n: u64, without: Without) -> Space<'static> {
    let space = empty(n as usize * 4096 + (512 << 20));
    for i in 0..n {
        space.load(&record(i, n, without), &Seen::default()).expect("room for a memory");
        if i % 4096 == 0 {
            tidy(&space);
        }
    }
    tidy(&space);
    space
}

fn bytes_per_memory(n: u64) {
    let bytes = |without| fill(n, without).stats().bytes as f64 / n as f64;
    let whole = bytes(Without::Nothing);
    let parts = [
        ("code", Without::Code),
        ("words", Without::Words),
        ("cues", Without::Cues),
        ("context", Without::Context),
        ("digest", Without::Digest),
    ];
    let mut rest = whole;
    let mut text = format!("bytes per memory, {n} memories: {whole:.0}");
    for (name, without) in parts {
        let part = whole - bytes(without);
        rest -= part;
        text += &format!(", {name} {part:.0}");
    }
    println!("{text}, node and id {rest:.0}");
}

/// Sizes of the spaces; that of `ENGRAM_BENCH_SIZE` where it is set, and a small one when benchmarks are only tried (`--test`).
fn sizes() -> Vec<u64> {
    if let Ok(size) = std::env::var("ENGRAM_BENCH_SIZE") {
        return vec![size.parse().expect("ENGRAM_BENCH_SIZE is a number")];
    }
    if std::env::args().any(|a| a == "--test") { vec![3_000] } else { vec![10_000, 100_000] }
}

fn question_terms(numbers: &mut Numbers) -> Vec<u64> {
    let (first, last) = QUESTION_RANKS;
    let mut terms: Vec<u64> = (0..8).map(|_| word((first * (last / first).powf(numbers.unit())) as u64)).collect();
    terms.sort_unstable();
    terms
}

type Search = Reader<'static, NoPause>;

fn search(space: &Space<'static>) -> Search {
    Reader::new(*space, Seen::default(), NoPause).expect("the space is ready")
}

fn by_words(reader: &mut Search, terms: &[u64]) -> usize {
    let params = Params::default();
    let stats = *reader.stats();
    let words = reader.words(terms).expect("nothing moves");
    let idfs: Vec<f32> = words.df.iter().map(|df| bm25::idf(stats.memories, *df)).collect();
    let average = stats.total_length as f32 / stats.memories as f32;
    let sums = reader.sums(&words, &idfs, average, params).expect("nothing moves");
    reader.best_by_words(&sums, TOP, None).expect("nothing moves").len()
}

fn seeds(reader: &Search, numbers: &mut Numbers, n: u64) -> Vec<Seed> {
    let first = numbers.below(n) / SESSION * SESSION;
    let other = numbers.below(n);
    let memories = [first, (first + 3) % n, (first + 7) % n, other, other / 2];
    let node = |i: u64| reader.by_id(&id(i)).expect("every memory is visible");
    let mut seeds: Vec<Seed> = memories.iter().map(|i| Seed { node: node(*i), mass: 0.14 }).collect();
    let named = cues_of(first, n).into_iter().take(3).map(|(hash, _)| reader.cue(hash).expect("a cue of a memory").0);
    seeds.extend(named.map(|node| Seed { node, mass: 0.1 }));
    seeds
}

fn searching(c: &mut Criterion) {
    for n in sizes() {
        let space = fill(n, Without::Nothing);
        let mut numbers = Numbers::new(6, 0);
        let mut group = c.benchmark_group("search");
        let mut next = 0;
        let mut turn = move || {
            next += 1;
            next % QUESTIONS
        };

        let queries: Vec<Query> = (0..QUESTIONS)
            .map(|_| quantise(&vector(numbers.next(), numbers.below(CLUSTERS))).expect("a vector has a direction"))
            .map(Query::new)
            .collect();
        let mut reader = search(&space);
        for (name, exact) in [("dense_top_100", false), ("dense_top_100_exact", true)] {
            group.bench_function(BenchmarkId::new(name, n), |b| {
                b.iter(|| reader.dense(&queries[turn()], TOP, exact, None).expect("nothing moves").len());
            });
        }

        let terms: Vec<Vec<u64>> = (0..QUESTIONS).map(|_| question_terms(&mut numbers)).collect();
        let postings: u32 = terms.iter().flat_map(|t| reader.words(t).expect("nothing moves").df).sum();
        println!("8 words have {} postings on average, {n} memories", postings as usize / QUESTIONS);
        group.bench_function(BenchmarkId::new("bm25_8_words_top_100", n), |b| {
            b.iter(|| by_words(&mut reader, black_box(&terms[turn()])));
        });

        let starts: Vec<Vec<Seed>> = (0..QUESTIONS).map(|_| seeds(&reader, &mut numbers, n)).collect();
        let (mut edges, mut calls) = (0, 0);
        let mut scratch = Scratch::new();
        group.bench_function(BenchmarkId::new("spread_5_memories_3_cues", n), |b| {
            b.iter(|| {
                let found = spread(&mut scratch, &mut reader, &starts[turn()], &Config::default(), &mut || Ok(()))
                    .expect("nothing stops the call");
                (edges, calls) = (edges + found.edges, calls + 1);
                scratch.recycle(found);
            });
        });
        println!("a spread looks at {} edges, {n} memories", edges / calls.max(1));
        group.finish();
    }
}

/// Adds one memory at a time to a space that holds `n` already, timing `add` alone.
fn adding(c: &mut Criterion, name: &str, add: impl Fn(&Space<'_>, u64, &Record)) {
    let mut group = c.benchmark_group("write");
    // The space grows with each iteration: short runs keep it near its size.
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500)).sample_size(20);
    for n in sizes() {
        let space = fill(n, Without::Nothing);
        let mut i = n;
        group.bench_function(BenchmarkId::new(name, n), |b| {
            b.iter_custom(|iterations| {
                let mut spent = Duration::ZERO;
                for _ in 0..iterations {
                    let r = record(i, n, Without::Nothing);
                    let start = Instant::now();
                    add(&space, i, &r);
                    spent += start.elapsed();
                    i += 1;
                    if i % 4096 == 0 {
                        tidy(&space);
                    }
                }
                spent
            });
        });
    }
    group.finish();
}

fn writing(c: &mut Criterion) {
    adding(c, "publish_and_settle", |space, i, record| {
        space.publish(100 + i, record).expect("room for a memory");
        while space.settle(|_| Outcome::Committed, u64::MAX) {}
    });
    adding(c, "load", |space, _, record| space.load(record, &Seen::default()).expect("room for a memory"));

    let mut group = c.benchmark_group("write");
    group.bench_function("quantise_384", |b| {
        b.iter_batched_ref(|| vector(7, 7), |v| quantise(v).expect("a vector has a direction"), BatchSize::SmallInput);
    });
    group.finish();
}

fn sizes_of_parts(_: &mut Criterion) {
    sizes().into_iter().for_each(bytes_per_memory);
}

criterion_group!(benches, sizes_of_parts, searching, writing);
criterion_main!(benches);

//! One signature: the clusters of the same episodes are the same bytes in every order of arrival, on every number of threads and
//! with every instruction set of this processor.

#[allow(dead_code)] // A region is for other tests.
mod common;

use common::cases;
use engram_engine::code::{Code, quantise};
use engram_engine::consolidation::linkage::{Class, Cluster, Dots, Rules};
use engram_region::kernel::{Kernel, Level};
use proptest::prelude::*;
use std::sync::atomic::AtomicBool;

/// A fixed sequence of numbers (splitmix64), so that a failure repeats.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.next() as usize % (i + 1));
        }
    }
}

type Episode = ([u8; 16], Code);

/// 60 episodes around 8 points, some of them copies, and a run of 12 each a little further.
fn episodes() -> Vec<Episode> {
    let mut numbers = Numbers(3);
    let mut vector = |near: &[f32], noise: f32| -> Vec<f32> {
        near.iter().map(|x| x + noise * ((numbers.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0)).collect()
    };
    let points: Vec<Vec<f32>> = (0..8).map(|_| vector(&[0.0; 20], 1.0)).collect();
    let mut vectors: Vec<Vec<f32>> =
        (0..60).map(|i| vector(&points[i * i % 8], if i % 5 == 0 { 0.0 } else { 0.8 })).collect();
    vectors.extend((0..12).map(|i| points[0].iter().zip(&points[1]).map(|(a, b)| a + b * i as f32 / 4.0).collect()));
    let ids = (0..).map(|i: u128| i.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes());
    ids.zip(vectors).map(|(id, vector)| (id, quantise(&vector).unwrap())).collect()
}

fn run(episodes: &[Episode], rules: &Rules, dots: &dyn Dots, threads: usize) -> Vec<Cluster> {
    let mut class = Class::new(episodes[0].1.values.len());
    episodes.iter().for_each(|(id, code)| class.put(*id, code));
    class.run(rules, dots, threads, &AtomicBool::new(false)).unwrap().to_vec()
}

/// Every member of every cluster and the bits of every number, so that nothing is equal by rounding.
fn signature(clusters: &[Cluster]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for cluster in clusters {
        bytes.extend((cluster.members.len() as u64).to_be_bytes());
        bytes.extend(cluster.members.iter().flatten());
        bytes.extend(cluster.cohesion.to_bits().to_be_bytes());
    }
    bytes
}

#[test]
fn a_thousand_shuffled_runs_have_one_signature() {
    let mut episodes = episodes();
    let kernels = Kernel::supported();
    for level in [Level::Portable, Level::Avx2, Level::Avx512] {
        if !kernels.iter().any(|kernel| kernel.dense() == level) {
            println!("skipped: this processor has no {level:?}");
        }
    }
    let rules = |memory| Rules { threshold: 0.6, min_size: 2, max_size: 12, memory };
    let expected = signature(&run(&episodes, &rules(1 << 26), &kernels[0], 1));
    assert!(expected.len() > 1_000);
    let mut numbers = Numbers(5);
    // Valgrind, which sets the number of cases, takes thirty times as long.
    let rounds = if std::env::var_os("PROPTEST_CASES").is_some() { 6 } else { 1_000 };
    for round in 0..rounds {
        numbers.shuffle(&mut episodes);
        // The little memory makes lists and sums take the place of the matrix.
        let rules = rules([1 << 26, 4_000, 0][round % 3]);
        for threads in [1, 2, 8] {
            let kernel = kernels[(round / 3 + threads) % kernels.len()];
            let found = signature(&run(&episodes, &rules, &kernel, threads));
            assert_eq!(found, expected, "run {round}, {threads} threads, {kernel:?}");
        }
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn every_instruction_set_and_number_of_threads_gives_the_same(
        values in prop::collection::vec(prop::collection::vec(-3i8..=3, 19), 10..100),
        threshold in 0.05f32..0.95,
        order in any::<u64>(),
    ) {
        let codes = values.iter().map(|values| quantise(&values.iter().map(|&v| f32::from(v)).collect::<Vec<_>>()));
        let mut episodes: Vec<Episode> =
            codes.enumerate().filter_map(|(i, code)| Some(((i as u128).to_be_bytes(), code.ok()?))).collect();
        prop_assume!(!episodes.is_empty());
        let rules = Rules { threshold, min_size: 1, max_size: usize::MAX, memory: 1 << 20 };
        let expected = signature(&run(&episodes, &rules, &Kernel::supported()[0], 1));
        for kernel in Kernel::supported() {
            for threads in [1, 2, 8] {
                Numbers(order).shuffle(&mut episodes);
                prop_assert_eq!(signature(&run(&episodes, &rules, &kernel, threads)), expected.clone());
            }
        }
    }
}

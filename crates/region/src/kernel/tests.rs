//! Every kernel that this processor runs is compared with sums written the simplest way.

use super::*;
use proptest::prelude::*;
use std::cmp::Reverse;

const LENGTHS: [usize; 18] = [0, 1, 3, 7, 15, 16, 17, 31, 63, 64, 65, 127, 255, 256, 384, 1000, 1536, 16_000];

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

    fn codes(&mut self, len: usize) -> Vec<i8> {
        (0..len).map(|_| self.next() as i8).collect()
    }

    fn words(&mut self, len: usize) -> Vec<u64> {
        (0..len).map(|_| self.next()).collect()
    }
}

fn exact_dot(a: &[i8], b: &[i8]) -> i32 {
    let sum: i64 = a.iter().zip(b).map(|(&a, &b)| i64::from(a) * i64::from(b)).sum();
    i32::try_from(sum).unwrap()
}

fn check_dots(query: &[i8], rows: &[i8], stride: usize, n: usize) {
    let dims = query.len();
    let expected: Vec<i32> = (0..n).map(|i| exact_dot(query, &rows[i * stride..][..dims])).collect();
    for kernel in Kernel::supported() {
        let prepared = PreparedQuery::with_kernel(query, kernel);
        let mut out = vec![i32::MIN; n];
        prepared.dots(rows, stride, &mut out);
        assert_eq!(out, expected, "{kernel:?}, {dims} dimensions, stride {stride}");
        for (i, &expected) in expected.iter().enumerate() {
            let row = &rows[i * stride..][..dims];
            assert_eq!(prepared.dot(row), expected, "{kernel:?}, {dims} dimensions");
            assert_eq!(kernel.dot(query, row), expected, "{kernel:?}, {dims} dimensions");
        }
    }
    let mut out = vec![i32::MIN; n];
    dots(query, rows, dims, stride, &mut out);
    assert_eq!(out, expected);
}

fn check_hamming(query: &[u64], codes: &[Vec<u64>], filler: u64) {
    let words = query.len();
    let mut blocks = vec![filler; codes.len().div_ceil(LANES) * words * LANES];
    for (i, code) in codes.iter().enumerate() {
        let start = i / LANES * words * LANES;
        let block = &mut blocks[start..][..words * LANES];
        set_lane(block, words, i % LANES, code);
        assert!(lane(block, i % LANES).eq(code.iter().copied()));
    }
    let distance = |code: &Vec<u64>| {
        let bits: u32 = code.iter().zip(query).map(|(&a, &b)| (a ^ b).count_ones()).sum();
        u16::try_from(bits).unwrap()
    };
    let expected: Vec<u16> = codes.iter().map(distance).collect();
    for kernel in Kernel::supported() {
        let mut out = vec![EXCLUDED; codes.len()];
        kernel.hamming(query, &blocks, &mut out);
        assert_eq!(out, expected, "{kernel:?}, {words} words");
    }
    let mut out = vec![EXCLUDED; codes.len()];
    hamming(query, &blocks, words, &mut out);
    assert_eq!(out, expected);
}

#[test]
fn every_kernel_finds_the_highest_and_the_lowest_of_each_group() {
    let mut numbers = Numbers(11);
    for len in (0..70).chain([511, 512, 4096]) {
        let high: Vec<u32> = (0..len).map(|_| numbers.next() as u32).collect();
        let low: Vec<u16> = (0..len).map(|_| numbers.next() as u16).collect();
        for kernel in Kernel::supported() {
            let (mut highest, mut lowest) = (vec![], vec![]);
            kernel.highest(&high, &mut highest);
            kernel.lowest(&low, &mut lowest);
            let expected: Vec<u32> = high.chunks(GROUP).map(|group| *group.iter().max().unwrap()).collect();
            assert_eq!(highest, expected, "{kernel:?}, {len}");
            let expected: Vec<u16> = low.chunks(GROUP).map(|group| *group.iter().min().unwrap()).collect();
            assert_eq!(lowest, expected, "{kernel:?}, {len}");
        }
    }
}

#[test]
fn the_fastest_kernel_is_among_those_tested() {
    let supported = Kernel::supported();
    assert_eq!(supported.last(), Some(&Kernel::best()));
    assert_eq!(supported[0].dense(), Level::Portable);
    assert_eq!(supported[0].signs(), Level::Portable);
    #[cfg(target_arch = "x86_64")]
    {
        let has = |level: Level| supported.iter().any(|kernel| kernel.dense() == level);
        assert_eq!(has(Level::Avx2), std::arch::is_x86_feature_detected!("avx2"));
    }
}

#[test]
fn every_kernel_gives_the_exact_dot_product_at_every_length() {
    let mut numbers = Numbers(1);
    for dims in LENGTHS {
        for stride in [dims, dims + 1, dims.next_multiple_of(64)] {
            for n in [0, 1, 2, 3, 4, 5, 9] {
                let query = numbers.codes(dims);
                let len = if n == 0 { 0 } else { (n - 1) * stride + dims };
                check_dots(&query, &numbers.codes(len), stride, n);
            }
        }
    }
}

#[test]
fn extreme_codes_do_not_saturate() {
    for dims in LENGTHS {
        for a in [-128, -127, 0, 1, 127] {
            for b in [-128, -127, 0, 1, 127] {
                check_dots(&vec![a; dims], &vec![b; dims * 5], dims, 5);
            }
        }
    }
}

#[test]
fn every_kernel_counts_the_differing_bits_of_every_code_length() {
    let mut numbers = Numbers(2);
    for words in [0, 1, 2, 3, 4, 6, 16, 24, 30, 31, 32, 63, 250] {
        for n in [0, 1, 7, 8, 9, 16, 43] {
            let query = numbers.words(words);
            let codes: Vec<_> = (0..n).map(|_| numbers.words(words)).collect();
            check_hamming(&query, &codes, numbers.next());
        }
    }
}

#[test]
fn opposite_codes_of_the_greatest_length_do_not_overflow() {
    for words in [31, 32, 1023] {
        check_hamming(&vec![0; words], &vec![vec![u64::MAX; words]; 9], 0);
        check_hamming(&vec![u64::MAX; words], &vec![vec![u64::MAX; words]; 9], 0);
    }
}

#[test]
fn writing_a_lane_leaves_the_others_alone() {
    let mut block = vec![7; 3 * LANES];
    set_lane(&mut block, 3, 5, &[1, 2, 3]);
    for other in (0..LANES).filter(|&other| other != 5) {
        assert!(lane(&block, other).eq([7, 7, 7]));
    }
    assert!(lane(&block, 5).eq([1, 2, 3]));
}

#[test]
#[should_panic(expected = "do not fit in 99 bytes")]
fn rows_past_the_end_are_refused() {
    PreparedQuery::new(&[1; 10]).dots(&[0; 99], 10, &mut [0; 10]);
}

#[test]
#[should_panic(expected = "overlap")]
fn overlapping_rows_are_refused() {
    PreparedQuery::new(&[1; 10]).dots(&[0; 99], 9, &mut [0; 2]);
}

#[test]
#[should_panic(expected = "do not fit")]
fn a_row_count_that_overflows_is_refused() {
    PreparedQuery::new(&[1; 10]).dots(&[0; 99], usize::MAX, &mut [0; 3]);
}

#[test]
#[should_panic(expected = "do not fit in 47 words")]
fn blocks_past_the_end_are_refused() {
    hamming(&[0; 3], &[0; 47], 3, &mut [0; 9]);
}

#[test]
#[should_panic(expected = "dimensions of the row")]
fn a_row_of_another_length_is_refused() {
    PreparedQuery::new(&[1; 10]).dot(&[1; 11]);
}

fn check_top(entries: &[(i32, u64)], n: usize) {
    let mut expected = entries.to_vec();
    expected.sort_by_key(|&(score, key)| (Reverse(score), key));
    expected.truncate(n);
    for order in [entries.to_vec(), entries.iter().rev().copied().collect(), {
        let mut sorted = entries.to_vec();
        sorted.sort_unstable();
        sorted
    }] {
        let mut top = TopK::new(n);
        for (score, key) in order {
            let could_enter = top.floor().is_none_or(|floor| score >= floor);
            let before = top.clone().into_sorted();
            top.push(score, key);
            assert!(could_enter || top.clone().into_sorted() == before);
        }
        assert_eq!(top.into_sorted(), expected);
    }
}

#[test]
fn the_top_is_the_same_in_every_order_of_pushes() {
    let mut numbers = Numbers(3);
    for n in [0, 1, 2, 10, 100, 1000] {
        for range in [1, 5, 1 << 20] {
            let mut entry = |key: u64| ((numbers.next() % range) as i32 - 2, key * 7919 % 500);
            let entries: Vec<_> = (0..500).map(&mut entry).collect();
            check_top(&entries, n);
        }
    }
}

#[test]
fn the_smallest_distances_come_first_when_reversed() {
    let mut top = TopK::new(3);
    for (distance, key) in [(9u16, 1), (4, 9), (4, 2), (7, 5), (8, 0)] {
        top.push(Reverse(distance), key);
    }
    assert_eq!(top.into_sorted(), [(Reverse(4), 2), (Reverse(4), 9), (Reverse(7), 5)]);
}

fn check_nearest(distances: &[u16], n: usize, bits: u16, page: usize) {
    let mut sorted: Vec<u16> = distances.iter().copied().filter(|&d| d <= bits).collect();
    sorted.sort_unstable();
    let cutoff = if n == 0 { None } else { Some(sorted.get(n - 1).copied().unwrap_or(bits)) };
    let expected: Vec<Candidate> = (0..)
        .zip(distances)
        .filter(|&(_, &distance)| cutoff.is_some_and(|cutoff| distance <= cutoff))
        .map(|(position, &distance)| Candidate { position, distance })
        .collect();
    let mut nearest = Nearest::new(n, bits);
    for (i, page_of) in distances.chunks(page).enumerate() {
        nearest.add((i * page) as u32, page_of);
    }
    assert_eq!(nearest.len(), expected.len());
    assert_eq!(nearest.is_empty(), expected.is_empty());
    if let Some(cutoff) = cutoff {
        assert_eq!(nearest.cutoff(), cutoff);
    }
    assert_eq!(nearest.into_candidates(), expected);
}

#[test]
fn all_vectors_as_far_as_the_last_candidate_are_kept() {
    check_nearest(&[5, 3, 5, 1, 5, 9], 3, 64, 2);
    check_nearest(&[0; 300], 1, 64, 7);
    check_nearest(&[64; 30], 31, 64, 7);
    check_nearest(&[], 5, 64, 7);
}

#[test]
fn excluded_vectors_are_neither_counted_nor_kept() {
    check_nearest(&[EXCLUDED, 3, EXCLUDED, 64, 65, 7], 2, 64, 4);
    check_nearest(&[EXCLUDED; 100], 2, 64, 42);
}

#[test]
fn a_scan_from_far_to_near_gives_the_same_candidates() {
    let falling: Vec<u16> = (0..40_000).map(|i| 384 - (i / 120) as u16).collect();
    let rising: Vec<u16> = falling.iter().rev().copied().collect();
    for n in [1, 500, 9_000, 50_000] {
        check_nearest(&falling, n, 384, 336);
        check_nearest(&rising, n, 384, 336);
    }
}

proptest! {
    #[test]
    fn kernels_agree_on_any_codes(
        query in prop::collection::vec(any::<i8>(), 0..300),
        bytes in prop::collection::vec(any::<i8>(), 0..4000),
        gap in 0usize..70,
    ) {
        let stride = query.len() + gap;
        let n = if bytes.len() < query.len() { 0 } else { (bytes.len() - query.len()) / stride.max(1) + 1 };
        check_dots(&query, &bytes, stride, n);
    }

    #[test]
    fn kernels_agree_on_any_signs(
        (query, codes) in (1usize..40).prop_flat_map(|words| {
            let code = prop::collection::vec(any::<u64>(), words);
            (code.clone(), prop::collection::vec(code, 0..40))
        }),
        filler in any::<u64>(),
    ) {
        check_hamming(&query, &codes, filler);
    }

    #[test]
    fn the_top_is_the_head_of_the_sorted_list(
        entries in prop::collection::vec((-20i32..20, 0u64..50), 0..400),
        n in 0usize..40,
    ) {
        check_top(&entries, n);
    }

    #[test]
    fn candidates_are_all_within_the_nth_distance(
        distances in prop::collection::vec(prop_oneof![9 => 0u16..=128, 1 => Just(EXCLUDED)], 0..2000),
        n in 0usize..300,
        page in 1usize..400,
    ) {
        check_nearest(&distances, n, 128, page);
    }
}

#[test]
fn every_kernel_gives_the_exact_products_of_units_and_of_sums() {
    use engram_engine::consolidation::linkage::{Dots, ONE};
    let one = ONE as i16;
    let mut numbers = Numbers(17);
    for dims in LENGTHS {
        for n in [0, 1, 2, 4, 5, 9] {
            let small: Vec<i16> = (0..dims * (n + 1)).map(|_| numbers.next() as i8 as i16).collect();
            // Unit vectors never add up to more than 2^30, but a part of a product may be extreme, and wraps.
            let extreme: Vec<i16> =
                (0..dims * (n + 1)).map(|_| if numbers.next() % 2 == 0 { one } else { -one }).collect();
            for vectors in [small, extreme] {
                let (query, rows) = vectors.split_at(dims);
                let exact =
                    |i: usize| query.iter().zip(&rows[i * dims..]).map(|(&a, &b)| i64::from(a) * i64::from(b)).sum();
                let expected: Vec<i32> = (0..n).map(exact).map(|sum: i64| sum as i32).collect();
                for kernel in Kernel::supported() {
                    let mut out = vec![i32::MIN; n];
                    Dots::dots(&kernel, query, rows, dims, &mut out);
                    assert_eq!(out, expected, "{kernel:?}, {dims} dimensions");
                }
            }
        }
        let a: Vec<i32> = (0..dims).map(|_| numbers.next() as i32).collect();
        let b: Vec<i32> = (0..dims).map(|_| numbers.next() as i32).collect();
        let exact: i128 = a.iter().zip(&b).map(|(&a, &b)| i128::from(a) * i128::from(b)).sum();
        for kernel in Kernel::supported() {
            assert_eq!(kernel.sums(&a, &b), exact as i64, "{kernel:?}, {dims} dimensions");
        }
    }
}

//! Kernels for x86-64 with AVX2.

use super::portable;
use super::signs::LANES;
use std::arch::x86_64::*;

/// Codes multiplied at a time: widened to 16 bits they fill a register.
const WIDTH: usize = 16;
/// Rows multiplied at a time: each widening of the query serves all of them.
const TILE: usize = 4;
/// Words whose bit counts, at most 8 in each byte, add up in a byte: 31 * 8 = 248.
const BYTE_SUMS: usize = 31;

/// Dot products of `query` with rows `stride` bytes apart. Panics when a row does not lie inside `rows`.
#[target_feature(enable = "avx2")]
pub(super) fn dots(query: &[i8], rows: &[i8], stride: usize, out: &mut [i32]) {
    let dims = query.len();
    let (tiles, rest) = out.as_chunks_mut::<TILE>();
    let mut start = 0;
    for out in tiles {
        let tile = [0, 1, 2, 3].map(|i| &rows[start + i * stride..][..dims]);
        let [a, b, c, d] = products(query, tile);
        // SAFETY: `out` is four i32, the 16 bytes written.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), sum_each(a, b, c, d)) };
        for (out, row) in out.iter_mut().zip(tile) {
            *out = out.wrapping_add(tail(query, row));
        }
        start += TILE * stride;
    }
    for out in rest {
        let row = &rows[start..][..dims];
        let [sum] = products(query, [row]);
        let zero = _mm256_setzero_si256();
        *out = _mm_cvtsi128_si32(sum_each(sum, zero, zero, zero)).wrapping_add(tail(query, row));
        start += stride;
    }
}

/// Partial sums, in eight lanes per row, over the whole groups of 16 codes.
///
/// `vpmaddubsw`, which takes bytes, would saturate. Products of widened codes fit: two of them reach 2 * 128 * 128.
#[target_feature(enable = "avx2")]
#[inline]
fn products<const N: usize>(query: &[i8], rows: [&[i8]; N]) -> [__m256i; N] {
    let dims = query.len();
    for row in rows {
        assert_eq!(row.len(), dims);
    }
    let mut sums = [_mm256_setzero_si256(); N];
    let mut at = 0;
    while at + WIDTH <= dims {
        // SAFETY: `at + 16 <= dims`, the length of the query.
        let codes = unsafe { _mm_loadu_si128(query.as_ptr().add(at).cast()) };
        let codes = _mm256_cvtepi8_epi16(codes);
        for (sum, row) in sums.iter_mut().zip(rows) {
            // SAFETY: `at + 16 <= dims`, the length of each row.
            let row = unsafe { _mm_loadu_si128(row.as_ptr().add(at).cast()) };
            let products = _mm256_madd_epi16(_mm256_cvtepi8_epi16(row), codes);
            *sum = _mm256_add_epi32(*sum, products);
        }
        at += WIDTH;
    }
    sums
}

/// The dot product of the codes after the last whole group.
fn tail(query: &[i8], row: &[i8]) -> i32 {
    portable::dot(query.as_chunks::<WIDTH>().1, row.as_chunks::<WIDTH>().1)
}

/// The sums of the lanes of each register, in order.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn sum_each(a: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m128i {
    let halves = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256::<1>(halves))
}

/// Distances of `query` to the lanes of whole blocks. The caller has checked the lengths.
#[target_feature(enable = "avx2")]
pub(super) fn hamming(query: &[u64], blocks: &[u64], out: &mut [[u16; LANES]]) {
    let zero = _mm256_setzero_si256();
    for (block, out) in blocks.chunks_exact(query.len() * LANES).zip(out) {
        let (mut low, mut high) = (zero, zero);
        let words = block.as_chunks::<LANES>().0.chunks(BYTE_SUMS);
        for (query, words) in query.chunks(BYTE_SUMS).zip(words) {
            let (mut low_bytes, mut high_bytes) = (zero, zero);
            for (&word, lanes) in query.iter().zip(words) {
                let word = _mm256_set1_epi64x(word.cast_signed());
                let lanes: *const __m256i = lanes.as_ptr().cast();
                // SAFETY: a word has eight lanes of eight bytes, two registers.
                let (a, b) = unsafe { (_mm256_loadu_si256(lanes), _mm256_loadu_si256(lanes.add(1))) };
                low_bytes = _mm256_add_epi8(low_bytes, bits(_mm256_xor_si256(a, word)));
                high_bytes = _mm256_add_epi8(high_bytes, bits(_mm256_xor_si256(b, word)));
            }
            low = _mm256_add_epi64(low, _mm256_sad_epu8(low_bytes, zero));
            high = _mm256_add_epi64(high, _mm256_sad_epu8(high_bytes, zero));
        }
        // SAFETY: `out` is eight u16, the 16 bytes written.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), narrow(low, high)) };
    }
}

/// The number of bits set in each byte, by a table of the sixteen half bytes.
#[target_feature(enable = "avx2")]
#[inline]
fn bits(bytes: __m256i) -> __m256i {
    let table = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    let half = _mm256_set1_epi8(0x0f);
    let low = _mm256_and_si256(bytes, half);
    let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half);
    _mm256_add_epi8(_mm256_shuffle_epi8(table, low), _mm256_shuffle_epi8(table, high))
}

/// Eight 64-bit numbers below 2^16 as 16-bit ones, in order.
#[target_feature(enable = "avx2")]
#[inline]
fn narrow(low: __m256i, high: __m256i) -> __m128i {
    // Packing works on each 128-bit half apart: l0 l1 h0 h1 in the first, l2 l3 h2 h3 in the second.
    let once = _mm256_packus_epi32(low, high);
    let twice = _mm256_packus_epi32(once, once);
    _mm_unpacklo_epi32(_mm256_castsi256_si128(twice), _mm256_extracti128_si256::<1>(twice))
}

/// Products of `query` with consecutive rows of its length. Panics when a row does not lie inside `rows`.
#[target_feature(enable = "avx2")]
pub(super) fn unit_dots(query: &[i16], rows: &[i16], out: &mut [i32]) {
    let dims = query.len();
    let (tiles, rest) = out.as_chunks_mut::<TILE>();
    let mut start = 0;
    for out in tiles {
        let tile = [0, 1, 2, 3].map(|i| &rows[start + i * dims..][..dims]);
        let [a, b, c, d] = unit_products(query, tile);
        // SAFETY: `out` is four i32, the 16 bytes written.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), sum_each(a, b, c, d)) };
        for (out, row) in out.iter_mut().zip(tile) {
            *out = out.wrapping_add(unit_tail(query, row));
        }
        start += TILE * dims;
    }
    for out in rest {
        let row = &rows[start..][..dims];
        let [sum] = unit_products(query, [row]);
        let zero = _mm256_setzero_si256();
        *out = _mm_cvtsi128_si32(sum_each(sum, zero, zero, zero)).wrapping_add(unit_tail(query, row));
        start += dims;
    }
}

/// Partial sums, in eight lanes per row, over the whole groups of 16 numbers.
#[target_feature(enable = "avx2")]
#[inline]
fn unit_products<const N: usize>(query: &[i16], rows: [&[i16]; N]) -> [__m256i; N] {
    let dims = query.len();
    for row in rows {
        assert_eq!(row.len(), dims);
    }
    let mut sums = [_mm256_setzero_si256(); N];
    let mut at = 0;
    while at + WIDTH <= dims {
        // SAFETY: `at + 16 <= dims`, the length of the query.
        let numbers = unsafe { _mm256_loadu_si256(query.as_ptr().add(at).cast()) };
        for (sum, row) in sums.iter_mut().zip(rows) {
            // SAFETY: `at + 16 <= dims`, the length of each row.
            let row = unsafe { _mm256_loadu_si256(row.as_ptr().add(at).cast()) };
            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(row, numbers));
        }
        at += WIDTH;
    }
    sums
}

/// The product of the numbers after the last whole group.
fn unit_tail(query: &[i16], row: &[i16]) -> i32 {
    portable::unit_dot(query.as_chunks::<WIDTH>().1, row.as_chunks::<WIDTH>().1)
}

/// The product of two sums of vectors. Panics when the lengths differ.
#[target_feature(enable = "avx2")]
pub(super) fn sum_product(a: &[i32], b: &[i32]) -> i64 {
    let (whole_a, rest_a) = a.as_chunks::<8>();
    let (whole_b, rest_b) = b.as_chunks::<8>();
    assert_eq!(whole_a.len(), whole_b.len());
    let mut sum = _mm256_setzero_si256();
    for (a, b) in whole_a.iter().zip(whole_b) {
        // SAFETY: each reference covers the 32 bytes read.
        let (a, b) = unsafe { (_mm256_loadu_si256(a.as_ptr().cast()), _mm256_loadu_si256(b.as_ptr().cast())) };
        // The instruction multiplies the even lanes; the odd ones are moved there.
        let odd = _mm256_mul_epi32(_mm256_srli_epi64::<32>(a), _mm256_srli_epi64::<32>(b));
        sum = _mm256_add_epi64(sum, _mm256_add_epi64(_mm256_mul_epi32(a, b), odd));
    }
    let halves = _mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256::<1>(sum));
    let low = _mm_cvtsi128_si64(halves);
    let high = _mm_cvtsi128_si64(_mm_unpackhi_epi64(halves, halves));
    low.wrapping_add(high).wrapping_add(portable::sum_product(rest_a, rest_b))
}

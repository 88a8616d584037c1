//! Kernels for x86-64 with AVX-512: VNNI multiplies and sums bytes, VPOPCNTDQ counts bits.

use super::avx2::sum_each;
use super::portable;
use super::signs::LANES;
use std::arch::x86_64::*;

/// Bytes in a register.
const WIDTH: usize = 64;
/// Rows multiplied at a time: each load of the query serves all of them, and one shuffle tree sums all.
const TILE: usize = 4;

/// 128 times the sum of the codes: what [`dots`] has to take off, because it shifts rows by 128.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) fn bias(query: &[i8]) -> i32 {
    let shift = _mm512_set1_epi8(i8::MIN);
    let mut sum = _mm512_setzero_si512();
    let (whole, rest) = query.as_chunks::<WIDTH>();
    for chunk in whole {
        // SAFETY: the reference covers the 64 bytes read.
        let codes = unsafe { _mm512_loadu_si512(chunk.as_ptr().cast()) };
        sum = _mm512_dpbusd_epi32(sum, shift, codes);
    }
    // SAFETY: the mask selects the bytes of `rest` and no other.
    let codes = unsafe { _mm512_maskz_loadu_epi8(mask(rest.len()), rest.as_ptr()) };
    _mm512_reduce_add_epi32(_mm512_dpbusd_epi32(sum, shift, codes))
}

/// Dot products of `query` with rows `stride` bytes apart; `bias` is that of the query.
///
/// Panics when a row does not lie inside `rows`.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni,avx2")]
pub(super) fn dots(query: &[i8], bias: i32, rows: &[i8], stride: usize, out: &mut [i32]) {
    let dims = query.len();
    let (tiles, rest) = out.as_chunks_mut::<TILE>();
    let mut start = 0;
    for out in tiles {
        let tile = [0, 1, 2, 3].map(|i| &rows[start + i * stride..][..dims]);
        let sums = products(query, tile);
        let [a, b, c, d] = [fold(sums[0]), fold(sums[1]), fold(sums[2]), fold(sums[3])];
        let sums = _mm_sub_epi32(sum_each(a, b, c, d), _mm_set1_epi32(bias));
        // SAFETY: `out` is four i32, the 16 bytes written.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), sums) };
        start += TILE * stride;
    }
    for out in rest {
        let [sum] = products(query, [&rows[start..][..dims]]);
        *out = _mm512_reduce_add_epi32(sum).wrapping_sub(bias);
        start += stride;
    }
}

/// Partial sums, in 16 lanes per row, of the products of the query with rows shifted by 128.
///
/// Flipping the top bit of a signed byte adds 128 to it and makes it unsigned, as `vpdpbusd` wants its first factor. That
/// instruction sums without saturation. Bytes past the end are zero in the query, so they add nothing.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
fn products<const N: usize>(query: &[i8], rows: [&[i8]; N]) -> [__m512i; N] {
    let dims = query.len();
    for row in rows {
        assert_eq!(row.len(), dims);
    }
    let shift = _mm512_set1_epi8(i8::MIN);
    let mut sums = [_mm512_setzero_si512(); N];
    let mut at = 0;
    while at + WIDTH <= dims {
        // SAFETY: `at + 64 <= dims`, the length of the query.
        let codes = unsafe { _mm512_loadu_si512(query.as_ptr().add(at).cast()) };
        for (sum, row) in sums.iter_mut().zip(rows) {
            // SAFETY: `at + 64 <= dims`, the length of each row.
            let row = unsafe { _mm512_loadu_si512(row.as_ptr().add(at).cast()) };
            *sum = _mm512_dpbusd_epi32(*sum, _mm512_xor_si512(row, shift), codes);
        }
        at += WIDTH;
    }
    if at < dims {
        let mask = mask(dims - at);
        // SAFETY: the mask selects the last `dims - at` bytes of the query and no other.
        let codes = unsafe { _mm512_maskz_loadu_epi8(mask, query.as_ptr().add(at)) };
        for (sum, row) in sums.iter_mut().zip(rows) {
            // SAFETY: the row is as long as the query, and the mask the same.
            let row = unsafe { _mm512_maskz_loadu_epi8(mask, row.as_ptr().add(at)) };
            *sum = _mm512_dpbusd_epi32(*sum, _mm512_xor_si512(row, shift), codes);
        }
    }
    sums
}

/// A mask of the first `count` bytes, `count < 64`.
fn mask(count: usize) -> u64 {
    (1 << count) - 1
}

/// The sum of both halves.
#[target_feature(enable = "avx512f")]
#[inline]
fn fold(sum: __m512i) -> __m256i {
    _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64::<1>(sum))
}

/// Distances of `query` to the lanes of whole blocks. The caller has checked the lengths.
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
pub(super) fn hamming(query: &[u64], blocks: &[u64], out: &mut [[u16; LANES]]) {
    for (block, out) in blocks.chunks_exact(query.len() * LANES).zip(out) {
        let mut sum = _mm512_setzero_si512();
        for (&word, lanes) in query.iter().zip(block.as_chunks::<LANES>().0) {
            // SAFETY: the reference covers the 64 bytes read.
            let lanes = unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) };
            let word = _mm512_set1_epi64(word.cast_signed());
            sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(_mm512_xor_si512(lanes, word)));
        }
        // SAFETY: `out` is eight u16, the 16 bytes written.
        unsafe { _mm512_mask_cvtepi64_storeu_epi16(out.as_mut_ptr().cast(), u8::MAX, sum) };
    }
}

/// Numbers of 16 bits in a register.
const UNITS: usize = 32;

/// Products of `query` with consecutive rows of its length. Panics when a row does not lie inside `rows`.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni,avx2")]
pub(super) fn unit_dots(query: &[i16], rows: &[i16], out: &mut [i32]) {
    let dims = query.len();
    let (tiles, rest) = out.as_chunks_mut::<TILE>();
    let mut start = 0;
    for out in tiles {
        let tile = [0, 1, 2, 3].map(|i| &rows[start + i * dims..][..dims]);
        let sums = unit_products(query, tile);
        let [a, b, c, d] = [fold(sums[0]), fold(sums[1]), fold(sums[2]), fold(sums[3])];
        // SAFETY: `out` is four i32, the 16 bytes written.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), sum_each(a, b, c, d)) };
        start += TILE * dims;
    }
    for out in rest {
        let [sum] = unit_products(query, [&rows[start..][..dims]]);
        *out = _mm512_reduce_add_epi32(sum);
        start += dims;
    }
}

/// Partial sums, in 16 lanes per row. `vpdpwssd` sums without saturation.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
fn unit_products<const N: usize>(query: &[i16], rows: [&[i16]; N]) -> [__m512i; N] {
    let dims = query.len();
    for row in rows {
        assert_eq!(row.len(), dims);
    }
    let mut sums = [_mm512_setzero_si512(); N];
    let mut at = 0;
    while at + UNITS <= dims {
        // SAFETY: `at + 32 <= dims`, the length of the query.
        let numbers = unsafe { _mm512_loadu_si512(query.as_ptr().add(at).cast()) };
        for (sum, row) in sums.iter_mut().zip(rows) {
            // SAFETY: `at + 32 <= dims`, the length of each row.
            let row = unsafe { _mm512_loadu_si512(row.as_ptr().add(at).cast()) };
            *sum = _mm512_dpwssd_epi32(*sum, row, numbers);
        }
        at += UNITS;
    }
    if at < dims {
        let mask = (1u32 << (dims - at)) - 1;
        // SAFETY: the mask selects the last `dims - at` numbers of the query and no other.
        let numbers = unsafe { _mm512_maskz_loadu_epi16(mask, query.as_ptr().add(at)) };
        for (sum, row) in sums.iter_mut().zip(rows) {
            // SAFETY: the row is as long as the query, and the mask the same.
            let row = unsafe { _mm512_maskz_loadu_epi16(mask, row.as_ptr().add(at)) };
            *sum = _mm512_dpwssd_epi32(*sum, row, numbers);
        }
    }
    sums
}

/// The product of two sums of vectors. Panics when the lengths differ.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni,avx2")]
pub(super) fn sum_product(a: &[i32], b: &[i32]) -> i64 {
    let (whole_a, rest_a) = a.as_chunks::<16>();
    let (whole_b, rest_b) = b.as_chunks::<16>();
    assert_eq!(whole_a.len(), whole_b.len());
    let mut sum = _mm512_setzero_si512();
    for (a, b) in whole_a.iter().zip(whole_b) {
        // SAFETY: each reference covers the 64 bytes read.
        let (a, b) = unsafe { (_mm512_loadu_si512(a.as_ptr().cast()), _mm512_loadu_si512(b.as_ptr().cast())) };
        // The instruction multiplies the even lanes; the odd ones are moved there.
        let odd = _mm512_mul_epi32(_mm512_srli_epi64::<32>(a), _mm512_srli_epi64::<32>(b));
        sum = _mm512_add_epi64(sum, _mm512_add_epi64(_mm512_mul_epi32(a, b), odd));
    }
    _mm512_reduce_add_epi64(sum).wrapping_add(portable::sum_product(rest_a, rest_b))
}

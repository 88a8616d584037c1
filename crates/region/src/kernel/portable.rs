//! The kernels in plain Rust: the reference for the others, and the path of other architectures, where the compiler
//! turns these loops into vector instructions of the baseline.

use super::signs::LANES;

/// Dot products of `query` with rows `stride` bytes apart. The caller has checked the lengths.
pub(super) fn dots(query: &[i8], rows: &[i8], stride: usize, out: &mut [i32]) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = dot(query, &rows[i * stride..][..query.len()]);
    }
}

/// The dot product of two codes of the same length, modulo 2^32 as in the vector kernels.
pub(super) fn dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(&a, &b)| i32::from(a) * i32::from(b)).fold(0, i32::wrapping_add)
}

/// Distances of `query` to the lanes of whole blocks. The caller has checked the lengths.
pub(super) fn hamming(query: &[u64], blocks: &[u64], out: &mut [[u16; LANES]]) {
    for (block, out) in blocks.chunks_exact(query.len() * LANES).zip(out) {
        let mut sums = [0u64; LANES];
        for (&word, lanes) in query.iter().zip(block.as_chunks::<LANES>().0) {
            for (sum, &lane) in sums.iter_mut().zip(lanes) {
                *sum += u64::from((lane ^ word).count_ones());
            }
        }
        // At most 64 * 1023, checked by the caller.
        *out = sums.map(|sum| sum as u16);
    }
}

/// Products of `query` with consecutive rows of its length. The caller has checked the lengths.
pub(super) fn unit_dots(query: &[i16], rows: &[i16], out: &mut [i32]) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = unit_dot(query, &rows[i * query.len()..][..query.len()]);
    }
}

/// The product of two vectors of the same length, modulo 2^32.
pub(super) fn unit_dot(a: &[i16], b: &[i16]) -> i32 {
    a.iter().zip(b).map(|(&a, &b)| i32::from(a) * i32::from(b)).fold(0, i32::wrapping_add)
}

/// The product of two sums of vectors of the same length, modulo 2^64.
pub(super) fn sum_product(a: &[i32], b: &[i32]) -> i64 {
    a.iter().zip(b).map(|(&a, &b)| i64::from(a) * i64::from(b)).fold(0, i64::wrapping_add)
}

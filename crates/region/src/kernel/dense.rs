//! Dot products of 8-bit codes.
//!
//! Codes lie in -127..=127 by convention; -128 is computed rightly too. A result is the exact sum, modulo 2^32: exact
//! for up to 131,071 dimensions, beyond the 16,000 that pgvector stores.

use super::level::Kernel;
use super::portable;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512, level::Level};

/// The dot product of two codes. Panics when their lengths differ.
pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    Kernel::best().dot(a, b)
}

/// The dot products of `query` with the rows at `0, stride, 2 * stride ...` of `rows`, one for each entry of `out`.
///
/// A scan over many pages prepares its query once: see [`PreparedQuery`].
/// Panics when `query` has not `dims` codes, when rows overlap (`stride < dims`), or when `rows` is too short.
pub fn dots(query: &[i8], rows: &[i8], dims: usize, stride: usize, out: &mut [i32]) {
    assert_eq!(query.len(), dims, "dimensions of the query");
    let kernel = Kernel::best();
    kernel.dots(query, kernel.bias(query), rows, stride, out);
}

/// Asks the processor to fetch a row that is needed soon; a hint without effect on results.
///
/// For rows at scattered places: fetching the row four to eight places ahead halves the time of reranking
/// (bench `kernel`). A scan of consecutive rows has no need of it. Does nothing where there is no stable instruction.
#[inline]
#[cfg_attr(not(target_arch = "x86_64"), expect(unused_variables, reason = "no stable instruction"))]
pub fn prefetch(row: &[i8]) {
    #[cfg(target_arch = "x86_64")]
    for line in row.chunks(64) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the instruction is part of x86-64 and never faults.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr()) };
    }
}

/// A query with what its scan needs to know about it, for any number of pages.
#[derive(Clone, Debug)]
pub struct PreparedQuery {
    codes: Box<[i8]>,
    bias: i32,
    kernel: Kernel,
}

impl PreparedQuery {
    /// Prepares a query for the fastest kernel.
    pub fn new(codes: &[i8]) -> PreparedQuery {
        PreparedQuery::with_kernel(codes, Kernel::best())
    }

    /// Prepares a query for one kernel.
    pub fn with_kernel(codes: &[i8], kernel: Kernel) -> PreparedQuery {
        PreparedQuery { codes: codes.into(), bias: kernel.bias(codes), kernel }
    }

    /// The number of dimensions.
    pub fn dims(&self) -> usize {
        self.codes.len()
    }

    /// The codes, as given.
    pub fn codes(&self) -> &[i8] {
        &self.codes
    }

    /// The dot product with one row. Panics when its length differs.
    pub fn dot(&self, row: &[i8]) -> i32 {
        let mut out = [0];
        assert_eq!(row.len(), self.codes.len(), "dimensions of the row");
        self.kernel.dots(&self.codes, self.bias, row, row.len(), &mut out);
        out[0]
    }

    /// The dot products with consecutive rows, `stride` bytes apart, one for each entry of `out`.
    ///
    /// Panics when rows overlap or when `rows` is too short.
    pub fn dots(&self, rows: &[i8], stride: usize, out: &mut [i32]) {
        self.kernel.dots(&self.codes, self.bias, rows, stride, out);
    }
}

impl Kernel {
    /// The dot product of two codes. Panics when their lengths differ.
    pub fn dot(self, a: &[i8], b: &[i8]) -> i32 {
        let mut out = [0];
        assert_eq!(a.len(), b.len(), "dimensions of the codes");
        self.dots(a, self.bias(a), b, b.len(), &mut out);
        out[0]
    }

    /// What the kernel adds to each product too much: VNNI multiplies unsigned by signed bytes, rows are shifted by 128
    /// to be unsigned, so each product carries 128 times the sum of the query.
    #[cfg_attr(not(target_arch = "x86_64"), expect(unused_variables, reason = "only VNNI shifts rows"))]
    fn bias(self, query: &[i8]) -> i32 {
        match self.dense {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a kernel of this level exists only where the instructions were detected.
            Level::Avx512 => unsafe { avx512::bias(query) },
            _ => 0,
        }
    }

    fn dots(self, query: &[i8], bias: i32, rows: &[i8], stride: usize, out: &mut [i32]) {
        let Some(last) = out.len().checked_sub(1) else {
            return;
        };
        let dims = query.len();
        assert!(stride >= dims, "rows of {dims} codes, {stride} bytes apart, overlap");
        let needed = last.checked_mul(stride).and_then(|start| start.checked_add(dims));
        assert!(
            needed.is_some_and(|needed| needed <= rows.len()),
            "{} rows of {dims} codes do not fit in {} bytes",
            out.len(),
            rows.len()
        );
        match self.dense {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a kernel of this level exists only where the instructions were detected.
            Level::Avx512 => unsafe { avx512::dots(query, bias, rows, stride, out) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Level::Avx2 => unsafe { avx2::dots(query, rows, stride, out) },
            _ => {
                debug_assert_eq!(bias, 0);
                portable::dots(query, rows, stride, out);
            }
        }
    }
}

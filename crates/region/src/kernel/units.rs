//! Products of unit vectors in 16-bit fixed point and of their sums, for the linkage of consolidation.

use super::level::Kernel;
use super::portable;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512, level::Level};
use engram_engine::consolidation::linkage::Dots;

impl Dots for Kernel {
    /// Panics when `query` has not `dims` numbers or when `rows` is too short for `out`.
    fn dots(&self, query: &[i16], rows: &[i16], dims: usize, out: &mut [i32]) {
        assert_eq!(query.len(), dims, "dimensions of the query");
        assert!(
            out.len().checked_mul(dims).is_some_and(|needed| needed <= rows.len()),
            "{} rows of {dims} numbers do not fit in {}",
            out.len(),
            rows.len()
        );
        match self.dense {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a kernel of this level exists only where the instructions were detected.
            Level::Avx512 => unsafe { avx512::unit_dots(query, rows, out) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Level::Avx2 => unsafe { avx2::unit_dots(query, rows, out) },
            _ => portable::unit_dots(query, rows, out),
        }
    }

    /// Panics when the lengths differ.
    fn sums(&self, a: &[i32], b: &[i32]) -> i64 {
        assert_eq!(a.len(), b.len(), "dimensions of the sums");
        match self.dense {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a kernel of this level exists only where the instructions were detected.
            Level::Avx512 => unsafe { avx512::sum_product(a, b) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Level::Avx2 => unsafe { avx2::sum_product(a, b) },
            _ => portable::sum_product(a, b),
        }
    }
}

//! The inner loops of dense search: integer dot products of 8-bit codes, Hamming distances of sign codes, and the
//! selection of the best.
//!
//! Scans call them over pages of codes, a few dozen rows at a time, possibly under a shared lock: nothing here allocates
//! while it scans, apart from the bounded buffers of [`TopK`] and [`Nearest`], and nothing fails. A length that does not
//! fit is a mistake of the caller and panics before any byte is read.
//!
//! Every instruction set gives the same integers, so rankings do not depend on the machine. [`Kernel::best`] picks the
//! fastest set once per process. Scans are bound by memory bandwidth: what counts is bytes per vector.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod dense;
mod extremes;
mod level;
mod nearest;
mod portable;
mod signs;
#[cfg(test)]
mod tests;
mod top_k;
mod units;

pub use dense::{PreparedQuery, dot, dots, prefetch};
pub use extremes::{GROUP, highest, lowest};
pub use level::{Kernel, Level};
pub use nearest::{Candidate, EXCLUDED, Nearest};
pub use signs::{LANES, hamming, lane, set_lane};
pub use top_k::TopK;

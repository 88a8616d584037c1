//! The highest and the lowest of a group of scores: what tells a scan that it may pass a whole group by.

use super::level::Kernel;
#[cfg(target_arch = "x86_64")]
use super::level::Level;

/// The highest number, 0 when there is none.
pub fn highest(values: &[u32]) -> u32 {
    Kernel::best().highest(values)
}

/// The lowest number, 65,535 when there is none.
pub fn lowest(values: &[u16]) -> u16 {
    Kernel::best().lowest(values)
}

impl Kernel {
    /// [`highest`] by this kernel.
    pub fn highest(self, values: &[u32]) -> u32 {
        match self.dense {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a kernel of these levels exists only where AVX2 was detected.
            Level::Avx2 | Level::Avx512 => unsafe { highest_avx2(values) },
            _ => highest_of(values),
        }
    }

    /// [`lowest`] by this kernel.
    pub fn lowest(self, values: &[u16]) -> u16 {
        match self.dense {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Level::Avx2 | Level::Avx512 => unsafe { lowest_avx2(values) },
            _ => lowest_of(values),
        }
    }
}

// The loops are plain: the compiler writes them in the widest instructions that the function is allowed.

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn highest_avx2(values: &[u32]) -> u32 {
    highest_of(values)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn lowest_avx2(values: &[u16]) -> u16 {
    lowest_of(values)
}

#[inline(always)]
fn highest_of(values: &[u32]) -> u32 {
    values.iter().copied().fold(0, u32::max)
}

#[inline(always)]
fn lowest_of(values: &[u16]) -> u16 {
    values.iter().copied().fold(u16::MAX, u16::min)
}

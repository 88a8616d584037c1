//! The highest and the lowest of each group of scores: what tells a scan that it may pass a whole group by.

use super::level::Kernel;
#[cfg(target_arch = "x86_64")]
use super::level::Level;

/// Scores in a group.
pub const GROUP: usize = 32;

/// Appends the highest of each group of [`GROUP`] numbers to `out`; the last group may be shorter.
pub fn highest(values: &[u32], out: &mut Vec<u32>) {
    Kernel::best().highest(values, out);
}

/// Appends the lowest of each group of [`GROUP`] numbers to `out`; the last group may be shorter.
pub fn lowest(values: &[u16], out: &mut Vec<u16>) {
    Kernel::best().lowest(values, out);
}

impl Kernel {
    /// [`highest`] by this kernel.
    pub fn highest(self, values: &[u32], out: &mut Vec<u32>) {
        match self.dense {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a kernel of these levels exists only where AVX2 was detected.
            Level::Avx2 | Level::Avx512 => unsafe { highest_avx2(values, out) },
            _ => highest_each(values, out),
        }
    }

    /// [`lowest`] by this kernel.
    pub fn lowest(self, values: &[u16], out: &mut Vec<u16>) {
        match self.dense {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Level::Avx2 | Level::Avx512 => unsafe { lowest_avx2(values, out) },
            _ => lowest_each(values, out),
        }
    }
}

// The loops are plain: the compiler writes them in the widest instructions that the function is allowed.

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn highest_avx2(values: &[u32], out: &mut Vec<u32>) {
    highest_each(values, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn lowest_avx2(values: &[u16], out: &mut Vec<u16>) {
    lowest_each(values, out);
}

#[inline(always)]
fn highest_each(values: &[u32], out: &mut Vec<u32>) {
    let (whole, rest) = values.as_chunks::<GROUP>();
    out.extend(whole.iter().map(|group| group.iter().copied().fold(0, u32::max)));
    out.extend(rest.iter().copied().max());
}

#[inline(always)]
fn lowest_each(values: &[u16], out: &mut Vec<u16>) {
    let (whole, rest) = values.as_chunks::<GROUP>();
    out.extend(whole.iter().map(|group| group.iter().copied().fold(u16::MAX, u16::min)));
    out.extend(rest.iter().copied().min());
}

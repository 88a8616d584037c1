//! Which instructions the scans use, decided once per process.

use std::sync::OnceLock;

/// An instruction set for which a kernel is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Plain Rust, on any architecture.
    Portable,
    /// 256-bit integer instructions of x86-64.
    Avx2,
    /// 512-bit instructions: VNNI for dot products, VPOPCNTDQ for distances.
    Avx512,
}

/// The levels that this processor runs, one per kind of scan.
///
/// The fields are private and set only by [`Kernel::best`] and [`Kernel::supported`], so that holding a `Kernel` proves
/// that the processor has the instructions: the calls into the vector modules rest on that.
///
/// The kinds have their own level because processors exist with VNNI and without VPOPCNTDQ (Cascade Lake).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    pub(super) dense: Level,
    pub(super) signs: Level,
}

impl Kernel {
    /// The fastest kernel of this processor. Detected at the first call, a load afterwards.
    pub fn best() -> Kernel {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| Kernel { dense: dense_level(), signs: signs_level() })
    }

    /// Every kernel that this processor runs, slowest first, for tests and benches.
    pub fn supported() -> Vec<Kernel> {
        let best = Kernel::best();
        let mut kernels: Vec<Kernel> = [Level::Portable, Level::Avx2, Level::Avx512]
            .into_iter()
            .map(|level| Kernel { dense: level.min(best.dense), signs: level.min(best.signs) })
            .collect();
        kernels.dedup();
        kernels
    }

    /// The level of dot products.
    pub fn dense(self) -> Level {
        self.dense
    }

    /// The level of Hamming distances.
    pub fn signs(self) -> Level {
        self.signs
    }
}

#[cfg(target_arch = "x86_64")]
fn dense_level() -> Level {
    if !std::arch::is_x86_feature_detected!("avx2") {
        Level::Portable
    } else if std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("avx512vnni")
    {
        Level::Avx512
    } else {
        Level::Avx2
    }
}

#[cfg(target_arch = "x86_64")]
fn signs_level() -> Level {
    if !std::arch::is_x86_feature_detected!("avx2") {
        Level::Portable
    } else if std::arch::is_x86_feature_detected!("avx512f") && std::arch::is_x86_feature_detected!("avx512vpopcntdq") {
        Level::Avx512
    } else {
        Level::Avx2
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn dense_level() -> Level {
    Level::Portable
}

#[cfg(not(target_arch = "x86_64"))]
fn signs_level() -> Level {
    Level::Portable
}

//! Hamming distances of sign codes.
//!
//! Sign codes lie in blocks of eight vectors, interleaved by word: word `w` of lane `l` is at `w * 8 + l`. So one
//! register holds the same word of eight vectors and each lane sums its own distance; nothing is summed across lanes.
//! The last block of a page may have fewer vectors; the other lanes are read, and may hold anything.

use super::level::Kernel;
use super::portable;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512, level::Level};

/// Vectors in a block.
pub const LANES: usize = 8;

/// Words of the longest code: its distances still fit in 16 bits, and below [`super::EXCLUDED`].
const MAX_WORDS: usize = (u16::MAX / 64) as usize;

/// The distances, in bits, of a code to the first `out.len()` vectors of `blocks`.
///
/// Panics when `query` has not `words` words, when `words` is over 1023, or when `blocks` is too short.
pub fn hamming(query: &[u64], blocks: &[u64], words: usize, out: &mut [u16]) {
    assert_eq!(query.len(), words, "words of the query");
    Kernel::best().hamming(query, blocks, out);
}

/// Writes a code of `words` words into a lane of a block.
///
/// Panics when the lane is over 7 or a length does not fit.
pub fn set_lane(block: &mut [u64], words: usize, lane: usize, code: &[u64]) {
    assert!(lane < LANES, "lane {lane} of {LANES}");
    assert_eq!(block.len(), words * LANES, "words of the block");
    assert_eq!(code.len(), words, "words of the code");
    for (lanes, &word) in block.as_chunks_mut::<LANES>().0.iter_mut().zip(code) {
        lanes[lane] = word;
    }
}

/// The words of a lane of a block. Panics when the lane is over 7.
pub fn lane(block: &[u64], lane: usize) -> impl Iterator<Item = u64> {
    assert!(lane < LANES, "lane {lane} of {LANES}");
    block.as_chunks::<LANES>().0.iter().map(move |lanes| lanes[lane])
}

impl Kernel {
    /// [`hamming`] by this kernel, with as many words as `query` has.
    pub fn hamming(self, query: &[u64], blocks: &[u64], out: &mut [u16]) {
        let words = query.len();
        assert!(words <= MAX_WORDS, "{words} words, more than {MAX_WORDS}");
        let block = words * LANES;
        assert!(
            blocks.len() / LANES >= out.len().div_ceil(LANES) * words,
            "{} codes of {words} words do not fit in {} words",
            out.len(),
            blocks.len()
        );
        if words == 0 {
            out.fill(0);
            return;
        }
        let (whole, rest) = out.as_chunks_mut::<LANES>();
        let (full, last) = blocks.split_at(whole.len() * block);
        self.hamming_blocks(query, full, whole);
        if !rest.is_empty() {
            let mut lanes = [[0; LANES]];
            self.hamming_blocks(query, &last[..block], &mut lanes);
            rest.copy_from_slice(&lanes[0][..rest.len()]);
        }
    }

    fn hamming_blocks(self, query: &[u64], blocks: &[u64], out: &mut [[u16; LANES]]) {
        match self.signs {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a kernel of this level exists only where the instructions were detected.
            Level::Avx512 => unsafe { avx512::hamming(query, blocks, out) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Level::Avx2 => unsafe { avx2::hamming(query, blocks, out) },
            _ => portable::hamming(query, blocks, out),
        }
    }
}

//! The table of tokens as it lies in the library's read-only data, shared by all processes that load it.
//!
//! `scripts/encoder/pack.py` writes it and draws its layout: rows, weights, a hash table of the words, and the words.
//! Nothing is built or checked at run time; the tests check it whole.

/// Tokens in the vocabulary of all-MiniLM-L6-v2.
pub(super) const TOKENS: usize = 30_522;

/// The token that stands for a word without pieces. Its weight is zero.
pub(super) const UNKNOWN: u16 = 100;

/// Bytes of the longest token.
pub(super) const LONGEST: usize = 18;

/// The largest weight of a token.
pub(super) const MOST_WEIGHT: i32 = 4_095;

/// What the hash of a word starts from (FNV-1a, 64 bits; Fowler, Noll and Vo 1991), and that of a piece within one.
pub(super) const WORD: u64 = 0xCBF2_9CE4_8422_2325;
pub(super) const CONTINUED: u64 = 0x8422_2325_CBF2_9CE4;

const SLOTS: usize = 65_536;
const WEIGHTS_AT: usize = TOKENS * super::DIMENSIONS;
const SLOTS_AT: usize = WEIGHTS_AT + TOKENS * 2;
const STARTS_AT: usize = SLOTS_AT + SLOTS * 4;
const POOL_AT: usize = STARTS_AT + (TOKENS + 1) * 4;

static TABLE: &[u8] = include_bytes!("table.bin");

/// The hash of a word that is one byte longer.
pub(super) fn hash_next(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
}

/// The token with this text, given its hash.
pub(super) fn find(word: &[u8], hash: u64) -> Option<u16> {
    let mixed = (hash ^ (hash >> 32)) as u32;
    let mut slot = mixed as usize % SLOTS;
    loop {
        let entry = u32_at(SLOTS_AT + slot * 4);
        if entry == 0 {
            return None;
        }
        let token = (entry & 0xFFFF) as usize - 1;
        if entry >> 16 == mixed >> 16 && text(token) == word {
            return Some(token as u16);
        }
        slot = (slot + 1) % SLOTS;
    }
}

/// The text of a token, without the `##` of a piece within a word; empty for special tokens.
pub(super) fn text(token: usize) -> &'static [u8] {
    let [start, end] = [token, token + 1].map(|t| POOL_AT + u32_at(STARTS_AT + t * 4) as usize);
    &TABLE[start..end]
}

/// The weight of a token, 0 to [`MOST_WEIGHT`].
pub(super) fn weight(token: u16) -> i16 {
    let at = WEIGHTS_AT + usize::from(token) * 2;
    i16::from_le_bytes([TABLE[at], TABLE[at + 1]])
}

/// The row of a token: `i8` values, -127 to 127, as bytes.
pub(super) fn row(token: u16) -> &'static [u8; super::DIMENSIONS] {
    let at = usize::from(token) * super::DIMENSIONS;
    TABLE[at..].first_chunk().unwrap_or(&[0; super::DIMENSIONS])
}

fn u32_at(at: usize) -> u32 {
    u32::from_le_bytes([TABLE[at], TABLE[at + 1], TABLE[at + 2], TABLE[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_size_of_its_layout() {
        assert_eq!(TABLE.len(), POOL_AT + u32_at(STARTS_AT + TOKENS * 4) as usize);
    }

    #[test]
    fn weights_and_rows_are_in_range_and_special_tokens_weigh_nothing() {
        for token in 0..TOKENS as u16 {
            let largest = row(token).iter().map(|&b| (b as i8).unsigned_abs()).max();
            assert!((0..=MOST_WEIGHT).contains(&i32::from(weight(token))));
            assert_eq!(largest, Some(if weight(token) == 0 { 0 } else { 127 }), "token {token}");
            assert_eq!(text(usize::from(token)).is_empty(), weight(token) == 0, "token {token}");
        }
        assert_eq!(weight(UNKNOWN), 0);
    }

    #[test]
    fn every_word_is_found_and_none_is_longer_than_the_longest() {
        for token in 0..TOKENS {
            let word = text(token);
            assert!(word.len() <= LONGEST);
            let by = |basis| find(word, word.iter().fold(basis, |h, &b| hash_next(h, b)));
            assert!(word.is_empty() || [by(WORD), by(CONTINUED)].contains(&Some(token as u16)), "token {token}");
        }
        assert_eq!((0..TOKENS).map(|t| text(t).len()).max(), Some(LONGEST));
    }
}

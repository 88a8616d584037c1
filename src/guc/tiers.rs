//! Settings of the tiers.

use super::{define_int, to_usize};
use pgrx::guc::{GucContext, GucFlags, GucSetting};

static WARM_CANDIDATES: GucSetting<i32> = GucSetting::<i32>::new(100);
static WARM_SCAN_ROWS: GucSetting<i32> = GucSetting::<i32>::new(4_000);
static WARM_WORD_ROWS: GucSetting<i32> = GucSetting::<i32>::new(2_000);

pub(super) fn define() {
    let define = |setting, short, long| define_int(setting, short, long, GucContext::Userset, GucFlags::empty());
    define(
        (c"engram.warm_candidates", &WARM_CANDIDATES, 10, 1_000),
        c"Sets the fewest warm memories that are proposed by their embeddings.",
        c"A recall asks for four times k, and at least for this many.",
    );
    define(
        (c"engram.warm_scan_rows", &WARM_SCAN_ROWS, 0, i32::MAX),
        c"Sets the number of warm memories up to which all are looked at.",
        c"It holds for the warm memories of a space, by their embeddings, and for those that fulfil the conditions of a recall. Beyond it an HNSW index proposes.",
    );
    define(
        (c"engram.warm_word_rows", &WARM_WORD_ROWS, 100, i32::MAX),
        c"Sets the number of warm memories that are looked at for the words of a question.",
        c"Those with its rarest words are taken.",
    );
}

/// `engram.warm_candidates`
pub fn warm_candidates() -> usize {
    to_usize(WARM_CANDIDATES.get())
}

/// `engram.warm_scan_rows`
pub fn warm_scan_rows() -> usize {
    to_usize(WARM_SCAN_ROWS.get())
}

/// `engram.warm_word_rows`
pub fn warm_word_rows() -> usize {
    to_usize(WARM_WORD_ROWS.get())
}

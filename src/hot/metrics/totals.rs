//! Counters without labels that grow without end, and distributions of what recalls return.

use super::{clear, is_on};
use crate::pg::shmem::{SharedArea, register_area};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// Recalls that returned something, and nothing.
    Answered,
    Empty,
    /// Returned memories by origin.
    Stored,
    Consolidated,
    Reconstructed,
    Imagined,
    /// Of an origin that a caller has written to the table.
    OtherOrigin,
    /// Returned memories by the tier they came from.
    FromHot,
    FromWarm,
    FromCold,
    /// Spreads, the nodes they reached, the edges they looked at, the longest of their shortest paths, and those that the work limit cut.
    Spreads,
    Activations,
    Edges,
    Hops,
    Cut,
    /// Recalls that a limit of time or memory ended early.
    OutOfTime,
    OutOfMemory,
    /// Searches that the shared region answered, and that it could not.
    HotHits,
    HotMisses,
    /// Memories that left the hot tier, and that came back.
    Evicted,
    Returned,
    /// Memories that committed transactions have stored.
    Remembered,
    /// Snapshot files that were found and not used, or only in part.
    Discarded,
    /// What became of beliefs, in runs that have committed.
    BeliefFormed,
    BeliefRevived,
    BeliefUndone,
    BeliefStrengthened,
    BeliefWeakened,
    BeliefMerged,
    BeliefSplit,
    BeliefRetired,
    BeliefContradicted,
}

impl Total {
    pub const ALL: [Total; TOTALS] = [
        Total::Answered,
        Total::Empty,
        Total::Stored,
        Total::Consolidated,
        Total::Reconstructed,
        Total::Imagined,
        Total::OtherOrigin,
        Total::FromHot,
        Total::FromWarm,
        Total::FromCold,
        Total::Spreads,
        Total::Activations,
        Total::Edges,
        Total::Hops,
        Total::Cut,
        Total::OutOfTime,
        Total::OutOfMemory,
        Total::HotHits,
        Total::HotMisses,
        Total::Evicted,
        Total::Returned,
        Total::Remembered,
        Total::Discarded,
        Total::BeliefFormed,
        Total::BeliefRevived,
        Total::BeliefUndone,
        Total::BeliefStrengthened,
        Total::BeliefWeakened,
        Total::BeliefMerged,
        Total::BeliefSplit,
        Total::BeliefRetired,
        Total::BeliefContradicted,
    ];

    /// As `engram.counter_stat` has it.
    pub fn name(self) -> &'static str {
        match self {
            Total::Answered => "answered",
            Total::Empty => "empty",
            Total::Stored => "origin stored",
            Total::Consolidated => "origin consolidated",
            Total::Reconstructed => "origin reconstructed",
            Total::Imagined => "origin imagined",
            Total::OtherOrigin => "origin other",
            Total::FromHot => "tier hot",
            Total::FromWarm => "tier warm",
            Total::FromCold => "tier cold",
            Total::Spreads => "spreads",
            Total::Activations => "activations",
            Total::Edges => "edges",
            Total::Hops => "hops",
            Total::Cut => "cut",
            Total::OutOfTime => "out of time",
            Total::OutOfMemory => "out of memory",
            Total::HotHits => "hot hits",
            Total::HotMisses => "hot misses",
            Total::Evicted => "evicted",
            Total::Returned => "returned",
            Total::Remembered => "remembered",
            Total::Discarded => "discarded",
            Total::BeliefFormed => "belief formed",
            Total::BeliefRevived => "belief revived",
            Total::BeliefUndone => "belief undone",
            Total::BeliefStrengthened => "belief strengthened",
            Total::BeliefWeakened => "belief weakened",
            Total::BeliefMerged => "belief merged",
            Total::BeliefSplit => "belief split",
            Total::BeliefRetired => "belief retired",
            Total::BeliefContradicted => "belief contradicted",
        }
    }
}

const TOTALS: usize = 32;

static COUNTS: SharedArea<[AtomicU64; TOTALS]> = SharedArea::new(c"engram metrics totals");

/// A distribution of what recalls return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    Score,
    Confidence,
    Hops,
}

/// Upper bounds of shares; the highest is what a share can be.
const SHARES: [f64; 10] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];
const HOPS: [f64; 6] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
/// Buckets, with one for what is above all bounds, and the sum of the values in millionths.
const WORDS: usize = SHARES.len() + 2;
const SUM: usize = WORDS - 1;

static SPREADS: SharedArea<[[AtomicU64; WORDS]; 3]> = SharedArea::new(c"engram metrics distributions");

/// Asks for the shared memory.
pub fn init() {
    register_area(&COUNTS);
    register_area(&SPREADS);
}

/// Adds to a counter, if this process counts.
pub fn add(total: Total, by: u64) {
    if by > 0
        && is_on()
        && let Some(counts) = COUNTS.get()
    {
        counts[total as usize].fetch_add(by, Relaxed);
    }
}

/// A counter.
pub fn count(total: Total) -> u64 {
    COUNTS.get().map_or(0, |counts| counts[total as usize].load(Relaxed))
}

impl Spread {
    /// Upper bounds of the buckets, without the one for everything above.
    pub fn bounds(self) -> &'static [f64] {
        match self {
            Spread::Score | Spread::Confidence => &SHARES,
            Spread::Hops => &HOPS,
        }
    }

    /// Values in each bucket, the last being what is above all bounds, and the sum of the values.
    pub fn read(self) -> (Vec<u64>, f64) {
        let buckets = self.bounds().len() + 1;
        let Some(spreads) = SPREADS.get() else { return (vec![0; buckets], 0.0) };
        let words = &spreads[self as usize];
        (words[..buckets].iter().map(|w| w.load(Relaxed)).collect(), words[SUM].load(Relaxed) as f64 / 1e6)
    }
}

/// Values that one call has seen, to be added at once.
pub struct Seen {
    spread: Spread,
    words: [u64; WORDS],
}

impl Seen {
    pub fn new(spread: Spread) -> Seen {
        Seen { spread, words: [0; WORDS] }
    }

    pub fn value(&mut self, value: f64) {
        let bounds = self.spread.bounds();
        self.words[bounds.iter().position(|bound| value <= *bound).unwrap_or(bounds.len())] += 1;
        self.words[SUM] += (value.max(0.0) * 1e6).round() as u64;
    }

    pub fn enter(&self) {
        let Some(spreads) = SPREADS.get() else { return };
        for (to, by) in spreads[self.spread as usize].iter().zip(self.words).filter(|(_, by)| *by > 0) {
            to.fetch_add(by, Relaxed);
        }
    }
}

/// Sets all of it to zero.
pub fn reset() {
    clear(COUNTS.get().into_iter().flatten());
    clear(SPREADS.get().into_iter().flatten().flatten());
}

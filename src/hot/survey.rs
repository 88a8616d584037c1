//! What all spaces of the hot tier have together, in one pass without names.

use super::Hot;
use engram_region::State;

/// Sums over spaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    pub spaces: u64,
    /// As [`STATES`].
    pub states: [u64; STATES.len()],
    pub memories: u64,
    pub resident: u64,
    /// Outside the hot tier: proposed by rows of `engram.warm` or not, without those of the cold tier.
    pub warm: u64,
    pub cold: u64,
    pub cues: u64,
    pub edges: u64,
    pub bytes: u64,
    /// Transactions that are not settled.
    pub unsettled: u64,
}

/// States of a space (wanted: absent, and somebody has asked for it), in the order of [`Survey::states`].
pub const STATES: [&str; 5] = ["ready", "loading", "following", "wanted", "absent"];

/// All spaces, and those of one database.
pub fn take(hot: &Hot, database: u32) -> (Survey, Survey) {
    let (mut all, mut here) = (Survey::default(), Survey::default());
    hot.each(|of, space| {
        let (state, stats) = (space.state(), space.stats());
        let is_here = of == database;
        for survey in [Some(&mut all), is_here.then_some(&mut here)].into_iter().flatten() {
            survey.spaces += 1;
            survey.states[match state {
                State::Ready => 0,
                State::Loading => 1,
                State::Following => 2,
                State::Absent => 4 - usize::from(space.wanted()),
            }] += 1;
            survey.memories += u64::from(stats.memories);
            survey.resident += u64::from(stats.resident);
            survey.warm += u64::from(stats.spilled.saturating_sub(stats.cold));
            survey.cold += u64::from(stats.cold);
            survey.cues += u64::from(stats.cues);
            survey.edges += u64::from(stats.edges);
            survey.bytes += stats.bytes;
            survey.unsettled += u64::from(stats.unsettled);
        }
    });
    (all, here)
}

//! Settings of the cold tier.

use super::define_int;
use pgrx::guc::{GucContext, GucFlags, GucSetting};
use std::time::Duration;

const DAY: i32 = 86_400;

static COLD_AFTER: GucSetting<i32> = GucSetting::<i32>::new(180 * DAY);
static COLD_BATCH_SIZE: GucSetting<i32> = GucSetting::<i32>::new(100);

// What is cold is so for everybody in a space.
pub(super) fn define() {
    define_int(
        (c"engram.cold_after", &COLD_AFTER, -1, i32::MAX),
        c"Sets the age without use from which a memory moves to the cold tier.",
        c"A pinned memory stays. -1 moves none.",
        GucContext::Suset,
        GucFlags::UNIT_S,
    );
    define_int(
        (c"engram.cold_batch_size", &COLD_BATCH_SIZE, 1, 10_000),
        c"Sets the maximum number of memories that move to or from the cold tier in one transaction.",
        c"Whoever wants to change one of them waits that long.",
        GucContext::Suset,
        GucFlags::empty(),
    );
}

/// `engram.cold_after`; none when nothing moves.
pub fn cold_after() -> Option<Duration> {
    u64::try_from(COLD_AFTER.get()).ok().map(Duration::from_secs)
}

/// `engram.cold_batch_size`, at least 1.
pub fn cold_batch_size() -> usize {
    super::to_usize(COLD_BATCH_SIZE.get())
}

//! Settings of the snapshot file and of what a reload reads.

use super::define_int;
use pgrx::guc::{GucContext, GucFlags, GucSetting};
use std::time::Duration;

static SNAPSHOT_INTERVAL: GucSetting<i32> = GucSetting::<i32>::new(900);
static CHANGE_RETENTION: GucSetting<i32> = GucSetting::<i32>::new(1440);

pub(super) fn define() {
    define_int(
        (c"engram.snapshot_interval", &SNAPSHOT_INTERVAL, 0, 86_400),
        c"Sets the time between two snapshot files of the hot tier of a database.",
        c"A clean stop writes one as well. Zero writes none and reads none.",
        GucContext::Sighup,
        GucFlags::UNIT_S,
    );
    define_int(
        (c"engram.change_retention", &CHANGE_RETENTION, 1, 525_600),
        c"Sets the least time for which deletions are remembered for those who catch up.",
        c"A snapshot file, a standby or a session that has not looked for longer loads from the tables.",
        GucContext::Sighup,
        GucFlags::UNIT_MIN,
    );
}

/// `engram.snapshot_interval`; none when there are no snapshot files.
pub fn snapshot_interval() -> Option<Duration> {
    let seconds = SNAPSHOT_INTERVAL.get().unsigned_abs();
    (seconds > 0).then(|| Duration::from_secs(u64::from(seconds)))
}

/// `engram.change_retention`.
pub fn change_retention() -> Duration {
    Duration::from_secs(u64::from(CHANGE_RETENTION.get().unsigned_abs()) * 60)
}

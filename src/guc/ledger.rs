//! Settings of what is kept of consolidation.

use super::define_int;
use pgrx::guc::{GucContext, GucFlags, GucSetting};
use std::time::Duration;

static RUN_RETENTION: GucSetting<i32> = GucSetting::<i32>::new(30 * 86_400);

pub(super) fn define() {
    define_int(
        (c"engram.consolidation_run_retention", &RUN_RETENTION, -1, i32::MAX),
        c"Sets the age from which consolidation runs and what they published before are removed.",
        c"A run can be undone, and beliefs can be read as of a time, for as long. -1 removes none.",
        GucContext::Sighup,
        GucFlags::UNIT_S,
    );
}

/// `engram.consolidation_run_retention`; none when nothing is removed.
pub fn consolidation_run_retention() -> Option<Duration> {
    u64::try_from(RUN_RETENTION.get()).ok().map(Duration::from_secs)
}

//! Settings of metrics.

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};

static METRICS: GucSetting<bool> = GucSetting::<bool>::new(true);

/// Defines them.
pub fn define() {
    GucRegistry::define_bool_guc(
        c"engram.metrics",
        c"Counts calls, how long they took and what they returned.",
        c"The counts are in shared memory and shown by the views engram.metrics_* and engram.stat_operation.",
        &METRICS,
        GucContext::Suset,
        GucFlags::empty(),
    );
}

/// `engram.metrics`.
#[inline]
pub fn metrics() -> bool {
    METRICS.get()
}

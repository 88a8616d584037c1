//! Settings of memory dynamics.

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};

static TEST_CLOCK: GucSetting<f64> = GucSetting::<f64>::new(0.0);

/// Latest time of the test clock: the year 9999.
const LATEST: f64 = 253_402_300_799.0;

/// Defines them.
pub fn define() {
    GucRegistry::define_float_guc(
        c"engram.test_clock",
        c"Sets the time that memory dynamics take for now, in seconds since 1970.",
        c"For tests, in which a year passes at once. Zero takes the time of the statement.",
        &TEST_CLOCK,
        0.0,
        LATEST,
        GucContext::Suset,
        GucFlags::NO_SHOW_ALL,
    );
}

/// `engram.test_clock` in microseconds since the Unix epoch; none when it does not stand for now.
pub fn test_clock() -> Option<i64> {
    Some(TEST_CLOCK.get()).filter(|seconds| *seconds > 0.0).map(|seconds| (seconds * 1e6).round() as i64)
}

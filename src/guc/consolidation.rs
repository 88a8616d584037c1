//! Settings of consolidation.

use super::{define_int, to_usize};
use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use std::time::Duration;

static CONSOLIDATION: GucSetting<bool> = GucSetting::<bool>::new(true);
static INTERVAL: GucSetting<i32> = GucSetting::<i32>::new(60);
static THRESHOLD: GucSetting<f64> = GucSetting::<f64>::new(0.6);
static MIN_SIZE: GucSetting<i32> = GucSetting::<i32>::new(3);
static MAX_SIZE: GucSetting<i32> = GucSetting::<i32>::new(1000);
static THREADS: GucSetting<i32> = GucSetting::<i32>::new(2);
static EXPLAINED: GucSetting<f64> = GucSetting::<f64>::new(0.8);
static COLD_AFTER: GucSetting<i32> = GucSetting::<i32>::new(90 * 86_400);
static EVENT_RETENTION: GucSetting<i32> = GucSetting::<i32>::new(90 * 86_400);
static EVENTS_KEPT: GucSetting<i32> = GucSetting::<i32>::new(1_000_000);
static RESOLVE: GucSetting<bool> = GucSetting::<bool>::new(false);

/// Bounds of what a space may set for itself, too.
pub const CONSOLIDATION_THRESHOLDS: (f64, f64) = (0.05, 1.0);
pub const CONSOLIDATION_SIZES: (i32, i32) = (2, 100_000);

// What is believed is so for everybody in a space.
pub(super) fn define() {
    GucRegistry::define_bool_guc(
        c"engram.consolidation",
        c"Lets workers turn episodes into beliefs.",
        c"When off, spaces are consolidated by engram_consolidate alone.",
        &CONSOLIDATION,
        GucContext::Sighup,
        GucFlags::empty(),
    );
    define_int(
        (c"engram.consolidation_interval", &INTERVAL, 1, 86_400),
        c"Sets the time between two consolidation runs of a space.",
        c"A space in which nothing is new is left out. engram.space has it for single spaces.",
        GucContext::Sighup,
        GucFlags::UNIT_S,
    );
    define_share(
        (c"engram.consolidation_threshold", &THRESHOLD, CONSOLIDATION_THRESHOLDS),
        c"Sets the mean similarity from which groups of memories make one belief.",
        c"The cosine of their embeddings.",
    );
    define_int(
        (c"engram.consolidation_min_size", &MIN_SIZE, CONSOLIDATION_SIZES.0, CONSOLIDATION_SIZES.1),
        c"Sets the least number of memories that make a belief.",
        c"Fewer stay episodes.",
        GucContext::Suset,
        GucFlags::empty(),
    );
    define_int(
        (c"engram.consolidation_max_size", &MAX_SIZE, CONSOLIDATION_SIZES.0, CONSOLIDATION_SIZES.1),
        c"Sets the largest number of memories that one belief rests on.",
        c"A larger group is split into the groups that it was joined of.",
        GucContext::Suset,
        GucFlags::empty(),
    );
    define_int(
        (c"engram.consolidation_threads", &THREADS, 1, 64),
        c"Sets the number of threads that compare memories in one consolidation run.",
        c"The result does not depend on it.",
        GucContext::Suset,
        GucFlags::empty(),
    );
    define_share(
        (c"engram.consolidation_explained", &EXPLAINED, (0.0, 1.0)),
        c"Sets the weight of a citation from which a belief explains an episode well.",
        c"Such episodes become cold after engram.consolidation_cold_after.",
    );
    define_int(
        (c"engram.consolidation_cold_after", &COLD_AFTER, -1, i32::MAX),
        c"Sets the age without use from which an episode that a belief explains well moves to the cold tier.",
        c"Other episodes move after engram.cold_after. -1 makes no difference between them.",
        GucContext::Suset,
        GucFlags::UNIT_S,
    );
    define_int(
        (c"engram.belief_event_retention", &EVENT_RETENTION, -1, i32::MAX),
        c"Sets the age from which belief events are removed.",
        c"-1 removes none for its age.",
        GucContext::Sighup,
        GucFlags::UNIT_S,
    );
    define_int(
        (c"engram.belief_events_kept", &EVENTS_KEPT, -1, i32::MAX),
        c"Sets the largest number of belief events that a space keeps.",
        c"The oldest are removed. -1 sets no limit.",
        GucContext::Sighup,
        GucFlags::empty(),
    );
    GucRegistry::define_bool_guc(
        c"engram.resolve_contradictions",
        c"Lets consolidation replace a belief by one that contradicts it, where evidence and time decide between them.",
        c"When off, that is a proposal.",
        &RESOLVE,
        GucContext::Suset,
        GucFlags::empty(),
    );
}

fn define_share(
    (name, setting, (least, most)): (&'static std::ffi::CStr, &'static GucSetting<f64>, (f64, f64)),
    short: &'static std::ffi::CStr,
    long: &'static std::ffi::CStr,
) {
    GucRegistry::define_float_guc(name, short, long, setting, least, most, GucContext::Suset, GucFlags::empty());
}

/// `engram.consolidation`
pub fn consolidation() -> bool {
    CONSOLIDATION.get()
}

/// `engram.consolidation_interval`
pub fn consolidation_interval() -> Duration {
    Duration::from_secs(to_usize(INTERVAL.get()) as u64)
}

/// `engram.consolidation_threshold`
pub fn consolidation_threshold() -> f64 {
    THRESHOLD.get()
}

/// `engram.consolidation_min_size`
pub fn consolidation_min_size() -> usize {
    to_usize(MIN_SIZE.get())
}

/// `engram.consolidation_max_size`
pub fn consolidation_max_size() -> usize {
    to_usize(MAX_SIZE.get())
}

/// `engram.consolidation_threads`
pub fn consolidation_threads() -> usize {
    to_usize(THREADS.get())
}

/// `engram.consolidation_explained`
pub fn consolidation_explained() -> f64 {
    EXPLAINED.get()
}

/// `engram.consolidation_cold_after`; none when belief makes no difference.
pub fn consolidation_cold_after() -> Option<Duration> {
    u64::try_from(COLD_AFTER.get()).ok().map(Duration::from_secs)
}

/// `engram.belief_event_retention`; none when age removes nothing.
pub fn belief_event_retention() -> Option<Duration> {
    u64::try_from(EVENT_RETENTION.get()).ok().map(Duration::from_secs)
}

/// `engram.belief_events_kept`; none when number removes nothing.
pub fn belief_events_kept() -> Option<usize> {
    usize::try_from(EVENTS_KEPT.get()).ok()
}

/// `engram.resolve_contradictions`
pub fn resolve_contradictions() -> bool {
    RESOLVE.get()
}

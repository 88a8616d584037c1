//! Settings of reconsolidation.

use super::{define_int, define_real};
use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};

const HOUR: i32 = 3600;
/// 68 years.
const MOST: i32 = i32::MAX;

static RECONSOLIDATION: GucSetting<bool> = GucSetting::<bool>::new(true);
static LABILITY_OPENS: GucSetting<i32> = GucSetting::<i32>::new(0);
static LABILITY_WINDOW: GucSetting<i32> = GucSetting::<i32>::new(6 * HOUR);
static LABILITY_AGE: GucSetting<i32> = GucSetting::<i32>::new(24 * HOUR);
static LABILITY_PLASTICITY: GucSetting<f64> = GucSetting::<f64>::new(0.2);

pub(super) fn define() {
    GucRegistry::define_bool_guc(
        c"engram.reconsolidation",
        c"Lets an update that reconsolidates change a labile memory in place.",
        c"When off, every such update stores a competing memory.",
        &RECONSOLIDATION,
        GucContext::Userset,
        GucFlags::empty(),
    );
    define_int(
        (c"engram.lability_opens", &LABILITY_OPENS, 0, MOST),
        c"Sets the time after a recall at which the memory becomes labile.",
        c"Zero opens the window at once.",
        GucContext::Userset,
        GucFlags::UNIT_S,
    );
    define_int(
        (c"engram.lability_window", &LABILITY_WINDOW, 0, MOST),
        c"Sets the time after a recall at which the memory is stable again.",
        c"No memory is labile where this is not above engram.lability_opens.",
        GucContext::Userset,
        GucFlags::UNIT_S,
    );
    define_int(
        (c"engram.lability_age", &LABILITY_AGE, 0, MOST),
        c"Sets the age below which a memory is not made labile by a recall.",
        c"What is younger is still being consolidated.",
        GucContext::Userset,
        GucFlags::UNIT_S,
    );
    define_real(
        (c"engram.lability_plasticity", &LABILITY_PLASTICITY, 0.0, 1.0),
        c"Sets the plasticity below which an update does not change a memory in place.",
        c"Plasticity is 0 at both ends of the window and 1 in its middle.",
    );
}

/// `engram.reconsolidation`.
pub fn reconsolidation() -> bool {
    RECONSOLIDATION.get()
}

/// `engram.lability_opens` and `engram.lability_window`, in microseconds.
pub fn lability_window() -> (i64, i64) {
    (micros(&LABILITY_OPENS), micros(&LABILITY_WINDOW))
}

/// `engram.lability_age` in microseconds.
pub fn lability_age() -> i64 {
    micros(&LABILITY_AGE)
}

/// `engram.lability_plasticity`.
pub fn lability_plasticity() -> f64 {
    LABILITY_PLASTICITY.get()
}

fn micros(setting: &GucSetting<i32>) -> i64 {
    i64::from(setting.get()) * 1_000_000
}

//! Settings of forgetting and of strengthening by use.

use super::define_int;
use engram_engine::dynamics::decay::{Curve, MOST_GAIN, Profile};
use pgrx::PostgresGucEnum;
use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use std::ffi::CStr;
use std::time::Duration;

/// Forms of the curve; `custom` is for rules, which bring its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PostgresGucEnum)]
#[allow(non_camel_case_types)] // As they are written in SQL.
pub enum Form {
    power,
    exponential,
    two_component,
    pinned,
}

static DECAY: GucSetting<bool> = GucSetting::<bool>::new(true);
static DECAY_WEIGHT: GucSetting<f64> = GucSetting::<f64>::new(0.02);
static DECAY_PROFILE: GucSetting<Form> = GucSetting::<Form>::new(Form::power);
static DECAY_EXPONENT: GucSetting<f64> = GucSetting::<f64>::new(0.5);
static DECAY_SHARE: GucSetting<f64> = GucSetting::<f64>::new(0.5);
static DECAY_FAST: GucSetting<f64> = GucSetting::<f64>::new(0.1);
static STABILITY: GucSetting<f64> = GucSetting::<f64>::new(1.0);
static PERMASTORE: GucSetting<f64> = GucSetting::<f64>::new(0.0);
static REINFORCE: GucSetting<bool> = GucSetting::<bool>::new(true);
static REINFORCE_GAIN: GucSetting<f64> = GucSetting::<f64>::new(1.0);
static REINFORCE_INTERVAL: GucSetting<i32> = GucSetting::<i32>::new(1000);

/// Bounds of the parameters of a curve, for settings and for rules.
pub const EXPONENTS: (f64, f64) = (0.01, 10.0);
pub const SHARES: (f64, f64) = (0.0, 1.0);
pub const FASTS: (f64, f64) = (0.001, 1.0);
pub const STABILITIES: (f64, f64) = (0.0001, 36_525.0);
pub const GAINS: (f64, f64) = (0.0, MOST_GAIN);

/// Defines them.
pub fn define() {
    define_bool(
        (c"engram.decay", &DECAY),
        c"Lets time weaken what a recall finds, by how well it can be retrieved.",
        c"When off, the order and the scores of a recall do not depend on time or use.",
        GucContext::Userset,
    );
    define_float(
        (c"engram.decay_weight", &DECAY_WEIGHT, (0.0, 1.0)),
        c"Sets the share of its evidence that a forgotten memory loses.",
        c"One that can be retrieved for certain loses nothing.",
    );
    GucRegistry::define_enum_guc(
        c"engram.decay_profile",
        c"Sets the form of the forgetting curve where no rule of engram_set_decay says otherwise.",
        c"power, exponential, two_component or pinned.",
        &DECAY_PROFILE,
        GucContext::Userset,
        GucFlags::empty(),
    );
    define_float(
        (c"engram.decay_exponent", &DECAY_EXPONENT, EXPONENTS),
        c"Sets the exponent of the forgetting curves that have one.",
        c"Those are power and two_component.",
    );
    define_float(
        (c"engram.decay_share", &DECAY_SHARE, SHARES),
        c"Sets the share of the fast part of the two_component curve.",
        c"The rest follows the power curve.",
    );
    define_float(
        (c"engram.decay_fast", &DECAY_FAST, FASTS),
        c"Sets the time constant of the fast part of the two_component curve.",
        c"In units of the stability of the memory.",
    );
    define_float(
        (c"engram.decay_stability", &STABILITY, STABILITIES),
        c"Sets the stability of a memory that was never recalled, in days.",
        c"The forgetting curves are functions of time divided by stability.",
    );
    define_float(
        (c"engram.permastore", &PERMASTORE, (0.0, 1.0)),
        c"Sets the share of a memory that is never forgotten.",
        c"Rules of engram_set_decay can set another one.",
    );
    define_bool(
        (c"engram.reinforce", &REINFORCE),
        c"Lets a recall strengthen the memories that it returns.",
        c"A recall with reinforce => false strengthens nothing, whatever the setting.",
        GucContext::Userset,
    );
    GucRegistry::define_float_guc(
        c"engram.reinforce_gain",
        c"Sets the most that a use adds to the stability of a memory, as a share of it.",
        c"That is what a use adds when all was forgotten.",
        &REINFORCE_GAIN,
        GAINS.0,
        GAINS.1,
        GucContext::Suset,
        GucFlags::empty(),
    );
    define_int(
        (c"engram.reinforce_interval", &REINFORCE_INTERVAL, 10, 3_600_000),
        c"Sets the time after which uses go from shared memory to engram.trace.",
        c"A crash loses what was noted since the last time.",
        GucContext::Sighup,
        GucFlags::UNIT_MS,
    );
}

fn define_bool(
    (name, setting): (&'static CStr, &'static GucSetting<bool>),
    short: &'static CStr,
    long: &'static CStr,
    context: GucContext,
) {
    GucRegistry::define_bool_guc(name, short, long, setting, context, GucFlags::empty());
}

fn define_float(
    (name, setting, (least, most)): (&'static CStr, &'static GucSetting<f64>, (f64, f64)),
    short: &'static CStr,
    long: &'static CStr,
) {
    GucRegistry::define_float_guc(name, short, long, setting, least, most, GucContext::Userset, GucFlags::empty());
}

/// `engram.decay`
pub fn decay() -> bool {
    DECAY.get()
}

/// `engram.decay_weight`
pub fn decay_weight() -> f64 {
    DECAY_WEIGHT.get()
}

/// `engram.decay_profile` by name.
pub fn decay_profile() -> &'static str {
    match DECAY_PROFILE.get() {
        Form::power => "power",
        Form::exponential => "exponential",
        Form::two_component => "two_component",
        Form::pinned => "pinned",
    }
}

/// A form with the parameters that the settings give it; none for one that does not exist.
pub fn curve(form: &str) -> Option<Curve> {
    let exponent = DECAY_EXPONENT.get();
    Some(match form {
        "power" => Curve::Power { exponent },
        "exponential" => Curve::Exponential,
        "two_component" => Curve::TwoComponent { share: DECAY_SHARE.get(), fast: DECAY_FAST.get(), exponent },
        "pinned" => Curve::Pinned,
        _ => return None,
    })
}

/// How memories are forgotten where no rule says otherwise.
pub fn decay_defaults() -> Profile {
    Profile {
        curve: curve(decay_profile()).unwrap_or(Curve::Pinned),
        floor: PERMASTORE.get(),
        stability: STABILITY.get(),
        gain: REINFORCE_GAIN.get(),
    }
}

/// `engram.reinforce`
pub fn reinforce() -> bool {
    REINFORCE.get()
}

/// `engram.reinforce_interval`
pub fn reinforce_interval() -> Duration {
    Duration::from_millis(super::to_usize(REINFORCE_INTERVAL.get()) as u64)
}

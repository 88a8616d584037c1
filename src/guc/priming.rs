//! Settings of priming and of interference.

use engram_engine::dynamics::priming::Config;
use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting, PostgresGucEnum};

/// For whom what a recall leaves counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PostgresGucEnum)]
#[allow(non_camel_case_types)] // The names are the values of the setting.
pub enum Priming {
    off,
    session,
    space,
}

static PRIMING: GucSetting<Priming> = GucSetting::<Priming>::new(Priming::session);
static HALF_LIFE: GucSetting<i32> = GucSetting::<i32>::new(500);
static WINDOW: GucSetting<i32> = GucSetting::<i32>::new(30);
static PRIMING_WEIGHT: GucSetting<f64> = GucSetting::<f64>::new(0.1);
static INTERFERENCE_WEIGHT: GucSetting<f64> = GucSetting::<f64>::new(0.2);
static INTERFERENCE_THRESHOLD: GucSetting<f64> = GucSetting::<f64>::new(0.7);

/// Defines them.
pub fn define() {
    GucRegistry::define_enum_guc(
        c"engram.priming",
        c"Sets for whom a recall primes the next ones.",
        c"The session, or all sessions of a role in a space.",
        &PRIMING,
        GucContext::Userset,
        GucFlags::empty(),
    );
    super::define_int(
        (c"engram.priming_half_life", &HALF_LIFE, 10, 3_600_000),
        c"Sets the time in which the residual activation of a recall halves.",
        c"It is gone after less than seven times as long.",
        GucContext::Userset,
        GucFlags::UNIT_MS,
    );
    super::define_int(
        (c"engram.priming_window", &WINDOW, 1, 3_600),
        c"Sets the time within which one recall is taken to follow another.",
        c"What usually follows is primed for as long; repetition halves in it.",
        GucContext::Userset,
        GucFlags::UNIT_S,
    );
    super::define_real(
        (c"engram.priming_weight", &PRIMING_WEIGHT, 0.0, 1.0),
        c"Sets how much the strongest priming adds to the evidence of a memory.",
        c"A share of the evidence that there is without it. Zero disables it.",
    );
    super::define_real(
        (c"engram.interference_weight", &INTERFERENCE_WEIGHT, 0.0, 1.0),
        c"Sets how much of its interference a memory with similar rivals suffers.",
        c"Zero disables it.",
    );
    super::define_real(
        (c"engram.interference_threshold", &INTERFERENCE_THRESHOLD, 0.0, 1.0),
        c"Sets the least similarity of memories that interfere with each other.",
        c"The cosine of their embeddings. What says nearly the same does not interfere.",
    );
}

/// `engram.priming`; off also where it has no weight.
pub fn priming() -> Priming {
    if priming_weight() > 0.0 { PRIMING.get() } else { Priming::off }
}

/// `engram.priming_half_life` and `engram.priming_window`.
pub fn priming_config() -> Config {
    Config { half_life: i64::from(HALF_LIFE.get()) * 1_000, window: i64::from(WINDOW.get()) * 1_000_000 }
}

/// `engram.priming_weight`, zero or more.
pub fn priming_weight() -> f64 {
    PRIMING_WEIGHT.get()
}

/// `engram.interference_weight`, 0 to 1; zero when disabled.
pub fn interference_weight() -> f32 {
    INTERFERENCE_WEIGHT.get() as f32
}

/// `engram.interference_threshold`, 0 to 1.
pub fn interference_threshold() -> f32 {
    INTERFERENCE_THRESHOLD.get() as f32
}

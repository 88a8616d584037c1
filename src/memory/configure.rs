//! How a space is consolidated, as `engram_configure_space` takes it.

use crate::error::Error;
use crate::guc::{CONSOLIDATION_SIZES, CONSOLIDATION_THRESHOLDS};
use crate::hot::stirred;
use crate::store::{self, fault};
use pgrx::datum::Interval;
use serde_json::{Map, Value, json};

/// The arguments; none leaves what is set.
#[derive(Default)]
pub struct Consolidation {
    /// Time between two runs; zero takes the setting of the server.
    pub interval: Option<Interval>,
    /// Settings of the space; a null takes that of the server.
    pub settings: Option<Value>,
}

const DAY: i128 = 86_400_000_000;
/// The longest time between two runs, in days.
const LONGEST: i128 = 366;

/// An interval as the server compares it: a month counts as 30 days.
fn micros(interval: &Interval) -> i128 {
    (i128::from(interval.months()) * 30 + i128::from(interval.days())) * DAY + i128::from(interval.micros())
}

impl Consolidation {
    /// Every value is one that its setting may have.
    pub fn check(&self) -> Result<(), Error> {
        if let Some(interval) = &self.interval
            && !(0..=LONGEST * DAY).contains(&micros(interval))
        {
            return Err(fault::invalid(
                format!("consolidation_interval must be 0 to {LONGEST} days, not {} s", micros(interval) / 1_000_000),
                "Zero takes the setting engram.consolidation_interval, null leaves what is set.",
            ));
        }
        let Some(settings) = &self.settings else { return Ok(()) };
        let Some(settings) = settings.as_object() else {
            return Err(fault::invalid(format!("settings is no JSON object: {settings}"), KEYS));
        };
        for (key, value) in settings.iter().filter(|(_, value)| !value.is_null()) {
            let is_size = |v: &Value| {
                v.as_i64().is_some_and(|n| (CONSOLIDATION_SIZES.0.into()..=CONSOLIDATION_SIZES.1.into()).contains(&n))
            };
            let is_threshold = |v: &Value| {
                v.as_f64().is_some_and(|x| (CONSOLIDATION_THRESHOLDS.0..=CONSOLIDATION_THRESHOLDS.1).contains(&x))
            };
            let fits = match key.as_str() {
                "consolidation_threshold" => is_threshold(value),
                "consolidation_min_size" | "consolidation_max_size" => is_size(value),
                "resolve_contradictions" => value.is_boolean(),
                _ => return Err(fault::invalid(format!("setting \"{key}\" of a space does not exist"), KEYS)),
            };
            if !fits {
                let hint = format!("The values are those of engram.{key}; null takes the setting of the server.");
                return Err(fault::invalid(format!("setting \"{key}\" of a space cannot be {value}"), hint));
            }
        }
        Ok(())
    }

    /// Adds what is set to the account for engram.audit.
    pub fn tell(&self, account: &mut Map<String, Value>) {
        if let Some(interval) = &self.interval {
            account.insert("consolidation_seconds".to_owned(), json!(micros(interval) as f64 / 1e6));
        }
        if let Some(settings) = &self.settings {
            account.insert("settings".to_owned(), settings.clone());
        }
    }

    /// Sets it.
    pub fn apply(self, space: &str) {
        let given = self.settings.and_then(|s| s.as_object().cloned()).unwrap_or_default();
        if self.interval.is_none() && given.is_empty() {
            return;
        }
        let (gone, set): (Vec<_>, Vec<_>) = given.into_iter().partition(|(_, value)| value.is_null());
        let gone: Vec<String> = gone.into_iter().map(|(key, _)| key).collect();
        let set = Value::Object(set.into_iter().collect()).to_string();
        store::space::consolidate(space, self.interval, Some(&set), &gone);
        stirred::ask_at_commit();
    }
}

const KEYS: &str = "Settings of a space are consolidation_threshold, consolidation_min_size, consolidation_max_size and resolve_contradictions.";

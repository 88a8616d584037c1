//! What a soak is asked for.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Rates, sizes and times of a soak.
pub struct Options {
    pub duration: Duration,
    /// Multiplies all rates.
    pub rate: f64,
    pub seed: u64,
    pub out: PathBuf,
    /// Between two consolidations of a space.
    pub interval: Duration,
    /// Episodes that a space keeps: older ones are forgotten by a rule of retention. Zero lets spaces grow.
    pub keep: usize,
    pub spaces: usize,
    pub connections: usize,
}

impl Options {
    /// Reads `--name value` pairs.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(arguments: &[String]) -> Result<Options, String> {
        let (mut duration, mut interval, mut keep) = (Duration::from_secs(3_600), None, None);
        let mut options = Options {
            duration,
            rate: 1.0,
            seed: 42,
            out: PathBuf::from("target/soak"),
            interval: duration,
            keep: 0,
            spaces: 10,
            connections: 8,
        };
        for pair in arguments.chunks(2) {
            let [name, value] = pair else { return Err(format!("{} needs a value", pair[0])) };
            match name.as_str() {
                "--duration" => duration = time(value)?,
                "--interval" => interval = Some(time(value)?),
                "--rate" => options.rate = within(name, value, 0.001, 1_000.0)?,
                "--seed" => options.seed = within(name, value, 0, u64::MAX)?,
                "--keep" => keep = Some(within(name, value, 0, 1_000_000)?),
                "--spaces" => options.spaces = within(name, value, 1, 1_000)?,
                "--connections" => options.connections = within(name, value, 1, 64)?,
                "--out" => options.out = PathBuf::from(value),
                _ => return Err(format!("there is no option {name}")),
            }
        }
        let seconds = duration.as_secs();
        if seconds < 10 {
            return Err("a soak takes 10 s at least".to_string());
        }
        options.duration = duration;
        options.interval = interval.unwrap_or(Duration::from_secs(if seconds < 300 { 5 } else { 60 }));
        options.keep = keep.unwrap_or((seconds as usize * 15).min(5_000));
        Ok(options)
    }

    /// Time at the beginning that counts for nothing: caches fill, plans are made.
    pub fn warm_up(&self) -> Duration {
        (self.duration / 6).min(Duration::from_secs(180))
    }

    /// Between two lines of metrics.
    pub fn sample(&self) -> Duration {
        Duration::from_secs(if self.duration.as_secs() < 300 { 2 } else { 10 })
    }
}

fn within<T: FromStr + PartialOrd>(name: &str, value: &str, least: T, most: T) -> Result<T, String> {
    let wrong = || format!("{name} does not take {value:?}");
    value.parse().ok().filter(|number| *number >= least && *number <= most).ok_or_else(wrong)
}

/// `90`, `90s`, `15m` or `1h`.
fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let factor = match unit {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(format!("{text:?} is no time such as 30s, 10m or 1h")),
    };
    let number: u64 = number.parse().map_err(|_| format!("{text:?} is no time such as 30s, 10m or 1h"))?;
    Ok(Duration::from_secs(number * factor))
}

//! What one recall may take: time and memory.
//!
//! A recall begins by taking a guard; whoever works for it asks [`is_over`] between pieces, and stops where it is. Meeting a limit is
//! no error: the answer is what there is, and says so.

use crate::guc;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// A limit that was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    Time,
    Bytes,
}

impl Met {
    /// The setting that says how much it is.
    pub fn setting(self) -> &'static str {
        match self {
            Met::Time => "engram.recall_max_ms",
            Met::Bytes => "engram.recall_max_bytes",
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Limits {
    until: Option<Instant>,
    bytes_left: Option<usize>,
    met: Option<Met>,
}

thread_local! {
    static LIMITS: Cell<Limits> = const { Cell::new(Limits { until: None, bytes_left: None, met: None }) };
}

/// While it lives, the limits of the settings hold.
pub struct Governed(Limits);

/// Begins a recall. One within another, in a policy say, has limits of its own.
pub fn begin() -> Governed {
    let until = guc::recall_max_time().map(|most| Instant::now() + most);
    Governed(LIMITS.replace(Limits { until, bytes_left: guc::recall_max_bytes(), met: None }))
}

impl Drop for Governed {
    fn drop(&mut self) {
        LIMITS.set(self.0);
    }
}

/// Whether a limit is met: what is there by now is the answer.
pub fn is_over() -> bool {
    let mut limits = LIMITS.get();
    if limits.met.is_none() && limits.until.is_some_and(|until| Instant::now() >= until) {
        limits.met = Some(Met::Time);
        LIMITS.set(limits);
    }
    limits.met.is_some()
}

/// The limit that ended the recall early, if one did.
pub fn met() -> Option<Met> {
    LIMITS.get().met
}

/// Counts memory that the recall has taken.
pub fn take(bytes: usize) {
    let mut limits = LIMITS.get();
    let Some(left) = limits.bytes_left else { return };
    limits.bytes_left = Some(left.saturating_sub(bytes));
    if bytes > left {
        limits.met = limits.met.or(Some(Met::Bytes));
    }
    LIMITS.set(limits);
}

/// Whether anything is limited, so that pieces should be small.
pub fn is_limited() -> bool {
    let limits = LIMITS.get();
    limits.bytes_left.is_some() || limits.until.is_some()
}

/// Runs `f`, which does not count: loading a space serves the recalls that follow.
pub fn uncounted<R>(f: impl FnOnce() -> R) -> R {
    let begun = Instant::now();
    let result = f();
    put_off(begun.elapsed());
    result
}

fn put_off(by: Duration) {
    let mut limits = LIMITS.get();
    limits.until = limits.until.map(|until| until + by);
    LIMITS.set(limits);
}

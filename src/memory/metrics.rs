//! Counting what functions do: the one place where a call of a function is entered, timed, and its error caught on the way through.

use super::recall::{Met, Recalled};
use super::space_or_setting;
use crate::hot::metrics::totals::{self, Seen};
use crate::hot::metrics::{self, Call, Outcome, Total, add, call};
use crate::hot::survey::{self, STATES, Survey};
use crate::hot::{Hot, moves, uses};
use crate::pg::{self, caught, lwlock};
use engram_engine::tiers::Tier;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

pub use metrics::spaces::Shown;
pub use metrics::{Operation, is_on, reset_at};
pub use uses::lag_seconds;

/// Runs a function in a space and counts it as a call, also when it ends by an error or a cancel: these pass through as they came. `rows` says
/// how many rows the result has. What concerns several spaces is given none.
#[inline]
pub fn counted<T>(
    operation: Operation,
    space: Option<&str>,
    f: impl FnOnce() -> T,
    rows: impl FnOnce(&T) -> usize,
) -> T {
    let Some(call) = Call::begin(operation) else { return f() };
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(result) => {
            call.end(space, Outcome::Rows(rows(&result) as u64));
            result
        }
        Err(payload) => failed(call, space, payload),
    }
}

/// The same in the space of an argument, or of the setting.
pub fn counted_in<T>(
    operation: Operation,
    space: Option<&str>,
    f: impl FnOnce() -> T,
    rows: impl FnOnce(&T) -> usize,
) -> T {
    counted(operation, Some(&space_or_setting(space)), f, rows)
}

/// The same where the result alone says which space it was.
pub fn counted_by<T>(
    operation: Operation,
    f: impl FnOnce() -> T,
    place: impl for<'t> FnOnce(&'t T) -> (Option<&'t str>, usize),
) -> T {
    let Some(call) = Call::begin(operation) else { return f() };
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(result) => {
            let (space, rows) = place(&result);
            call.end(space, Outcome::Rows(rows as u64));
            result
        }
        Err(payload) => failed(call, None, payload),
    }
}

fn failed(call: Call, space: Option<&str>, payload: Box<dyn Any + Send>) -> ! {
    call.end(space, Outcome::Error(caught::sqlstate_class(payload.as_ref())));
    resume_unwind(payload)
}

/// Counts what a recall returns.
pub fn recalled<'a>(rows: impl Iterator<Item = &'a Recalled>) {
    if !metrics::is_on() {
        return;
    }
    let mut seen = [totals::Spread::Score, totals::Spread::Confidence, totals::Spread::Hops].map(Seen::new);
    let mut n = 0;
    let (mut origins, mut tiers) = ([0; 5], [0; 3]);
    for row in rows {
        n += 1;
        seen[0].value(row.score.into());
        seen[1].value(row.row.belief().mean.into());
        seen[2].value(row.hit.hops.into());
        origins[match row.row.origin.as_str() {
            "stored" => 0,
            "consolidated" => 1,
            "reconstructed" => 2,
            "imagined" => 3,
            _ => 4,
        }] += 1;
        tiers[match row.hit.tier {
            _ if row.row.cold => 2,
            Tier::Hot => 0,
            Tier::Warm => 1,
            Tier::Cold => 2,
        }] += 1;
    }
    add(if n > 0 { Total::Answered } else { Total::Empty }, 1);
    seen.iter().filter(|_| n > 0).for_each(Seen::enter);
    let by_origin =
        [Total::Stored, Total::Consolidated, Total::Reconstructed, Total::Imagined, Total::OtherOrigin].into_iter();
    by_origin.zip(origins).for_each(|(total, by)| add(total, by));
    [Total::FromHot, Total::FromWarm, Total::FromCold].into_iter().zip(tiers).for_each(|(total, by)| add(total, by));
}

/// Counts a limit that ended a recall early.
pub fn limited(met: &Met) {
    if metrics::is_on() {
        call::limit(match met {
            Met::Time => Total::OutOfTime,
            Met::Bytes => Total::OutOfMemory,
        });
    }
}

/// Counts what became of a belief, when the transaction commits.
pub fn count_event(kind: &str) {
    let Some(total) = Total::ALL.into_iter().find(|total| total.name().strip_prefix("belief ") == Some(kind)) else {
        return;
    };
    metrics::pending::note(total);
}

/// A distribution in the form that Prometheus has: each bucket counts what is at most its bound.
pub struct Histogram {
    pub name: &'static str,
    pub bounds: Vec<f64>,
    pub buckets: Vec<i64>,
    pub sum: f64,
    pub count: i64,
}

impl Histogram {
    /// Of values in each bucket, the last being what is above all bounds.
    fn new(name: &'static str, bounds: &[f64], counts: &[u64], sum: f64) -> Histogram {
        let up_to = counts.iter().scan(0, |all, n| {
            *all += *n as i64;
            Some(*all)
        });
        let mut buckets: Vec<i64> = up_to.collect();
        // The last one has no bound of its own; it is the count.
        let count = buckets.pop().unwrap_or(0);
        Histogram { name, bounds: bounds.to_vec(), buckets, sum, count }
    }
}

/// How long calls took, by operation.
pub fn durations() -> Vec<Histogram> {
    let one = |d: call::Durations| Histogram::new(d.operation.name(), &call::BOUNDS, &d.buckets, d.seconds);
    call::all().into_iter().map(one).collect()
}

/// Calls that failed, by operation and class of SQLSTATE.
pub fn errors() -> Vec<(&'static str, &'static str, i64)> {
    let of = |d: call::Durations| {
        call::CLASSES.into_iter().zip(d.errors).map(move |(class, n)| (d.operation.name(), class, n as i64))
    };
    call::all().into_iter().flat_map(of).collect()
}

/// Calls by space: the busiest, and the others as one.
pub fn by_space() -> Vec<Shown> {
    metrics::spaces::all()
}

/// What recalls returned.
pub fn distributions() -> Vec<Histogram> {
    let all = [totals::Spread::Score, totals::Spread::Confidence, totals::Spread::Hops];
    all.into_iter()
        .zip(["score", "confidence", "hops"])
        .map(|(spread, name)| {
            let (counts, sum) = spread.read();
            Histogram::new(name, spread.bounds(), &counts, sum)
        })
        .collect()
}

/// Counters without labels.
pub fn counters() -> Vec<(&'static str, i64)> {
    let totals = Total::ALL.into_iter().map(|total| (total.name(), totals::count(total) as i64));
    let [mut to_cold, mut from_cold] = [0, 0];
    for (name, n) in moves::all() {
        *(if name == "to cold" { &mut to_cold } else { &mut from_cold }) = n as i64;
    }
    totals.chain([("to cold", to_cold), ("from cold", from_cold), ("lock waits", lwlock::waits() as i64)]).collect()
}

/// The hot tier at this moment.
pub struct State {
    pub capacity: u64,
    pub free: u64,
    pub all: Survey,
    /// Of this database.
    pub here: Survey,
}

/// Names of the states that [`Survey::states`] counts.
pub fn states() -> [&'static str; STATES.len()] {
    STATES
}

pub fn state() -> State {
    let shared = Hot::shared();
    let (capacity, free) = shared.map_or((0, 0), |hot| hot.bytes());
    let (all, here) = shared.map_or_else(Default::default, |hot| survey::take(&hot, pg::database_oid().to_u32()));
    State { capacity, free, all, here }
}

/// Begins all counts of the server anew.
pub fn reset() {
    metrics::reset();
    moves::reset();
    uses::reset_counts();
    lwlock::reset_waits();
}

//! Counting what functions do: the one place where a call of a function is entered, timed, and its error caught on the way through.

use super::recall::{Met, Recalled};
use crate::hot::metrics::totals::{self, Seen};
use crate::hot::metrics::{self, Call, Outcome, Total, add, call};
use crate::pg::caught;
use engram_engine::tiers::Tier;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

pub use metrics::Operation;

/// Runs the function of a call and counts it, also when it ends by an error or a cancel: these pass through as they came. `rows` says how many
/// rows the result has. What concerns several spaces is given none.
#[inline]
pub fn counted<T>(operation: Operation, space: Option<&str>, f: impl FnOnce() -> T, rows: impl FnOnce(&T) -> usize) -> T {
    let Some(call) = Call::begin(operation) else { return f() };
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(result) => {
            call.end(space, Outcome::Rows(rows(&result) as u64));
            result
        }
        Err(payload) => {
            call.end(space, Outcome::Error(caught::sqlstate_class(payload.as_ref())));
            resume_unwind(payload)
        }
    }
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

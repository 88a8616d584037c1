//! Rotation of what consolidation keeps: belief events by number and age, runs with their former snapshots and rows by age.

use crate::guc;
use crate::pg;
use crate::store::ledger;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// Rows that one transaction removes at most of each kind.
const BATCH: i32 = 5_000;

/// Time between two looks of a worker.
const BETWEEN_LOOKS: Duration = Duration::from_secs(600);

thread_local! {
    static LOOKED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Whether it is time to look.
pub fn is_due(first: bool) -> bool {
    if pg::in_recovery() || !ledger::is_possible() {
        return false;
    }
    let now = Instant::now();
    let due =
        first || LOOKED.get().is_none_or(|at| now.duration_since(at) >= guc::maintenance_interval().max(BETWEEN_LOOKS));
    if due {
        LOOKED.set(Some(now));
    }
    due
}

/// Removes a batch; says whether there may be more.
pub fn step() -> bool {
    let by_age = guc::belief_event_retention().map_or(0, |age| ledger::trim_events_by_age(age, BATCH));
    let by_number = guc::belief_events_kept().map_or(0, |kept| ledger::trim_events_by_number(kept, BATCH));
    let runs = guc::consolidation_run_retention().map_or(0, |age| ledger::trim_runs(age, BATCH));
    by_age + by_number + runs > 0
}

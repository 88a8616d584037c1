//! A maintenance worker: loads the spaces of one database, settles and tidies them, and leaves.

use super::slots::{self, Doing, Kind};
use super::standby;
use crate::crash::{self, Point};
use crate::hot::{board, uses};
use crate::memory::upkeep::{self, Step};
use crate::memory::{reinforce, snapshot};
use crate::pg::{self, worker};
use pgrx::{pg_guard, pg_sys};
use std::time::{Duration, Instant};

/// Name of the main function.
pub const FUNCTION: &str = "engram_maintenance_main";
/// Rounds without work after which it leaves.
const PATIENCE: u32 = 5;
/// Time between two rounds.
const PAUSE: Duration = Duration::from_millis(100);

/// Time that a round gives to the pieces of one step.
const BUDGET: Duration = Duration::from_millis(500);
/// Time that a worker which always has something to do stays while others wait for its place.
const TURN: Duration = Duration::from_secs(20);
/// Time a worker stays after a job failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Main function of `engram maintenance`; the argument is the OID of the database.
#[pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn engram_maintenance_main(argument: pg_sys::Datum) {
    worker::attach_signals();
    let database = argument.value() as u32;
    // One worker for a database: a launcher that was just replaced may not know of the one that is there.
    if !slots::of_kind(Kind::Maintenance, database).is_empty() || !slots::take(Kind::Maintenance, database) {
        return;
    }
    crash::at(Point::worker_start);
    worker::connect(pg_sys::Oid::from(database));
    if pg::in_recovery() {
        if let Err(message) = standby::serve() {
            pgrx::log!("engram maintenance: {message}");
            worker::wait(Some(AFTER_FAILURE));
            return;
        }
        // Without promotion somebody else needs the worker.
        if pg::in_recovery() {
            return;
        }
    }
    let mut idle = 0;
    let mut first = true;
    let begun = Instant::now();
    while idle < PATIENCE && !worker::should_stop() {
        worker::reload_if_asked();
        // Somebody wants all of it to be looked at.
        first |= board::take_maintenance(database);
        match round(first) {
            // What recalls have noted is not left behind, unless another database waits.
            Ok(0) if uses::waits_here() && !slots::is_crowded() => idle = 0,
            Ok(0) => idle += 1,
            Ok(_) => idle = 0,
            Err(message) => {
                pgrx::log!("engram maintenance: {message}");
                // A database whose jobs fail keeps its worker from coming back at once.
                worker::wait(Some(AFTER_FAILURE));
                return;
            }
        }
        // Without the extension there was nothing to visit.
        first &= pg::memory_table_oid().is_none();
        // What is left is done at the next visit.
        if slots::is_crowded() && begun.elapsed() > TURN {
            break;
        }
        worker::wait(Some(PAUSE));
    }
    if uses::waits_here()
        && let Err(message) = worker::in_last_transaction(reinforce::flush_all)
    {
        pgrx::log!("engram maintenance: {message}");
    }
    crash::at(Point::worker_leave);
}

/// One round over the spaces; returns how many had something to do.
fn round(first: bool) -> Result<usize, String> {
    slots::beat();
    let steps = worker::in_transaction(|| upkeep::plan(first)).inspect_err(|m| slots::ran(Err(m)))?;
    let mut done = 0;
    for step in steps {
        if worker::should_stop() {
            break;
        }
        match &step {
            Step::Load(space) | Step::Promote(space, _) => {
                slots::doing(Doing::Loading);
                worker::report_activity(&format!("loading space {space}"));
            }
            Step::Learn(space) => {
                slots::doing(Doing::Learning);
                worker::report_activity(&format!("learning in space {space}"));
            }
            Step::Reinforce(space) => {
                slots::doing(Doing::Learning);
                worker::report_activity(&format!("strengthening what was recalled in space {space}"));
            }
            Step::Chill(space) => {
                slots::doing(Doing::Moving);
                worker::report_activity(&format!("moving memories of space {space} to the cold tier"));
            }
            Step::BringBack(space) => {
                slots::doing(Doing::Moving);
                worker::report_activity(&format!("bringing memories of space {space} back from the cold tier"));
            }
            Step::Announce(space) => {
                slots::doing(Doing::Announcing);
                worker::report_activity(&format!("announcing what happened in space {space}"));
            }
            Step::Retain(space) => {
                slots::doing(Doing::Forgetting);
                worker::report_activity(&format!("applying retention in space {space}"));
            }
            Step::Rotate => {
                slots::doing(Doing::Forgetting);
                worker::report_activity("removing old belief events and runs");
            }
            Step::Snapshot => {
                slots::doing(Doing::Writing);
                worker::report_activity("writing the snapshot file");
            }
            Step::Warm(space, _) | Step::Back(space, _) => {
                slots::doing(Doing::Moving);
                worker::report_activity(&format!("moving memories of space {space}"));
            }
            Step::Sweep | Step::KeepRoom => slots::doing(Doing::Moving),
            Step::Tidy(..) | Step::Repair | Step::TrimAudit | Step::Loaded | Step::Trim => {
                slots::doing(Doing::Settling)
            }
        }
        let begun = Instant::now();
        loop {
            crash::at(Point::worker_step);
            let outcome = worker::in_transaction(|| upkeep::perform(&step));
            crash::at(Point::worker_step_end);
            if let (Step::Load(_), Err(message)) = (&step, &outcome) {
                snapshot::spoil(message);
            }
            snapshot::after(&step, outcome.is_ok());
            slots::ran(outcome.as_ref().map(|_| ()).map_err(String::as_str));
            let more = outcome?;
            done += usize::from(more);
            if !more || !step.goes_on() || begun.elapsed() >= BUDGET || worker::should_stop() {
                break;
            }
        }
        slots::doing(Doing::Idle);
    }
    Ok(done)
}

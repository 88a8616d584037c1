//! A maintenance worker: loads the spaces of one database, settles and tidies them, and leaves.

use super::slots::{self, Doing, Kind};
use crate::crash::{self, Point};
use crate::memory::upkeep::{self, Step};
use crate::pg::worker;
use pgrx::{pg_guard, pg_sys};
use std::time::Duration;

/// Name of the main function.
pub const FUNCTION: &str = "engram_maintenance_main";
/// Rounds without work after which it leaves.
const PATIENCE: u32 = 5;
/// Time between two rounds.
const PAUSE: Duration = Duration::from_millis(100);

/// Time a worker stays after a job failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Main function of `engram maintenance`; the argument is the OID of the database.
#[pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn engram_maintenance_main(argument: pg_sys::Datum) {
    worker::attach_signals();
    let database = argument.value() as u32;
    // One worker for a database: a launcher that was just replaced may not know of the one that is there.
    if !slots::in_database(database).is_empty() || !slots::take(Kind::Maintenance, database) {
        return;
    }
    crash::at(Point::worker_start);
    worker::connect(pg_sys::Oid::from(database));
    let mut idle = 0;
    let mut first = true;
    while idle < PATIENCE && !worker::should_stop() {
        worker::reload_if_asked();
        match round(first) {
            Ok(0) => idle += 1,
            Ok(_) => idle = 0,
            Err(message) => {
                pgrx::log!("engram maintenance: {message}");
                // A database whose jobs fail keeps its worker from coming back at once.
                worker::wait(Some(AFTER_FAILURE));
                return;
            }
        }
        first = false;
        worker::wait(Some(PAUSE));
    }
    crash::at(Point::worker_leave);
}

/// One round over the spaces; returns how many had something to do.
fn round(first: bool) -> Result<usize, String> {
    let steps = worker::in_transaction(|| upkeep::plan(first)).inspect_err(|m| slots::ran(Err(m)))?;
    let mut done = 0;
    for step in steps {
        if worker::should_stop() {
            break;
        }
        match &step {
            Step::Load(space) => {
                slots::doing(Doing::Loading);
                worker::report_activity(&format!("loading space {space}"));
            }
            Step::Learn(space) => {
                slots::doing(Doing::Learning);
                worker::report_activity(&format!("learning in space {space}"));
            }
            Step::Tidy(..) | Step::Repair => slots::doing(Doing::Settling),
        }
        crash::at(Point::worker_step);
        let outcome = worker::in_transaction(|| upkeep::perform(&step));
        crash::at(Point::worker_step_end);
        slots::ran(outcome.as_ref().map(|_| ()).map_err(String::as_str));
        slots::doing(Doing::Idle);
        done += usize::from(outcome?);
    }
    Ok(done)
}

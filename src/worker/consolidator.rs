//! A consolidation worker: runs the spaces of one database that are due, one transaction each, and leaves when it has been idle.

use super::slots::{self, Doing, Kind};
use crate::crash::{self, Point};
use crate::error::or_raise;
use crate::guc;
use crate::memory::scheduler::{self, Scheduler, Turn};
use crate::pg::{self, worker};
use pgrx::{pg_guard, pg_sys};
use std::time::{Duration, Instant};

/// Name of the main function.
pub const FUNCTION: &str = "engram_consolidator_main";
/// Time between two looks at shared memory.
const PAUSE: Duration = Duration::from_millis(200);
/// Time between two looks at the tables while spaces are run.
const LOOK: Duration = Duration::from_secs(1);
/// It stays without work for twice the time between two runs, since what it keeps of the spaces makes the next runs cheap, within
/// these limits. Where others wait for its place it goes at once.
const STAY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));
/// Spaces that it runs before it lets others have its place, where they wait.
const TURNS: u32 = 10;
/// Time it stays away after it could not read its tables.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Main function of `engram consolidator`; the argument is the OID of the database.
#[pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn engram_consolidator_main(argument: pg_sys::Datum) {
    worker::attach_signals();
    let database = argument.value() as u32;
    if !slots::of_kind(Kind::Consolidator, database).is_empty() || !slots::take(Kind::Consolidator, database) {
        return;
    }
    crash::at(Point::consolidator_start);
    worker::connect(pg_sys::Oid::from(database));
    if pg::in_recovery() {
        return;
    }
    let mut scheduler = Scheduler::new();
    match worker::in_transaction(scheduler::is_possible) {
        Ok(true) => {}
        Ok(false) => return scheduler.leave(),
        Err(message) => return give_up(&message),
    }
    if let Err(message) = serve(&mut scheduler) {
        give_up(&message);
    } else {
        scheduler.leave();
    }
}

/// Not even the tables could be read: it does not come back at once.
fn give_up(message: &str) {
    slots::ran(Err(message));
    pgrx::log!("engram consolidator: {message}");
    worker::wait(Some(AFTER_FAILURE));
}

fn serve(scheduler: &mut Scheduler) -> Result<(), String> {
    let mut looked: Option<Instant> = None;
    let mut active = Instant::now();
    let mut turns = 0;
    while !worker::should_stop() && guc::consolidation() {
        slots::beat();
        worker::reload_if_asked();
        let old = looked.is_some_and(|at| at.elapsed() >= LOOK);
        if looked.is_none() || (old && scheduler.has_news()) || scheduler.is_asked() {
            scheduler.begin_look();
            worker::in_transaction(|| scheduler.look())?;
            looked = Some(Instant::now());
        }
        match scheduler.next() {
            Ok(turn) => {
                run(scheduler, turn);
                active = Instant::now();
                turns += 1;
                if turns >= TURNS && slots::is_crowded() {
                    return Ok(());
                }
            }
            Err(idle) => {
                let stay = (guc::consolidation_interval() * 2).clamp(STAY.0, STAY.1);
                if !scheduler.has_news() && (slots::is_crowded() || active.elapsed() >= stay) {
                    return Ok(());
                }
                worker::wait(Some(idle.min(PAUSE)));
            }
        }
    }
    Ok(())
}

/// One turn, and in a second transaction that it failed.
fn run(scheduler: &mut Scheduler, turn: Turn) {
    slots::doing(Doing::Consolidating);
    worker::report_activity(&format!("consolidating space {}", turn.space));
    let outcome = worker::in_transaction(|| or_raise(scheduler.perform(&turn)));
    slots::ran(outcome.as_ref().map(|_| ()).map_err(String::as_str));
    if let Err(message) = &outcome
        && !worker::should_stop()
    {
        pgrx::log!("engram consolidator: space \"{}\": {message}", turn.space);
        if let Err(again) = worker::in_transaction(|| scheduler.record_failure(&turn, message)) {
            pgrx::log!("engram consolidator: the failure of space \"{}\" was not recorded: {again}", turn.space);
        }
    }
    scheduler.end(turn, outcome.as_ref().map_err(String::as_str));
    worker::give_back_memory();
    slots::doing(Doing::Idle);
}

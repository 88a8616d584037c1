//! The maintenance worker of a hot standby: it follows what replay changes, until the server is promoted.

use super::slots::{self, Doing};
use crate::memory::follow::{Follower, Task};
use crate::pg::{self, worker};
use std::time::Duration;

/// Time between two looks at where replay is.
const PAUSE: Duration = Duration::from_millis(100);
/// The first pause after a recovery conflict, doubled with each that follows at once.
const BACK_OFF: Duration = Duration::from_millis(10);
/// The longest.
const LONGEST: Duration = Duration::from_secs(1);
/// When other databases wait for a worker, this one leaves if nobody has asked for so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// Follows as long as the server is in recovery. An error ends it.
pub fn serve() -> Result<(), String> {
    let begun = worker::in_transaction(Follower::begin)?;
    let Some(mut follower) = begun else { return Ok(()) };
    let outcome = follow(&mut follower);
    follower.end();
    outcome
}

fn follow(follower: &mut Follower) -> Result<(), String> {
    let mut pause = BACK_OFF;
    while pg::in_recovery() && !worker::should_stop() {
        worker::reload_if_asked();
        slots::beat();
        let Some(task) = follower.next() else {
            if slots::is_crowded() && !follower.is_busy() && follower.idle() > PATIENCE {
                return Ok(());
            }
            slots::doing(Doing::Idle);
            if worker::wait(Some(PAUSE)) == worker::Wake::Latch {
                follower.was_woken();
            }
            continue;
        };
        tell(task, follower);
        let outcome = worker::try_in_transaction(|| follower.perform(task));
        slots::ran(outcome.as_ref().copied().map_err(|failure| failure.message.as_str()));
        match outcome {
            Ok(()) => pause = BACK_OFF,
            Err(failure) if failure.may_repeat => {
                follower.was_in_conflict();
                worker::wait(Some(pause));
                pause = (pause * 2).min(LONGEST);
            }
            Err(failure) => return Err(failure.message),
        }
    }
    Ok(())
}

fn tell(task: Task, follower: &Follower) {
    if task == Task::Load {
        slots::doing(Doing::Loading);
        worker::report_activity(&format!("loading space {}", follower.loading().unwrap_or_default()));
    } else {
        slots::doing(Doing::Following);
        worker::report_activity("following");
    }
}

//! Pausing, resuming and asking for workers.
//!
//! A pause is a row and outlives everything; a wish for a run is a word in shared memory, which the worker has before the caller's
//! transaction ends. So whoever waits for a run does not see in it what his own transaction has not committed.

use super::required;
use crate::error::Error;
use crate::guc;
use crate::hot::board;
use crate::hot::requests::{self, Outcome};
use crate::hot::stirred;
use crate::pg::{self, role};
use crate::store::{access, audit, fault, schedule};
use serde_json::json;

const CONSOLIDATOR: &str = "consolidator";
const MAINTENANCE: &str = "maintenance";
const ADMIN: &str = "engram_admin";
/// Between two looks for the outcome that somebody waits for.
const PAUSE_MS: i64 = 50;

/// Pauses or resumes consolidation of a space, or in the whole database; says whether that changed anything.
pub fn pause(worker: Option<&str>, space: Option<&str>, paused: bool) -> Result<bool, Error> {
    match required("worker", worker)? {
        CONSOLIDATOR => {}
        MAINTENANCE => {
            return Err(Error::not_supported("worker \"maintenance\" cannot be paused").with_hint(
                "Uses of memories would be lost; set engram.max_workers to 0 for a server without workers.",
            ));
        }
        other => return Err(unknown(other)),
    }
    may_steer(space)?;
    writable()?;
    let changed = match space {
        Some(space) => schedule::pause_space(space, paused),
        None => schedule::pause_worker(paused),
    };
    if changed {
        if let Some(space) = space {
            let action = if paused { "worker_pause" } else { "worker_resume" };
            audit::note(space, action, None, &json!({ "worker": CONSOLIDATOR }));
        }
        stirred::ask_at_commit();
    }
    Ok(changed)
}

/// Has a worker run at once. Returns what came of it where that was waited for, or that it was asked.
pub fn run_now(worker: Option<&str>, space: Option<&str>, wait: Option<bool>) -> Result<&'static str, Error> {
    let worker = required("worker", worker)?;
    let wait = required("wait", wait)?;
    if worker != CONSOLIDATOR && worker != MAINTENANCE {
        return Err(unknown(worker));
    }
    may_steer(space)?;
    writable()?;
    if guc::max_workers() == 0 {
        return Err(Error::not_in_prerequisite_state("there are no workers")
            .with_hint("Load engram by shared_preload_libraries and set engram.max_workers above 0; engram_consolidate needs none."));
    }
    if worker == MAINTENANCE {
        if wait {
            return Err(Error::not_supported("worker \"maintenance\" cannot be waited for")
                .with_hint("Leave wait out; engram.stat_worker shows what the worker does."));
        }
        return if board::ask_for_maintenance() { Ok("asked") } else { Err(too_many()) };
    }
    if !guc::consolidation() {
        return Err(Error::not_in_prerequisite_state("the setting engram.consolidation is off")
            .with_hint("Set it to on, or call engram_consolidate."));
    }
    if !wait {
        return if requests::ask(space) { Ok("asked") } else { Err(too_many()) };
    }
    let ticket = requests::ask_and_wait(space).ok_or_else(too_many)?;
    loop {
        if let Some(outcome) = ticket.outcome() {
            return Ok(match outcome {
                Outcome::Completed => "completed",
                Outcome::Failed => "failed",
                Outcome::Skipped => "skipped",
            });
        }
        pg::sleep_ms(PAUSE_MS);
    }
}

fn unknown(worker: &str) -> Error {
    fault::invalid(format!("worker \"{worker}\" does not exist"), "The workers are consolidator and maintenance.")
}

fn too_many() -> Error {
    Error::not_in_prerequisite_state("too many runs are asked for at the same time")
        .with_hint("Ask again when some of them are done, or call engram_consolidate.")
}

/// Its owner may steer the worker in a space, members of engram_admin in every one and in the whole database.
fn may_steer(space: Option<&str>) -> Result<(), Error> {
    let Some(name) = space else {
        let is_admin = role::has_rights_of(pg::current_user(), ADMIN);
        let denied = || {
            fault::denied(
                "permission denied to steer the workers of the database",
                "Members of engram_admin may; the owner of a space names the space.",
            )
        };
        return if is_admin { Ok(()) } else { Err(denied()) };
    };
    let found = access::find(name).filter(|s| s.may_read() || s.admin).ok_or_else(|| Error::unknown_space(name))?;
    if found.owner || found.admin { Ok(()) } else { Err(fault::space_denied(name)) }
}

fn writable() -> Result<(), Error> {
    if pg::in_recovery() {
        return Err(Error::not_supported("workers of a standby cannot be steered").with_hint(
            "Consolidation rests on a standby and starts with its promotion; call the function on the primary.",
        ));
    }
    if !schedule::is_possible() {
        return Err(Error::not_in_prerequisite_state("the catalog is of an older version of engram")
            .with_hint("Run ALTER EXTENSION engram UPDATE."));
    }
    Ok(())
}

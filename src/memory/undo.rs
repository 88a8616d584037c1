//! Undoing a run of consolidation: the rows that it changed become what they were.
//!
//! A run keeps each row that it changes as it was, and a digest of it as it is afterwards. What is otherwise since then was changed by a later
//! run or by somebody: the run is not undone, and the error names them. What the run has told stays told: its row and its events are the
//! ledger, and undoing adds to it a run and events of its own.

use super::{consolidate, metrics, required, space_or_setting};
use crate::crash::{self, Point};
use crate::error::{Error, Kind};
use crate::pg;
use crate::store::memory::new_id;
use crate::store::undo::{self, Obstacle};
use crate::store::{audit, consolidation, ledger};
use pgrx::Uuid;
use serde_json::json;

/// What was undone.
pub struct Undone {
    /// The run that undid it.
    pub by: Uuid,
    pub beliefs: usize,
    /// Tag of the beliefs without it.
    pub version: String,
}

/// Undoes a run.
pub fn undo(run: Option<Uuid>, space: Option<&str>) -> Result<Undone, Error> {
    let run = required("run", run)?;
    let space = space_or_setting(space);
    consolidate::administered(&space)?;
    if pg::in_recovery() {
        return Err(Error::not_supported("runs cannot be undone on a standby").with_hint("Undo it on the primary."));
    }
    if !consolidation::lock(&space) {
        return Err(consolidate::busy(&space));
    }
    undoable(&space, run)?;
    undo::lock(&space, run);
    let later = undo::later(&space, run);
    if !later.is_empty() {
        return Err(built_upon(run, &later));
    }
    refuse(run, "has been changed since", &undo::edited(&space, run))?;
    refuse(run, "is used since", &undo::held(&space, run))?;
    let changes = undo::changes(&space, run);
    let (by, now) = (new_id(), super::now());
    audit::quietly(|| {
        undo::begin(&space, by, run, now);
        let shown = undo::shows(&space, run);
        undo::restore(&space, run, now);
        crash::at(Point::undo_restored);
        let (version, _) = consolidation::version(&space);
        let differs = consolidation::publish(&space, *by.as_bytes(), version + 1);
        if shown && !differs {
            consolidation::tell(&space, *by.as_bytes(), version + 1);
        }
        let published = (differs || shown).then_some(version + 1);
        undo::log(&space, by, now, published.unwrap_or(version), &changes);
        changes.iter().for_each(|_| metrics::count_event("undone"));
        undo::end(&space, by, now, published);
        undo::finish(&space, run, by);
        crash::at(Point::undo_finished);
        audit::note(&space, "undo", None, &json!({ "run": run.to_string(), "beliefs": changes.len() }));
        let version = ledger::written_version(&space).map_or_else(String::new, |version| version.tag());
        Ok(Undone { by, beliefs: changes.len(), version })
    })
}

/// The run is there, stands, and what it changed is still kept.
fn undoable(space: &str, run: Uuid) -> Result<(), Error> {
    let found = undo::run(space, run).ok_or_else(|| {
        Error::new(Kind::UndefinedObject, format!("run {run} does not exist in space \"{space}\""))
            .with_hint("engram.consolidation_run has the runs of a space.")
    })?;
    let cannot = |what: &str| Error::not_in_prerequisite_state(format!("run {run} {what}"));
    match found.state.as_str() {
        "completed" if found.noted => Ok(()),
        "completed" => Err(cannot("cannot be undone")
            .with_detail("It changed nothing, or what it changed is no longer kept.")
            .with_hint("What a run changed is kept for engram.consolidation_run_retention.")),
        "undone" => {
            Err(cannot("is undone already").with_hint("The next run makes the same again from the same episodes."))
        }
        state => Err(cannot(&format!("is {state}")).with_hint("Only a run that has completed has changed anything.")),
    }
}

/// Later runs that an error names.
const MOST_NAMED: usize = 10;

fn built_upon(run: Uuid, later: &[[u8; 16]]) -> Error {
    let names = listed(later.iter().map(|id| Uuid::from_bytes(*id).to_string()));
    Error::not_in_prerequisite_state(format!("run {run} cannot be undone while later runs build on it"))
        .with_detail(format!("Later runs, the latest first: {names}."))
        .with_hint(
            "Undo them first, in this order; engram_worker_pause keeps the scheduler from consolidating the space meanwhile.",
        )
}

fn refuse(run: Uuid, why: &str, obstacles: &[Obstacle]) -> Result<(), Error> {
    if obstacles.is_empty() {
        return Ok(());
    }
    let names = listed(obstacles.iter().map(|o| {
        let id = Uuid::from_bytes(o.id);
        o.other.map_or_else(
            || format!("{} {id}", o.what),
            |other| format!("{} {id} to {}", o.what, Uuid::from_bytes(other)),
        )
    }));
    Err(Error::not_in_prerequisite_state(format!("run {run} cannot be undone: what it made {why}"))
        .with_detail(format!("In the way: {names}."))
        .with_hint("Take back what was changed, or keep the run; engram_forget removes a single belief."))
}

fn listed(names: impl ExactSizeIterator<Item = String>) -> String {
    let all = names.len();
    let mut named: Vec<String> = names.take(MOST_NAMED).collect();
    if all > named.len() {
        named.push(format!("and {} more", all - named.len()));
    }
    named.join(", ")
}

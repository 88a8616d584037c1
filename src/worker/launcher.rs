//! The launcher: decides which database gets a worker.

use super::slots::{self, Kind};
use super::{leave, maintenance};
use crate::crash::{self, Point};
use crate::hot::{Hot, follow, heard, uses};
use crate::memory::snapshot;
use crate::pg::worker::{self, Database, Dynamic, Restart, Spec, State};
use crate::{guc, pg};
use pgrx::{pg_guard, pg_sys};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

/// Time between two looks at the databases while workers run or spaces are wanted.
const BUSY: Duration = Duration::from_millis(200);
/// A database whose worker failed is left alone for this long, doubled with each failure up to a minute.
const BACK_OFF: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Visit {
    last: Option<Instant>,
    failures: u32,
    worker: Option<Dynamic>,
}

/// Main function of `engram launcher`.
#[pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn engram_launcher_main(_argument: pg_sys::Datum) {
    worker::attach_signals();
    worker::connect_shared();
    if !worker::become_launcher() {
        return;
    }
    slots::take(Kind::Launcher, 0);
    crash::at(Point::launcher_start);
    let mut visits: HashMap<u32, Visit> = HashMap::new();
    loop {
        if worker::should_stop() {
            if pg::log::server_stops() {
                snapshot::write_at_stop();
            }
            worker::exit_for_restart();
        }
        worker::reload_if_asked();
        // Not to be ended in the middle: what is left to do at a stop comes after.
        let busy = match worker::in_last_transaction(worker::databases) {
            Ok(databases) => {
                slots::ran(Ok(()));
                look(&databases, &mut visits)
            }
            Err(message) => {
                slots::ran(Err(&message));
                true
            }
        };
        worker::wait(Some(if busy { BUSY } else { guc::maintenance_interval() }));
    }
}

/// Starts what has to be started; says whether to look again soon.
fn look(databases: &[Database], visits: &mut HashMap<u32, Visit>) -> bool {
    let wanted = wanted(databases);
    let known = visits.len();
    visits.retain(|oid, _| databases.iter().any(|d| d.oid.to_u32() == *oid));
    if visits.is_empty() || visits.len() < known {
        snapshot::keep_only(&databases.iter().map(|d| d.oid.to_u32()).collect::<Vec<_>>());
    }
    let mut running = 0;
    for visit in visits.values_mut() {
        match visit.worker.as_ref().map(Dynamic::state) {
            Some(State::Stopped) => visit.worker = None,
            Some(_) => running += 1,
            None => {}
        }
    }
    let mut due: Vec<(Option<Instant>, u32)> = Vec::new();
    for d in databases.iter().filter(|d| !d.is_template && !leave::is_held(d.oid.to_u32())) {
        let oid = d.oid.to_u32();
        let visit = visits.entry(oid).or_default();
        let since = visit.last.map(|l| l.elapsed());
        let pause = BACK_OFF.saturating_mul(1 << visit.failures.min(6)).min(Duration::from_secs(60));
        let calm = visit.failures > 0 && since.is_some_and(|s| s < pause);
        let old = since.is_none_or(|s| s >= guc::maintenance_interval());
        if visit.worker.is_none() && !calm && (old || wanted.contains(&oid)) {
            due.push((visit.last, oid));
        }
    }
    // Who waited longest comes first.
    due.sort_unstable();
    let left = due.len();
    slots::crowd(running + left > guc::max_workers());
    for (_, oid) in due {
        if running >= guc::max_workers() {
            break;
        }
        let visit = visits.entry(oid).or_default();
        visit.last = Some(Instant::now());
        crash::at(Point::launcher_visit);
        visit.worker = worker::start_dynamic(&Spec {
            name: "engram maintenance",
            backend_type: "engram maintenance",
            function: maintenance::FUNCTION,
            argument: oid.into(),
            restart: Restart::Never,
        });
        visit.failures = if visit.worker.is_some() { 0 } else { visit.failures + 1 };
        running += usize::from(visit.worker.is_some());
    }
    running > 0 || left > running || !wanted.is_empty()
}

/// Databases with a space that wants a loader or has something to seal, or with news. Spaces of databases that are gone leave.
fn wanted(databases: &[Database]) -> HashSet<u32> {
    let Some(hot) = Hot::shared() else { return HashSet::new() };
    // On a standby a reader may wait for an answer.
    let mut out: HashSet<u32> = follow::waiting().into_iter().collect();
    uses::keep_databases(|oid| databases.iter().any(|d| d.oid.to_u32() == oid && !d.is_template));
    out.extend(uses::waiting());
    for database in heard::asking() {
        if databases.iter().any(|d| d.oid.to_u32() == database) {
            out.insert(database);
        } else {
            heard::forget(database);
        }
    }
    for (place, _, database, _) in hot.all() {
        if !databases.iter().any(|d| d.oid.to_u32() == database) {
            hot.remove(place);
        } else if hot.read(place, |s| s.wanted() || s.sealable().is_some() || s.needs_load()) == Some(true) {
            out.insert(database);
        }
        pg::check_for_interrupts();
    }
    out
}

//! The launcher: decides which database gets a worker, and of which kind.

use super::pool::{self, Waiting};
use super::slots::{self, Kind};
use super::{consolidator, leave, maintenance};
use crate::crash::{self, Point};
use crate::hot::{Hot, board, follow, heard, requests, uses};
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
/// Time between two looks at the databases at most: each is a heartbeat.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// A consolidator looks at a database at least so often, whatever the board says.
const LOOK: Duration = Duration::from_secs(300);

#[derive(Default)]
struct Visit {
    last: Option<Instant>,
    failures: u32,
    worker: Option<Dynamic>,
    /// Visits of consolidators that had come to their end when this one began.
    ended: u64,
    /// Since when it is due and has no worker.
    due: Option<Instant>,
    /// That it waits too long has been counted.
    told: bool,
}

impl Visit {
    /// It failed, and not long ago.
    fn is_calm(&self) -> bool {
        let pause = BACK_OFF.saturating_mul(1 << self.failures.min(6)).min(Duration::from_secs(60));
        self.failures > 0 && self.last.is_some_and(|last| last.elapsed() < pause)
    }

    fn is_older_than(&self, age: Duration) -> bool {
        self.last.is_none_or(|last| last.elapsed() >= age)
    }
}

type Visits = HashMap<(u32, Kind), Visit>;

const KINDS: [Kind; 2] = [Kind::Maintenance, Kind::Consolidator];

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
    let mut visits = Visits::new();
    let mut warned = None;
    loop {
        if worker::should_stop() {
            if pg::log::server_stops() {
                snapshot::write_at_stop();
            }
            worker::exit_for_restart();
        }
        worker::reload_if_asked();
        // Not to be ended in the middle: what is left to do at a stop comes after.
        let pause = match worker::in_last_transaction(worker::databases) {
            Ok(databases) => {
                slots::ran(Ok(()));
                look(&databases, &mut visits, &mut warned)
            }
            Err(message) => {
                slots::ran(Err(&message));
                BUSY
            }
        };
        worker::wait(Some(pause));
    }
}

/// Starts what has to be started; returns when to look again.
fn look(databases: &[Database], visits: &mut Visits, warned: &mut Option<Instant>) -> Duration {
    let wanted = wanted(databases);
    let known = visits.len();
    visits.retain(|(oid, _), _| databases.iter().any(|d| d.oid.to_u32() == *oid));
    if visits.is_empty() || visits.len() < known {
        snapshot::keep_only(&databases.iter().map(|d| d.oid.to_u32()).collect::<Vec<_>>());
    }
    let mut running = count(visits);
    let mut due: Vec<(Option<Instant>, u32, Kind)> = Vec::new();
    for d in databases.iter().filter(|d| !d.is_template) {
        let oid = d.oid.to_u32();
        for kind in KINDS {
            let visit = visits.entry((oid, kind)).or_default();
            let is_due = !leave::is_held(oid) && visit.worker.is_none() && !visit.is_calm();
            if is_due && wants(kind, oid, visit, &wanted) {
                due.push((visit.last, oid, kind));
            } else {
                (visit.due, visit.told) = (None, false);
            }
        }
    }
    // Who waited longest comes first.
    due.sort_unstable();
    let left = due.len();
    slots::crowd(running + left > guc::max_workers());
    for (_, oid, kind) in due {
        let visit = visits.entry((oid, kind)).or_default();
        if running < guc::max_workers() {
            start(visit, oid, kind);
            running += usize::from(visit.worker.is_some());
        }
        if visit.worker.is_some() {
            (visit.due, visit.told) = (None, false);
        } else {
            visit.due.get_or_insert_with(Instant::now);
        }
    }
    tell(databases, visits, warned);
    if running > 0 || left > running || !wanted.is_empty() { BUSY } else { until_due(databases) }
}

/// Workers that are there. Those that ended are forgotten.
fn count(visits: &mut Visits) -> usize {
    let mut running = 0;
    for ((oid, kind), visit) in visits.iter_mut() {
        match visit.worker.as_ref().map(Dynamic::state) {
            Some(State::Stopped) => {
                visit.worker = None;
                if *kind == Kind::Consolidator {
                    let ended = board::ended(*oid) != visit.ended;
                    visit.failures = if ended { 0 } else { visit.failures + 1 };
                }
            }
            Some(_) => running += 1,
            None => {}
        }
    }
    running
}

/// Whether a database wants a worker of a kind now.
fn wants(kind: Kind, oid: u32, visit: &Visit, wanted: &HashSet<u32>) -> bool {
    match kind {
        Kind::Consolidator => {
            // What a standby has was consolidated by its primary.
            let possible = guc::consolidation() && !pg::in_recovery();
            possible && (board::due(oid) <= pg::clock_micros() || visit.is_older_than(LOOK))
        }
        _ => visit.is_older_than(guc::maintenance_interval()) || wanted.contains(&oid),
    }
}

fn start(visit: &mut Visit, oid: u32, kind: Kind) {
    visit.last = Some(Instant::now());
    visit.ended = board::ended(oid);
    crash::at(Point::launcher_visit);
    let (name, function) = match kind {
        Kind::Consolidator => ("engram consolidator", consolidator::FUNCTION),
        _ => ("engram maintenance", maintenance::FUNCTION),
    };
    visit.worker = worker::start_dynamic(&Spec {
        name,
        backend_type: name,
        function,
        argument: oid.into(),
        restart: Restart::Never,
    });
    if visit.worker.is_none() {
        visit.failures += 1;
    } else if kind == Kind::Maintenance {
        visit.failures = 0;
    }
}

/// Says what waits for a worker.
fn tell(databases: &[Database], visits: &mut Visits, warned: &mut Option<Instant>) {
    let mut waiting = Vec::new();
    let mut keys = Vec::new();
    for ((oid, kind), visit) in visits.iter() {
        let name = databases.iter().find(|d| d.oid.to_u32() == *oid).map(|d| d.name.clone());
        if let (Some(since), Some(database)) = (visit.due, name) {
            waiting.push(Waiting { database, kind: *kind, since, told: visit.told });
            keys.push((*oid, *kind));
        }
    }
    for (key, told) in keys.into_iter().zip(pool::note(&waiting, warned)) {
        visits.entry(key).or_default().told = told;
    }
}

/// Time until a consolidator is due somewhere, the time between two visits at most.
fn until_due(databases: &[Database]) -> Duration {
    let longest = guc::maintenance_interval().min(LONGEST_SLEEP);
    if !guc::consolidation() || pg::in_recovery() {
        return longest;
    }
    let now = pg::clock_micros();
    let ahead = databases.iter().filter(|d| !d.is_template).map(|d| board::due(d.oid.to_u32()).saturating_sub(now));
    let micros = ahead.min().unwrap_or(i64::MAX).max(0).unsigned_abs();
    Duration::from_micros(micros).clamp(BUSY, longest)
}

/// Databases with a space that wants a loader or has something to seal, or with news. Spaces of databases that are gone leave.
fn wanted(databases: &[Database]) -> HashSet<u32> {
    let is_there = |oid: u32| databases.iter().any(|d| d.oid.to_u32() == oid);
    let visited = |oid: u32| databases.iter().any(|d| d.oid.to_u32() == oid && !d.is_template);
    // On a standby a reader may wait for an answer.
    let mut out: HashSet<u32> = follow::waiting().into_iter().collect();
    uses::keep_databases(visited);
    board::keep_databases(visited);
    requests::keep_databases(visited);
    out.extend(uses::waiting());
    out.extend(databases.iter().map(|d| d.oid.to_u32()).filter(|oid| visited(*oid) && board::wants_maintenance(*oid)));
    for database in heard::asking() {
        if is_there(database) {
            out.insert(database);
        } else {
            heard::forget(database);
        }
    }
    let Some(hot) = Hot::shared() else { return out };
    for (place, _, database, _) in hot.all() {
        if !is_there(database) {
            hot.remove(place);
        } else if hot.read(place, |s| s.wanted() || s.sealable().is_some() || s.needs_load()) == Some(true) {
            out.insert(database);
        }
        pg::check_for_interrupts();
    }
    out
}

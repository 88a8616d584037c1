//! What the maintenance worker does for one database, as steps that each fit in a transaction.

use super::load::{self, Unloaded};
use super::{announce, check, chill, follow, learn, reinforce, retention, rotation, snapshot, warm};
use crate::crash::{self, Point};
use crate::guc;
use crate::hot::answers::Waiting;
use crate::hot::{self, Hot, Place, clock, evict, heard, returns, seal, settle, share};
use crate::pg;
use crate::pg::snapshot::Pinned;
use crate::pg::spi::{self, Arg};
use crate::store::learned::{self, Job};
use crate::store::{self, access, audit, space, usage};
use engram_region::State;
use engram_region::settle::Outcome;
use std::collections::HashSet;

/// One piece of work.
pub enum Step {
    /// Fill a space from the tables.
    Load(String),
    /// Make a space that was followed on a standby one of a primary.
    Promote(String, Place),
    /// Settle and seal a space, and give back what is empty.
    Tidy(String, Place),
    /// Write rows of engram.warm for what is outside the hot tier or leaves it next, and keep room there.
    Warm(String, Place),
    /// Keep room, whichever space gives.
    KeepRoom,
    /// Bring memories back that were recalled.
    Back(String, Place),
    /// Remove stale rows of engram.warm.
    Sweep,
    /// Learn associations of a space.
    Learn(String),
    /// Move what is old and out of use in a space to the cold tier.
    Chill(String),
    /// Bring memories of a space that were recalled back from the cold tier.
    BringBack(String),
    /// Forget what the rules of a space no longer keep.
    Retain(String),
    /// Announce what has happened in a space.
    Announce(String),
    /// Triggers do not fire always: mend them and load every space anew.
    Repair,
    /// Remove old entries of the audit log.
    TrimAudit,
    /// The first visit since the server started is over.
    Loaded,
    /// Write the snapshot file of the database.
    Snapshot,
    /// Forget old changes.
    Trim,
    /// Write the uses of memories of a space that recalls have noted.
    Reinforce(String),
    /// Remove old belief events, and what is kept of old runs of consolidation.
    Rotate,
}

impl Step {
    /// Whether it is done in pieces, each in a transaction of its own, so that it may be done again at once.
    pub fn goes_on(&self) -> bool {
        matches!(self, Step::Chill(_) | Step::BringBack(_) | Step::Reinforce(_) | Step::Announce(_) | Step::Rotate)
    }
}
/// Entries of the audit log that one visit removes at most.
const MOST_TRIMMED: i32 = 10_000;

/// Share of the region that is kept free when spaces are loaded unasked.
const SPARE: u64 = 10;

/// Batches of rows of engram.warm that a round writes for a space.
const WARM_STEPS: usize = 8;

/// What there is to do in this database. At first every space is loaded that there is room for.
pub fn plan(first: bool) -> Vec<Step> {
    let Some(hot) = Hot::shared() else { return Vec::new() };
    let has_news = heard::take_word() || first;
    let database = pg::database_oid().to_u32();
    let table = pg::memory_table_oid().map(|t| t.to_u32());
    let mut here = Vec::new();
    for (place, name, db, t) in hot.all() {
        if db == database && Some(t) != table {
            // A former life of the extension in this database.
            hot.remove(place);
        } else if db == database {
            here.push((place, name));
        }
    }
    let mut steps = Vec::new();
    if table.is_none() {
        return steps;
    }
    let sound = !first || check::triggers_are_sound();
    if !sound {
        steps.push(Step::Repair);
    }
    if first && guc::audit_retention().is_some() && usage::is_possible() && !pg::in_recovery() {
        steps.push(Step::TrimAudit);
    }
    if rotation::is_due(first) {
        steps.push(Step::Rotate);
    }
    if !pg::in_recovery() {
        steps.extend(reinforce::due(first).into_iter().map(Step::Reinforce));
    }
    let newly_started = first && snapshot::open(sound);
    if first {
        for name in check::spaces() {
            if !here.iter().any(|h| h.1 == name) {
                steps.push(Step::Load(name));
            }
        }
    }
    let returned = returns::Waiting::now();
    let learns = learned::is_possible() && !pg::in_recovery();
    let trims = store::snapshot::is_possible() && !pg::in_recovery();
    let waiting = Waiting::now();
    let begun = if learns { learned::begun(Job::Similarity) } else { Vec::new() };
    let announced = announce::due(has_news, here.iter().map(|h| h.1.as_str()));
    let mut asked = HashSet::new();
    let giver = warm::giver(&hot);
    // Spaces in the order of their use, the latest first.
    here.sort_by_key(|h| std::cmp::Reverse(hot.read(h.0, |s| s.used()).unwrap_or(0)));
    for (place, name) in here {
        if first {
            share::set(&hot, place, space::hot_quota(&name));
        }
        match hot.read(place, |s| (s.state(), s.wanted())) {
            Some((State::Absent, true)) => {
                asked.insert(name.clone());
                steps.insert(0, Step::Load(name));
            }
            // Dropped: a place in the directory is all that is left of it.
            Some((State::Absent, false)) if first && access::find(&name).is_none() => hot.remove(place),
            Some((State::Absent, false)) if first => steps.push(Step::Load(name)),
            // This worker is the only loader of its database: a load under way was interrupted.
            Some((State::Loading, _)) => steps.push(Step::Load(name)),
            Some((State::Following, _)) => steps.insert(0, Step::Promote(name, place)),
            Some((state, _)) => {
                if state == State::Ready && learns && learn::is_due(&name, &waiting, begun.contains(&name)) {
                    steps.push(Step::Learn(name.clone()));
                }
                if returned.has(&name) && !pg::in_recovery() {
                    steps.push(Step::BringBack(name.clone()));
                }
                if state == State::Ready && warm::has_returned(&hot, place) {
                    steps.push(Step::Back(name.clone(), place));
                }
                if state == State::Ready && (giver == Some(place) || warm::is_due(&hot, place)) {
                    // Several transactions, so that a round is not over before it has begun.
                    steps.extend((0..WARM_STEPS).map(|_| Step::Warm(name.clone(), place)));
                }
                steps.push(Step::Tidy(name, place));
            }
            None => {}
        }
    }
    if giver.is_some() {
        steps.push(Step::KeepRoom);
    }
    steps.extend(announced.into_iter().map(Step::Announce));
    steps.extend(chill::due(first).into_iter().map(Step::Chill));
    if retention::is_possible() && !pg::in_recovery() {
        steps.extend(retention::due().into_iter().map(Step::Retain));
    }
    if newly_started {
        let asked = steps.iter().position(|s| !matches!(s, Step::Load(name) if asked.contains(name))).unwrap_or(0);
        snapshot::order(&mut steps, asked);
        steps.push(Step::Loaded);
    }
    if first && trims {
        steps.push(Step::Trim);
    }
    if snapshot::is_due() {
        steps.push(Step::Snapshot);
    }
    if !pg::in_recovery() && warm::has_to_sweep(first) {
        steps.push(Step::Sweep);
    }
    steps
}

/// Does one step; says whether anything changed.
pub fn perform(step: &Step) -> bool {
    let Some(hot) = Hot::shared() else { return false };
    match step {
        Step::Load(name) => load_one(&hot, name),
        Step::Promote(name, place) => follow::promote(&hot, *place, name),
        Step::Tidy(name, place) => {
            tidy(&hot, *place);
            load_collapsed(&hot, *place, name)
        }
        Step::Learn(name) => learn::step(name),
        Step::Chill(name) => chill::step(name),
        Step::Reinforce(name) => reinforce::step(name),
        Step::Announce(name) => announce::step(name),
        Step::BringBack(name) => chill::bring_back(name),
        Step::TrimAudit => guc::audit_retention().is_some_and(|age| audit::trim(age, MOST_TRIMMED) > 0),
        Step::Retain(name) => retention::step(name),
        Step::Rotate => rotation::step(),
        Step::Warm(name, place) => warm::step(&hot, *place, name),
        Step::KeepRoom => warm::keep_room(&hot),
        Step::Back(name, place) => warm::bring_back(&hot, *place, name),
        Step::Sweep => warm::sweep(&hot),
        Step::Repair => {
            repair(&hot);
            true
        }
        Step::Loaded => {
            snapshot::loaded();
            true
        }
        Step::Snapshot => snapshot::write(),
        Step::Trim => snapshot::trim(),
    }
}

fn load_one(hot: &Hot, name: &str) -> bool {
    let Some(place) = hot::key(name).and_then(|k| hot.find_or_add(&k).ok()) else { return false };
    let wanted = hot.write(place, |s| s.take_wanted()).unwrap_or(false);
    let (capacity, free) = hot.bytes();
    if !wanted && free < capacity / SPARE {
        return false;
    }
    match snapshot::load_recorded(hot, place, name) {
        Ok(()) => true,
        Err(why) => {
            hot.write(place, |s| s.load_failed(clock()));
            pgrx::log!("engram: space \"{name}\" was not loaded into the hot tier: {why:?}");
            false
        }
    }
}

/// Loads what large transactions left in the tables, before a reader has to.
fn load_collapsed(hot: &Hot, place: Place, name: &str) -> bool {
    let list = hot.read(place, |s| s.unsettled()).unwrap_or_default();
    let ended = list.iter().filter(|e| e.needs_load && settle::outcome(e.xid) == Outcome::Committed);
    let Some(first) = ended.map(|e| e.xid).min() else { return false };
    let snapshot = Pinned::active();
    if !snapshot.sees(first) {
        return false;
    }
    let caught_up = load::catch_up(hot, place, name, &snapshot, first);
    if caught_up == Err(Unloaded::Void) {
        // It was truncated meanwhile, or so long ago that deletions were forgotten: everything is read.
        hot.write(place, |s| {
            s.reset(State::Absent);
            s.want()
        });
    }
    caught_up.is_ok()
}

fn tidy(hot: &Hot, place: Place) {
    if hot.read(place, |s| s.stats().unsettled).unwrap_or(0) > 0 {
        settle::run(hot, place);
    }
    seal::run(hot, place);
    share::enforce(hot, place);
    evict::compact(hot, place);
}

/// `pg_restore --disable-triggers` leaves triggers that fire only for ordinary sessions.
fn repair(hot: &Hot) {
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/repair_triggers.sql"), &[]));
    crash::at(Point::repair);
    let (database, table) = (pg::database_oid().to_u32(), pg::memory_table_oid().map(|t| t.to_u32()));
    for (place, _, db, t) in hot.all() {
        if db == database && Some(t) == table {
            hot.write(place, |s| {
                s.reset(State::Absent);
                s.want()
            });
        }
    }
    pgrx::log!("engram: triggers were set to fire always again, and every space is loaded anew");
}

/// Whether the current user may do to a database what needs it empty: its owner may, and a creator of databases, who
/// may copy it.
pub fn may_clear(database: &str) -> bool {
    let _snapshot = Pinned::active();
    let args = [Arg::Oid(pg::current_user()), Arg::Text(database)];
    let mut may = false;
    spi::select(include_str!("../../sql/query/may_clear_database.sql"), &args, |row| {
        may = row.bool(1).unwrap_or(false);
    });
    may
}

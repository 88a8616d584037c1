//! What the maintenance worker does for one database, as steps that each fit in a transaction.

use super::{check, learn, load};
use crate::crash::{self, Point};
use crate::hot::answers::Waiting;
use crate::hot::{self, Hot, Place, clock, evict, seal, settle};
use crate::pg;
use crate::pg::snapshot::Pinned;
use crate::pg::spi::{self, Arg};
use crate::store::learned::{self, Job};
use engram_region::State;
use engram_region::settle::Outcome;

/// One piece of work.
pub enum Step {
    /// Fill a space from the tables.
    Load(String),
    /// Settle and seal a space, and give back what is empty.
    Tidy(String, Place),
    /// Learn associations of a space.
    Learn(String),
    /// Triggers do not fire always: mend them and load every space anew.
    Repair,
}

/// Share of the region that is kept free when spaces are loaded unasked.
const SPARE: u64 = 10;

/// What there is to do in this database. At first every space is loaded that there is room for.
pub fn plan(first: bool) -> Vec<Step> {
    let Some(hot) = Hot::shared() else { return Vec::new() };
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
    if first && !check::triggers_are_sound() {
        steps.push(Step::Repair);
    }
    if first {
        for name in check::spaces() {
            if !here.iter().any(|h| h.1 == name) {
                steps.push(Step::Load(name));
            }
        }
    }
    let learns = learned::is_possible() && !pg::in_recovery();
    let waiting = Waiting::now();
    let begun = if learns { learned::begun(Job::Similarity) } else { Vec::new() };
    // Spaces in the order of their use, the latest first.
    here.sort_by_key(|h| std::cmp::Reverse(hot.read(h.0, |s| s.used()).unwrap_or(0)));
    for (place, name) in here {
        match hot.read(place, |s| (s.state(), s.wanted())) {
            Some((State::Absent, true)) => steps.insert(0, Step::Load(name)),
            Some((State::Absent, false)) if first => steps.push(Step::Load(name)),
            // This worker is the only loader of its database: a load under way was interrupted.
            Some((State::Loading, _)) => steps.push(Step::Load(name)),
            Some((state, _)) => {
                if state == State::Ready && learns && learn::is_due(&name, &waiting, begun.contains(&name)) {
                    steps.push(Step::Learn(name.clone()));
                }
                steps.push(Step::Tidy(name, place));
            }
            None => {}
        }
    }
    steps
}

/// Does one step; says whether anything changed.
pub fn perform(step: &Step) -> bool {
    let Some(hot) = Hot::shared() else { return false };
    match step {
        Step::Load(name) => load_one(&hot, name),
        Step::Tidy(name, place) => {
            tidy(&hot, *place);
            load_collapsed(&hot, *place, name)
        }
        Step::Learn(name) => learn::step(name),
        Step::Repair => {
            repair(&hot);
            true
        }
    }
}

fn load_one(hot: &Hot, name: &str) -> bool {
    let Some(place) = hot::key(name).and_then(|k| hot.find_or_add(&k).ok()) else { return false };
    let wanted = hot.write(place, |s| s.take_wanted()).unwrap_or(false);
    let (capacity, free) = hot.bytes();
    if !wanted && free < capacity / SPARE {
        return false;
    }
    match load::load_shared(hot, place, name) {
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
    snapshot.sees(first) && load::catch_up(hot, place, name, &snapshot, first).is_ok()
}

fn tidy(hot: &Hot, place: Place) {
    if hot.read(place, |s| s.stats().unsettled).unwrap_or(0) > 0 {
        settle::run(hot, place);
    }
    seal::run(hot, place);
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

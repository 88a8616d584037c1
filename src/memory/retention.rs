//! Retention: rules by age and number for the memories of a space, which the maintenance worker applies by forgetting.
//!
//! The worker looks a space through once and keeps the ids of what is to go; then it forgets a batch of them in each
//! transaction. It waits for nobody: what somebody holds, and what has changed since it was looked at, stays for the next look.

use super::{required, space_or_setting};
use crate::crash::{self, Point};
use crate::error::Error;
use crate::guc;
use crate::pg;
use crate::pg::snapshot::Pinned;
use crate::store::{self, audit, fault, limits, retention};
use pgrx::datum::Interval;
use serde_json::json;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Instant;

pub use retention::is_possible;

/// Memories forgotten in one transaction: about a quarter of a second.
const BATCH: usize = 1000;

/// Makes, changes or, without a limit, removes the rule for a kind, or for all kinds that have none.
pub fn set(
    kind: Option<&str>,
    max_age: Option<Interval>,
    max_count: Option<i64>,
    mode: Option<&str>,
    space: Option<&str>,
) -> Result<(), Error> {
    let mode = required("mode", mode)?;
    if !["delete", "suppress"].contains(&mode) {
        return Err(fault::invalid(
            format!("mode \"{mode}\" does not exist"),
            "What a rule forgets is deleted or suppressed: use delete or suppress.",
        ));
    }
    if let Some(kind) = kind {
        limits::kind(kind)?;
    }
    if let Some(age) = &max_age
        && !(1..=1000 * YEAR).contains(&micros(age))
    {
        return Err(fault::invalid(
            format!("max_age must be above 0 and at most 1000 years, not {} days", micros(age) / DAY),
            "Leave it out for no limit.",
        ));
    }
    if let Some(count) = max_count.filter(|count| *count < 0) {
        return Err(fault::invalid(
            format!("max_count must not be negative, not {count}"),
            "Leave it out for no limit; 0 keeps none.",
        ));
    }
    let space = owned(space)?;
    retention::set(&space, kind.unwrap_or_default(), max_age, max_count, mode);
    Ok(())
}

const DAY: i128 = 86_400_000_000;
const YEAR: i128 = 360 * DAY;

/// An interval as the server compares it: a month counts as 30 days.
fn micros(interval: &Interval) -> i128 {
    let days = i128::from(interval.months()) * 30 + i128::from(interval.days());
    days * DAY + i128::from(interval.micros())
}

/// The space of a call, which the current user owns.
fn owned(space: Option<&str>) -> Result<String, Error> {
    let name = space_or_setting(space);
    let found = store::space::for_reading(&name)?;
    if found.owner { Ok(name) } else { Err(fault::space_denied(&name)) }
}

/// A memory that would be forgotten now.
pub struct Planned {
    pub id: [u8; 16],
    pub occurred_at: Option<i64>,
    pub kind: Rc<str>,
    pub rule: Rc<str>,
    pub mode: &'static str,
    pub reason: &'static str,
}

/// What the rules of a space would forget now, oldest first.
pub fn plan(space: Option<&str>) -> Result<Vec<Planned>, Error> {
    let space = owned(space)?;
    let mut names: HashMap<String, Rc<str>> = HashMap::new();
    let mut plan = Vec::new();
    retention::each_due(&space, None, |due| {
        let mut name = |text: &str| names.entry(text.to_owned()).or_insert_with(|| Rc::from(text)).clone();
        plan.push(Planned {
            id: due.id,
            occurred_at: due.occurred_at,
            kind: name(due.kind),
            rule: name(due.rule),
            mode: if due.mode == "suppress" { "suppress" } else { "delete" },
            reason: if due.reason == "age" { "age" } else { "count" },
        });
    });
    Ok(plan)
}

/// What a look at a space has found to forget.
struct Backlog {
    rules: Vec<retention::Rule>,
    /// For each rule, oldest first.
    ids: Vec<VecDeque<[u8; 16]>>,
    /// What transactions from this one on changed is not what was looked at.
    since: u64,
    /// There is more than was kept.
    more: bool,
    /// Memories that somebody held.
    left: usize,
}

thread_local! {
    /// What this worker has still to forget, by space.
    static BACKLOG: RefCell<HashMap<String, Backlog>> = RefCell::new(HashMap::new());
    /// Spaces in which somebody holds what is to go: when it was met. Looking again at once would find the same.
    static HELD: RefCell<HashMap<String, Instant>> = RefCell::new(HashMap::new());
}

/// Spaces with something to do.
pub fn due() -> Vec<String> {
    let mut spaces = retention::due_spaces(guc::retention_interval());
    HELD.with_borrow_mut(|held| {
        held.retain(|_, since| since.elapsed() < guc::maintenance_interval());
        spaces.retain(|space| !held.contains_key(space));
    });
    BACKLOG.with_borrow_mut(|backlog| backlog.retain(|space, _| spaces.contains(space)));
    spaces.sort_unstable();
    spaces
}

/// Forgets one batch; says whether anything was done.
pub fn step(space: &str) -> bool {
    let rules = retention::lock_rules(space);
    if rules.is_empty() {
        return false;
    }
    let kept = BACKLOG.with_borrow_mut(|all| all.remove(space)).filter(|b| b.rules == rules);
    let mut backlog = kept.unwrap_or_else(|| look_through(space, rules));
    let Some(n) = backlog.ids.iter().position(|ids| !ids.is_empty()) else {
        if backlog.left == 0 {
            retention::applied(space);
        }
        return false;
    };
    let ids = &mut backlog.ids[n];
    let batch: Vec<[u8; 16]> = ids.drain(..BATCH.min(ids.len())).collect();
    let gone = retention::forget(space, &backlog.rules[n], &batch, backlog.since) as usize;
    if gone > 0 {
        let rule = &backlog.rules[n];
        audit::note(space, "retention", None, &json!({ "rule": rule.kind, "mode": rule.mode, "memories": gone }));
    }
    crash::at(Point::retention_batch);
    backlog.left += batch.len() - gone;
    let ended = backlog.ids.iter().all(VecDeque::is_empty);
    if ended && !backlog.more && backlog.left == 0 {
        retention::applied(space);
    } else if ended && !backlog.more {
        HELD.with_borrow_mut(|held| held.insert(space.to_owned(), Instant::now()));
    } else if !ended {
        BACKLOG.with_borrow_mut(|all| all.insert(space.to_owned(), backlog));
    }
    gone > 0
}

fn look_through(space: &str, rules: Vec<retention::Rule>) -> Backlog {
    // A quarter of what a worker may use, 16 bytes each.
    let most = (guc::worker_memory() / 64).max(BATCH);
    let ids = rules.iter().map(|_| VecDeque::new()).collect();
    let mut backlog = Backlog { rules, ids, since: Pinned::active().xmin(), more: false, left: 0 };
    let mut found = 0;
    retention::each_due(space, i64::try_from(most).ok(), |due| {
        pg::check_for_interrupts();
        found += 1;
        if let Some(n) = backlog.rules.iter().position(|r| r.kind == due.rule) {
            backlog.ids[n].push_back(due.id);
        }
    });
    backlog.more = found == most;
    backlog
}

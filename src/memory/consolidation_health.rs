//! The health of consolidation by space: facts from tables and shared memory, judged by the engine.

use crate::guc;
use crate::hot::consolidated::Counted;
use crate::hot::{consolidated, stirred};
use crate::pg::{self, role};
use crate::store::schedule::Standing;
use crate::store::{access, schedule};
use engram_engine::consolidation::health::{Facts, Report, health};
use std::time::Duration;

/// A row of `engram.consolidation_health`. Times are microseconds.
pub struct Row {
    pub space: String,
    pub report: Report,
    pub interval: i64,
    pub last_completed_at: Option<i64>,
    pub age: Option<i64>,
    /// How long something has waited; 0 while nothing is new.
    pub waiting: i64,
    pub failures_in_row: u32,
    pub novelty: Option<f32>,
    pub low_novelty_runs: u32,
    pub publish_delay: Option<i64>,
    pub paused: bool,
    pub next_due: Option<i64>,
    pub last_error: Option<String>,
}

/// What the facts of a space come to.
pub(super) struct Judged {
    pub report: Report,
    /// Its own time between two runs, or that of the setting.
    pub interval: i64,
    /// By itself or with the whole database.
    pub paused: bool,
    pub publish_delay: Option<i64>,
}

/// Judges a space by its row, what was counted for it, and since when something waits. Times are microseconds.
pub(super) fn judge(
    space: Standing<'_>,
    counted: &Counted,
    waiting_since: Option<i64>,
    now: i64,
    all_paused: bool,
) -> Judged {
    let micros = |d: Duration| d.as_micros().min(i64::MAX as u128) as i64;
    let interval = space.interval.unwrap_or_else(|| micros(guc::consolidation_interval()));
    let (paused, publish_delay) = (space.paused || all_paused, counted.published.map(micros));
    let report = health(&Facts {
        now,
        interval,
        paused,
        last_completed: space.last_completed_at,
        waiting_since,
        publish_delay,
        failures_in_row: space.failures_in_row,
        low_novelty_runs: space.low_novelty_runs,
    });
    Judged { report, interval, paused, publish_delay }
}

/// Every space that the current user may see.
pub fn rows() -> Vec<Row> {
    if !schedule::is_possible() {
        return Vec::new();
    }
    let all_paused = schedule::worker_is_paused();
    let now = pg::clock_micros();
    let monitors = ["pg_monitor", "engram_admin"].iter().any(|role| role::has_rights_of(pg::current_user(), role));
    let mut rows = Vec::new();
    for space in schedule::spaces() {
        pg::check_for_interrupts();
        let Some(seen) = access::find(&space.name).filter(|s| s.may_see()) else { continue };
        let waiting_since = schedule::news(&space.name).map(|news| {
            let completed = space.last_completed_at.unwrap_or(i64::MIN);
            // What a row tells of an old memory that was changed is older than the change.
            let stored = news.stored_at.unwrap_or(now).max(completed).min(now);
            stirred::waiting_since(&space.name).unwrap_or(stored)
        });
        let (novelty, error) = schedule::last(&space.name);
        let counted = consolidated::of(&space.name);
        let Judged { report, interval, paused, publish_delay } =
            judge(space.standing(), &counted, waiting_since, now, all_paused);
        rows.push(Row {
            report,
            interval,
            last_completed_at: space.last_completed_at,
            age: space.last_completed_at.map(|at| now.saturating_sub(at)),
            waiting: waiting_since.map_or(0, |since| now.saturating_sub(since).max(0)),
            failures_in_row: space.failures_in_row,
            novelty,
            low_novelty_runs: space.low_novelty_runs,
            publish_delay,
            paused,
            next_due: space.next_due,
            // It may quote what a reader of the space must not see.
            last_error: error.filter(|_| seen.owner || monitors),
            space: space.name,
        });
    }
    rows
}

/// What was counted for each space that the current user may see.
pub fn counted() -> Vec<(String, consolidated::Counted)> {
    if !schedule::is_possible() {
        return Vec::new();
    }
    let spaces = schedule::spaces().into_iter().map(|space| space.name);
    let visible = spaces.filter(|name| access::may_see(name));
    visible.map(|name| (consolidated::of(&name), name)).map(|(counted, name)| (name, counted)).collect()
}

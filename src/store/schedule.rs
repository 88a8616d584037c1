//! What the scheduler of consolidation keeps in tables: which spaces there are, what is new in them, who has paused what, and how the
//! last runs ended.

use crate::pg::{
    self,
    spi::{self, Arg},
};

/// Name of the worker in `engram.worker_paused`.
pub const CONSOLIDATOR: &str = "consolidator";

/// Whether the catalog of this database has the tables: that of version 0.4.0 has not.
pub fn is_possible() -> bool {
    pg::has_table(c"consolidation_seen")
}

/// A space as the scheduler knows it. Times are microseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    pub name: String,
    pub owner: String,
    /// Its own time between two runs, in microseconds; none takes the setting.
    pub interval: Option<i64>,
    pub paused: bool,
    pub failures_in_row: u32,
    pub low_novelty_runs: u32,
    pub last_completed_at: Option<i64>,
    pub next_due: Option<i64>,
}

/// Every space of the database, in the order of their names.
pub fn spaces() -> Vec<Space> {
    let mut spaces = Vec::new();
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/consolidation_spaces.sql"), &[], |row| {
            spaces.push(Space {
                name: row.text(1).unwrap_or_default().to_owned(),
                owner: row.text(2).unwrap_or_default().to_owned(),
                interval: row.int8(3),
                paused: row.bool(4).unwrap_or(false),
                failures_in_row: row.int4(5).unwrap_or(0).unsigned_abs(),
                low_novelty_runs: row.int4(6).unwrap_or(0).unsigned_abs(),
                last_completed_at: row.timestamptz(7),
                next_due: row.timestamptz(8),
            });
        });
    });
    spaces
}

/// What of a space decides about its health, as [`Space`] has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing<'a> {
    pub name: &'a str,
    pub interval: Option<i64>,
    pub paused: bool,
    pub failures_in_row: u32,
    pub low_novelty_runs: u32,
    pub last_completed_at: Option<i64>,
}

impl Space {
    /// What of it decides about its health.
    pub fn standing(&self) -> Standing<'_> {
        Standing {
            name: &self.name,
            interval: self.interval,
            paused: self.paused,
            failures_in_row: self.failures_in_row,
            low_novelty_runs: self.low_novelty_runs,
            last_completed_at: self.last_completed_at,
        }
    }
}

/// Spaces that a statement fetches at a time.
const BATCH: u32 = 1000;

/// Calls `f` with every space of the database, in no order: thousands cost little.
pub fn each_standing(mut f: impl FnMut(Standing<'_>)) {
    pg::as_owner(|| {
        spi::scan(include_str!("../../sql/query/consolidation_standings.sql"), &[], BATCH, |row| {
            f(Standing {
                name: row.text(1).unwrap_or_default(),
                interval: row.int8(2),
                paused: row.bool(3).unwrap_or(false),
                failures_in_row: row.int4(4).unwrap_or(0).unsigned_abs(),
                low_novelty_runs: row.int4(5).unwrap_or(0).unsigned_abs(),
                last_completed_at: row.timestamptz(6),
            });
        });
    });
}

/// Something that the last run of a space has not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News {
    /// When the first of it was stored, as far as a row tells.
    pub stored_at: Option<i64>,
}

/// What has changed in a space since its last run.
pub fn news(space: &str) -> Option<News> {
    let mut news = None;
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/consolidation_news.sql"), &[Arg::Text(space)], |row| {
            news = Some(News { stored_at: row.timestamptz(1) });
        });
    });
    news
}

/// What the active snapshot sees, to be kept by [`saw`].
pub fn sight() -> Option<String> {
    let mut sight = None;
    if is_possible() {
        spi::select(include_str!("../../sql/query/consolidation_seen_now.sql"), &[], |row| {
            sight = row.text(1).map(str::to_owned);
        });
    }
    sight
}

/// A run of a space has seen what `sight` tells: the rest is new.
pub fn saw(space: &str, sight: Option<&str>) {
    let Some(sight) = sight else { return };
    let args = [Arg::Text(space), Arg::Text(sight)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/consolidation_seen_set.sql"), &args));
}

/// A space is dropped.
pub fn drop(space: &str) {
    if is_possible() {
        let args = [Arg::Text(space)];
        pg::as_owner(|| spi::execute(include_str!("../../sql/query/consolidation_seen_drop.sql"), &args));
    }
}

/// A scheduled run of a space has completed; the next is due at `next`.
pub fn completed(space: &str, next: i64) {
    let args = [Arg::Text(space), Arg::Timestamptz(next)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/consolidation_completed.sql"), &args));
}

/// A run of a space that began at `started` has failed; the next try is due at `next`.
pub fn failed(space: &str, started: i64, error: &str, next: i64) {
    let run = *uuid::Uuid::now_v7().as_bytes();
    pg::as_owner(|| {
        let args = [Arg::Text(space), Arg::Uuid(run), Arg::Timestamptz(started), Arg::Text(error)];
        spi::execute(include_str!("../../sql/query/consolidation_run_failed.sql"), &args);
        let args = [Arg::Text(space), Arg::Timestamptz(next)];
        spi::execute(include_str!("../../sql/query/consolidation_failed.sql"), &args);
    });
}

/// Novelty of the last run of a space that completed, and the error of the last one where that failed.
pub fn last(space: &str) -> (Option<f32>, Option<String>) {
    let mut last = (None, None);
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/consolidation_last.sql"), &[Arg::Text(space)], |row| {
            last = (row.float4(1), row.text(2).map(str::to_owned));
        });
    });
    last
}

/// Pauses or resumes a space; says whether that changed anything.
pub fn pause_space(space: &str, paused: bool) -> bool {
    let args = [Arg::Text(space), Arg::Bool(paused)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/consolidation_pause.sql"), &args) > 0)
}

/// Pauses or resumes the worker in the whole database; says whether that changed anything.
pub fn pause_worker(paused: bool) -> bool {
    let user = pg::current_user();
    pg::as_owner(|| {
        let changed = if paused {
            let args = [Arg::Text(CONSOLIDATOR), Arg::Oid(user)];
            spi::execute(include_str!("../../sql/query/worker_pause.sql"), &args)
        } else {
            spi::execute(include_str!("../../sql/query/worker_resume.sql"), &[Arg::Text(CONSOLIDATOR)])
        };
        changed > 0
    })
}

/// Whether the worker is paused in the whole database.
pub fn worker_is_paused() -> bool {
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/worker_is_paused.sql"), &[Arg::Text(CONSOLIDATOR)], |_| {}) > 0
    })
}

//! The schedule of consolidation of one database: what its worker knows, and what it does next.
//!
//! The rules are those of the engine's `Schedule`; here they meet the tables. A space is looked at by SQL only when its counter in shared
//! memory has moved, when somebody asked, or when it has not been looked at for a while, so that a database in which nothing happens costs
//! nothing. Each run is a transaction: what it has seen, when the next one is due and its beliefs are committed together.

use super::consolidate::{self, Cause};
use crate::crash::{self, Point};
use crate::error::Error;
use crate::hot::board::{self, Look};
use crate::hot::consolidated::{self, Ended};
use crate::hot::requests::{self, Outcome, Taken};
use crate::hot::stirred;
use crate::store::schedule::{self as table, Space};
use crate::{guc, pg};
use engram_engine::consolidation::schedule::{LONGEST_BACKOFF, Schedule, Step};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A space is looked at by SQL at least so often.
const AGAIN: Duration = Duration::from_secs(300);
/// How long a run waits for a lock that somebody else holds: the other spaces wait with it.
const LOCK_TIMEOUT: &std::ffi::CStr = c"5s";

struct Known {
    /// Its counter when it was last looked at by SQL.
    level: Option<u64>,
    looked: Instant,
}

/// What the worker of a database knows.
pub struct Scheduler {
    schedule: Schedule,
    known: HashMap<String, Known>,
    look: Look,
    /// Who asked for runs, each with what has come of them so far.
    taken: Vec<(Taken, Option<Outcome>)>,
    paused: bool,
}

/// A space whose turn it is.
pub struct Turn {
    pub space: String,
    /// Its counter before the snapshot of the run was taken.
    level: u64,
    /// Somebody asked for it: it is run though nothing may be new.
    wanted: bool,
    began: Instant,
    began_at: i64,
}

/// What has become of a turn.
pub enum Ran {
    Completed {
        episodes: u64,
        beliefs: u64,
        ended: Instant,
    },
    /// Nothing was new.
    Skipped,
    /// Another session runs the space.
    Busy,
}

/// Whether this database has the tables of the scheduler.
pub fn is_possible() -> bool {
    pg::memory_table_oid().is_some() && table::is_possible()
}

fn interval_of(space: &Space) -> i64 {
    let setting = || guc::consolidation_interval().as_micros().min(i64::MAX as u128) as i64;
    space.interval.unwrap_or_else(setting)
}

impl Scheduler {
    /// Knows nothing yet.
    pub fn new() -> Scheduler {
        Scheduler {
            schedule: Schedule::default(),
            known: HashMap::new(),
            look: board::look(),
            taken: Vec::new(),
            paused: false,
        }
    }

    /// Reads which spaces there are and what was asked for. Needs a transaction that began after [`Scheduler::begin_look`].
    pub fn look(&mut self) {
        let spaces = table::spaces();
        let now = pg::clock_micros();
        self.paused = table::worker_is_paused();
        for space in &spaces {
            let name = &space.name;
            let interval = interval_of(space);
            let is_new = self.schedule.get(name).is_none();
            self.schedule.set(name, interval, space.paused || self.paused, now);
            if is_new {
                // A time further away than any pause was written before the clock was moved back.
                let latest = now.saturating_add(interval.max(LONGEST_BACKOFF));
                self.schedule.resume(name, space.next_due.unwrap_or(now).min(latest), space.failures_in_row);
            }
            let known = self.known.entry(name.clone()).or_insert(Known { level: None, looked: Instant::now() });
            if known.level != Some(stirred::level(name)) || known.looked.elapsed() >= AGAIN {
                self.schedule.news(name);
            }
        }
        let mut names: Vec<&str> = spaces.iter().map(|s| s.name.as_str()).collect();
        names.sort_unstable();
        self.schedule.retain(|name| names.binary_search(&name).is_ok());
        self.known.retain(|name, _| names.binary_search(&name.as_str()).is_ok());
        for request in requests::take() {
            let meant: Vec<&str> = names.iter().copied().filter(|name| request.is_for(name)).collect();
            meant.iter().for_each(|name| self.schedule.want(name));
            if meant.is_empty() {
                // It is gone, or there is none.
                request.answer(Outcome::Skipped);
            } else {
                self.taken.push((request, None));
            }
        }
    }

    /// What happens from now on is news for the next look.
    pub fn begin_look(&mut self) {
        self.look = board::look();
    }

    /// Whether something has happened since the last look.
    pub fn has_news(&self) -> bool {
        board::has_news(self.look)
    }

    /// Whether somebody wants a look at once.
    pub fn is_asked(&self) -> bool {
        board::is_asked()
    }

    /// The next turn, or how long there is none.
    pub fn next(&self) -> Result<Turn, Duration> {
        let now = pg::clock_micros();
        match self.schedule.next(now) {
            Step::Run(space) => {
                let wanted = self.schedule.get(&space).is_some_and(|s| s.wanted);
                let level = stirred::level(&space);
                Ok(Turn { space, level, wanted, began: Instant::now(), began_at: now })
            }
            Step::Wait(micros) => Err(Duration::from_micros(micros.max(0).unsigned_abs())),
            Step::Idle => Err(Duration::MAX),
        }
    }

    /// Runs a space, in a transaction of its own.
    pub fn perform(&self, turn: &Turn) -> Result<Ran, Error> {
        let space = turn.space.as_str();
        if !turn.wanted && table::news(space).is_none() {
            return Ok(Ran::Skipped);
        }
        crash::at(Point::consolidator_step);
        let run = || consolidate::run(space, Cause::Worker);
        let Some(done) = pg::with_settings(&[(c"lock_timeout", LOCK_TIMEOUT)], run)? else {
            return Ok(Ran::Busy);
        };
        table::completed(space, self.due_after(space, true));
        crash::at(Point::consolidator_end);
        let (episodes, beliefs) = (done.episodes as u64, done.beliefs as u64);
        Ok(Ran::Completed { episodes, beliefs, ended: Instant::now() })
    }

    /// Records that a turn failed, in a transaction of its own.
    pub fn record_failure(&self, turn: &Turn, message: &str) {
        crash::at(Point::consolidator_failed);
        table::failed(&turn.space, turn.began_at, message, self.due_after(&turn.space, false));
    }

    /// When a space is due after a run that ends now.
    fn due_after(&self, space: &str, completed: bool) -> i64 {
        let now = pg::clock_micros();
        let Some(present) = self.schedule.get(space) else { return now };
        let mut alone = Schedule::default();
        alone.set(space, present.interval, present.paused, now);
        alone.resume(space, present.due, present.failures);
        if completed {
            alone.completed(space, now, false);
        } else {
            alone.failed(space, now);
        }
        alone.get(space).map_or(now, |s| s.due)
    }

    /// Notes how a turn ended, after its transaction.
    pub fn end(&mut self, turn: Turn, outcome: Result<&Ran, &str>) {
        let space = turn.space.as_str();
        let now = pg::clock_micros();
        let (ended, answer) = match outcome {
            Ok(Ran::Completed { episodes, beliefs, ended }) => {
                self.schedule.completed(space, now, stirred::level(space) != turn.level);
                let published = ended.elapsed();
                (Ended::Completed { episodes: *episodes, beliefs: *beliefs, published }, Outcome::Completed)
            }
            Ok(Ran::Skipped) => {
                self.schedule.skipped(space, now);
                (Ended::Skipped, Outcome::Skipped)
            }
            Ok(Ran::Busy) => {
                self.schedule.completed(space, now, true);
                (Ended::Skipped, Outcome::Skipped)
            }
            Err(_) => {
                self.schedule.failed(space, now);
                (Ended::Failed, Outcome::Failed)
            }
        };
        consolidated::count(space, ended, turn.began.elapsed());
        if matches!(outcome, Ok(Ran::Completed { .. } | Ran::Skipped)) {
            stirred::saw(space, turn.level, turn.began_at);
            self.known.insert(space.to_owned(), Known { level: Some(turn.level), looked: Instant::now() });
        }
        self.answer(space, answer);
    }

    /// Tells those who asked for a space, or for all of them once none is left to run.
    fn answer(&mut self, space: &str, outcome: Outcome) {
        if self.taken.is_empty() {
            return;
        }
        let more = self.schedule.names().any(|name| self.schedule.get(name).is_some_and(|s| s.wanted));
        self.taken.retain_mut(|(request, worst)| {
            if !request.is_for(space) {
                return true;
            }
            // One that failed counts for all, then one that was run.
            *worst = [Some(outcome), *worst].into_iter().flatten().min_by_key(|o| match o {
                Outcome::Failed => 0,
                Outcome::Completed => 1,
                Outcome::Skipped => 2,
            });
            let over = !request.is_for_all() || !more;
            if over {
                request.answer(worst.unwrap_or(outcome));
            }
            !over
        });
    }

    /// Leaves word of when there is something to do again.
    pub fn leave(&self) {
        let now = pg::clock_micros();
        let unpaused = || self.schedule.names().filter_map(|n| self.schedule.get(n)).filter(|s| !s.paused);
        let at = unpaused().filter(|s| s.news).map(|s| s.due).min().unwrap_or(board::NEVER);
        let on_news = match unpaused().map(|s| s.due).min() {
            Some(due) => due,
            // A first space may come; of paused ones nothing does.
            None if self.schedule.names().next().is_none() => now.saturating_add(EMPTY),
            None => board::NEVER,
        };
        board::leave(self.look, at, on_news);
    }
}

/// Microseconds until a database without spaces is looked at again when something happens there.
const EMPTY: i64 = 1_000_000;

//! When which space is due: a pure type, so that its rules are tested without a server.
//!
//! Each space has a cadence. A space is due when its interval has passed and something is new in it; the one that is longest overdue
//! relative to its interval goes first, so that none starves however many there are. A space whose run fails waits twice as long each
//! time, up to a limit, and delays nobody else: while it waits it is not due. All times are microseconds.

use std::collections::BTreeMap;

/// The longest a failing space waits, unless its interval is longer: the freshness that is promised, 900 s.
pub const LONGEST_BACKOFF: i64 = 900_000_000;

/// The shortest interval.
pub const SHORTEST_INTERVAL: i64 = 1_000;

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Run(String),
    /// Nothing is due for this long; whatever becomes new sooner is not due sooner.
    Wait(i64),
    /// Nothing will ever be due, unless something changes.
    Idle,
}

/// What is known of one space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    pub interval: i64,
    pub paused: bool,
    /// Whether there may be something that no run has seen.
    pub news: bool,
    /// Whether a run was asked for, which neither the cadence nor a pause holds back.
    pub wanted: bool,
    pub failures: u32,
    pub due: i64,
}

/// All spaces of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    spaces: BTreeMap<String, Space>,
}

impl Schedule {
    /// Adds a space, due at once, or gives one that is there another cadence or pause. A new interval counts from the last run.
    pub fn set(&mut self, name: &str, interval: i64, paused: bool, now: i64) {
        let interval = interval.max(SHORTEST_INTERVAL);
        let space = self.spaces.entry(name.to_owned()).or_insert(Space {
            interval,
            paused,
            news: true,
            wanted: false,
            failures: 0,
            due: now,
        });
        if space.failures == 0 && space.interval != interval {
            space.due = space.due.saturating_sub(space.interval).saturating_add(interval);
        }
        (space.interval, space.paused) = (interval, paused);
    }

    /// What a new process knows of a space from its table: when its next run is due and how many failed in a row.
    pub fn resume(&mut self, name: &str, due: i64, failures: u32) {
        if let Some(space) = self.spaces.get_mut(name) {
            (space.due, space.failures) = (due, failures);
        }
    }

    /// Keeps only the spaces that `keep` knows.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.spaces.retain(|name, _| keep(name));
    }

    pub fn get(&self, name: &str) -> Option<&Space> {
        self.spaces.get(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.spaces.keys().map(String::as_str)
    }

    /// Something in the space is new.
    pub fn news(&mut self, name: &str) {
        if let Some(space) = self.spaces.get_mut(name) {
            space.news = true;
        }
    }

    /// A run was asked for.
    pub fn want(&mut self, name: &str) {
        if let Some(space) = self.spaces.get_mut(name) {
            space.wanted = true;
        }
    }

    /// What to do at this moment. Asking changes nothing.
    pub fn next(&self, now: i64) -> Step {
        let most_overdue = self.spaces.iter().filter(|(_, s)| s.is_due(now)).reduce(|best, other| {
            // Equally overdue: the one that comes first by name, which `reduce` has already.
            if other.1.is_before(best.1, now) { other } else { best }
        });
        if let Some((name, _)) = most_overdue {
            return Step::Run(name.clone());
        }
        let waiting = self.spaces.values().filter(|s| s.news && !s.paused).map(|s| s.due).min();
        waiting.map_or(Step::Idle, |due| Step::Wait(due.saturating_sub(now)))
    }

    /// A run of the space ended well, having seen all that was there when it began; `again` says whether something is new since.
    pub fn completed(&mut self, name: &str, now: i64, again: bool) {
        if let Some(space) = self.spaces.get_mut(name) {
            (space.news, space.wanted, space.failures) = (again, false, 0);
            space.due = space.following(now);
        }
    }

    /// The space was looked at and nothing is new, so that no run was made.
    pub fn skipped(&mut self, name: &str, now: i64) {
        self.completed(name, now, false);
    }

    /// A run of the space failed.
    pub fn failed(&mut self, name: &str, now: i64) {
        if let Some(space) = self.spaces.get_mut(name) {
            space.failures = space.failures.saturating_add(1);
            space.wanted = false;
            space.due = now.saturating_add(backoff(space.interval, space.failures));
        }
    }
}

impl Space {
    fn is_due(&self, now: i64) -> bool {
        self.wanted || (self.news && !self.paused && self.due <= now)
    }

    /// Whether it goes before another: what was asked for, then what is longest overdue relative to its interval.
    fn is_before(&self, other: &Space, now: i64) -> bool {
        if self.wanted != other.wanted {
            return self.wanted;
        }
        let late = |s: &Space| i128::from(now) - i128::from(s.due);
        late(self) * i128::from(other.interval) > late(other) * i128::from(self.interval)
    }

    /// When it is due after a run that ended now: on its beat, the first one that is still to come.
    fn following(&self, now: i64) -> i64 {
        let late = i128::from(now) - i128::from(self.due);
        let beats = if late < 0 { 0 } else { late / i128::from(self.interval) + 1 };
        let due = i128::from(self.due) + beats * i128::from(self.interval);
        // A run that was asked for early leaves the beat as it is, unless that is further away than an interval.
        due.min(i128::from(now) + i128::from(self.interval)).clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }
}

/// How long a space waits after so many failures in a row: its interval, doubled by each after the first, up to the limit.
pub fn backoff(interval: i64, failures: u32) -> i64 {
    let limit = LONGEST_BACKOFF.max(interval);
    let doubled = i128::from(interval) << failures.saturating_sub(1).min(60);
    doubled.min(i128::from(limit)) as i64
}

//! How the consolidation of a space does: the contract of the scheduler, what breaks it, and what to do about it.

/// Intervals without a completed run, in halves, from which on a space that has something new is degraded.
pub const DEGRADED_HALVES: i64 = 3;
/// The longest a run may take from its end to its publication, in microseconds.
pub const PUBLISH_WITHIN: i64 = 5_000_000;
/// The oldest that news may be which no snapshot has, in microseconds.
pub const FRESH_WITHIN: i64 = 900_000_000;
/// Failures in a row that make an incident.
pub const FAILURES: u32 = 3;
/// Novelty of a run below which it found nothing to speak of.
pub const LOW_NOVELTY: f32 = 0.01;
/// Such runs in a row that are stagnation.
pub const STAGNANT_RUNS: u32 = 5;

/// The state of a space, the worst that holds: failing, stale, degraded, stagnant, ok.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Ok,
    Stagnant,
    Degraded,
    Stale,
    Failing,
}

impl Health {
    /// As SQL has it.
    pub fn name(self) -> &'static str {
        match self {
            Health::Ok => "ok",
            Health::Stagnant => "stagnant",
            Health::Degraded => "degraded",
            Health::Stale => "stale",
            Health::Failing => "failing",
        }
    }
}

/// What is known of the runs of a space. Times are microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts {
    pub now: i64,
    pub interval: i64,
    pub paused: bool,
    /// When the last run ended that was completed, or looked and found nothing new.
    pub last_completed: Option<i64>,
    /// Since when there is something that no published snapshot has; none where the snapshot is current.
    pub waiting_since: Option<i64>,
    /// How long the last run took from its end to its publication.
    pub publish_delay: Option<i64>,
    pub failures_in_row: u32,
    /// Runs in a row that had new episodes and a novelty below [`LOW_NOVELTY`].
    pub low_novelty_runs: u32,
}

/// A state with its reason and what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub health: Health,
    pub reason: String,
    /// Empty where nothing is to be done.
    pub remedy: &'static str,
}

/// Judges the runs of a space. One in which nothing is new is fresh however long ago its last run was.
pub fn health(facts: &Facts) -> Report {
    let report = |health, reason: String, remedy| Report { health, reason, remedy };
    let waiting = facts.waiting_since.map(|since| facts.now.saturating_sub(since).max(0));
    let seconds = |us: i64| us / 1_000_000;
    if facts.failures_in_row >= FAILURES {
        return report(
            Health::Failing,
            format!("{} runs in a row failed", facts.failures_in_row),
            "Read the error of the last run in engram.consolidation_run and in the server log, remove its cause, then call engram_worker_run_now.",
        );
    }
    let resume = "Call engram_worker_resume, or set the space not to be paused.";
    if let Some(age) = waiting.filter(|&age| age > FRESH_WITHIN) {
        let remedy = if facts.paused {
            resume
        } else {
            "See in engram.stat_worker whether a consolidator runs; raise engram.max_workers or the interval of other spaces."
        };
        let paused = if facts.paused { ", and the space is paused" } else { "" };
        return report(Health::Stale, format!("news have waited for {} s{paused}", seconds(age)), remedy);
    }
    let limit = facts.interval.saturating_mul(DEGRADED_HALVES) / 2;
    // Before the first run there is none to count from but the news themselves.
    let since = |age: i64| facts.last_completed.map_or(age, |last| facts.now.saturating_sub(last).min(age.max(0)));
    if let Some(age) = waiting.map(since).filter(|&age| age > limit) {
        let remedy = if facts.paused {
            resume
        } else {
            "Raise the interval of the space or engram.max_workers; a run that takes longer than its interval cannot keep it."
        };
        let paused = if facts.paused { " while the space is paused" } else { "" };
        return report(Health::Degraded, format!("no run was completed for {} s{paused}", seconds(age)), remedy);
    }
    if let Some(delay) = facts.publish_delay.filter(|&delay| delay > PUBLISH_WITHIN) {
        return report(
            Health::Degraded,
            format!("the last run was published {} s after its end", seconds(delay)),
            "Look for sessions that hold locks on the tables of Engram, and for slow commits.",
        );
    }
    if facts.failures_in_row > 0 {
        return report(
            Health::Degraded,
            format!("{} of {FAILURES} runs in a row failed", facts.failures_in_row),
            "Read the error of the last run in engram.consolidation_run; it is tried again by itself.",
        );
    }
    if facts.low_novelty_runs >= STAGNANT_RUNS {
        return report(
            Health::Stagnant,
            format!("{} runs with new episodes in a row changed no belief by 1 %", facts.low_novelty_runs),
            "Lower the threshold or the minimum size of clusters, or the interval's frequency, if new episodes should form beliefs.",
        );
    }
    let reason = match (waiting, facts.paused) {
        (None, _) => "nothing is new".to_owned(),
        (Some(age), true) => format!("news have waited for {} s, and the space is paused", seconds(age)),
        (Some(age), false) => format!("news have waited for {} s", seconds(age)),
    };
    report(Health::Ok, reason, "")
}

/// Runs in a row of low novelty after one more. A run without new episodes says nothing about it.
pub fn low_novelty_runs(before: u32, new_episodes: u64, novelty: f32) -> u32 {
    match (new_episodes, novelty < LOW_NOVELTY) {
        (0, _) => before,
        (_, true) => before.saturating_add(1),
        (_, false) => 0,
    }
}

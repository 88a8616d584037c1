//! Consolidation by space as exporters get it: some spaces by themselves, the others as one, without a statement for each of them.
//!
//! Fifty spaces are shown: the first that the consolidator has counted since the server started. An entry of its counters is never given to
//! another space, so that the choice never changes and no counter of a space or of the others goes down; a space that is dropped keeps its
//! place. A gauge of the others is the worst of theirs. A space that is called as they are counts among them.

use super::consolidation_health::{Judged, judge};
use crate::guc;
use crate::hot::metrics::spaces::SHOWN;
use crate::hot::{consolidated, stirred};
use crate::pg;
use crate::store::schedule;
use engram_engine::consolidation::health::Health;
use std::collections::HashMap;

/// A space, or the others as one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    pub space: String,
    pub runs: u64,
    pub failures: u64,
    pub skipped: u64,
    pub seconds: f64,
    /// Since the last run or look, while something is new.
    pub age: f64,
    pub interval: f64,
    /// How long something has waited.
    pub freshness: f64,
    pub failures_in_row: u32,
    /// Of the last run; 0 before the first.
    pub novelty: f64,
    pub low_novelty_runs: u32,
    pub publish_delay: f64,
    pub paused: bool,
    /// After the last run.
    pub beliefs: u64,
}

/// States of health in the order that [`Metrics::health`] counts them.
pub const HEALTH: [Health; 5] = [Health::Ok, Health::Degraded, Health::Stale, Health::Failing, Health::Stagnant];

/// Consolidation in this database.
#[derive(Default)]
pub struct Metrics {
    pub rows: Vec<Row>,
    /// Spaces in each state.
    pub health: [i64; HEALTH.len()],
}

/// What the others are called.
const OTHER: &str = "other";

/// Looks at every space.
pub fn look() -> Metrics {
    let other = || Row { space: OTHER.to_owned(), paused: true, ..Row::default() };
    if !schedule::is_possible() {
        return Metrics { rows: vec![Row { paused: false, ..other() }], ..Metrics::default() };
    }
    let table = consolidated::words("").map_or(0, |words| words[1]);
    let (counted, rest) = consolidated::here(table);
    let places: HashMap<u64, usize> = counted.iter().enumerate().map(|(at, (name, _))| (*name, at)).collect();
    let namesake = consolidated::words(OTHER).and_then(|words| places.get(&words[0]).copied());
    let is_shown = |at: usize| at < SHOWN && Some(at) != namesake;
    let all_paused = schedule::worker_is_paused() || !guc::consolidation();
    let now = pg::clock_micros();
    let mut metrics = Metrics { rows: Vec::new(), health: [0; HEALTH.len()] };
    let (mut others, mut any_other) = (other(), false);
    schedule::each_standing(|space| {
        let words = consolidated::words(space.name);
        let place = words.and_then(|words| places.get(&words[0]).copied());
        let own = place.map(|at| counted[at].1).unwrap_or_default();
        let waiting_since = words.and_then(stirred::waiting_since_of);
        let Judged { report, interval, paused, publish_delay } = judge(space, &own, waiting_since, now, all_paused);
        if let Some(at) = HEALTH.iter().position(|state| *state == report.health) {
            metrics.health[at] += 1;
        }
        let since = |at: i64| now.saturating_sub(at).max(0) as f64 / 1e6;
        let shown = place.is_some_and(is_shown);
        let mut row = Row {
            age: match waiting_since.filter(|_| !paused) {
                // What began to wait after the last run is not late before its time.
                Some(waits) => since(space.last_completed_at.map_or(waits, |completed| completed.max(waits))),
                None => 0.0,
            },
            interval: interval as f64 / 1e6,
            freshness: waiting_since.map_or(0.0, since),
            failures_in_row: space.failures_in_row,
            low_novelty_runs: space.low_novelty_runs,
            publish_delay: publish_delay.unwrap_or(0) as f64 / 1e6,
            paused,
            beliefs: own.beliefs,
            ..Row::default()
        };
        if shown {
            (row.runs, row.failures, row.skipped) = (own.runs, own.failures, own.skipped);
            row.seconds = own.total.as_secs_f64();
            space.name.clone_into(&mut row.space);
            metrics.rows.push(row);
        } else {
            others.take(&row);
            any_other = true;
        }
    });
    others.paused &= any_other;
    metrics.rows.sort_unstable_by(|a, b| a.space.cmp(&b.space));
    for row in &mut metrics.rows {
        row.novelty = schedule::last(&row.space).0.unwrap_or(0.0).into();
    }
    let hidden = counted.iter().enumerate().filter(|(at, _)| !is_shown(*at)).map(|(_, (_, own))| own);
    for own in hidden.chain([&rest]) {
        others.runs += own.runs;
        others.failures += own.failures;
        others.skipped += own.skipped;
        others.seconds += own.total.as_secs_f64();
    }
    if others.interval == 0.0 {
        others.interval = guc::consolidation_interval().as_secs_f64();
    }
    metrics.rows.push(others);
    metrics
}

impl Row {
    /// The worst of both; paused are they where all are, and what waits in one that is paused waits on purpose. Of the others, novelty is not
    /// read.
    fn take(&mut self, row: &Row) {
        // How late a space is depends on its own interval.
        let lateness = |row: &Row| if row.interval > 0.0 { row.age / row.interval } else { 0.0 };
        if self.interval == 0.0 || lateness(row) > lateness(self) {
            (self.age, self.interval) = (row.age, row.interval);
        }
        self.freshness = if row.paused { self.freshness } else { self.freshness.max(row.freshness) };
        self.failures_in_row = self.failures_in_row.max(row.failures_in_row);
        self.low_novelty_runs = self.low_novelty_runs.max(row.low_novelty_runs);
        self.publish_delay = self.publish_delay.max(row.publish_delay);
        self.paused &= row.paused;
        self.beliefs += row.beliefs;
    }
}

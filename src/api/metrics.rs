//! What the views engram.metrics_* and engram.stat_operation read. Declared in `sql/schema/77_metrics.sql`.

use super::arguments::timestamp;
use crate::memory::catalog_version;
use crate::memory::consolidation_metrics::{self, HEALTH};
use crate::memory::metrics::{self, Histogram};
use crate::pg;
use crate::worker::slots;
use pgrx::datum::TimestampWithTimeZone;
use pgrx::iter::TableIterator;
use pgrx::prelude::*;

/// Begins all counts of the server anew; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
fn engram_stat_reset() {
    metrics::reset();
    slots::reset_totals();
}

/// Calls by space and operation. Of a space only operations that were called; of the rest, which has no database, all.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn operation_stat() -> TableIterator<
    'static,
    (
        name!(database, Option<pg_sys::Oid>),
        name!(space, String),
        name!(operation, String),
        name!(calls, i64),
        name!(failures, i64),
        name!(rows, i64),
        name!(edges, i64),
        name!(limit_hits, i64),
        name!(seconds, f64),
    ),
> {
    TableIterator::new(metrics::by_space().into_iter().flat_map(|shown| {
        let (database, space) = (shown.database, shown.space);
        shown.counts.into_iter().filter(move |(_, c)| database.is_none() || c.calls > 0).map(move |(operation, c)| {
            (
                database.map(pg_sys::Oid::from),
                space.clone(),
                operation.name().to_owned(),
                c.calls as i64,
                c.failures as i64,
                c.rows as i64,
                c.edges as i64,
                c.limit_hits as i64,
                c.nanos as f64 / 1e9,
            )
        })
    }))
}

/// How long calls took, by operation.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn duration_stat() -> TableIterator<
    'static,
    (
        name!(operation, String),
        name!(bounds, Vec<f64>),
        name!(buckets, Vec<i64>),
        name!(seconds, f64),
        name!(calls, i64),
    ),
> {
    TableIterator::new(metrics::durations().into_iter().map(row))
}

/// Scores, confidences and hops of what recalls returned.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn distribution_stat() -> TableIterator<
    'static,
    (
        name!(distribution, String),
        name!(bounds, Vec<f64>),
        name!(buckets, Vec<i64>),
        name!(sum, f64),
        name!(count, i64),
    ),
> {
    TableIterator::new(metrics::distributions().into_iter().map(row))
}

fn row(h: Histogram) -> (String, Vec<f64>, Vec<i64>, f64, i64) {
    (h.name.to_owned(), h.bounds, h.buckets, h.sum, h.count)
}

/// Calls that failed, by operation and class of SQLSTATE.
#[pg_extern(sql = false)]
fn error_stat() -> TableIterator<'static, (name!(operation, String), name!(sqlstate_class, String), name!(total, i64))>
{
    let row = |(operation, class, n): (&str, &str, i64)| (operation.to_owned(), class.to_owned(), n);
    TableIterator::new(metrics::errors().into_iter().map(row))
}

/// Counters without labels.
#[pg_extern(sql = false)]
fn counter_stat() -> TableIterator<'static, (name!(counter, String), name!(total, i64))> {
    TableIterator::new(metrics::counters().into_iter().map(|(name, n)| (name.to_owned(), n)))
}

/// The hot tier at this moment.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn hot_stat() -> TableIterator<
    'static,
    (
        name!(capacity_bytes, i64),
        name!(free_bytes, i64),
        name!(spaces, i64),
        name!(memories, i64),
        name!(resident, i64),
        name!(edges, i64),
        name!(cues, i64),
        name!(unsettled, i64),
        name!(states, Vec<String>),
        name!(in_state, Vec<i64>),
        name!(here_hot, i64),
        name!(here_warm, i64),
        name!(here_cold, i64),
        name!(here_bytes, i64),
    ),
> {
    let s = metrics::state();
    TableIterator::once((
        s.capacity as i64,
        s.free as i64,
        s.all.spaces as i64,
        s.all.memories as i64,
        s.all.resident as i64,
        s.all.edges as i64,
        s.all.cues as i64,
        s.all.unsettled as i64,
        metrics::states().map(str::to_owned).to_vec(),
        s.all.states.map(|n| n as i64).to_vec(),
        s.here.resident as i64,
        s.here.warm as i64,
        s.here.cold as i64,
        s.here.bytes as i64,
    ))
}

/// What costs nothing to say.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn metrics_stat() -> TableIterator<
    'static,
    (
        name!(version, String),
        name!(catalog_version, Option<String>),
        name!(preloaded, bool),
        name!(metrics, bool),
        name!(stats_reset, Option<TimestampWithTimeZone>),
        name!(lag_seconds, f64),
    ),
> {
    TableIterator::once((
        env!("CARGO_PKG_VERSION").to_owned(),
        catalog_version(),
        pg::preloaded(),
        metrics::is_on(),
        metrics::reset_at().map(timestamp),
        metrics::lag_seconds(),
    ))
}

/// Workers by kind.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn worker_total_stat() -> TableIterator<
    'static,
    (
        name!(worker, String),
        name!(processes, i64),
        name!(heartbeat_age_seconds, f64),
        name!(starts, i64),
        name!(restarts, i64),
        name!(runs, i64),
        name!(failures, i64),
        name!(starved, i64),
    ),
> {
    TableIterator::new(slots::by_kind().into_iter().map(|w| {
        (w.worker.to_owned(), w.processes, w.heartbeat_age_seconds, w.starts, w.restarts, w.runs, w.failures, w.starved)
    }))
}

/// Consolidation by space: some by themselves, the others as one.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn consolidation_metrics() -> TableIterator<
    'static,
    (
        name!(space, String),
        name!(runs, i64),
        name!(failures, i64),
        name!(skipped, i64),
        name!(seconds, f64),
        name!(age, f64),
        name!(interval, f64),
        name!(freshness, f64),
        name!(failures_in_row, i64),
        name!(novelty, f64),
        name!(low_novelty_runs, i64),
        name!(publish_delay, f64),
        name!(paused, i64),
        name!(beliefs, i64),
        name!(states, Vec<String>),
        name!(in_state, Vec<i64>),
    ),
> {
    let consolidation_metrics::Metrics { rows, health } = consolidation_metrics::look();
    let states = HEALTH.map(|state| state.name().to_owned()).to_vec();
    TableIterator::new(rows.into_iter().map(move |r| {
        (
            r.space,
            r.runs as i64,
            r.failures as i64,
            r.skipped as i64,
            r.seconds,
            r.age,
            r.interval,
            r.freshness,
            r.failures_in_row.into(),
            r.novelty,
            r.low_novelty_runs.into(),
            r.publish_delay,
            r.paused.into(),
            r.beliefs as i64,
            states.clone(),
            health.to_vec(),
        )
    }))
}

//! Steering the workers, and what they say of consolidation.

use super::arguments::timestamp;
use crate::error::or_raise;
use crate::memory::{consolidation_health, steer};
use crate::worker::pool;
use pgrx::datum::{Interval, TimestampWithTimeZone};
use pgrx::default;
use pgrx::iter::TableIterator;
use pgrx::prelude::*;

/// Pauses consolidation; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_worker_pause(
    worker: default!(Option<&str>, "'consolidator'"),
    space: default!(Option<&str>, "NULL"),
) -> bool {
    or_raise(steer::pause(worker, space, true))
}

/// Ends a pause; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_worker_resume(
    worker: default!(Option<&str>, "'consolidator'"),
    space: default!(Option<&str>, "NULL"),
) -> bool {
    or_raise(steer::pause(worker, space, false))
}

/// Has a worker run at once; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_worker_run_now(
    worker: default!(Option<&str>, "'consolidator'"),
    space: default!(Option<&str>, "NULL"),
    wait: default!(Option<bool>, "false"),
) -> String {
    or_raise(steer::run_now(worker, space, wait)).to_owned()
}

fn interval(micros: i64) -> Interval {
    Interval::from_micros(micros)
}

fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// Rows of engram.consolidation_health. Declared in `sql/schema/75_scheduler.sql`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn consolidation_health() -> TableIterator<
    'static,
    (
        name!(space, String),
        name!(health, String),
        name!(reason, String),
        name!(remedy, Option<String>),
        name!(interval, Interval),
        name!(last_completed_at, Option<TimestampWithTimeZone>),
        name!(age, Option<Interval>),
        name!(freshness_seconds, f64),
        name!(failures_in_row, i32),
        name!(novelty, Option<f32>),
        name!(low_novelty_runs, i32),
        name!(publish_delay_seconds, Option<f64>),
        name!(paused, bool),
        name!(next_due, Option<TimestampWithTimeZone>),
        name!(last_error, Option<String>),
    ),
> {
    TableIterator::new(consolidation_health::rows().into_iter().map(|r| {
        (
            r.space,
            r.report.health.name().to_owned(),
            r.report.reason,
            Some(r.report.remedy.to_owned()).filter(|remedy| !remedy.is_empty()),
            interval(r.interval),
            r.last_completed_at.map(timestamp),
            r.age.map(interval),
            seconds(r.waiting),
            r.failures_in_row as i32,
            r.novelty,
            r.low_novelty_runs as i32,
            r.publish_delay.map(seconds),
            r.paused,
            r.next_due.map(timestamp),
            r.last_error,
        )
    }))
}

/// Rows of engram.stat_consolidation. Declared in `sql/schema/75_scheduler.sql`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn consolidation_stat() -> TableIterator<
    'static,
    (
        name!(space, String),
        name!(runs, i64),
        name!(failures, i64),
        name!(skipped, i64),
        name!(episodes, i64),
        name!(beliefs, i64),
        name!(total_seconds, f64),
        name!(last_seconds, f64),
        name!(longest_seconds, f64),
        name!(last_run_at, Option<TimestampWithTimeZone>),
    ),
> {
    TableIterator::new(consolidation_health::counted().into_iter().map(|(space, c)| {
        (
            space,
            c.runs as i64,
            c.failures as i64,
            c.skipped as i64,
            c.episodes as i64,
            c.beliefs as i64,
            c.total.as_secs_f64(),
            c.last.as_secs_f64(),
            c.longest.as_secs_f64(),
            c.at.map(timestamp),
        )
    }))
}

/// The row of engram.stat_worker_pool. Declared in `sql/schema/75_scheduler.sql`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn worker_pool_stat() -> TableIterator<
    'static,
    (
        name!(workers, i64),
        name!(max_workers, i64),
        name!(waiting, i64),
        name!(longest_wait_seconds, f64),
        name!(starved, i64),
        name!(warnings, i64),
    ),
> {
    let p = pool::shown();
    TableIterator::once((p.workers, p.most, p.waiting, p.longest_wait_seconds, p.starved, p.warnings))
}

use crate::memory::{check, stat};
use crate::pg;
use crate::worker;
use pgrx::prelude::*;

/// Rows of engram.stat_tier. Declared in `sql/schema/70_views.sql`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn tier_stat() -> TableIterator<
    'static,
    (
        name!(space, String),
        name!(mode, String),
        name!(state, String),
        name!(memories, i64),
        name!(resident, i64),
        name!(spilled, i64),
        name!(cues, i64),
        name!(edges, i64),
        name!(bytes, i64),
        name!(unsettled, i64),
        name!(evictions, i64),
        name!(generation, i64),
    ),
> {
    TableIterator::new(stat::tiers().into_iter().map(|t| {
        let s = t.stats;
        (
            t.space,
            t.mode.to_owned(),
            t.state.to_owned(),
            i64::from(s.memories),
            i64::from(s.resident),
            i64::from(s.spilled),
            i64::from(s.cues),
            i64::from(s.edges),
            s.bytes as i64,
            i64::from(s.unsettled),
            s.evictions as i64,
            i64::from(s.generation),
        )
    }))
}

/// Rows of engram.stat_worker. Declared in `sql/schema/70_views.sql`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn worker_stat() -> TableIterator<
    'static,
    (
        name!(pid, i32),
        name!(worker, String),
        name!(database, Option<String>),
        name!(state, String),
        name!(started_at, TimestampWithTimeZone),
        name!(last_run_at, Option<TimestampWithTimeZone>),
        name!(runs, i64),
        name!(failures, i64),
        name!(last_error, Option<String>),
    ),
> {
    // An error may name what belongs to others: a space, a role, another database's.
    let me = pg::current_user();
    let monitors = ["pg_monitor", "engram_admin"].iter().any(|role| pg::role::has_rights_of(me, role));
    TableIterator::new(worker::slots::all().into_iter().map(move |w| {
        (
            w.pid,
            w.kind.to_owned(),
            w.database,
            w.state.to_owned(),
            w.started_at,
            w.last_run_at,
            w.runs,
            w.failures,
            w.last_error.filter(|_| monitors),
        )
    }))
}

/// The row of engram.stat_info. Declared in `sql/schema/70_views.sql`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn info_stat() -> TableIterator<
    'static,
    (
        name!(version, String),
        name!(catalog_version, Option<String>),
        name!(preloaded, bool),
        name!(hot_tier_bytes, i64),
        name!(hot_tier_free, i64),
        name!(evictions, i64),
        name!(spaces, i64),
    ),
> {
    let i = stat::info();
    TableIterator::once((
        env!("CARGO_PKG_VERSION").to_owned(),
        i.catalog_version,
        i.preloaded,
        i.bytes as i64,
        i.free as i64,
        i.evictions as i64,
        i.spaces as i64,
    ))
}

/// Every violation between tables and shared memory; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn engram_check() -> TableIterator<
    'static,
    (name!(space, Option<String>), name!(kind, String), name!(object, String), name!(detail, String)),
> {
    TableIterator::new(check::check().into_iter().map(|v| (v.space, v.kind.to_owned(), v.object, v.detail)))
}

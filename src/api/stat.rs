use crate::memory::stat::Counter;
use crate::memory::{check, snapshot, stat};
use crate::pg;
use crate::worker;
use pgrx::prelude::*;

/// Rows of engram.stat_tier. Declared in `sql/schema/70_views.sql`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn tiers_stat() -> TableIterator<
    'static,
    (
        name!(space, String),
        name!(mode, String),
        name!(state, String),
        name!(memories, i64),
        name!(resident, i64),
        name!(spilled, i64),
        name!(warm, i64),
        name!(cold, i64),
        name!(warm_state, String),
        name!(cues, i64),
        name!(edges, i64),
        name!(bytes, i64),
        name!(unsettled, i64),
        name!(evictions, i64),
        name!(generation, i64),
    ),
> {
    TableIterator::new(stat::tiers().into_iter().map(|t| {
        let (s, spilled, warm_state) = (t.stats, t.spilled(), t.warm_state());
        (
            t.space,
            t.mode.to_owned(),
            t.state.to_owned(),
            i64::from(s.memories),
            i64::from(s.resident),
            i64::from(spilled),
            i64::from(s.warm),
            i64::from(s.cold),
            warm_state.to_owned(),
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

/// Rows of engram.stat_move. Declared in `sql/schema/70_views.sql`.
#[pg_extern(sql = false)]
fn move_stat() -> TableIterator<'static, (name!(r#move, String), name!(total, i64))> {
    TableIterator::new(stat::moves().into_iter().map(|(name, total)| (name.to_owned(), total as i64)))
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

/// The row of engram.stat_snapshot. Declared in `sql/schema/70_views.sql`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn snapshot_stat() -> TableIterator<
    'static,
    (
        name!(written_at, Option<TimestampWithTimeZone>),
        name!(bytes, i64),
        name!(write_ms, f64),
        name!(spaces, i64),
        name!(xmin, Option<i64>),
        name!(loaded_at, Option<TimestampWithTimeZone>),
        name!(loaded_from, Option<String>),
        name!(loaded_spaces, i64),
        name!(recorded_spaces, i64),
        name!(load_ms, f64),
        name!(discarded, Option<String>),
    ),
> {
    let s = snapshot::shown();
    TableIterator::once((
        s.written_at,
        s.bytes,
        s.duration_ms,
        s.spaces,
        s.xmin.map(|x| x as i64),
        s.loaded_at,
        s.loaded_from.map(str::to_owned),
        s.loaded_spaces,
        s.recorded_spaces,
        s.load_ms,
        s.discarded,
    ))
}

/// The row of engram.stat_standby. Declared in `sql/schema/70_views.sql`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn standby_stat() -> TableIterator<
    'static,
    (
        name!(in_recovery, bool),
        name!(replayed, i64),
        name!(followed, i64),
        name!(lag_seconds, f64),
        name!(spaces, i64),
        name!(rounds, i64),
        name!(rows, i64),
        name!(conflicts, i64),
        name!(waited, i64),
        name!(missed, i64),
        name!(ambiguous, i64),
    ),
> {
    let s = stat::standby();
    let count = |counter| s.count(counter) as i64;
    TableIterator::once((
        s.in_recovery,
        s.replayed as i64,
        s.followed as i64,
        s.lag_seconds,
        s.spaces as i64,
        count(Counter::Rounds),
        count(Counter::Rows),
        count(Counter::Conflicts),
        count(Counter::Waited),
        count(Counter::Missed),
        count(Counter::Ambiguous),
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

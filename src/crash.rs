//! Crash points: named steps at which a debug build kills its own process, to test that nothing is lost there.
//!
//! A release build has neither the setting nor the points. `engram.crash_point` (superuser) names the point, `engram.crash_after`
//! how many times it is passed first. Kill -9 of any process makes the server restart all of them.
//!
//! New code joins by a variant here and a call of [`at`] at the step; the test of all points reads their names from
//! `pg_settings.enumvals`.

#[cfg(debug_assertions)]
use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting, PostgresGucEnum};

/// The steps, in the order in which a memory meets them.
#[cfg_attr(debug_assertions, derive(PostgresGucEnum))]
#[cfg_attr(not(debug_assertions), allow(dead_code))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)] // The names are the values of the setting.
pub enum Point {
    none,
    /// Before commit: nothing is entered in the region yet.
    publish_begin,
    /// Some changes of the transaction are entered, others are not.
    publish_middle,
    /// All are entered; the server has not committed.
    publish_end,
    /// The server has committed; the hint is not left.
    commit_hint,
    /// What ended is being settled.
    settle,
    /// A segment was chosen and its survivors are moving.
    evict_move,
    /// The survivors have moved; the segment is still there.
    evict_free,
    /// The terms of a segment are sorted and not swapped in.
    seal,
    /// A space was declared to be loading.
    load_begin,
    /// Rows are being entered.
    load_middle,
    /// All rows are entered; the space is not ready.
    load_end,
    /// The content of a memory is in the cold tier, and still in its row.
    cold_move,
    /// It is about to leave the cold tier.
    cold_return,
    /// A batch of what retention forgets is deleted; its transaction has not committed.
    retention_batch,
    /// A batch of embeddings of another encoder is made; its transaction has not committed.
    reembed_batch,
    /// A space has another encoder; its transaction has not committed.
    reembed_switch,
    /// Sections of a snapshot file are being written.
    snapshot_write,
    /// The token of a snapshot file is committed; the file has not got its name.
    snapshot_token,
    /// The file has its name; nobody was told.
    snapshot_rename,
    /// A snapshot file is being read.
    snapshot_load,
    /// On a standby: the snapshot is taken, and nothing of it is entered.
    follow_begin,
    /// Some of what changed is entered.
    follow_middle,
    /// All is entered; no reader knows.
    follow_end,
    /// After promotion: a space that was followed is about to be brought up to the tables.
    promote_load,
    /// Some memories of a segment have left; it still has its pages.
    evict_leave,
    /// Rows of engram.warm are written and not committed.
    warm_write,
    /// They are committed; the region does not know.
    warm_mark,
    /// A memory outside is about to come back.
    readmit,
    /// Stale rows of engram.warm are removed and not committed.
    warm_sweep,
}

#[cfg(debug_assertions)]
static CRASH_POINT: GucSetting<Point> = GucSetting::<Point>::new(Point::none);
#[cfg(debug_assertions)]
static CRASH_AFTER: GucSetting<i32> = GucSetting::<i32>::new(0);
#[cfg(debug_assertions)]
static PASSED: std::sync::atomic::AtomicI32 = std::sync::atomic::AtomicI32::new(0);

/// Defines the settings of a debug build.
pub fn init() {
    #[cfg(debug_assertions)]
    {
        GucRegistry::define_enum_guc(
            c"engram.crash_point",
            c"Kills the process at a named step, for tests.",
            c"There is no such setting in a release build.",
            &CRASH_POINT,
            GucContext::Suset,
            GucFlags::empty(),
        );
        GucRegistry::define_int_guc(
            c"engram.crash_after",
            c"Sets how many times a process passes the crash point before it is killed there.",
            c"Counted from the start of the process.",
            &CRASH_AFTER,
            0,
            i32::MAX,
            GucContext::Suset,
            GucFlags::empty(),
        );
    }
}

/// A step that a test may end the process at. Costs nothing in a release build.
#[inline(always)]
pub fn at(point: Point) {
    #[cfg(debug_assertions)]
    if point == CRASH_POINT.get() && PASSED.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= CRASH_AFTER.get() {
        crate::pg::kill_own_process();
    }
    #[cfg(not(debug_assertions))]
    let _ = point;
}

//! Crash points: named steps at which a debug build kills its own process, to test that nothing is lost there.
//!
//! A release build has neither the setting nor the points. `engram.crash_point` (superuser) names the point, `engram.crash_after`
//! how many times it is passed first. Kill -9 of any process makes the server restart all of them.
//!
//! New code joins by a variant here and a call of [`at`] at the step; the test of all points reads their names from
//! `pg_settings.enumvals`.

#[cfg(debug_assertions)]
use std::io::Write;

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
    /// A row was written and its change is queued.
    capture,
    /// A rollback to a savepoint takes back what was entered early.
    take_back,
    /// A transaction wants to see what it wrote itself, and enters it early.
    publish_own,
    /// A transaction of too many changes leaves word that they lie in the tables.
    publish_collapsed,
    /// A space was configured, dropped or truncated; nobody is told yet that it must be loaded anew.
    publish_reset,
    /// Everything is entered; the transaction is not prepared.
    prepare_begin,
    /// It is prepared; the session has not let go of it.
    prepare_end,
    /// COMMIT PREPARED or ROLLBACK PREPARED was asked for.
    prepared_begin,
    /// A prepared transaction has ended; the session does not know yet.
    prepared_end,
    /// The server has rolled back; the hint is not left.
    abort_hint,
    /// A part of what ended is settled.
    settle_middle,
    /// A segment was chosen to make room.
    evict_begin,
    /// There is no segment left to give: the space that holds most leaves.
    evict_space,
    /// A segment that holds little was gathered; it is still there.
    compact,
    /// A sorted segment was swapped in.
    seal_end,
    /// The transactions that run are listed; no row is read.
    load_listed,
    /// A segment of its own was begun for rows that are read.
    load_segment,
    /// The terms of that segment are sorted; they are not in.
    load_sorted,
    /// Memories are in, associations are not.
    load_edges,
    /// What changed is about to be read.
    catch_up_begin,
    /// Rows that changed are in; deletions and associations are not.
    catch_up_middle,
    /// All that changed is in; the transactions are not marked.
    catch_up_end,
    /// A private region was emptied for a space.
    private_begin,
    /// A private region holds the space; it is not answered from.
    private_end,
    /// Texts got the cues that they name; it is not committed.
    learn_cues,
    /// Memories recalled together were associated; it is not committed.
    learn_together,
    /// Similar memories were associated; the progress is not kept.
    learn_similar,
    /// The progress of learning is kept; it is not committed.
    learn_progress,
    /// Some elements of a batch are looked up; none is stored.
    batch_begin,
    /// A batch is stored; it is not committed.
    batch_end,
    /// A space was made; it is not committed.
    space_create,
    /// A space was configured; it is not committed.
    space_configure,
    /// The memories of a space were removed; the space is still there.
    space_drop_middle,
    /// A space was removed; it is not committed.
    space_drop_end,
    /// A space is about to leave the region.
    region_remove,
    /// The launcher has its slot.
    launcher_start,
    /// The launcher is about to start a worker.
    launcher_visit,
    /// A worker has its slot; it is not connected.
    worker_start,
    /// A step was planned and is about to be done.
    worker_step,
    /// A step was done; it is committed.
    worker_step_end,
    /// A worker found nothing to do and leaves.
    worker_leave,
    /// A database is on hold and its workers are told to leave.
    leave_hold,
    /// Triggers fire always again; no space is told to be loaded anew.
    repair,
    /// A transaction has committed whose recalls strengthen memories; shared memory does not know of it.
    uses_commit,
    /// The worker has taken uses out of shared memory; nothing is written.
    uses_taken,
    /// The uses are written; the transaction is not committed.
    uses_written,
    /// The transaction that wrote them has committed; their places in shared memory are still taken.
    uses_committed,
    /// Evidence is noted, and not yet added to what its memory has.
    evidence_noted,
    /// A replacement is entered; the memory does not say so.
    supersession_noted,
    /// A replacement is undone; what was made for it still stands.
    reinstated,
    /// The former version is kept; the memory that is reconsolidated is not changed yet.
    reconsolidate_kept,
    /// A competing memory is stored; its associations are not.
    reconsolidate_competes,
    /// News of a space are taken; nothing is sent.
    announce_taken,
    /// What activates one watch is to be sent; it is not committed.
    announce_watch,
    /// All of a batch is to be sent; it is not committed.
    announce_sent,
    /// A consolidator has its slot; it is not connected.
    consolidator_start,
    /// A space is due and something is new; nothing of the run is done.
    consolidator_step,
    /// A run is done, with what it has seen; it is not committed.
    consolidator_end,
    /// A run has failed and is rolled back; that is not recorded.
    consolidator_failed,
    /// The episodes of a space are read for consolidation; nothing is written.
    consolidate_read,
    /// Its beliefs are known; nothing is written.
    consolidate_clustered,
    /// What is different is written; no snapshot is published.
    consolidate_written,
    /// The snapshot is published; it is not committed.
    consolidate_published,
    /// The rows that a run changed are what they were; nothing says so yet.
    undo_restored,
    /// A run is undone; it is not committed.
    undo_finished,
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
        // For the test, which counts these lines in the log of the server.
        let _ = writeln!(std::io::stderr(), "engram reached the crash point {point:?}");
        crate::pg::kill_own_process();
    }
    #[cfg(not(debug_assertions))]
    let _ = point;
}

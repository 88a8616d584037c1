//! A space as lines of JSON, and rows from such lines. Reading is under the caller's rights; what nobody writes directly is written
//! as the owner of the tables, after the checks of whoever calls.

use super::{belief, ledger};
use crate::pg::{
    self, caught,
    settings::with_plain_values,
    spi::{self, Arg, Cursor},
};
use pgrx::PgTryBuilder;
use pgrx::pg_sys::panic::CaughtError;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// Version of the format, in the line of the space.
pub const FORMAT: i64 = 1;

/// The queries of an export, in an order in which what a row refers to comes before it.
const PARTS: [&str; 20] = [
    include_str!("../../sql/query/export_space.sql"),
    include_str!("../../sql/query/export_retention.sql"),
    include_str!("../../sql/query/export_decay.sql"),
    include_str!("../../sql/query/export_alias.sql"),
    include_str!("../../sql/query/export_memory.sql"),
    include_str!("../../sql/query/export_history.sql"),
    include_str!("../../sql/query/export_association.sql"),
    include_str!("../../sql/query/export_citation.sql"),
    include_str!("../../sql/query/export_trace.sql"),
    include_str!("../../sql/query/export_feedback.sql"),
    include_str!("../../sql/query/export_run.sql"),
    include_str!("../../sql/query/export_snapshot.sql"),
    include_str!("../../sql/query/export_event.sql"),
    include_str!("../../sql/query/export_watch.sql"),
    include_str!("../../sql/query/export_evidence.sql"),
    include_str!("../../sql/query/export_supersession.sql"),
    include_str!("../../sql/query/export_belief.sql"),
    include_str!("../../sql/query/export_lineage.sql"),
    include_str!("../../sql/query/export_touch.sql"),
    include_str!("../../sql/query/export_consolidation.sql"),
];

/// The same where the catalog is of version 0.4.0.
const PARTS_BEFORE_CONSOLIDATION: [&str; 16] = [
    include_str!("../../sql/query/export_space.sql"),
    include_str!("../../sql/query/export_retention.sql"),
    include_str!("../../sql/query/export_decay.sql"),
    include_str!("../../sql/query/export_alias.sql"),
    include_str!("../../sql/query/export_memory.sql"),
    include_str!("../../sql/query/export_history.sql"),
    include_str!("../../sql/query/export_association.sql"),
    include_str!("../../sql/query/export_citation_former.sql"),
    include_str!("../../sql/query/export_trace.sql"),
    include_str!("../../sql/query/export_feedback.sql"),
    include_str!("../../sql/query/export_run_former.sql"),
    include_str!("../../sql/query/export_snapshot_former.sql"),
    include_str!("../../sql/query/export_event_former.sql"),
    include_str!("../../sql/query/export_watch.sql"),
    include_str!("../../sql/query/export_evidence.sql"),
    include_str!("../../sql/query/export_supersession.sql"),
];

/// The same where the catalog is of a version before 0.4.0.
const FORMER_PARTS: [&str; 13] = [
    include_str!("../../sql/query/export_space.sql"),
    include_str!("../../sql/query/export_retention.sql"),
    include_str!("../../sql/query/export_alias.sql"),
    include_str!("../../sql/query/export_memory.sql"),
    include_str!("../../sql/query/export_history.sql"),
    include_str!("../../sql/query/export_association.sql"),
    include_str!("../../sql/query/export_citation_former.sql"),
    include_str!("../../sql/query/export_trace_former.sql"),
    include_str!("../../sql/query/export_feedback.sql"),
    include_str!("../../sql/query/export_run_former.sql"),
    include_str!("../../sql/query/export_snapshot_former.sql"),
    include_str!("../../sql/query/export_event_former.sql"),
    include_str!("../../sql/query/export_watch_former.sql"),
];

/// Lines fetched at once: one may have a megabyte.
const FETCH: u32 = 50;

/// The lines of a space, fetched as they are asked for.
pub struct Lines {
    space: String,
    next_part: usize,
    cursor: Option<Cursor>,
    fetched: VecDeque<String>,
    lines: i64,
    ended: bool,
}

/// The lines of a space, in the snapshot that is active.
pub fn lines(space: &str) -> Lines {
    Lines { space: space.to_owned(), next_part: 0, cursor: None, fetched: VecDeque::new(), lines: 0, ended: false }
}

impl Iterator for Lines {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        while self.fetched.is_empty() && !self.ended {
            pg::check_for_interrupts();
            with_plain_values(|| self.fetch());
        }
        self.lines += 1;
        self.fetched.pop_front()
    }
}

impl Lines {
    fn fetch(&mut self) {
        if let Some(mut cursor) = self.cursor.take() {
            if cursor.fetch(FETCH, |row| self.fetched.extend(row.text(1).map(str::to_owned))) {
                self.cursor = Some(cursor);
            }
        } else if let Some(sql) = part(self.next_part) {
            self.next_part += 1;
            self.cursor = Some(Cursor::open(sql, &[Arg::Text(&self.space)]));
        } else {
            let args = [Arg::Text(&self.space), Arg::Int8(self.lines + 1)];
            spi::select(include_str!("../../sql/query/export_end.sql"), &args, |row| {
                self.fetched.extend(row.text(1).map(str::to_owned));
            });
            self.ended = true;
        }
    }
}

fn part(at: usize) -> Option<&'static str> {
    let parts: &[&str] = if ledger::is_possible() {
        &PARTS
    } else if belief::is_possible() {
        &PARTS_BEFORE_CONSOLIDATION
    } else {
        &FORMER_PARTS
    };
    parts.get(at).copied()
}

/// Stores what a line of a type says, in `space`. Returns whether it was not there yet; none for a type that does not exist.
pub fn store(kind: &str, space: &str, line: &str) -> Option<bool> {
    let args = [Arg::Text(space), Arg::Text(line), Arg::Oid(pg::current_user())];
    let is_former = !belief::is_possible();
    let has_no_beliefs = !ledger::is_possible();
    let sql = match kind {
        // A memory is stored under the rights of the caller.
        "memory" => return Some(spi::execute(include_str!("../../sql/query/import_memory.sql"), &args[..2]) > 0),
        "watch" if is_former => {
            let sql = include_str!("../../sql/query/import_watch_former.sql");
            return Some(pg::as_owner(|| spi::execute(sql, &args)) > 0);
        }
        "watch" => {
            let channel = super::watch::channel(space);
            let args = [args[0], args[1], args[2], Arg::Text(&channel)];
            return Some(pg::as_owner(|| spi::execute(include_str!("../../sql/query/import_watch.sql"), &args)) > 0);
        }
        "decay" | "evidence" | "supersession" if is_former => return None,
        "belief" | "lineage" | "touch" | "consolidation" if has_no_beliefs => return None,
        "belief" => include_str!("../../sql/query/import_belief.sql"),
        "lineage" => include_str!("../../sql/query/import_lineage.sql"),
        "touch" => include_str!("../../sql/query/import_touch.sql"),
        "consolidation" => include_str!("../../sql/query/import_consolidation.sql"),
        "space" => include_str!("../../sql/query/import_space.sql"),
        "retention" => include_str!("../../sql/query/import_retention.sql"),
        "decay" => include_str!("../../sql/query/import_decay.sql"),
        "alias" => include_str!("../../sql/query/import_alias.sql"),
        "history" => include_str!("../../sql/query/import_history.sql"),
        "association" => include_str!("../../sql/query/import_association.sql"),
        "citation" if has_no_beliefs => include_str!("../../sql/query/import_citation_former.sql"),
        "citation" => include_str!("../../sql/query/import_citation.sql"),
        "trace" if is_former => include_str!("../../sql/query/import_trace_former.sql"),
        "trace" => include_str!("../../sql/query/import_trace.sql"),
        "feedback" if is_former => include_str!("../../sql/query/import_feedback_former.sql"),
        "feedback" => include_str!("../../sql/query/import_feedback.sql"),
        "evidence" => include_str!("../../sql/query/import_evidence.sql"),
        "supersession" => include_str!("../../sql/query/import_supersession.sql"),
        "run" if has_no_beliefs => include_str!("../../sql/query/import_run_former.sql"),
        "run" => include_str!("../../sql/query/import_run.sql"),
        "snapshot" if has_no_beliefs => include_str!("../../sql/query/import_snapshot_former.sql"),
        "snapshot" => include_str!("../../sql/query/import_snapshot.sql"),
        "event" if has_no_beliefs => include_str!("../../sql/query/import_event_former.sql"),
        "event" => include_str!("../../sql/query/import_event.sql"),
        _ => return None,
    };
    Some(pg::as_owner(|| spi::execute(sql, &args[..2])) > 0)
}

/// Whether the former version that a line has is there with the same content.
pub fn same_version(space: &str, line: &str) -> bool {
    let sql = include_str!("../../sql/query/import_history_same.sql");
    pg::as_owner(|| spi::execute(sql, &[Arg::Text(space), Arg::Text(line)])) > 0
}

/// Runs `f`; an ERROR of the server names the line that `at` then says.
pub fn with_line<R: UnwindSafe + RefUnwindSafe>(at: &AtomicI64, f: impl FnOnce() -> R) -> R {
    PgTryBuilder::new(AssertUnwindSafe(|| with_plain_values(f)))
        .catch_others(|caught| match caught {
            CaughtError::PostgresError(report) | CaughtError::ErrorReport(report) => {
                let class = report.sql_error_code();
                let ours = class == pgrx::PgSqlErrorCode::ERRCODE_QUERY_CANCELED;
                let message = report.message();
                let message = if ours { message.to_owned() } else { format!("line {}: {message}", at.load(Relaxed)) };
                caught::raise_again(&report, message)
            }
            panic @ CaughtError::RustPanic { .. } => panic.rethrow(),
        })
        .execute()
}

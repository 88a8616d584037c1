//! What a panic or a server `ERROR` said, for those who must not let it through.
//!
//! pgrx carries a server error through Rust as a panic with a typed payload; by then the server's own error state is
//! flushed, so the text here is all that is left of it.

use std::any::Any;

use pgrx::PgLogLevel;
use pgrx::PgSqlErrorCode;
use pgrx::pg_sys::panic::{CaughtError, ErrorReport, ErrorReportWithLevel};

/// The error code in the payload of a caught panic: that of an internal error for a panic that is none of the server's.
fn code(payload: &(dyn Any + Send)) -> PgSqlErrorCode {
    if let Some(caught) = payload.downcast_ref::<CaughtError>() {
        let (CaughtError::PostgresError(report)
        | CaughtError::ErrorReport(report)
        | CaughtError::RustPanic { ereport: report, .. }) = caught;
        report.sql_error_code()
    } else if let Some(report) = payload.downcast_ref::<ErrorReportWithLevel>() {
        report.sql_error_code()
    } else {
        PgSqlErrorCode::ERRCODE_INTERNAL_ERROR
    }
}

/// The same as the two characters of its class.
pub fn sqlstate_class(payload: &(dyn Any + Send)) -> [u8; 2] {
    // The server packs the five characters of an SQLSTATE in six bits each, counted from '0', the first one lowest.
    let packed = code(payload) as u32;
    [0, 6].map(|shift| (packed >> shift & 0x3f) as u8 + b'0')
}

/// Whether the payload of a caught panic is an error of class 40: a conflict with another transaction or with recovery.
pub fn is_conflict(payload: &(dyn Any + Send)) -> bool {
    let code = code(payload);
    matches!(code, PgSqlErrorCode::ERRCODE_T_R_SERIALIZATION_FAILURE | PgSqlErrorCode::ERRCODE_T_R_DEADLOCK_DETECTED)
}

/// The message in the payload of a caught panic.
pub fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(caught) = payload.downcast_ref::<CaughtError>() {
        let (CaughtError::PostgresError(report)
        | CaughtError::ErrorReport(report)
        | CaughtError::RustPanic { ereport: report, .. }) = caught;
        describe(report)
    } else if let Some(report) = payload.downcast_ref::<ErrorReportWithLevel>() {
        describe(report)
    } else if let Some(report) = payload.downcast_ref::<ErrorReport>() {
        report.message().to_owned()
    } else if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "panic without a message".to_owned()
    }
}

fn describe(report: &ErrorReportWithLevel) -> String {
    match report.detail() {
        Some(detail) => format!("{} ({detail})", report.message()),
        None => report.message().to_owned(),
    }
}

/// Raises a caught error again with another message.
pub fn raise_again(report: &ErrorReportWithLevel, message: String) -> ! {
    let mut again = ErrorReport::new(report.sql_error_code(), message, "engram");
    if let Some(detail) = report.detail() {
        again = again.set_detail(detail);
    }
    if let Some(hint) = report.hint() {
        again = again.set_hint(hint);
    }
    again.report(PgLogLevel::ERROR);
    unreachable!("a report at level ERROR does not return")
}

//! What a panic or a server `ERROR` said, for those who must not let it through.
//!
//! pgrx carries a server error through Rust as a panic with a typed payload; by then the server's own error state is
//! flushed, so the text here is all that is left of it.

use std::any::Any;

use pgrx::PgSqlErrorCode;
use pgrx::pg_sys::panic::{CaughtError, ErrorReport, ErrorReportWithLevel};

/// Whether the payload of a caught panic is an error of class 40: a conflict with another transaction or with recovery.
pub fn is_conflict(payload: &(dyn Any + Send)) -> bool {
    let code = if let Some(caught) = payload.downcast_ref::<CaughtError>() {
        let (CaughtError::PostgresError(report)
        | CaughtError::ErrorReport(report)
        | CaughtError::RustPanic { ereport: report, .. }) = caught;
        report.sql_error_code()
    } else if let Some(report) = payload.downcast_ref::<ErrorReportWithLevel>() {
        report.sql_error_code()
    } else {
        return false;
    };
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

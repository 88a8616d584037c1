//! Every error a user can meet: SQLSTATE, message, detail and hint.
//!
//! Code returns [`Error`] and only the outermost layer turns it into an `ERROR` with [`raise`], so that locks,
//! snapshots and identities are released by ordinary returns. Messages are lower case, carry the offending value and
//! end without a period; details and hints are sentences.

use std::borrow::Cow;
use std::fmt;

use crate::pg::report;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// The class of an error, one for each SQLSTATE that Engram reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 22000: data that does not fit what is stored, such as a vector of other dimensions.
    Data,
    /// 22001: text longer than its limit.
    StringTooLong,
    /// 22004: NULL where a value is needed.
    NullValue,
    /// 22023: an argument outside its range.
    InvalidParameter,
    /// 23503: a row that names a memory which is not there.
    ForeignKeyViolation,
    /// 23505: the same id with other content.
    UniqueViolation,
    /// 0A000: something this version, or a standby, cannot do.
    NotSupported,
    /// 42501: the caller lacks the right.
    InsufficientPrivilege,
    /// 42601: a text that is no query.
    Syntax,
    /// 42P02: a parameter of a query that has no value.
    UndefinedParameter,
    /// 42710: the name is taken.
    DuplicateObject,
    /// 42704: a space, memory or association that does not exist, or that the caller may not know of.
    UndefinedObject,
    /// 53400: more than a quota that somebody has set.
    QuotaExceeded,
    /// 53200: the system gives no more memory.
    OutOfMemory,
    /// 54000: one request is larger than the program can take.
    ProgramLimit,
    /// 55000: the server or the extension is not in the state that the request needs.
    NotInPrerequisiteState,
    /// 55P03: somebody else holds what the request needs.
    LockNotAvailable,
    /// 39P01: a trigger function that was called as another one.
    TriggerProtocol,
    /// XX000: an invariant does not hold.
    Internal,
}

impl Kind {
    /// The five-character SQLSTATE of this class, as pgrx names it.
    pub fn sqlstate(self) -> PgSqlErrorCode {
        match self {
            Kind::Data => PgSqlErrorCode::ERRCODE_DATA_EXCEPTION,
            Kind::StringTooLong => PgSqlErrorCode::ERRCODE_STRING_DATA_RIGHT_TRUNCATION,
            Kind::NullValue => PgSqlErrorCode::ERRCODE_NULL_VALUE_NOT_ALLOWED,
            Kind::InvalidParameter => PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            Kind::ForeignKeyViolation => PgSqlErrorCode::ERRCODE_FOREIGN_KEY_VIOLATION,
            Kind::UniqueViolation => PgSqlErrorCode::ERRCODE_UNIQUE_VIOLATION,
            Kind::NotSupported => PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
            Kind::InsufficientPrivilege => PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            Kind::Syntax => PgSqlErrorCode::ERRCODE_SYNTAX_ERROR,
            Kind::UndefinedParameter => PgSqlErrorCode::ERRCODE_UNDEFINED_PARAMETER,
            Kind::DuplicateObject => PgSqlErrorCode::ERRCODE_DUPLICATE_OBJECT,
            Kind::UndefinedObject => PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
            Kind::QuotaExceeded => PgSqlErrorCode::ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
            Kind::OutOfMemory => PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY,
            Kind::ProgramLimit => PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
            Kind::NotInPrerequisiteState => PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            Kind::LockNotAvailable => PgSqlErrorCode::ERRCODE_LOCK_NOT_AVAILABLE,
            Kind::TriggerProtocol => PgSqlErrorCode::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
            Kind::Internal => PgSqlErrorCode::ERRCODE_INTERNAL_ERROR,
        }
    }
}

/// One error on its way to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    message: Cow<'static, str>,
    detail: Option<String>,
    hint: Option<String>,
    /// Where in a text of the caller's, in characters from 1.
    /// A place in a text, in characters from 1, and the text.
    position: Option<(usize, String)>,
}

/// What fallible functions of the extension return.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of `kind` with `message`; prefer the named constructors.
    pub fn new(kind: Kind, message: impl Into<Cow<'static, str>>) -> Self {
        Error { kind, message: message.into(), detail: None, hint: None, position: None }
    }

    /// 22023: an argument outside its range; the message names the argument and its value.
    pub fn invalid_parameter(message: impl Into<Cow<'static, str>>) -> Self {
        Error::new(Kind::InvalidParameter, message)
    }

    /// 22004: `what` is NULL and must not be.
    pub fn null_value(what: &str) -> Self {
        Error::new(Kind::NullValue, format!("{what} must not be null"))
    }

    /// 54000: `what` is `size` of `unit`, more than `limit`.
    pub fn program_limit(what: &str, size: usize, limit: usize, unit: &str) -> Self {
        Error::new(Kind::ProgramLimit, format!("{what} exceeds the limit: {size} {unit}"))
            .with_detail(format!("The limit is {limit} {unit}."))
    }

    /// 42704: there is no such space, or the caller may not know that there is.
    pub fn unknown_space(space: &str) -> Self {
        Error::new(Kind::UndefinedObject, format!("space \"{space}\" does not exist"))
            .with_hint("Create it with engram_create_space, or remember something in it.")
    }

    /// 42704: there is no such memory in the space, or the caller may not know that there is.
    pub fn unknown_memory(id: impl fmt::Display, space: &str) -> Self {
        Error::new(Kind::UndefinedObject, format!("memory {id} does not exist in space \"{space}\""))
            .with_hint("Pass the space of the memory, or set engram.space.")
    }

    /// 22000: a vector of `found` dimensions where the space has `expected`.
    pub fn dimension_mismatch(expected: usize, found: usize) -> Self {
        Error::new(Kind::Data, format!("expected {expected} dimensions, not {found}"))
            .with_hint("All embeddings of a space have the dimensions of its first one.")
    }

    /// 22000: the same where several spaces are asked.
    pub fn dimension_mismatch_in(space: &str, expected: usize, found: usize) -> Self {
        Error::new(Kind::Data, format!("expected {expected} dimensions in space \"{space}\", not {found}"))
            .with_hint("Ask spaces with embeddings of other dimensions in calls of their own.")
    }

    /// 42704: none of several spaces has the memory, or the caller may not know that one does.
    pub fn unknown_memory_in_any(id: impl fmt::Display, spaces: &str) -> Self {
        Error::new(Kind::UndefinedObject, format!("memory {id} does not exist in any of the spaces {spaces}"))
            .with_hint("Name the space of the memory among the spaces.")
    }

    /// 23505: the id exists with other content.
    pub fn unique_violation(message: impl Into<Cow<'static, str>>) -> Self {
        Error::new(Kind::UniqueViolation, message)
    }

    /// 42501: the caller lacks a right.
    pub fn insufficient_privilege(message: impl Into<Cow<'static, str>>) -> Self {
        Error::new(Kind::InsufficientPrivilege, message)
    }

    /// 55000: the server or the extension is not in the needed state.
    pub fn not_in_prerequisite_state(message: impl Into<Cow<'static, str>>) -> Self {
        Error::new(Kind::NotInPrerequisiteState, message)
    }

    /// 0A000: this version, or a standby, cannot do it.
    pub fn not_supported(message: impl Into<Cow<'static, str>>) -> Self {
        Error::new(Kind::NotSupported, message)
    }

    /// XX000: an invariant does not hold.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Error::new(Kind::Internal, message)
    }

    /// The same error with another message.
    pub fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    /// The same error with a detail, a sentence.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same error at a place of a text of the caller's, in characters from 1.
    pub fn with_position(mut self, position: usize, text: &str) -> Self {
        self.position = Some((position, text.to_owned()));
        self
    }

    /// The same error with a hint, a sentence.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Raises `error` as an `ERROR` with its SQLSTATE; the Rust stack unwinds, so destructors run.
pub fn raise(error: Error) -> ! {
    let mut report = ErrorReport::new(error.kind.sqlstate(), error.message, "engram");
    if let Some(detail) = error.detail {
        report = report.set_detail(detail);
    }
    if let Some(hint) = error.hint {
        report = report.set_hint(hint);
    }
    if let Some((position, text)) = error.position {
        report::note_position(position, &text);
    }
    report.report(PgLogLevel::ERROR);
    unreachable!("a report at level ERROR does not return")
}

/// The value, or [`raise`]s the error.
pub fn or_raise<T>(result: Result<T>) -> T {
    result.unwrap_or_else(|error| raise(error))
}

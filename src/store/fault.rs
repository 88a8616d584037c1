//! The errors that more than one verb or trigger raises, in one wording.

use crate::error::{Error, Kind};
use pgrx::Uuid;
use std::borrow::Cow;

/// 22023: a value outside its range.
pub fn invalid(message: impl Into<Cow<'static, str>>, hint: impl Into<String>) -> Error {
    Error::invalid_parameter(message).with_hint(hint)
}

/// 22001: a text longer than its limit.
pub fn too_long(message: impl Into<Cow<'static, str>>, hint: impl Into<String>) -> Error {
    Error::new(Kind::StringTooLong, message).with_hint(hint)
}

/// 22004: null where a value is needed.
pub fn null(argument: &str) -> Error {
    Error::null_value(argument).with_hint(format!("Give {argument} a value."))
}

/// 42501: the caller lacks a right.
pub fn denied(message: impl Into<Cow<'static, str>>, hint: impl Into<String>) -> Error {
    Error::insufficient_privilege(message).with_hint(hint)
}

/// 42501: the caller may read the space, and no more.
pub fn space_denied(name: &str) -> Error {
    denied(
        format!("permission denied for space \"{name}\""),
        "Ask the owner of the space; its roles are in engram.space.",
    )
}

/// 42710: the name is taken, by a space that the caller may not even know of.
pub fn space_exists(name: &str) -> Error {
    Error::new(Kind::DuplicateObject, format!("space \"{name}\" already exists"))
        .with_hint("Names of spaces are shared by all roles of the database; choose another one.")
}

/// 55000: memories that nobody owns stand under the name.
pub fn left_over(name: &str) -> Error {
    Error::not_in_prerequisite_state(format!("space \"{name}\" has memories of a former space"))
        .with_hint("A superuser can delete them from engram.memory, or make the space.")
}

/// 53400: a space would hold more than it may.
pub fn quota_exceeded(space: &str, held: i64, limit: i64, unit: &str) -> Error {
    Error::new(Kind::QuotaExceeded, format!("space \"{space}\" would hold {held} {unit}, more than its quota"))
        .with_detail(format!("The quota is {limit} {unit}."))
        .with_hint("Delete memories with engram_forget, or ask a member of engram_admin for a larger quota.")
}

/// 53400: a space would have more watches than it may.
pub fn too_many_watches(space: &str, limit: usize) -> Error {
    Error::new(Kind::QuotaExceeded, format!("space \"{space}\" would have more watches than {limit}"))
        .with_hint("Remove one with engram_unwatch, or ask a superuser to raise engram.max_watches.")
}

/// 42704: there is no such role.
pub fn no_role(name: &str) -> Error {
    Error::new(Kind::UndefinedObject, format!("role \"{name}\" does not exist"))
        .with_hint("Create the role first; owners and members of spaces are roles of the cluster.")
}

/// 23503: an association with a memory that is not there.
pub fn association_dangles(id: Uuid, space: &str) -> Error {
    Error::new(Kind::ForeignKeyViolation, format!("memory {id} of an association does not exist in space \"{space}\""))
        .with_hint("Store both memories first; an association connects two of one space.")
}

/// 23505: the id is in use for something else.
pub fn memory_taken(id: Uuid) -> Error {
    Error::unique_violation(format!("memory {id} already exists with other content")).with_hint(TAKEN)
}

/// 23505: the same for an element of a batch; positions count from 1.
pub fn memory_of_batch_taken(id: Uuid, position: usize) -> Error {
    Error::unique_violation(format!("memory {position}: memory {id} already exists with other content"))
        .with_hint(TAKEN)
}

/// The error of an element of a batch; positions count from 1.
pub fn at_position(error: &Error, position: usize) -> Error {
    error.clone().with_message(format!("memory {position}: {error}"))
}

const TAKEN: &str = "Use engram_update to change a memory, or leave the id out to make a new one.";

/// 22000: an embedding of one encoder in a space of another; none is one outside that has no name.
pub fn encoders_mixed(space: &str, expected: Option<&str>, found: Option<&str>) -> Error {
    let name =
        |encoder: Option<&str>| encoder.map_or_else(|| "an unnamed encoder".to_owned(), |e| format!("encoder \"{e}\""));
    Error::new(Kind::Data, format!("space \"{space}\" has embeddings of {}, not of {}", name(expected), name(found)))
        .with_hint("Vectors of two encoders cannot be compared: leave the embedding out, or use a space of its own.")
}

/// 22000: an embedding in a space of words and associations alone.
pub fn no_embeddings(space: &str) -> Error {
    Error::new(Kind::Data, format!("space \"{space}\" keeps no embeddings: its encoder is \"none\""))
        .with_hint("Leave the embedding out, or change the encoder with engram_configure_space.")
}

/// 0A000: a trigger function of ours on a table that is not.
pub fn foreign_trigger(function: &str, table: &str) -> Error {
    Error::not_supported(format!("trigger function engram.{function} serves only {table}"))
        .with_hint("Drop the trigger from the other table.")
}

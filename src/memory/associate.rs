//! Explicit associations: directed, typed, weighted.

use super::{known, required, space_or_setting};
use crate::error::Error;
use crate::store::{self, association};
use pgrx::Uuid;

/// Connects source to target, or changes the weight of the connection. Returns whether anything changed.
pub fn associate(
    source: Option<Uuid>,
    target: Option<Uuid>,
    kind: Option<&str>,
    weight: Option<f32>,
    space: Option<&str>,
) -> Result<bool, Error> {
    let (source, target) = (required("source", source)?, required("target", target)?);
    let kind = association::kind(required("kind", kind)?)?;
    let weight = required("weight", weight)?;
    store::limits::association_weight(weight)?;
    association::distinct(source, target)?;
    let space = space_or_setting(space);
    store::space::for_writing(&space)?;
    known(&space, source)?;
    known(&space, target)?;
    association::upsert(&space, source, target, kind, weight)
}

/// Removes the associations from source to target, of one kind or of all. Returns how many there were.
pub fn dissociate(
    source: Option<Uuid>,
    target: Option<Uuid>,
    kind: Option<&str>,
    space: Option<&str>,
) -> Result<i64, Error> {
    let (source, target) = (required("source", source)?, required("target", target)?);
    let kind = kind.map(association::kind).transpose()?;
    association::distinct(source, target)?;
    let space = space_or_setting(space);
    store::space::for_writing(&space)?;
    known(&space, source)?;
    known(&space, target)?;
    let removed = association::delete(&space, source, target, kind);
    Ok(i64::try_from(removed).unwrap_or(i64::MAX))
}

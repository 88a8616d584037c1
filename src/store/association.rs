//! Rows of engram.association.

use super::{fault, learned, limits};
use crate::error::Error;
use crate::pg::{
    self,
    spi::{self, Arg},
};
use engram_engine::spread::AssociationKind;
use pgrx::Uuid;

/// The kind with this name.
pub fn kind(name: &str) -> Result<AssociationKind, Error> {
    name.parse().map_err(|_| {
        let names: Vec<&str> = AssociationKind::ALL.iter().map(|kind| kind.name()).collect();
        fault::invalid(
            format!("association kind \"{name}\" does not exist"),
            format!("The kinds are {}.", names.join(", ")),
        )
    })
}

/// An association connects two memories.
pub fn distinct(source: Uuid, target: Uuid) -> Result<(), Error> {
    if source != target {
        return Ok(());
    }
    Err(fault::invalid(
        format!("memory {source} cannot be associated with itself"),
        "Source and target of an association are two memories.",
    ))
}

/// Makes the association or gives it this weight; what was learned becomes explicit. Returns whether anything changed.
pub fn upsert(space: &str, source: Uuid, target: Uuid, kind: AssociationKind, weight: f32) -> Result<bool, Error> {
    limits::association_weight(weight)?;
    let sql = match learned::is_possible() {
        true => include_str!("../../sql/query/association_upsert.sql"),
        false => include_str!("../../sql/query/association_upsert_plain.sql"),
    };
    let changed = spi::execute(
        sql,
        &[
            Arg::Text(space),
            Arg::Uuid(*source.as_bytes()),
            Arg::Uuid(*target.as_bytes()),
            Arg::Text(kind.name()),
            Arg::Float4(weight),
        ],
    );
    Ok(changed > 0)
}

/// Removes the associations from source to target, of one kind or of all. Returns how many there were.
pub fn delete(space: &str, source: Uuid, target: Uuid, kind: Option<AssociationKind>) -> u64 {
    spi::execute(
        include_str!("../../sql/query/association_delete.sql"),
        &[
            Arg::Text(space),
            Arg::Uuid(*source.as_bytes()),
            Arg::Uuid(*target.as_bytes()),
            Arg::text_or_null(kind.map(AssociationKind::name)),
        ],
    )
}

/// Notes for a later reload that an association of this memory changed.
pub fn record_change(space: &str, source: Uuid) {
    if super::memory::bulk() {
        return;
    }
    pg::as_owner(|| {
        spi::execute(
            include_str!("../../sql/query/change_association.sql"),
            &[Arg::Text(space), Arg::Uuid(*source.as_bytes())],
        )
    });
}

/// Both ends of a new association are there, and stay until this transaction ends. Not asked where rows come in any order: in a
/// COPY, which only roles that row-level security does not restrict may do, such as a restore, and in a subscriber.
pub fn check_ends(space: &str, source: Uuid, target: Uuid) -> Result<(), Error> {
    if pg::copying() || pg::is_replica() {
        return Ok(());
    }
    for end in [source, target] {
        let sql = include_str!("../../sql/query/memory_keep.sql");
        let args = [Arg::Text(space), Arg::Uuid(*end.as_bytes())];
        if pg::as_owner(|| spi::execute(sql, &args)) == 0 {
            return Err(fault::association_dangles(end, space));
        }
    }
    Ok(())
}

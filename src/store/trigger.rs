//! BEFORE triggers: they complete and check what any writer stores, be it a function, an ORM, COPY, a restore or a subscriber.
//!
//! They serve only the tables of the extension, create no space and depend on no setting of the caller except engram.space where a
//! row names none. An error in one of them refuses the row.

use super::columns::{edge, memory as column, space as setting};
use super::{access, association, fault, limits, memory, space};
use crate::error::{self, Error};
use crate::{guc, pg};
use engram_engine::{cues, spread::AssociationKind};
use pg::jsonb::Jsonb;
use pg::row::{self, Row, Xid8};
use pg::vector::Vector;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::prelude::*;
use pgrx::{AllocatedByPostgres, PgTrigger, Uuid, datetime::statement_timestamp};
use std::convert::Infallible;

type Outcome<'a> = Result<Option<PgHeapTuple<'a, AllocatedByPostgres>>, Infallible>;

#[pg_trigger(sql = false)]
fn memory_before<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    if pg::memory_table_oid() != Some(row::table(trigger)) {
        error::raise(fault::foreign_trigger("memory_before", "engram.memory"));
    }
    let former = Row::former(trigger);
    let Some(row) = Row::written(trigger) else {
        let Some(gone) = former else { return Ok(None) };
        if let Some((space, id)) = key(&gone) {
            memory::erase(space, id);
        }
        return Ok(Some(gone.finish()));
    };
    match complete(row, former) {
        Ok(row) => {
            memory::count_written();
            Ok(Some(row.finish()))
        }
        Err(e) => error::raise(e),
    }
}

fn key<'a>(row: &Row<'a>) -> Option<(&'a str, Uuid)> {
    row.get(column::SPACE).zip(row.get(column::ID))
}

fn complete<'a>(mut row: Row<'a>, former: Option<Row<'a>>) -> Result<Row<'a>, Error> {
    if row.is_null(column::SPACE) {
        row.set(column::SPACE, Some(guc::space()));
    }
    let space: &str = row.get(column::SPACE).unwrap_or_default();
    limits::space_name(space)?;
    if row.is_null(column::ID) {
        row.set(column::ID, Some(memory::new_id()));
    }
    let content = limits::content(row.get(column::CONTENT))?;
    limits::kind(row.get(column::KIND).unwrap_or_default())?;
    for (at, name) in [(column::EVIDENCE_FOR, "evidence_for"), (column::EVIDENCE_AGAINST, "evidence_against")] {
        if let Some(weight) = row.get(at) {
            limits::evidence_weight(name, weight)?;
        }
    }
    if let Some(metadata) = row.get::<Jsonb>(column::METADATA) {
        limits::metadata(metadata.is_object())?;
    }
    if let Some(embedding) = row.get::<Vector>(column::EMBEDDING) {
        limits::embedding(embedding.as_slice())?;
        space::accept_dimensions(space, embedding.as_slice().len())?;
    }
    if let Some(cues) = stored_cues(&row, former.as_ref(), content)? {
        row.set(column::CUES, Some(cues));
    }
    let now = statement_timestamp();
    for at in [column::CREATED_AT, column::OCCURRED_AT] {
        if row.is_null(at) {
            row.set(at, Some(now));
        }
    }
    row.set(column::CHANGED, Some(Xid8(pg::xid::top_full_xid())));
    Ok(row)
}

/// The cues to store, or none where the row already has them.
///
/// A row that comes with `changed` was completed before: it comes from a dump or a publisher and keeps its cues.
fn stored_cues(row: &Row, former: Option<&Row>, content: &str) -> Result<Option<Vec<String>>, Error> {
    let given = text_array(row, column::CUES);
    limits::cue_list(&given)?;
    let Some(former) = former else {
        return Ok(row.is_null(column::CHANGED).then(|| cues::merge(&given, content)));
    };
    let old_content: &str = former.get(column::CONTENT).unwrap_or_default();
    let old_cues = text_array(former, column::CUES);
    Ok(match (old_content == content, old_cues == given) {
        (true, true) => None,
        (true, false) => Some(cues::merge(&given, "")),
        (false, true) => Some(cues::update(&old_cues, old_content, content)),
        (false, false) => Some(cues::merge(&given, content)),
    })
}

/// The elements of a text array; null elements are left out.
fn text_array(row: &Row, at: usize) -> Vec<String> {
    row.get::<Vec<Option<String>>>(at).unwrap_or_default().into_iter().flatten().collect()
}

#[pg_trigger(sql = false)]
fn memory_truncate<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    if pg::memory_table_oid() != Some(row::table(trigger)) {
        error::raise(fault::foreign_trigger("memory_truncate", "engram.memory"));
    }
    memory::erase_all();
    Ok(None)
}

#[pg_trigger(sql = false)]
fn association_before<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    if !row::is_table(trigger, "engram", "association") {
        error::raise(fault::foreign_trigger("association_before", "engram.association"));
    }
    let former = Row::former(trigger);
    if let Some(former) = &former {
        record_edge(former);
    }
    let Some(mut row) = Row::written(trigger) else {
        return Ok(former.map(Row::finish));
    };
    if let Err(e) = check_edge(&row) {
        error::raise(e);
    }
    record_edge(&row);
    if row.is_null(edge::CREATED_AT) {
        row.set(edge::CREATED_AT, Some(statement_timestamp()));
    }
    row.set(edge::CHANGED, Some(Xid8(pg::xid::top_full_xid())));
    Ok(Some(row.finish()))
}

fn check_edge(row: &Row) -> Result<(), Error> {
    let (source, target) = (row.get::<Uuid>(edge::SOURCE), row.get::<Uuid>(edge::TARGET));
    if let (Some(source), Some(target)) = (source, target) {
        association::distinct(source, target)?;
    }
    association::kind(row.get(edge::KIND).unwrap_or_default()).map(|_: AssociationKind| ())?;
    limits::association_weight(row.get(edge::WEIGHT).unwrap_or(0.0))
}

fn record_edge(row: &Row) {
    if let (Some(space), Some(source)) = (row.get::<&str>(edge::SPACE), row.get::<Uuid>(edge::SOURCE)) {
        association::record_change(space, source);
    }
}

#[pg_trigger(sql = false)]
fn space_before<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    if !row::is_table(trigger, "engram", "space") {
        error::raise(fault::foreign_trigger("space_before", "engram.space"));
    }
    access::forget();
    let former = Row::former(trigger);
    let Some(mut row) = Row::written(trigger) else {
        return Ok(former.map(Row::finish));
    };
    let name: &str = row.get(setting::SPACE).unwrap_or_default();
    let language: &str = row.get(setting::LANGUAGE).unwrap_or_default();
    if let Err(e) = limits::space_name(name).and_then(|()| space::language(language)) {
        error::raise(e);
    }
    if former.is_none() {
        space::make_way(name);
    }
    row.set(setting::CHANGED, Some(Xid8(pg::xid::top_full_xid())));
    Ok(Some(row.finish()))
}

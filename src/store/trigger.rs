//! BEFORE triggers: they complete and check what any writer stores, be it a function, an ORM, COPY, a restore or a subscriber.
//!
//! They serve only the tables of the extension, create no space and depend on no setting of the caller except engram.space where a
//! row names none. An error in one of them refuses the row.

use super::columns::{alias, edge, space as setting};
use super::{access, association, audit, fault, limits, memory, space, tally, usage};
use crate::error::{self, Error};
use crate::pg;
use engram_engine::{cues, spread::AssociationKind};
use pg::row::{self, Row, Xid8};
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::prelude::*;
use pgrx::{AllocatedByPostgres, PgTrigger, Uuid, datetime::statement_timestamp};
use std::convert::Infallible;

type Outcome<'a> = Result<Option<PgHeapTuple<'a, AllocatedByPostgres>>, Infallible>;

#[pg_trigger(sql = false)]
fn memory_truncate<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    if pg::memory_table_oid() != Some(row::table(trigger)) {
        error::raise(fault::foreign_trigger("memory_truncate", "engram.memory"));
    }
    memory::erase_all();
    usage::drop_all();
    audit::note_truncate();
    Ok(None)
}

#[pg_trigger(sql = false)]
fn memory_statement<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    if pg::memory_table_oid() != Some(row::table(trigger)) {
        error::raise(fault::foreign_trigger("memory_statement", "engram.memory"));
    }
    for tally in tally::take() {
        usage::enter(&tally);
        if audit::hears() {
            audit::note_statement(&tally);
        }
    }
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

/// Both names are stored as cues are.
#[pg_trigger(sql = false)]
fn alias_before<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    if !row::is_table(trigger, "engram", "cue_alias") {
        error::raise(fault::foreign_trigger("alias_before", "engram.cue_alias"));
    }
    let former = Row::former(trigger);
    let Some(mut row) = Row::written(trigger) else {
        return Ok(former.map(Row::finish));
    };
    for at in [alias::ALIAS, alias::CUE] {
        let name = cues::normalise(row.get(at).unwrap_or_default());
        let (bare, _) = cues::split_about(&name);
        if let Err(e) = limits::cue_list(&[bare.to_owned()]).and_then(|()| limits::cue_name(bare)) {
            error::raise(e);
        }
        row.set(at, Some(bare));
    }
    Ok(Some(row.finish()))
}

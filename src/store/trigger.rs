//! BEFORE triggers: they complete and check what any writer stores, be it a function, an ORM, COPY, a restore or a subscriber.
//!
//! They serve only the tables of the extension, create no space and depend on no setting of the caller except engram.space where a
//! row names none. An error in one of them refuses the row.

use super::columns::{alias, edge, feedback, space as setting};
use super::consolidation::erase;
use super::{access, association, audit, belief, fault, limits, memory, news, space, tally, usage};
use crate::error::{self, Error};
use crate::pg;
use engram_engine::{confidence, cues, spread::AssociationKind};
use pg::row::{self, Row, Xid8};
use pg::trigger::{self, Outcome};
use pgrx::datetime::{statement_timestamp, transaction_timestamp};
use pgrx::datum::TimestampWithTimeZone;
use pgrx::{PgTrigger, Uuid};

trigger::export!(memory_truncate, memory_truncate_wrapper, pg_finfo_memory_truncate_wrapper);
fn memory_truncate<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    if pg::memory_table_oid() != Some(row::table(trigger)) {
        error::raise(fault::foreign_trigger("memory_truncate", "engram.memory"));
    }
    memory::erase_all();
    erase::erase_all();
    usage::drop_all();
    audit::note_truncate();
    Ok(None)
}

trigger::export!(memory_statement, memory_statement_wrapper, pg_finfo_memory_statement_wrapper);
fn memory_statement<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    if pg::memory_table_oid() != Some(row::table(trigger)) {
        error::raise(fault::foreign_trigger("memory_statement", "engram.memory"));
    }
    news::write();
    for tally in tally::take() {
        usage::enter(&tally);
        if audit::hears() {
            audit::note_statement(&tally);
        }
    }
    erase::reword();
    Ok(None)
}

trigger::export!(association_before, association_before_wrapper, pg_finfo_association_before_wrapper);
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

trigger::export!(feedback_before, feedback_before_wrapper, pg_finfo_feedback_before_wrapper);
/// Keeps what was believed of the memory when feedback on it was given. Feedback of a time before, of a restore for instance, stays as
/// it is: what was believed then is not known.
fn feedback_before<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    if !row::is_table(trigger, "engram", "feedback") {
        error::raise(fault::foreign_trigger("feedback_before", "engram.feedback"));
    }
    let Some(mut row) = Row::written(trigger) else { return Ok(Row::former(trigger).map(Row::finish)) };
    let now = row.get::<TimestampWithTimeZone>(feedback::GIVEN_AT).is_some_and(|at| at >= transaction_timestamp());
    if now
        && row.is_null(feedback::CONFIDENCE)
        && let Some((space, id)) = row.get::<&str>(feedback::SPACE).zip(row.get::<Uuid>(feedback::ID))
        && let Some((evidence_for, evidence_against)) = belief::evidence(space, id)
    {
        row.set(feedback::CONFIDENCE, Some(confidence::mean(evidence_for, evidence_against)));
    }
    Ok(Some(row.finish()))
}

trigger::export!(space_before, space_before_wrapper, pg_finfo_space_before_wrapper);
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

trigger::export!(alias_before, alias_before_wrapper, pg_finfo_alias_before_wrapper);
/// Both names are stored as cues are.
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

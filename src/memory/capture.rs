//! AFTER triggers: what any writer did to the tables goes to the commit queue.
//!
//! They serve only the tables of the extension. Analysing the text here, while the row is at hand, spares the
//! commit from reading it again.

use crate::error::{self, Error};
use crate::hot::queue::{self, Change};
use crate::hot::record::{self, Fields, Reading};
use crate::hot::{self, private};
use crate::pg::row::{self, Row, Xid8};
use crate::pg::vector::Vector;
use crate::pg::{self, xact, xid};
use crate::store::columns::{alias as other_name, edge, memory as column, space as setting};
use crate::store::{access, alias, fault, warm};
use engram_engine::spread::{AssociationKind, association_weight};
use engram_engine::text::Language;
use engram_region::Record;
use engram_region::edges::Association;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::prelude::*;
use pgrx::{AllocatedByPostgres, PgTrigger, Uuid};
use std::convert::Infallible;

type Outcome<'a> = Result<Option<PgHeapTuple<'a, AllocatedByPostgres>>, Infallible>;

fn refuse_foreign(serves: bool, function: &str, table: &str) {
    if !serves {
        error::raise(fault::foreign_trigger(function, table));
    }
}

/// Queues the change of a memory.
#[pg_trigger(sql = false)]
fn memory_after<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    refuse_foreign(pg::memory_table_oid() == Some(row::table(trigger)), "memory_after", "engram.memory");
    let former = Row::former(trigger);
    let written = Row::written(trigger);
    let (Some(space), Some(id)) = names(written.as_ref().or(former.as_ref())) else { return Ok(None) };
    if let (Some(f), Some(w)) = (&former, &written)
        && names(Some(f)) != names(Some(w))
    {
        error::raise(
            Error::not_supported(format!("the space and id of memory \"{id}\" cannot be changed"))
                .with_hint("Delete the memory and remember it anew."),
        );
    }
    let replaces = former.as_ref().is_some_and(recallable);
    if let Some(row) = former.as_ref().filter(|_| replaces && !queue::with(|q| q.is_collapsed(space)))
        && hot::evict::is_listed(space, id.as_bytes())
    {
        let changed = row.get::<Xid8>(column::CHANGED).map_or(0, |xid| xid.0);
        let record = Record { changed, ..record_of(row, space, id) };
        queue::with(|q| q.push(space, xact::current_subxact(), Change::Former(Box::new(record))));
    }
    let change = match written.as_ref().filter(|w| recallable(w)) {
        // Beyond the limit of the queue the change only has to be noticed.
        Some(_) if queue::with(|q| q.is_collapsed(space)) => Change::Delete(*id.as_bytes()),
        Some(row) => Change::Put { record: Box::new(record_of(row, space, id)), replaces },
        None if replaces => Change::Delete(*id.as_bytes()),
        None => return Ok(None),
    };
    queue::with(|q| q.push(space, xact::current_subxact(), change));
    Ok(None)
}

fn names<'a>(row: Option<&'a Row<'a>>) -> (Option<&'a str>, Option<Uuid>) {
    row.map_or((None, None), |r| (r.get(column::SPACE), r.get(column::ID)))
}

/// Whether the row is recalled by default.
fn recallable(row: &Row<'_>) -> bool {
    row.is_null(column::SUPERSEDED_BY) && row.is_null(column::SUPPRESSED_AT)
}

fn record_of(row: &Row<'_>, space: &str, id: Uuid) -> Record {
    let embedding = row.get::<Vector>(column::EMBEDDING);
    let cues: Vec<Option<String>> = row.get(column::CUES).unwrap_or_default();
    let fields = Fields {
        id: *id.as_bytes(),
        changed: xid::top_full_xid(),
        content: row.get(column::CONTENT).unwrap_or_default(),
        embedding: embedding.as_ref().map(Vector::as_slice),
        cues: cues.into_iter().flatten().collect(),
        context: row.get(column::CONTEXT),
        kind: row.get(column::KIND).unwrap_or_default(),
        occurred_at: row.get::<TimestampWithTimeZone>(column::OCCURRED_AT).map_or(0, micros),
    };
    debug_assert!(!row.is_null(column::CHANGED), "the BEFORE trigger sets the column");
    record::build(&fields, &reading(space))
}

/// How a space reads its rows. One that does not exist yet, as in a restore, has the language of spaces that name none.
pub fn reading(name: &str) -> Reading {
    let language = access::find(name).map(|space| space.language.clone());
    Reading { language: language.unwrap_or_else(|| Language::default().name().to_owned()), aliases: alias::of(name) }
}

fn micros(at: TimestampWithTimeZone) -> i64 {
    i64::from(at).saturating_add(pg::POSTGRES_EPOCH_MICROS)
}

/// Queues the change of an association.
#[pg_trigger(sql = false)]
fn association_after<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    refuse_foreign(row::is_table(trigger, "engram", "association"), "association_after", "engram.association");
    let subxact = xact::current_subxact();
    if let Some((space, edge)) = Row::former(trigger).as_ref().and_then(edge_of) {
        queue::with(|q| q.push(&space, subxact, Change::EdgeDelete(edge)));
    }
    if let Some((space, edge)) = Row::written(trigger).as_ref().and_then(edge_of) {
        queue::with(|q| q.push(&space, subxact, Change::Edge(edge)));
    }
    Ok(None)
}

fn edge_of(row: &Row<'_>) -> Option<(String, Association)> {
    let kind: AssociationKind = row.get::<&str>(edge::KIND)?.parse().ok()?;
    let association = Association {
        source: *row.get::<Uuid>(edge::SOURCE)?.as_bytes(),
        target: *row.get::<Uuid>(edge::TARGET)?.as_bytes(),
        kind: kind as u8,
        weight: association_weight(row.get(edge::WEIGHT)?),
        changed: xid::top_full_xid(),
    };
    Some((row.get::<&str>(edge::SPACE)?.to_owned(), association))
}

/// A space was configured or dropped: what the region holds of it is void when the transaction commits.
#[pg_trigger(sql = false)]
fn space_after<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    refuse_foreign(row::is_table(trigger, "engram", "space"), "space_after", "engram.space");
    access::forget();
    let language = |r: &Row<'_>| r.get::<&str>(setting::LANGUAGE).map(str::to_owned);
    let former = Row::former(trigger);
    let written = Row::written(trigger);
    let same = match (&former, &written) {
        (Some(f), Some(w)) => {
            language(f) == language(w) && f.get::<&str>(setting::SPACE) == w.get::<&str>(setting::SPACE)
        }
        _ => false,
    };
    if !same && let Some(space) = former.as_ref().and_then(|f| f.get::<&str>(setting::SPACE)) {
        if warm::is_possible() {
            warm::clear(space);
        }
        queue::with(|q| q.resets.push((xact::current_subxact(), space.to_owned())));
    }
    Ok(None)
}

/// An alias came, changed or went: cues of its space may be others when the transaction commits.
#[pg_trigger(sql = false)]
fn alias_after<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    refuse_foreign(row::is_table(trigger, "engram", "cue_alias"), "alias_after", "engram.cue_alias");
    for row in [Row::former(trigger), Row::written(trigger)].into_iter().flatten() {
        let Some(space) = row.get::<&str>(other_name::SPACE) else { continue };
        // What this backend has kept of them is void at once, what others keep when the row of the space has changed.
        access::forget();
        alias::forget();
        private::forget(space);
        let touched = queue::with(|q| q.resets.iter().any(|reset| reset.1 == space));
        if !touched {
            alias::touch(space);
            queue::with(|q| q.resets.push((xact::current_subxact(), space.to_owned())));
        }
    }
    Ok(None)
}

/// A table was truncated: every space of the database is void when the transaction commits.
#[pg_trigger(sql = false)]
fn truncate_after<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    let ours = ["memory", "association", "cue_alias"].iter().any(|name| row::is_table(trigger, "engram", name));
    refuse_foreign(ours, "truncate_after", "engram.memory");
    alias::forget();
    queue::with(|q| {
        q.spaces.clear();
        q.truncated.push(xact::current_subxact());
    });
    Ok(None)
}

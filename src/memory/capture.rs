//! AFTER triggers: what any writer did to the tables goes to the commit queue.
//!
//! They serve only the tables of the extension. Analysing the text here, while the row is at hand, spares the
//! commit from reading it again.

use super::{cold, watch};
use crate::crash::{self, Point};
use crate::error::{self, Error, or_raise};
use crate::guc::Event;
use crate::hot::metrics::{self, Total};
use crate::hot::queue::{self, Change};
use crate::hot::record::{self, Fields, Reading};
use crate::hot::{self, private, stirred};
use crate::pg::row::{self, Row, Xid8};
use crate::pg::trigger::{self, Outcome};
use crate::pg::vector::Vector;
use crate::pg::{self, xact, xid};
use crate::store::columns::{alias as other_name, edge, memory as column, space as setting};
use crate::store::{self, access, alias, association, audit, fault, memory, space, tally, usage, warm};
use engram_engine::spread::{AssociationKind, association_weight};
use engram_engine::text::Language;
use engram_region::Record;
use engram_region::edges::Association;
use pgrx::prelude::*;
use pgrx::{PgTrigger, Uuid};

fn refuse_foreign(serves: bool, function: &str, table: &str) {
    if !serves {
        error::raise(fault::foreign_trigger(function, table));
    }
}

trigger::export!(memory_after, memory_after_wrapper, pg_finfo_memory_after_wrapper);
/// Queues the change of a memory.
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
    account(space, id, former.as_ref(), written.as_ref());
    if former.is_none() && written.as_ref().is_some_and(|w| w.get(column::KIND) != Some("belief")) {
        metrics::pending::note(Total::Remembered);
    }
    // What consolidation itself makes is nothing new to it.
    if [&former, &written].into_iter().flatten().any(|r| r.get(column::KIND) != Some("belief")) {
        stirred::note(space);
    }
    let Some(found) = access::find(space) else {
        // How it is to be read is not known yet.
        queue::with(|q| q.collapse(space));
        return Ok(None);
    };
    tell(&found, id, former.as_ref(), written.as_ref());
    let replaces = former.as_ref().is_some_and(recallable);
    if memory::replacing() {
        // The space has got another encoder: it is loaded anew.
        return Ok(None);
    }
    if let Some(row) = former.as_ref().filter(|_| replaces && !queue::with(|q| q.is_collapsed(space)))
        && hot::evict::is_listed(space, id.as_bytes())
    {
        let changed = row.get::<Xid8>(column::CHANGED).map_or(0, |xid| xid.0);
        let record = Record { changed, ..record_of(row, space, &reading(space), id) };
        queue::with(|q| q.push(space, xact::current_subxact(), Change::Former(Box::new(record))));
    }
    let change = match written.as_ref().filter(|w| recallable(w)) {
        // Beyond the limit of the queue the change only has to be noticed.
        Some(_) if queue::with(|q| q.is_collapsed(space)) => Change::Delete(*id.as_bytes()),
        Some(row) => {
            let reading = reading(space);
            let encoder = reading.encoder_tag();
            Change::Put { record: Box::new(record_of(row, space, &reading, id)), replaces, encoder }
        }
        None if replaces => Change::Delete(*id.as_bytes()),
        None => return Ok(None),
    };
    queue::with(|q| q.push(space, xact::current_subxact(), change));
    crash::at(Point::capture);
    Ok(None)
}

/// Tells those who wait for it what has become of a memory.
fn tell(space: &access::Space, id: Uuid, former: Option<&Row<'_>>, written: Option<&Row<'_>>) {
    if store::memory::bulk() {
        // The whole space goes.
        return;
    }
    let (Some(former), Some(written)) = (former, written) else {
        let event = if written.is_some() { Event::Remember } else { Event::Forget };
        watch::tell(space, event, id);
        if written.is_some_and(|w| w.get(column::KIND) == Some("belief")) {
            watch::tell(space, Event::Belief, id);
        }
        return;
    };
    if former.is_null(column::SUPPRESSED_AT) && !written.is_null(column::SUPPRESSED_AT) {
        watch::tell(space, Event::Forget, id);
    }
    let differs = |at| former.get::<f32>(at) != written.get::<f32>(at);
    let superseded = former.is_null(column::SUPERSEDED_BY) != written.is_null(column::SUPERSEDED_BY);
    if superseded || differs(column::EVIDENCE_FOR) || differs(column::EVIDENCE_AGAINST) {
        watch::tell(space, Event::Belief, id);
    }
}

/// Adds the change to the account of the statement, where somebody asks for it, and refuses what does not fit the quota of the space.
fn account(name: &str, id: Uuid, former: Option<&Row<'_>>, written: Option<&Row<'_>>) {
    if store::memory::bulk() {
        store::memory::count_removed(name);
        return;
    }
    if pg::replicating() {
        return;
    }
    let space = access::find(name).filter(|space| space.quota.is_set());
    if space.is_none() && (former.is_none() || !audit::hears()) {
        return;
    }
    let size = |row: Option<&Row<'_>>| if space.is_some() { row.map_or(0, bytes_of) } else { 0 };
    tally::add(name, |t| {
        match (former, written) {
            (None, _) => t.inserted += 1,
            (_, None) => t.deleted += 1,
            (Some(_), Some(_)) => t.updated += 1,
        }
        t.bytes += size(written) - size(former);
        t.one = former.and(Some(id));
    });
    if let Some(space) = space {
        or_raise(usage::check(&space));
    }
}

/// Bytes of the content and the embedding of a memory.
fn bytes_of(row: &Row<'_>) -> i64 {
    let content = row.get::<&str>(column::CONTENT).map_or(0, str::len);
    let embedding = row.get::<Vector>(column::EMBEDDING).map_or(0, |v| 4 * v.as_slice().len());
    (content + embedding) as i64
}

fn names<'a>(row: Option<&'a Row<'a>>) -> (Option<&'a str>, Option<Uuid>) {
    row.map_or((None, None), |r| (r.get(column::SPACE), r.get(column::ID)))
}

/// Whether the row is recalled by default.
fn recallable(row: &Row<'_>) -> bool {
    row.is_null(column::SUPERSEDED_BY) && row.is_null(column::SUPPRESSED_AT)
}

fn record_of(row: &Row<'_>, space: &str, reading: &Reading, id: Uuid) -> Record {
    let is_cold = row.is_true(column::COLD);
    let wide = is_cold.then(|| cold::wide(space, id));
    let embedding = row.get::<Vector>(column::EMBEDDING);
    let content: &str = row.get(column::CONTENT).unwrap_or_default();
    let cues: Vec<Option<String>> = row.get(column::CUES).unwrap_or_default();
    let fields = Fields {
        id: *id.as_bytes(),
        changed: xid::top_full_xid(),
        content: wide.as_ref().map_or(content, |w| &w.content),
        embedding: match &wide {
            Some(wide) => wide.embedding.as_deref(),
            None => embedding.as_ref().map(Vector::as_slice),
        },
        encoder: row.get(column::ENCODER),
        cues: cues.into_iter().flatten().collect(),
        context: row.get(column::CONTEXT),
        kind: row.get(column::KIND).unwrap_or_default(),
        occurred_at: row.get::<TimestampWithTimeZone>(column::OCCURRED_AT).map_or(0, micros),
        pinned: row.is_true(column::PINNED),
        cold: is_cold,
    };
    debug_assert!(!row.is_null(column::CHANGED), "the BEFORE trigger sets the column");
    record::build(&fields, reading)
}

/// How a space reads its rows. One that does not exist yet, as in a restore, has the language of spaces that name none.
pub fn reading(name: &str) -> Reading {
    let space = access::find(name);
    let language = space.as_ref().map(|space| space.language.clone());
    Reading {
        language: language.unwrap_or_else(|| Language::default().name().to_owned()),
        aliases: alias::of(name),
        encoder: space.and_then(|s| Some((s.encoder.clone(), s.dimensions?.unsigned_abs() as usize))),
    }
}

fn micros(at: TimestampWithTimeZone) -> i64 {
    i64::from(at).saturating_add(pg::POSTGRES_EPOCH_MICROS)
}

trigger::export!(association_after, association_after_wrapper, pg_finfo_association_after_wrapper);
/// Checks a new association and queues the change.
fn association_after<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    refuse_foreign(row::is_table(trigger, "engram", "association"), "association_after", "engram.association");
    let subxact = xact::current_subxact();
    let former = Row::former(trigger);
    if let Some((space, edge)) = former.as_ref().and_then(edge_of) {
        queue::with(|q| q.push(&space, subxact, Change::EdgeDelete(edge)));
    }
    if let Some((space, edge)) = Row::written(trigger).as_ref().and_then(edge_of) {
        let (source, target) = (Uuid::from_bytes(edge.source), Uuid::from_bytes(edge.target));
        if former.is_none()
            && let Err(e) = association::check_ends(&space, source, target)
        {
            error::raise(e);
        }
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

trigger::export!(space_after, space_after_wrapper, pg_finfo_space_after_wrapper);
/// A space was configured or dropped, or came by another way than our functions, maybe after its memories: what the region
/// holds of it is void when the transaction commits.
fn space_after<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    refuse_foreign(row::is_table(trigger, "engram", "space"), "space_after", "engram.space");
    access::forget();
    let language = |r: &Row<'_>| r.get::<&str>(setting::LANGUAGE).map(str::to_owned);
    let dimensions = |r: &Row<'_>| r.get::<i32>(setting::DIMENSIONS);
    let encoder = |r: &Row<'_>| r.get::<&str>(setting::ENCODER).map(str::to_owned);
    let former = Row::former(trigger);
    let written = Row::written(trigger);
    [&former, &written].into_iter().flatten().filter_map(|r| r.get(setting::SPACE)).for_each(stirred::note);
    let same = match (&former, &written) {
        (Some(f), Some(w)) => {
            // The first embedding decides dimensions and encoder, and makes nothing void.
            let first = f.is_null(setting::DIMENSIONS);
            let embedded = first || (dimensions(f) == dimensions(w) && encoder(f) == encoder(w));
            embedded && language(f) == language(w) && f.get::<&str>(setting::SPACE) == w.get::<&str>(setting::SPACE)
        }
        (None, Some(_)) => space::is_being_made(),
        _ => false,
    };
    if !same && let Some(name) = former.as_ref().or(written.as_ref()).and_then(|r| r.get::<&str>(setting::SPACE)) {
        if former.is_some() && warm::is_possible() {
            warm::clear(name);
        }
        queue::with(|q| q.resets.push((xact::current_subxact(), name.to_owned())));
    }
    Ok(None)
}

trigger::export!(alias_after, alias_after_wrapper, pg_finfo_alias_after_wrapper);
/// An alias came, changed or went: cues of its space may be others when the transaction commits.
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

trigger::export!(truncate_after, truncate_after_wrapper, pg_finfo_truncate_after_wrapper);
/// A table was truncated: every space of the database is void when the transaction commits.
fn truncate_after<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    let ours = ["memory", "association", "cue_alias"].iter().any(|name| row::is_table(trigger, "engram", name));
    refuse_foreign(ours, "truncate_after", "engram.memory");
    alias::forget();
    memory::record_truncate();
    queue::with(|q| {
        q.spaces.clear();
        q.truncated.push(xact::current_subxact());
    });
    Ok(None)
}

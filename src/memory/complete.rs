//! The BEFORE trigger of engram.memory: it completes and checks what any writer stores, be it a function, an ORM, COPY, a restore or
//! a subscriber.
//!
//! It creates no space. Of the settings of the caller it depends on engram.space, where a row names none, engram.known_cues, and
//! engram.builtin_encoder, where nothing has decided for the space yet. An error in it refuses the row. A row that comes with `changed` was completed before, in a dump or by a publisher: it keeps its cues, its
//! embedding and the name of its encoder.

use super::cold::{self, Course};
use crate::error::{self, Error};
use crate::guc;
use crate::hot::{known, queue};
use crate::pg::jsonb::Jsonb;
use crate::pg::row::{self, Row, Xid8};
use crate::pg::trigger::{self, Outcome};
use crate::pg::vector::{NewVector, Vector};
use crate::pg::{self, role, xact};
use crate::store::columns::memory as column;
use crate::store::consolidation::erase;
use crate::store::{access, alias, fault, limits, memory, news, space, tally, usage};
use engram_engine::{cues, encoder};
use pgrx::{PgTrigger, Uuid, datetime::statement_timestamp};
use rustc_hash::FxHashSet;

trigger::export!(memory_before, memory_before_wrapper, pg_finfo_memory_before_wrapper);
fn memory_before<'a>(trigger: &'a PgTrigger<'a>) -> Outcome<'a> {
    if pg::memory_table_oid() != Some(row::table(trigger)) {
        error::raise(fault::foreign_trigger("memory_before", "engram.memory"));
    }
    let former = Row::former(trigger);
    let Some(row) = Row::written(trigger) else {
        let Some(gone) = former else { return Ok(None) };
        if let Some((space, id)) = key(&gone) {
            cold::delete(space, &gone);
            erase::note(space, *id.as_bytes(), gone.get(column::CONTENT).unwrap_or_default());
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

/// Looks at the quota of the space while the row is not there yet. A row that comes completed from whom row security does not stop is
/// one of a restore: no quota refuses it, and it is news to nobody.
fn prepare_account(row: &Row<'_>, former: Option<&Row<'_>>) {
    let Some(space) = row.get::<&str>(column::SPACE).and_then(access::find) else { return };
    let comes_completed = former.is_none() && !row.is_null(column::CHANGED);
    let restored = comes_completed && role::bypasses_row_security(pg::current_user());
    if restored && !pg::replicating() {
        news::restoring();
    }
    if !space.quota.is_set() {
        return;
    }
    if restored {
        tally::add(&space.name, |t| t.restoring = true);
    } else {
        usage::prepare(&space);
    }
}

fn key<'a>(row: &Row<'a>) -> Option<(&'a str, Uuid)> {
    row.get(column::SPACE).zip(row.get(column::ID))
}

fn complete<'a>(mut row: Row<'a>, mut former: Option<Row<'a>>) -> Result<Row<'a>, Error> {
    if row.is_null(column::SPACE) {
        row.set(column::SPACE, Some(guc::space()));
    }
    prepare_account(&row, former.as_ref());
    let space: &str = row.get(column::SPACE).unwrap_or_default();
    limits::space_name(space)?;
    if row.is_null(column::ID) {
        row.set(column::ID, Some(memory::new_id()));
    }
    let course = cold::begin(space, &mut row, former.as_mut())?;
    let content = match course {
        Course::Away => "",
        Course::Here | Course::Leaves => limits::content(row.get(column::CONTENT))?,
    };
    limits::kind(row.get(column::KIND).unwrap_or_default())?;
    for (at, name) in [(column::EVIDENCE_FOR, "evidence_for"), (column::EVIDENCE_AGAINST, "evidence_against")] {
        if let Some(weight) = row.get(at) {
            limits::evidence_weight(name, weight)?;
        }
    }
    if let Some(metadata) = row.get::<Jsonb>(column::METADATA) {
        limits::metadata(metadata.is_object())?;
    }
    if course == Course::Away {
        keep_encoder(&mut row, former.as_ref());
    } else if !memory::takes_embeddings() {
        complete_embedding(space, &mut row, former.as_ref(), content)?;
    }
    if let Some(cues) = stored_cues(space, &row, former.as_ref(), content)? {
        row.set(column::CUES, Some(cues));
    }
    let now = statement_timestamp();
    for at in [column::CREATED_AT, column::OCCURRED_AT] {
        if row.is_null(at) {
            row.set(at, Some(now));
        }
    }
    row.set(column::CHANGED, Some(Xid8(pg::xid::top_full_xid())));
    if course == Course::Leaves {
        cold::put_away(space, &mut row);
    }
    Ok(row)
}

/// The embedding of a cold memory is elsewhere: whose it is does not change.
fn keep_encoder(row: &mut Row, former: Option<&Row>) {
    if let Some(former) = former {
        row.set(column::ENCODER, former.get::<String>(column::ENCODER));
    }
}

/// Checks the embedding against its space, makes the missing one where the built-in encoder serves the space, and names the encoder.
fn complete_embedding(space: &str, row: &mut Row, former: Option<&Row>, content: &str) -> Result<(), Error> {
    let given = row.get::<Vector>(column::EMBEDDING).map(|v| v.as_slice());
    if let Some(given) = given {
        limits::embedding(given)?;
    }
    let same_content = former.is_some_and(|f| f.get::<&str>(column::CONTENT) == Some(content));
    let kept = former.and_then(|f| f.get::<Vector>(column::EMBEDDING)).map(|v| v.as_slice()) == given;
    let by: Option<String> = row.get(column::ENCODER);
    let former_by = former.and_then(|f| f.get::<String>(column::ENCODER));
    match given {
        Some(given) if former.is_none() && !row.is_null(column::CHANGED) => {
            space::accept_embedding(space, given.len(), by.as_deref())?;
        }
        // Nothing about it changes.
        _ if former.is_some() && kept && same_content && former_by == by => {}
        // What our encoder made of the former content is no embedding of the new one.
        Some(given) if same_content || !(kept && former_by.as_deref() == Some(encoder::NAME)) => {
            let ours = given.len() == encoder::DIMENSIONS && encoder::embed(content).is_some_and(|v| v == *given);
            let by = if ours { Some(encoder::NAME) } else { by.as_deref().filter(|by| *by != encoder::NAME) };
            row.set(column::ENCODER, space::accept_embedding(space, given.len(), by)?);
        }
        _ if former.is_none() && !row.is_null(column::CHANGED) => {}
        _ => {
            let made = if space::embeds(space) { encoder::embed(content) } else { None };
            let by = match made {
                Some(_) => space::accept_embedding(space, encoder::DIMENSIONS, Some(encoder::NAME))?,
                None => None,
            };
            row.set(column::EMBEDDING, made.map(|v| NewVector(Box::new(v))));
            row.set(column::ENCODER, by);
        }
    }
    Ok(())
}

/// The cues to store, or none where the row already has them.
fn stored_cues(space: &str, row: &Row, former: Option<&Row>, content: &str) -> Result<Option<Vec<String>>, Error> {
    let given = text_array(row, column::CUES);
    limits::cue_list(&given)?;
    let Some(former) = former else {
        let fresh = row.is_null(column::CHANGED);
        return Ok(fresh.then(|| with_known(space, cues::merge(&given, content), content)));
    };
    let old_content: &str = former.get(column::CONTENT).unwrap_or_default();
    let old_cues = text_array(former, column::CUES);
    Ok(match (old_content == content, old_cues == given) {
        (true, true) => None,
        (true, false) => Some(cues::merge(&given, "")),
        (false, true) => Some(with_known(space, cues::update(&old_cues, old_content, content), content)),
        (false, false) => Some(with_known(space, cues::merge(&given, content), content)),
    })
}

/// Adds the cues that the space knows and the content names, and tells the transaction what it names.
fn with_known(space: &str, mut cues: Vec<String>, content: &str) -> Vec<String> {
    if guc::known_cues() {
        names_in(space, &mut cues, content);
    }
    let subxact = xact::current_subxact();
    queue::with(|q| {
        for cue in &cues {
            q.name(space, subxact, cues::hash(cue), cues::split_about(cue).1);
        }
    });
    cues
}

/// Adds the cues that the space knows and a text names, in whatever case, to those it has.
pub fn names_in(space: &str, cues: &mut Vec<String>, content: &str) {
    let phrases = cues::phrases(content);
    if phrases.is_empty() {
        return;
    }
    let mut own: FxHashSet<u64> = cues.iter().map(|cue| cues::hash(cue)).collect();
    let known = known::known(space, &phrases);
    let aliases = alias::of(space);
    let names_one = |i: usize| {
        let hash = &phrases[i].hash;
        known[i] || own.contains(hash) || aliases.contains_key(hash)
    };
    for phrase in cues::longest(&phrases, names_one) {
        if cues.len() < cues::MOST_STORED && own.insert(phrase.hash) {
            cues.push(phrase.name(content));
        }
    }
}

/// The elements of a text array; null elements are left out.
fn text_array(row: &Row, at: usize) -> Vec<String> {
    row.get::<Vec<Option<String>>>(at).unwrap_or_default().into_iter().flatten().collect()
}

//! Watches: making and removing them, and the channel of a space. What they announce is in `announce.rs`.

use super::recall::question::{Given, Question};
use super::{announce, elements, required, space_or_setting};
use crate::error::Error;
use crate::guc::{self, Event};
use crate::hot::heard;
use crate::pg::{self, role};
use crate::store::{self, access, fault, limits, watch};
use pgrx::Uuid;

/// The arguments of `engram_watch`, as they were given.
pub struct Make<'a> {
    pub cue: Option<&'a str>,
    pub threshold: Option<f64>,
    pub embedding: Option<&'a [f32]>,
    pub space: Option<&'a str>,
    pub name: Option<&'a str>,
    pub events: Option<Vec<Option<String>>>,
    /// JSON text of an object.
    pub filter: Option<String>,
}

/// The longest name of a watch, in characters.
const LONGEST_NAME: usize = 64;

/// Makes a watch of the current user.
pub fn make(given: Make<'_>) -> Result<Uuid, Error> {
    let threshold = required("threshold", given.threshold)?;
    if !(0.0..=1.0).contains(&threshold) {
        return Err(fault::invalid(
            format!("threshold must be between 0 and 1, not {threshold}"),
            "It is the least score of a memory, as engram_recall returns it for the cue; 0.5 is the default.",
        ));
    }
    let cue = given.cue.filter(|cue| !cue.trim().is_empty());
    if cue.is_none() && given.embedding.is_none() {
        return Err(fault::null("cue"));
    }
    if let Some(cue) = cue {
        limits::content(Some(cue))?;
    }
    let name = given.name.map(str::trim).filter(|name| !name.is_empty());
    if let Some(long) = name.filter(|name| name.chars().count() > LONGEST_NAME) {
        return Err(fault::too_long(
            format!("name \"{long}\" has {} characters", long.chars().count()),
            "The name of a watch has at most 64 characters.",
        ));
    }
    let events = elements(required("events", given.events)?);
    let unheard = events.iter().find(|e| !matches!(Event::named(e), Some(Event::Remember | Event::Recall)));
    if events.is_empty() || unheard.is_some() {
        let what = unheard.map_or_else(|| "events is empty".to_owned(), |e| format!("event \"{e}\" cannot be watched"));
        return Err(fault::invalid(what, "A watch announces remember, recall or both."));
    }
    let name_of_space = space_or_setting(given.space);
    let space = store::space::for_reading(&name_of_space)?;
    // What a recall would refuse is refused here.
    Question::new(&Given { cue, embedding: given.embedding, ..Given::default() }, &space)?;
    let id = store::memory::new_id();
    let watch = watch::NewWatch {
        id: *id.as_bytes(),
        cue,
        embedding: given.embedding,
        filter: given.filter.as_deref(),
        threshold: threshold as f32,
        channel: &watch::channel(&name_of_space),
        name,
        events: &events,
    };
    watch::insert(&name_of_space, &watch, guc::max_watches())?;
    access::forget();
    if !heard::is_possible() {
        pgrx::notice!("there is no worker that announces: add engram to shared_preload_libraries");
    }
    Ok(id)
}

/// Removes a watch of the current user, or of a space that it owns. Returns whether there was one.
pub fn remove(id: Option<Uuid>, space: Option<&str>) -> Result<bool, Error> {
    let id = *required("id", id)?.as_bytes();
    let name = space_or_setting(space);
    let space = store::space::for_reading(&name)?;
    // One of somebody else answers as none does.
    let owner = watch::owner(&name, id);
    let may = owner.is_some_and(|owner| space.owner || role::has_rights_of(pg::current_user(), &owner));
    let removed = may && watch::delete(&name, id);
    access::forget();
    Ok(removed)
}

/// The channel of a space, or of the one that engram.space names.
pub fn channel_of(space: Option<&str>) -> Result<String, Error> {
    let name = space_or_setting(space);
    limits::space_name(&name)?;
    Ok(watch::channel(&name))
}

/// What has happened to a memory in a space, if somebody waits for it: the worker announces it once it is committed.
pub fn tell(space: &access::Space, event: Event, id: Uuid) {
    if !store::news::is_awaited(space, event) || !announce::is_possible() {
        return;
    }
    store::news::add(&space.name, event, *id.as_bytes());
    heard::will_ask();
    if pg::replicating() {
        // A subscriber fires no statement triggers.
        store::news::write();
    }
}

/// What a recall has returned, if somebody waits for it.
pub fn tell_recalled(space: &str, ids: impl Iterator<Item = [u8; 16]>) {
    let Some(space) = access::find(space) else { return };
    let activity = guc::announces(Event::Recall, &space.name);
    if (space.watched || activity) && heard::is_possible() {
        heard::note(&space.name, activity, ids);
    }
}

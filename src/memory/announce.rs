//! Announcing: what the worker sends to those who watch a space, and as activity.
//!
//! A batch is one transaction: it takes the news, looks for each watch what of it activates the cue, under the rights of the watch's
//! owner, and sends the ids. So a crash neither loses nor doubles what was committed. A message is for whoever listens in the database:
//! it holds ids, and nothing that row-level security guards.

use super::recall::question::Given;
use super::recall::watching;
use crate::crash::{self, Point};
use crate::guc::Event;
use crate::hot::heard::{self, Waiting};
use crate::pg::{self, role, xact};
use crate::store::news::{self, Announcement};
use crate::store::{access, watch as watches};
use rustc_hash::FxHashSet;
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Rows of engram.announcement that one transaction takes.
const BATCH: i32 = 200;
/// Ids in a message: with the rest of it they stay below the 8000 bytes of a payload.
const MOST_IDS: usize = 190;

thread_local! {
    /// Watches whose failure this worker has told.
    static FAILED: RefCell<FxHashSet<[u8; 16]>> = RefCell::default();
}

/// Whether there is anybody who announces, and a table to note it in.
pub fn is_possible() -> bool {
    heard::is_possible() && news::is_possible()
}

/// Spaces with something to announce, where there may be any: those that `here` names, and whatever the table has.
pub fn due<'a>(has_news: bool, here: impl Iterator<Item = &'a str>) -> Vec<String> {
    let recalls = Waiting::now();
    let mut due: BTreeSet<String> = here.filter(|space| recalls.has(space)).map(str::to_owned).collect();
    if has_news && !pg::in_recovery() && news::is_possible() {
        due.extend(news::spaces());
    }
    due.into_iter().collect()
}

/// Announces one batch; says whether there was any.
pub fn step(space: &str) -> bool {
    if !news::is_possible() {
        return false;
    }
    let mut batch = Batch::default();
    for Announcement { event, activity, ids } in news::take(space, BATCH) {
        batch.add(event, activity, ids);
    }
    for recall in heard::take(space) {
        batch.add(Event::Recall, recall.activity, recall.ids);
    }
    if batch.events.is_empty() {
        return false;
    }
    crash::at(Point::announce_taken);
    // Of a space that is gone nobody may see anything.
    if access::find(space).is_some() {
        for watch in watches::all(space) {
            pg::check_for_interrupts();
            serve(space, &watch, &batch);
            crash::at(Point::announce_watch);
        }
        for of_event in batch.events.iter().filter(|e| e.activity) {
            send(&watches::channel(space), None, of_event.event, &of_event.ids);
        }
    }
    crash::at(Point::announce_sent);
    true
}

/// What has happened, each event with its memories.
#[derive(Default)]
struct Batch {
    events: Vec<OfEvent>,
}

struct OfEvent {
    event: Event,
    activity: bool,
    ids: Vec<[u8; 16]>,
    known: FxHashSet<[u8; 16]>,
}

impl Batch {
    fn add(&mut self, event: Event, activity: bool, ids: Vec<[u8; 16]>) {
        let same = |e: &OfEvent| (e.event, e.activity) == (event, activity);
        let at = self.events.iter().position(same).unwrap_or_else(|| {
            self.events.push(OfEvent { event, activity, ids: Vec::new(), known: FxHashSet::default() });
            self.events.len() - 1
        });
        let of_event = &mut self.events[at];
        of_event.ids.extend(ids.into_iter().filter(|id| of_event.known.insert(*id)));
    }

    /// Memories of an event.
    fn has(&self, event: Event, id: &[u8; 16]) -> bool {
        self.events.iter().any(|e| e.event == event && e.known.contains(id))
    }
}

/// Sends what activates the cue of a watch.
fn serve(space: &str, watch: &watches::Watch, batch: &Batch) {
    let heard = batch.events.iter().filter(|e| watch.events.contains(&e.event));
    let ids: FxHashSet<[u8; 16]> = heard.flat_map(|e| e.ids.iter().copied()).collect();
    // A role that is gone sees nothing.
    let Some(owner) = role::named(&watch.owner).filter(|_| !ids.is_empty()) else { return };
    let given = Given {
        cue: watch.cue.as_deref(),
        embedding: watch.embedding.as_deref(),
        filter: watch.filter.clone(),
        ..Given::default()
    };
    let look = || pg::as_role(owner, || watching::activated(space, &given, &ids, watch.threshold));
    let found = xact::attempt(look).and_then(|found| found.map_err(|e| e.to_string()));
    match found {
        Ok(activated) => {
            for event in &watch.events {
                let ids: Vec<[u8; 16]> = activated.iter().filter(|id| batch.has(*event, id)).copied().collect();
                send(&watch.channel, Some(watch.id), *event, &ids);
            }
        }
        Err(message) => {
            if FAILED.with_borrow_mut(|failed| failed.insert(watch.id)) {
                let id = uuid::Uuid::from_bytes(watch.id);
                pgrx::log!("engram: watch {id} of space \"{space}\" cannot be served: {message}");
            }
        }
    }
}

/// Sends ids, as many messages as they take.
fn send(channel: &str, watch: Option<[u8; 16]>, event: Event, ids: &[[u8; 16]]) {
    let text = |id: &[u8; 16]| uuid::Uuid::from_bytes(*id).to_string();
    for ids in ids.chunks(MOST_IDS) {
        let ids: Vec<String> = ids.iter().map(text).collect();
        let mut message = json!({ "event": event.name(), "ids": ids });
        if let Some(watch) = watch {
            message["watch"] = json!(text(&watch));
        }
        news::notify(channel, &message.to_string());
    }
}

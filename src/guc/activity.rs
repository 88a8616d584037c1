//! Settings of watches and activity events.

use super::{define_int, to_usize};
use crate::pg::{self, Checked};
use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use std::ffi::CString;

/// What happens to memories and may be announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    Remember,
    Recall,
    Forget,
    Belief,
}

impl Event {
    const ALL: [Event; 4] = [Event::Remember, Event::Recall, Event::Forget, Event::Belief];

    /// As settings, tables and messages have it.
    pub fn name(self) -> &'static str {
        match self {
            Event::Remember => "remember",
            Event::Recall => "recall",
            Event::Forget => "forget",
            Event::Belief => "belief",
        }
    }

    /// The event of a name.
    pub fn named(name: &str) -> Option<Event> {
        Event::ALL.into_iter().find(|event| event.name() == name)
    }
}

static MAX_WATCHES: GucSetting<i32> = GucSetting::<i32>::new(100);
static ACTIVITY_EVENTS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c"off"));
static ACTIVITY_SPACES: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));

/// Defines them.
pub fn define() {
    define_int(
        (c"engram.max_watches", &MAX_WATCHES, 0, 10_000),
        c"Sets the maximum number of watches in a space.",
        c"Each is a search by the worker whenever something is remembered or recalled there. Zero lets nobody make one.",
        GucContext::Suset,
        GucFlags::empty(),
    );
    pg::define_checked::<Events>(
        c"engram.activity_events",
        c"Sets which events the worker announces on the channel of their space.",
        c"A list of remember, recall, forget and belief, or off.",
        &ACTIVITY_EVENTS,
        GucContext::Suset,
    );
    GucRegistry::define_string_guc(
        c"engram.activity_spaces",
        c"Sets the spaces whose activity is announced.",
        c"A list of names with commas between them. Empty stands for all spaces.",
        &ACTIVITY_SPACES,
        GucContext::Suset,
        GucFlags::empty(),
    );
}

/// What `engram.activity_events` may be.
struct Events;

impl Checked for Events {
    fn is_valid(value: &str) -> bool {
        matches!(value.trim(), "" | "off") || words(value).all(|word| Event::named(word).is_some())
    }
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

/// `engram.max_watches`.
pub fn max_watches() -> usize {
    to_usize(MAX_WATCHES.get())
}

/// Whether an event in a space is announced: `engram.activity_events` and `engram.activity_spaces`.
pub fn announces(event: Event, space: &str) -> bool {
    let Some(events) = ACTIVITY_EVENTS.get() else { return false };
    if !words(&events.to_string_lossy()).any(|word| word == event.name()) {
        return false;
    }
    let spaces = ACTIVITY_SPACES.get().unwrap_or_default();
    let spaces = spaces.to_string_lossy();
    spaces.trim().is_empty() || words(&spaces).any(|name| name == space)
}

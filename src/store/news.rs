//! Rows of engram.announcement: what has happened to memories and the worker has still to announce.
//!
//! Row triggers add to the news of the statement that runs, with the subtransaction that did it; a rollback to a savepoint takes its share
//! back. The trigger at the end of the statement writes them, a few hundred ids in a row, so that they are committed with what they
//! tell, and the worker takes each in the transaction that announces it. Nothing is added where nobody listens.

use super::access::Space;
use crate::guc::{self, Event};
use crate::pg::{
    self,
    spi::{self, Arg},
    xact,
};
use crate::store;
use std::cell::{Cell, RefCell};

/// Memories of one row at most: about what one message takes.
const MOST_IDS: usize = 190;

struct News {
    subxact: u32,
    space: String,
    event: Event,
    activity: bool,
    ids: Vec<[u8; 16]>,
}

thread_local! {
    static OPEN: RefCell<Vec<News>> = const { RefCell::new(Vec::new()) };
    /// The rows of the statement come from a restore.
    static RESTORING: Cell<bool> = const { Cell::new(false) };
}

/// Installs the callbacks. Called once, when the library is loaded.
pub fn init() {
    xact::on_xact(|_| {
        OPEN.with_borrow_mut(Vec::clear);
        RESTORING.set(false);
    });
    xact::on_subxact(|event, my, parent| match event {
        xact::SubEvent::Start => {}
        xact::SubEvent::Commit => OPEN.with_borrow_mut(|open| {
            open.iter_mut().filter(|n| n.subxact == my).for_each(|n| n.subxact = parent);
        }),
        xact::SubEvent::Abort => {
            OPEN.with_borrow_mut(|open| open.retain(|n| n.subxact != my));
            RESTORING.set(false);
        }
    });
}

/// Whether the catalog of this database has the table: that of version 0.3.0 has not.
pub fn is_possible() -> bool {
    pg::has_table(c"announcement")
}

/// Whether somebody waits for an event in a space.
pub fn is_awaited(space: &Space, event: Event) -> bool {
    (event == Event::Remember && space.watched) || guc::announces(event, &space.name)
}

/// What the statement stores was there before: it is no news.
pub fn restoring() {
    RESTORING.set(true);
}

/// Adds a memory to the news of the statement.
pub fn add(space: &str, event: Event, id: [u8; 16]) {
    if RESTORING.get() {
        return;
    }
    let subxact = xact::current_subxact();
    OPEN.with_borrow_mut(|open| {
        // Mostly a statement does one thing to one space.
        let same = |n: &News| n.subxact == subxact && n.event == event && n.space == space;
        match open.last_mut().filter(|n| same(n)) {
            Some(news) => news.ids.push(id),
            None => {
                let activity = guc::announces(event, space);
                open.push(News { subxact, space: space.to_owned(), event, activity, ids: vec![id] });
            }
        }
    });
}

/// Writes what the statement has added.
pub fn write() {
    let open = OPEN.with_borrow_mut(std::mem::take);
    RESTORING.set(false);
    for News { space, event, activity, ids, .. } in &open {
        for ids in ids.chunks(MOST_IDS) {
            let args = [
                Arg::Text(space),
                Arg::Uuid(*store::memory::new_id().as_bytes()),
                Arg::Text(event.name()),
                Arg::UuidArray(ids),
                Arg::Bool(*activity),
            ];
            pg::as_owner(|| spi::execute(include_str!("../../sql/query/announcement_put.sql"), &args));
        }
    }
}

/// Spaces with something to announce, as of this moment.
pub fn spaces() -> Vec<String> {
    let mut spaces = Vec::new();
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../sql/query/announcement_spaces.sql"), &[], |row| {
            spaces.extend(row.text(1).map(str::to_owned));
        });
    });
    spaces
}

/// What is to be announced of one statement.
pub struct Announcement {
    pub event: Event,
    pub activity: bool,
    pub ids: Vec<[u8; 16]>,
}

/// Takes the next `most` rows of a space, as far as the active snapshot sees them: so it sees the memories, too.
pub fn take(space: &str, most: i32) -> Vec<Announcement> {
    let (mut entries, mut taken) = (Vec::new(), Vec::new());
    pg::as_owner(|| {
        let next = include_str!("../../sql/query/announcement_next.sql");
        spi::select(next, &[Arg::Text(space), Arg::Int4(most)], |row| {
            entries.extend(row.uuid(1));
            let event = row.text(2).and_then(Event::named);
            let (ids, activity) = (row.uuid_array(3).unwrap_or_default(), row.bool(4).unwrap_or(false));
            taken.extend(event.map(|event| Announcement { event, activity, ids }));
        });
        if !entries.is_empty() {
            let args = [Arg::Text(space), Arg::UuidArray(&entries)];
            spi::execute(include_str!("../../sql/query/announcement_take.sql"), &args);
        }
    });
    taken
}

/// Forgets what is to be announced of a space that is dropped.
pub fn drop(space: &str) {
    if is_possible() {
        pg::as_owner(|| spi::execute(include_str!("../../sql/query/announcement_drop.sql"), &[Arg::Text(space)]));
    }
}

/// Sends a message when the transaction commits.
pub fn notify(channel: &str, payload: &str) {
    let args = [Arg::Text(channel), Arg::Text(payload)];
    spi::execute(include_str!("../../sql/query/notify.sql"), &args);
}

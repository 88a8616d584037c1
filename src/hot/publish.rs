//! Publishing by intents.
//!
//! Before a transaction commits or is prepared, its queue is entered in the region under its full transaction id:
//! this may need room, and may fail. The commit itself only leaves a hint, and cannot fail: what a reader sees is
//! decided by its snapshot and the commit log, never by when a callback ran.
//!
//! A space that is not loaded records nothing. The transaction is then still running when a loader takes its
//! snapshot, or has committed before it; the loader looks after both (see `memory::load`).

use super::queue::{self, Change};
use super::{Hot, Place, clock, evict, key, settle, share};
use crate::crash::{self, Point};
use crate::pg::xact::{self, Event, SubEvent};
use crate::pg::{self, xid};
use engram_region::write::{Done, Refused};
use engram_region::{Full, Space, State};

/// Changes entered under one hold of the lock: about 100 us.
const BATCH: usize = 8;
/// Transactions that may wait for a reader to settle them.
const MOST_UNSETTLED: u32 = 64;
/// Attempts to make room before a space gives up its place in the region.
const ATTEMPTS: u32 = 8;

/// Registers the transaction callbacks.
pub fn init() {
    xact::on_xact(|event| match event {
        Event::PreCommit => publish(),
        Event::PrePrepare => {
            publish();
            crash::at(Point::prepare_begin);
        }
        Event::Commit => finish(Some(true)),
        Event::Abort => finish(Some(false)),
        Event::Prepare => finish(None),
    });
    xact::on_subxact(|event, my, parent| match event {
        SubEvent::Start => {}
        SubEvent::Commit => queue::with(|q| q.reparent(my, parent)),
        SubEvent::Abort => {
            for (place, generation, done) in queue::with(|q| q.roll_back(my)) {
                take_back(place, generation, done);
            }
        }
    });
}

fn take_back(place: Place, generation: u32, done: Done) {
    crash::at(Point::take_back);
    if let Some((hot, me)) = Hot::shared().zip(xid::top_full_xid_if_any()) {
        hot.write(place, |space| {
            if space.generation() == generation {
                space.revoke(me, done);
            }
        });
    }
}

/// Enters everything the transaction did.
fn publish() {
    let (spaces, resets, truncated) = queue::with(|q| {
        let names: Vec<String> = q.spaces.iter().map(|s| s.space.clone()).collect();
        (names, q.resets.iter().map(|r| r.1.clone()).collect::<Vec<_>>(), !q.truncated.is_empty())
    });
    let Some(hot) = Hot::shared() else { return };
    if spaces.is_empty() && resets.is_empty() && !truncated {
        return;
    }
    crash::at(Point::publish_begin);
    for space in &spaces {
        flush(&hot, space);
    }
    crash::at(Point::publish_end);
    let Some(me) = xid::top_full_xid_if_any() else { return };
    let reset: Vec<Place> = if truncated {
        let (database, table) = (pg::database_oid().to_u32(), pg::memory_table_oid().map(|t| t.to_u32()));
        hot.all().into_iter().filter(|s| s.2 == database && Some(s.3) == table).map(|s| s.0).collect()
    } else {
        resets.iter().filter_map(|name| hot.find(&key(name)?)).collect()
    };
    for place in reset {
        crash::at(Point::publish_reset);
        // Whoever sees this transaction finds that the space must be loaded whole.
        if hot.write(place, |s| s.publish_reset(me)).is_some_and(|r| r.is_err()) {
            hot.write(place, |s| s.reset(State::Absent));
        }
    }
}

/// Enters the queued changes of one space. Does nothing for a space that is not loaded.
pub fn flush(hot: &Hot, space: &str) {
    let Some((changes, collapsed)) = queue::with(|q| q.take(space)) else { return };
    if changes.is_empty() && !collapsed {
        return;
    }
    let (Some(me), Some(key)) = (xid::top_full_xid_if_any(), key(space)) else { return };
    let Ok(place) = hot.find_or_add(&key) else { return };
    let entered = if collapsed {
        crash::at(Point::publish_collapsed);
        hot.write(place, |s| match s.state() {
            State::Absent => Ok(()),
            _ => s.publish_collapsed(me),
        })
        .unwrap_or(Ok(()))
        .map_err(|_: Full| ())
    } else {
        enter_all(hot, place, me, space, &changes)
    };
    if entered.is_err() {
        // No room even after eviction, or no region for these dimensions: the space leaves, and a loader brings it back when there is room.
        hot.write(place, |s| s.reset(State::Absent));
    }
    share::enforce(hot, place);
    let news = hot.write(place, |s| (!matches!(s.state(), State::Ready | State::Loading) && s.want(), s.n_unsettled()));
    match news {
        Some((true, _)) => pg::worker::wake_launcher(),
        Some(_) if collapsed => pg::worker::wake_launcher(),
        // Where nobody recalls, writers settle what others left, a few dozen at a time.
        Some((_, n)) if n > MOST_UNSETTLED => settle::run(hot, place),
        _ => {}
    }
}

fn enter_all(hot: &Hot, place: Place, me: u64, name: &str, changes: &[(u32, Change)]) -> Result<(), ()> {
    let mut next = 0;
    let mut attempts = 0;
    while next < changes.len() {
        let step = hot.write(place, |space| {
            if space.state() == State::Absent {
                return Ok(None);
            }
            if !changes[next..].iter().take(BATCH).all(|(_, change)| fits(&space, change)) {
                // The space has got another encoder, or was dropped and made anew, and its region is another one's.
                space.reset(State::Absent);
                return Ok(None);
            }
            space.touch(clock());
            let generation = space.generation();
            let mut done = Vec::new();
            for (n, (subxact, change)) in changes[next..].iter().take(BATCH).enumerate() {
                if let Err(refused) = enter(&space, me, change, |d| done.push((*subxact, d))) {
                    return Err((refused, n, done, generation));
                }
            }
            Ok(Some((done, generation)))
        });
        let remember = |done: Vec<(u32, Done)>, generation| {
            queue::with(|q| done.into_iter().for_each(|(sub, d)| q.entered(name, (sub, place, generation, d))));
        };
        match step {
            None | Some(Ok(None)) => return Ok(()),
            Some(Ok(Some((done, generation)))) => {
                remember(done, generation);
                next = (next + BATCH).min(changes.len());
                crash::at(Point::publish_middle);
            }
            Some(Err((refused, n, done, generation))) => {
                remember(done, generation);
                next += n;
                attempts += 1;
                if attempts > ATTEMPTS + changes.len() as u32 / 64 {
                    return Err(());
                }
                match refused {
                    Refused::Full if !evict::make_room(hot, place) => return Err(()),
                    Refused::Full => {}
                    Refused::Unsettled(_) => settle::run(hot, place),
                }
            }
        }
    }
    Ok(())
}

/// Whether the code of a change is one of those in the region. The first one decides.
fn fits(space: &Space<'_>, change: &Change) -> bool {
    let Change::Put { record, encoder, .. } = change else { return true };
    let Some(code) = &record.code else { return true };
    let (dims, known) = (space.dims() as usize, space.encoder());
    if known == 0 {
        space.set_encoder(*encoder);
    }
    (dims == 0 || dims == code.values.len()) && (known == 0 || *encoder == 0 || known == *encoder)
}

fn enter(space: &Space<'_>, me: u64, change: &Change, mut done: impl FnMut(Done)) -> Result<(), Refused> {
    match change {
        Change::Put { record, replaces, .. } => {
            if *replaces && let Some(d) = space.publish_delete(me, &record.id)? {
                done(d);
            }
            done(space.publish(me, record)?);
        }
        Change::Former(row) => space.disclose(row),
        Change::Delete(id) => {
            if let Some(d) = space.publish_delete(me, id)? {
                done(d);
            }
        }
        Change::Edge(edge) => {
            if let Some(d) = space.publish_edge_delete(me, edge)? {
                done(d);
            }
            done(space.publish_edge(me, edge)?);
        }
        Change::EdgeDelete(edge) => {
            if let Some(d) = space.publish_edge_delete(me, edge)? {
                done(d);
            }
        }
    }
    Ok(())
}

/// The transaction is over: leaves word where it published, and forgets the queue.
fn finish(committed: Option<bool>) {
    let queue = queue::with(std::mem::take);
    let (Some(committed), Some(hot)) = (committed, Hot::shared()) else {
        crash::at(Point::prepare_end);
        return;
    };
    let Some(me) = xid::top_full_xid_if_any() else { return };
    crash::at(if committed { Point::commit_hint } else { Point::abort_hint });
    let mut places: Vec<Place> = queue.spaces.iter().flat_map(|s| s.entered.iter().map(|e| e.1)).collect();
    places.dedup();
    for place in places {
        hot.write(place, |s| s.hint(me, committed));
    }
}

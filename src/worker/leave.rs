//! Leaving a database that somebody wants to drop, rename, move or copy.
//!
//! The session that runs the statement puts the database on hold, so that the launcher starts no worker there, ends
//! the workers that are in it and waits for them to be gone. The hold ends with the transaction, and by itself if that takes long.

use super::slots;
use crate::crash::{self, Point};
use crate::memory::upkeep;
use crate::pg::shmem::{SharedArea, register_area};
use crate::pg::{self, utility, worker, xact, xact::Event};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const HOLDS: usize = 16;
/// Seconds that a database stays on hold.
const HOLD: u64 = 30;
/// Tenths of a second that workers have for leaving.
const PATIENCE: u32 = 100;

/// Pairs of database OID and the second at which the hold ends.
static HELD: SharedArea<[[AtomicU64; 2]; HOLDS]> = SharedArea::new(c"engram holds");

thread_local! {
    /// What the statement of this session holds, and when the hold ends by itself.
    static MINE: Cell<Option<(&'static [AtomicU64; 2], u64)>> = const { Cell::new(None) };
}

/// Registers the hooks and their memory.
pub fn init() {
    register_area(&HELD);
    utility::register(make_way);
    xact::on_xact(|event| match event {
        Event::Commit | Event::Prepare | Event::Abort => let_in(),
        Event::PreCommit | Event::PrePrepare => {}
    });
}

/// Ends the hold of this session, unless it has ended by itself and its place is another's.
fn let_in() {
    if let Some((hold, end)) = MINE.take() {
        let _ = hold[1].compare_exchange(end, 0, Relaxed, Relaxed);
    }
}

fn seconds() -> u64 {
    (pg::clock_micros() / 1_000_000) as u64
}

/// Whether the launcher has to keep away from a database.
pub fn is_held(database: u32) -> bool {
    let now = seconds();
    // An end that is further away than a hold lasts was set before the clock was moved back.
    let lasts = |end: u64| end > now && end <= now + HOLD;
    HELD.get().into_iter().flatten().any(|h| h[0].load(Relaxed) == u64::from(database) && lasts(h[1].load(Relaxed)))
}

fn make_way(database: &str) {
    let Some(held) = HELD.get() else { return };
    let Some(database) = worker::databases().into_iter().find(|d| d.name == database) else { return };
    // The statement itself checks rights only later: nobody else may drive workers out.
    if !upkeep::may_clear(&database.name) {
        return;
    }
    let_in();
    let oid = database.oid.to_u32();
    let now = seconds();
    let end = now + HOLD;
    // Of two sessions that hold one database each has a place of its own.
    let place = held.iter().find(|h| {
        let former = h[1].load(Relaxed);
        former <= now && h[1].compare_exchange(former, end, Relaxed, Relaxed).is_ok()
    });
    // With sixteen databases on hold at once the launcher may come back too early, and the statement says so.
    if let Some(h) = place {
        h[0].store(oid.into(), Relaxed);
        MINE.set(Some((h, end)));
    }
    crash::at(Point::leave_hold);
    for _ in 0..PATIENCE {
        let there = slots::in_database(oid);
        if there.is_empty() {
            return;
        }
        there.into_iter().for_each(|pid| {
            worker::terminate(pid);
        });
        pg::sleep_ms(100);
    }
}

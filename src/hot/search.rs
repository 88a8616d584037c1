//! Searching a space through the eyes of a snapshot.
//!
//! The snapshot is pinned before the list of unsettled transactions is copied, and each of them is judged against it
//! outside any lock. A transaction that turns up in the list later published after the snapshot was taken, and is
//! invisible. So nothing depends on the gap between becoming visible and the commit callback.

use super::{Hot, Place, governor, settle};
use crate::pg;
use crate::pg::lwlock::LwLockGuard;
use crate::pg::snapshot::Pinned;
use crate::pg::xid::{self, Status};
use engram_region::read::{Pause, Reader, Seen, Stopped};
use engram_region::settle::{Outcome, Unsettled};
use engram_region::{Space, State};

/// Why a space cannot answer a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// It is not loaded.
    Absent,
    /// The snapshot is older than what the space still tells apart.
    TooOld,
    /// A transaction that the snapshot sees must be loaded from the tables first.
    NeedsLoad(u64),
}

/// Lets go of the space lock and lets a cancel through.
pub struct LockPause {
    hot: Hot,
    slot: u32,
    guard: Option<LwLockGuard<'static>>,
}

impl Pause for LockPause {
    fn pause(&mut self) {
        self.guard = None;
        pg::check_for_interrupts();
        self.guard = self.hot.guard(self.slot);
    }

    fn is_over(&mut self) -> bool {
        governor::is_over()
    }
}

/// Searches that something moved under, before the lock is kept for a whole search.
const RESTARTS: u32 = 4;

/// Runs a search, again if something moved.
pub fn with_reader<R>(
    hot: &Hot,
    place: Place,
    snapshot: &Pinned,
    mut search: impl FnMut(&mut Reader<'static, LockPause>) -> Result<R, Stopped>,
) -> Result<R, Blocked> {
    for restart in 0.. {
        pg::check_for_interrupts();
        let list = hot.read(place, |s| ready(&s).then(|| (s.unsettled(), s.frozen_through()))).flatten();
        let Some((list, frozen)) = list else { return Err(Blocked::Absent) };
        if !covers(snapshot, frozen, &list) {
            return Err(Blocked::TooOld);
        }
        if list.iter().any(|e| !e.settled && !e.needs_load && settle::outcome(e.xid) != Outcome::InProgress) {
            settle::run(hot, place);
        }
        let seen = Seen::new(list.iter().map(|e| e.xid).filter(|x| snapshot.sees(*x)).collect());
        let space = hot.head(place);
        let mut pause = LockPause { hot: *hot, slot: place.slot, guard: hot.guard(place.slot) };
        if !space.is(place.words) {
            return Err(Blocked::Absent);
        }
        // Another reader may have frozen more in the meantime.
        if space.frozen_through() != frozen {
            continue;
        }
        if restart >= RESTARTS {
            // Something moves all the time. The guard stays: the search is short, and nobody can move anything now.
            let guard = pause.guard.take();
            pause.slot = place.slot;
            let result = Reader::new(space, seen, pause).map(Reader::without_pauses).and_then(|mut r| search(&mut r));
            drop(guard);
            return result.map_err(blocked);
        }
        match Reader::new(space, seen, pause).and_then(|mut r| search(&mut r)) {
            Ok(r) => return Ok(r),
            Err(Stopped::Moved) => {}
            Err(stopped) => return Err(blocked(stopped)),
        }
    }
    unreachable!("the loop ends by returning")
}

fn blocked(stopped: Stopped) -> Blocked {
    match stopped {
        Stopped::NeedsLoad(xid) => Blocked::NeedsLoad(xid),
        Stopped::Gone | Stopped::Moved => Blocked::Absent,
    }
}

/// A space that a standby's worker followed lacks, after promotion, what came last.
fn ready(space: &Space<'_>) -> bool {
    match space.state() {
        State::Ready => true,
        State::Following => pg::in_recovery(),
        State::Absent | State::Loading => false,
    }
}

/// Whether the snapshot sees every transaction that the space no longer tells apart.
fn covers(snapshot: &Pinned, frozen_through: u64, list: &[Unsettled]) -> bool {
    if frozen_through < snapshot.xmin() {
        return true;
    }
    if frozen_through >= snapshot.xmax() {
        return false;
    }
    // A transaction that ran when the snapshot was taken is told apart if it is in the list, or if it runs still.
    snapshot
        .in_progress()
        .into_iter()
        .filter(|x| *x <= frozen_through)
        .all(|x| list.iter().any(|e| e.xid == x && !e.loaded) || xid::status(x) == Status::InProgress)
}

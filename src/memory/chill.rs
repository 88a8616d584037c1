//! Moves to the cold tier and back by the maintenance worker: what is old and out of use leaves, what a recall has returned comes back.
//!
//! A space is gone through in the order of ids, a piece in each transaction, and how far it came is kept in engram.progress. Rows that
//! somebody holds are left for the next pass, so nobody waits for a row that the worker does not have yet. What is known of the
//! use of a memory is in its row, in engram.trace, and in the hot tier, where it is lost with a restart; a memory is never out of use
//! for longer than the worker has been counting in this cluster.

use crate::guc;
use crate::hot::{self, moves, returns};
use crate::pg;
use crate::store::cold::{self, Candidate};
use crate::store::learned::{self, Job, Progress};
use engram_engine::tiers::Policy;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// Memories read at once.
const PIECE: i32 = 500;
/// Last uses read under one hold of the lock: about 50 us.
const LOOKED_UP: usize = 128;
/// Time that one transaction looks for memories to move.
const BUDGET: Duration = Duration::from_millis(50);
/// Passes through a space in the time after which a memory is cold, at most one a day.
const PASSES: u32 = 64;
const LONGEST_PAUSE: Duration = Duration::from_secs(86_400);
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

thread_local! {
    /// The last plan of this worker had a pass to go on with.
    static UNDER_WAY: Cell<bool> = const { Cell::new(false) };
}

/// When counting in a space began, and when the last pass through it ended, in microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Clock {
    since: i64,
    ended: Option<i64>,
}

impl Clock {
    fn read(detail: &str) -> Option<Clock> {
        let mut words = detail.split(' ').map(|word| word.parse().ok());
        Some(Clock { since: words.next()??, ended: words.next().flatten() })
    }

    fn write(self) -> String {
        match self.ended {
            Some(ended) => format!("{} {ended}", self.since),
            None => self.since.to_string(),
        }
    }
}

/// Spaces with memories to look at.
pub fn due(first: bool) -> Vec<String> {
    let Some(after) = guc::cold_after().filter(|_| first || UNDER_WAY.get()) else { return Vec::new() };
    if pg::in_recovery() || !cold::is_possible() {
        return Vec::new();
    }
    let pause = micros((soonest(after) / PASSES).clamp(SHORTEST_PAUSE, LONGEST_PAUSE));
    let now = pg::now_micros();
    let rests = |pass: &cold::Pass| {
        let ended = pass.detail.as_deref().and_then(Clock::read).and_then(|clock| clock.ended);
        // A clock that was set back begins anew.
        pass.after.is_none() && ended.is_some_and(|ended| (0..pause).contains(&(now - ended)))
    };
    let due: Vec<String> = cold::passes().into_iter().filter(|pass| !rests(pass)).map(|pass| pass.space).collect();
    UNDER_WAY.set(!due.is_empty());
    due
}

/// Moves the next memories that are old and out of use, one batch. Says whether the pass goes on.
pub fn step(space: &str) -> bool {
    let Some(after) = guc::cold_after() else { return false };
    let policy = policy(after);
    let explained = self::policy(soonest(after));
    let weight = guc::consolidation_explained() as f32;
    let (now, begun) = (pg::now_micros(), Instant::now());
    learned::lock(space, Job::Cold);
    let progress = learned::progress(space, Job::Cold).unwrap_or_default();
    let mut clock = Clock::read(&progress.detail).unwrap_or(Clock { since: now, ended: None });
    let most = guc::cold_batch_size();
    let mut at = progress.after;
    let mut chosen = Vec::new();
    let mut ended = false;
    while !ended && chosen.len() < most && begun.elapsed() < BUDGET {
        pg::check_for_interrupts();
        let piece = cold::candidates(space, at, PIECE, weight);
        let used = last_uses(space, &piece);
        let mut seen = 0;
        for (c, used) in piece.iter().zip(used) {
            if chosen.len() == most {
                break;
            }
            seen += 1;
            let last_used = c.last_used.max(used).max(clock.since);
            let policy = if c.explained { &explained } else { &policy };
            if !c.cold && policy.is_cold(now, c.created_at, Some(last_used), c.pinned) {
                chosen.push(c.id);
            }
        }
        at = piece[..seen].last().map(|c| c.id).or(at);
        ended = seen == piece.len() && piece.len() < PIECE as usize;
    }
    if !chosen.is_empty() {
        moves::count_to_cold(cold::chill(space, &chosen));
    }
    if ended {
        clock.ended = Some(now);
        at = None;
    }
    learned::keep_progress(space, Job::Cold, &Progress { after: at, detail: clock.write(), ..Progress::default() });
    !ended
}

fn policy(after: Duration) -> Policy {
    Policy { cold_age: Some(micros(after)), cold_disuse: micros(after), ..Policy::default() }
}

/// After how long what a belief explains moves.
fn soonest(after: Duration) -> Duration {
    guc::consolidation_cold_after().map_or(after, |soon| soon.min(after))
}

/// When memories were last of use as the hot tier knows it, in microseconds since the Unix epoch.
fn last_uses(space: &str, piece: &[Candidate]) -> Vec<i64> {
    let mut out = Vec::with_capacity(piece.len());
    let found = hot::find(space);
    for part in piece.chunks(LOOKED_UP) {
        let known = found
            .and_then(|(hot, place)| hot.read(place, |s| part.iter().map(|c| s.last_use(&c.id)).collect::<Vec<u32>>()));
        match known {
            Some(uses) => out.extend(uses.into_iter().map(hot::clock_to_micros)),
            None => out.extend(part.iter().map(|_| i64::MIN)),
        }
    }
    out
}

/// Brings back what recalls have returned. Says whether there was anything.
pub fn bring_back(space: &str) -> bool {
    let ids = returns::take(space, guc::cold_batch_size());
    if ids.is_empty() {
        return false;
    }
    moves::count_from_cold(cold::thaw(space, &ids));
    true
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

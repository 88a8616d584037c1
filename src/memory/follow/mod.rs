//! Following the tables on a hot standby, so that its hot tier is one with the primary's.
//!
//! Nobody publishes on a standby: what its region holds comes from a worker that reads again and again what changed. It takes a
//! snapshot, reads the rows of transactions that this one sees and the last one did not, and enters them as published by those
//! transactions, so that older snapshots of other backends stay right by the chains of [`engram_region::settle`]. A version that
//! is there is left alone, so every step may be repeated, and a recovery conflict costs no more than that.
//!
//! What was changed twice between two snapshots of the worker is entered once, in its last version. A reader whose snapshot
//! lies between the two changes finds that out itself: see [`super::standby`].
//!
//! Each task is a transaction of its own and reads little, so that replay never waits long for it.

mod load;
mod window;

use super::check;
use crate::crash::{self, Point};
use crate::hot::follow::{self as slots, Counter, Position, Slot};
use crate::hot::record::Reading;
use crate::hot::{Hot, Place, evict, seal, settle};
use crate::pg::snapshot::Pinned;
use crate::pg::{self, recovery};
use engram_region::State;
use load::Loading;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};
use window::Rows;

pub use load::promote;

/// Time between two looks at where replay is, when nobody asks.
const EVERY: Duration = Duration::from_millis(200);
/// Time between two searches for spaces that are wanted, when nobody asks.
const SEARCH: Duration = Duration::from_secs(1);
/// Rows that are entered in the transaction that found them; more are fetched in transactions of their own.
const AT_ONCE: usize = 512;

/// Transactions that a snapshot does not see, among those that have committed since.
#[derive(Clone, Default)]
pub struct Unseen {
    /// All from this one on.
    pub from: u64,
    /// And these.
    pub running: Vec<u64>,
}

impl Unseen {
    pub fn of(snapshot: &Pinned) -> Unseen {
        Unseen { from: snapshot.xmax(), running: snapshot.in_progress() }
    }
}

/// What is done next, in a transaction of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Read and enter what changed.
    Look,
    /// Enter rows that a look found.
    Rows,
    /// Load a part of a space.
    Load,
    /// Look for spaces that are to be loaded, and tidy those that are there.
    Search,
}

/// A look whose rows are not all entered.
struct Round {
    position: Position,
    unseen: Unseen,
    ticket: u64,
    rows: VecDeque<Rows>,
}

/// The worker of a database that follows.
pub struct Follower {
    slot: Slot,
    /// What the last look did not see; none before the first.
    unseen: Option<Unseen>,
    /// How the spaces that are followed read their rows.
    readings: HashMap<String, Reading>,
    round: Option<Round>,
    loading: Option<Loading>,
    queue: VecDeque<String>,
    looked: Option<Instant>,
    searched: Option<Instant>,
    /// Nothing has been loaded yet.
    first: bool,
}

impl Follower {
    /// Begins to follow this database. None without the extension, or without room for one more database.
    pub fn begin() -> Option<Follower> {
        let slot = slots::claim()?;
        // A former worker may have left spaces that it followed up to here.
        let xmin = slot.position().xmin;
        let unseen = (xmin > 0).then(|| Unseen { from: xmin, running: Vec::new() });
        Some(Follower {
            slot,
            unseen,
            readings: HashMap::new(),
            round: None,
            loading: None,
            queue: VecDeque::new(),
            looked: None,
            searched: None,
            first: true,
        })
    }

    /// What is to be done now, if anything is.
    pub fn next(&self) -> Option<Task> {
        if self.round.is_some() {
            return Some(Task::Rows);
        }
        let is_behind = || recovery::replayed() > self.slot.position().replayed;
        if self.is_asked() || self.looked.is_none_or(|at| at.elapsed() >= EVERY && is_behind()) {
            return Some(Task::Look);
        }
        if self.searched.is_none_or(|at| at.elapsed() >= SEARCH) {
            return Some(Task::Search);
        }
        (self.loading.is_some() || !self.queue.is_empty()).then_some(Task::Load)
    }

    fn is_asked(&self) -> bool {
        self.slot.asked().0 > self.slot.answered()
    }

    /// Somebody woke the worker: for an answer, or for a space.
    pub fn was_woken(&mut self) {
        if !self.is_asked() {
            self.searched = None;
        }
    }

    /// How long nobody has asked.
    pub fn idle(&self) -> Duration {
        let now = pg::clock_micros() as u64;
        Duration::from_micros(now.saturating_sub(self.slot.asked().1))
    }

    /// Whether something is begun that the next worker would have to begin anew.
    pub fn is_busy(&self) -> bool {
        self.round.is_some() || self.loading.is_some()
    }

    /// What is being loaded, for people.
    pub fn loading(&self) -> Option<&str> {
        self.loading.as_ref().map(|l| l.name.as_str())
    }

    /// A task was ended by a recovery conflict and will be done again.
    pub fn was_in_conflict(&mut self) {
        self.slot.add(Counter::Conflicts, 1);
        if let Some(loading) = &mut self.loading {
            loading.take_less();
        }
    }

    /// The worker leaves.
    pub fn end(&self) {
        self.slot.leave();
    }

    /// Does a task, in the transaction that is open.
    pub fn perform(&mut self, task: Task) {
        let Some(hot) = Hot::shared() else { return };
        match task {
            Task::Look => self.look(&hot),
            Task::Rows => self.enter_rows(&hot),
            Task::Load => self.load(&hot),
            Task::Search => self.search(&hot),
        }
    }

    fn look(&mut self, hot: &Hot) {
        let replayed = recovery::replayed();
        let ticket = self.slot.asked().0;
        let snapshot = Pinned::latest();
        let mut position = Position {
            replayed,
            likeness: slots::likeness(&snapshot),
            xmin: snapshot.xmin(),
            at: pg::clock_micros() as u64,
        };
        crash::at(Point::follow_begin);
        let next = Unseen::of(&snapshot);
        let followed = followed(hot);
        if let Some(unseen) = self.unseen.as_ref().filter(|_| !followed.is_empty()) {
            let changes = window::read(unseen, &followed, &self.readings);
            self.slot.add(Counter::Rows, changes.len() as u64);
            let rows = window::enter_changes(hot, changes);
            let n: usize = rows.iter().map(|r| r.ids.len()).sum();
            if n > AT_ONCE {
                // Some will be read later than this snapshot: no reader's is like what the spaces then hold.
                position.likeness = 0;
                self.round = Some(Round { position, unseen: next, ticket, rows: rows.into() });
                return;
            }
            rows.iter().for_each(|rows| window::enter_rows(hot, rows, &self.readings));
        }
        self.answer(position, next, ticket);
    }

    fn enter_rows(&mut self, hot: &Hot) {
        let Some(round) = &mut self.round else { return };
        if let Some(rows) = round.rows.front() {
            let _snapshot = Pinned::latest();
            window::enter_rows(hot, rows, &self.readings);
            round.rows.pop_front();
        }
        if round.rows.is_empty()
            && let Some(round) = self.round.take()
        {
            self.answer(round.position, round.unseen, round.ticket);
        }
    }

    fn answer(&mut self, position: Position, unseen: Unseen, ticket: u64) {
        crash::at(Point::follow_end);
        self.unseen = Some(unseen);
        self.slot.answer(&position, ticket);
        self.slot.add(Counter::Rounds, 1);
        self.looked = Some(Instant::now());
    }

    fn load(&mut self, hot: &Hot) {
        if self.loading.is_none() {
            self.loading = self.queue.pop_front().and_then(|name| Loading::begin(hot, &name));
        }
        let Some(loading) = &mut self.loading else { return };
        match loading.go_on(hot) {
            load::Progress::Further => {}
            load::Progress::Done(reading) => {
                self.readings.insert(std::mem::take(&mut loading.name), reading);
                self.loading = None;
            }
            load::Progress::Failed => self.loading = None,
        }
    }

    /// Spaces that are wanted come first; at first every space is loaded that there is room for.
    fn search(&mut self, hot: &Hot) {
        self.searched = Some(Instant::now());
        let first = std::mem::take(&mut self.first);
        let here = load::spaces_here(hot);
        let mut wanted: Vec<String> = Vec::new();
        for (place, name) in &here {
            match hot.read(*place, |s| (s.state(), s.wanted())) {
                Some((State::Absent, true)) => wanted.push(name.clone()),
                // What a former worker began to load is begun anew.
                Some((State::Loading, _)) if self.loading().is_none_or(|l| l != name) => wanted.push(name.clone()),
                Some((State::Following, _)) => tidy(hot, *place),
                _ => {}
            }
        }
        if first {
            let absent = check::spaces().into_iter().filter(|name| {
                let place = here.iter().find(|h| h.1 == *name).map(|h| h.0);
                place.and_then(|p| hot.read(p, |s| s.state())).is_none_or(|s| s == State::Absent)
            });
            self.queue.extend(absent);
        }
        wanted.retain(|name| !self.queue.iter().take_while(|q| *q != name).any(|q| q == name));
        self.queue.retain(|name| !wanted.contains(name));
        wanted.into_iter().rev().for_each(|name| self.queue.push_front(name));
    }
}

/// Spaces of this database that are followed.
pub fn followed(hot: &Hot) -> HashMap<String, Place> {
    let is_followed = |place| hot.read(place, |s| s.state()) == Some(State::Following);
    load::spaces_here(hot)
        .into_iter()
        .filter(|(place, _)| is_followed(*place))
        .map(|(place, name)| (name, place))
        .collect()
}

fn tidy(hot: &Hot, place: Place) {
    if hot.read(place, |s| s.n_unsettled()).unwrap_or(0) > 0 {
        settle::run(hot, place);
    }
    seal::run(hot, place);
    evict::compact(hot, place);
}

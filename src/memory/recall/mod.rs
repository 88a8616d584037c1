//! Recall: the region proposes ids, the tables give the rows that the caller may see.

pub mod across;
pub mod certainty;
mod decayed;
mod dynamics;
pub mod explain;
mod explain_text;
mod gather;
mod interference;
pub mod knowing;
pub mod narrow;
mod outside;
mod past;
mod priming;
pub mod question;
pub mod rows;
pub mod search;
mod select;
mod spreading;
mod trace;
pub mod watching;

use crate::crash::{self, Point};
use crate::error::{Error, Kind};
use crate::hot::governor;
pub use crate::hot::governor::Met;
use crate::hot::metrics::{self, Total};
use crate::hot::queue;
use crate::hot::search::{self as hot_search, Blocked, LockPause};
use crate::hot::{self, Hot, Place, clock, publish};
use crate::memory::metrics::limited;
use crate::memory::{self, load, reinforce, standby, watch};
use crate::pg;
use crate::pg::snapshot::Pinned;
use crate::store::{access, space as spaces};
use engram_region::read::{Reader, Stopped};
use engram_region::{Space, State};
use gather::Gathered;
use pgrx::Uuid;
use question::{Given, Question};
use rows::{Conditions, Row};
use rustc_hash::FxHashSet;
use search::Hit;
use select::Selection;
use trace::Trace;

/// What a recall is limited to, beside its cue.
pub struct Limits {
    pub k: usize,
    pub min_score: f32,
    pub min_confidence: f32,
    pub max_tokens: Option<usize>,
    pub reinforce: bool,
    /// It primes the recalls that come next, also where nothing may be written.
    pub primes: bool,
    pub cold: Cold,
}

/// Whether memories of the cold tier are returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cold {
    Never,
    /// Where the other tiers have fewer than `k`.
    WhenUnfilled,
    Always,
}

/// One returned memory.
pub struct Recalled {
    pub hit: Hit,
    pub row: Row,
    pub score: f32,
}

/// What a recall returns.
pub struct Answer {
    pub recalled: Vec<Recalled>,
    /// The work limit ended spreading early.
    pub limited: bool,
    /// A limit of time or memory ended it early: this is what there was by then.
    pub partial: Option<Met>,
    /// Rows left out because they nearly repeat one that is there, and because they did not fit in `max_tokens`.
    pub repeated: usize,
    pub unfit: usize,
    /// What follows scores less than `min_score`.
    pub ended: bool,
    /// There may be more that matches, beyond what is looked at.
    pub cut: bool,
    /// Cold memories were among what was searched.
    pub cold: bool,
    /// The account, where it was asked for.
    pub trace: Option<Trace>,
}

/// The space, which the current user may read, and the key it goes by.
pub fn readable(name: &str) -> Result<std::rc::Rc<access::Space>, Error> {
    spaces::for_reading(name)
}

/// Recalls from one space.
pub fn recall(name: &str, given: &Given<'_>, limits: &Limits) -> Result<Answer, Error> {
    answer(name, given, limits, Account::None)
}

/// Recalls from one space, with or without an account of how.
pub fn answer(name: &str, given: &Given<'_>, limits: &Limits, account: Account) -> Result<Answer, Error> {
    let space = readable(name)?;
    every_one_is_there(name, &given.ids, given.as_of)?;
    let question = Question::new(given, &space)?;
    let _governed = governor::begin();
    let mut selection = Selection::new(limits.k, limits.max_tokens);
    let gathered = gather::gather(name, question, &Conditions::new(given), limits, account, &mut selection)?;
    let partial = governor::met().inspect(limited);
    let (repeated, unfit) = (selection.repeated, selection.unfit);
    let mut recalled = selection.into_rows();
    hide_paths(name, &mut recalled, gathered.known, given.as_of);
    if limits.reinforce {
        touch(name, &recalled);
    }
    if limits.primes {
        priming::leave(name, &recalled, gathered.reached, memory::now());
    }
    let Gathered { limited, ended, cut, cold, trace, .. } = gathered;
    Ok(Answer { recalled, limited, partial, repeated, unfit, ended, cut, cold, trace })
}

/// Whether an answer comes with an account of how it came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    None,
    Full,
}

/// The shared region disagrees with the tables about this space.
fn discard(name: &str) {
    if let Some((hot, place)) = hot::find(name) {
        hot.write(place, |s| {
            s.reset(State::Absent);
            s.want()
        });
        wake_loader();
    }
    hot::private::forget(name);
}

/// Runs a search in the shared region, or where it cannot answer in a private one.
pub fn with_space<R>(
    name: &str,
    snapshot: &Pinned,
    mut search: impl FnMut(&mut Reader<'static, LockPause>) -> Result<R, Stopped>,
) -> Result<R, Error> {
    let own = queue::with(|q| q.touches(name));
    let shared = shared_place(name, own);
    if let Some((hot, place)) = shared.filter(|s| !pg::in_recovery() || standby::is_covered(&s.0, s.1, name, snapshot))
    {
        for _ in 0..4 {
            match hot_search::with_reader(&hot, place, snapshot, &mut search) {
                Ok(r) => {
                    metrics::add(Total::HotHits, 1);
                    return Ok(r);
                }
                // What a transaction has changed itself its snapshot shows as nobody else's does: it loads nothing for others.
                Err(Blocked::NeedsLoad(x)) if !own => {
                    if load::catch_up(&hot, place, name, snapshot, x).is_err() {
                        break;
                    }
                }
                Err(Blocked::Absent) => {
                    ask_for(&hot, place);
                    break;
                }
                Err(_) => break,
            }
        }
    }
    metrics::add(Total::HotMisses, 1);
    let loaded = governor::uncounted(|| load::private_space(name, snapshot, own));
    let (hot, place) = loaded.map_err(|_| {
        Error::new(Kind::ProgramLimit, format!("space \"{name}\" does not fit in engram.private_region_size"))
            .with_hint("Raise engram.private_region_size, or add engram to shared_preload_libraries.")
    })?;
    hot_search::with_reader(&hot, place, snapshot, search)
        .map_err(|b| Error::internal(format!("private region of space \"{name}\" did not answer: {b:?}")))
}

fn shared_place(name: &str, own: bool) -> Option<(Hot, Place)> {
    let hot = Hot::shared()?;
    if own {
        crash::at(Point::publish_own);
        publish::flush(&hot, name);
    }
    let place = hot.find_or_add(&hot::key(name)?).ok()?;
    Some((hot, place))
}

fn wake_loader() {
    match pg::in_recovery() {
        true => standby::wake_worker(),
        false => pg::worker::wake_launcher(),
    }
}

fn ask_for(hot: &Hot, place: Place) {
    let now = clock();
    let wanted = |s: Space<'_>| matches!(s.state(), State::Absent | State::Following) && s.want_at(now);
    if hot.write(place, wanted) == Some(true) {
        wake_loader();
    }
}

/// An id that does not exist and one that the caller may not see answer alike.
pub fn every_one_is_there(name: &str, ids: &[[u8; 16]], as_of: Option<i64>) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let known = rows::visible_at(name, ids, as_of);
    match ids.iter().find(|id| !known.contains(*id)) {
        Some(unknown) => Err(Error::unknown_memory(Uuid::from_bytes(*unknown), name)),
        None => Ok(()),
    }
}

/// Takes ids that the caller may not see out of the paths.
fn hide_paths(name: &str, recalled: &mut [Recalled], mut known: FxHashSet<[u8; 16]>, as_of: Option<i64>) {
    let asked: Vec<[u8; 16]> =
        recalled.iter().flat_map(|r| &r.hit.via).filter(|v| !known.contains(*v)).copied().collect();
    if !asked.is_empty() {
        known.extend(rows::visible_at(name, &asked, as_of));
    }
    for r in recalled {
        r.hit.via.retain(|v| known.contains(v));
    }
}

fn touch(name: &str, recalled: &[Recalled]) {
    let ids: Vec<[u8; 16]> = recalled.iter().map(|r| r.hit.id).collect();
    if let Some((hot, place)) = hot::find(name) {
        let now = clock();
        hot.read(place, |s| s.touch_memories(&ids, now));
    }
    if pg::in_recovery() {
        // Nothing is learned here, and nobody stores.
        return;
    }
    reinforce::note(name, ids.iter().copied());
    hot::labile::note(name, ids.iter().copied(), memory::now());
    hot::returns::note(name, recalled.iter().filter(|r| r.row.cold).map(|r| r.hit.id));
    watch::tell_recalled(name, ids.iter().copied());
    hot::answers::keep_together(name, ids.into_iter());
    hot::answers::keep(name, recalled.iter().map(|r| (r.hit.id, r.row.content.as_str())));
}

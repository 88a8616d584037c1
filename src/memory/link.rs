//! Cues in texts that were stored before the space knew them.
//!
//! A text names the cues that its space knows when it is stored (`complete.rs`). The maintenance worker does the same for texts that
//! were there already, so that in the end it makes no difference in which order memories came: for each cue that is new it looks for
//! memories that hold all its words, and adds the cue to those that name it. It looks at the new text itself again, too: the name
//! may have been committed while that was being stored, or the space not have been loaded. Without shared memory it does nothing.

use super::complete::names_in;
use super::recall::with_space;
use crate::crash::{self, Point};
use crate::guc;
use crate::hot::{self, Hot, record, settle};
use crate::pg::snapshot::Pinned;
use crate::pg::{self, xid};
use crate::store::access;
use crate::store::learned::{self, Job, Progress};
use crate::store::memory::{self, Mentions};
use engram_engine::{bm25, cues};
use engram_region::{Space, State};
use rustc_hash::FxHashSet;

/// Memories looked at in one transaction.
const PIECE: usize = 64;
/// Memories that may name a cue, at most: a name whose words stand together in more is no name.
const MOST_NAMING: usize = 1000;

/// Whether there may be anything to do: something was published since the last time.
pub fn is_due(space: &str) -> bool {
    guc::known_cues() && unlinked(space).is_some()
}

/// The place of the space, and the changes published so far, when there are more than at the last time.
fn unlinked(space: &str) -> Option<(Hot, hot::Place, u32)> {
    let (hot, place) = hot::find(space)?;
    let ready = hot.read(place, |s| (s.state() == State::Ready).then(|| (s.published(), s.linked())));
    let (published, linked) = ready.flatten()?;
    (published != linked).then_some((hot, place, published))
}

/// The place of the space, where the hot tier says what it knows.
fn ready(space: &str) -> Option<(Hot, hot::Place)> {
    let (hot, place) = hot::find(space)?;
    hot.read(place, |s| s.state() == State::Ready)?.then_some((hot, place))
}

/// Looks at the next memories that changed before transaction `until`. Returns how many texts got a cue, and how many memories
/// were looked at.
pub fn step(space: &str, until: u64) -> (u64, usize) {
    // What was published by transactions that this step does not see must be looked at the next time.
    let before = unlinked(space).filter(|(hot, place, _)| {
        let seen = |s: Space<'_>| s.unsettled().iter().all(|e| e.settled && e.xid < until);
        hot.read(*place, seen).unwrap_or(false)
    });
    learned::lock(space, Job::Cues);
    let mut progress = learned::progress(space, Job::Cues).unwrap_or_default();
    let (linked, looked_at) = piece(space, &mut progress, until);
    if let (0, Some((hot, place, published)), true) = (looked_at, before, ready(space).is_some()) {
        hot.write(place, |s| s.set_linked(published));
    }
    (linked, looked_at)
}

/// Looks at all there is, as far as the snapshot sees it. Returns how many texts got a cue.
pub fn link_all(space: &str) -> u64 {
    if !guc::known_cues() {
        return 0;
    }
    learned::lock(space, Job::Cues);
    let mut progress = learned::progress(space, Job::Cues).unwrap_or_default();
    let until = xid::next_full_xid();
    let mut total = 0;
    loop {
        pg::check_for_interrupts();
        let (linked, looked_at) = piece(space, &mut progress, until);
        total += linked;
        if looked_at == 0 {
            return total;
        }
    }
}

/// Goes on where `progress` says, and keeps how far it came. Returns how many texts got a cue, and how many memories were looked at.
fn piece(space: &str, progress: &mut Progress, until: u64) -> (u64, usize) {
    let Some((hot, place)) = ready(space) else { return (0, 0) };
    // Only what is in the hot tier and settled counts as known: a search has what is missing there loaded.
    if with_space(space, &Pinned::active(), |_| Ok(())).is_err() {
        return (0, 0);
    }
    settle::run(&hot, place);
    let changed = memory::mentions_since(space, progress, until, PIECE);
    let mut linked = changed.iter().map(|memory| u64::from(link(space, memory))).sum();
    let new: FxHashSet<&str> = changed.iter().flat_map(|m| m.cues.iter()).map(|c| cues::split_about(c).0).collect();
    let mut new: Vec<&str> = new.into_iter().collect();
    new.sort_unstable();
    let mut seen: FxHashSet<[u8; 16]> = changed.iter().map(|memory| memory.id).collect();
    for cue in new.into_iter().filter(|cue| is_new(space, cue, progress.through)) {
        pg::check_for_interrupts();
        let ids: Vec<[u8; 16]> = holding(space, cue).into_iter().filter(|id| seen.insert(*id)).collect();
        for naming in memory::mentions_of(space, &ids) {
            linked += u64::from(link(space, &naming));
        }
    }
    if ready(space).is_none() {
        return (linked, 0);
    }
    crash::at(Point::learn_cues);
    if let Some(last) = changed.last() {
        (progress.through, progress.after) = (last.changed, Some(last.id));
        // Transactions that still run may leave more behind, before what is done: the next time begins with the first of them.
        learned::keep_progress(space, Job::Cues, &progress.up_to(Pinned::active().xmin()));
    }
    (linked, changed.len())
}

/// Whether a cue may be found in texts, and no memory from before transaction `through` mentions it.
fn is_new(space: &str, cue: &str, through: u64) -> bool {
    let phrases = cues::phrases(cue);
    let Some(whole) = phrases.iter().find(|p| p.hash == cues::hash(cue)) else { return false };
    let Some((hot, place)) = hot::find(space) else {
        return true;
    };
    hot.read(place, |s| {
        let known = s.mentions_of(whole.hash);
        known.is_some_and(|m| !whole.is_one_word() || m.about > 0) && !s.is_mentioned_before(whole.hash, through)
    })
    .unwrap_or(false)
}

/// Memories that hold every word of a cue, by id.
fn holding(space: &str, cue: &str) -> Vec<[u8; 16]> {
    let language = access::find(space).map_or_else(String::new, |s| s.language.clone());
    let terms: Vec<u64> = record::query_terms(cue, &language).terms.into_iter().map(|t| t.0).collect();
    if terms.is_empty() {
        return Vec::new();
    }
    // With these every term that is there counts one, however often and in whatever length of text.
    let count_each = bm25::Params { k1: 0.0, b: 0.0 };
    let snapshot = Pinned::active();
    let found = with_space(space, &snapshot, |reader| {
        let words = reader.words(&terms)?;
        let sums = reader.sums(&words, &vec![1.0; terms.len()], 0.0, count_each)?;
        let best = reader.best_by_words(&sums, MOST_NAMING + 1, None)?;
        let all = terms.len() as u32 * bm25::contribution(1.0, 1.0);
        let whole = best.into_iter().take_while(|(_, units)| *units >= all);
        Ok(whole.map(|(node, _)| reader.id_of(node)).collect::<Vec<_>>())
    });
    found.ok().filter(|ids| ids.len() <= MOST_NAMING).unwrap_or_default()
}

/// Adds the cues that the text of a memory names and that are not among its own. Says whether there were any.
fn link(space: &str, memory: &Mentions) -> bool {
    let mut all = memory.cues.clone();
    names_in(space, &mut all, &memory.content);
    all.len() > memory.cues.len() && memory::set_cues(space, memory.id, &all, &memory.cues)
}

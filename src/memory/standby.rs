//! Whether the shared region of a hot standby can answer a snapshot.
//!
//! The worker follows by snapshots of its own. What a reader's snapshot sees must be entered, so a reader that may see more
//! waits a moment for the worker to look again. And what is entered must be told apart: of a row that changed twice between
//! two looks the region has only what was there before and after. A snapshot between the two changes sees neither. Such a
//! reader asks the tables through a later snapshot what has changed since its own, and compares those rows, as its own shows
//! them, with the region. Later looks cannot disturb it: what they enter it does not see.
//!
//! Where the region does not hold what the snapshot sees, a private region answers.

use crate::hot::follow::{self, Counter, Slot};
use crate::hot::search::with_reader;
use crate::hot::{Hot, Place};
use crate::memory::follow::Unseen;
use crate::memory::load::association_of;
use crate::pg::snapshot::Pinned;
use crate::pg::spi::{self, Arg};
use crate::pg::{self, recovery};
use engram_region::State;
use engram_region::edges::Association;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

/// Time that a reader waits for the worker.
const PATIENCE: Duration = Duration::from_millis(50);
/// Within this time it looks for the answer every 100 us, after that every millisecond.
const EAGER: Duration = Duration::from_millis(4);
/// Changes since a snapshot that are compared one by one.
const MOST: i32 = 4096;
/// Snapshots known to be told apart that a backend remembers.
const KEPT: usize = 64;

type Id = [u8; 16];
/// A snapshot by its likeness, and a space by slot and generation.
type Seen = (u64, u32, u32);

thread_local! {
    static TOLD_APART: RefCell<HashSet<Seen>> = RefCell::default();
}

/// Whether the region holds what the snapshot sees of the space, as far as following goes. True as well for a space that is not
/// followed, which answers for itself. Holds no lock while it waits.
pub fn is_covered(hot: &Hot, place: Place, name: &str, snapshot: &Pinned) -> bool {
    let Some((State::Following, generation)) = hot.read(place, |s| (s.state(), s.generation())) else { return true };
    let Some(slot) = follow::slot() else { return false };
    let likeness = follow::likeness(snapshot);
    if slot.position().likeness == likeness {
        return true;
    }
    let seen = (likeness, place.slot, generation);
    if TOLD_APART.with_borrow(|all| all.contains(&seen)) {
        return true;
    }
    if recovery::replaying() > slot.position().replayed && !wait(&slot) {
        return false;
    }
    if slot.position().likeness == likeness {
        return true;
    }
    let told_apart = is_told_apart(hot, place, name, snapshot);
    if told_apart {
        TOLD_APART.with_borrow_mut(|all| {
            if all.len() >= KEPT {
                all.clear();
            }
            all.insert(seen);
        });
    } else {
        slot.add(Counter::Ambiguous, 1);
    }
    told_apart
}

/// Wakes the worker of this database, or the launcher where there is none.
pub fn wake_worker() {
    match follow::slot() {
        Some(slot) => slot.wake(),
        None => pg::worker::wake_launcher(),
    }
}

/// Draws a ticket and waits for the answer; false when that takes too long.
fn wait(slot: &Slot) -> bool {
    let ticket = slot.ask();
    let begun = Instant::now();
    while slot.answered() < ticket {
        let waited = begun.elapsed();
        if waited > PATIENCE {
            slot.add(Counter::Missed, 1);
            return false;
        }
        if waited < EAGER {
            std::thread::sleep(Duration::from_micros(100));
            pg::check_for_interrupts();
        } else {
            pg::sleep_ms(1);
        }
    }
    slot.add(Counter::Waited, 1);
    true
}

/// Whether the region shows each row that changed since the snapshot as the snapshot shows it.
fn is_told_apart(hot: &Hot, place: Place, name: &str, snapshot: &Pinned) -> bool {
    // In a parallel query there is no later snapshot to be had.
    if pg::in_parallel_mode() {
        return false;
    }
    let Some((ids, sources)) = changed_since(name, snapshot) else { return false };
    if ids.is_empty() && sources.is_empty() {
        return true;
    }
    let mut versions: HashMap<Id, u64> = HashMap::new();
    let mut edges: HashMap<Id, Vec<Association>> = HashMap::new();
    pg::as_owner(|| {
        let args = [Arg::Text(name), Arg::UuidArray(&ids)];
        spi::select(include_str!("../../sql/query/follow_versions.sql"), &args, |row| {
            versions.extend(row.uuid(1).zip(row.xid8(2)));
        });
        let args = [Arg::Text(name), Arg::UuidArray(&sources)];
        spi::select(include_str!("../../sql/query/load_associations_of.sql"), &args, |row| {
            if let Some(a) = association_of(row) {
                edges.entry(a.source).or_default().push(a);
            }
        });
    });
    let same_edges = |source: &Id, found: Vec<Association>| {
        let there = edges.get(source).map_or(&[][..], Vec::as_slice);
        there.len() == found.len() && there.iter().all(|a| found.contains(a))
    };
    let compared = with_reader(hot, place, snapshot, |reader| {
        let rows = ids.iter().all(|id| reader.version_of(id) == versions.get(id).copied());
        Ok(rows && sources.iter().all(|source| same_edges(source, reader.edges_from(source))))
    });
    compared == Ok(true)
}

/// Memories of the space, and sources of edges, that changed after the snapshot; none where they are too many, or a whole table.
fn changed_since(name: &str, snapshot: &Pinned) -> Option<(Vec<Id>, Vec<Id>)> {
    let unseen = Unseen::of(snapshot);
    let args = [Arg::Xid8(unseen.from), Arg::Xid8Array(&unseen.running), Arg::Int4(MOST), Arg::Text(name)];
    let (mut ids, mut sources) = (Vec::new(), Vec::new());
    let mut truncated = false;
    let _later = Pinned::latest();
    let n = pg::as_owner(|| {
        let rows =
            spi::select(include_str!("../../sql/query/follow_memories_of.sql"), &args, |row| ids.extend(row.uuid(1)));
        let changes = spi::select(include_str!("../../sql/query/follow_changes_of.sql"), &args, |row| {
            match (row.uuid(1), row.text(2)) {
                (Some(id), Some("memory")) => {
                    ids.push(id);
                    sources.push(id);
                }
                (Some(id), _) => sources.push(id),
                (None, _) => truncated = true,
            }
        });
        rows.max(changes)
    });
    for list in [&mut ids, &mut sources] {
        list.sort_unstable();
        list.dedup();
    }
    (!truncated && n < MOST as u64).then_some((ids, sources))
}

//! The commit queue: what the transactions of this backend did, until they commit.
//!
//! Row triggers push changes, each with the subtransaction that made it. A subtransaction that commits hands its
//! changes to its parent, one that aborts drops them. What was entered in the region early, because the transaction
//! recalled from the space it had written to, is remembered so that a rollback to a savepoint takes it back.

use super::Place;
use engram_region::Record;
use engram_region::edges::Association;
use engram_region::write::Done;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// One change of one row.
#[derive(Debug, Clone)]
pub enum Change {
    /// A recallable version; `replaces` when a former one was recallable too.
    Put {
        record: Box<Record>,
        replaces: bool,
        /// What stands for the encoder of the space when the row was written; 0 while nothing said.
        encoder: u64,
    },
    /// The row, as it was, of a memory outside that the next change of it deletes or replaces: its terms leave with it.
    Former(Box<Record>),
    /// The row is gone, or not recallable any more.
    Delete([u8; 16]),
    Edge(Association),
    EdgeDelete(Association),
}

/// Changes of one space.
#[derive(Debug, Default)]
pub struct Changes {
    pub space: String,
    pub queued: Vec<(u32, Change)>,
    /// Too many to queue: whoever sees the transaction loads them from the tables.
    pub collapsed: bool,
    /// Memories stored, by the digest of text and context, with the subtransaction: the earlier of two outlives the later.
    pub digests: FxHashMap<u32, Vec<(u32, [u8; 16])>>,
    /// What was entered early, with where it lies.
    pub entered: Vec<(u32, Place, u32, Done)>,
    /// Cues that memories of this transaction name, by hash: the subtransaction, and whether a memory is about it.
    named: FxHashMap<u64, (u32, bool)>,
}

/// All that the transaction did.
#[derive(Debug, Default)]
pub struct Queue {
    pub spaces: Vec<Changes>,
    /// Spaces whose settings changed, or which were dropped: they are loaded anew after commit.
    pub resets: Vec<(u32, String)>,
    /// Subtransactions that truncated a table: every space of the database is loaded anew.
    pub truncated: Vec<u32>,
}

/// Changes of one space in one transaction that are queued; more collapse to a load.
pub const MOST: usize = 10_000;
/// Cues of one space that a transaction remembers to have named: 16 MB of them.
const MOST_NAMED: usize = 1 << 19;

thread_local! {
    static QUEUE: RefCell<Queue> = RefCell::new(Queue::default());
}

/// Works on the queue of this backend.
pub fn with<R>(f: impl FnOnce(&mut Queue) -> R) -> R {
    QUEUE.with_borrow_mut(f)
}

/// Memories noted for one digest at most: a text that is stored again and again need not be found each time.
const MOST_OF_A_DIGEST: usize = 32;

impl Changes {
    fn note(&mut self, subxact: u32, digest: u32, id: [u8; 16]) {
        let stored = self.digests.entry(digest).or_default();
        if stored.len() < MOST_OF_A_DIGEST {
            stored.push((subxact, id));
        }
    }
}

impl Queue {
    fn changes(&mut self, space: &str) -> &mut Changes {
        let at = match self.spaces.iter().position(|s| s.space == space) {
            Some(at) => at,
            None => {
                self.spaces.push(Changes { space: space.to_owned(), ..Changes::default() });
                self.spaces.len() - 1
            }
        };
        &mut self.spaces[at]
    }

    /// Whether changes of the space beyond [`MOST`] made its record unnecessary.
    pub fn is_collapsed(&self, space: &str) -> bool {
        self.spaces.iter().any(|s| s.space == space && s.collapsed)
    }

    /// Adds a change made by a subtransaction.
    pub fn push(&mut self, space: &str, subxact: u32, change: Change) {
        let c = self.changes(space);
        if c.collapsed {
            return;
        }
        if let Change::Put { record, .. } = &change {
            c.note(subxact, record.digest, record.id);
        }
        c.queued.push((subxact, change));
        if c.queued.len() + c.entered.len() > MOST {
            self.collapse(space);
        }
    }

    /// Gives up queueing changes of the space: they will be read from the tables.
    pub fn collapse(&mut self, space: &str) {
        let c = self.changes(space);
        c.queued = Vec::new();
        c.collapsed = true;
    }

    /// Takes note of a cue that a memory of this transaction names.
    pub fn name(&mut self, space: &str, subxact: u32, cue: u64, about: bool) {
        let named = &mut self.changes(space).named;
        if named.len() < MOST_NAMED {
            named.entry(cue).or_insert((subxact, false)).1 |= about;
        }
    }

    /// Whether a memory of this transaction names a cue, and whether one is about it.
    pub fn names(&self, space: &str, cue: u64) -> Option<bool> {
        let changes = self.spaces.iter().find(|s| s.space == space)?;
        changes.named.get(&cue).map(|named| named.1)
    }

    /// Notes a memory that was stored, for [`Queue::same_digest`]: what [`Queue::push`] does while it queues.
    pub fn note(&mut self, space: &str, subxact: u32, digest: u32, id: [u8; 16]) {
        self.changes(space).note(subxact, digest, id);
    }

    /// Memories of this digest that the transaction has stored, and may have changed or deleted since.
    pub fn same_digest(&self, space: &str, digest: u32) -> Vec<[u8; 16]> {
        let stored = self.spaces.iter().find(|s| s.space == space).and_then(|s| s.digests.get(&digest));
        stored.map_or_else(Vec::new, |s| s.iter().map(|s| s.1).collect())
    }

    /// Whether the transaction changed the space.
    pub fn touches(&self, space: &str) -> bool {
        self.spaces.iter().any(|s| s.space == space) || !self.truncated.is_empty()
    }

    /// The changes of one space, taken out for entering.
    pub fn take(&mut self, space: &str) -> Option<(Vec<(u32, Change)>, bool)> {
        let c = self.spaces.iter_mut().find(|s| s.space == space)?;
        Some((std::mem::take(&mut c.queued), std::mem::replace(&mut c.collapsed, false)))
    }

    /// Remembers what was entered early.
    pub fn entered(&mut self, space: &str, done: (u32, Place, u32, Done)) {
        self.changes(space).entered.push(done);
    }

    /// A subtransaction became part of its parent.
    pub fn reparent(&mut self, my: u32, parent: u32) {
        let mv = |sub: &mut u32| {
            if *sub == my {
                *sub = parent;
            }
        };
        for s in &mut self.spaces {
            s.queued.iter_mut().for_each(|q| mv(&mut q.0));
            s.entered.iter_mut().for_each(|e| mv(&mut e.0));
            s.named.values_mut().for_each(|n| mv(&mut n.0));
            s.digests.values_mut().flatten().for_each(|d| mv(&mut d.0));
        }
        self.resets.iter_mut().for_each(|r| mv(&mut r.0));
        self.truncated.iter_mut().for_each(mv);
    }

    /// A subtransaction was rolled back; returns what has to be taken back, latest first.
    pub fn roll_back(&mut self, my: u32) -> Vec<(Place, u32, Done)> {
        let mut undo = Vec::new();
        for s in &mut self.spaces {
            s.queued.retain(|q| q.0 != my);
            s.named.retain(|_, n| n.0 != my);
            s.digests.values_mut().for_each(|stored| stored.retain(|d| d.0 != my));
            s.entered.retain(|(sub, place, generation, done)| {
                if *sub == my {
                    undo.push((*place, *generation, *done));
                }
                *sub != my
            });
        }
        self.resets.retain(|r| r.0 != my);
        self.truncated.retain(|t| *t != my);
        undo.reverse();
        undo
    }
}

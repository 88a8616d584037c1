//! What the region keeps of one row, and the records it keeps it in.

use crate::bytes::{NONE, Off, pod};
use engram_engine::code::Code;

/// One version of a row of `engram.memory`, as the extension hands it in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    /// Memory id (uuid).
    pub id: [u8; 16],
    /// Full transaction id that wrote this version (`memory.changed`).
    pub changed: u64,
    /// Microseconds since the Unix epoch.
    pub occurred_at: i64,
    /// Hash of the context, 0 for none.
    pub context: u64,
    /// Hash of the kind.
    pub kind: u64,
    /// Term hashes with frequencies, sorted by hash, each once.
    pub terms: Vec<(u64, u16)>,
    /// Length in terms.
    pub length: u32,
    /// Cue hashes, each once; true for what the memory is about.
    pub cues: Vec<(u64, bool)>,
    /// The quantised embedding, if there is one.
    pub code: Option<Code>,
    /// Stands for the text and its context, so that the same text is found again; 0 for none.
    pub digest: u32,
    /// Never chosen for eviction.
    pub pinned: bool,
    /// In the cold tier: known by a thin node, never resident.
    pub cold: bool,
}

/// A memory node: one version of one row.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub id: [u8; 16],
    /// Creating transaction.
    pub xmin: u64,
    /// Deleting transaction, 0 for none.
    pub xmax: u64,
    pub occurred_at: i64,
    pub kind: u64,
    /// Context index, NONE for none.
    pub context: u32,
    /// Length in terms.
    pub length: u32,
    /// Block of `n_cues` cue indexes, the top bit set for what the memory is about.
    pub cues: Off,
    pub n_cues: u16,
    /// Flags below.
    pub state: u16,
    /// `segment << 12 | document`, NONE when not resident.
    pub place: u32,
    /// Next node of the same creating transaction, NONE at the end.
    pub next_made: u32,
    /// Next node of the same deleting transaction, NONE at the end.
    pub next_gone: u32,
    /// Lists that still name this node.
    pub refs: u32,
    /// When it was last of use, seconds since 2020.
    pub touched: u32,
    /// Digest of the text and its context, 0 for none.
    pub digest: u32,
}
pod!(Node);

impl Node {
    pub const EMPTY: Node = Node {
        id: [0; 16],
        xmin: 0,
        xmax: 0,
        occurred_at: 0,
        kind: 0,
        context: NONE,
        length: 0,
        cues: 0,
        n_cues: 0,
        state: 0,
        place: NONE,
        next_made: NONE,
        next_gone: NONE,
        refs: 0,
        touched: 0,
        digest: 0,
    };

    pub fn has(&self, flag: u16) -> bool {
        self.state & flag != 0
    }
}

/// The slot holds a version.
pub(crate) const USED: u16 = 1;
/// Counted in the statistics: committed and not deleted as far as settled.
pub(crate) const COUNTED: u16 = 2;
/// In the chain of its creating transaction.
pub(crate) const MADE: u16 = 4;
/// In the chain of its deleting transaction.
pub(crate) const GONE: u16 = 8;
/// Its creation was rolled back, or it is deleted for everybody: only lists still name it.
pub(crate) const DEAD: u16 = 32;
/// Its deleting transaction committed.
pub(crate) const BURIED: u16 = 64;
/// Deleted before its row was loaded: only the id and the deletion are known.
pub(crate) const TOMBSTONE: u16 = 128;
/// Rolled back to a savepoint: no snapshot sees it.
pub(crate) const REVOKED: u16 = 256;

/// Not resident, counted, and its terms are in the table of frequencies outside.
pub(crate) const OUTSIDE: u16 = 512;
/// Its row is in `engram.warm`.
pub(crate) const WARM: u16 = 1024;
/// Never chosen for eviction.
pub(crate) const PINNED: u16 = 2048;
/// In the cold tier: never resident.
pub(crate) const COLD: u16 = 4096;

/// A cue: an entity or a tag.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct Cue {
    pub hash: u64,
    /// Nodes, the top bit set when they are about it.
    pub mentions: crate::chunks::List,
    /// Counted memories that mention it.
    pub df: u32,
    /// Those of them that are about it.
    pub about: u32,
    /// Entries of `mentions` whose node is dead.
    pub dead: u32,
    pub used: u32,
}
pod!(Cue);

/// A transaction with changes in the space that some snapshot may not see yet.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub xid: u64,
    pub state: u32,
    /// First node it made, first it deleted; edges likewise.
    pub made: u32,
    pub gone: u32,
    pub edges_made: u32,
    pub edges_gone: u32,
    /// Where settling goes on.
    pub cursor: u32,
}
pod!(Entry);

impl Entry {
    pub fn new(xid: u64) -> Entry {
        Entry { xid, state: 0, made: NONE, gone: NONE, edges_made: NONE, edges_gone: NONE, cursor: NONE }
    }
}

/// Its effects are in the statistics.
pub(crate) const SETTLED: u32 = 1;
/// Its rows must be read from the tables before a snapshot that sees it may be answered.
pub(crate) const NEEDS_LOAD: u32 = 2;
/// It made the space void: who sees it has the space loaded anew.
pub(crate) const RESET: u32 = 16;
/// Its rows were loaded, and are not told apart from what is settled.
pub(crate) const LOADED: u32 = 32;
/// The commit callback ran (a hint; the commit log decides).
pub(crate) const HINT_COMMITTED: u32 = 4;
/// The abort callback ran.
pub(crate) const HINT_ABORTED: u32 = 8;

/// The top bit of a node entry in a cue's list and of a cue entry in a node's block.
pub(crate) const ABOUT: u32 = 1 << 31;

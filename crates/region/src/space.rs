//! A space: everything the region keeps of one memory space, and the handle to it.

use crate::array::{self, Array};
use crate::bytes::{NONE, Region};
use crate::context::{self, Context};
use crate::hash;
pub(crate) use crate::head::Head;
use crate::pages;
use crate::record::{ABOUT, COUNTED, Cue, DEAD, Node, OUTSIDE, TOMBSTONE, USED};
use crate::segment::{self, Segment};
use std::mem::offset_of;

/// What a space in the region is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum State {
    /// Nothing is known; changes are not recorded, the tables answer.
    Absent = 0,
    /// A loader reads the tables; changes are recorded, the tables answer.
    Loading = 1,
    /// The space answers.
    Ready = 2,
    /// On a standby: nobody publishes, a worker follows the tables; answers snapshots of recovery only.
    Following = 3,
}

/// Statistics of the settled state.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stats {
    /// Memories that count for frequencies.
    pub memories: u32,
    /// Sum of their lengths in terms.
    pub total_length: u64,
    /// Nodes whose codes and postings are in the region.
    pub resident: u32,
    /// Nodes without.
    pub spilled: u32,
    /// Those of them that a row of `engram.warm` proposes.
    pub warm: u32,
    /// Those in the cold tier.
    pub cold: u32,
    pub cues: u32,
    pub edges: u32,
    pub bytes: u64,
    pub unsettled: u32,
    pub evictions: u64,
    pub generation: u32,
    pub dims: u32,
    pub sequence: u64,
}

/// Handle on one space. Reading methods need its lock shared, changing ones exclusive.
#[derive(Clone, Copy)]
pub struct Space<'a> {
    pub(crate) region: Region<'a>,
    pub(crate) at: usize,
}

macro_rules! field {
    ($space:expr, $name:ident) => {
        $space.at + std::mem::offset_of!($crate::space::Head, $name)
    };
}
pub(crate) use field;

impl<'a> Space<'a> {
    pub(crate) fn head(&self) -> Head {
        self.region.read(self.at)
    }

    pub(crate) fn change<R>(&self, f: impl FnOnce(&mut Head) -> R) -> R {
        self.region.update(self.at, f)
    }

    pub(crate) fn owner(&self) -> usize {
        field!(self, alloc)
    }

    /// What the space is good for. A change that was interrupted makes it [`State::Absent`].
    pub fn state(&self) -> State {
        let h = self.head();
        match (h.mutating, h.state) {
            (0, 2) => State::Ready,
            (0, 1) => State::Loading,
            (0, 3) => State::Following,
            _ => State::Absent,
        }
    }

    pub fn generation(&self) -> u32 {
        self.region.read(field!(self, generation))
    }

    pub(crate) fn epoch(&self) -> u32 {
        self.region.read(field!(self, epoch))
    }

    pub(crate) fn settle_count(&self) -> u32 {
        self.region.read(field!(self, settled))
    }

    /// Transactions up to this one are no longer told apart: a snapshot must see all that committed.
    pub fn frozen_through(&self) -> u64 {
        self.region.read(field!(self, frozen_through))
    }

    /// Marks the beginning of a structural change.
    pub fn begin(&self) {
        self.region.write(field!(self, mutating), 1u32);
    }

    /// Marks its end.
    pub fn end(&self) {
        self.region.write(field!(self, mutating), 0u32);
    }

    /// Whether a change was interrupted by an error.
    pub fn is_damaged(&self) -> bool {
        self.region.read::<u32>(field!(self, mutating)) != 0
    }

    /// Remembers when the space last answered (seconds since 2020).
    pub fn touch(&self, now: u32) {
        self.region.write(field!(self, used), now);
    }

    /// When it last answered (seconds since 2020).
    pub fn used(&self) -> u32 {
        self.region.read(field!(self, used))
    }

    /// Asks for a loader; says whether nobody had asked before.
    pub fn want(&self) -> bool {
        self.change(|h| std::mem::replace(&mut h.wanted, 1) == 0)
    }

    /// A load failed for want of room.
    pub fn load_failed(&self, now: u32) {
        self.region.write(field!(self, failed), now.max(1));
    }

    /// Asks for a loader, unless a load failed within the last minute. Says whether one is wanted now.
    pub fn want_at(&self, now: u32) -> bool {
        let failed: u32 = self.region.read(field!(self, failed));
        // A failure of the future was noted before the clock was moved back.
        if failed == 0 || failed > now || now - failed >= 60 {
            self.want();
        }
        self.wanted()
    }

    /// Takes note of the wish for a loader; says whether there was one.
    pub fn take_wanted(&self) -> bool {
        self.change(|h| std::mem::replace(&mut h.wanted, 0) != 0)
    }

    /// Whether a loader is wanted.
    pub fn wanted(&self) -> bool {
        self.region.read::<u32>(field!(self, wanted)) != 0
    }

    /// Limits what the space takes; 0 is no limit. It outlives a reset.
    pub fn set_share(&self, bytes: u64) {
        self.region.write(field!(self, share), bytes);
    }

    /// Bytes beyond which its memories leave before those of others; 0 is no limit.
    pub fn share(&self) -> u64 {
        self.region.read(field!(self, share))
    }

    /// Gives everything back and forgets all. The next state is `state`.
    pub fn reset(&self, state: State) {
        let old = self.head();
        let segment_at = |i| array::at::<Segment>(&self.region, &old.segments, i);
        for i in 0..old.segments.len {
            pages::release(&self.region, segment::index_of(segment_at(i)));
            pages::release(&self.region, segment::base_of(segment_at(i)));
        }
        pages::release(&self.region, self.owner());
        self.region.write(
            self.at,
            Head {
                state: state as u32,
                generation: old.generation.wrapping_add(1),
                evictions: old.evictions,
                used: old.used,
                failed: old.failed,
                share: old.share,
                ..Head::empty(old.key, old.database, old.table, old.name, old.name_len)
            },
        );
    }

    /// What stands for the encoder whose codes these are; 0 while nothing says.
    pub fn encoder(&self) -> u64 {
        self.region.read(field!(self, encoder))
    }

    /// From now on codes are of this encoder.
    pub fn set_encoder(&self, encoder: u64) {
        self.change(|h| h.encoder = encoder);
    }

    /// Dimensions of the codes; 0 while there are none.
    pub fn dims(&self) -> u32 {
        self.region.read(field!(self, dims))
    }

    /// Begins loading on top of what the space holds.
    pub fn set_loading(&self) {
        self.region.write(field!(self, state), State::Loading as u32);
    }

    /// Ends loading on a standby.
    pub fn set_following(&self) {
        self.change(|h| {
            h.state = State::Following as u32;
            h.wanted = 0;
        });
    }

    /// Whether the space can be searched, be it as a primary's or as a standby's.
    pub fn is_complete(&self) -> bool {
        matches!(self.state(), State::Ready | State::Following)
    }

    /// Ends loading.
    pub fn set_ready(&self) {
        self.change(|h| {
            h.state = State::Ready as u32;
            h.wanted = 0;
        });
    }

    /// Statistics of the settled state.
    pub fn stats(&self) -> Stats {
        let h = self.head();
        let mut bytes = pages::owned_bytes(&self.region, self.owner());
        for i in 0..h.segments.len {
            let s = array::at::<Segment>(&self.region, &h.segments, i);
            bytes += pages::owned_bytes(&self.region, segment::index_of(s));
            bytes += pages::owned_bytes(&self.region, segment::base_of(s));
        }
        Stats {
            memories: h.n_counted,
            total_length: h.total_length,
            resident: h.n_resident,
            spilled: h.n_nodes - h.n_resident,
            warm: if h.void == 0 { h.n_warm } else { 0 },
            cold: if h.void == 0 { h.n_cold } else { 0 },
            cues: h.cue_ids.n,
            edges: h.n_edges,
            bytes,
            unsettled: h.entries.len,
            evictions: h.evictions,
            generation: h.generation,
            dims: h.dims,
            sequence: h.sequence,
        }
    }

    /// Whether the head belongs to the key with these words. Needs the lock of the space.
    pub fn is(&self, words: [u64; 2]) -> bool {
        self.head().key == words
    }

    /// Sixteen bytes that stand for its key, as [`crate::SpaceKey::words`]; zeros for a slot that is not in use.
    pub fn words(&self) -> [u64; 2] {
        self.head().key
    }

    /// Name, database and table the space belongs to.
    pub fn key(&self) -> (Vec<u8>, u32, u32) {
        let h = self.head();
        let name = self.region.slice::<u8>(crate::bytes::addr(h.name), h.name_len as usize).to_vec();
        (name, h.database, h.table)
    }

    pub(crate) fn node_at(&self, i: u32) -> usize {
        array::at::<Node>(&self.region, &self.region.read(field!(self, nodes)), i)
    }

    pub(crate) fn node(&self, i: u32) -> Node {
        self.region.read(self.node_at(i))
    }

    pub(crate) fn update_node<R>(&self, i: u32, f: impl FnOnce(&mut Node) -> R) -> R {
        self.region.update(self.node_at(i), f)
    }

    pub(crate) fn segment_at(&self, i: u32) -> usize {
        array::at::<Segment>(&self.region, &self.region.read(field!(self, segments)), i)
    }

    pub(crate) fn cue_at(&self, i: u32) -> usize {
        array::at::<Cue>(&self.region, &self.region.read(field!(self, cues)), i)
    }

    pub(crate) fn context_at(&self, i: u32) -> usize {
        array::at::<Context>(&self.region, &self.region.read(field!(self, contexts)), i)
    }

    pub(crate) fn cues_of(&self, n: &Node) -> &[u32] {
        if n.n_cues == 0 {
            return &[];
        }
        self.region.slice(crate::bytes::addr(n.cues), n.n_cues as usize)
    }

    pub(crate) fn key_of(&self, node: u32) -> context::Key {
        self.key_at(self.node_at(node))
    }

    /// Time and id of the node at a byte address.
    pub(crate) fn key_at(&self, at: usize) -> context::Key {
        let id = self.region.slice::<u8>(at, 16).try_into().expect("a uuid has sixteen bytes");
        (self.region.read(at + offset_of!(Node, occurred_at)), id)
    }

    pub(crate) fn id_of(&self, node: u32) -> [u8; 16] {
        self.key_of(node).1
    }

    /// Id of a node.
    pub fn id(&self, node: u32) -> [u8; 16] {
        self.id_of(node)
    }

    /// Calls `f` with each version of an id that the region holds, until it returns true.
    pub(crate) fn versions(&self, id: &[u8; 16], mut f: impl FnMut(u32, &Node) -> bool) -> Option<u32> {
        hash::find(&self.region, field!(self, ids), tag(id), |i| {
            let n = self.node(i);
            n.id == *id && f(i, &n)
        })
    }

    pub(crate) fn find_cue(&self, hash: u64) -> Option<u32> {
        hash::find(&self.region, field!(self, cue_ids), hash as u32, |i| {
            self.region.read::<Cue>(self.cue_at(i)).hash == hash
        })
    }

    pub(crate) fn find_context(&self, hash: u64) -> Option<u32> {
        hash::find(&self.region, field!(self, context_ids), hash as u32, |i| {
            self.region.read::<Context>(self.context_at(i)).hash == hash
        })
    }

    /// Takes a node into the statistics, or out of them.
    pub(crate) fn count(&self, i: u32, counted: bool) {
        let n = self.node(i);
        if n.has(COUNTED) == counted || n.has(TOMBSTONE) || n.has(DEAD) {
            return;
        }
        if n.has(OUTSIDE) {
            self.lose_terms(i);
        }
        self.update_node(i, |n| n.state ^= COUNTED);
        if n.place != NONE {
            segment::set_alive(&self.region, self.segment_at(n.place >> segment::DOC_BITS), doc_of(n.place), counted);
        }
        for cue in self.cues_of(&n) {
            let about = u32::from(cue & ABOUT != 0);
            self.region.update(self.cue_at(cue & !ABOUT), |c: &mut Cue| {
                if counted {
                    (c.df, c.about) = (c.df + 1, c.about + about);
                } else {
                    (c.df, c.about) = (c.df - 1, c.about - about);
                }
            });
        }
        self.change(|h| {
            if counted {
                h.n_counted += 1;
                h.total_length += u64::from(n.length);
            } else {
                h.n_counted -= 1;
                h.total_length -= u64::from(n.length);
            }
            h.settled = h.settled.wrapping_add(1);
        });
    }

    /// Memories that count for frequencies.
    pub fn memories(&self) -> u32 {
        self.region.read(field!(self, n_counted))
    }

    /// Changes whenever something in the space does, apart from when it was of use.
    pub fn fingerprint(&self) -> u64 {
        let h = self.head();
        let parts = [h.sequence, u64::from(h.settled), u64::from(h.epoch), u64::from(h.generation), u64::from(h.state)];
        parts.iter().fold(h.key[0], |sum, part| (sum.rotate_left(7) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// Number of nodes, used or not: the bound of node indexes.
    pub fn node_bound(&self) -> u32 {
        self.region.read::<Array>(field!(self, nodes)).len
    }

    pub(crate) fn is_used(&self, i: u32) -> bool {
        let n = self.node(i);
        n.has(USED) && !n.has(DEAD)
    }
}

pub(crate) fn doc_of(place: u32) -> u32 {
    place & (segment::MOST - 1)
}

/// Tag of an id: ids are random enough in their last bytes.
pub(crate) fn tag(id: &[u8; 16]) -> u32 {
    let word = |i: usize| u64::from_le_bytes(id[i..i + 8].try_into().expect("eight bytes"));
    // Ids that callers make may be counters: mix before the low bits choose a bucket (Steele, Lea and Flood 2014).
    let mut x = word(0) ^ word(8).rotate_left(32);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x ^ (x >> 31)) as u32
}

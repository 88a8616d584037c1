//! The space as it lies in the region.

use crate::array::Array;
use crate::bytes::{NONE, Off, pod};
use crate::hash::Table;
use crate::pages::Alloc;

/// The space as it lies in the region.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Head {
    /// Hash of the name, then database and table.
    pub key: [u64; 2],
    pub database: u32,
    pub table: u32,
    pub name: Off,
    pub name_len: u32,
    pub state: u32,
    /// Raised when the space is reset: what was read before is void.
    pub generation: u32,
    /// Raised when a place may come to mean something else: a search in pieces starts again.
    pub epoch: u32,
    /// Raised when settling changes who is counted: a search in pieces takes a new view.
    pub settled: u32,
    /// A structural change is under way.
    pub mutating: u32,
    pub dims: u32,
    /// Changes published, in order.
    pub sequence: u64,
    /// Highest transaction ever listed: a higher one cannot be in the list.
    pub last_listed: u64,
    /// Transactions up to this one are answered without their own check: a snapshot must see them all.
    pub frozen_through: u64,
    /// What stands for the encoder of the codes; 0 while nothing says.
    pub encoder: u64,
    pub alloc: Alloc,
    pub nodes: Array,
    pub ids: Table,
    /// Digest of a text to its nodes, a few for each: see [`crate::digest`].
    pub digests: Table,
    pub cues: Array,
    pub cue_ids: Table,
    pub contexts: Array,
    pub context_ids: Table,
    pub edges: Array,
    pub anchors: Table,
    pub segments: Array,
    pub entries: Array,
    /// Segments that take documents, with a code and without.
    pub open: [u32; 2],
    pub free_node: u32,
    pub free_cue: u32,
    pub free_edge: u32,
    pub free_segment: u32,
    pub n_counted: u32,
    pub n_resident: u32,
    pub n_nodes: u32,
    pub n_dead: u32,
    pub n_edges: u32,
    pub n_documents: u32,
    pub total_length: u64,
    pub evictions: u64,
    /// Frequencies of terms of memories outside: see [`crate::outside`].
    pub outside: Array,
    pub outside_ids: Table,
    pub free_outside: u32,
    /// Nodes whose terms are in it; those of them that a warm row proposes, and cold ones.
    pub n_outside: u32,
    pub n_warm: u32,
    pub n_cold: u32,
    /// It holds terms of nodes that are gone.
    pub void: u32,
    /// A memory outside was recalled.
    pub returned: u32,
    /// When it last answered, seconds since 2020.
    pub used: u32,
    /// A loader is wanted.
    pub wanted: u32,
    /// When a load last failed for want of room, seconds since 2020.
    pub failed: u32,
    /// Low bits of `sequence` when cues were last looked for in older texts; at first a number that it is not.
    pub linked: u32,
    /// Bytes beyond which its memories leave before those of others; 0 is no limit.
    pub share: u64,
}
pod!(Head);

impl Head {
    pub(crate) fn empty(key: [u64; 2], database: u32, table: u32, name: Off, name_len: u32) -> Head {
        Head {
            key,
            database,
            table,
            name,
            name_len,
            state: 0,
            generation: 0,
            epoch: 0,
            settled: 0,
            mutating: 0,
            dims: 0,
            sequence: 0,
            last_listed: 0,
            frozen_through: 0,
            encoder: 0,
            alloc: Alloc::EMPTY,
            nodes: Array::EMPTY,
            ids: Table::EMPTY,
            digests: Table::EMPTY,
            cues: Array::EMPTY,
            cue_ids: Table::EMPTY,
            contexts: Array::EMPTY,
            context_ids: Table::EMPTY,
            edges: Array::EMPTY,
            anchors: Table::EMPTY,
            segments: Array::EMPTY,
            entries: Array::EMPTY,
            open: [NONE; 2],
            free_node: NONE,
            free_cue: NONE,
            free_edge: NONE,
            free_segment: NONE,
            n_counted: 0,
            n_resident: 0,
            n_nodes: 0,
            n_dead: 0,
            n_edges: 0,
            n_documents: 0,
            total_length: 0,
            evictions: 0,
            outside: Array::EMPTY,
            outside_ids: Table::EMPTY,
            free_outside: NONE,
            n_outside: 0,
            n_warm: 0,
            n_cold: 0,
            void: 0,
            returned: 0,
            used: 0,
            wanted: 0,
            failed: 0,
            linked: u32::MAX,
            share: 0,
        }
    }
}

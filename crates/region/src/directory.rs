//! The directory: which spaces the region holds.
//!
//! It is itself a space of the allocator: an array of [`Head`]s, a table from key to place, and the names.
//! A head never moves and is never given to another key while a handle may exist: a dropped space keeps its
//! head, emptied, until the directory needs it for a new key, and its generation tells handles apart.

use crate::Full;
use crate::array::{self, Array};
use crate::bytes::{Off, Region, addr, pod};
use crate::hash::{self, Table};
use crate::pages::{self, Alloc};
use crate::space::{Head, Space, State};

#[repr(C)]
#[derive(Clone, Copy)]
struct Root {
    alloc: Alloc,
    heads: Array,
    keys: Table,
}
pod!(Root);

/// What identifies a space: database, the table its rows are in, its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpaceKey<'n> {
    pub database: u32,
    pub table: u32,
    pub name: &'n str,
}

impl SpaceKey<'_> {
    /// Sixteen bytes that stand for the key, from the hash of its name by the caller's hash function.
    pub fn words(&self) -> [u64; 2] {
        let name = engram_engine::cues::hash(self.name);
        [name, u64::from(self.database) << 32 | u64::from(self.table)]
    }
}

/// Handle on the directory.
#[derive(Clone, Copy)]
pub struct Directory<'a> {
    region: Region<'a>,
}

/// Smallest useful region: a directory and a few spaces.
pub const LEAST_BYTES: usize = 1 << 20;

impl<'a> Directory<'a> {
    /// Formats the bytes and makes an empty directory.
    pub fn format(region: Region<'a>) -> Result<Directory<'a>, Full> {
        pages::format(&region);
        // The root lies in a page of its own.
        let root = pages::first_page(&region).ok_or(Full)?;
        region.zero(addr(root), crate::bytes::PAGE);
        region.write(addr(root), Root { alloc: Alloc::EMPTY, heads: Array::EMPTY, keys: Table::EMPTY });
        // Who works on a space holds the lock of the space alone: its head must stay where it is.
        let heads = array::unmoving(&region, addr(root))?;
        region.write(addr(root) + std::mem::offset_of!(Root, heads), heads);
        pages::set_directory(&region, root);
        Ok(Directory { region })
    }

    /// The directory of a region that was formatted.
    pub fn open(region: Region<'a>) -> Directory<'a> {
        pages::header(&region);
        Directory { region }
    }

    /// The region it lies in.
    pub fn region(&self) -> &Region<'a> {
        &self.region
    }

    fn root(&self) -> usize {
        addr(pages::header(&self.region).directory)
    }

    fn heads(&self) -> Array {
        self.region.read(self.root() + std::mem::offset_of!(Root, heads))
    }

    /// Number of heads; slots go from 0.
    pub fn len(&self) -> u32 {
        self.heads().len
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The space of a slot, in use or not. Needs the directory lock; the handle stays good without it.
    pub fn space(&self, slot: u32) -> Space<'a> {
        Space { region: self.region, at: array::at::<Head>(&self.region, &self.heads(), slot) }
    }

    /// Slot of a key.
    pub fn find(&self, key: &SpaceKey<'_>) -> Option<u32> {
        let words = key.words();
        let keys = self.root() + std::mem::offset_of!(Root, keys);
        hash::find(&self.region, keys, words[0] as u32, |slot| {
            let s = self.space(slot);
            s.head().key == words && s.key().0 == key.name.as_bytes()
        })
    }

    /// Slot of a key, made when missing. Needs the directory lock exclusive.
    pub fn find_or_add(&self, key: &SpaceKey<'_>) -> Result<u32, Full> {
        if let Some(slot) = self.find(key) {
            return Ok(slot);
        }
        let (root, words) = (self.root(), key.words());
        pages::reserve(&self.region, root, 6)?;
        let n = key.name.len();
        let name: Off = pages::alloc(&self.region, root, n.max(1))?;
        self.region.slice_mut(addr(name), n, |s: &mut [u8]| s.copy_from_slice(key.name.as_bytes()));
        let unused = (0..self.len()).find(|s| self.space(*s).head().key == [0; 2]);
        let slot = match unused {
            Some(slot) => {
                let s = self.space(slot);
                let generation = s.generation();
                self.region
                    .write(s.at, Head { generation, ..Head::empty(words, key.database, key.table, name, n as u32) });
                slot
            }
            None => {
                let head = Head::empty(words, key.database, key.table, name, n as u32);
                array::push(&self.region, root, root + std::mem::offset_of!(Root, heads), head)?
            }
        };
        hash::insert(&self.region, root, root + std::mem::offset_of!(Root, keys), words[0] as u32, slot)?;
        pages::unreserve(&self.region, root);
        Ok(slot)
    }

    /// Takes a space out. Needs the directory lock and the lock of the space exclusive.
    pub fn remove(&self, slot: u32) {
        let s = self.space(slot);
        let h = s.head();
        if h.key == [0; 2] {
            return;
        }
        s.reset(State::Absent);
        let root = self.root();
        hash::remove(&self.region, root + std::mem::offset_of!(Root, keys), h.key[0] as u32, slot);
        pages::free(&self.region, root, h.name, (h.name_len as usize).max(1));
        let generation = s.generation();
        self.region.write(s.at, Head { generation, ..Head::empty([0; 2], 0, 0, 0, 0) });
    }

    /// Slots of all spaces in use.
    pub fn slots(&self) -> Vec<u32> {
        (0..self.len()).filter(|s| self.space(*s).head().key != [0; 2]).collect()
    }

    /// Bytes that nobody owns.
    pub fn free_bytes(&self) -> u64 {
        pages::free_bytes(&self.region)
    }

    /// Bytes that can be owned.
    pub fn capacity_bytes(&self) -> u64 {
        pages::capacity_bytes(&self.region)
    }
}

//! Growing array of equal records.
//!
//! Up to a page the records lie in one block that doubles; beyond, a directory of directories points to
//! whole pages, so growing never moves more than 16 KiB and an element never moves again.

use crate::Full;
use crate::bytes::{Off, PAGE, Pod, Region, addr, pod};
use crate::pages;
use std::marker::PhantomData;

/// Pages per leaf of the directory.
const LEAF: u32 = 256;
const OFF: usize = size_of::<Off>();

/// The array as it lies in the region.
#[repr(C)]
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Array {
    /// The single block, or the directory.
    top: Off,
    /// Bytes of `top`.
    top_bytes: u32,
    pub len: u32,
    /// Whole pages in use; zero while the single block serves.
    n_pages: u32,
}
pod!(Array);

impl Array {
    pub const EMPTY: Array = Array { top: 0, top_bytes: 0, len: 0, n_pages: 0 };
}

/// An empty array whose first page is there already, so that no element ever moves.
pub(crate) fn unmoving(region: &Region<'_>, owner: usize) -> Result<Array, Full> {
    let top = pages::alloc(region, owner, PAGE)?;
    Ok(Array { top, top_bytes: PAGE as u32, len: 0, n_pages: 0 })
}

const fn per_page<T>() -> u32 {
    (PAGE / size_of::<T>()) as u32
}

/// Byte address of element `i`.
pub(crate) fn at<T: Pod>(region: &Region<'_>, array: &Array, i: u32) -> usize {
    assert!(i < array.len, "index {i} of {}", array.len);
    if array.n_pages == 0 {
        return addr(array.top) + i as usize * size_of::<T>();
    }
    let (page, within) = (i / per_page::<T>(), i % per_page::<T>());
    addr(page_of(region, array, page)) + within as usize * size_of::<T>()
}

fn page_of(region: &Region<'_>, array: &Array, page: u32) -> Off {
    let leaf: Off = region.read(addr(array.top) + (page / LEAF) as usize * OFF);
    region.read(addr(leaf) + (page % LEAF) as usize * OFF)
}

pub(crate) fn get<T: Pod>(region: &Region<'_>, array: &Array, i: u32) -> T {
    region.read(at::<T>(region, array, i))
}

pub(crate) fn set<T: Pod>(region: &Region<'_>, array: &Array, i: u32, value: T) {
    region.write(at::<T>(region, array, i), value);
}

/// Appends a record; `array` is the byte address of the [`Array`].
pub(crate) fn push<T: Pod>(region: &Region<'_>, owner: usize, array: usize, value: T) -> Result<u32, Full> {
    let mut a: Array = region.read(array);
    let size = size_of::<T>();
    if a.n_pages == 0 && a.len < per_page::<T>() {
        let needed = (a.len as usize + 1) * size;
        if needed > a.top_bytes as usize {
            let bytes = needed.next_power_of_two().clamp(64, PAGE);
            let used = a.len as usize * size;
            grow(region, owner, &mut a, bytes, used)?;
        }
    } else {
        if a.n_pages == 0 {
            // The single block is a full page: it becomes page 0 of the directory.
            let top = pages::alloc(region, owner, 64)?;
            let leaf = pages::alloc(region, owner, LEAF as usize * OFF)?;
            region.write(addr(top), leaf);
            region.write(addr(leaf), a.top);
            (a.top, a.top_bytes, a.n_pages) = (top, 64, 1);
        }
        if a.len == a.n_pages * per_page::<T>() {
            let (leaf, within) = ((a.n_pages / LEAF) as usize, a.n_pages % LEAF);
            if within == 0 {
                if (leaf + 1) * OFF > a.top_bytes as usize {
                    let bytes = a.top_bytes as usize * 2;
                    grow(region, owner, &mut a, bytes, leaf * OFF)?;
                }
                let block = pages::alloc(region, owner, LEAF as usize * OFF)?;
                region.write(addr(a.top) + leaf * OFF, block);
            }
            let page = pages::alloc(region, owner, PAGE)?;
            let block: Off = region.read(addr(a.top) + leaf * OFF);
            region.write(addr(block) + within as usize * OFF, page);
            a.n_pages += 1;
        }
    }
    a.len += 1;
    region.write(array, a);
    set(region, &a, a.len - 1, value);
    Ok(a.len - 1)
}

fn grow(region: &Region<'_>, owner: usize, a: &mut Array, bytes: usize, used: usize) -> Result<(), Full> {
    let block = pages::alloc(region, owner, bytes)?;
    if a.top != 0 {
        let old: Vec<u8> = region.slice(addr(a.top), used).to_vec();
        region.slice_mut(addr(block), used, |s: &mut [u8]| s.copy_from_slice(&old));
        pages::free(region, owner, a.top, a.top_bytes as usize);
    }
    (a.top, a.top_bytes) = (block, bytes as u32);
    Ok(())
}

/// The blocks of an array, for many accesses while it stands still: looking one up costs three dependent reads less.
pub(crate) struct Blocks<T> {
    array: Array,
    blocks: Vec<Off>,
    record: PhantomData<T>,
}

impl<T: Pod> Blocks<T> {
    /// Of an array that has none.
    pub fn none() -> Blocks<T> {
        Blocks { array: Array::EMPTY, blocks: Vec::new(), record: PhantomData }
    }

    /// Takes note of where the array lies now.
    pub fn renew(&mut self, region: &Region<'_>, array: Array) {
        if array == self.array {
            return;
        }
        self.array = array;
        self.blocks.clear();
        match (array.n_pages, array.len) {
            (0, 0) => {}
            (0, _) => self.blocks.push(array.top),
            (n, _) => self.blocks.extend((0..n).map(|page| page_of(region, &array, page))),
        }
    }

    /// Byte address of element `i`.
    pub fn at(&self, i: u32) -> usize {
        addr(self.blocks[(i / per_page::<T>()) as usize]) + (i % per_page::<T>()) as usize * size_of::<T>()
    }
}

/// Calls `f` with each contiguous run of records, in order.
pub(crate) fn runs<T: Pod>(region: &Region<'_>, array: &Array, mut f: impl FnMut(u32, &[T])) {
    if array.len == 0 {
        return;
    }
    if array.n_pages == 0 {
        f(0, region.slice(addr(array.top), array.len as usize));
        return;
    }
    let per = per_page::<T>();
    for page in 0..array.n_pages {
        let first = page * per;
        if first >= array.len {
            return;
        }
        let n = per.min(array.len - first);
        f(first, region.slice(addr(page_of(region, array, page)), n as usize));
    }
}

/// Calls `f` with each contiguous run of the records from `first` to before `end`, in order.
pub(crate) fn runs_of<T: Pod>(region: &Region<'_>, array: &Array, first: u32, end: u32, mut f: impl FnMut(&[T])) {
    let (mut next, end) = (first, end.min(array.len));
    let per = per_page::<T>();
    while next < end {
        let n = (end - next).min(per - next % per);
        f(region.slice(at::<T>(region, array, next), n as usize));
        next += n;
    }
}

/// Appends many records.
pub(crate) fn extend<T: Pod>(region: &Region<'_>, owner: usize, array: usize, values: &[T]) -> Result<(), Full> {
    let mut rest = values;
    while let Some((first, _)) = rest.split_first() {
        let i = push(region, owner, array, *first)?;
        let a: Array = region.read(array);
        // What still fits behind the element just added, without growing.
        let room = if a.n_pages == 0 {
            (a.top_bytes as usize / size_of::<T>()).min(per_page::<T>() as usize) as u32 - a.len
        } else {
            a.n_pages * per_page::<T>() - a.len
        };
        let n = (room as usize).min(rest.len() - 1);
        let start = at::<T>(region, &a, i) + size_of::<T>();
        region.slice_mut(start, n, |s: &mut [T]| s.copy_from_slice(&rest[1..=n]));
        region.update(array, |a: &mut Array| a.len += n as u32);
        rest = &rest[1 + n..];
    }
    Ok(())
}

/// Forgets the records from `len` on; their room stays.
pub(crate) fn truncate(region: &Region<'_>, array: usize, len: u32) {
    region.update(array, |a: &mut Array| a.len = a.len.min(len));
}

//! Pages and blocks.
//!
//! The region is cut into pages of 16 KiB. Free pages form a stack whose head is one atomic word with a
//! tag against ABA (Treiber 1986), so taking and giving a page needs no lock. An [`Alloc`] owns pages and
//! serves blocks in twenty size classes from them; it belongs to one space (or to one open segment) and is
//! guarded by that space's lock. Blocks that fill a page go back to the stack at once, smaller ones to the
//! free lists of their owner, and [`release`] returns everything an owner has.

use crate::Full;
use crate::bytes::{Off, PAGE, Region, UNIT, addr, pod};
use std::sync::atomic::{AtomicU64, Ordering};

const MAGIC: u64 = 0x656e_6772_616d_0001;
/// Sizes of blocks in bytes.
const CLASSES: [usize; 20] =
    [16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, PAGE];

/// First bytes of a region.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Header {
    magic: u64,
    /// Tag in the upper, page in the lower half.
    free: u64,
    n_free: u64,
    n_pages: u32,
    first: u32,
    table: Off,
    pub directory: Off,
}
pod!(Header);

const HEADER: usize = 64;
const FREE: usize = HEADER + 8;
const N_FREE: usize = HEADER + 16;

/// Links of a page: in the free stack `next` only, in the list of an owner both.
#[repr(C)]
#[derive(Clone, Copy)]
struct Link {
    next: u32,
    prev: u32,
}
pod!(Link);

/// What an owner of blocks keeps.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct Alloc {
    free: [Off; CLASSES.len()],
    bump: Off,
    end: Off,
    pages: u32,
    n_pages: u32,
    /// Pages taken ahead, linked by `next`.
    reserve: u32,
    n_reserve: u32,
}
pod!(Alloc);

impl Alloc {
    pub const EMPTY: Alloc =
        Alloc { free: [0; CLASSES.len()], bump: 0, end: 0, pages: 0, n_pages: 0, reserve: 0, n_reserve: 0 };
}

fn class_of(bytes: usize) -> usize {
    CLASSES.partition_point(|c| *c < bytes)
}

/// Writes the header and makes every page free.
pub fn format(region: &Region<'_>) {
    let n_pages = (region.size() / PAGE) as u32;
    let table_bytes = n_pages as usize * size_of::<Link>();
    let first = (256 + table_bytes).div_ceil(PAGE) as u32;
    assert!(n_pages > first, "a region needs at least {} bytes", (first as usize + 1) * PAGE);
    region.zero(16, 256 - 16);
    region.write(
        HEADER,
        Header { magic: MAGIC, free: 0, n_free: 0, n_pages, first, table: (256 / UNIT) as Off, directory: 0 },
    );
    for page in (first..n_pages).rev() {
        give(region, page);
    }
}

/// Header of a formatted region.
pub(crate) fn header(region: &Region<'_>) -> Header {
    let h: Header = region.read(HEADER);
    assert!(h.magic == MAGIC, "not an engram region");
    h
}

pub(crate) fn set_directory(region: &Region<'_>, at: Off) {
    region.update(HEADER, |h: &mut Header| h.directory = at);
}

/// Bytes of the pages that nobody owns.
pub fn free_bytes(region: &Region<'_>) -> u64 {
    region.atomic(N_FREE).load(Ordering::Relaxed) * PAGE as u64
}

/// Bytes of all pages that can be handed out.
pub fn capacity_bytes(region: &Region<'_>) -> u64 {
    let h = header(region);
    u64::from(h.n_pages - h.first) * PAGE as u64
}

fn link_at(page: u32) -> usize {
    256 + page as usize * size_of::<Link>()
}

/// The link of a page in the free stack is read by others while its new owner may write it, hence atomic.
fn link<'r>(region: &'r Region<'_>, page: u32) -> &'r AtomicU64 {
    debug_assert!(page < header(region).n_pages);
    region.atomic(link_at(page))
}

fn give(region: &Region<'_>, page: u32) {
    let head = region.atomic(FREE);
    let mut old = head.load(Ordering::Acquire);
    loop {
        link(region, page).store(old & 0xffff_ffff, Ordering::Relaxed);
        let new = ((old >> 32).wrapping_add(1) << 32) | u64::from(page);
        match head.compare_exchange_weak(old, new, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => break,
            Err(now) => old = now,
        }
    }
    region.atomic(N_FREE).fetch_add(1, Ordering::Relaxed);
}

fn take(region: &Region<'_>) -> Option<u32> {
    let head = region.atomic(FREE);
    let mut old = head.load(Ordering::Acquire);
    loop {
        let page = (old & 0xffff_ffff) as u32;
        if page == 0 {
            return None;
        }
        let next = link(region, page).load(Ordering::Relaxed) & 0xffff_ffff;
        let new = ((old >> 32).wrapping_add(1) << 32) | next;
        match head.compare_exchange_weak(old, new, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                region.atomic(N_FREE).fetch_sub(1, Ordering::Relaxed);
                return Some(page);
            }
            Err(now) => old = now,
        }
    }
}

/// Takes a page that no [`Alloc`] owns.
pub(crate) fn first_page(region: &Region<'_>) -> Option<Off> {
    take(region).map(page_off)
}

fn page_off(page: u32) -> Off {
    page * (PAGE / UNIT) as u32
}

/// Makes sure that the owner can take `pages` pages without fail; changes nothing if it cannot.
pub(crate) fn reserve(region: &Region<'_>, alloc: usize, pages: u32) -> Result<(), Full> {
    let mut a: Alloc = region.read(alloc);
    while a.n_reserve < pages {
        let Some(page) = take(region) else {
            region.write(alloc, a);
            unreserve(region, alloc);
            return Err(Full);
        };
        link(region, page).store(u64::from(a.reserve), Ordering::Relaxed);
        a.reserve = page;
        a.n_reserve += 1;
    }
    region.write(alloc, a);
    Ok(())
}

/// Gives back what was reserved and not used.
pub(crate) fn unreserve(region: &Region<'_>, alloc: usize) {
    let mut a: Alloc = region.read(alloc);
    while a.n_reserve > 0 {
        let page = a.reserve;
        a.reserve = (link(region, page).load(Ordering::Relaxed) & 0xffff_ffff) as u32;
        a.n_reserve -= 1;
        give(region, page);
    }
    region.write(alloc, a);
}

fn own_page(region: &Region<'_>, a: &mut Alloc) -> Result<u32, Full> {
    let page = if a.n_reserve > 0 {
        let page = a.reserve;
        a.reserve = (link(region, page).load(Ordering::Relaxed) & 0xffff_ffff) as u32;
        a.n_reserve -= 1;
        page
    } else {
        take(region).ok_or(Full)?
    };
    let old = a.pages;
    link(region, page).store(u64::from(old), Ordering::Relaxed);
    if old != 0 {
        region.update(link_at(old), |l: &mut Link| l.prev = page);
    }
    a.pages = page;
    a.n_pages += 1;
    Ok(page)
}

fn disown_page(region: &Region<'_>, a: &mut Alloc, page: u32) {
    let l: Link = region.read(link_at(page));
    if l.prev == 0 {
        a.pages = l.next;
    } else {
        region.update(link_at(l.prev), |p: &mut Link| p.next = l.next);
    }
    if l.next != 0 {
        region.update(link_at(l.next), |n: &mut Link| n.prev = l.prev);
    }
    a.n_pages -= 1;
    give(region, page);
}

/// A zeroed block of at least `bytes` (1 to [`PAGE`]).
pub(crate) fn alloc(region: &Region<'_>, owner: usize, bytes: usize) -> Result<Off, Full> {
    assert!(bytes > 0 && bytes <= PAGE, "a block has 1 to {PAGE} bytes, not {bytes}");
    let class = class_of(bytes);
    let size = CLASSES[class];
    let mut a: Alloc = region.read(owner);
    let off = if size == PAGE {
        page_off(own_page(region, &mut a)?)
    } else if a.free[class] != 0 {
        let off = a.free[class];
        a.free[class] = region.read(addr(off));
        off
    } else {
        let units = (size / UNIT) as u32;
        if a.end - a.bump < units {
            let page = own_page(region, &mut a)?;
            shelve(region, &mut a);
            a.bump = page_off(page);
            a.end = a.bump + (PAGE / UNIT) as u32;
        }
        let off = a.bump;
        a.bump += units;
        off
    };
    region.write(owner, a);
    region.zero(addr(off), size);
    Ok(off)
}

/// What is left of the page being cut goes to the free lists.
fn shelve(region: &Region<'_>, a: &mut Alloc) {
    while a.end > a.bump {
        let left = (a.end - a.bump) as usize * UNIT;
        let class = CLASSES.partition_point(|c| *c <= left) - 1;
        region.write(addr(a.bump), a.free[class]);
        a.free[class] = a.bump;
        a.bump += (CLASSES[class] / UNIT) as u32;
    }
}

/// Gives a block back; `bytes` as asked for.
pub(crate) fn free(region: &Region<'_>, owner: usize, off: Off, bytes: usize) {
    let class = class_of(bytes);
    let mut a: Alloc = region.read(owner);
    if CLASSES[class] == PAGE {
        disown_page(region, &mut a, off / (PAGE / UNIT) as u32);
    } else {
        region.write(addr(off), a.free[class]);
        a.free[class] = off;
    }
    region.write(owner, a);
}

/// Gives back every page of the owner.
pub(crate) fn release(region: &Region<'_>, owner: usize) {
    unreserve(region, owner);
    let a: Alloc = region.read(owner);
    let mut page = a.pages;
    for _ in 0..a.n_pages {
        let next = (link(region, page).load(Ordering::Relaxed) & 0xffff_ffff) as u32;
        give(region, page);
        page = next;
    }
    region.write(owner, Alloc::default());
}

/// Bytes of the pages an owner holds.
pub(crate) fn owned_bytes(region: &Region<'_>, owner: usize) -> u64 {
    let a: Alloc = region.read(owner);
    u64::from(a.n_pages + a.n_reserve) * PAGE as u64
}

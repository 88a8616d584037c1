//! Unordered list of `u32`, in chunks that double up to a page.
//!
//! Serves for the mentions of a cue and for the postings of an open segment. Half of all cues and terms
//! occur once, so the first chunk is 16 bytes.

use crate::Full;
use crate::bytes::{Off, PAGE, Region, addr, pod};
use crate::pages;

/// The list as it lies in the region.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct List {
    head: Off,
    pub n: u32,
}
pod!(List);

#[repr(C)]
#[derive(Clone, Copy)]
struct Chunk {
    next: Off,
    n: u16,
    /// Room in entries.
    cap: u16,
}
pod!(Chunk);

const HEAD: usize = size_of::<Chunk>();

fn bytes_of(cap: u16) -> usize {
    HEAD + cap as usize * 4
}

/// Appends; `list` is the byte address of the [`List`].
pub(crate) fn push(region: &Region<'_>, owner: usize, list: usize, value: u32) -> Result<(), Full> {
    let mut l: List = region.read(list);
    let mut chunk: Option<Chunk> = (l.head != 0).then(|| region.read(addr(l.head)));
    if chunk.is_none_or(|c| c.n == c.cap) {
        let bytes = chunk.map_or(16, |c| (bytes_of(c.cap) * 2).min(PAGE));
        let at = pages::alloc(region, owner, bytes)?;
        chunk = Some(Chunk { next: l.head, n: 0, cap: ((bytes - HEAD) / 4) as u16 });
        l.head = at;
    }
    let mut c = chunk.expect("a chunk with room was just found or made");
    region.write(addr(l.head) + HEAD + c.n as usize * 4, value);
    c.n += 1;
    l.n += 1;
    region.write(addr(l.head), c);
    region.write(list, l);
    Ok(())
}

/// Calls `f` with each chunk's entries until it returns false.
pub(crate) fn while_each(region: &Region<'_>, list: &List, mut f: impl FnMut(&[u32]) -> bool) {
    let mut at = list.head;
    while at != 0 {
        let c: Chunk = region.read(addr(at));
        if !f(region.slice(addr(at) + HEAD, c.n as usize)) {
            return;
        }
        at = c.next;
    }
}

/// Keeps the entries for which `keep` holds; chunks that become empty are given back.
pub(crate) fn retain(region: &Region<'_>, owner: usize, list: usize, mut keep: impl FnMut(u32) -> bool) {
    let mut l: List = region.read(list);
    let (mut at, mut previous): (Off, Off) = (l.head, 0);
    while at != 0 {
        let mut c: Chunk = region.read(addr(at));
        let n = region.slice_mut(addr(at) + HEAD, c.n as usize, |s: &mut [u32]| {
            let mut n = 0;
            for i in 0..s.len() {
                if keep(s[i]) {
                    s[n] = s[i];
                    n += 1;
                }
            }
            n
        });
        l.n -= u32::from(c.n) - n as u32;
        let next = c.next;
        if n == 0 {
            if previous == 0 {
                l.head = next;
            } else {
                region.update(addr(previous), |p: &mut Chunk| p.next = next);
            }
            pages::free(region, owner, at, bytes_of(c.cap));
        } else {
            c.n = n as u16;
            region.write(addr(at), c);
            previous = at;
        }
        at = next;
    }
    region.write(list, l);
}

//! Unordered list of `u32`, in chunks that double up to a page.
//!
//! Serves for the mentions of a cue and for the postings of an open segment. Half of all cues and terms occur once: a
//! single entry lies in the list itself, and the first chunk is 16 bytes.

use crate::Full;
use crate::bytes::{Off, PAGE, Region, addr, pod};
use crate::pages;

/// The list as it lies in the region.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct List {
    /// The chunk filled last; the entry itself when there is only one.
    head: u32,
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

/// Bytes of the first chunk.
const LEAST: usize = 16;

fn cap_of(bytes: usize) -> u16 {
    ((bytes - HEAD) / 4) as u16
}

fn bytes_of(cap: u16) -> usize {
    HEAD + cap as usize * 4
}

/// Appends; `list` is the byte address of the [`List`].
pub(crate) fn push(region: &Region<'_>, owner: usize, list: usize, value: u32) -> Result<(), Full> {
    let mut l: List = region.read(list);
    if l.n == 0 {
        region.write(list, List { head: value, n: 1 });
        return Ok(());
    }
    let mut c: Chunk = if l.n == 1 {
        let at = pages::alloc(region, owner, LEAST)?;
        region.write(addr(at) + HEAD, std::mem::replace(&mut l.head, at));
        Chunk { next: 0, n: 1, cap: cap_of(LEAST) }
    } else {
        region.read(addr(l.head))
    };
    if c.n == c.cap {
        let bytes = (bytes_of(c.cap) * 2).min(PAGE);
        let at = pages::alloc(region, owner, bytes)?;
        c = Chunk { next: std::mem::replace(&mut l.head, at), n: 0, cap: cap_of(bytes) };
    }
    region.write(addr(l.head) + HEAD + c.n as usize * 4, value);
    c.n += 1;
    l.n += 1;
    region.write(addr(l.head), c);
    region.write(list, l);
    Ok(())
}

/// Calls `f` with each chunk's entries until it returns false.
pub(crate) fn while_each(region: &Region<'_>, list: &List, mut f: impl FnMut(&[u32]) -> bool) {
    if list.n == 1 {
        f(std::slice::from_ref(&list.head));
        return;
    }
    let mut at = if list.n == 0 { 0 } else { list.head };
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
    if l.n <= 1 {
        if l.n == 1 && !keep(l.head) {
            region.write(list, List::default());
        }
        return;
    }
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
    if l.n == 1 {
        let at = l.head;
        l.head = region.read(addr(at) + HEAD);
        pages::free(region, owner, at, bytes_of(region.read::<Chunk>(addr(at)).cap));
    }
    region.write(list, l);
}

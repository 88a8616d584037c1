//! Contexts: the memories of one episode, session or thread in order of time.
//!
//! Members are sorted by (time, id) in chunks under one directory, so that a late arrival finds its place by
//! two binary searches. Contiguity is not stored: the neighbours of a memory are the members beside it.

use crate::Full;
use crate::bytes::{NONE, Off, PAGE, Region, addr, pod};
use crate::pages;

/// A context as it lies in the region.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct Context {
    pub hash: u64,
    /// Directory of chunks.
    top: Off,
    top_bytes: u32,
    n_chunks: u32,
    pub n: u32,
}
pod!(Context);

impl Context {
    pub fn new(hash: u64) -> Context {
        Context { hash, ..Context::default() }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Chunk {
    n: u32,
    cap: u32,
}
pod!(Chunk);

const HEAD: usize = size_of::<Chunk>();
/// Members of a chunk at most: 4 kB, so that a split moves 2 kB.
const MOST: u32 = 1022;

/// Order of a member: time, then id.
pub(crate) type Key = (i64, [u8; 16]);

fn chunk_at(region: &Region<'_>, c: &Context, i: u32) -> usize {
    assert!(i < c.n_chunks, "chunk {i} of {}", c.n_chunks);
    addr(region.read::<Off>(addr(c.top) + i as usize * 4))
}

fn members<'r>(region: &'r Region<'_>, chunk: usize) -> &'r [u32] {
    let h: Chunk = region.read(chunk);
    region.slice(chunk + HEAD, h.n as usize)
}

/// Chunk in which the key belongs: the last one whose first member is not greater.
fn chunk_for(region: &Region<'_>, c: &Context, key: &Key, key_of: &impl Fn(u32) -> Key) -> u32 {
    let (mut low, mut high) = (0, c.n_chunks);
    while high - low > 1 {
        let middle = (low + high) / 2;
        if key_of(members(region, chunk_at(region, c, middle))[0]) <= *key { low = middle } else { high = middle }
    }
    low
}

/// Adds a member; `context` is the byte address of the [`Context`].
pub(crate) fn insert(
    region: &Region<'_>,
    owner: usize,
    context: usize,
    node: u32,
    key_of: impl Fn(u32) -> Key,
) -> Result<(), Full> {
    let mut c: Context = region.read(context);
    let key = key_of(node);
    if c.n_chunks == 0 {
        let first = new_chunk(region, owner, 2)?;
        add_chunk(region, owner, &mut c, 0, first)?;
    }
    // Most come last: one look at the member that was last.
    let last = members(region, chunk_at(region, &c, c.n_chunks - 1)).last().copied();
    let comes_last = last.is_some_and(|m| key_of(m) <= key);
    let mut i = if comes_last { c.n_chunks - 1 } else { chunk_for(region, &c, &key, &key_of) };
    let mut at = chunk_at(region, &c, i);
    let h: Chunk = region.read(at);
    if h.n == h.cap && h.cap < MOST {
        let cap = (h.cap * 2 + 2).min(MOST);
        let bigger = new_chunk(region, owner, cap)?;
        let old = members(region, at).to_vec();
        fill(region, addr(bigger), &old);
        pages::free(region, owner, (at / 16) as Off, HEAD + h.cap as usize * 4);
        region.write(addr(c.top) + i as usize * 4, bigger);
        at = addr(bigger);
    } else if h.n == h.cap {
        let right = new_chunk(region, owner, MOST)?;
        add_chunk(region, owner, &mut c, i + 1, right)?;
        let old = members(region, at).to_vec();
        // A member that comes last in time leaves the left chunk full, as appending does all the time.
        let half = if key_of(old[old.len() - 1]) <= key { old.len() - 1 } else { old.len() / 2 };
        fill(region, addr(right), &old[half..]);
        region.update(at, |h: &mut Chunk| h.n = half as u32);
        if key_of(old[half]) <= key {
            i += 1;
            at = chunk_at(region, &c, i);
        }
    }
    let n = members(region, at).len();
    let place = if comes_last { n } else { members(region, at).partition_point(|m| key_of(*m) <= key) };
    region.slice_mut(at + HEAD, n + 1, |s: &mut [u32]| {
        s.copy_within(place..n, place + 1);
        s[place] = node;
    });
    region.update(at, |h: &mut Chunk| h.n += 1);
    c.n += 1;
    region.write(context, c);
    Ok(())
}

fn new_chunk(region: &Region<'_>, owner: usize, cap: u32) -> Result<Off, Full> {
    let at = pages::alloc(region, owner, HEAD + cap as usize * 4)?;
    region.write(addr(at), Chunk { n: 0, cap });
    Ok(at)
}

fn fill(region: &Region<'_>, chunk: usize, values: &[u32]) {
    region.slice_mut(chunk + HEAD, values.len(), |s: &mut [u32]| s.copy_from_slice(values));
    region.update(chunk, |h: &mut Chunk| h.n = values.len() as u32);
}

fn add_chunk(region: &Region<'_>, owner: usize, c: &mut Context, i: u32, chunk: Off) -> Result<(), Full> {
    let n = c.n_chunks as usize;
    if (n + 1) * 4 > c.top_bytes as usize {
        let bytes = (c.top_bytes as usize * 2).max(16);
        // The directory is one block; a context with four million members has outgrown it.
        if bytes > PAGE {
            return Err(Full);
        }
        let top = pages::alloc(region, owner, bytes)?;
        if c.top != 0 {
            let old: Vec<u32> = region.slice(addr(c.top), n).to_vec();
            region.slice_mut(addr(top), n, |s: &mut [u32]| s.copy_from_slice(&old));
            pages::free(region, owner, c.top, c.top_bytes as usize);
        }
        (c.top, c.top_bytes) = (top, bytes as u32);
    }
    region.slice_mut(addr(c.top), n + 1, |s: &mut [u32]| {
        s.copy_within(i as usize..n, i as usize + 1);
        s[i as usize] = chunk;
    });
    c.n_chunks += 1;
    Ok(())
}

fn find(region: &Region<'_>, c: &Context, key: &Key, node: u32, key_of: &impl Fn(u32) -> Key) -> Option<(u32, usize)> {
    if c.n_chunks == 0 {
        return None;
    }
    // Looking for the number of the node takes no look at other nodes. Versions of one memory share the key and may
    // straddle chunks, so look back as long as the chunk begins with it.
    let mut i = if c.n_chunks == 1 { 0 } else { chunk_for(region, c, key, key_of) };
    loop {
        let m = members(region, chunk_at(region, c, i));
        if let Some(place) = m.iter().position(|x| *x == node) {
            return Some((i, place));
        }
        if i == 0 || key_of(m[0]) < *key {
            return None;
        }
        i -= 1;
    }
}

/// Whether `node` is a member.
pub(crate) fn contains(region: &Region<'_>, c: &Context, node: u32, key_of: impl Fn(u32) -> Key) -> bool {
    find(region, c, &key_of(node), node, &key_of).is_some()
}

/// Removes a member; says whether it was there.
pub(crate) fn remove(
    region: &Region<'_>,
    owner: usize,
    context: usize,
    node: u32,
    key_of: impl Fn(u32) -> Key,
) -> bool {
    let mut c: Context = region.read(context);
    let Some((i, place)) = find(region, &c, &key_of(node), node, &key_of) else { return false };
    let at = chunk_at(region, &c, i);
    let n = members(region, at).len();
    region.slice_mut(at + HEAD, n, |s: &mut [u32]| s.copy_within(place + 1..n, place));
    let h = region.update(at, |h: &mut Chunk| {
        h.n -= 1;
        *h
    });
    c.n -= 1;
    if h.n == 0 {
        let n = c.n_chunks as usize;
        region.slice_mut(addr(c.top), n, |s: &mut [u32]| s.copy_within(i as usize + 1..n, i as usize));
        c.n_chunks -= 1;
        pages::free(region, owner, (at / 16) as Off, HEAD + h.cap as usize * 4);
    }
    region.write(context, c);
    true
}

/// The nearest members before and after `node` for which `visible` holds, NONE where there is none.
/// Another version of the same memory is never its neighbour.
pub(crate) fn neighbours(
    region: &Region<'_>,
    c: &Context,
    node: u32,
    key_of: impl Fn(u32) -> Key,
    mut visible: impl FnMut(u32) -> bool,
) -> [u32; 2] {
    let key = key_of(node);
    let Some((chunk, place)) = find(region, c, &key, node, &key_of) else { return [NONE; 2] };
    let mut good = |m: u32| m != node && visible(m) && key_of(m) != key;
    let mut found = [NONE; 2];
    let (mut i, mut end) = (chunk, place);
    'before: loop {
        let m = members(region, chunk_at(region, c, i));
        for x in m[..end.min(m.len())].iter().rev() {
            if good(*x) {
                found[0] = *x;
                break 'before;
            }
        }
        if i == 0 {
            break;
        }
        i -= 1;
        end = usize::MAX;
    }
    let (mut i, mut start) = (chunk, place + 1);
    'after: loop {
        let m = members(region, chunk_at(region, c, i));
        for x in &m[start.min(m.len())..] {
            if good(*x) {
                found[1] = *x;
                break 'after;
            }
        }
        i += 1;
        start = 0;
        if i == c.n_chunks {
            break;
        }
    }
    found
}

/// Calls `f` with every member in order of time.
pub(crate) fn for_each(region: &Region<'_>, c: &Context, mut f: impl FnMut(u32)) {
    for i in 0..c.n_chunks {
        members(region, chunk_at(region, c, i)).iter().for_each(|m| f(*m));
    }
}

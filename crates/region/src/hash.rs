//! Linear hashing (Litwin 1980): a table that grows by one bucket at a time.
//!
//! An entry is a 32-bit tag (the lower half of a hash) and a 32-bit value. Equal tags are told apart by the
//! caller, who looks at what the value stands for. A bucket is one cache line of seven entries with a chain
//! for overflow, so growth never stops a writer for longer than one split.

use crate::Full;
use crate::array::{self, Array};
use crate::bytes::{Off, Region, addr, pod};
use crate::pages;

const SLOTS: usize = 7;

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Bucket {
    tags: [u32; SLOTS],
    values: [u32; SLOTS],
    n: u32,
    next: Off,
}
pod!(Bucket);

/// The table as it lies in the region.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct Table {
    buckets: Array,
    /// Entries in all.
    pub n: u32,
    /// Buckets at the beginning of this round, a power of two.
    round: u32,
    split: u32,
    spare: u32,
}
pod!(Table);

impl Table {
    pub const EMPTY: Table = Table { buckets: Array::EMPTY, n: 0, round: 0, split: 0, spare: 0 };
}

fn home(t: &Table, tag: u32) -> u32 {
    let b = tag & (t.round - 1);
    if b < t.split { tag & (t.round * 2 - 1) } else { b }
}

/// First value with this tag for which `is` holds.
pub(crate) fn find(region: &Region<'_>, table: usize, tag: u32, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
    let t: Table = region.read(table);
    if t.n == 0 {
        return None;
    }
    let mut at = array::at::<Bucket>(region, &t.buckets, home(&t, tag));
    loop {
        let b: Bucket = region.read(at);
        for i in 0..b.n as usize {
            if b.tags[i] == tag && is(b.values[i]) {
                return Some(b.values[i]);
            }
        }
        if b.next == 0 {
            return None;
        }
        at = addr(b.next);
    }
}

/// Asks for the bucket of a tag that will be looked for soon.
pub(crate) fn expect(region: &Region<'_>, table: &Table, tag: u32) {
    if table.n > 0 {
        region.prefetch(array::at::<Bucket>(region, &table.buckets, home(table, tag)));
    }
}

fn put(region: &Region<'_>, owner: usize, mut at: usize, tag: u32, value: u32) -> Result<(), Full> {
    loop {
        let mut b: Bucket = region.read(at);
        let n = b.n as usize;
        if n < SLOTS {
            (b.tags[n], b.values[n]) = (tag, value);
            b.n += 1;
            region.write(at, b);
            return Ok(());
        }
        if b.next == 0 {
            b.next = pages::alloc(region, owner, size_of::<Bucket>())?;
            region.write(at, b);
        }
        at = addr(b.next);
    }
}

/// Adds an entry; `table` is the byte address of the [`Table`].
pub(crate) fn insert(region: &Region<'_>, owner: usize, table: usize, tag: u32, value: u32) -> Result<(), Full> {
    let mut t: Table = region.read(table);
    if t.round == 0 {
        array::push(region, owner, table, Bucket::default())?;
        t = region.read(table);
        t.round = 1;
        region.write(table, t);
    }
    put(region, owner, array::at::<Bucket>(region, &t.buckets, home(&t, tag)), tag, value)?;
    region.update(table, |t: &mut Table| t.n += 1);
    // Five entries of seven on average keep chains rare.
    if u64::from(t.n) + 1 > u64::from(t.buckets.len) * 5 {
        split(region, owner, table)?;
    }
    Ok(())
}

fn split(region: &Region<'_>, owner: usize, table: usize) -> Result<(), Full> {
    array::push(region, owner, table, Bucket::default())?;
    let mut t: Table = region.read(table);
    let from = array::at::<Bucket>(region, &t.buckets, t.split);
    let mut entries = Vec::with_capacity(2 * SLOTS);
    let mut at = from;
    loop {
        let b: Bucket = region.read(at);
        entries.extend((0..b.n as usize).map(|i| (b.tags[i], b.values[i])));
        if at != from {
            pages::free(region, owner, (at / crate::bytes::UNIT) as Off, size_of::<Bucket>());
        }
        if b.next == 0 {
            break;
        }
        at = addr(b.next);
    }
    region.write(from, Bucket::default());
    t.split += 1;
    if t.split == t.round {
        (t.round, t.split) = (t.round * 2, 0);
    }
    region.write(table, t);
    for (tag, value) in entries {
        put(region, owner, array::at::<Bucket>(region, &t.buckets, home(&t, tag)), tag, value)?;
    }
    Ok(())
}

/// Removes one entry; says whether it was there.
pub(crate) fn remove(region: &Region<'_>, table: usize, tag: u32, value: u32) -> bool {
    let t: Table = region.read(table);
    if t.n == 0 {
        return false;
    }
    let mut at = array::at::<Bucket>(region, &t.buckets, home(&t, tag));
    loop {
        let mut b: Bucket = region.read(at);
        let n = b.n as usize;
        if let Some(i) = (0..n).find(|&i| b.tags[i] == tag && b.values[i] == value) {
            (b.tags[i], b.values[i]) = (b.tags[n - 1], b.values[n - 1]);
            b.n -= 1;
            region.write(at, b);
            region.update(table, |t: &mut Table| t.n -= 1);
            return true;
        }
        if b.next == 0 {
            return false;
        }
        at = addr(b.next);
    }
}

/// Calls `f` with every entry.
pub(crate) fn for_each(region: &Region<'_>, table: usize, mut f: impl FnMut(u32, u32)) {
    let t: Table = region.read(table);
    array::runs::<Bucket>(region, &t.buckets, |_, run| {
        for bucket in run {
            let mut b = *bucket;
            loop {
                for i in 0..b.n as usize {
                    f(b.tags[i], b.values[i]);
                }
                if b.next == 0 {
                    break;
                }
                b = region.read(addr(b.next));
            }
        }
    });
}

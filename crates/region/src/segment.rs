//! Segments: documents of a space with their codes and postings.
//!
//! A segment holds up to 4,096 documents in the order of their arrival. Its arrays never move. Small
//! segments (a space has at most 512 memories in them) keep each document's terms as a forward list; a
//! larger one, while open, an inverted index in pages of its own, which sealing replaces by sorted arrays.
//! A document that is deleted or evicted only loses its `alive` bit until the segment is given back.

use crate::array::{self, Array};
use crate::bytes::{NONE, Off, PAGE, Region, addr, pod};
use crate::chunks::List;
use crate::hash::{self, Table};
use crate::pages::{self, Alloc};
use crate::record::Record;
use crate::{Full, chunks};
use engram_engine::code::signs;

/// Bits of a place that name the document.
pub(crate) const DOC_BITS: u32 = 12;
/// Documents of a segment at most.
pub(crate) const MOST: u32 = 1 << DOC_BITS;
/// From this size on a segment is indexed.
const INDEXED: u32 = 512;
const LEAST: u32 = 64;

pub(crate) const FREE: u32 = 0;
pub(crate) const FORWARD: u32 = 1;
pub(crate) const OPEN: u32 = 2;
pub(crate) const SEALED: u32 = 3;
/// Takes documents without their terms, which come at the end: see [`crate::bulk`].
pub(crate) const BULK: u32 = 4;

/// A segment as it lies in the region.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Segment {
    /// Pages of the arrays and forward lists: they go back whole when the segment does.
    pub base: Alloc,
    /// Pages of the index (open or sealed).
    pub index: Alloc,
    /// Open: term hash to place in `dict`.
    pub terms: Table,
    /// Open: [`Term`]; sealed: sorted hashes.
    pub dict: Array,
    /// Sealed: first posting of each term.
    pub starts: Array,
    /// Sealed: documents and frequencies of the postings.
    pub docs: Array,
    pub frequencies: Array,
    /// `u32` node, `u32` length, `f32` scale, offset of the forward list, one for each document.
    pub nodes: Off,
    pub lengths: Off,
    pub scales: Off,
    pub forward: Off,
    /// Bit for each document that counts.
    pub alive: Off,
    /// Directories of the pages of 8-bit rows and of sign blocks.
    codes: Off,
    signs: Off,
    pub state: u32,
    pub n: u32,
    pub cap: u32,
    pub n_alive: u32,
    /// Documents evicted or dead: nothing but their place is left.
    pub n_gone: u32,
    /// Dimensions of the codes, 0 for a segment without.
    pub dims: u32,
    pub version: u32,
}
pod!(Segment);

/// Where the 8-bit codes of a segment lie.
#[derive(Clone, Copy)]
pub(crate) struct Codes {
    top: Off,
    scales: Off,
    dims: u32,
    stride: usize,
    per_page: u32,
}

impl Codes {
    fn row_at(&self, region: &Region<'_>, doc: u32) -> usize {
        let page: Off = region.read(addr(self.top) + (doc / self.per_page) as usize * 4);
        addr(page) + (doc % self.per_page) as usize * self.stride
    }

    /// The 8-bit code of a document and its scale; none if it has no embedding.
    pub fn get<'r>(&self, region: &'r Region<'_>, doc: u32) -> Option<(&'r [i8], f32)> {
        if self.dims == 0 {
            return None;
        }
        let scale: f32 = region.read(addr(self.scales) + doc as usize * 4);
        (scale > 0.0).then(|| (region.slice(self.row_at(region, doc), self.dims as usize), scale))
    }
}

/// A term of an open segment.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Term {
    pub hash: u64,
    /// `document << 8 | frequency`.
    pub postings: List,
}
pod!(Term);

/// Head of a piece of a forward list: `n` hashes, sorted, then `n` frequencies follow.
#[repr(C)]
#[derive(Clone, Copy)]
struct Forward {
    n: u32,
    bytes: u32,
    /// The piece with the greater hashes.
    next: Off,
    spare: u32,
}

/// Terms of a piece at most: what fits in a page.
const PIECE: usize = (PAGE - size_of::<Forward>()) / 9;
pod!(Forward);

impl Segment {
    pub const EMPTY: Segment = Segment {
        base: Alloc::EMPTY,
        index: Alloc::EMPTY,
        terms: Table::EMPTY,
        dict: Array::EMPTY,
        starts: Array::EMPTY,
        docs: Array::EMPTY,
        frequencies: Array::EMPTY,
        nodes: 0,
        lengths: 0,
        scales: 0,
        forward: 0,
        alive: 0,
        codes: 0,
        signs: 0,
        state: FREE,
        n: 0,
        cap: 0,
        n_alive: 0,
        n_gone: 0,
        dims: 0,
        version: 0,
    };

    /// Bytes from one 8-bit row to the next.
    pub fn stride(&self) -> usize {
        (self.dims as usize).next_multiple_of(16)
    }

    /// Words of a sign code.
    pub fn words(&self) -> usize {
        (self.dims as usize).div_ceil(64)
    }

    fn rows_per_page(&self) -> usize {
        PAGE / self.stride()
    }

    fn blocks_per_page(&self) -> usize {
        PAGE / (self.words() * 64)
    }

    /// How its 8-bit codes lie, for many accesses.
    pub fn codes(&self) -> Codes {
        let per_page = if self.dims == 0 { 1 } else { self.rows_per_page() as u32 };
        Codes { top: self.codes, scales: self.scales, dims: self.dims, stride: self.stride(), per_page }
    }
}

/// Size of the next segment for a space that has `n` documents.
pub(crate) fn next_cap(n: u32) -> u32 {
    n.next_power_of_two().clamp(LEAST, MOST)
}

/// Pages that the arrays of a new segment may take at most, without those of codes.
pub(crate) const ARRAY_PAGES: u32 = 8;

/// Pages of codes that a record may begin.
pub(crate) const CODE_PAGES: u32 = 2;

/// Pages of codes that so many records may begin.
pub(crate) fn code_pages(dims: u32, records: usize) -> u32 {
    let s = Segment { dims, ..Segment::EMPTY };
    if dims == 0 {
        return 0;
    }
    (4 + records.div_ceil(s.rows_per_page()) + records.div_ceil(8).div_ceil(s.blocks_per_page())) as u32
}

/// Pages that the terms of one record may take at most in a forward list.
pub(crate) fn forward_pages(n_terms: usize) -> u32 {
    2 + (n_terms * 10).div_ceil(PAGE) as u32
}

/// Pages that the terms of one record may take at most in an open index.
pub(crate) fn index_pages(n_terms: usize) -> u32 {
    8 + (n_terms * 112).div_ceil(PAGE) as u32
}

/// Takes the arrays of a new segment from the pages reserved for it, and writes it at `at`. `state` is [`FORWARD`], [`OPEN`]
/// or [`BULK`].
pub(crate) fn create(region: &Region<'_>, at: usize, cap: u32, dims: u32, state: u32) -> Result<(), Full> {
    let owner = base_of(at);
    let version = region.read::<Segment>(at).version;
    let mut s = Segment { cap, dims, state, version: version + 1, ..Segment::EMPTY };
    let words4 = cap as usize * 4;
    s.nodes = pages::alloc(region, owner, words4)?;
    s.lengths = pages::alloc(region, owner, words4)?;
    s.alive = pages::alloc(region, owner, cap as usize / 8)?;
    if s.state == FORWARD {
        s.forward = pages::alloc(region, owner, words4)?;
    }
    if dims > 0 {
        s.scales = pages::alloc(region, owner, words4)?;
        s.codes = directory(region, owner, (cap as usize).div_ceil(s.rows_per_page()))?;
        s.signs = directory(region, owner, (cap as usize / 8).div_ceil(s.blocks_per_page()))?;
    }
    // What was reserved for the segment stays with it.
    s.base = region.read(owner);
    s.index = region.read(index_of(at));
    region.write(at, s);
    Ok(())
}

/// Directory of `n` pages, none of which is there yet.
fn directory(region: &Region<'_>, owner: usize, n: usize) -> Result<Off, Full> {
    pages::alloc(region, owner, n * 4)
}

/// Sees to it that page `i` of a directory is there, with `bytes` bytes.
fn begin_page(region: &Region<'_>, owner: usize, top: Off, i: usize, bytes: usize) -> Result<(), Full> {
    let slot = addr(top) + i * 4;
    if region.read::<Off>(slot) == 0 {
        region.write(slot, pages::alloc(region, owner, bytes)?);
    }
    Ok(())
}

/// Gives everything of a segment back.
pub(crate) fn destroy(region: &Region<'_>, at: usize) {
    let version = region.read::<Segment>(at).version;
    pages::release(region, index_of(at));
    pages::release(region, base_of(at));
    region.write(at, Segment { version: version + 1, ..Segment::EMPTY });
}

/// Address of the owner of a segment's arrays.
pub(crate) fn base_of(at: usize) -> usize {
    at + std::mem::offset_of!(Segment, base)
}

/// Address of the owner of a segment's index.
pub(crate) fn index_of(at: usize) -> usize {
    at + std::mem::offset_of!(Segment, index)
}

/// Whether a segment of this size keeps forward lists.
pub(crate) fn is_forward(cap: u32) -> bool {
    cap < INDEXED
}

fn drop_forward(region: &Region<'_>, owner: usize, s: &Segment, doc: u32) {
    let slot = addr(s.forward) + doc as usize * 4;
    let mut list: Off = region.read(slot);
    while list != 0 {
        let f: Forward = region.read(addr(list));
        pages::free(region, owner, list, f.bytes as usize);
        list = f.next;
    }
    region.write(slot, 0u32);
}

/// Adds a document to the segment at `at`, which has room; it is not alive yet.
pub(crate) fn append(region: &Region<'_>, at: usize, node: u32, record: &Record) -> Result<u32, Full> {
    let s: Segment = region.read(at);
    assert!(s.n < s.cap, "segment is full");
    let doc = s.n;
    region.write(addr(s.nodes) + doc as usize * 4, node);
    region.write(addr(s.lengths) + doc as usize * 4, record.length);
    if s.dims > 0 {
        let code = record.code.as_ref().map(|c| (&c.values[..], c.scale, &c.signs[..]));
        add_code(region, at, &s, doc, code)?;
    }
    if s.state == FORWARD {
        let list = put_forward(region, base_of(at), &record.terms)?;
        region.write(addr(s.forward) + doc as usize * 4, list);
    } else if s.state == OPEN {
        put_open(region, at, doc, &record.terms)?;
    }
    region.update(at, |s: &mut Segment| s.n += 1);
    Ok(doc)
}

/// Adds a document with a code as it lay in another segment, without terms.
pub(crate) fn append_copy(
    region: &Region<'_>,
    at: usize,
    node: u32,
    length: u32,
    code: Option<(&[i8], f32)>,
) -> Result<u32, Full> {
    let s: Segment = region.read(at);
    assert!(s.n < s.cap, "segment is full");
    let doc = s.n;
    region.write(addr(s.nodes) + doc as usize * 4, node);
    region.write(addr(s.lengths) + doc as usize * 4, length);
    if s.dims > 0 {
        let signs = code.map(|(values, _)| signs(values));
        let code = code.zip(signs.as_deref()).map(|((values, scale), signs)| (values, scale, signs));
        add_code(region, at, &s, doc, code)?;
    }
    region.update(at, |s: &mut Segment| s.n += 1);
    Ok(doc)
}

/// Values, scale and signs.
type Parts<'a> = Option<(&'a [i8], f32, &'a [u64])>;

fn add_code(region: &Region<'_>, at: usize, s: &Segment, doc: u32, code: Parts<'_>) -> Result<(), Full> {
    let (row, block) = (doc as usize / s.rows_per_page(), doc as usize / 8 / s.blocks_per_page());
    let rows = s.rows_per_page().min(s.cap as usize - row * s.rows_per_page());
    let blocks = s.blocks_per_page().min(s.cap as usize / 8 - block * s.blocks_per_page());
    begin_page(region, base_of(at), s.codes, row, rows * s.stride())?;
    begin_page(region, base_of(at), s.signs, block, blocks * s.words() * 64)?;
    if let Some((values, scale, signs)) = code {
        set_code(region, s, doc, values, scale, signs);
    }
    Ok(())
}

fn set_code(region: &Region<'_>, s: &Segment, doc: u32, values: &[i8], scale: f32, signs: &[u64]) {
    assert!(values.len() == s.dims as usize, "a code of {} dimensions in a segment of {}", values.len(), s.dims);
    region.write(addr(s.scales) + doc as usize * 4, scale);
    region.slice_mut(s.codes().row_at(region, doc), values.len(), |r: &mut [i8]| r.copy_from_slice(values));
    let (block, lane) = (doc as usize / 8, doc as usize % 8);
    let page: Off = region.read(addr(s.signs) + block / s.blocks_per_page() * 4);
    let words = s.words();
    region.slice_mut(addr(page) + block % s.blocks_per_page() * words * 64, words * 8, |b: &mut [u64]| {
        crate::kernel::set_lane(b, words, lane, signs);
    });
}

/// Calls `f(first document, rows, number)` for each run of 8-bit rows.
pub(crate) fn rows(region: &Region<'_>, s: &Segment, mut f: impl FnMut(u32, &[i8], usize)) {
    let per = s.rows_per_page();
    for (i, first) in (0..s.n as usize).step_by(per).enumerate() {
        let n = per.min(s.n as usize - first);
        let page: Off = region.read(addr(s.codes) + i * 4);
        f(first as u32, region.slice(addr(page), n * s.stride()), n);
    }
}

/// Calls `f(first document, blocks)` for each run of sign blocks.
pub(crate) fn sign_blocks(region: &Region<'_>, s: &Segment, mut f: impl FnMut(u32, &[u64])) {
    let (per, words) = (s.blocks_per_page(), s.words());
    let blocks = (s.n as usize).div_ceil(8);
    for (i, first) in (0..blocks).step_by(per).enumerate() {
        let n = per.min(blocks - first);
        let page: Off = region.read(addr(s.signs) + i * 4);
        f(first as u32 * 8, region.slice(addr(page), n * words * 8));
    }
}

fn put_forward(region: &Region<'_>, owner: usize, terms: &[(u64, u16)]) -> Result<Off, Full> {
    let mut next: Off = 0;
    for piece in terms.chunks(PIECE).rev() {
        let n = piece.len();
        let bytes = size_of::<Forward>() + n * 9;
        let list = pages::alloc(region, owner, bytes)?;
        region.write(addr(list), Forward { n: n as u32, bytes: bytes as u32, next, spare: 0 });
        let first = addr(list) + size_of::<Forward>();
        region.slice_mut(first, n, |s: &mut [u64]| s.iter_mut().zip(piece).for_each(|(h, t)| *h = t.0));
        region
            .slice_mut(first + n * 8, n, |s: &mut [u8]| s.iter_mut().zip(piece).for_each(|(f, t)| *f = frequency(t.1)));
        next = list;
    }
    Ok(next)
}

/// Frequencies saturate, everywhere alike, since a place must not change a score.
pub(crate) fn frequency(tf: u16) -> u8 {
    tf.min(255) as u8
}

/// Calls `f` with the hashes and frequencies of a document of a forward segment, piece by piece in order of hash.
pub(crate) fn forward(region: &Region<'_>, s: &Segment, doc: u32, mut f: impl FnMut(&[u64], &[u8])) {
    let mut list: Off = region.read(addr(s.forward) + doc as usize * 4);
    while list != 0 {
        let head: Forward = region.read(addr(list));
        let (first, n) = (addr(list) + size_of::<Forward>(), head.n as usize);
        f(region.slice(first, n), region.slice(first + n * 8, n));
        list = head.next;
    }
}

fn put_open(region: &Region<'_>, at: usize, doc: u32, terms: &[(u64, u16)]) -> Result<(), Full> {
    let owner = index_of(at);
    let table = at + std::mem::offset_of!(Segment, terms);
    let dict = at + std::mem::offset_of!(Segment, dict);
    let known: Table = region.read(table);
    terms.iter().for_each(|(hash, _)| hash::expect(region, &known, *hash as u32));
    for (hash, tf) in terms {
        let a: Array = region.read(dict);
        let found = hash::find(region, table, *hash as u32, |i| array::get::<Term>(region, &a, i).hash == *hash);
        let term = match found {
            Some(i) => i,
            None => {
                let i = array::push(region, owner, dict, Term { hash: *hash, postings: List::default() })?;
                hash::insert(region, owner, table, *hash as u32, i)?;
                i
            }
        };
        let a: Array = region.read(dict);
        let list = array::at::<Term>(region, &a, term) + std::mem::offset_of!(Term, postings);
        chunks::push(region, owner, list, doc << 8 | u32::from(frequency(*tf)))?;
    }
    Ok(())
}

/// Node of a document.
pub(crate) fn node_of(region: &Region<'_>, s: &Segment, doc: u32) -> u32 {
    region.read(addr(s.nodes) + doc as usize * 4)
}

/// Sets or clears the `alive` bit; says whether it changed.
pub(crate) fn set_alive(region: &Region<'_>, at: usize, doc: u32, alive: bool) -> bool {
    let s: Segment = region.read(at);
    let word = addr(s.alive) + doc as usize / 64 * 8;
    let bit = 1u64 << (doc % 64);
    let changed = region.update(word, |w: &mut u64| {
        let was = *w & bit != 0;
        if alive {
            *w |= bit
        } else {
            *w &= !bit
        }
        was != alive
    });
    if changed {
        region.update(at, |s: &mut Segment| if alive { s.n_alive += 1 } else { s.n_alive -= 1 });
    }
    changed
}

/// Marks a document as gone for good and drops what can be dropped at once.
pub(crate) fn vacate(region: &Region<'_>, at: usize, doc: u32) {
    set_alive(region, at, doc, false);
    let s = region.update(at, |s: &mut Segment| {
        s.n_gone += 1;
        *s
    });
    region.write(addr(s.nodes) + doc as usize * 4, NONE);
    if s.state == FORWARD {
        drop_forward(region, base_of(at), &s, doc);
    }
}

//! Sections as bytes: little-endian, arrays with their number before them. What is read is checked, so that bytes that are
//! damaged, or made up, are refused and never lead astray who enters them.

use super::{Count, Unreadable};
use crate::bytes::NONE;
use crate::edges::Association;
use crate::record::ABOUT;
use crate::segment::MOST;

/// Memories of a section by columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Nodes {
    /// Hashes of cues and contexts that are named here first; they are numbered on from those of former sections.
    pub new_cues: Vec<u64>,
    pub new_contexts: Vec<u64>,
    pub ids: Vec<[u8; 16]>,
    pub xmin: Vec<u64>,
    pub occurred_at: Vec<i64>,
    pub kind: Vec<u64>,
    /// Number of the context, NONE for none.
    pub context: Vec<u32>,
    pub length: Vec<u32>,
    pub digest: Vec<u32>,
    pub touched: Vec<u32>,
    /// Where the memory is and what keeps it there: see [`super::copy`].
    pub residency: Vec<u8>,
    pub n_cues: Vec<u16>,
    /// Numbers of the cues of all, the top bit set for what a memory is about.
    pub cues: Vec<u32>,
}

/// What resident memories have beside: codes and terms.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Documents {
    /// Dimensions of the codes, 0 for none.
    pub dims: u32,
    /// Of each document, 0 for one without an embedding.
    pub scales: Vec<f32>,
    pub codes: Vec<i8>,
    /// Sorted hashes of terms, first posting of each, documents and frequencies of the postings.
    pub hashes: Vec<u64>,
    pub starts: Vec<u32>,
    pub docs: Vec<u16>,
    pub frequencies: Vec<u8>,
}

/// Most dimensions of an embedding: those of pgvector's type.
const MOST_DIMS: u32 = 16_000;
/// Cues that a node may have.
const MOST_CUES: u16 = 1024;

macro_rules! numbers {
    ($($put:ident $get:ident $one:ident $t:ty;)*) => { $(
        fn $put(out: &mut Vec<u8>, values: &[$t]) {
            out.extend_from_slice(&(values.len() as u32).to_le_bytes());
            values.iter().for_each(|v| out.extend_from_slice(&v.to_le_bytes()));
        }

        impl Bytes<'_> {
            #[allow(dead_code)] // Not every type of number stands alone.
            fn $one(&mut self) -> Result<$t, Unreadable> {
                let bytes = self.take(size_of::<$t>())?;
                Ok(<$t>::from_le_bytes(bytes.try_into().expect("as many bytes as were taken")))
            }

            fn $get(&mut self) -> Result<Vec<$t>, Unreadable> {
                let n = self.count()?;
                let bytes = self.take(n.checked_mul(size_of::<$t>()).ok_or(Unreadable)?)?;
                let numbers = bytes.as_chunks::<{ size_of::<$t>() }>().0.iter();
                Ok(numbers.map(|b| <$t>::from_le_bytes(*b)).collect())
            }
        }
    )* };
}

numbers! {
    put_u8 get_u8 one_u8 u8;
    put_i8 get_i8 one_i8 i8;
    put_u16 get_u16 one_u16 u16;
    put_u32 get_u32 one_u32 u32;
    put_u64 get_u64 one_u64 u64;
    put_i64 get_i64 one_i64 i64;
    put_f32 get_f32 one_f32 f32;
}

/// What is left to read.
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, n: usize) -> Result<&'b [u8], Unreadable> {
        let (head, rest) = self.0.split_at_checked(n).ok_or(Unreadable)?;
        self.0 = rest;
        Ok(head)
    }

    fn count(&mut self) -> Result<usize, Unreadable> {
        Ok(self.one_u32()? as usize)
    }

    fn ids(&mut self) -> Result<Vec<[u8; 16]>, Unreadable> {
        let n = self.count()?;
        Ok(self.take(n.checked_mul(16).ok_or(Unreadable)?)?.as_chunks::<16>().0.to_vec())
    }

    fn end(self) -> Result<(), Unreadable> {
        if self.0.is_empty() { Ok(()) } else { Err(Unreadable) }
    }
}

fn put_ids(out: &mut Vec<u8>, ids: &[[u8; 16]]) {
    out.extend_from_slice(&(ids.len() as u32).to_le_bytes());
    out.extend_from_slice(ids.as_flattened());
}

/// Refuses unless `is`.
fn check(is: bool) -> Result<(), Unreadable> {
    if is { Ok(()) } else { Err(Unreadable) }
}

impl Nodes {
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn put(&self, out: &mut Vec<u8>) {
        put_u64(out, &self.new_cues);
        put_u64(out, &self.new_contexts);
        put_ids(out, &self.ids);
        put_u64(out, &self.xmin);
        put_i64(out, &self.occurred_at);
        put_u64(out, &self.kind);
        put_u32(out, &self.context);
        put_u32(out, &self.length);
        put_u32(out, &self.digest);
        put_u32(out, &self.touched);
        put_u8(out, &self.residency);
        put_u16(out, &self.n_cues);
        put_u32(out, &self.cues);
    }

    /// `cues` and `contexts`: how many are known from former sections.
    fn get(b: &mut Bytes<'_>, cues: usize, contexts: usize) -> Result<Nodes, Unreadable> {
        let nodes = Nodes {
            new_cues: b.get_u64()?,
            new_contexts: b.get_u64()?,
            ids: b.ids()?,
            xmin: b.get_u64()?,
            occurred_at: b.get_i64()?,
            kind: b.get_u64()?,
            context: b.get_u32()?,
            length: b.get_u32()?,
            digest: b.get_u32()?,
            touched: b.get_u32()?,
            residency: b.get_u8()?,
            n_cues: b.get_u16()?,
            cues: b.get_u32()?,
        };
        let n = nodes.len();
        check(n > 0 && n <= MOST as usize)?;
        let columns = [
            nodes.xmin.len(),
            nodes.occurred_at.len(),
            nodes.kind.len(),
            nodes.context.len(),
            nodes.length.len(),
            nodes.digest.len(),
            nodes.touched.len(),
            nodes.residency.len(),
            nodes.n_cues.len(),
        ];
        check(columns.iter().all(|len| *len == n))?;
        let (cues, contexts) = (cues + nodes.new_cues.len(), contexts + nodes.new_contexts.len());
        check(cues < ABOUT as usize && contexts < NONE as usize)?;
        check(nodes.n_cues.iter().all(|n| *n <= MOST_CUES))?;
        check(nodes.n_cues.iter().map(|n| usize::from(*n)).sum::<usize>() == nodes.cues.len())?;
        check(nodes.cues.iter().all(|c| ((c & !ABOUT) as usize) < cues))?;
        check(nodes.context.iter().all(|c| *c == NONE || (*c as usize) < contexts))?;
        Ok(nodes)
    }
}

impl Documents {
    pub fn put(&self, out: &mut Vec<u8>) {
        put_u32(out, &[self.dims]);
        put_f32(out, &self.scales);
        put_i8(out, &self.codes);
        put_u64(out, &self.hashes);
        put_u32(out, &self.starts);
        put_u16(out, &self.docs);
        put_u8(out, &self.frequencies);
    }

    fn get(b: &mut Bytes<'_>, n: usize) -> Result<Documents, Unreadable> {
        let dims = b.get_u32()?;
        check(dims.len() == 1 && dims[0] <= MOST_DIMS)?;
        let d = Documents {
            dims: dims[0],
            scales: b.get_f32()?,
            codes: b.get_i8()?,
            hashes: b.get_u64()?,
            starts: b.get_u32()?,
            docs: b.get_u16()?,
            frequencies: b.get_u8()?,
        };
        check(d.codes.len() == n * d.dims as usize)?;
        check(d.scales.len() == if d.dims > 0 { n } else { 0 })?;
        check(d.scales.iter().all(|s| s.is_finite() && *s >= 0.0))?;
        // Codes are symmetric; products of the value without a counterpart would leave the range that sums are made for.
        check(!d.codes.contains(&i8::MIN))?;
        check(d.starts.len() == d.hashes.len() && d.docs.len() == d.frequencies.len())?;
        check(d.hashes.windows(2).all(|w| w[0] < w[1]))?;
        check(d.starts.first().copied().unwrap_or(0) == 0 && d.starts.windows(2).all(|w| w[0] < w[1]))?;
        check(d.docs.is_empty() == d.starts.is_empty())?;
        check(d.starts.last().is_none_or(|s| (*s as usize) < d.docs.len()))?;
        check(d.docs.iter().all(|doc| usize::from(*doc) < n) && !d.frequencies.contains(&0))?;
        // Within a term documents ascend: where they do not, another term begins.
        let mut starts = d.starts.iter().skip(1).copied().peekable();
        let ascend = d.docs.windows(2).enumerate().all(|(i, w)| {
            let begins = starts.next_if_eq(&(i as u32 + 1)).is_some();
            begins || w[0] < w[1]
        });
        check(ascend)?;
        Ok(d)
    }
}

/// Bytes of a section of resident memories.
pub(crate) fn part(nodes: &Nodes, documents: &Documents) -> Vec<u8> {
    let mut out = Vec::with_capacity(nodes.len() * 96 + documents.codes.len() + documents.docs.len() * 3);
    nodes.put(&mut out);
    documents.put(&mut out);
    out
}

/// Bytes of a section of memories that are not resident.
pub(crate) fn thin(nodes: &Nodes) -> Vec<u8> {
    let mut out = Vec::with_capacity(nodes.len() * 96);
    nodes.put(&mut out);
    out
}

pub(crate) fn read_part(bytes: &[u8], cues: usize, contexts: usize) -> Result<(Nodes, Documents), Unreadable> {
    let mut b = Bytes(bytes);
    let nodes = Nodes::get(&mut b, cues, contexts)?;
    let documents = Documents::get(&mut b, nodes.len())?;
    b.end()?;
    Ok((nodes, documents))
}

pub(crate) fn read_thin(bytes: &[u8], cues: usize, contexts: usize) -> Result<Nodes, Unreadable> {
    let mut b = Bytes(bytes);
    let nodes = Nodes::get(&mut b, cues, contexts)?;
    b.end()?;
    Ok(nodes)
}

/// Bytes of a section of associations.
pub(crate) fn edges(all: &[Association]) -> Vec<u8> {
    let mut out = Vec::with_capacity(all.len() * 48);
    put_ids(&mut out, &all.iter().map(|a| a.source).collect::<Vec<_>>());
    put_ids(&mut out, &all.iter().map(|a| a.target).collect::<Vec<_>>());
    put_u64(&mut out, &all.iter().map(|a| a.changed).collect::<Vec<_>>());
    put_u32(&mut out, &all.iter().map(|a| a.weight).collect::<Vec<_>>());
    put_u8(&mut out, &all.iter().map(|a| a.kind).collect::<Vec<_>>());
    out
}

pub(crate) fn read_edges(bytes: &[u8]) -> Result<Vec<Association>, Unreadable> {
    let mut b = Bytes(bytes);
    let (sources, targets) = (b.ids()?, b.ids()?);
    let (changed, weights, kinds) = (b.get_u64()?, b.get_u32()?, b.get_u8()?);
    b.end()?;
    let n = sources.len();
    check([targets.len(), changed.len(), weights.len(), kinds.len()].iter().all(|len| *len == n))?;
    Ok((0..n)
        .map(|i| Association {
            source: sources[i],
            target: targets[i],
            kind: kinds[i],
            weight: weights[i],
            changed: changed[i],
        })
        .collect())
}

/// Bytes of the first and of the last section.
pub(crate) fn count(count: Count) -> Vec<u8> {
    [count.memories.to_le_bytes(), count.edges.to_le_bytes()].concat()
}

pub(crate) fn read_count(bytes: &[u8]) -> Result<Count, Unreadable> {
    let mut b = Bytes(bytes);
    let count = Count { memories: b.one_u64()?, edges: b.one_u64()? };
    b.end()?;
    Ok(count)
}

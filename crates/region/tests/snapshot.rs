//! A space written as a record and entered again answers as before, whatever happens to either meanwhile; damaged records are refused.

mod common;

use common::{Bytes, add_space, cases, evict};
use engram_engine::code::quantise;
use engram_region::edges::Association;
use engram_region::read::{NoPause, Reader, Seen};
use engram_region::settle::Outcome;
use engram_region::snapshot::{self, Count, Look, Refused, Restore, Unwritten};
use engram_region::{Directory, Record, Space, State};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Transactions before this one are in the record; the others are read again.
const BELOW: u64 = 1_000;

fn id(n: u16) -> [u8; 16] {
    let mut id = [0; 16];
    id[2..4].copy_from_slice(&n.to_be_bytes());
    id
}

fn record(n: u16, xid: u64) -> Record {
    let word = |i: u64| (u64::from(n % 97) * 7 + xid % 13 + i).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut terms: Vec<(u64, u16)> = (0..4).map(|i| (word(i), 1 + i as u16)).collect();
    terms.push((42, 1));
    terms.sort_unstable();
    terms.dedup_by_key(|t| t.0);
    let vector: Vec<f32> = (0..24).map(|i| ((u64::from(n) + i * (xid + 1)) % 13) as f32 - 6.5).collect();
    Record {
        id: id(n),
        changed: xid,
        occurred_at: i64::from(n % 50) * 1000 + xid as i64,
        context: u64::from(n % 5),
        kind: u64::from(n % 2),
        length: terms.iter().map(|t| u32::from(t.1)).sum(),
        terms,
        cues: vec![(100 + u64::from(n % 7), n.is_multiple_of(8)), (200 + xid % 3, false)],
        code: (!n.is_multiple_of(11)).then(|| quantise(&vector).expect("a vector")),
        digest: u32::from(n % 60),
        pinned: n.is_multiple_of(5),
        cold: false,
    }
}

fn edge(n: u16, changed: u64) -> Association {
    Association { source: id(n), target: id(n / 2), kind: (n % 3) as u8, weight: 1 + u32::from(n), changed }
}

/// What happens to a space while it is written or entered.
#[derive(Debug, Clone)]
enum Op {
    Put(u16),
    Delete(u16),
    PutAndAbort(u16),
    Edge(u16),
    DropEdge(u16),
    Evict,
    Seal,
    Settle,
}

fn op() -> impl Strategy<Value = Op> {
    let n = || 0..1500u16;
    prop_oneof![
        4 => n().prop_map(Op::Put),
        3 => n().prop_map(Op::Delete),
        2 => n().prop_map(Op::PutAndAbort),
        1 => n().prop_map(Op::Edge),
        1 => n().prop_map(Op::DropEdge),
        1 => Just(Op::Evict),
        1 => Just(Op::Seal),
        2 => Just(Op::Settle),
    ]
}

/// The tables beside the region: what is there, and what each transaction touched.
#[derive(Default, Clone)]
struct Tables {
    rows: BTreeMap<u16, u64>,
    edges: BTreeMap<u16, u64>,
    touched: BTreeSet<u16>,
    touched_edges: BTreeSet<u16>,
    aborted: BTreeSet<u64>,
    next: u64,
}

impl Tables {
    fn outcome(&self, xid: u64) -> Outcome {
        if self.aborted.contains(&xid) { Outcome::Aborted } else { Outcome::Committed }
    }

    fn settle(&self, space: &Space<'_>) {
        while space.settle(|x| self.outcome(x), self.next) {}
    }

    /// A transaction of its own.
    fn apply(&mut self, space: &Space<'_>, op: &Op) {
        let xid = self.next;
        self.next += 1;
        // As a writer does that finds a row marked by a transaction that has ended.
        self.settle(space);
        match op {
            Op::Put(n) | Op::PutAndAbort(n) => {
                if self.rows.contains_key(n) {
                    space.publish_delete(xid, &id(*n)).expect("the row is free");
                }
                space.publish(xid, &record(*n, xid)).expect("room");
                if matches!(op, Op::PutAndAbort(_)) {
                    self.aborted.insert(xid);
                } else {
                    self.rows.insert(*n, xid);
                    self.touched.insert(*n);
                }
            }
            Op::Delete(n) if self.rows.remove(n).is_some() => {
                space.publish_delete(xid, &id(*n)).expect("the row is free");
                self.touched.insert(*n);
            }
            Op::Edge(n) => {
                if self.edges.contains_key(n) {
                    space.publish_edge_delete(xid, &edge(*n, xid)).expect("the edge is free");
                }
                space.publish_edge(xid, &edge(*n, xid)).expect("room");
                self.edges.insert(*n, xid);
                self.touched_edges.insert(*n);
            }
            Op::DropEdge(n) if self.edges.remove(n).is_some() => {
                space.publish_edge_delete(xid, &edge(*n, xid)).expect("the edge is free");
                self.touched_edges.insert(*n);
            }
            Op::Evict => evict(*space),
            Op::Seal => {
                while let Some(segment) = space.sealable() {
                    let sorted = space.sort_segment(segment).expect("it is full");
                    space.seal(&sorted).expect("room");
                }
            }
            Op::Settle => self.settle(space),
            Op::Delete(_) | Op::DropEdge(_) => {}
        }
    }

    /// Reads again what transactions from `BELOW` on did, as `memory::load::catch_up` does.
    fn catch_up(&self, space: &Space<'_>) {
        let seen = Seen::default();
        for n in &self.touched {
            match self.rows.get(n) {
                Some(xid) => space.load(&record(*n, *xid), &seen).expect("room"),
                None => space.load_delete(&id(*n), &seen),
            }
        }
        for n in &self.touched_edges {
            let found: Vec<Association> = self.edges.get(n).map(|xid| edge(*n, *xid)).into_iter().collect();
            space.load_edges_of(&id(*n), &found, &Seen::default()).expect("room");
        }
    }
}

/// Looks at a space to which something happens between any two looks.
struct Restless<'s, 't> {
    space: Space<'s>,
    tables: &'t mut Tables,
    ops: Vec<Op>,
}

impl Look for Restless<'_, '_> {
    fn look<R>(&mut self, f: impl FnOnce(Space<'_>) -> R) -> Option<R> {
        if let Some(op) = self.ops.pop() {
            self.tables.apply(&self.space, &op);
        }
        Some(f(self.space))
    }
}

type Sections = Vec<(u32, Vec<u8>)>;

fn write(look: &mut impl Look) -> Result<(Sections, Count), Unwritten<()>> {
    let mut out = Vec::new();
    let count = snapshot::write(look, BELOW, |tag, bytes| {
        out.push((tag, bytes.to_vec()));
        Ok(())
    })?;
    Ok((out, count))
}

/// Enters a record; `between` is called between pieces.
fn enter(space: &Space<'_>, sections: &Sections, mut between: impl FnMut(&Space<'_>)) -> Result<Restore, ()> {
    let mut restore = Restore::default();
    for (tag, bytes) in sections {
        let mut entering = restore.read(*tag, bytes).map_err(|_| ())?;
        loop {
            match space.enter_piece(&mut restore, &mut entering) {
                Ok(false) => break,
                Ok(true) => between(space),
                Err(Refused::Full | Refused::Unfit) => return Err(()),
            }
        }
    }
    Ok(restore)
}

/// Memories and edges in words, and what some words find.
type Contents = (Vec<String>, Vec<Found>);
type Found = Vec<([u8; 16], u32)>;

/// Everything that a search may meet of a space whose transactions are all settled, apart from where things lie.
fn contents(space: Space<'_>) -> Contents {
    let mut reader = Reader::new(space, Seen::default(), NoPause).expect("the space is ready");
    let mut rows: Vec<_> = reader
        .everything()
        .expect("nothing moves")
        .into_iter()
        .map(|m| {
            let node = reader.by_id(&m.id).expect("it is visible");
            let f = reader.found(node);
            let cues = reader.cue_hashes(node);
            format!("{m:?} {:?}", (f.kind, f.occurred_at, f.context, cues))
        })
        .chain(reader.every_edge().into_iter().map(|e| format!("{e:?}")))
        .collect();
    rows.sort_unstable();
    let by_word =
        [42, 7u64.wrapping_mul(0x9e37_79b9_7f4a_7c15), 40u64.wrapping_mul(0x9e37_79b9_7f4a_7c15)].map(|word| {
            let words = reader.words(&[word]).expect("nothing moves");
            let sums = reader.sums(&words, &[2.0], 5.0, Default::default()).expect("nothing moves");
            let best = reader.best_by_words(&sums, 5_000, None).expect("nothing moves");
            best.into_iter().map(|(node, units)| (reader.found(node).id, units)).collect()
        });
    (rows, by_word.to_vec())
}

/// A space of so many rows, every tenth of which is evicted when `evict`.
fn filled<'a>(directory: &Directory<'a>, rows: u16, evict: bool) -> (Space<'a>, Tables) {
    let space = add_space(directory, "written", State::Ready);
    let mut tables = Tables { next: 500, ..Tables::default() };
    for n in 0..rows {
        let xid = 100 + u64::from(n % 300);
        space.load(&record(n, xid), &Seen::default()).expect("room");
        tables.rows.insert(n, xid);
        if n.is_multiple_of(9) {
            space.load_edge(&edge(n, xid)).expect("room");
            tables.edges.insert(n, xid);
        }
    }
    for n in (0..rows).step_by(7) {
        tables.apply(&space, &Op::Put(n));
    }
    for n in (0..rows).step_by(23) {
        tables.apply(&space, &Op::Delete(n));
        tables.apply(&space, &Op::DropEdge(n));
    }
    if evict {
        tables.apply(&space, &Op::Evict);
    }
    tables.settle(&space);
    assert!(tables.next < BELOW);
    tables.next = BELOW;
    (tables.touched, tables.touched_edges) = Default::default();
    (space, tables)
}

fn agree(all: &[Found], other: &[Found]) -> bool {
    all.iter().zip(other).all(|(a, b)| {
        let b: BTreeMap<_, _> = b.iter().copied().collect();
        a.iter().all(|(id, units)| b.get(id).is_none_or(|u| u == units))
    })
}

#[test]
fn a_record_entered_into_an_empty_space_answers_as_the_space_did() {
    for (rows, evict) in [(30, false), (400, false), (700, true), (1400, false), (1400, true)] {
        let bytes = Bytes::new(64 << 20);
        let directory = Directory::format(bytes.region()).expect("room for a directory");
        let (space, mut tables) = filled(&directory, rows, evict);
        let (sections, count) =
            write(&mut Restless { space, tables: &mut tables, ops: Vec::new() }).expect("nothing is in the way");
        assert_eq!(count, Count { memories: tables.rows.len() as u64, edges: tables.edges.len() as u64 });
        let again = add_space(&directory, "entered", State::Loading);
        let restore = enter(&again, &sections, |_| {}).expect("it is readable");
        assert!(restore.is_complete() && restore.found() == count);
        again.set_ready();
        // The record names what is outside; its words come from the tables.
        let rows: Vec<Record> = tables.rows.iter().map(|(n, xid)| record(*n, *xid)).collect();
        [space, again].iter().for_each(|s| {
            s.list_rows(&rows);
        });
        assert_eq!(again.violations(), Vec::<String>::new());
        let (old, new) = (space.stats(), again.stats());
        assert_eq!(
            (old.memories, old.total_length, old.resident, old.edges),
            (new.memories, new.total_length, new.resident, new.edges)
        );
        let (before, after) = (contents(space), contents(again));
        assert!(before.0 == after.0, "{} rows", tables.rows.len());
        assert_eq!(before.1, after.1);
    }
}

#[test]
fn where_there_is_no_room_for_codes_memories_are_entered_as_evicted_ones() {
    let bytes = Bytes::new(32 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let (space, mut tables) = filled(&directory, 1400, false);
    let (sections, count) = write(&mut Restless { space, tables: &mut tables, ops: Vec::new() }).expect("written");
    let again = add_space(&directory, "entered", State::Loading);
    let mut restore = Restore::default();
    for (tag, bytes) in &sections {
        let mut entering = restore.read(*tag, bytes).expect("readable");
        entering.without_documents();
        while again.enter_piece(&mut restore, &mut entering).expect("room") {}
    }
    again.set_ready();
    assert_eq!(again.violations(), Vec::<String>::new());
    assert_eq!((u64::from(again.stats().spilled), again.stats().resident), (count.memories, 0));
}

#[test]
fn a_record_without_its_end_or_with_a_section_too_many_is_refused() {
    let bytes = Bytes::new(32 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let (space, mut tables) = filled(&directory, 700, true);
    let (sections, _) = write(&mut Restless { space, tables: &mut tables, ops: Vec::new() }).expect("written");
    let refused = |sections: &Sections| {
        let again = add_space(&directory, "entered", State::Loading);
        enter(&again, sections, |_| {}).map_or(true, |r| !r.is_complete())
    };
    assert!(!refused(&sections));
    for without in 0..sections.len() {
        let mut some = sections.clone();
        some.remove(without);
        assert!(refused(&some), "without section {without}");
    }
    let mut more = sections.clone();
    more.insert(1, (99, vec![1, 2, 3]));
    assert!(refused(&more), "a section that is not known");
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn whatever_happens_while_it_is_written_and_entered_the_space_is_whole(
        rows in prop_oneof![Just(60u16), Just(600), Just(1300)],
        evict in any::<bool>(),
        while_written in prop::collection::vec(op(), 0..60),
        while_entered in prop::collection::vec(op(), 0..40),
    ) {
        let bytes = Bytes::new(64 << 20);
        let directory = Directory::format(bytes.region()).expect("room for a directory");
        let (space, mut tables) = filled(&directory, rows, evict);
        let mut look = Restless { space, tables: &mut tables, ops: while_written };
        let written = write(&mut look);
        let Ok((sections, _)) = written else {
            prop_assert_eq!(written.err(), Some(Unwritten::Restless));
            return Ok(());
        };
        tables.settle(&space);
        prop_assert_eq!(space.violations(), Vec::<String>::new());
        // The loader's snapshot is taken here: what comes later is published into the space that is loading.
        let again = add_space(&directory, "entered", State::Loading);
        let before = tables.clone();
        let mut ops = while_entered.clone();
        let restore = enter(&again, &sections, |s| {
            // Only what the tables and a space that is loading may meet: nobody evicts or seals a part of it.
            if let Some(op) = ops.pop().filter(|op| !matches!(op, Op::Evict | Op::Seal | Op::Settle)) {
                tables.apply(s, &op);
            }
        });
        prop_assert!(restore.is_ok_and(|r| r.is_complete()));
        before.catch_up(&again);
        again.set_ready();
        tables.settle(&again);
        // An edge deleted while the space was loading asks for its rows to be read again.
        if again.needs_load() {
            tables.catch_up(&again);
            again.unsettled().iter().for_each(|e| again.clear_needs_load(e.xid));
            tables.settle(&again);
        }
        prop_assert_eq!(again.violations(), Vec::<String>::new());
        let have: BTreeMap<[u8; 16], u64> = again.summaries().into_iter().map(|m| (m.id, m.changed)).collect();
        let want: BTreeMap<[u8; 16], u64> = tables.rows.iter().map(|(n, xid)| (id(*n), *xid)).collect();
        prop_assert_eq!(have, want);
        let have: Vec<_> = again.edge_summaries();
        let mut want: Vec<_> = tables.edges.keys().map(|n| edge(*n, 0)).map(|e| (e.source, e.target, e.kind)).collect();
        want.sort_unstable();
        prop_assert_eq!(have, want);
        // Nothing has other words than those of its row.
        let fresh = add_space(&directory, "fresh", State::Loading);
        tables.rows.iter().for_each(|(n, xid)| fresh.load(&record(*n, *xid), &Seen::default()).expect("room"));
        fresh.set_ready();
        prop_assert!(agree(&contents(again).1, &contents(fresh).1));
    }

    #[test]
    fn damaged_bytes_are_refused_or_harmless(
        at in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<Option<prop::sample::Index>>(),
    ) {
        let bytes = Bytes::new(16 << 20);
        let directory = Directory::format(bytes.region()).expect("room for a directory");
        let (space, mut tables) = filled(&directory, 560, false);
        let mut look = Restless { space, tables: &mut tables, ops: Vec::new() };
        let (mut sections, _) = write(&mut look).expect("written");
        for (section, byte, value) in &at {
            let n = section.index(sections.len());
            let section = &mut sections[n].1;
            let n = byte.index(section.len());
            section[n] ^= value;
        }
        if let Some(cut) = cut {
            let last = cut.index(sections.len());
            let half = sections[last].1.len() / 2;
            sections[last].1.truncate(half);
        }
        let again = add_space(&directory, "entered", State::Loading);
        if enter(&again, &sections, |_| {}).is_ok() {
            again.set_ready();
            let _ = contents(again);
        }
        again.reset(State::Absent);
        prop_assert_eq!(again.stats().memories, 0);
    }
}

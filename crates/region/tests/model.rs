//! The region against a plain model: any sequence of transactions by several sessions, with savepoints,
//! aborts, settling at any time and eviction, leaves every snapshot with what the model says.

mod common;

use common::{Bytes, add_space, cases};
use engram_engine::code::quantise;
use engram_region::edges::Association;
use engram_region::read::{NoPause, Reader, Seen};
use engram_region::settle::Outcome;
use engram_region::write::{Done, Refused};
use engram_region::{Directory, Record, Space, SpaceKey, State};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn id(n: u8) -> [u8; 16] {
    let mut id = [0; 16];
    id[3] = n;
    id
}

fn record(n: u8, xid: u64, salt: u64) -> Record {
    let word = |i: u64| (u64::from(n) * 7 + salt + i).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut terms: Vec<(u64, u16)> = (0..4).map(|i| (word(i), 1 + i as u16)).collect();
    terms.push((42, 1));
    terms.sort_unstable();
    terms.dedup_by_key(|t| t.0);
    let vector: Vec<f32> = (0..16).map(|i| ((u64::from(n) + i * salt) % 13) as f32 - 6.5).collect();
    Record {
        id: id(n),
        changed: xid,
        occurred_at: i64::from(n % 5) * 1000 + salt as i64,
        context: u64::from(n % 3),
        kind: 1,
        length: terms.iter().map(|t| u32::from(t.1)).sum(),
        terms,
        cues: vec![(100 + u64::from(n % 4), n.is_multiple_of(8)), (200 + salt % 3, false)],
        code: (!n.is_multiple_of(7)).then(|| quantise(&vector).expect("a vector")),
        digest: u32::from(n % 6),
    }
}

#[derive(Debug, Clone)]
enum Op {
    Begin(u8),
    Put(u8, u8),
    Delete(u8, u8),
    Savepoint(u8),
    RollbackTo(u8),
    Commit(u8),
    Abort(u8),
    Snapshot(u8),
    Settle,
    Evict,
    Seal,
}

fn op() -> impl Strategy<Value = Op> {
    let session = 0..3u8;
    prop_oneof![
        2 => session.clone().prop_map(Op::Begin),
        12 => (session.clone(), 0..24u8).prop_map(|(s, n)| Op::Put(s, n)),
        5 => (session.clone(), 0..24u8).prop_map(|(s, n)| Op::Delete(s, n)),
        2 => session.clone().prop_map(Op::Savepoint),
        2 => session.clone().prop_map(Op::RollbackTo),
        4 => session.clone().prop_map(Op::Commit),
        1 => session.clone().prop_map(Op::Abort),
        3 => session.prop_map(Op::Snapshot),
        4 => Just(Op::Settle),
        1 => Just(Op::Evict),
        1 => Just(Op::Seal),
    ]
}

type Rows = BTreeMap<u8, u64>;
type Writes = BTreeMap<u8, Option<u64>>;

#[derive(Clone, Default)]
struct Session {
    xid: Option<u64>,
    /// Its own writes: a version, or none for a deletion.
    writes: Writes,
    locks: BTreeSet<u8>,
    done: Vec<Done>,
    /// Its own writes, row locks and number of things done when the savepoint was set.
    savepoint: Option<(Writes, BTreeSet<u8>, usize)>,
    /// What the session's repeatable snapshot sees, and which transactions.
    snapshot: Option<(Rows, BTreeSet<u64>)>,
}

struct World<'a> {
    space: Space<'a>,
    committed: Rows,
    ended: BTreeMap<u64, bool>,
    sessions: Vec<Session>,
    next: u64,
}

impl World<'_> {
    fn outcome(&self, xid: u64) -> Outcome {
        match self.ended.get(&xid) {
            None => Outcome::InProgress,
            Some(true) => Outcome::Committed,
            Some(false) => Outcome::Aborted,
        }
    }

    fn settle(&self) {
        // The oldest snapshot or running transaction holds the horizon.
        let running = self.sessions.iter().filter_map(|s| s.xid);
        let held = self.sessions.iter().filter_map(|s| s.snapshot.as_ref()).map(|(_, seen)| {
            (100..self.next).find(|x| !seen.contains(x) && self.ended.get(x) != Some(&false)).unwrap_or(self.next)
        });
        let horizon = running.chain(held).min().unwrap_or(self.next);
        while self.space.settle(|x| self.outcome(x), horizon) {}
    }

    /// Row locks: nobody writes a row that another running transaction wrote.
    fn locked(&self, me: usize, row: u8) -> bool {
        self.sessions.iter().enumerate().any(|(i, s)| i != me && s.xid.is_some() && s.locks.contains(&row))
    }

    fn write(&mut self, me: usize, row: u8, put: bool) {
        let Some(xid) = self.sessions[me].xid else { return };
        if self.locked(me, row) || (!put && !self.rows_now(me).contains_key(&row)) {
            return;
        }
        let exists = self.rows_now(me).contains_key(&row);
        if exists {
            let deleted = match self.space.publish_delete(xid, &id(row)) {
                // What stands in the way has ended: settled once, it does not any more.
                Err(Refused::Unsettled(_)) => {
                    self.settle();
                    self.space.publish_delete(xid, &id(row))
                }
                first => first,
            };
            match deleted {
                Ok(Some(done)) => self.sessions[me].done.push(done),
                other => panic!("row {row} cannot be deleted: {other:?}"),
            }
        }
        let salt = self.next;
        self.next += 1;
        self.ended.insert(salt, false);
        if put {
            let done = self.space.publish(xid, &record(row, xid, salt)).expect("there is room");
            self.sessions[me].done.push(done);
        }
        let s = &mut self.sessions[me];
        s.locks.insert(row);
        s.writes.insert(row, put.then_some(salt));
    }

    /// Rows as the session's transaction sees them: committed ones, with its own writes over them.
    fn rows_now(&self, me: usize) -> Rows {
        let s = &self.sessions[me];
        let mut rows = self.committed.clone();
        for (row, version) in &s.writes {
            match version {
                Some(v) => rows.insert(*row, *v),
                None => rows.remove(row),
            };
        }
        rows
    }

    fn check(&self) {
        assert_eq!(self.space.violations(), Vec::<String>::new());
        for (me, s) in self.sessions.iter().enumerate() {
            let mut seen: Vec<u64> = self.ended.iter().filter(|(_, c)| **c).map(|(x, _)| *x).collect();
            seen.extend(s.xid);
            self.compare(&self.rows_now(me), seen);
            if let Some((rows, xids)) = &s.snapshot {
                self.compare(rows, xids.iter().copied().collect());
            }
        }
    }

    fn compare(&self, rows: &Rows, seen: Vec<u64>) {
        let mut reader = Reader::new(self.space, Seen::new(seen), NoPause).expect("the space is ready");
        let found: BTreeSet<u8> = (0..24).filter(|n| reader.by_id(&id(*n)).is_some()).collect();
        assert_eq!(found, rows.keys().copied().collect::<BTreeSet<u8>>());
        // Every visible resident memory is found by the word all share, and no other.
        let looked_up = reader.words(&[42]).expect("nothing moves");
        let sums = reader.sums(&looked_up, &[1.0], 10.0, Default::default()).expect("nothing moves");
        let words = reader.best_by_words(&sums, 100, None).expect("nothing moves");
        let mut by_words: BTreeSet<u8> = words.iter().map(|(n, _)| reader.found(*n).id[3]).collect();
        by_words.extend(reader.spilled().expect("nothing moves").iter().map(|(_, id)| id[3]));
        assert_eq!(by_words, found);
        // Resident or not, it is found by the digest it shares with others.
        for digest in 1..6 {
            let ids = reader.same_digest(digest);
            let same: BTreeSet<u8> = ids.iter().map(|id| id[3]).collect();
            assert_eq!(ids.len(), same.len(), "an id twice");
            assert_eq!(same, found.iter().copied().filter(|n| n % 6 == digest as u8).collect());
            assert!(same.is_empty() || self.space.may_have_digest(digest));
        }
    }
}

fn run(ops: Vec<Op>) {
    let bytes = Bytes::new(16 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Ready);
    let mut w = World {
        space,
        committed: Rows::new(),
        ended: BTreeMap::new(),
        sessions: vec![Session::default(); 3],
        next: 100,
    };
    for op in ops {
        match op {
            Op::Begin(s) => {
                let next = w.next;
                let session = &mut w.sessions[s as usize];
                if session.xid.is_none() {
                    *session = Session { xid: Some(next), snapshot: session.snapshot.take(), ..Session::default() };
                    w.next += 1;
                }
            }
            Op::Put(s, n) => w.write(s as usize, n, true),
            Op::Delete(s, n) => w.write(s as usize, n, false),
            Op::Savepoint(s) => {
                let s = &mut w.sessions[s as usize];
                s.savepoint = Some((s.writes.clone(), s.locks.clone(), s.done.len()));
            }
            Op::RollbackTo(s) => {
                let s = &mut w.sessions[s as usize];
                if let Some(((writes, locks, n), xid)) = s.savepoint.clone().zip(s.xid) {
                    s.done.split_off(n).iter().rev().for_each(|d| w.space.revoke(xid, *d));
                    // What was locked since is free for others, while this transaction goes on.
                    (s.writes, s.locks) = (writes, locks);
                }
            }
            Op::Commit(s) => {
                let rows = w.rows_now(s as usize);
                let session = &mut w.sessions[s as usize];
                if let Some(xid) = session.xid.take() {
                    w.ended.insert(xid, true);
                    w.committed = rows;
                    *session = Session { snapshot: session.snapshot.take(), ..Session::default() };
                }
            }
            Op::Abort(s) => {
                let session = &mut w.sessions[s as usize];
                if let Some(xid) = session.xid.take() {
                    w.ended.insert(xid, false);
                    *session = Session { snapshot: session.snapshot.take(), ..Session::default() };
                }
            }
            Op::Snapshot(s) => {
                let seen = w.ended.iter().filter(|(_, c)| **c).map(|(x, _)| *x).collect();
                let rows = w.committed.clone();
                let session = &mut w.sessions[s as usize];
                session.snapshot = match session.snapshot {
                    None => Some((rows, seen)),
                    Some(_) => None,
                };
            }
            Op::Settle => w.settle(),
            Op::Evict => {
                if let Some(mut victim) = w.space.choose_victim() {
                    while w.space.move_survivors(&mut victim, 8).expect("there is room") {}
                    w.space.evict(&victim);
                }
            }
            Op::Seal => {
                if let Some(sorted) = w.space.sealable().and_then(|s| w.space.sort_segment(s)) {
                    assert!(w.space.seal(&sorted).expect("there is room"));
                }
            }
        }
        w.check();
    }
    for s in 0..3 {
        if let Some(xid) = w.sessions[s].xid.take() {
            w.ended.insert(xid, false);
        }
        w.sessions[s] = Session::default();
    }
    // Twice: a transaction may wait for a later one that made what it deleted.
    w.settle();
    w.settle();
    w.check();
    assert_eq!(w.space.stats().unsettled, 0, "everything is retired when nobody looks back");
    let ids: Vec<u8> = w.space.summaries().iter().map(|s| s.id[3]).collect();
    assert_eq!(ids, w.committed.keys().copied().collect::<Vec<u8>>());
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn every_snapshot_sees_what_the_model_says(ops in proptest::collection::vec(op(), 1..120)) {
        run(ops);
    }
}

#[test]
fn a_row_whose_deletion_was_rolled_back_is_deleted_by_the_next_transaction() {
    let delete_and_roll_back = [
        Op::Begin(0),
        Op::Put(0, 1),
        Op::Commit(0),
        Op::Begin(0),
        Op::Savepoint(0),
        Op::Delete(0, 1),
        Op::RollbackTo(0),
    ];
    let next = [Op::Begin(1), Op::Delete(1, 1), Op::Commit(1), Op::Settle];
    // While the first transaction still runs, and while a snapshot holds the entry it left.
    run([&delete_and_roll_back[..], &next, &[Op::Commit(0)]].concat());
    run([&delete_and_roll_back[..], &[Op::Snapshot(2), Op::Commit(0)], &next].concat());
}

/// One of many records, which differ in words from those of another number.
fn numbered(n: u8, copy: u16) -> Record {
    let mut record = record(n, 5, u64::from(copy));
    record.id[12..14].copy_from_slice(&copy.to_be_bytes());
    record
}

/// The memories that hold a word, with the sums of all their words as BM25 has them.
fn by_word(space: Space<'_>, word: u64) -> Vec<([u8; 16], u32)> {
    let mut reader = Reader::new(space, Seen::default(), NoPause).expect("the space is ready");
    let words = reader.words(&[word, 42]).expect("nothing moves");
    let sums = reader.sums(&words, &[2.0, 0.5], 5.0, Default::default()).expect("nothing moves");
    let best = reader.best_by_words(&sums, 5_000, None).expect("nothing moves");
    best.into_iter().map(|(node, units)| (reader.found(node).id, units)).collect()
}

#[test]
fn a_space_that_has_outgrown_forward_lists_answers_as_before_without_them() {
    let bytes = Bytes::new(32 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Ready);
    let mut n: u16 = 0;
    while space.scattered_segment().is_none() {
        space.load(&numbered(n as u8, n >> 8), &Seen::default()).expect("room");
        n += 1;
    }
    let words: Vec<u64> = numbered(7, 0).terms.iter().map(|t| t.0).collect();
    let before: Vec<_> = words.iter().map(|word| by_word(space, *word)).collect();
    assert_eq!(before[0].len(), usize::from(n), "all share a word");
    let mut moved = 0;
    while let Some(mut victim) = space.scattered_segment() {
        moved += victim.survivors();
        while space.move_survivors(&mut victim, 16).expect("room") {}
        assert_eq!(space.evict(&victim), 0, "nothing is left behind");
    }
    assert!(moved >= 64, "{moved}");
    let after: Vec<_> = words.iter().map(|word| by_word(space, *word)).collect();
    assert_eq!(after, before);
    assert_eq!(space.violations(), Vec::<String>::new());
}

#[test]
fn a_segment_loaded_in_bulk_answers_as_one_loaded_row_by_row() {
    let bytes = Bytes::new(32 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let one = add_space(&directory, "one by one", State::Loading);
    let many = add_space(&directory, "in bulk", State::Loading);
    // Some rows are without a code, and one was deleted while the space was loading.
    let rows: Vec<Record> = (0..24).flat_map(|n| (0..50).map(move |copy| numbered(n, copy))).collect();
    let mut bulk = many.begin_bulk(rows.len() as u32, 16).expect("room");
    many.publish_delete(900, &rows[30].id).expect("a tombstone");
    for row in &rows {
        one.load(row, &Seen::default()).expect("room");
        many.load_bulk(&mut bulk, row, &Seen::default()).expect("room");
    }
    assert!(many.seal(&bulk.sorted()).expect("room"), "the segment is still the same");
    one.publish_delete(900, &rows[30].id).expect("known");
    for space in [one, many] {
        space.set_ready();
        while space.settle(|_| Outcome::Committed, 1_000) {}
        assert_eq!(space.violations(), Vec::<String>::new());
        assert_eq!(space.stats().memories as usize, rows.len() - 1);
    }
    for word in rows.iter().take(200).flat_map(|r| r.terms.iter().map(|t| t.0)) {
        assert_eq!(by_word(many, word), by_word(one, word));
    }
    // It takes part in everything else: the survivors of its eviction answer as before.
    let mut victim = many.choose_victim().expect("a segment");
    while many.move_survivors(&mut victim, 16).expect("room") {}
    many.evict(&victim);
    assert_eq!(many.violations(), Vec::<String>::new());
}

#[test]
fn an_edge_outlives_the_update_of_its_memories_and_dies_with_its_transaction() {
    let bytes = Bytes::new(4 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Ready);
    for n in 1..4 {
        space.load(&record(n, 5, 1), &Seen::default()).expect("room");
    }
    let edge = |target: u8, changed| Association { source: id(1), target: id(target), kind: 0, weight: 10, changed };
    space.publish_edge(50, &edge(2, 50)).expect("room");
    space.publish_edge(60, &edge(3, 60)).expect("room");
    space.settle(|x| if x == 50 { Outcome::Committed } else { Outcome::Aborted }, 100);
    assert_eq!(space.edge_summaries(), vec![(id(1), id(2), 0)]);
    space.publish_delete(70, &id(2)).expect("known");
    space.publish(70, &record(2, 70, 9)).expect("room");
    space.settle(|_| Outcome::Committed, 100);
    assert_eq!(space.edge_summaries(), vec![(id(1), id(2), 0)]);
    assert!(matches!(space.publish_edge_delete(80, &edge(2, 80)), Ok(Some(_))));
    space.settle(|_| Outcome::Committed, 100);
    assert_eq!(space.edge_summaries(), vec![]);
    assert_eq!(space.violations(), Vec::<String>::new());
}

#[test]
fn a_handle_stays_good_while_spaces_are_added() {
    let bytes = Bytes::new(8 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let key = SpaceKey { database: 1, table: 2, name: "first" };
    let first = directory.space(directory.find_or_add(&key).expect("room"));
    for n in 0..100 {
        directory.find_or_add(&SpaceKey { name: &format!("space {n}"), ..key }).expect("room");
        first.touch(n);
        let again = directory.space(directory.find(&key).expect("it is there"));
        assert_eq!(again.used(), n, "what is written through the handle is written to the space");
    }
}

#[test]
fn an_edge_that_is_deleted_while_the_space_loads_is_read_again() {
    let bytes = Bytes::new(1 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Loading);
    for n in 1..3 {
        space.load(&record(n, 5, 1), &Seen::default()).expect("room");
    }
    let edge = Association { source: id(1), target: id(2), kind: 0, weight: 1 << 16, changed: 5 };
    // The loader's snapshot is older than the deletion and finds the row after it was published.
    assert_eq!(space.publish_edge_delete(9, &edge), Ok(None));
    space.load_edge(&edge).expect("room");
    assert!(space.unsettled().iter().any(|e| e.xid == 9 && e.needs_load), "who sees the deletion reads the tables");
    space.load_edges_of(&id(1), &[], &Seen::default()).expect("room");
    space.set_ready();
    let reader = Reader::new(space, Seen::new(vec![9]), NoPause);
    assert!(matches!(reader, Err(engram_region::read::Stopped::NeedsLoad(9))));
    space.clear_needs_load(9);
    let reader = Reader::new(space, Seen::new(vec![9]), NoPause).expect("it was loaded");
    assert!(reader.every_edge().is_empty());
}

#[test]
fn an_edge_that_a_loader_does_not_find_goes_although_its_maker_is_listed() {
    let bytes = Bytes::new(1 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Following);
    for n in 1..3 {
        space.load(&record(n, 5, 1), &Seen::default()).expect("room");
    }
    let edge = |weight, changed| Association { source: id(1), target: id(2), kind: 0, weight, changed };
    space.publish_edge(9, &edge(1 << 16, 9)).expect("room");
    while space.settle(|_| Outcome::Committed, 9) {}
    let seen = || Seen::new(vec![9]);
    let weights = || -> Vec<u32> {
        let reader = Reader::new(space, seen(), NoPause).expect("the space answers");
        reader.edges_from(&id(1)).iter().map(|a| a.weight).collect()
    };
    assert_eq!(weights(), [1 << 16]);
    // Its weight was changed, and then it was deleted, by transactions that the loader sees and that published nothing.
    space.load_edges_of(&id(1), &[edge(1 << 15, 11)], &seen()).expect("room");
    assert_eq!(weights(), [1 << 15]);
    space.load_edges_of(&id(1), &[], &seen()).expect("room");
    assert_eq!(weights(), [0_u32; 0]);
    while space.settle(|_| Outcome::Committed, 20) {}
    assert_eq!((weights(), space.violations()), (vec![], vec![]));
}

#[test]
fn a_text_stored_again_and_again_is_still_found_and_leaves_nothing_behind() {
    let bytes = Bytes::new(16 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "s", State::Ready);
    for copy in 0..300 {
        space.load(&Record { digest: 7, ..numbered(1, copy) }, &Seen::default()).expect("there is room");
    }
    let same = |space| Reader::new(space, Seen::default(), NoPause).expect("the space is ready").same_digest(7);
    assert!((1..300).contains(&same(space).len()), "listed a few times");
    for copy in 0..300 {
        space.load_delete(&numbered(1, copy).id, &Seen::default());
    }
    assert_eq!(space.violations(), Vec::<String>::new());
    assert!(same(space).is_empty() && !space.may_have_digest(7));
}

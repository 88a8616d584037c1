//! The region against a plain model: any sequence of transactions by several sessions, with savepoints,
//! aborts, settling at any time and eviction, leaves every snapshot with what the model says.

#[path = "../common/mod.rs"]
mod common;
mod examples;

use common::{Bytes, add_space, cases, evict};
use engram_engine::code::quantise;
use engram_region::read::{NoPause, Reader, Seen};
use engram_region::settle::Outcome;
use engram_region::write::{Done, Refused};
use engram_region::{Directory, Record, Space, State};
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
        pinned: false,
        cold: false,
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
    /// Some rows get a row of engram.warm; some memories come back; some are of use; some are pinned.
    Warm(u8),
    Return(u8),
    Touch(u8),
    Pin(u8, bool),
    /// What is not listed outside is listed, the table emptied first where it is void.
    List,
    /// A loader finds a committed row, or that there is none: it does not know the former one.
    Load(u8),
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
        2 => (0..24u8).prop_map(Op::Warm),
        3 => (0..24u8).prop_map(Op::Return),
        2 => (0..24u8).prop_map(Op::Touch),
        1 => (0..24u8, any::<bool>()).prop_map(|(n, pinned)| Op::Pin(n, pinned)),
        2 => Just(Op::List),
        1 => (0..24u8).prop_map(Op::Load),
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
    /// Version of a row and the transaction that committed it.
    makers: BTreeMap<(u8, u64), u64>,
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
        if let Some(version) = self.committed.get(&row) {
            // The trigger has the former row.
            self.space.disclose(&self.row(row, *version));
        }
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

    /// A committed row as a loader reads it.
    fn row(&self, row: u8, version: u64) -> Record {
        record(row, self.makers[&(row, version)], version)
    }

    /// Rows that are committed, as they come in pieces.
    fn rows(&self) -> Vec<Record> {
        self.committed.iter().map(|(row, version)| self.row(*row, *version)).collect()
    }

    /// What catching up does with a row that nobody has locked.
    fn reload(&self, n: u8) {
        if self.locked(usize::MAX, n) || self.sessions.iter().any(|s| s.snapshot.is_some()) {
            return;
        }
        self.settle();
        let seen = Seen::new(self.ended.iter().filter(|(_, c)| **c).map(|(x, _)| *x).collect());
        match self.committed.get(&n) {
            Some(version) => self.space.load(&self.row(n, *version), &seen).expect("there is room"),
            None => self.space.load_delete(&id(n), &seen),
        }
    }

    fn list(&self) {
        let mut from = 0;
        while let Some(next) = self.space.clear_outside(from) {
            from = next;
        }
        self.space.list_rows(&self.rows());
        assert_eq!(self.space.list_rows(&self.rows()), 0, "there was room");
    }

    /// What the table of frequencies must hold: the terms of the memories that are listed.
    fn check_outside(&self) {
        let Some(found) = self.space.outside_terms() else { return };
        let mut frequencies: BTreeMap<u64, u32> = BTreeMap::new();
        for s in self.space.summaries().iter().filter(|s| s.listed) {
            assert!(!s.resident);
            let row = s.id[3];
            // Of what a transaction wrote, the last version counts.
            let version = self.makers.iter().filter(|(key, maker)| key.0 == row && **maker == s.changed);
            let version = version.map(|(key, _)| key.1).max().expect("it is committed");
            record(row, s.changed, version).terms.iter().for_each(|t| *frequencies.entry(t.0).or_default() += 1);
        }
        assert_eq!(found, frequencies.into_iter().collect::<Vec<_>>());
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
        self.check_outside();
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
        let outside = reader.outside(|_| true).expect("nothing moves");
        by_words.extend(outside.iter().map(|out| out.id[3]));
        assert_eq!(by_words, found);
        // What is not proposed by something is spilled.
        let spilled: BTreeSet<u8> = reader.spilled().expect("nothing moves").iter().map(|out| out.id[3]).collect();
        assert_eq!(spilled, outside.iter().filter(|out| !out.is_proposed()).map(|out| out.id[3]).collect());
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
        makers: BTreeMap::new(),
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
                    for (row, version) in &session.writes {
                        w.makers.extend(version.map(|v| ((*row, v), xid)));
                    }
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
                evict(w.space);
            }
            Op::Warm(n) => {
                let rows = w.rows();
                let rows = rows.iter().filter(|r| (n..n + 6).contains(&r.id[3]));
                w.space.mark_warm(&rows.map(|r| (r.id, r.changed)).collect::<Vec<_>>());
            }
            Op::Return(n) => {
                w.rows().iter().filter(|r| (n..n + 4).contains(&r.id[3])).for_each(|row| {
                    w.space.readmit(row).expect("there is room");
                });
            }
            Op::Touch(n) => w.space.touch_memories(&[id(n), id(n + 1)], w.next as u32),
            Op::Pin(n, pinned) => w.space.pin(&id(n), pinned),
            Op::List => w.list(),
            Op::Load(n) => w.reload(n),
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

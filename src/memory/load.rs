//! Filling a region from the tables, whole or by what has changed.
//!
//! Rows are read as the owner of engram.memory, so that statistics are those of the whole space; what a caller may
//! see is checked elsewhere. A whole load begins by declaring the space to be loading and takes its snapshot after
//! that: a transaction that commits later finds the space loading and publishes; one that was running when the
//! snapshot was taken may have come before, so it is listed as to be loaded by who sees it.

use super::capture::reading;
use crate::crash::{self, Point};
use crate::hot::record::{self, Fields, Reading};
use crate::hot::{Hot, Place, clock, evict, private, seal};
use crate::pg::snapshot::Pinned;
use crate::pg::spi::{self, Arg, Row};
use crate::pg::{self, xid};
use crate::store::access;
use engram_engine::spread::{AssociationKind, association_weight};
use engram_region::bulk;
use engram_region::edges::Association;
use engram_region::read::Seen;
use engram_region::{Full, Record, Space, State};
use std::collections::BTreeMap;

/// Rows fetched at once.
const FETCH: u32 = 1000;
/// Rows entered under one hold of the lock: about 100 us.
const BATCH: usize = 8;
/// The same for rows whose terms come later.
const BULK_BATCH: usize = 16;
/// Fewer rows than this are entered one by one in a load, too: a small space keeps forward lists.
const LEAST_BULK: usize = 1024;
/// Terms that a loader holds at most before it enters the rows: 8 MB of them, sorted in about 30 ms, in which a cancel waits.
const MOST_TERMS: usize = 1 << 19;

/// Why a load did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unloaded {
    /// There is no room, even after eviction.
    NoRoom,
    /// Somebody else reset the space or took it out.
    Void,
}

/// Where rows go, and what the loader's snapshot sees of the list there.
struct Sink<'a> {
    hot: &'a Hot,
    place: Place,
    name: &'a str,
    generation: u32,
    seen: Seen,
    how: How,
    rows: Vec<Record>,
    /// Terms of the rows.
    terms: usize,
    failed: Option<Unloaded>,
}

/// How rows are entered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// A few at a time, so that each is found at once.
    AtOnce,
    /// By whole segments, which nobody searches before they are full.
    BySegments,
}

impl Sink<'_> {
    /// Runs one step in the space, making room as often as that helps.
    fn step(&mut self, mut f: impl FnMut(&Space<'_>, &Seen) -> Result<(), Full>) {
        for _ in 0..64 {
            if self.failed.is_some() {
                return;
            }
            let done = self.hot.write(self.place, |space| match space.generation() == self.generation {
                true => f(&space, &self.seen).map_err(|Full| Unloaded::NoRoom),
                false => Err(Unloaded::Void),
            });
            match done {
                Some(Ok(())) => return,
                Some(Err(Unloaded::NoRoom)) if self.make_room() => {}
                Some(Err(why)) => self.failed = Some(why),
                None => self.failed = Some(Unloaded::Void),
            }
        }
        self.failed = Some(Unloaded::NoRoom);
    }

    fn make_room(&self) -> bool {
        (!self.hot.is_shared() && private::forget_others(self.name)) || evict::make_room(self.hot)
    }

    fn put(&mut self, record: Record) {
        self.terms += record.terms.len();
        self.rows.push(record);
        let most = if self.how == How::AtOnce { BATCH } else { bulk::MOST as usize };
        if self.rows.len() == most || self.terms >= MOST_TERMS {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.terms = 0;
        crash::at(Point::load_middle);
        let rows = std::mem::take(&mut self.rows);
        if self.how == How::BySegments && rows.len() >= LEAST_BULK && self.has_room_for(&rows) {
            self.enter_segment(&rows);
        } else {
            rows.chunks(BATCH).for_each(|rows| self.enter(rows));
        }
    }

    /// Whether a segment of these rows leaves as much room as it takes. It cannot be evicted before it is full, so where
    /// room is scarce rows are entered one by one, and the least active make way for them.
    fn has_room_for(&self, rows: &[Record]) -> bool {
        const NODE: usize = 256;
        const TERM: usize = 16;
        let code = |r: &Record| r.code.as_ref().map_or(0, |c| c.values.len() * 5 / 4);
        let bytes: usize = rows.iter().map(|r| NODE + r.terms.len() * TERM + r.cues.len() * TERM + code(r)).sum();
        self.hot.bytes().1 >= 2 * bytes as u64
    }

    /// A segment of these rows; those that do not fit it in dimensions go where they would go by themselves.
    fn enter_segment(&mut self, rows: &[Record]) {
        let dims = rows.iter().find_map(|r| r.code.as_ref()).map_or(0, |c| c.values.len() as u32);
        let mut begun = None;
        self.step(|space, _| {
            begun = Some(space.begin_bulk(rows.len() as u32, dims)?);
            Ok(())
        });
        let Some(mut bulk) = begun else { return };
        crash::at(Point::load_segment);
        for part in rows.chunks(BULK_BATCH) {
            let mut next = 0;
            self.step(|space, seen| {
                while next < part.len() {
                    space.load_bulk(&mut bulk, &part[next], seen)?;
                    next += 1;
                }
                Ok(())
            });
        }
        let sorted = bulk.sorted();
        crash::at(Point::load_sorted);
        self.step(|space, _| space.seal(&sorted).map(|_| ()));
    }

    fn enter(&mut self, rows: &[Record]) {
        let mut next = 0;
        let mut misfit = false;
        self.step(|space, seen| {
            // A space dropped and made anew may have other dimensions: what is here is of the former one.
            let dims = space.stats().dims as usize;
            misfit = dims > 0 && rows.iter().filter_map(|r| r.code.as_ref()).any(|c| c.values.len() != dims);
            while !misfit && next < rows.len() {
                space.load(&rows[next], seen)?;
                next += 1;
            }
            Ok(())
        });
        if misfit {
            self.failed = Some(Unloaded::Void);
        }
    }

    fn delete(&mut self, id: [u8; 16]) {
        self.step(|space, seen| {
            space.load_delete(&id, seen);
            Ok(())
        });
    }

    fn end(mut self) -> Result<(), Unloaded> {
        self.flush();
        self.failed.map_or(Ok(()), Err)
    }
}

/// The columns of the load queries, in their order.
fn record_of(row: &Row<'_>, reading: &Reading) -> Record {
    let fields = Fields {
        id: row.uuid(1).unwrap_or_default(),
        changed: row.xid8(2).unwrap_or_default(),
        content: row.text(3).unwrap_or_default(),
        embedding: row.vector(4),
        cues: row.text_array(5).unwrap_or_default().into_iter().map(str::to_owned).collect(),
        context: row.text(6),
        kind: row.text(7).unwrap_or_default(),
        occurred_at: row.timestamptz(8).unwrap_or_default(),
    };
    record::build(&fields, reading)
}

fn association_of(row: &Row<'_>) -> Option<Association> {
    let kind: AssociationKind = row.text(3)?.parse().ok()?;
    Some(Association {
        source: row.uuid(1)?,
        target: row.uuid(2)?,
        kind: kind as u8,
        weight: association_weight(row.float4(4)?),
        changed: row.xid8(5)?,
    })
}

/// Loads a space whole through the snapshot that is active, and makes it ready.
/// For shared memory the snapshot must have been taken after [`begin`].
fn fill(hot: &Hot, place: Place, name: &str, generation: u32, snapshot: &Pinned) -> Result<(), Unloaded> {
    let reading = reading(name);
    let list = hot.read(place, |s| s.unsettled()).unwrap_or_default();
    let seen = Seen::new(list.iter().map(|e| e.xid).filter(|x| snapshot.sees(*x)).collect());
    let mut sink =
        Sink { hot, place, name, generation, seen, how: How::BySegments, rows: Vec::new(), terms: 0, failed: None };
    pg::as_owner(|| {
        spi::scan(include_str!("../../sql/query/load_memories.sql"), &[Arg::Text(name)], FETCH, |row| {
            if sink.failed.is_none() {
                sink.put(record_of(row, &reading));
            }
        });
        sink.flush();
        crash::at(Point::load_edges);
        spi::scan(include_str!("../../sql/query/load_associations.sql"), &[Arg::Text(name)], FETCH, |row| {
            if let Some(a) = association_of(row) {
                sink.step(|space, _| space.load_edge(&a));
            }
        });
    });
    sink.end()
}

/// Loads a space into shared memory. For the maintenance worker, in a transaction of its own.
pub fn load_shared(hot: &Hot, place: Place, name: &str) -> Result<(), Unloaded> {
    let generation = hot
        .write(place, |s| {
            s.reset(State::Loading);
            s.touch(s.used().max(1));
            s.generation()
        })
        .ok_or(Unloaded::Void)?;
    crash::at(Point::load_begin);
    let snapshot = Pinned::latest();
    // A snapshot names those that ran below its upper limit; others with an id had begun and may have published before.
    let running: Vec<u64> = snapshot.in_progress().into_iter().chain(snapshot.xmax()..xid::next_full_xid()).collect();
    let listed = hot.write(place, |s| {
        s.freeze_through(snapshot.xmax() - 1);
        running.iter().try_for_each(|x| s.publish_collapsed(*x))
    });
    crash::at(Point::load_listed);
    let filled = match listed {
        Some(Ok(())) => fill(hot, place, name, generation, &snapshot),
        Some(Err(Full)) => Err(Unloaded::NoRoom),
        None => Err(Unloaded::Void),
    };
    seal::run(hot, place);
    crash::at(Point::load_end);
    hot.write(place, |s| {
        if s.generation() == generation {
            match filled {
                Ok(()) => s.set_ready(),
                Err(_) => s.reset(State::Absent),
            }
        }
    });
    filled
}

/// Reads again everything that transactions from `since` on changed, as the active snapshot shows it. Into shared memory this is for
/// a transaction that has not changed the space: what only its own snapshot sees is not for others.
pub fn catch_up(hot: &Hot, place: Place, name: &str, snapshot: &Pinned, since: u64) -> Result<(), Unloaded> {
    let reading = reading(name);
    let list = hot.read(place, |s| (s.unsettled(), s.generation())).ok_or(Unloaded::Void)?;
    let seen_xids: Vec<u64> = list.0.iter().map(|e| e.xid).filter(|x| snapshot.sees(*x)).collect();
    let loaded: Vec<u64> = list
        .0
        .iter()
        .filter(|e| e.needs_load && e.xid >= since)
        .map(|e| e.xid)
        .filter(|x| seen_xids.contains(x))
        .collect();
    let seen = Seen::new(seen_xids);
    let mut sink =
        Sink { hot, place, name, generation: list.1, seen, how: How::AtOnce, rows: Vec::new(), terms: 0, failed: None };
    let args = [Arg::Text(name), Arg::Xid8(since)];
    crash::at(Point::catch_up_begin);
    pg::as_owner(|| {
        let mut gone: Vec<[u8; 16]> = Vec::new();
        let mut sources: Vec<[u8; 16]> = Vec::new();
        let mut truncated = false;
        spi::scan(include_str!("../../sql/query/load_changes.sql"), &args, FETCH, |row| {
            match (row.text(2), row.uuid(1)) {
                (Some("memory"), Some(id)) => gone.push(id),
                (Some("association"), Some(id)) => sources.push(id),
                _ => truncated = true,
            }
        });
        if truncated {
            sink.failed = Some(Unloaded::Void);
            return;
        }
        let mut live: Vec<[u8; 16]> = Vec::new();
        spi::scan(include_str!("../../sql/query/load_changed_memories.sql"), &args, FETCH, |row| {
            let id = row.uuid(1).unwrap_or_default();
            match row.bool(9) {
                Some(true) => {
                    live.push(id);
                    sink.put(record_of(row, &reading));
                }
                _ => sink.delete(id),
            }
        });
        sink.flush();
        crash::at(Point::catch_up_middle);
        live.sort_unstable();
        gone.into_iter().filter(|id| live.binary_search(id).is_err()).for_each(|id| sink.delete(id));
        sources.sort_unstable();
        sources.dedup();
        load_edges(&mut sink, name, &sources);
    });
    let (hot, place) = (sink.hot, sink.place);
    sink.end()?;
    crash::at(Point::catch_up_end);
    hot.write(place, |s| {
        loaded.iter().for_each(|x| s.clear_needs_load(*x));
        // Their rows are in without marks: a snapshot that does not see them is answered from tables.
        if let Some(last) = loaded.iter().max() {
            s.freeze_through(*last);
        }
        s.touch(clock());
    });
    Ok(())
}

fn load_edges(sink: &mut Sink<'_>, name: &str, sources: &[[u8; 16]]) {
    if sources.is_empty() {
        return;
    }
    let mut found: BTreeMap<[u8; 16], Vec<Association>> = sources.iter().map(|s| (*s, Vec::new())).collect();
    let args = [Arg::Text(name), Arg::UuidArray(sources)];
    spi::select(include_str!("../../sql/query/load_associations_of.sql"), &args, |row| {
        if let Some(a) = association_of(row) {
            found.entry(a.source).or_default().push(a);
        }
    });
    for (source, edges) in found {
        sink.step(|space, _| space.load_edges_of(&source, &edges));
    }
}

/// Calls `f` with the record of every recallable row, as the active snapshot shows it to the owner.
pub fn each_record(name: &str, mut f: impl FnMut(Record)) {
    let reading = reading(name);
    pg::as_owner(|| {
        spi::scan(include_str!("../../sql/query/load_memories.sql"), &[Arg::Text(name)], FETCH, |row| {
            f(record_of(row, &reading));
        });
    });
}

/// Calls `f` with every association, as the active snapshot shows it to the owner.
pub fn each_association(name: &str, mut f: impl FnMut(Association)) {
    pg::as_owner(|| {
        spi::scan(include_str!("../../sql/query/load_associations.sql"), &[Arg::Text(name)], FETCH, |row| {
            if let Some(a) = association_of(row) {
                f(a);
            }
        });
    });
}

/// The records of memories by id, as the active snapshot shows them to the owner: what evicted memories are searched by.
pub fn records_of(name: &str, ids: &[[u8; 16]]) -> Vec<Record> {
    let reading = reading(name);
    let mut out = Vec::with_capacity(ids.len());
    pg::as_owner(|| {
        for part in ids.chunks(FETCH as usize) {
            let args = [Arg::Text(name), Arg::UuidArray(part)];
            spi::select(include_str!("../../sql/query/load_memories_by_id.sql"), &args, |row| {
                out.push(record_of(row, &reading));
            });
        }
    });
    out
}

/// A private copy of a space, brought up to the active snapshot.
///
/// `own` says that the current transaction has changed the space: the copy then serves this answer only.
pub fn private_space(name: &str, snapshot: &Pinned, own: bool) -> Result<(Hot, Place), Unloaded> {
    let version = access::find(name).map_or(0, |space| space.changed);
    let is_good =
        |f: &private::Fresh| !f.dirty && f.version == version && f.xmin <= snapshot.xmin() && f.xmax <= snapshot.xmax();
    let known = private::known(name).filter(is_good);
    let hot = private::region();
    if let Some(fresh) = known
        && catch_up(&hot, fresh.place, name, snapshot, fresh.xmin).is_ok()
    {
        private::remember(
            name,
            private::Fresh { xmin: snapshot.xmin(), xmax: snapshot.xmax(), version, dirty: own, ..fresh },
        );
        return Ok((hot, fresh.place));
    }
    private::forget(name);
    let key = crate::hot::key(name).ok_or(Unloaded::Void)?;
    let place = match hot.find_or_add(&key) {
        Ok(place) => place,
        Err(Full) if private::forget_others(name) => hot.find_or_add(&key).map_err(|Full| Unloaded::NoRoom)?,
        Err(Full) => return Err(Unloaded::NoRoom),
    };
    let generation = hot
        .write(place, |s| {
            s.reset(State::Loading);
            s.generation()
        })
        .ok_or(Unloaded::Void)?;
    crash::at(Point::private_begin);
    let filled = fill(&hot, place, name, generation, snapshot);
    seal::run(&hot, place);
    crash::at(Point::private_end);
    hot.write(place, |s| match filled {
        Ok(()) => s.set_ready(),
        Err(_) => s.reset(State::Absent),
    });
    filled?;
    private::remember(
        name,
        private::Fresh { place, xmin: snapshot.xmin(), xmax: snapshot.xmax(), version, dirty: own },
    );
    Ok((hot, place))
}

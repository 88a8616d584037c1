//! Filling a region from the tables, whole or by what has changed.
//!
//! Rows are read as the owner of engram.memory, so that statistics are those of the whole space; what a caller may
//! see is checked elsewhere. A whole load begins by declaring the space to be loading and takes its snapshot after
//! that: a transaction that commits later finds the space loading and publishes; one that was running when the
//! snapshot was taken may have come before, so it is listed as to be loaded by who sees it.

use super::capture::reading;
use super::fit::Fit;
pub(super) use super::sink::{How, Sink, Unloaded};
use crate::crash::{self, Point};
use crate::hot::record::{self, Fields, Reading};
use crate::hot::{Hot, Place, clock, private, seal, share};
use crate::pg::snapshot::Pinned;
use crate::pg::spi::{self, Arg, Row};
use crate::pg::{self, xid};
use crate::store::snapshot::trimmed_before;
use crate::store::{access, space, warm};
use engram_engine::code::quantise;
use engram_engine::spread::{AssociationKind, association_weight};
use engram_region::edges::Association;
use engram_region::read::Seen;
use engram_region::{Full, Record, State};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// Rows fetched at once.
const FETCH: u32 = 1000;

/// What a load begins with. The rest is read from the tables.
pub enum Base<'f> {
    /// Nothing: every row is read.
    Empty,
    /// What `enter` puts into the space: all that transactions before `since` did, and nothing of what they undid.
    Recorded { since: u64, enter: &'f mut dyn FnMut(&mut Sink<'_>) },
    /// What the space holds already, which is the same of transactions before `since`, settled and without marks.
    Held { since: u64 },
}

impl Base<'_> {
    fn since(&self) -> Option<u64> {
        match self {
            Base::Empty => None,
            Base::Recorded { since, .. } | Base::Held { since } => Some(*since),
        }
    }
}

/// The columns of the load queries, in their order.
pub(super) fn record_of(row: &Row<'_>, reading: &Reading) -> Record {
    let fields = Fields {
        id: row.uuid(1).unwrap_or_default(),
        changed: row.xid8(2).unwrap_or_default(),
        content: row.text(3).unwrap_or_default(),
        embedding: row.vector(4),
        encoder: row.text(11),
        cues: row.text_array(5).unwrap_or_default().into_iter().map(str::to_owned).collect(),
        context: row.text(6),
        kind: row.text(7).unwrap_or_default(),
        occurred_at: row.timestamptz(8).unwrap_or_default(),
        pinned: row.bool(9).unwrap_or(false),
        cold: row.bool(10).unwrap_or(false),
    };
    record::build(&fields, reading)
}

pub(super) fn association_of(row: &Row<'_>) -> Option<Association> {
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
    hot.write(place, |s| {
        if s.generation() == generation {
            s.set_encoder(reading.encoder_tag());
        }
    });
    let list = hot.read(place, |s| s.unsettled()).unwrap_or_default();
    let seen = Seen::new(list.iter().map(|e| e.xid).filter(|x| snapshot.sees(*x)).collect());
    let mut sink = Sink::new((hot, place, name, generation), seen, How::BySegments, Fit::of(hot, place, name));
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

/// Loads what was believed of a space at a time into a private place, and makes it ready.
pub fn past(hot: &Hot, place: Place, name: &str, as_of: i64) -> Result<(), Unloaded> {
    let reading = reading(name);
    let begun = hot.write(place, |s| {
        s.reset(State::Loading);
        s.set_encoder(reading.encoder_tag());
        s.generation()
    });
    let generation = begun.ok_or(Unloaded::Void)?;
    let mut sink = Sink::new((hot, place, name, generation), Seen::default(), How::BySegments, Fit::All);
    let args = [Arg::Text(name), Arg::Timestamptz(as_of)];
    pg::as_owner(|| {
        spi::scan(include_str!("../../sql/query/past_memories.sql"), &args, FETCH, |row| {
            if sink.failed.is_none() {
                sink.put(record_of(row, &reading));
            }
        });
        sink.flush();
        // What does not fit would be read from the tables, as they are now.
        if hot.read(place, |s| s.stats().spilled) != Some(0) {
            sink.failed = Some(Unloaded::NoRoom);
        }
        spi::scan(include_str!("../../sql/query/load_associations.sql"), &args[..1], FETCH, |row| {
            if let Some(a) = association_of(row) {
                sink.step(|space, _| space.load_edge(&a));
            }
        });
    });
    sink.end()?;
    seal::run(hot, place);
    hot.write(place, |s| s.set_ready());
    Ok(())
}

/// Loads a space into shared memory from what `base` has of it and the tables. For the maintenance worker, in a transaction of
/// its own. Where a base turns out to be of no use the space is left absent, and can be loaded from nothing.
pub fn load_shared(hot: &Hot, place: Place, name: &str, mut base: Base<'_>) -> Result<(), Unloaded> {
    let generation = hot
        .write(place, |s| {
            match base {
                Base::Held { .. } => s.set_loading(),
                _ => s.reset(State::Loading),
            }
            s.touch(s.used().max(1));
            s.generation()
        })
        .ok_or(Unloaded::Void)?;
    crash::at(Point::load_begin);
    share::set(hot, place, space::hot_quota(name));
    let snapshot = Pinned::latest();
    // A snapshot names those that ran below its upper limit; others with an id had begun and may have published before.
    let running: Vec<u64> = snapshot.in_progress().into_iter().chain(snapshot.xmax()..xid::next_full_xid()).collect();
    let listed = hot.write(place, |s| {
        s.freeze_through(snapshot.xmax() - 1);
        running.iter().try_for_each(|x| s.publish_collapsed(*x))
    });
    crash::at(Point::load_listed);
    let filled = match listed {
        Some(Ok(())) => fill_from(hot, place, name, generation, &snapshot, &mut base),
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

/// Enters what the base has, and what the active snapshot shows beyond it.
fn fill_from(
    hot: &Hot,
    place: Place,
    name: &str,
    generation: u32,
    snapshot: &Pinned,
    base: &mut Base<'_>,
) -> Result<(), Unloaded> {
    let Some(since) = base.since() else { return fill(hot, place, name, generation, snapshot) };
    // Settings and aliases decide how rows are read: a base read by former ones is of no use, nor one of a space that is gone.
    if access::find(name).is_none_or(|space| space.changed >= since) {
        return Err(Unloaded::Void);
    }
    let tag = reading(name).encoder_tag();
    hot.write(place, |s| s.set_encoder(tag));
    if let Base::Recorded { enter, .. } = base {
        let seen = Seen::default();
        let mut sink = Sink::new((hot, place, name, generation), seen, How::AtOnce, Fit::All);
        enter(&mut sink);
        sink.end()?;
    }
    catch_up(hot, place, name, snapshot, since)?;
    // Whoever reset the space in the meantime left nothing that the rows just read belong to.
    let same = hot.read(place, |s| s.generation() == generation);
    if same == Some(true) { Ok(()) } else { Err(Unloaded::Void) }
}

/// Reads again everything that transactions from `since` on changed, as the active snapshot shows it. Into shared memory this is for
/// a transaction that has not changed the space: what only its own snapshot sees is not for others.
pub fn catch_up(hot: &Hot, place: Place, name: &str, snapshot: &Pinned, since: u64) -> Result<(), Unloaded> {
    // Who has not looked for so long that deletions were forgotten must read everything.
    if since < trimmed_before() {
        return Err(Unloaded::Void);
    }
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
    let mut sink = Sink::new((hot, place, name, list.1), seen, How::AtOnce, Fit::All);
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
            match row.bool(12) {
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
        // The associations of a space that is dropped go without a note of their own.
        sources.extend_from_slice(&gone);
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
        sink.step(|space, seen| space.load_edges_of(&source, &edges, seen));
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

/// The same with nothing but what a search needs, where engram.warm has the words: the content is not read. Those without a row there
/// are read whole.
pub fn matches_of(name: &str, ids: &[[u8; 16]], warm: bool) -> Vec<Record> {
    let mut out = Vec::with_capacity(ids.len());
    if warm {
        let reading = reading(name);
        warm::rows(name, ids, |row| {
            out.push(Record {
                id: row.id,
                changed: row.changed,
                occurred_at: 0,
                context: 0,
                kind: 0,
                terms: row.words.terms,
                length: row.words.length,
                cues: Vec::new(),
                code: row.embedding.filter(|v| reading.takes(v, row.encoder)).and_then(|v| quantise(v).ok()),
                digest: 0,
                pinned: false,
                cold: false,
            });
        });
    }
    if out.len() < ids.len() {
        let known: FxHashSet<[u8; 16]> = out.iter().map(|r| r.id).collect();
        let rest: Vec<[u8; 16]> = ids.iter().filter(|id| !known.contains(*id)).copied().collect();
        out.extend(records_of(name, &rest));
    }
    // Whatever its terms were sorted by.
    out.iter_mut().for_each(|r| r.terms.sort_unstable());
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
        // Nobody else would list again what is outside.
        && hot.read(fresh.place, |s| s.needs_listing()) == Some(false)
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

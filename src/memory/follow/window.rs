//! What changed between two snapshots of the worker: read from the tables, entered as published by the transactions that did it.

use super::super::capture::reading;
use super::super::load::{association_of, record_of};
use super::Unseen;
use crate::crash::{self, Point};
use crate::hot::record::Reading;
use crate::hot::{Hot, Place, evict, settle};
use crate::pg;
use crate::pg::spi::{self, Arg};
use crate::store::access;
use engram_region::edges::Association;
use engram_region::write::Refused;
use engram_region::{Record, Space, State};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Changes that are followed one by one; with more the spaces are loaded anew, which reads in order.
const MOST: i32 = 200_000;
/// Rows read in one transaction.
const PIECE: usize = 1000;
/// Rows entered under one hold of the lock: about 100 us.
const BATCH: usize = 8;

type Id = [u8; 16];

/// What changed.
#[derive(Default)]
pub struct Changes {
    /// Spaces that must be loaded anew.
    void: Vec<Place>,
    /// By space: where it lies, and what happened there.
    spaces: BTreeMap<String, InSpace>,
}

#[derive(Default)]
struct InSpace {
    place: Option<Place>,
    /// Deleted or not recallable any more, by the last transaction that did it.
    gone: BTreeMap<Id, u64>,
    live: Vec<Id>,
    /// Whose edges may have changed, by the last transaction that changed them.
    sources: BTreeMap<Id, u64>,
}

/// Rows of a space that are to be entered.
pub struct Rows {
    space: String,
    place: Place,
    pub ids: Vec<Id>,
}

impl Changes {
    pub fn len(&self) -> usize {
        self.spaces.values().map(|s| s.gone.len() + s.live.len() + s.sources.len()).sum()
    }
}

/// Reads what the active snapshot sees and an earlier one did not.
pub fn read(unseen: &Unseen, followed: &HashMap<String, Place>, readings: &HashMap<String, Reading>) -> Changes {
    let args = [Arg::Xid8(unseen.from), Arg::Xid8Array(&unseen.running), Arg::Int4(MOST)];
    let mut out = Changes::default();
    let mut truncated = false;
    let mut touched: Vec<String> = Vec::new();
    pg::as_owner(|| {
        spi::select(include_str!("../../../sql/query/follow_spaces.sql"), &args[..2], |row| {
            touched.extend(row.text(1).filter(|name| followed.contains_key(*name)).map(str::to_owned));
        });
        let mut deleted: Vec<(String, Id, u64)> = Vec::new();
        let n = spi::select(include_str!("../../../sql/query/follow_changes.sql"), &args, |row| {
            let xid = row.xid8(4).unwrap_or_default();
            match (row.text(1), row.uuid(2), row.text(3)) {
                (Some(space), Some(id), Some(what)) if followed.contains_key(space) => match what {
                    "memory" => deleted.push((space.to_owned(), id, xid)),
                    _ => note(&mut out.space(space, followed).sources, id, xid),
                },
                (Some(space), None, _) => out.void.extend(followed.get(space)),
                (None, ..) => truncated = true,
                _ => {}
            }
        });
        truncated |= n >= MOST as u64;
        // What was stored again after it was deleted is told by its row.
        let mut rows: HashSet<(String, Id)> = HashSet::new();
        let n = spi::select(include_str!("../../../sql/query/follow_memories.sql"), &args, |row| {
            let (Some(space), Some(id)) = (row.text(1).filter(|s| followed.contains_key(*s)), row.uuid(2)) else {
                return;
            };
            let xid = row.xid8(3).unwrap_or_default();
            rows.insert((space.to_owned(), id));
            let at = out.space(space, followed);
            match row.bool(4) {
                Some(true) => at.live.push(id),
                _ => note(&mut at.gone, id, xid),
            }
        });
        truncated |= n >= MOST as u64;
        for (space, id, xid) in deleted {
            let at = out.space(&space, followed);
            // The associations of a space that is dropped go without a note of their own.
            note(&mut at.sources, id, xid);
            if !rows.contains(&(space, id)) {
                note(&mut at.gone, id, xid);
            }
        }
    });
    for name in touched {
        // The settings of a space changed, or its aliases: only some of them decide how its rows are read.
        if readings.get(&name).is_none_or(|r| *r != reading_now(&name)) {
            out.void.extend(followed.get(&name));
        }
    }
    if truncated {
        out = Changes { void: followed.values().copied().collect(), ..Changes::default() };
    }
    out
}

fn note(all: &mut BTreeMap<Id, u64>, id: Id, xid: u64) {
    let last = all.entry(id).or_default();
    *last = xid.max(*last);
}

impl Changes {
    fn space(&mut self, name: &str, followed: &HashMap<String, Place>) -> &mut InSpace {
        let at = self.spaces.entry(name.to_owned()).or_default();
        at.place = followed.get(name).copied();
        at
    }
}

/// Enters deletions and edges; returns the rows that are to be entered.
pub fn enter_changes(hot: &Hot, changes: Changes) -> Vec<Rows> {
    changes.void.iter().for_each(|place| give_up(hot, *place));
    let mut out = Vec::new();
    for (name, at) in changes.spaces {
        let Some(place) = at.place.filter(|p| !changes.void.contains(p)) else { continue };
        let gone: Vec<(Id, u64)> = at.gone.into_iter().collect();
        for part in gone.chunks(BATCH) {
            enter(hot, place, part, |space, (id, xid)| match space.knows(id) {
                true => space.publish_delete(*xid, id).map(|_| ()),
                false => Ok(()),
            });
        }
        let sources: Vec<(Id, u64)> = at.sources.into_iter().collect();
        for part in sources.chunks(PIECE) {
            enter_edges(hot, place, &name, part);
        }
        let pieces = at.live.chunks(PIECE).map(|ids| Rows { space: name.clone(), place, ids: ids.to_vec() });
        out.extend(pieces);
    }
    out
}

/// Enters the edges that leave some sources, as the active snapshot shows them.
fn enter_edges(hot: &Hot, place: Place, name: &str, sources: &[(Id, u64)]) {
    let ids: Vec<Id> = sources.iter().map(|s| s.0).collect();
    let mut found: HashMap<Id, Vec<Association>> = HashMap::new();
    pg::as_owner(|| {
        let args = [Arg::Text(name), Arg::UuidArray(&ids)];
        spi::select(include_str!("../../../sql/query/load_associations_of.sql"), &args, |row| {
            if let Some(a) = association_of(row) {
                found.entry(a.source).or_default().push(a);
            }
        });
    });
    for part in sources.chunks(BATCH) {
        enter(hot, place, part, |space, (source, last)| {
            let there = found.get(source).map_or(&[][..], Vec::as_slice);
            let known = space.current_edges(source);
            let same = |a: &Association, b: &Association| a.target == b.target && a.kind == b.kind;
            for e in known.iter().filter(|e| !there.contains(e)) {
                let replaced = there.iter().find(|a| same(a, e)).map(|a| a.changed);
                space.publish_edge_delete(replaced.unwrap_or(*last), e)?;
            }
            for a in there.iter().filter(|a| !known.contains(a)) {
                space.publish_edge(a.changed, a)?;
            }
            Ok(())
        });
    }
}

/// Enters rows as the active snapshot shows them, read as the others of the space.
pub fn enter_rows(hot: &Hot, rows: &Rows, readings: &HashMap<String, Reading>) {
    let mut now = None;
    let reading = readings.get(&rows.space).unwrap_or_else(|| now.insert(reading_now(&rows.space)));
    let mut records: Vec<Record> = Vec::with_capacity(rows.ids.len());
    pg::as_owner(|| {
        let args = [Arg::Text(&rows.space), Arg::UuidArray(&rows.ids)];
        spi::select(include_str!("../../../sql/query/load_memories_by_id.sql"), &args, |row| {
            records.push(record_of(row, reading));
        });
    });
    // A space dropped and made anew may have other dimensions: what is here is of the former one.
    let dims = hot.read(rows.place, |s| s.stats().dims as usize).unwrap_or(0);
    if dims > 0 && records.iter().filter_map(|r| r.code.as_ref()).any(|c| c.values.len() != dims) {
        give_up(hot, rows.place);
        return;
    }
    // Some may be hidden or gone by now: the next look finds that.
    for part in records.chunks(BATCH) {
        enter(hot, rows.place, part, |space, record| {
            if space.has_version(&record.id, record.changed) {
                return Ok(());
            }
            if space.knows(&record.id) {
                space.publish_delete(record.changed, &record.id)?;
            }
            space.publish(record.changed, record).map(|_| ())
        });
        crash::at(Point::follow_middle);
    }
}

/// Enters some changes under one hold of the lock, making room and settling as often as that helps. Each may be entered twice.
fn enter<T>(hot: &Hot, place: Place, part: &[T], f: impl Fn(&Space<'_>, &T) -> Result<(), Refused>) {
    for _ in 0..64 {
        let done = hot.write(place, |space| match space.state() {
            State::Following => part.iter().try_for_each(|change| f(&space, change)),
            _ => Ok(()),
        });
        match done {
            None | Some(Ok(())) => return,
            Some(Err(Refused::Unsettled(_))) => settle::run(hot, place),
            Some(Err(Refused::Full)) if evict::make_room(hot) => {}
            Some(Err(Refused::Full)) => break,
        }
    }
    give_up(hot, place);
}

/// The space cannot be followed from here on: it is loaded anew.
fn give_up(hot: &Hot, place: Place) {
    hot.write(place, |s| {
        s.reset(State::Absent);
        s.want()
    });
}

/// How the rows of a space are read, as of the active snapshot and not of the statement.
pub fn reading_now(name: &str) -> Reading {
    access::forget();
    reading(name)
}

//! Rows on their way into a region: batches under its lock, whole segments where there are many, thin nodes where there is no room.

use super::fit::Fit;
use crate::crash::{self, Point};
use crate::guc;
use crate::hot::{Hot, Place, evict, private, share};
use engram_region::bulk;
use engram_region::read::Seen;
use engram_region::{Full, Record, Space};
use std::rc::Rc;

/// Rows entered under one hold of the lock: about 100 us.
const BATCH: usize = 8;
/// The same for rows whose terms come later.
const BULK_BATCH: usize = 16;
/// Fewer rows than this are entered one by one in a load, too: a small space keeps forward lists.
const LEAST_BULK: usize = 1024;
/// Terms that a loader holds at most before it enters the rows: 8 MB of them, sorted in about 30 ms, in which a cancel waits.
const MOST_TERMS: usize = 1 << 19;

/// Part of engram.worker_memory that the rows of a segment take: their terms are copied once to be sorted, and the server holds a batch
/// of rows.
const SHARE: usize = 4;

/// Why a load did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unloaded {
    /// There is no room, even after eviction.
    NoRoom,
    /// Somebody else reset the space or took it out.
    Void,
}

/// Where rows go, and what the loader's snapshot sees of the list there.
pub struct Sink<'a> {
    pub hot: &'a Hot,
    pub place: Place,
    name: &'a str,
    generation: u32,
    seen: Seen,
    how: How,
    fit: Rc<Fit>,
    rows: Vec<Record>,
    /// Rows that stay outside.
    thin: Vec<Record>,
    /// Terms of the rows.
    terms: usize,
    /// Bytes of the rows.
    bytes: usize,
    pub failed: Option<Unloaded>,
}

/// How rows are entered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// A few at a time, so that each is found at once.
    AtOnce,
    /// By whole segments, which nobody searches before they are full.
    BySegments,
}

/// What a row takes, here and in the region, about.
fn bytes_of(row: &Record) -> usize {
    const NODE: usize = 256;
    const TERM: usize = 16;
    NODE + (row.terms.len() + row.cues.len()) * TERM + row.code.as_ref().map_or(0, |c| c.values.len() * 5 / 4)
}

impl<'a> Sink<'a> {
    /// For rows that are entered while nobody publishes: on a standby.
    pub fn of_standby(hot: &'a Hot, place: Place, name: &'a str, generation: u32, how: How, fit: Rc<Fit>) -> Sink<'a> {
        Sink::new((hot, place, name, generation), Seen::default(), how, fit)
    }

    pub fn new(to: (&'a Hot, Place, &'a str, u32), seen: Seen, how: How, fit: impl Into<Rc<Fit>>) -> Sink<'a> {
        let fit = fit.into();
        let (hot, place, name, generation) = to;
        let (rows, thin) = (Vec::new(), Vec::new());
        Sink { hot, place, name, generation, seen, how, fit, rows, thin, terms: 0, bytes: 0, failed: None }
    }
}

impl Sink<'_> {
    /// Name of the space.
    pub fn name(&self) -> &str {
        self.name
    }

    /// Whether the load has failed: further steps do nothing.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Ends the load: what it begins with is of no use.
    pub fn give_up(&mut self) {
        self.failed = Some(Unloaded::Void);
    }

    /// Bytes that nobody owns in the region.
    pub fn free_bytes(&self) -> u64 {
        self.hot.bytes().1
    }

    /// Runs one step in the space, making room as often as that helps.
    pub fn step(&mut self, mut f: impl FnMut(&Space<'_>, &Seen) -> Result<(), Full>) {
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
        (!self.hot.is_shared() && private::forget_others(self.name)) || evict::make_room(self.hot, self.place)
    }

    pub fn put(&mut self, record: Record) {
        if record.cold || !self.fit.is_resident(self.hot, &record.id) {
            self.thin.push(record);
            if self.thin.len() == BATCH {
                self.flush_thin();
            }
            return;
        }
        self.terms += record.terms.len();
        self.bytes += bytes_of(&record);
        self.rows.push(record);
        let most = if self.how == How::AtOnce { BATCH } else { bulk::MOST as usize };
        if self.rows.len() == most || self.terms >= MOST_TERMS || self.bytes >= guc::worker_memory() / SHARE {
            self.flush();
        }
    }

    fn flush_thin(&mut self) {
        crash::at(Point::load_middle);
        let rows = std::mem::take(&mut self.thin);
        let warm: Vec<bool> = rows.iter().map(|row| self.fit.is_warm(&row.id)).collect();
        let mut next = 0;
        self.step(|space, seen| {
            while next < rows.len() {
                space.load_thin(&rows[next], seen, warm[next])?;
                next += 1;
            }
            Ok(())
        });
    }

    pub fn flush(&mut self) {
        self.flush_thin();
        self.terms = 0;
        crash::at(Point::load_middle);
        let rows = std::mem::take(&mut self.rows);
        if self.how == How::BySegments && rows.len() >= LEAST_BULK && self.has_room_for(&rows) {
            self.enter_segment(&rows);
        } else {
            rows.chunks(BATCH).for_each(|rows| self.enter(rows));
        }
        share::enforce(self.hot, self.place);
    }

    /// Whether a segment of these rows leaves as much room as it takes. It cannot be evicted before it is full, so where
    /// room is scarce rows are entered one by one, and the least active make way for them.
    fn has_room_for(&self, rows: &[Record]) -> bool {
        let bytes: usize = rows.iter().map(bytes_of).sum();
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

    pub fn delete(&mut self, id: [u8; 16]) {
        self.step(|space, seen| {
            space.load_delete(&id, seen);
            Ok(())
        });
    }

    pub fn end(mut self) -> Result<(), Unloaded> {
        self.flush();
        self.failed.map_or(Ok(()), Err)
    }
}

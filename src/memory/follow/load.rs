//! Loading a space on a standby: in pieces, each through a snapshot of its own, since a long read would be in the way of replay.
//!
//! The pieces go by id. What changes in the meantime is read again at the end, by what `changed` and `engram.change` name from
//! the first snapshot on. Nobody publishes and nobody is answered before that.

use super::super::fit::Fit;
use super::super::load::{self, Base, How, Sink, Unloaded, association_of, record_of};
use super::window::reading_now;
use crate::crash::{self, Point};
use crate::hot::follow as slots;
use crate::hot::record::Reading;
use crate::hot::{self, Hot, Place, clock, seal};
use crate::pg;
use crate::pg::snapshot::Pinned;
use crate::pg::spi::{self, Arg};
use engram_region::State;
use std::rc::Rc;

/// Rows read in one piece, as many as fill a segment.
const PIECE: i32 = 4096;
/// And after recovery conflicts, at least.
const LEAST: i32 = 256;
/// Associations read in one piece.
const EDGES: i32 = 10_000;
/// Share of the region that is kept free when spaces are loaded unasked.
const SPARE: u64 = 10;

type Id = [u8; 16];

/// Where a load is.
enum Phase {
    /// Rows from this id on.
    Rows(Id),
    /// Associations after this one.
    Edges(Id, Id, String),
    /// What changed in the meantime, which may be much.
    Meantime,
    /// What changed since then, which is little.
    Join,
}

/// A load under way.
pub struct Loading {
    pub name: String,
    place: Place,
    generation: u32,
    /// What transactions before this one did was seen; 0 before the first piece.
    since: u64,
    reading: Option<Reading>,
    /// Which memories become resident.
    fit: Rc<Fit>,
    phase: Phase,
    piece: i32,
}

/// What became of a piece.
pub enum Progress {
    Further,
    /// The space is followed from here on; its rows were read like this.
    Done(Reading),
    Failed,
}

/// Spaces of this database that the region knows.
pub fn spaces_here(hot: &Hot) -> Vec<(Place, String)> {
    let database = pg::database_oid().to_u32();
    let Some(table) = pg::memory_table_oid().map(|t| t.to_u32()) else { return Vec::new() };
    let mut here = Vec::new();
    for (place, name, db, t) in hot.all() {
        if db == database && t != table {
            // A former life of the extension in this database.
            hot.remove(place);
        } else if db == database {
            here.push((place, name));
        }
    }
    here
}

impl Loading {
    /// Begins to load a space, if it is wanted or there is room to spare.
    pub fn begin(hot: &Hot, name: &str) -> Option<Loading> {
        let place = hot.find_or_add(&hot::key(name)?).ok()?;
        let wanted = hot.write(place, |s| s.take_wanted())?;
        let (capacity, free) = hot.bytes();
        if !wanted && free < capacity / SPARE {
            return None;
        }
        let generation = hot.write(place, |s| {
            s.reset(State::Loading);
            s.touch(s.used().max(1));
            s.generation()
        })?;
        crash::at(Point::load_begin);
        let phase = Phase::Rows([0; 16]);
        Some(Loading {
            name: name.to_owned(),
            place,
            generation,
            since: 0,
            reading: None,
            fit: Rc::new(Fit::All),
            phase,
            piece: PIECE,
        })
    }

    /// The next piece is smaller.
    pub fn take_less(&mut self) {
        self.piece = (self.piece / 2).max(LEAST);
    }

    /// Loads the next piece.
    pub fn go_on(&mut self, hot: &Hot) -> Progress {
        let snapshot = Pinned::latest();
        if self.since == 0 {
            self.since = snapshot.xmin();
            let reading = reading_now(&self.name);
            hot.write(self.place, |s| s.set_encoder(reading.encoder_tag()));
            self.reading = Some(reading);
            self.fit = Rc::new(Fit::of(hot, self.place, &self.name));
        }
        let done = match &self.phase {
            Phase::Rows(from) => self.rows(hot, *from),
            Phase::Edges(source, target, kind) => self.edges(hot, (*source, *target, kind)),
            Phase::Meantime => self.catch_up(hot, &snapshot).map(|()| Phase::Join),
            Phase::Join => match self.join(hot, &snapshot) {
                Ok(reading) => return Progress::Done(reading),
                Err(why) => Err(why),
            },
        };
        match done {
            Ok(next) => {
                self.phase = next;
                Progress::Further
            }
            Err(why) => {
                self.fail(hot, why);
                Progress::Failed
            }
        }
    }

    fn rows(&self, hot: &Hot, from: Id) -> Result<Phase, Unloaded> {
        let Some(reading) = &self.reading else { return Err(Unloaded::Void) };
        let mut sink =
            Sink::of_standby(hot, self.place, &self.name, self.generation, How::BySegments, self.fit.clone());
        let mut last = from;
        let args = [Arg::Text(&self.name), Arg::Uuid(from), Arg::Int4(self.piece)];
        let n = pg::as_owner(|| {
            spi::select(include_str!("../../../sql/query/load_memories_after.sql"), &args, |row| {
                last = row.uuid(1).unwrap_or(last);
                sink.put(record_of(row, reading));
            })
        });
        sink.end()?;
        match u128::from_be_bytes(last).checked_add(1) {
            Some(next) if n == self.piece as u64 => Ok(Phase::Rows(next.to_be_bytes())),
            _ => Ok(Phase::Edges([0; 16], [0; 16], String::new())),
        }
    }

    fn edges(&self, hot: &Hot, (source, target, kind): (Id, Id, &str)) -> Result<Phase, Unloaded> {
        let mut sink = Sink::of_standby(hot, self.place, &self.name, self.generation, How::AtOnce, self.fit.clone());
        let mut last = (source, target, kind.to_owned());
        let args = [Arg::Text(&self.name), Arg::Uuid(source), Arg::Uuid(target), Arg::Text(kind), Arg::Int4(EDGES)];
        let n = pg::as_owner(|| {
            spi::select(include_str!("../../../sql/query/load_associations_after.sql"), &args, |row| {
                if let (Some(source), Some(target), Some(kind)) = (row.uuid(1), row.uuid(2), row.text(3)) {
                    last = (source, target, kind.to_owned());
                }
                if let Some(a) = association_of(row) {
                    sink.step(|space, _| space.load_edge(&a));
                }
            })
        });
        sink.end()?;
        Ok(if n == EDGES as u64 { Phase::Edges(last.0, last.1, last.2) } else { Phase::Meantime })
    }

    fn catch_up(&mut self, hot: &Hot, snapshot: &Pinned) -> Result<(), Unloaded> {
        let same = hot.read(self.place, |s| s.generation() == self.generation && s.state() == State::Loading);
        // Settings and aliases decide how rows are read.
        if same != Some(true) || self.reading.as_ref() != Some(&reading_now(&self.name)) {
            return Err(Unloaded::Void);
        }
        load::catch_up(hot, self.place, &self.name, snapshot, self.since)?;
        self.since = snapshot.xmin();
        Ok(())
    }

    fn join(&mut self, hot: &Hot, snapshot: &Pinned) -> Result<Reading, Unloaded> {
        self.catch_up(hot, snapshot)?;
        crash::at(Point::load_end);
        hot.write(self.place, |s| {
            // Older snapshots cannot be told apart from this one.
            s.freeze_through(snapshot.xmax() - 1);
            s.set_following();
        });
        seal::run(hot, self.place);
        self.reading.take().ok_or(Unloaded::Void)
    }

    fn fail(&self, hot: &Hot, why: Unloaded) {
        hot.write(self.place, |s| {
            s.reset(State::Absent);
            match why {
                Unloaded::NoRoom => s.load_failed(clock()),
                Unloaded::Void => {
                    s.want();
                }
            }
        });
        pgrx::log!("engram: space \"{}\" was not loaded into the hot tier: {why:?}", self.name);
    }
}

/// Makes a space that was followed a primary's: what it holds is brought up to the tables, and from here on transactions publish.
/// Until then private regions answer.
pub fn promote(hot: &Hot, place: Place, name: &str) -> bool {
    crash::at(Point::promote_load);
    let since = slots::slot().map_or(0, |slot| slot.position().xmin);
    let base = if since > 0 { Base::Held { since } } else { Base::Empty };
    let done = load::load_shared(hot, place, name, base);
    if let Err(why) = done {
        hot.write(place, |s| s.want());
        pgrx::log!("engram: space \"{name}\" is loaded anew after promotion: {why:?}");
    }
    done.is_ok()
}

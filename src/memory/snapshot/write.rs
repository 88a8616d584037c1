//! Writing the file of a database: by the maintenance worker, in a transaction that commits its token, and by the launcher when the
//! server stops.

use super::state::{self, Slot, Written};
use crate::crash::{self, Point};
use crate::guc;
use crate::hot::{Hot, Place, settle};
use crate::pg::snapshot::Pinned;
use crate::pg::{self, worker, xid};
use crate::snapshot::{Head, Name, Writer};
use crate::store::snapshot as store;
use engram_region::snapshot::{Look, Unwritten};
use engram_region::{Space, State};
use std::cell::RefCell;
use std::io;
use std::time::{Duration, Instant};

thread_local! {
    /// A file whose token is about to be committed.
    static FINISHED: RefCell<Option<Finished>> = const { RefCell::new(None) };
}

/// A file, and the token of the one that the stop will write.
struct Finished {
    writer: Writer,
    written: Written,
    at_stop: [u8; 16],
}

/// Time that the files of all databases may take when the server stops.
const AT_STOP: Duration = Duration::from_secs(20);
/// Bytes after which a worker pauses for a moment, so that others get at the disk.
const BURST: u64 = 8 << 20;

/// Looks at a space piece by piece.
struct Pieces {
    hot: Hot,
    place: Place,
    haste: Haste,
}

/// What ends the writing early.
#[derive(Clone, Copy)]
enum Haste {
    /// A cancel or SIGTERM.
    Interruptible,
    /// The time.
    Until(Instant),
}

impl Look for Pieces {
    fn look<R>(&mut self, f: impl FnOnce(Space<'_>) -> R) -> Option<R> {
        match self.haste {
            Haste::Interruptible => pg::check_for_interrupts(),
            Haste::Until(end) if Instant::now() > end => return None,
            Haste::Until(_) => {}
        }
        self.hot.read(self.place, f)
    }
}

/// The spaces of a database that answer, the one used last first, and what they stand for together.
fn spaces(hot: &Hot, database: u32) -> (Vec<(Place, String, u32, u32)>, u64) {
    let mut found = Vec::new();
    let mut fingerprint = 0u64;
    for (place, name, db, table) in hot.all() {
        if db != database {
            continue;
        }
        let seen = hot.read(place, |s| (s.state(), s.used(), s.fingerprint()));
        if let Some((State::Ready, used, print)) = seen {
            // A sum, so that the order of the spaces does not matter.
            fingerprint = fingerprint.wrapping_add(print | 1);
            found.push((place, name, table, used));
        }
    }
    found.sort_by(|a, b| b.3.cmp(&a.3).then_with(|| a.1.cmp(&b.1)));
    (found, fingerprint)
}

/// What the spaces of a database stand for now.
pub(super) fn fingerprint(database: u32) -> u64 {
    Hot::shared().map_or(0, |hot| spaces(&hot, database).1)
}

/// Whether the file that serves is as good as a new one would be.
fn is_fresh(slot: Slot, fingerprint: u64) -> bool {
    // An old one is written again even so, before changes that it does not have are forgotten.
    let old = (guc::change_retention() / 2).min(Duration::from_secs(6 * 3600));
    let age = Duration::from_micros((pg::clock_micros() - slot.since()).max(0).unsigned_abs());
    slot.fingerprint() == fingerprint && age < old
}

/// Whether it is time for a worker to write the file of this database.
pub fn is_due() -> bool {
    let database = pg::database_oid().to_u32();
    let (Some(interval), Some(slot)) = (guc::snapshot_interval(), Slot::of(database)) else { return false };
    let age = Duration::from_micros((pg::clock_micros() - slot.since()).max(0).unsigned_abs());
    let table = pg::memory_table_oid().map_or(0, |t| t.to_u32());
    slot.table() == table && age >= interval && store::is_possible() && !is_fresh(slot, fingerprint(database))
}

/// Writes the file of this database, and its token into the tables. When the transaction has committed, [`publish`] gives the file
/// its name. Says whether there is one.
pub fn write() -> bool {
    let database = pg::database_oid().to_u32();
    let Some(slot) = Slot::of(database) else { return false };
    let token = pg::log::random_bytes();
    match compose(database, slot.table(), Name::Written, token, Haste::Interruptible) {
        Ok(Some((writer, written))) => {
            // Drawn at the first visit, unless the extension was updated since.
            let at_stop = slot.token().unwrap_or_else(pg::log::random_bytes);
            store::begin(token, at_stop);
            pg::log::commit_to_disk();
            FINISHED.set(Some(Finished { writer, written, at_stop }));
            true
        }
        Ok(None) => false,
        Err(e) => {
            pgrx::log!("engram: the snapshot file of the hot tier could not be written: {e}");
            false
        }
    }
}

/// Gives the file its name.
pub fn publish() {
    let Some(Finished { writer, written, at_stop }) = FINISHED.take() else { return };
    let database = pg::database_oid().to_u32();
    if let Some(slot) = Slot::of(database) {
        slot.set_token(at_stop);
    }
    end(database, writer, &written);
}

/// The token was not committed.
pub fn forget() {
    FINISHED.set(None);
}

fn end(database: u32, writer: Writer, written: &Written) {
    match writer.publish() {
        Ok(()) => {
            crash::at(Point::snapshot_rename);
            if let Some(slot) = Slot::of(database) {
                slot.written(written);
            }
            pgrx::debug1!("engram: wrote a snapshot file of {} bytes, {} spaces", written.bytes, written.spaces);
        }
        Err(e) => pgrx::log!("engram: the snapshot file of the hot tier could not be renamed: {e}"),
    }
}

/// Writes everything up to the name. None where there is nothing worth a file.
fn compose(
    database: u32,
    table: u32,
    name: Name,
    token: [u8; 16],
    haste: Haste,
) -> io::Result<Option<(Writer, Written)>> {
    let Some(hot) = Hot::shared() else { return Ok(None) };
    let begun = Instant::now();
    // What was before is known to have ended; what comes later is read again by whoever loads the file.
    let xmin = Pinned::latest().xmin();
    let (all, fingerprint) = spaces(&hot, database);
    if !all.iter().any(|s| s.2 == table) {
        return Ok(None);
    }
    let head = Head {
        xmin,
        next_xid: xid::next_full_xid(),
        token,
        written_at: pg::clock_micros(),
        ..Head::new(pg::log::system_identifier(), pg::log::timeline(), database, table)
    };
    let mut writer = Writer::begin(&head, name, pg::log::fsync())?;
    let mut burst = 0;
    for (place, name, _, used) in all.iter().filter(|s| s.2 == table) {
        settle::run(&hot, *place);
        writer.begin_space(name, *used);
        let mut pieces = Pieces { hot, place: *place, haste };
        let sink = |tag, bytes: &[u8]| {
            crash::at(Point::snapshot_write);
            burst += bytes.len() as u64;
            if burst > BURST && matches!(haste, Haste::Interruptible) {
                burst = 0;
                pg::sleep_ms(2);
            }
            writer.section(tag, bytes)
        };
        match engram_region::snapshot::write(&mut pieces, xmin, sink) {
            Ok(count) => writer.end_space(count.memories),
            Err(Unwritten::Refused(e)) => return Err(e),
            Err(Unwritten::Absent | Unwritten::Unsettled) => writer.drop_space()?,
            Err(Unwritten::Restless) => {
                pgrx::log!("engram: space \"{name}\" changed too fast to be written to the snapshot file");
                writer.drop_space()?;
            }
        }
        if let Haste::Until(end) = haste
            && Instant::now() > end
        {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "it took too long while the server stops"));
        }
    }
    writer.finish(pg::log::position())?;
    let written = Written {
        bytes: writer.bytes(),
        micros: begun.elapsed().as_micros() as u64,
        spaces: writer.spaces() as u64,
        xmin,
        fingerprint,
    };
    Ok(Some((writer, written)))
}

/// Writes the files of all databases; by the launcher, as the last thing it does while the server stops.
pub fn write_at_stop() {
    if guc::snapshot_interval().is_none() || pg::in_recovery() {
        return;
    }
    let end_at = Instant::now() + AT_STOP;
    for (database, slot) in state::visited() {
        let Some(token) = slot.token() else {
            pgrx::log!(
                "engram: no snapshot file of database {database} was written at the stop: its first visit was not over"
            );
            continue;
        };
        if is_fresh(slot, fingerprint(database)) {
            continue;
        }
        // What the file says of committed transactions must be on disk before the file is.
        let composed = worker::in_last_transaction(|| {
            let composed = compose(database, slot.table(), Name::AtStop, token, Haste::Until(end_at));
            pg::log::commit_to_disk();
            composed
        });
        match composed {
            Ok(Ok(Some((writer, written)))) => {
                crash::at(Point::snapshot_token);
                end(database, writer, &written);
            }
            Ok(Ok(None)) => {
                pgrx::log!(
                    "engram: no snapshot file of database {database} was written at the stop: no space of it is in the hot tier"
                )
            }
            Ok(Err(e)) => pgrx::log!("engram: no snapshot file of database {database} was written at the stop: {e}"),
            Err(e) => pgrx::log!("engram: no snapshot file of database {database} was written at the stop: {e}"),
        }
    }
}

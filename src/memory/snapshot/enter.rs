//! Reading the file of a database at the first visit after a start.

use super::state::Slot;
use super::write;
use crate::crash::{self, Point};
use crate::guc;
use crate::hot::metrics::{self, Total};
use crate::hot::{Hot, Place};
use crate::memory::load::{self, Base, Sink, Unloaded};
use crate::memory::relist;
use crate::memory::upkeep::Step;
use crate::pg::{self, worker, xid};
use crate::snapshot::{self as file, Name, Reader, Sections};
use crate::store::snapshot as store;
use engram_region::snapshot::{Refused, Restore};
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Instant;

/// The file that is being read.
struct Opened {
    table: u32,
    reader: Option<Reader>,
    /// Number of each space in it.
    spaces: HashMap<String, usize>,
    /// Why it is of no more use.
    spoilt: Option<String>,
    begun: Instant,
    /// Token of the file that the stop will write, about to be committed.
    at_stop: Option<[u8; 16]>,
    /// Spaces that were loaded, and those of them from the file.
    loaded: u64,
    recorded: u64,
}

thread_local! {
    static OPENED: RefCell<Option<Opened>> = const { RefCell::new(None) };
}

/// At the first visit since the server started: looks for the file. Says whether it is the first visit.
pub fn open(sound: bool) -> bool {
    let database = pg::database_oid().to_u32();
    let table = pg::memory_table_oid().map_or(0, |t| t.to_u32());
    let Some(slot) = Slot::of(database).filter(|s| s.table() != table) else { return false };
    if pg::in_recovery() {
        return false;
    }
    let mut reader = None;
    for (name, what) in [(Name::Read, true), (Name::AtStop, false), (Name::Written, false), (Name::Ready, false)] {
        if !file::path(database, name).exists() {
            continue;
        }
        let found = match what {
            true => Err("the server ended while it was read".to_owned()),
            false if reader.is_some() => Err("another is newer".to_owned()),
            false => Reader::open(database, name).and_then(|r| judge(r, sound)),
        };
        match found {
            Ok(found) => reader = Some(found),
            // Whoever wrote it was ended: it had not got its name yet, and another may have.
            Err(_) if matches!(name, Name::AtStop | Name::Written) => {
                file::remove(&file::path(database, name));
            }
            Err(reason) => {
                discard(&file::path(database, name), &reason, slot);
            }
        }
    }
    if let Some(Err(reason)) = reader.as_mut().map(|r| r.begin(database)) {
        pgrx::log!("engram: the snapshot file of the hot tier could not be renamed: {reason}");
        reader = None;
    }
    let spaces = reader.iter().flat_map(|r| r.spaces()).enumerate().map(|(i, s)| (s.name.clone(), i)).collect();
    if let Some(r) = &reader {
        slot.found(r.head().written_at, r.bytes(), r.spaces().len() as u64, r.head().xmin);
    }
    let begun = Instant::now();
    OPENED.set(Some(Opened { table, reader, spaces, spoilt: None, begun, at_stop: None, loaded: 0, recorded: 0 }));
    worker::on_exit(put_back);
    crash::at(Point::snapshot_load);
    true
}

/// Whether a file belongs to what the tables hold now.
fn judge(reader: Reader, sound: bool) -> Result<Reader, String> {
    let head = reader.head();
    let next = xid::next_full_xid();
    let table = pg::memory_table_oid().map(|t| t.to_u32());
    if guc::snapshot_interval().is_none() {
        return Err("engram.snapshot_interval is 0".into());
    }
    if !store::is_possible() {
        return Err("the extension is to be updated first".into());
    }
    if !sound {
        return Err("triggers did not fire always".into());
    }
    if head.system != pg::log::system_identifier() {
        return Err("it belongs to another cluster".into());
    }
    if head.database != pg::database_oid().to_u32() || Some(head.table) != table {
        return Err("it belongs to another database or a former life of the extension".into());
    }
    if head.timeline != pg::log::timeline() {
        return Err(format!("it is of timeline {}, and the server writes to {}", head.timeline, pg::log::timeline()));
    }
    if head.next_xid > next || head.xmin > head.next_xid || reader.position() > pg::log::position() {
        return Err("it is newer than the database".into());
    }
    if next - head.xmin > u64::from(u32::MAX / 2) {
        return Err("it is older than transactions are remembered".into());
    }
    if !store::tokens().contains(&head.token) {
        return Err("its token is not that of the database".into());
    }
    if head.xmin < store::trimmed_before() {
        return Err("changes since it was written were trimmed".into());
    }
    Ok(reader)
}

fn discard(path: &std::path::Path, reason: &str, slot: Slot) {
    file::remove(path);
    slot.discarded(reason);
    metrics::add(Total::Discarded, 1);
    pgrx::log!("engram: the snapshot file of the hot tier was discarded, and tables are read instead: {reason}");
}

/// Puts loads in the order of the file: the space used last comes first. What was asked for stays in front.
pub fn order(steps: &mut [Step], asked: usize) {
    OPENED.with_borrow(|opened| {
        let Some(opened) = opened else { return };
        let rank = |step: &Step| match step {
            Step::Load(name) => opened.spaces.get(name).copied().unwrap_or(usize::MAX - 1),
            _ => usize::MAX,
        };
        let asked = asked.min(steps.len());
        steps[asked..].sort_by_key(rank);
    });
}

/// Token of the file that is being read, while it is sound.
pub(super) fn token() -> Option<[u8; 16]> {
    OPENED.with_borrow(|opened| {
        let opened = opened.as_ref().filter(|o| o.spoilt.is_none())?;
        Some(opened.reader.as_ref()?.head().token)
    })
}

/// The token of the file that the stop will write, from the end of the transaction on.
pub(super) fn drawn(token: [u8; 16]) {
    OPENED.with_borrow_mut(|opened| {
        if let Some(opened) = opened {
            opened.at_stop = Some(token);
        }
    });
}

/// Loads a space from the file, where it has it, and else from the tables.
pub fn load_recorded(hot: &Hot, place: Place, name: &str) -> Result<(), Unloaded> {
    let recorded = sections(name);
    let from_file = recorded.map(|(mut sections, since)| {
        let mut enter = |sink: &mut Sink<'_>| enter(sink, &mut sections);
        load::load_shared(hot, place, name, Base::Recorded { since, enter: &mut enter })
    });
    let is_recorded = from_file == Some(Ok(()));
    let outcome = match from_file {
        Some(outcome @ (Ok(()) | Err(Unloaded::NoRoom))) => outcome,
        _ => load::load_shared(hot, place, name, Base::Empty),
    };
    OPENED.with_borrow_mut(|opened| {
        if let Some(opened) = opened {
            opened.loaded += u64::from(outcome.is_ok());
            opened.recorded += u64::from(is_recorded);
        }
    });
    outcome
}

/// What the file has of a space, and from which transaction on the tables must be read.
fn sections(name: &str) -> Option<(Sections, u64)> {
    let found = OPENED.with_borrow(|opened| {
        let opened = opened.as_ref().filter(|o| o.spoilt.is_none())?;
        let reader = opened.reader.as_ref()?;
        let space = *opened.spaces.get(name)?;
        Some(reader.sections(space).map(|s| (s, reader.head().xmin)))
    })?;
    found.inspect_err(|reason| spoil(reason)).ok()
}

/// Enters the sections of a space. Where one is not sound the load begins anew, from the tables.
fn enter(sink: &mut Sink<'_>, sections: &mut Sections) {
    let mut restore = Restore::default();
    loop {
        pg::check_for_interrupts();
        let section = match sections.next() {
            Ok(Some((tag, bytes))) => restore.read(tag, bytes).map_err(|e| e.to_string()),
            Ok(None) if restore.is_complete() => return relist::run(sink),
            Ok(None) => Err("a space in it is not complete".to_owned()),
            Err(reason) => Err(reason),
        };
        let mut entering = match section {
            Ok(entering) => entering,
            Err(reason) => {
                spoil(&reason);
                sink.give_up();
                return;
            }
        };
        crash::at(Point::snapshot_load);
        // A smaller hot tier than before: the memories are there, and their texts are searched in the table.
        if sink.free_bytes() < 2 * entering.bytes() {
            entering.without_documents();
        }
        let mut more = true;
        while more {
            pg::check_for_interrupts();
            let mut unfit = false;
            sink.step(|space, _| match space.enter_piece(&mut restore, &mut entering) {
                Ok(left) => {
                    more = left;
                    Ok(())
                }
                Err(Refused::Full) => Err(engram_region::Full),
                Err(Refused::Unfit) => {
                    unfit = true;
                    Ok(())
                }
            });
            if unfit {
                sink.give_up();
            }
            if sink.has_failed() {
                return;
            }
        }
    }
}

/// The file is of no more use.
pub fn spoil(reason: &str) {
    OPENED.with_borrow_mut(|opened| {
        if let Some(opened) = opened {
            opened.spoilt.get_or_insert_with(|| reason.to_owned());
        }
    });
}

/// The first visit is over, and committed: the file serves on, or goes.
pub(super) fn finish() {
    let Some(opened) = OPENED.take() else { return };
    let database = pg::database_oid().to_u32();
    let Some(slot) = Slot::of(database) else { return };
    let micros = opened.begun.elapsed().as_micros() as u64;
    let kept = opened.reader.is_some() && opened.spoilt.is_none();
    let whole = kept && opened.loaded == opened.recorded;
    close(opened.reader, opened.spoilt, slot);
    // Where all came from the file and nothing was added, there is nothing that a new one would have more.
    let fingerprint = if whole { write::fingerprint(database) } else { 0 };
    if let Some(token) = opened.at_stop {
        slot.set_token(token);
    }
    slot.visited(opened.table, opened.loaded, opened.recorded, micros, fingerprint);
}

fn close(reader: Option<Reader>, spoilt: Option<String>, slot: Slot) {
    match (reader, spoilt) {
        (Some(reader), Some(reason)) => discard(reader.path(), &reason, slot),
        (Some(reader), None) => reader.keep(),
        _ => {}
    }
}

/// The worker leaves in the middle: what was sound until now is read again by the next one.
pub fn put_back() {
    let Some(opened) = OPENED.try_with(RefCell::take).ok().flatten() else { return };
    if let Some(slot) = Slot::of(pg::database_oid().to_u32()) {
        match (opened.reader, opened.spoilt) {
            (Some(reader), Some(_)) => {
                file::remove(reader.path());
                slot.discarded("it was not sound");
                metrics::add(Total::Discarded, 1);
            }
            (Some(reader), None) => reader.keep(),
            _ => {}
        }
    }
}

//! The private region: the same structure in memory of this backend alone.
//!
//! It serves where shared memory cannot: without `shared_preload_libraries`, on a standby, while a space loads, and for
//! snapshots older than what the shared region tells apart. The memory is reserved once and touched page by page as
//! spaces are loaded into it.

use super::{Hot, Place, key};
use crate::error::{self, Error, Kind};
use crate::guc;
use engram_region::{Directory, Region, State, directory};
use std::alloc::{Layout, alloc_zeroed};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// How far a private space follows the tables.
#[derive(Debug, Clone, Copy)]
pub struct Fresh {
    pub place: Place,
    /// Limits of the snapshot it was last brought up to.
    pub xmin: u64,
    pub xmax: u64,
    /// Transaction that last changed the space's settings or aliases, by which its rows were read.
    pub version: u64,
    /// It holds rows of a transaction that had not committed: good for one answer.
    pub dirty: bool,
}

thread_local! {
    static REGION: Cell<Option<(*mut u8, usize)>> = const { Cell::new(None) };
    static SPACES: RefCell<HashMap<(u32, u32, String), Fresh>> = RefCell::new(HashMap::new());
}

/// Alignment of a region.
const ALIGNMENT: usize = 64;

/// The private region of this backend, made at first use.
pub fn region() -> Hot {
    let made = REGION.get();
    let (start, size) = made.unwrap_or_else(|| {
        let size = guc::private_region_size().max(directory::LEAST_BYTES);
        // Asked for with a larger alignment, memory would be zeroed at once, and all of it would be in use from then on.
        let layout = Layout::from_size_align(size + ALIGNMENT, align_of::<u64>())
            .expect("the setting is limited to what an address space holds");
        // SAFETY: the layout is not empty. The system gives zeroed pages when they are first touched.
        let start = unsafe { alloc_zeroed(layout) };
        if start.is_null() {
            // An allocator that gives up would take the process along, and with it every session of the server.
            error::raise(
                Error::new(Kind::OutOfMemory, format!("out of memory for a private region of {} kB", size / 1024))
                    .with_hint("Lower engram.private_region_size."),
            );
        }
        // SAFETY: the offset is below the alignment, by which more was asked for.
        (unsafe { start.add(start.align_offset(ALIGNMENT)) }, size)
    });
    // SAFETY: allocated above, aligned to 64, never freed, and used by this thread alone.
    let region = unsafe { Region::new(start, size) };
    if made.is_none() {
        Directory::format(region).expect("a region of the least size has room for its directory");
        REGION.set(Some((start, size)));
    }
    Hot { directory: Directory::open(region), shared: false }
}

/// What is known of a space here.
pub fn known(name: &str) -> Option<Fresh> {
    let key = key(name)?;
    SPACES.with_borrow(|s| s.get(&(key.database, key.table, name.to_owned())).copied())
}

/// Remembers how far a space follows the tables.
pub fn remember(name: &str, fresh: Fresh) {
    if let Some(key) = key(name) {
        SPACES.with_borrow_mut(|s| s.insert((key.database, key.table, name.to_owned()), fresh));
    }
}

/// Forgets a space: it will be loaded anew.
pub fn forget(name: &str) {
    if let Some(key) = key(name)
        && let Some(fresh) = SPACES.with_borrow_mut(|s| s.remove(&(key.database, key.table, name.to_owned())))
    {
        region().write(fresh.place, |s| s.reset(State::Absent));
    }
}

/// Makes room by giving up every space but one.
pub fn forget_others(name: &str) -> bool {
    let others: Vec<(u32, u32, String)> = SPACES.with_borrow(|s| s.keys().filter(|k| k.2 != name).cloned().collect());
    for other in &others {
        if let Some(fresh) = SPACES.with_borrow_mut(|s| s.remove(other)) {
            region().remove(fresh.place);
        }
    }
    !others.is_empty()
}

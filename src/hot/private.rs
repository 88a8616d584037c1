//! The private region: the same structure in memory of this backend alone.
//!
//! It serves where shared memory cannot: without `shared_preload_libraries`, on a standby, while a space loads, and for
//! snapshots older than what the shared region tells apart. The memory is reserved at first use, touched page by page as
//! spaces are loaded into it, and given back at the end of a transaction when nothing in it has been asked for a while.

use super::{Hot, Place, key};
use crate::error::{self, Error, Kind};
use crate::guc;
use crate::pg::xact::{self, Event};
use engram_region::{Directory, Region, State, directory};
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::{Duration, Instant};

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

/// Memory of the region as it was allocated, and the size of the region in it.
#[derive(Clone, Copy)]
struct Memory {
    allocated: *mut u8,
    size: usize,
}

impl Memory {
    /// Asked for with a larger alignment than that of malloc, memory would be zeroed at once, and all of it would be in use from then on.
    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size + ALIGNMENT, align_of::<u64>())
            .expect("the setting is limited to what an address space holds")
    }

    fn start(self) -> *mut u8 {
        // SAFETY: the offset is below the alignment, by which more was asked for.
        unsafe { self.allocated.add(self.allocated.align_offset(ALIGNMENT)) }
    }
}

/// Alignment of a region.
const ALIGNMENT: usize = 64;

thread_local! {
    /// When the region was last asked for.
    static USED: Cell<Option<Instant>> = const { Cell::new(None) };
    static REGION: Cell<Option<Memory>> = const { Cell::new(None) };
    static SPACES: RefCell<HashMap<(u32, u32, String), Fresh>> = RefCell::new(HashMap::new());
}

/// Time after which memory that nobody asked for is given back.
const REST: Duration = Duration::from_secs(60);

/// Installs the callback that gives memory back. Called once, when the library is loaded.
pub fn init() {
    xact::on_xact(|event| {
        if matches!(event, Event::Commit | Event::Abort) && USED.get().is_some_and(|used| used.elapsed() >= REST) {
            give_back();
        }
    });
}

/// Nothing of the region is in use between two transactions: what is known of its spaces goes with it.
fn give_back() {
    USED.set(None);
    SPACES.with_borrow_mut(HashMap::clear);
    if let Some(memory) = REGION.take() {
        // SAFETY: allocated by `region` with this layout. Handles are made anew for each call, and none outlives its transaction.
        unsafe { dealloc(memory.allocated, Memory::layout(memory.size)) };
    }
}

/// The private region of this backend, made at first use.
pub fn region() -> Hot {
    USED.set(Some(Instant::now()));
    let made = REGION.get();
    let memory = made.unwrap_or_else(|| {
        let size = guc::private_region_size().max(directory::LEAST_BYTES);
        // SAFETY: the layout is not empty. The system gives zeroed pages when they are first touched.
        let allocated = unsafe { alloc_zeroed(Memory::layout(size)) };
        if allocated.is_null() {
            // An allocator that gives up would take the process along, and with it every session of the server.
            error::raise(
                Error::new(Kind::OutOfMemory, format!("out of memory for a private region of {} kB", size / 1024))
                    .with_hint("Lower engram.private_region_size."),
            );
        }
        Memory { allocated, size }
    });
    // SAFETY: allocated above, aligned to 64, freed between transactions only, and used by this thread alone.
    let region = unsafe { Region::new(memory.start(), memory.size) };
    if made.is_none() {
        Directory::format(region).expect("a region of the least size has room for its directory");
        REGION.set(Some(memory));
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

//! The hot tier: the region of `engram-region` in shared memory, or in a backend of its own.
//!
//! # Lock rules
//! * `engram_hot_directory`: shared to look a space up, exclusive to add or remove one.
//! * `engram_hot`, 256 locks on which slots of spaces are hashed: shared to read a space, exclusive to change it.
//! * One space lock at a time; the directory before a space, never after it.
//! * Under a lock: no SQL, no server memory, no ereport, no log. Work is cut in pieces of about 100 us.
//! * Who finds the `mutating` mark under an exclusive lock resets the space: a former holder was interrupted.
//!
//! A private region has no locks: its backend is alone.

pub mod answers;
pub mod board;
pub mod consolidated;
pub mod evict;
pub mod follow;
pub mod governor;
pub mod heard;
pub mod known;
pub mod labile;
pub mod metrics;
pub mod moves;
pub mod primes;
pub mod private;
pub mod publish;
pub mod queue;
pub mod record;
pub mod requests;
pub mod returns;
pub mod seal;
pub mod search;
pub mod settle;
pub mod share;
pub mod stirred;
pub mod survey;
pub mod uses;

use crate::crash::{self, Point};
use crate::pg::lwlock::{LwLock, LwLockGuard, Tranche};
use crate::pg::shmem::{self, Request};
use crate::{guc, pg};
use engram_region::{Directory, Full, Region, Space, SpaceKey, State, directory};
use std::cell::Cell;
use std::ptr::NonNull;

thread_local! {
    /// The shared region as this process maps it.
    static SHARED: Cell<Option<(NonNull<u8>, usize)>> = const { Cell::new(None) };
    static LOCKS: Cell<Option<&'static [LwLock]>> = const { Cell::new(None) };
}

/// Registers shared memory and the transaction callbacks. Called once, when the library is loaded.
pub fn init() {
    shmem::register(Request { name: c"engram hot tier", size: region_size, init: attach });
    answers::init();
    labile::init();
    returns::init();
    uses::init();
    heard::init();
    board::init();
    consolidated::init();
    stirred::init();
    requests::init();
    moves::init();
    metrics::init();
    primes::init();
    follow::init();
    private::init();
    publish::init();
}

fn region_size() -> usize {
    match guc::hot_tier_size() {
        0 => 0,
        bytes => bytes.max(directory::LEAST_BYTES),
    }
}

fn attach(start: NonNull<u8>, size: usize, found: bool) {
    SHARED.set(None);
    if size == 0 {
        return;
    }
    if !found {
        // SAFETY: the server gave this process `size` bytes at `start`, zeroed and aligned to 128, shared under our locks.
        let region = unsafe { Region::new(start.as_ptr(), size) };
        Directory::format(region).expect("a region of the least size has room for its directory");
    }
    SHARED.set(Some((start, size)));
}

/// A region and how to lock it.
#[derive(Clone, Copy)]
pub struct Hot {
    directory: Directory<'static>,
    shared: bool,
}

/// Where a space lies; void once the slot was given to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub slot: u32,
    words: [u64; 2],
}

/// Start of 2020 in seconds since the Unix epoch.
const CLOCK_EPOCH: i64 = 1_577_836_800;

/// Seconds since 2020, the clock of activity in the region.
pub fn clock() -> u32 {
    (pg::now_micros() / 1_000_000 - CLOCK_EPOCH).clamp(0, i64::from(u32::MAX)) as u32
}

/// A time of [`clock`] in microseconds since the Unix epoch.
pub fn clock_to_micros(at: u32) -> i64 {
    (i64::from(at) + CLOCK_EPOCH) * 1_000_000
}

/// Key of a space of this database; none before CREATE EXTENSION.
pub fn key(name: &str) -> Option<SpaceKey<'_>> {
    let table = pg::memory_table_oid()?;
    Some(SpaceKey { database: pg::database_oid().to_u32(), table: table.to_u32(), name })
}

/// The region in shared memory and where a space lies in it; none where it has no place there.
pub fn find(name: &str) -> Option<(Hot, Place)> {
    let hot = Hot::shared()?;
    Some((hot, hot.find(&key(name)?)?))
}

impl Hot {
    /// The region in shared memory; none without `shared_preload_libraries` or with `engram.hot_tier_size = 0`.
    pub fn shared() -> Option<Hot> {
        let (start, size) = SHARED.get()?;
        // SAFETY: attached by the startup hook; shared memory outlives the process, and the locks below guard it.
        let region = unsafe { Region::new(start.as_ptr(), size) };
        Some(Hot { directory: Directory::open(region), shared: true })
    }

    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// Bytes in all, and bytes that nobody owns.
    pub fn bytes(&self) -> (u64, u64) {
        (self.directory.capacity_bytes(), self.directory.free_bytes())
    }

    fn lock(&self, slot: u32) -> Option<&'static LwLock> {
        if !self.shared {
            return None;
        }
        let locks = LOCKS.get().unwrap_or_else(|| {
            let n = Tranche::Hot.locks();
            let all: Vec<LwLock> = (0..n).map_while(|i| LwLock::of(Tranche::Hot, i)).collect();
            assert!(all.len() == n, "the locks of the hot tier are there when its memory is");
            let all: &'static [LwLock] = Box::leak(all.into_boxed_slice());
            LOCKS.set(Some(all));
            all
        });
        Some(&locks[slot as usize % locks.len()])
    }

    fn directory_lock(&self) -> Option<LwLock> {
        self.shared.then(|| LwLock::of(Tranche::HotDirectory, 0)).flatten()
    }

    /// Looks a space up.
    pub fn find(&self, key: &SpaceKey<'_>) -> Option<Place> {
        let lock = self.directory_lock();
        let _guard = lock.as_ref().map(LwLock::shared);
        self.directory.find(key).map(|slot| Place { slot, words: key.words() })
    }

    /// Looks a space up and makes its head if there is none.
    pub fn find_or_add(&self, key: &SpaceKey<'_>) -> Result<Place, Full> {
        if let Some(place) = self.find(key) {
            return Ok(place);
        }
        let lock = self.directory_lock();
        let _guard = lock.as_ref().map(LwLock::exclusive);
        self.directory.find_or_add(key).map(|slot| Place { slot, words: key.words() })
    }

    /// Every space of the region: slot, name, database and table.
    pub fn all(&self) -> Vec<(Place, String, u32, u32)> {
        let lock = self.directory_lock();
        let _guard = lock.as_ref().map(LwLock::shared);
        let spaces = self.directory.slots().into_iter().map(|slot| {
            let (name, database, table) = self.directory.space(slot).key();
            let name = String::from_utf8_lossy(&name).into_owned();
            let words = SpaceKey { database, table, name: &name }.words();
            (Place { slot, words }, name, database, table)
        });
        spaces.collect()
    }

    /// Reads every space, each under its own lock, with its database. Names are left out, so that thousands cost little.
    pub fn each(&self, mut f: impl FnMut(u32, Space<'static>)) {
        // Heads never move, so the directory is asked once for all of them.
        let heads: Vec<(u32, Space<'static>)> = {
            let lock = self.directory_lock();
            let _guard = lock.as_ref().map(LwLock::shared);
            self.directory.slots().into_iter().map(|slot| (slot, self.directory.space(slot))).collect()
        };
        for (slot, space) in heads {
            let _guard = self.guard(slot);
            let words = space.words();
            if words != [0; 2] {
                f((words[1] >> 32) as u32, space);
            }
        }
    }

    /// Takes a space out of the region.
    pub fn remove(&self, place: Place) {
        crash::at(Point::region_remove);
        let lock = self.directory_lock();
        let _directory = lock.as_ref().map(LwLock::exclusive);
        let space = self.lock(place.slot);
        let _guard = space.map(LwLock::exclusive);
        if self.directory.space(place.slot).is(place.words) {
            self.directory.remove(place.slot);
        }
    }

    /// The head of a slot. The directory may grow at any time, so it is asked under its lock; the head never moves.
    fn head(&self, place: Place) -> Space<'static> {
        let lock = self.directory_lock();
        let _guard = lock.as_ref().map(LwLock::shared);
        self.directory.space(place.slot)
    }

    /// Reads a space under its lock; none when the place is void.
    pub fn read<R>(&self, place: Place, f: impl FnOnce(Space<'static>) -> R) -> Option<R> {
        let space = self.head(place);
        let _guard = self.lock(place.slot).map(LwLock::shared);
        space.is(place.words).then(|| f(space))
    }

    /// Changes a space under its lock; none when the place is void.
    pub fn write<R>(&self, place: Place, f: impl FnOnce(Space<'static>) -> R) -> Option<R> {
        let space = self.head(place);
        let _guard = self.lock(place.slot).map(LwLock::exclusive);
        if !space.is(place.words) {
            return None;
        }
        if space.is_damaged() {
            space.reset(State::Absent);
        }
        Some(f(space))
    }

    fn guard(&self, slot: u32) -> Option<LwLockGuard<'static>> {
        self.lock(slot).map(LwLock::shared)
    }
}

//! Shared memory: areas and named locks, asked for before the server starts and attached when it does.
//!
//! The postmaster runs the startup hook again after a crash, with memory that is new: every pointer of this process is
//! cleared first and set again. Children inherit the pointers by fork.

use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU32, AtomicU64, Ordering};

use pgrx::{pg_guard, pg_sys};

use super::assert_main;
use super::lwlock::{LwLock, Tranche};

// Position of AddinShmemInitLock among the server's predefined locks; the same in every supported version.
const ADDIN_SHMEM_INIT_LOCK: usize = 21;

/// An area of shared memory of a size that settings decide.
#[derive(Clone, Copy)]
pub struct Request {
    /// Name in `pg_shmem_allocations`.
    pub name: &'static CStr,
    /// Size in bytes, asked when settings are known; zero means no area.
    pub size: fn() -> usize,
    /// Called with the area, its size, and whether another process had already made it. The area is aligned to 128
    /// bytes and made of untouched zero pages when it is new. Called under a lock: it initialises memory and sets
    /// statics, no more.
    pub init: fn(NonNull<u8>, usize, bool),
}

/// A type that may live in shared memory.
///
/// # Safety
/// All-zero bytes are a valid value, it holds no pointer, and shared references suffice to change it.
pub unsafe trait SharedValue: Sync + 'static {}

// SAFETY: an atomic number is valid when zero and is changed through shared references.
unsafe impl SharedValue for AtomicBool {}
// SAFETY: as above.
unsafe impl SharedValue for AtomicU32 {}
// SAFETY: as above.
unsafe impl SharedValue for AtomicU64 {}
// SAFETY: as above.
unsafe impl SharedValue for AtomicI64 {}
// SAFETY: an array is what its elements are.
unsafe impl<T: SharedValue, const N: usize> SharedValue for [T; N] {}

/// A fixed-size value in shared memory, all zero at server start.
pub struct SharedArea<T: SharedValue> {
    name: &'static CStr,
    value: AtomicPtr<T>,
    kind: PhantomData<T>,
}

impl<T: SharedValue> SharedArea<T> {
    /// An area that is attached once it was registered and the server has started.
    pub const fn new(name: &'static CStr) -> Self {
        SharedArea { name, value: AtomicPtr::new(std::ptr::null_mut()), kind: PhantomData }
    }

    /// The value; `None` without `shared_preload_libraries`.
    #[inline]
    pub fn get(&self) -> Option<&'static T> {
        let value = NonNull::new(self.value.load(Ordering::Relaxed))?;
        // SAFETY: set by attach to zeroed, aligned shared memory of this size that outlives the process; T is valid
        // when zero and changed only through shared references.
        Some(unsafe { value.as_ref() })
    }
}

trait Area: Sync {
    fn name(&self) -> &'static CStr;
    fn size(&self) -> usize;
    fn detach(&self);
    fn attach(&self, start: NonNull<u8>, size: usize, found: bool);
}

impl<T: SharedValue> Area for SharedArea<T> {
    fn name(&self) -> &'static CStr {
        self.name
    }

    fn size(&self) -> usize {
        const { assert!(align_of::<T>() <= 128, "shared memory is aligned to 128 bytes") };
        size_of::<T>()
    }

    fn detach(&self) {
        self.value.store(std::ptr::null_mut(), Ordering::Relaxed);
    }

    fn attach(&self, start: NonNull<u8>, size: usize, found: bool) {
        if !found {
            // SAFETY: the server has just given this process `size` writable bytes at `start`.
            unsafe { start.write_bytes(0, size) };
        }
        self.value.store(start.cast().as_ptr(), Ordering::Relaxed);
    }
}

impl Area for Request {
    fn name(&self) -> &'static CStr {
        self.name
    }

    fn size(&self) -> usize {
        (self.size)()
    }

    fn detach(&self) {}

    // Not cleared here: new shared memory is zero pages, and touching them would commit the whole region at start.
    fn attach(&self, start: NonNull<u8>, size: usize, found: bool) {
        (self.init)(start, size, found);
    }
}

impl Tranche {
    const ALL: [Tranche; 3] = [Tranche::Hot, Tranche::HotDirectory, Tranche::Worker];

    fn name(self) -> &'static CStr {
        match self {
            Tranche::Hot => c"engram_hot",
            Tranche::HotDirectory => c"engram_hot_directory",
            Tranche::Worker => c"engram_worker",
        }
    }

    /// The number of locks in the tranche.
    pub fn locks(self) -> usize {
        match self {
            Tranche::Hot => 256,
            Tranche::HotDirectory | Tranche::Worker => 1,
        }
    }
}

type Hook = Option<unsafe extern "C-unwind" fn()>;
type Locks = Option<NonNull<pg_sys::LWLockPadded>>;

thread_local! {
    static AREAS: RefCell<Vec<&'static dyn Area>> = const { RefCell::new(Vec::new()) };
    static TRANCHES: Cell<[Locks; 3]> = const { Cell::new([None; 3]) };
    static REQUESTED: Cell<bool> = const { Cell::new(false) };
    static NEXT_REQUEST: Cell<Hook> = const { Cell::new(None) };
    static NEXT_STARTUP: Cell<Hook> = const { Cell::new(None) };
}

/// Chains the hooks when the library is preloaded, and does nothing otherwise.
pub fn init() {
    if !super::preloading() {
        return;
    }
    REQUESTED.set(true);
    // SAFETY: `_PG_init` runs alone in the postmaster; the hooks are plain function pointers.
    unsafe {
        NEXT_REQUEST.set(pg_sys::shmem_request_hook);
        pg_sys::shmem_request_hook = Some(engram_shmem_request);
        NEXT_STARTUP.set(pg_sys::shmem_startup_hook);
        pg_sys::shmem_startup_hook = Some(engram_shmem_startup);
    }
}

/// Whether shared memory was asked for, that is, whether the library is preloaded.
pub fn requested() -> bool {
    assert_main();
    REQUESTED.get()
}

/// Asks for an area whose size is known later. Without `shared_preload_libraries` nothing comes of it.
pub fn register(request: Request) {
    assert_main();
    AREAS.with_borrow_mut(|areas| areas.push(Box::leak(Box::new(request))));
}

/// Asks for a fixed-size area. Without `shared_preload_libraries` nothing comes of it.
pub fn register_area<T: SharedValue>(area: &'static SharedArea<T>) {
    assert_main();
    AREAS.with_borrow_mut(|areas| areas.push(area));
}

/// First lock of a tranche, `None` until the server has started with the library preloaded.
pub(super) fn tranche(tranche: Tranche) -> Locks {
    assert_main();
    TRANCHES.get()[tranche as usize]
}

// A copy, so that the list is not borrowed while an area's own code runs.
fn areas() -> Vec<&'static dyn Area> {
    AREAS.with_borrow(Clone::clone)
}

#[pg_guard]
unsafe extern "C-unwind" fn engram_shmem_request() {
    call(NEXT_REQUEST.get());
    for area in areas() {
        // SAFETY: called from the request hook, where the server accepts requests.
        unsafe { pg_sys::RequestAddinShmemSpace(area.size().next_multiple_of(128)) };
    }
    for tranche in Tranche::ALL {
        // SAFETY: as above; the server copies the name.
        unsafe { pg_sys::RequestNamedLWLockTranche(tranche.name().as_ptr(), tranche.locks() as i32) };
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn engram_shmem_startup() {
    call(NEXT_STARTUP.get());
    let areas = areas();
    areas.iter().for_each(|area| area.detach());
    // SAFETY: AddinShmemInitLock has this number in every supported version.
    let lock = unsafe { LwLock::predefined(ADDIN_SHMEM_INIT_LOCK) };
    let _guard = lock.exclusive();
    for area in areas {
        let size = area.size();
        if size == 0 {
            continue;
        }
        let mut found = false;
        // SAFETY: the lock that the server wants for this is held; it raises an ERROR when memory does not suffice.
        let start = unsafe { pg_sys::ShmemInitStruct(area.name().as_ptr(), size, &raw mut found) };
        let start = NonNull::new(start.cast::<u8>()).expect("the server raises an error instead of a null area");
        area.attach(start, size, found);
    }
    TRANCHES.set(Tranche::ALL.map(|tranche| {
        // SAFETY: the request hook asked for a tranche of this name.
        NonNull::new(unsafe { pg_sys::GetNamedLWLockTranche(tranche.name().as_ptr()) })
    }));
}

fn call(hook: Hook) {
    if let Some(hook) = hook {
        // SAFETY: another library's hook, called as the server would, with nothing to drop in this frame.
        unsafe { pg_sys::submodules::ffi::pg_guard_ffi_boundary(|| hook()) };
    }
}

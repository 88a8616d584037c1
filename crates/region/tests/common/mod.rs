//! What the tests of regions share.

use engram_region::{Directory, Region, Space, SpaceKey, State};
use proptest::prelude::ProptestConfig;

/// Bytes aligned as shared memory is.
pub struct Bytes {
    base: *mut u8,
    layout: std::alloc::Layout,
}

impl Bytes {
    pub fn new(len: usize) -> Bytes {
        let layout = std::alloc::Layout::from_size_align(len, 64).expect("a valid layout");
        // SAFETY: the layout is not empty.
        let base = unsafe { std::alloc::alloc_zeroed(layout) };
        assert!(!base.is_null());
        Bytes { base, layout }
    }

    pub fn region(&self) -> Region<'_> {
        // SAFETY: the bytes live as long as self, and one thread uses them.
        unsafe { Region::new(self.base, self.layout.size()) }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        // SAFETY: allocated in new with this layout.
        unsafe { std::alloc::dealloc(self.base, self.layout) }
    }
}

/// A new space in a state.
pub fn add_space<'a>(directory: &Directory<'a>, name: &str, state: State) -> Space<'a> {
    let slot = directory.find_or_add(&SpaceKey { database: 1, table: 2, name }).expect("room for a space");
    let space = directory.space(slot);
    space.reset(state);
    space
}

/// Evicts the segment of least use, in pieces.
pub fn evict(space: Space<'_>) {
    let Some(mut victim) = space.choose_victim() else { return };
    while space.read_terms(&mut victim) {}
    while space.move_survivors(&mut victim, 8).expect("there is room") {}
    while space.evict(&mut victim, 8).is_some() {}
    assert!(space.give_back(&victim), "nothing is left");
    assert!(!space.list_late(&mut victim, 1), "there was room for the terms");
}

/// As many cases as `PROPTEST_CASES` says: valgrind and Miri, each many times slower, set it to a few.
pub fn cases(usually: u32) -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(usually),
    }
}

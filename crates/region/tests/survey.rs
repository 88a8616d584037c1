//! A walk for statistics against counting by hand, whatever moves in between.

use engram_region::edges::Association;
use engram_region::read::{NoPause, Pause, Reader, Seen};
use engram_region::survey::Survey;
use engram_region::{Directory, Record, Region, Space, SpaceKey, State};

const BYTES: usize = 64 << 20;

/// Where the regions lie: kept, so that a leak checker sees that they are.
static KEPT: std::sync::Mutex<Vec<usize>> = std::sync::Mutex::new(Vec::new());

/// Bytes aligned as shared memory is, for the length of the test process.
fn region() -> Region<'static> {
    let layout = std::alloc::Layout::from_size_align(BYTES, 64).expect("a valid layout");
    // SAFETY: the layout is not empty; the bytes are never freed, and one thread uses them.
    unsafe {
        let base = std::alloc::alloc_zeroed(layout);
        assert!(!base.is_null());
        KEPT.lock().expect("no test panics in here").push(base as usize);
        Region::new(base, BYTES)
    }
}

fn space() -> Space<'static> {
    let directory = Directory::format(region()).expect("room for a directory");
    let slot = directory.find_or_add(&SpaceKey { database: 1, table: 2, name: "s" }).expect("room for a space");
    let space = directory.space(slot);
    space.reset(State::Loading);
    space
}

fn id(n: u32) -> [u8; 16] {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    id
}

/// Memory `n` with cues by hash, in a context or none (0).
fn record(n: u32, cues: &[u64], context: u64) -> Record {
    Record {
        id: id(n),
        changed: 3,
        occurred_at: i64::from(n),
        context,
        kind: 1,
        terms: vec![(u64::from(n) + 1, 1)],
        length: 1,
        cues: cues.iter().map(|c| (*c, false)).collect(),
        code: None,
        digest: 0,
        pinned: false,
        cold: false,
    }
}

/// Nine memories: three share a cue, two are neighbours, two are associated, one has a cue of its own, one has nothing.
fn filled() -> Space<'static> {
    let space = space();
    let rows = [
        record(1, &[100], 0),
        record(2, &[100, 101], 0),
        record(3, &[100], 0),
        record(4, &[], 7),
        record(5, &[], 7),
        record(6, &[], 0),
        record(7, &[], 0),
        record(8, &[102], 0),
        record(9, &[], 0),
    ];
    for row in &rows {
        space.load(row, &Seen::default()).expect("room");
    }
    space.load_edge(&Association { source: id(6), target: id(7), kind: 0, weight: 1 << 16, changed: 3 }).expect("room");
    space.set_ready();
    space
}

fn check(survey: &mut Survey) {
    survey.memories_per_cue.sort_unstable();
    survey.cues_per_memory.sort_unstable();
    assert_eq!((survey.memories, survey.alone), (9, 2));
    assert_eq!((survey.sharing, survey.neighbouring, survey.associated, survey.without_cues), (3, 2, 2, 5));
    assert_eq!(survey.memories_per_cue, [1, 1, 3]);
    assert_eq!(survey.cues_per_memory, [0, 0, 0, 0, 0, 1, 1, 1, 2]);
    assert_eq!(survey.hubs, [(3, 100), (1, 101), (1, 102)]);
}

#[test]
fn a_walk_counts_each_memory_and_cue_once() {
    let space = filled();
    let mut survey = Survey::default();
    let mut reader = Reader::new(space, Seen::default(), NoPause).expect("ready");
    assert_eq!(reader.survey(&mut survey), Ok(true));
    check(&mut survey);
    // At its end it stays there.
    assert_eq!(reader.survey(&mut survey), Ok(true));
    check(&mut survey);
    let mut ids = reader.mentioning(100, 10);
    ids.sort_unstable();
    assert_eq!(ids, [id(1), id(2), id(3)]);
    assert_eq!((reader.mentioning(100, 2).len(), reader.mentioning(99, 2).len()), (2, 0));
}

/// Adds and removes an association whenever the lock is free, so that numbers may come to mean something else.
struct Disturbed(Space<'static>);

impl Pause for Disturbed {
    fn pause(&mut self) {
        let edge = Association { source: id(6), target: id(7), kind: 1, weight: 1, changed: 3 };
        self.0.load_edge(&edge).expect("room");
        self.0.load_edges_of(&id(6), &[]).expect("room");
        self.0
            .load_edge(&Association { source: id(6), target: id(7), kind: 0, weight: 1 << 16, changed: 3 })
            .expect("room");
    }
}

#[test]
fn a_walk_that_is_disturbed_goes_on_where_it_was() {
    let space = filled();
    // Enough for several pauses.
    for n in 10..20_000 {
        space.load(&record(n, &[200 + u64::from(n % 5)], 0), &Seen::default()).expect("room");
    }
    let mut survey = Survey::default();
    let mut calls = 0;
    loop {
        calls += 1;
        let mut reader = Reader::new(space, Seen::default(), Disturbed(space)).expect("ready");
        if reader.survey(&mut survey).expect("the space stays") {
            break;
        }
    }
    assert!(calls > 2, "{calls}");
    assert_eq!(survey.memories, 19_999);
    assert_eq!(survey.hubs.len(), 5);
    assert!(survey.hubs.iter().all(|h| h.0 == 3_998));
}

#[test]
fn a_sample_is_spread_evenly_and_is_all_of_a_small_space() {
    let space = filled();
    let mut reader = Reader::new(space, Seen::default(), NoPause).expect("ready");
    assert_eq!(reader.sample(64).expect("undisturbed").len(), 9);
    assert_eq!(reader.sample(3).expect("undisturbed").len(), 3);
    for n in 10..1_001 {
        space.load(&record(n, &[], 0), &Seen::default()).expect("room");
    }
    let mut reader = Reader::new(space, Seen::default(), NoPause).expect("ready");
    let sample = reader.sample(10).expect("undisturbed").len();
    assert!((10..=20).contains(&sample), "{sample}");
}

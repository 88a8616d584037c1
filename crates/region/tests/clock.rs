//! What the region keeps about times survives a clock that is set back.

#[allow(dead_code)] // What has chance in it is for other tests.
mod common;

use common::{Bytes, add_space};
use engram_region::{Directory, State};

#[test]
fn a_failed_load_is_tried_again_after_a_minute_whatever_the_clock_does() {
    let bytes = Bytes::new(8 << 20);
    let directory = Directory::format(bytes.region()).expect("room for a directory");
    let space = add_space(&directory, "late", State::Absent);
    space.load_failed(1_000);
    assert!(!space.want_at(1_059), "the minute is not over");
    assert!(space.want_at(1_060));
    space.take_wanted();
    space.load_failed(90_000);
    assert!(space.want_at(500), "the failure lies in the future: the clock was set back");
}

//! Private clusters for the tests of this crate, and the few words they speak to the extension.
//!
//! Each test starts its own cluster below `/tmp` and loses it at its end; several run at once without
//! meeting, because a server listens on a Unix socket in its own directory only. `ENGRAM_PG_CONFIG`
//! names the server to test (else the `pg_config` in `PATH`); the extension must be installed there.
//! A helper that fails panics: a test has nothing better to do.

mod cluster;
pub mod consolidation;
mod crash_points;
mod faults;
mod furnished;
mod ledger;
mod memory;
mod moves;
mod replica;
pub mod rights;
mod rng;
mod server;
pub mod workload;

pub use cluster::{Cluster, Options, Shutdown};
pub use faults::{FakeClock, Limited, Strace, Tmpfs, have};
pub use furnished::{Picture, furnish, make_roles};
pub use ledger::{Effect, Fact, Ledger, Open, assert_no_dangling_edges, is_lost};
pub use memory::{
    Hit, assert_consistent, ids_in, recall, recall_ids, recallable_by_own_word, remember, remember_many, unique_word,
    wait_ready_space,
};
pub use replica::{recall_shared, standby_count, wait_following};
pub use rng::Rng;
pub use server::{Server, run, setting_from_env};

use std::time::{Duration, Instant};

/// Polls `probe` every 20 ms until it answers true.
///
/// # Panics
/// When that has not happened after `deadline`; `what` says what was waited for.
pub fn wait_until(what: &str, deadline: Duration, mut probe: impl FnMut() -> bool) {
    let start = Instant::now();
    while !probe() {
        assert!(start.elapsed() < deadline, "waited {deadline:?} in vain until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

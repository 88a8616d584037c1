//! Background workers: one launcher, and workers of two kinds, maintenance and consolidation, that visit databases.
//!
//! The launcher wakes when a space is wanted, when a worker ends, and every `engram.maintenance_interval`; it starts a
//! worker for a database that needs one while the pool has room. A worker does what there is to do and leaves.
//!
//! Nothing depends on a worker: a space that is not loaded is answered by a private region, a transaction that is not
//! settled is settled by the next reader. What shared memory holds about workers are hints for people and for the hook
//! that empties a database.

mod consolidator;
mod launcher;
mod leave;
mod maintenance;
pub mod pool;
pub mod slots;
mod standby;

use crate::guc;
use crate::pg::worker::{Restart, Spec, register_static};
use std::time::Duration;

/// How long the launcher stays away after a crash.
const RESTART: Duration = Duration::from_secs(1);

/// Registers the launcher, the memory of this module, and the hook that lets a database be dropped.
pub fn init() {
    slots::init();
    pool::init();
    leave::init();
    if guc::max_workers() == 0 {
        return;
    }
    register_static(&Spec {
        name: "engram launcher",
        backend_type: "engram launcher",
        function: "engram_launcher_main",
        argument: 0,
        restart: Restart::After(RESTART),
    });
}

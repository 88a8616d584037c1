//! Engram: a memory for PostgreSQL. This file only wires the parts together.

use pgrx::prelude::*;

mod api;
mod crash;
mod error;
mod guc;
mod hot;
mod memory;
mod pg;
mod snapshot;
mod store;
#[cfg(any(test, feature = "pg_test"))]
mod tests;
mod worker;

pgrx::pg_module_magic!(name, version);

/// Runs when the library is loaded: settings first, since shared memory is sized by them, then shared memory, then
/// hooks and callbacks, then workers.
#[allow(non_snake_case)]
#[pg_guard]
pub extern "C-unwind" fn _PG_init() {
    // Before the prefix of the settings is reserved: what a server has for them at its start would be thrown away.
    crash::init();
    guc::init();
    pg::shmem::init();
    pg::lwlock::init();
    pg::xact::init();
    pg::utility::init();
    pg::worker::init();
    store::access::init();
    store::tally::init();
    store::news::init();
    store::usage::init();
    store::consolidation::erase::init();
    hot::init();
    memory::snapshot::init();
    worker::init();
}

/// Settings of the server that `cargo pgrx test` starts.
#[cfg(test)]
pub mod pg_test {
    /// Called once before the tests.
    pub fn setup(_options: Vec<&str>) {}

    /// Lines added to `postgresql.conf`.
    #[must_use]
    pub fn postgresql_conf_options() -> Vec<&'static str> {
        // Vectors of texts by the built-in encoder would make everything a little similar: tests give their own. Priming would make
        // scores depend on the milliseconds since the last recall, interference on what else is there.
        vec![
            "shared_preload_libraries = 'engram'",
            "engram.builtin_encoder = off",
            "engram.decay = off",
            "engram.priming = off",
            "engram.interference_weight = 0",
            "engram.consolidation = off",
        ]
    }
}

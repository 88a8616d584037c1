//! The verbs, one file each: the only place that holds both the tables and the hot tier.

pub mod announce;
pub mod associate;
pub mod belief;
mod capture;
pub mod check;
pub mod chill;
mod cold;
mod complete;
pub mod completion;
mod configure;
pub mod consolidate;
pub mod consolidation_health;
pub mod consolidation_metrics;
pub mod decay;
mod duplicate;
pub mod export;
mod fit;
pub mod follow;
pub mod forget;
pub mod health;
mod health_advice;
pub mod imagine;
pub mod learn;
mod link;
pub mod load;
pub mod metrics;
pub mod neighbourhood;
pub mod predict;
pub mod published;
pub mod query;
pub mod recall;
mod recognise;
pub mod reconsolidate;
pub mod reembed;
pub mod reinforce;
mod relist;
pub mod remember;
pub mod remember_many;
pub mod report;
pub mod retention;
mod rotation;
pub mod scheduler;
mod sink;
pub mod snapshot;
pub mod space;
pub mod spread;
mod standby;
pub mod stat;
pub mod steer;
pub mod supersede;
pub mod tier;
pub mod undo;
pub mod update;
pub mod upkeep;
mod warm;
pub mod watch;

use crate::error::Error;
use crate::{guc, pg, store};
use pgrx::Uuid;

/// The space a call names, or the setting engram.space.
pub fn space_or_setting(space: Option<&str>) -> String {
    space.map_or_else(guc::space, str::to_owned)
}

/// Version of the extension in the catalog of this database.
pub fn catalog_version() -> Option<String> {
    store::catalog_version()
}

/// An argument that must not be null.
fn required<T>(name: &str, value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| store::fault::null(name))
}

/// An array argument without its null elements.
fn elements(array: Vec<Option<String>>) -> Vec<String> {
    array.into_iter().flatten().collect()
}

/// The memory exists and the caller may see it.
fn known(space: &str, id: Uuid) -> Result<(), Error> {
    if store::memory::exists(space, id) { Ok(()) } else { Err(Error::unknown_memory(id, space)) }
}

/// The time that memory dynamics take for now: the start of the statement, or what a test has set. Microseconds since the Unix epoch.
pub fn now() -> i64 {
    guc::test_clock().unwrap_or_else(pg::now_micros)
}

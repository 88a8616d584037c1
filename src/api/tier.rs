use crate::error::or_raise;
use crate::memory::tier::{self, SetTier};
use pgrx::prelude::*;
use pgrx::{Uuid, default};

/// Moves a memory between the tiers, or pins it; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_set_tier(
    id: Option<Uuid>,
    tier: default!(Option<&str>, "NULL"),
    pinned: default!(Option<bool>, "NULL"),
    space: default!(Option<&str>, "NULL"),
) -> bool {
    or_raise(tier::set(SetTier { id, tier, pinned, space }))
}

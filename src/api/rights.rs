use crate::memory;
use pgrx::prelude::*;

/// Whether the current user may read the space. Declared in `sql/schema/50_policies.sql`.
#[pg_extern(sql = false)]
fn may_read(space: &str) -> bool {
    memory::space::may_read(space)
}

/// Whether the current user may write to the space. Declared in `sql/schema/50_policies.sql`.
#[pg_extern(sql = false)]
fn may_write(space: &str) -> bool {
    memory::space::may_write(space)
}

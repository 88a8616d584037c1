use crate::error::or_raise;
use crate::memory::space::{self, Given};
use pgrx::default;
use pgrx::prelude::*;

/// Makes a space; see `docs/reference/sql.md`.
#[pg_extern(name = "engram_create_space", volatile, parallel_unsafe)]
fn engram_create_space_0_2(
    space: Option<&str>,
    dimensions: default!(Option<i32>, "NULL"),
    language: default!(Option<&str>, "'english'"),
    owner: default!(Option<&str>, "NULL"),
    readers: default!(Option<Vec<Option<String>>>, "NULL"),
    writers: default!(Option<Vec<Option<String>>>, "NULL"),
    encoder: default!(Option<&str>, "NULL"),
) {
    or_raise(space::create(Given { space, dimensions, language, owner, readers, writers, encoder }));
}

/// Changes a space; see `docs/reference/sql.md`.
#[pg_extern(name = "engram_configure_space", volatile, parallel_unsafe)]
fn engram_configure_space_0_2(
    space: Option<&str>,
    dimensions: default!(Option<i32>, "NULL"),
    language: default!(Option<&str>, "NULL"),
    owner: default!(Option<&str>, "NULL"),
    readers: default!(Option<Vec<Option<String>>>, "NULL"),
    writers: default!(Option<Vec<Option<String>>>, "NULL"),
    encoder: default!(Option<&str>, "NULL"),
) {
    or_raise(space::configure(Given { space, dimensions, language, owner, readers, writers, encoder }));
}

/// Removes a space and its memories; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_drop_space(space: Option<&str>) {
    or_raise(space::drop(space));
}

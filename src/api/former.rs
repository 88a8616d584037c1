//! Entry points of functions whose arguments have changed since, for sessions between a new library and ALTER EXTENSION UPDATE.

use crate::error::or_raise;
use crate::memory::space::{self, Given};
use pgrx::prelude::*;

/// `engram_create_space` of 0.1.
#[pg_extern(sql = false)]
fn engram_create_space(
    space: Option<&str>,
    dimensions: Option<i32>,
    language: Option<&str>,
    owner: Option<&str>,
    readers: Option<Vec<Option<String>>>,
    writers: Option<Vec<Option<String>>>,
) {
    or_raise(space::create(Given { space, dimensions, language, owner, readers, writers, encoder: None }));
}

/// `engram_configure_space` of 0.1.
#[pg_extern(sql = false)]
fn engram_configure_space(
    space: Option<&str>,
    dimensions: Option<i32>,
    language: Option<&str>,
    owner: Option<&str>,
    readers: Option<Vec<Option<String>>>,
    writers: Option<Vec<Option<String>>>,
) {
    or_raise(space::configure(Given { space, dimensions, language, owner, readers, writers, encoder: None }));
}

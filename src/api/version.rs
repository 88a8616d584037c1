use crate::memory;
use pgrx::prelude::*;

/// Versions of library and catalog; see `docs/reference/sql.md`.
#[pg_extern(stable, parallel_safe)]
fn engram_version() -> TableIterator<'static, (name!(library, String), name!(catalog, Option<String>))> {
    TableIterator::once((env!("CARGO_PKG_VERSION").to_owned(), memory::catalog_version()))
}

use crate::error::or_raise;
use crate::memory::space::{self, Consolidation, Given, Quotas};
use crate::pg::jsonb::Jsonb;
use pgrx::datum::Interval;
use pgrx::default;
use pgrx::prelude::*;

/// Makes a space; see `docs/reference/sql.md`.
#[pg_extern(name = "engram_create_space", volatile, parallel_unsafe)]
#[allow(clippy::too_many_arguments)] // The signature is that of SQL.
fn engram_create_space_0_3(
    space: Option<&str>,
    dimensions: default!(Option<i32>, "NULL"),
    language: default!(Option<&str>, "'english'"),
    owner: default!(Option<&str>, "NULL"),
    readers: default!(Option<Vec<Option<String>>>, "NULL"),
    writers: default!(Option<Vec<Option<String>>>, "NULL"),
    encoder: default!(Option<&str>, "NULL"),
    quota_memories: default!(Option<i64>, "NULL"),
    quota_bytes: default!(Option<i64>, "NULL"),
    quota_hot_bytes: default!(Option<i64>, "NULL"),
) {
    let quotas = Quotas { memories: quota_memories, bytes: quota_bytes, hot_bytes: quota_hot_bytes };
    let consolidation = Consolidation::default();
    or_raise(space::create(Given {
        space,
        dimensions,
        language,
        owner,
        readers,
        writers,
        encoder,
        quotas,
        consolidation,
    }));
}

/// Changes a space; see `docs/reference/sql.md`.
#[pg_extern(name = "engram_configure_space", volatile, parallel_unsafe)]
#[allow(clippy::too_many_arguments)] // The signature is that of SQL.
fn engram_configure_space_0_5(
    space: Option<&str>,
    dimensions: default!(Option<i32>, "NULL"),
    language: default!(Option<&str>, "NULL"),
    owner: default!(Option<&str>, "NULL"),
    readers: default!(Option<Vec<Option<String>>>, "NULL"),
    writers: default!(Option<Vec<Option<String>>>, "NULL"),
    encoder: default!(Option<&str>, "NULL"),
    quota_memories: default!(Option<i64>, "NULL"),
    quota_bytes: default!(Option<i64>, "NULL"),
    quota_hot_bytes: default!(Option<i64>, "NULL"),
    consolidation_interval: default!(Option<Interval>, "NULL"),
    settings: default!(Option<Jsonb>, "NULL"),
) {
    let quotas = Quotas { memories: quota_memories, bytes: quota_bytes, hot_bytes: quota_hot_bytes };
    let consolidation = Consolidation { interval: consolidation_interval, settings: settings.map(Jsonb::parse) };
    or_raise(space::configure(Given {
        space,
        dimensions,
        language,
        owner,
        readers,
        writers,
        encoder,
        quotas,
        consolidation,
    }));
}

/// Removes a space and its memories; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_drop_space(space: Option<&str>) {
    or_raise(space::drop(space));
}

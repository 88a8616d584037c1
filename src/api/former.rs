//! Entry points of functions whose arguments have changed since, for sessions between a new library and ALTER EXTENSION UPDATE.

use crate::error::or_raise;
use crate::memory::remember::{self, Remember};
use crate::memory::space::{self, Consolidation, Given, Quotas};
use crate::memory::stat;
use crate::memory::supersede;
use crate::memory::update::{self, Update};
use crate::pg::{jsonb::Jsonb, vector::Vector};
use pgrx::Uuid;
use pgrx::datum::TimestampWithTimeZone;
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
    or_raise(space::create(Given {
        space,
        dimensions,
        language,
        owner,
        readers,
        writers,
        encoder: None,
        quotas: Quotas::default(),
        consolidation: Consolidation::default(),
    }));
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
    or_raise(space::configure(Given {
        space,
        dimensions,
        language,
        owner,
        readers,
        writers,
        encoder: None,
        quotas: Quotas::default(),
        consolidation: Consolidation::default(),
    }));
}

/// `engram_create_space` of 0.2.
#[pg_extern(sql = false)]
fn engram_create_space_0_2(
    space: Option<&str>,
    dimensions: Option<i32>,
    language: Option<&str>,
    owner: Option<&str>,
    readers: Option<Vec<Option<String>>>,
    writers: Option<Vec<Option<String>>>,
    encoder: Option<&str>,
) {
    let (quotas, consolidation) = (Quotas::default(), Consolidation::default());
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

/// `engram_configure_space` of 0.2.
#[pg_extern(sql = false)]
fn engram_configure_space_0_2(
    space: Option<&str>,
    dimensions: Option<i32>,
    language: Option<&str>,
    owner: Option<&str>,
    readers: Option<Vec<Option<String>>>,
    writers: Option<Vec<Option<String>>>,
    encoder: Option<&str>,
) {
    let (quotas, consolidation) = (Quotas::default(), Consolidation::default());
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

/// `engram_remember` of 0.1, which recognised no duplicates.
#[pg_extern(sql = false)]
#[allow(clippy::too_many_arguments)] // The signature is that of SQL.
fn engram_remember<'a>(
    content: Option<&'a str>,
    embedding: Option<Vector<'a>>,
    space: Option<&'a str>,
    context: Option<&'a str>,
    cues: Option<Vec<Option<String>>>,
    kind: Option<&'a str>,
    confidence: Option<f32>,
    occurred_at: Option<TimestampWithTimeZone>,
    source: Option<&'a str>,
    metadata: Option<Jsonb>,
    id: Option<Uuid>,
) -> Uuid {
    let on_duplicate = Some("store");
    or_raise(remember::remember(Remember {
        content,
        embedding,
        space,
        context,
        cues,
        kind,
        confidence,
        occurred_at,
        source,
        metadata,
        id,
        on_duplicate,
    }))
}

/// `engram_supersede` of 0.3, which kept no entry of what replaced what.
#[pg_extern(sql = false)]
fn engram_supersede(old: Option<Uuid>, new: Option<Uuid>, space: Option<&str>) {
    or_raise(supersede::without_entry(old, new, space));
}

/// Rows of engram.stat_tier of 0.2, which had no warm tier.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn tier_stat() -> TableIterator<
    'static,
    (
        name!(space, String),
        name!(mode, String),
        name!(state, String),
        name!(memories, i64),
        name!(resident, i64),
        name!(spilled, i64),
        name!(cues, i64),
        name!(edges, i64),
        name!(bytes, i64),
        name!(unsettled, i64),
        name!(evictions, i64),
        name!(generation, i64),
    ),
> {
    TableIterator::new(stat::tiers().into_iter().map(|t| {
        let s = t.stats;
        (
            t.space,
            t.mode.to_owned(),
            t.state.to_owned(),
            i64::from(s.memories),
            i64::from(s.resident),
            i64::from(s.spilled),
            i64::from(s.cues),
            i64::from(s.edges),
            s.bytes as i64,
            i64::from(s.unsettled),
            s.evictions as i64,
            i64::from(s.generation),
        )
    }))
}

/// `engram_update` of 0.3, which returned nothing.
#[pg_extern(sql = false)]
#[allow(clippy::too_many_arguments)] // The signature is that of SQL.
fn engram_update<'a>(
    id: Option<Uuid>,
    content: Option<&'a str>,
    embedding: Option<Vector<'a>>,
    cues: Option<Vec<Option<String>>>,
    metadata: Option<Jsonb>,
    context: Option<&'a str>,
    kind: Option<&'a str>,
    confidence: Option<f32>,
    occurred_at: Option<TimestampWithTimeZone>,
    source: Option<&'a str>,
    mode: Option<&'a str>,
    space: Option<&'a str>,
) {
    or_raise(update::update(Update {
        id,
        content,
        embedding,
        cues,
        metadata,
        context,
        kind,
        confidence,
        occurred_at,
        source,
        mode,
        space,
    }));
}

/// `engram_configure_space` of 0.3.
#[pg_extern(sql = false)]
#[allow(clippy::too_many_arguments)] // The signature is that of SQL.
fn engram_configure_space_0_3(
    space: Option<&str>,
    dimensions: Option<i32>,
    language: Option<&str>,
    owner: Option<&str>,
    readers: Option<Vec<Option<String>>>,
    writers: Option<Vec<Option<String>>>,
    encoder: Option<&str>,
    quota_memories: Option<i64>,
    quota_bytes: Option<i64>,
    quota_hot_bytes: Option<i64>,
) {
    let quotas = Quotas { memories: quota_memories, bytes: quota_bytes, hot_bytes: quota_hot_bytes };
    let consolidation = Consolidation::default();
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

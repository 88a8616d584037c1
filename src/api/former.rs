//! Entry points of functions whose arguments have changed since, for sessions between a new library and ALTER EXTENSION UPDATE.

use crate::error::or_raise;
use crate::memory::remember::{self, Remember};
use crate::memory::space::{self, Given, Quotas};
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
    let quotas = Quotas::default();
    or_raise(space::create(Given { space, dimensions, language, owner, readers, writers, encoder, quotas }));
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
    let quotas = Quotas::default();
    or_raise(space::configure(Given { space, dimensions, language, owner, readers, writers, encoder, quotas }));
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

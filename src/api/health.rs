use crate::error::or_raise;
use crate::memory::{health, space_or_setting};
use pgrx::iter::TableIterator;
use pgrx::prelude::*;

/// How the memories of a space hang together. Declared in `sql/schema/70_views.sql`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)] // The result is that of SQL.
fn graph_health(
    space: Option<&str>,
) -> TableIterator<'static, (name!(metric, String), name!(value, Option<f64>), name!(assessment, Option<String>))> {
    let rows = or_raise(health::graph_health(&space_or_setting(space)));
    TableIterator::new(rows.into_iter().map(|r| (r.metric, r.value, r.assessment)))
}

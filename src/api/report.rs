//! Pages and pictures to look at.

use super::recall::tell_limited;
use crate::error::{Error, or_raise};
use crate::memory::metrics::{Operation, counted_in};
use crate::memory::neighbourhood::{self, Format};
use crate::memory::{report, space_or_setting};
use pgrx::Uuid;
use pgrx::prelude::*;

/// One HTML page about what the caller may see; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
fn engram_report(space: default!(Option<&str>, "NULL")) -> String {
    or_raise(report::page(space))
}

/// The neighbourhood of a memory as a drawing; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_restricted)]
fn engram_graph(
    id: Option<Uuid>,
    hops: default!(Option<i32>, "2"),
    format: default!(Option<&str>, "'dot'"),
    space: default!(Option<&str>, "NULL"),
) -> String {
    let draw = || {
        let id = or_raise(id.ok_or_else(|| Error::null_value("id").with_hint("Name the memory to draw.")));
        let hops = or_raise(hops.ok_or_else(|| Error::null_value("hops").with_hint("Say how far to look, 0 to 10.")));
        let format = or_raise(Format::named(format.unwrap_or("dot")));
        or_raise(neighbourhood::draw(&space_or_setting(space), id, hops, format))
    };
    let drawn = counted_in(Operation::Explain, space, draw, |_| 1);
    tell_limited(drawn.limited, None);
    if drawn.left_out > 0 {
        notice!("at least {} memories with less activation are left out of the drawing", drawn.left_out);
    }
    drawn.text
}

use crate::error::or_raise;
use crate::memory::forget::{self, ForgetWhere};
use crate::memory::metrics::{Operation, counted_in};
use crate::pg::jsonb::Jsonb;
use pgrx::datum::TimestampWithTimeZone;
use pgrx::prelude::*;
use pgrx::{Uuid, default};

/// Forgets one memory; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_forget(
    id: Option<Uuid>,
    mode: default!(Option<&str>, "'suppress'"),
    space: default!(Option<&str>, "NULL"),
) -> bool {
    counted_in(Operation::Forget, space, || or_raise(forget::forget(id, mode, space)), |done| (*done).into())
}

/// Forgets what meets all conditions; see `docs/reference/sql.md`.
#[pg_extern(volatile, parallel_unsafe)]
fn engram_forget_where(
    filter: default!(Option<Jsonb>, "'{}'"),
    kinds: default!(Option<Vec<Option<String>>>, "NULL"),
    in_context: default!(Option<&str>, "NULL"),
    since: default!(Option<TimestampWithTimeZone>, "NULL"),
    until: default!(Option<TimestampWithTimeZone>, "NULL"),
    mode: default!(Option<&str>, "'suppress'"),
    space: default!(Option<&str>, "NULL"),
) -> i64 {
    let given = ForgetWhere { filter, kinds, in_context, since, until, mode, space };
    counted_in(Operation::Forget, space, || or_raise(forget::forget_where(given)), |gone| *gone as usize)
}

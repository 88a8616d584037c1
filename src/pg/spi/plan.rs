//! Plans prepared once for each statement text of this session. The server invalidates and rebuilds them itself.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::CString;

use pgrx::pg_sys;

use super::{Arg, fail};
use crate::error::{Error, raise};
use crate::pg::owner;

/// Statement texts are constants of the library, so their address identifies them. Plans made as the owner are kept
/// apart, since row security and search path differ and would have the server rebuild a shared one at each change.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    address: usize,
    length: usize,
    as_owner: bool,
    choice: Choice,
}

/// Who chooses between a plan for all values and one for these.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Choice {
    /// The server, as for any prepared statement.
    Server,
    /// One plan for all values: rows are looked up by key, and planning anew would cost as much as running.
    ByKey,
}

struct Kept {
    types: Vec<pg_sys::Oid>,
    plan: pg_sys::SPIPlanPtr,
}

thread_local! {
    static PLANS: RefCell<HashMap<Key, Vec<Kept>>> = RefCell::new(HashMap::new());
}

/// The plan for `sql` with the types of `args`, prepared now if it was not yet. A connection is open.
pub(super) fn prepared(sql: &'static str, args: &[Arg<'_>], choice: Choice) -> pg_sys::SPIPlanPtr {
    let key = Key { address: sql.as_ptr().addr(), length: sql.len(), as_owner: owner::acting_as_owner(), choice };
    let kept = PLANS.with_borrow(|plans| {
        let fits = |kept: &&Kept| kept.types.iter().copied().eq(args.iter().map(Arg::type_oid));
        plans.get(&key).and_then(|all| all.iter().find(fits)).map(|kept| kept.plan)
    });
    if let Some(plan) = kept {
        return plan;
    }
    let types: Vec<pg_sys::Oid> = args.iter().map(Arg::type_oid).collect();
    let plan = prepare(sql, &types, choice);
    // A few plans at most for one text: the types change only when an extension is created anew.
    PLANS.with_borrow_mut(|plans| plans.entry(key).or_default().push(Kept { types, plan }));
    plan
}

fn prepare(sql: &str, types: &[pg_sys::Oid], choice: Choice) -> pg_sys::SPIPlanPtr {
    let Ok(text) = CString::new(sql) else { raise(Error::internal("inner statement contains a zero byte")) };
    let mut types = types.to_vec();
    let options = if choice == Choice::ByKey { pg_sys::CURSOR_OPT_GENERIC_PLAN as i32 } else { 0 };
    // SAFETY: a NUL-terminated text and as many types as said, which the server copies. A kept plan lives as long as
    // the session.
    unsafe {
        let plan = pg_sys::SPI_prepare_cursor(text.as_ptr(), types.len() as i32, types.as_mut_ptr(), options);
        if plan.is_null() {
            fail("prepare", pg_sys::SPI_result);
        }
        let code = pg_sys::SPI_keepplan(plan);
        if code < 0 {
            fail("keep", code);
        }
        plan
    }
}

//! Acting as the owner of the extension's tables.
//!
//! While it lasts, row security does not apply, SET ROLE is refused, and names and operators resolve in `pg_catalog`
//! alone, so that nothing a caller put into its search path runs with the owner's rights. An `ERROR` leaves all of it
//! to the abort of its (sub)transaction, which puts identity and settings back. A worker acts as another role in the same way, to see
//! what that role may see.

use pgrx::pg_sys;

use super::{assert_main, catalog};
use crate::error::{Error, raise};

/// What runs with the rights of the role, functions in policies above all, cannot leave anything behind.
const ROLE_CONTEXT: u32 = pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_RESTRICTED_OPERATION;
const OWNER_CONTEXT: u32 = pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_NOFORCE_RLS;

/// Runs `f` as the owner of `engram.memory`. Raises 55000 when the extension is not installed in this database.
pub fn as_owner<R>(f: impl FnOnce() -> R) -> R {
    assert_main();
    let owner = catalog::memory_table_oid().and_then(catalog::relation_owner).unwrap_or_else(|| {
        let error = Error::not_in_prerequisite_state("extension \"engram\" is not installed in this database");
        raise(error.with_hint("Run CREATE EXTENSION engram CASCADE."))
    });
    let (user, context) = identity();
    if user == owner && context & OWNER_CONTEXT as i32 == OWNER_CONTEXT as i32 {
        return f();
    }
    let _identity = Identity::change(owner, OWNER_CONTEXT, user, context);
    f()
}

/// Runs `f` with the rights of a role, row-level security included.
pub fn as_role<R>(role: pg_sys::Oid, f: impl FnOnce() -> R) -> R {
    assert_main();
    let (user, context) = identity();
    let _identity = Identity::change(role, ROLE_CONTEXT, user, context);
    f()
}

/// Whether [`as_owner`] is at work. Plans are kept apart by it: they depend on row security and search path.
pub fn acting_as_owner() -> bool {
    identity().1 & pg_sys::SECURITY_NOFORCE_RLS as i32 != 0
}

fn identity() -> (pg_sys::Oid, i32) {
    let (mut user, mut context) = (pg_sys::InvalidOid, 0);
    // SAFETY: fills two locals from backend variables.
    unsafe { pg_sys::GetUserIdAndSecContext(&raw mut user, &raw mut context) };
    (user, context)
}

struct Identity {
    user: pg_sys::Oid,
    context: i32,
    setting_level: i32,
}

impl Identity {
    fn change(to: pg_sys::Oid, added: u32, user: pg_sys::Oid, context: i32) -> Identity {
        // SAFETY: the previous identity is kept for Drop, and the setting is local to a nest level that Drop, or an
        // abort, ends.
        unsafe {
            let setting_level = pg_sys::NewGUCNestLevel();
            pg_sys::SetUserIdAndSecContext(to, context | added as i32);
            pg_sys::set_config_option(
                c"search_path".as_ptr(),
                c"pg_catalog, pg_temp".as_ptr(),
                pg_sys::GucContext::PGC_USERSET,
                pg_sys::GucSource::PGC_S_SESSION,
                pg_sys::GucAction::GUC_ACTION_SAVE,
                true,
                0,
                false,
            );
            Identity { user, context, setting_level }
        }
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // SAFETY: ends the nest level begun in `change` and restores what was there.
        unsafe {
            pg_sys::AtEOXact_GUC(false, self.setting_level);
            pg_sys::SetUserIdAndSecContext(self.user, self.context);
        }
    }
}

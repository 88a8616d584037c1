//! Membership in roles, by name and from the system caches: no query, so that a look-up costs less than a microsecond.

use std::ffi::CString;

use pgrx::pg_sys;

use super::assert_main;

/// Whether `user` has the rights of the role of this name without SET ROLE; false where there is no such role. A superuser has
/// those of every role.
pub fn has_rights_of(user: pg_sys::Oid, role: &str) -> bool {
    assert_main();
    let Ok(name) = CString::new(role) else {
        return false;
    };
    // SAFETY: system cache look-ups by a NUL-terminated name; a missing role answers InvalidOid.
    unsafe {
        let role = pg_sys::get_role_oid(name.as_ptr(), true);
        role != pg_sys::InvalidOid && pg_sys::has_privs_of_role(user, role)
    }
}

/// The role of this name.
pub fn named(role: &str) -> Option<pg_sys::Oid> {
    assert_main();
    let name = CString::new(role).ok()?;
    // SAFETY: as above.
    let role = unsafe { pg_sys::get_role_oid(name.as_ptr(), true) };
    (role != pg_sys::InvalidOid).then_some(role)
}

/// Whether row-level security does not apply to `user`: a superuser, or a role with BYPASSRLS.
pub fn bypasses_row_security(user: pg_sys::Oid) -> bool {
    assert_main();
    // SAFETY: a system cache look-up; a missing role answers false.
    unsafe { pg_sys::has_bypassrls_privilege(user) }
}

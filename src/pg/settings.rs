//! Settings of the server that hold while a function runs.

use std::ffi::{CStr, CString, c_char, c_void};

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use pgrx::pg_sys;

use super::assert_main;

/// Runs `f` with other values of settings that any user may set, and puts back what was there; an `ERROR` leaves that to the abort of
/// its (sub)transaction. A setting of a library that is not loaded yet takes effect when it is.
pub fn with_settings<R>(settings: &[(&CStr, &CStr)], f: impl FnOnce() -> R) -> R {
    assert_main();
    // SAFETY: opens a nest level that Drop, or an abort, ends.
    let _level = Level(unsafe { pg_sys::NewGUCNestLevel() });
    for (name, value) in settings {
        // SAFETY: two NUL-terminated strings, which the server copies.
        unsafe {
            pg_sys::set_config_option(
                name.as_ptr(),
                value.as_ptr(),
                pg_sys::GucContext::PGC_USERSET,
                pg_sys::GucSource::PGC_S_SESSION,
                pg_sys::GucAction::GUC_ACTION_SAVE,
                true,
                0,
                false,
            );
        }
    }
    f()
}

struct Level(i32);

impl Drop for Level {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: ends the nest level that was opened, and those opened since are closed.
            unsafe { pg_sys::AtEOXact_GUC(false, self.0) };
        }
    }
}

/// What values are written as, so that the same value is the same text in every session and nothing is lost: the shortest digits that
/// read back as the same number, times in UTC.
const PLAIN: [(&CStr, &CStr); 5] = [
    (c"extra_float_digits", c"1"),
    (c"TimeZone", c"UTC"),
    (c"DateStyle", c"ISO, MDY"),
    (c"IntervalStyle", c"postgres"),
    (c"bytea_output", c"hex"),
];

/// Runs `f` while values are written and read plainly, whatever the session has set.
pub fn with_plain_values<R>(f: impl FnOnce() -> R) -> R {
    with_settings(&PLAIN, f)
}

/// Values that a setting of text may have.
pub trait Checked {
    fn is_valid(value: &str) -> bool;
}

/// Defines a setting of text; the server refuses other values than those of `C`, wherever they come from.
pub fn define_checked<C: Checked>(
    name: &'static CStr,
    short: &'static CStr,
    long: &'static CStr,
    setting: &'static GucSetting<Option<CString>>,
    context: GucContext,
) {
    // SAFETY: the hook reads the new value only, and raises nothing.
    unsafe {
        GucRegistry::define_string_guc_with_hooks(
            name,
            short,
            long,
            setting,
            context,
            GucFlags::empty(),
            Some(is_valid::<C>),
            None,
            None,
        );
    }
}

unsafe extern "C-unwind" fn is_valid<C: Checked>(
    value: *mut *mut c_char,
    _extra: *mut *mut c_void,
    _source: pg_sys::GucSource::Type,
) -> bool {
    // SAFETY: the server passes the address of the new value, a NUL-terminated string or null.
    let value = unsafe { (*value).as_ref().map(|start| CStr::from_ptr(start)) };
    value.is_none_or(|value| value.to_str().is_ok_and(C::is_valid))
}

//! Settings of the server for the length of a call.

use super::assert_main;
use pgrx::pg_sys;
use std::ffi::CStr;

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
    assert_main();
    // SAFETY: settings of a nest level that Drop, or an abort, ends; names and values are NUL-terminated.
    let _level = unsafe {
        let level = pg_sys::NewGUCNestLevel();
        for (name, value) in PLAIN {
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
        Level(level)
    };
    f()
}

struct Level(i32);

impl Drop for Level {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // SAFETY: ends the nest level it stands for.
        unsafe { pg_sys::AtEOXact_GUC(false, self.0) };
    }
}

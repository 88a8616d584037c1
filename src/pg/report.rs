//! The place of an error in a text that is not the statement itself, as the server tells it to clients.

use super::assert_main;
use pgrx::pg_sys;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::ffi::{CString, c_char, c_int, c_void};

thread_local! {
    static POSITION: Cell<c_int> = const { Cell::new(0) };
    static TEXT: RefCell<CString> = RefCell::default();
    static CALLBACK: UnsafeCell<pg_sys::ErrorContextCallback> =
        const { UnsafeCell::new(pg_sys::ErrorContextCallback { previous: std::ptr::null_mut(), callback: None, arg: std::ptr::null_mut() }) };
}

unsafe extern "C-unwind" {
    // Of the server; pgrx leaves out what belongs inside of its own reports.
    fn internalerrposition(cursorpos: c_int) -> c_int;
    fn internalerrquery(query: *const c_char) -> c_int;
}

/// The ERROR that is raised next is at this place of a text, in characters from 1: the fields "internal position" and "internal query" of
/// the protocol, of which drivers take none without the other. To be called right before it is raised.
pub fn note_position(position: usize, text: &str) {
    assert_main();
    TEXT.set(CString::new(text).unwrap_or_default());
    POSITION.set(c_int::try_from(position).unwrap_or(c_int::MAX));
    CALLBACK.with(|callback| {
        let callback = callback.get();
        // SAFETY: one thread. The server's list of callbacks is linked by pointers, and this one lives as long as the process. It is
        // never linked twice: `tell` takes it off, and whoever catches the error resets the list to what it was.
        unsafe {
            if pg_sys::error_context_stack != callback {
                *callback = pg_sys::ErrorContextCallback {
                    previous: pg_sys::error_context_stack,
                    callback: Some(tell),
                    arg: std::ptr::null_mut(),
                };
                pg_sys::error_context_stack = callback;
            }
        }
    });
}

/// Called by the server while it puts the report together.
unsafe extern "C-unwind" fn tell(_: *mut c_void) {
    CALLBACK.with(|callback| {
        let callback = callback.get();
        // SAFETY: as above; the server calls this between errstart and errfinish, where the position may be set.
        unsafe {
            if pg_sys::error_context_stack == callback {
                pg_sys::error_context_stack = (*callback).previous;
            }
            internalerrposition(POSITION.get());
            // The server keeps a copy.
            TEXT.with_borrow(|text| internalerrquery(text.as_ptr()));
        }
    });
}

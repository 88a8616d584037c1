//! Rows of inner statements.

use std::ffi::{CStr, c_char};
use std::marker::PhantomData;

use pgrx::pg_sys;

use super::super::vector::{self, Vector};
use super::arg::from_server_time;
use crate::error::{Error, raise};

/// One row, valid inside the callback that gets it. Columns are counted from 1. Every accessor answers `None` for NULL
/// and raises XX000 when the column has another type. Memory that the server allocates for a value, and that the
/// callback has it allocate, is freed after the row.
pub struct Row<'r> {
    values: &'r [pg_sys::Datum],
    nulls: &'r [bool],
    types: &'r [pg_sys::Oid],
    scope: PhantomData<*mut ()>,
}

impl<'r> Row<'r> {
    /// `text`, `varchar` or `name`.
    pub fn text(&self, column: usize) -> Option<&'r str> {
        if self.type_of(column) == pg_sys::NAMEOID {
            let datum = self.raw(column)?;
            // SAFETY: a name is a NUL-terminated string of at most 63 bytes.
            let name = unsafe { CStr::from_ptr(datum.cast_mut_ptr::<c_char>()) };
            return Some(utf8(name.to_bytes()));
        }
        let datum = self.of_type(column, &[pg_sys::TEXTOID, pg_sys::VARCHAROID])?;
        // SAFETY: the column is of a text type, and the value lives as long as the row.
        Some(utf8(unsafe { varlena_bytes(datum) }))
    }

    /// `uuid`
    pub fn uuid(&self, column: usize) -> Option<[u8; 16]> {
        let datum = self.of_type(column, &[pg_sys::UUIDOID])?;
        // SAFETY: a uuid is 16 bytes without alignment.
        Some(unsafe { datum.cast_mut_ptr::<[u8; 16]>().read() })
    }

    /// `bigint`
    pub fn int8(&self, column: usize) -> Option<i64> {
        self.of_type(column, &[pg_sys::INT8OID]).map(|datum| datum.value() as i64)
    }

    /// `integer`
    pub fn int4(&self, column: usize) -> Option<i32> {
        self.of_type(column, &[pg_sys::INT4OID]).map(|datum| datum.value() as i32)
    }

    /// `real`
    pub fn float4(&self, column: usize) -> Option<f32> {
        self.of_type(column, &[pg_sys::FLOAT4OID]).map(|datum| f32::from_bits(datum.value() as u32))
    }

    /// `double precision`
    pub fn float8(&self, column: usize) -> Option<f64> {
        self.of_type(column, &[pg_sys::FLOAT8OID]).map(|datum| f64::from_bits(datum.value() as u64))
    }

    /// `boolean`
    pub fn bool(&self, column: usize) -> Option<bool> {
        self.of_type(column, &[pg_sys::BOOLOID]).map(|datum| datum.value() as u8 != 0)
    }

    /// `timestamptz`, microseconds since the Unix epoch; `i64::MIN` and `i64::MAX` are the infinities.
    pub fn timestamptz(&self, column: usize) -> Option<i64> {
        self.of_type(column, &[pg_sys::TIMESTAMPTZOID]).map(|datum| from_server_time(datum.value() as i64))
    }

    /// `xid8`
    pub fn xid8(&self, column: usize) -> Option<u64> {
        self.of_type(column, &[pg_sys::XID8OID]).map(|datum| datum.value() as u64)
    }

    /// `text[]` or `name[]`; NULL elements are left out.
    pub fn text_array(&self, column: usize) -> Option<Vec<&'r str>> {
        let names = self.type_of(column) == pg_sys::NAMEARRAYOID;
        let datum = self.of_type(column, &[pg_sys::TEXTARRAYOID, pg_sys::NAMEARRAYOID])?;
        let element = if names {
            (pg_sys::NAMEOID, pg_sys::NAMEDATALEN as i32, false, pg_sys::TYPALIGN_CHAR)
        } else {
            (pg_sys::TEXTOID, -1, false, pg_sys::TYPALIGN_INT)
        };
        // SAFETY: the column is an array of this element type; elements live as long as the row.
        let texts = unsafe { elements(datum, element) }.into_iter().map(|datum| unsafe {
            if names {
                utf8(CStr::from_ptr(datum.cast_mut_ptr::<c_char>()).to_bytes())
            } else {
                utf8(varlena_bytes(datum))
            }
        });
        Some(texts.collect())
    }

    /// `bigint[]`; NULL elements are left out.
    pub fn int8_array(&self, column: usize) -> Option<Vec<i64>> {
        let datum = self.of_type(column, &[pg_sys::INT8ARRAYOID])?;
        // SAFETY: the column is an array of this element type.
        let numbers = unsafe { elements(datum, (pg_sys::INT8OID, 8, true, pg_sys::TYPALIGN_DOUBLE)) };
        Some(numbers.into_iter().map(|datum| datum.value() as i64).collect())
    }

    /// `double precision[]`; NULL elements are left out.
    pub fn float8_array(&self, column: usize) -> Option<Vec<f64>> {
        let datum = self.of_type(column, &[pg_sys::FLOAT8ARRAYOID])?;
        // SAFETY: the column is an array of this element type.
        let numbers = unsafe { elements(datum, (pg_sys::FLOAT8OID, 8, true, pg_sys::TYPALIGN_DOUBLE)) };
        Some(numbers.into_iter().map(|datum| f64::from_bits(datum.value() as u64)).collect())
    }

    /// `timestamptz[]`, microseconds since the Unix epoch; NULL elements are left out.
    pub fn timestamptz_array(&self, column: usize) -> Option<Vec<i64>> {
        let datum = self.of_type(column, &[pg_sys::TIMESTAMPTZARRAYOID])?;
        // SAFETY: the column is an array of this element type.
        let times = unsafe { elements(datum, (pg_sys::TIMESTAMPTZOID, 8, true, pg_sys::TYPALIGN_DOUBLE)) };
        Some(times.into_iter().map(|datum| from_server_time(datum.value() as i64)).collect())
    }

    /// `uuid[]`; NULL elements are left out.
    pub fn uuid_array(&self, column: usize) -> Option<Vec<[u8; 16]>> {
        let datum = self.of_type(column, &[pg_sys::UUIDARRAYOID])?;
        // SAFETY: the column is an array of this element type; a uuid is 16 bytes without alignment.
        unsafe {
            let ids = elements(datum, (pg_sys::UUIDOID, 16, false, pg_sys::TYPALIGN_CHAR));
            Some(ids.into_iter().map(|datum| datum.cast_mut_ptr::<[u8; 16]>().read()).collect())
        }
    }

    /// `bytea`
    pub fn bytes(&self, column: usize) -> Option<&'r [u8]> {
        let datum = self.of_type(column, &[pg_sys::BYTEAOID])?;
        // SAFETY: the column is of a varlena type, and the value lives as long as the row.
        Some(unsafe { varlena_bytes(datum) })
    }

    /// `vector`, in place.
    pub fn vector(&self, column: usize) -> Option<&'r [f32]> {
        let datum = self.of_type(column, &[vector::type_oid()])?;
        // SAFETY: the column is of type vector, and the value lives as long as the row.
        Some(unsafe { Vector::<'r>::from_raw(datum) }.as_slice())
    }

    /// Any type, as the server holds it; a by-reference datum is valid inside the callback only.
    pub fn raw(&self, column: usize) -> Option<pg_sys::Datum> {
        self.check(column);
        (!self.nulls[column - 1]).then_some(self.values[column - 1])
    }

    fn type_of(&self, column: usize) -> pg_sys::Oid {
        self.check(column);
        self.types[column - 1]
    }

    fn of_type(&self, column: usize, expected: &[pg_sys::Oid]) -> Option<pg_sys::Datum> {
        let found = self.type_of(column);
        if !expected.contains(&found) {
            let expected = expected[0];
            raise(Error::internal(format!("column {column} has type {found}, not {expected}")));
        }
        self.raw(column)
    }

    fn check(&self, column: usize) {
        if column == 0 || column > self.values.len() {
            raise(Error::internal(format!("column {column} of {} does not exist", self.values.len())));
        }
    }
}

/// Calls `f` with each of the first `count` rows of `table`, in a memory context that is emptied after each.
///
/// # Safety
/// `table` is a result of the open connection with at least `count` rows.
pub(super) unsafe fn each(table: *mut pg_sys::SPITupleTable, count: u64, f: &mut dyn FnMut(&Row<'_>)) {
    // SAFETY: by contract. An ERROR in `f` unwinds past the context, which the abort deletes with its parent.
    unsafe {
        let descriptor = (*table).tupdesc;
        let columns = usize::try_from((*descriptor).natts).unwrap_or(0);
        let types: Vec<_> = (1..=columns).map(|n| pg_sys::SPI_gettypeid(descriptor, n as i32)).collect();
        let mut values = vec![pg_sys::Datum::null(); columns];
        let mut nulls = vec![true; columns];
        let tuples = std::slice::from_raw_parts((*table).vals, count as usize);
        let per_row = RowContext::new();
        for &tuple in tuples {
            pg_sys::heap_deform_tuple(tuple, descriptor, values.as_mut_ptr(), nulls.as_mut_ptr());
            per_row.run(|| f(&Row { values: &values, nulls: &nulls, types: &types, scope: PhantomData }));
        }
    }
}

/// A memory context for what one row allocates.
struct RowContext {
    context: pg_sys::MemoryContext,
    outer: pg_sys::MemoryContext,
}

impl RowContext {
    fn new() -> RowContext {
        // SAFETY: a child of the connection's context, deleted by Drop or with its parent.
        unsafe {
            let outer = pg_sys::CurrentMemoryContext;
            let context = pg_sys::AllocSetContextCreateInternal(
                outer,
                c"engram row".as_ptr(),
                pg_sys::ALLOCSET_DEFAULT_MINSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_INITSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_MAXSIZE as usize,
            );
            RowContext { context, outer }
        }
    }

    fn run(&self, f: impl FnOnce()) {
        // SAFETY: both contexts live; after `f` nothing refers to the memory of the inner one.
        unsafe {
            pg_sys::MemoryContextSwitchTo(self.context);
            f();
            pg_sys::MemoryContextSwitchTo(self.outer);
            pg_sys::MemoryContextReset(self.context);
        }
    }
}

impl Drop for RowContext {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // SAFETY: made by `new`, and not the current context.
        unsafe { pg_sys::MemoryContextDelete(self.context) };
    }
}

/// The bytes of a varlena, detoasted where needed.
///
/// # Safety
/// `datum` is a non-null varlena that lives for `'r`.
unsafe fn varlena_bytes<'r>(datum: pg_sys::Datum) -> &'r [u8] {
    // SAFETY: by contract; a copy is in the row's memory context, which outlives the row.
    unsafe {
        let varlena = pg_sys::pg_detoast_datum_packed(datum.cast_mut_ptr());
        let start = pgrx::varlena::vardata_any(varlena).cast::<u8>();
        std::slice::from_raw_parts(start, pgrx::varlena::varsize_any_exhdr(varlena))
    }
}

/// The non-null elements of an array.
///
/// # Safety
/// `datum` is a non-null array of the element type whose properties are given.
unsafe fn elements(
    datum: pg_sys::Datum,
    (element, length, by_value, align): (pg_sys::Oid, i32, bool, u8),
) -> Vec<pg_sys::Datum> {
    let (mut values, mut nulls, mut count) = (std::ptr::null_mut(), std::ptr::null_mut(), 0);
    // SAFETY: by contract; the server allocates both arrays with `count` entries.
    unsafe {
        let array = pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        pg_sys::deconstruct_array(
            array,
            element,
            length,
            by_value,
            align as c_char,
            &raw mut values,
            &raw mut nulls,
            &raw mut count,
        );
        (0..count as usize).filter(|&i| !*nulls.add(i)).map(|i| *values.add(i)).collect()
    }
}

/// Text of the database as UTF-8: in place when that is its encoding, else converted in the row's memory.
fn utf8<'r>(bytes: &'r [u8]) -> &'r str {
    let start = bytes.as_ptr().cast::<c_char>();
    // SAFETY: reads the bytes given; the result is the argument itself or a NUL-terminated copy that lives as the row.
    let bytes: &'r [u8] = unsafe {
        let converted = pg_sys::pg_server_to_any(start, bytes.len() as i32, pg_sys::pg_enc::PG_UTF8 as i32);
        if std::ptr::eq(converted, start) { bytes } else { CStr::from_ptr(converted).to_bytes() }
    };
    // A database in SQL_ASCII may hold anything.
    std::str::from_utf8(bytes).unwrap_or_else(|_| {
        let error = Error::not_supported("text in this database is not valid UTF-8");
        raise(error.with_hint("Use a database with the encoding UTF8."))
    })
}

//! Arguments of inner statements.

use std::ffi::{CStr, CString, c_char};

use pgrx::pg_sys;

use super::super::{POSTGRES_EPOCH_MICROS, vector};
use crate::error::{Error, raise};

/// One argument. By-reference values are copied into the server's memory for the length of the call.
#[derive(Clone, Copy)]
pub enum Arg<'a> {
    /// `text`
    Text(&'a str),
    /// `uuid`
    Uuid([u8; 16]),
    /// `boolean`
    Bool(bool),
    /// `integer`
    Int4(i32),
    /// `bigint`
    Int8(i64),
    /// `real`
    Float4(f32),
    /// `double precision`
    Float8(f64),
    /// `timestamptz`, microseconds since the Unix epoch.
    Timestamptz(i64),
    /// `jsonb` from its text. Raises 22P02 when the text is not JSON.
    Jsonb(&'a str),
    /// `text[]`
    TextArray(&'a [String]),
    /// `uuid[]`
    UuidArray(&'a [[u8; 16]]),
    /// `bigint[]`
    Int8Array(&'a [i64]),
    /// `timestamptz[]`, microseconds since the Unix epoch.
    TimestamptzArray(&'a [i64]),
    /// `bytea`
    Bytes(&'a [u8]),
    /// `boolean[]`
    BoolArray(&'a [bool]),
    /// `real[]`
    Float4Array(&'a [f32]),
    /// `vector`
    Vector(&'a [f32]),
    /// `xid8`
    Xid8(u64),
    /// `xid8[]`
    Xid8Array(&'a [u64]),
    /// `oid`
    Oid(pg_sys::Oid),
    /// NULL of a type.
    Null(pg_sys::Oid),
    /// A datum from the server with its type, passed on as it is. It comes from an argument or a row that lives for
    /// the length of the call.
    Datum(pg_sys::Datum, pg_sys::Oid),
}

impl<'a> Arg<'a> {
    /// `text` or NULL.
    pub fn text_or_null(value: Option<&'a str>) -> Self {
        value.map_or(Arg::Null(pg_sys::TEXTOID), Arg::Text)
    }

    /// `real` or NULL.
    pub fn float4_or_null(value: Option<f32>) -> Self {
        value.map_or(Arg::Null(pg_sys::FLOAT4OID), Arg::Float4)
    }

    /// `integer` or NULL.
    pub fn int4_or_null(value: Option<i32>) -> Self {
        value.map_or(Arg::Null(pg_sys::INT4OID), Arg::Int4)
    }

    /// `boolean` or NULL.
    pub fn bool_or_null(value: Option<bool>) -> Self {
        value.map_or(Arg::Null(pg_sys::BOOLOID), Arg::Bool)
    }

    /// `bigint` or NULL.
    pub fn int8_or_null(value: Option<i64>) -> Self {
        value.map_or(Arg::Null(pg_sys::INT8OID), Arg::Int8)
    }

    /// `timestamptz` or NULL, microseconds since the Unix epoch.
    pub fn timestamptz_or_null(value: Option<i64>) -> Self {
        value.map_or(Arg::Null(pg_sys::TIMESTAMPTZOID), Arg::Timestamptz)
    }

    /// `jsonb` from its text, or NULL.
    pub fn jsonb_or_null(value: Option<&'a str>) -> Self {
        value.map_or(Arg::Null(pg_sys::JSONBOID), Arg::Jsonb)
    }

    /// `text[]` or NULL.
    pub fn text_array_or_null(value: Option<&'a [String]>) -> Self {
        value.map_or(Arg::Null(pg_sys::TEXTARRAYOID), Arg::TextArray)
    }

    /// `vector` or NULL.
    pub fn vector_or_null(value: Option<&'a [f32]>) -> Self {
        value.map_or_else(|| Arg::Null(vector::type_oid()), Arg::Vector)
    }

    /// The SQL type of the argument.
    pub(super) fn type_oid(&self) -> pg_sys::Oid {
        match self {
            Arg::Text(_) => pg_sys::TEXTOID,
            Arg::Uuid(_) => pg_sys::UUIDOID,
            Arg::Bool(_) => pg_sys::BOOLOID,
            Arg::Int4(_) => pg_sys::INT4OID,
            Arg::Int8(_) => pg_sys::INT8OID,
            Arg::Float4(_) => pg_sys::FLOAT4OID,
            Arg::Float8(_) => pg_sys::FLOAT8OID,
            Arg::Timestamptz(_) => pg_sys::TIMESTAMPTZOID,
            Arg::Jsonb(_) => pg_sys::JSONBOID,
            Arg::TextArray(_) => pg_sys::TEXTARRAYOID,
            Arg::UuidArray(_) => pg_sys::UUIDARRAYOID,
            Arg::Int8Array(_) => pg_sys::INT8ARRAYOID,
            Arg::TimestamptzArray(_) => pg_sys::TIMESTAMPTZARRAYOID,
            Arg::Bytes(_) => pg_sys::BYTEAOID,
            Arg::BoolArray(_) => pg_sys::BOOLARRAYOID,
            Arg::Float4Array(_) => pg_sys::FLOAT4ARRAYOID,
            Arg::Vector(_) => vector::type_oid(),
            Arg::Xid8(_) => pg_sys::XID8OID,
            Arg::Xid8Array(_) => pg_sys::XID8ARRAYOID,
            Arg::Oid(_) => pg_sys::OIDOID,
            Arg::Null(oid) | Arg::Datum(_, oid) => *oid,
        }
    }

    /// The value in the current memory context of the server; `None` for NULL.
    fn datum(&self) -> Option<pg_sys::Datum> {
        Some(match *self {
            Arg::Text(text) => text_datum(text),
            Arg::Uuid(id) => bytes_datum(&id),
            Arg::Bool(is) => pg_sys::Datum::from(is),
            Arg::Int4(n) => pg_sys::Datum::from(n),
            Arg::Int8(n) => pg_sys::Datum::from(n),
            Arg::Float4(x) => pg_sys::Datum::from(x.to_bits()),
            Arg::Float8(x) => pg_sys::Datum::from(x.to_bits()),
            Arg::Timestamptz(micros) => pg_sys::Datum::from(to_server_time(micros)),
            Arg::Jsonb(text) => jsonb_datum(text),
            Arg::TextArray(texts) => {
                let elements = texts.iter().map(|text| text_datum(text)).collect();
                array_datum(elements, (pg_sys::TEXTOID, -1, false, pg_sys::TYPALIGN_INT))
            }
            Arg::UuidArray(ids) => {
                let elements = ids.iter().map(bytes_datum).collect();
                array_datum(elements, (pg_sys::UUIDOID, 16, false, pg_sys::TYPALIGN_CHAR))
            }
            Arg::Int8Array(numbers) => {
                let elements = numbers.iter().map(|n| pg_sys::Datum::from(*n)).collect();
                array_datum(elements, (pg_sys::INT8OID, 8, true, pg_sys::TYPALIGN_DOUBLE))
            }
            Arg::TimestamptzArray(times) => {
                let elements = times.iter().map(|micros| pg_sys::Datum::from(to_server_time(*micros))).collect();
                array_datum(elements, (pg_sys::TIMESTAMPTZOID, 8, true, pg_sys::TYPALIGN_DOUBLE))
            }
            Arg::Bytes(bytes) => bytea_datum(bytes),
            Arg::BoolArray(flags) => {
                let elements = flags.iter().map(|flag| pg_sys::Datum::from(*flag)).collect();
                array_datum(elements, (pg_sys::BOOLOID, 1, true, pg_sys::TYPALIGN_CHAR))
            }
            Arg::Float4Array(numbers) => {
                let elements = numbers.iter().map(|x| pg_sys::Datum::from(x.to_bits())).collect();
                array_datum(elements, (pg_sys::FLOAT4OID, 4, true, pg_sys::TYPALIGN_INT))
            }
            Arg::Vector(elements) => vector::datum(elements),
            Arg::Xid8(id) => pg_sys::Datum::from(id),
            Arg::Xid8Array(ids) => {
                let elements = ids.iter().map(|id| pg_sys::Datum::from(*id)).collect();
                array_datum(elements, (pg_sys::XID8OID, 8, true, pg_sys::TYPALIGN_DOUBLE))
            }
            Arg::Oid(oid) => pg_sys::Datum::from(oid),
            Arg::Null(_) => return None,
            Arg::Datum(datum, _) => datum,
        })
    }
}

/// Arguments in the two parallel arrays that SPI takes.
pub(super) struct Values {
    values: Vec<pg_sys::Datum>,
    nulls: Vec<c_char>,
}

impl Values {
    /// Copies `args` into the current memory context of the server.
    pub(super) fn of(args: &[Arg<'_>]) -> Values {
        let datums = args.iter().map(Arg::datum);
        let (values, nulls) = datums
            .map(|datum| match datum {
                Some(datum) => (datum, b' ' as c_char),
                None => (pg_sys::Datum::null(), b'n' as c_char),
            })
            .unzip();
        Values { values, nulls }
    }

    pub(super) fn values(&mut self) -> *mut pg_sys::Datum {
        self.values.as_mut_ptr()
    }

    pub(super) fn nulls(&self) -> *const c_char {
        self.nulls.as_ptr()
    }
}

/// Server microseconds (since 2000-01-01) from Unix ones; the infinities stay what they are.
pub(super) fn to_server_time(micros: i64) -> i64 {
    match micros {
        i64::MIN | i64::MAX => micros,
        _ => micros.saturating_sub(POSTGRES_EPOCH_MICROS),
    }
}

/// Unix microseconds from server ones.
pub(super) fn from_server_time(micros: i64) -> i64 {
    match micros {
        i64::MIN | i64::MAX => micros,
        _ => micros.saturating_add(POSTGRES_EPOCH_MICROS),
    }
}

fn text_datum(text: &str) -> pg_sys::Datum {
    let (start, length) = server_text(text);
    // SAFETY: reads `length` bytes at `start`.
    pg_sys::Datum::from(unsafe { pg_sys::cstring_to_text_with_len(start, length) })
}

fn bytea_datum(bytes: &[u8]) -> pg_sys::Datum {
    // A bytea is laid out as a text; what it holds is not converted.
    // SAFETY: reads `len` bytes at the start of the slice.
    pg_sys::Datum::from(unsafe { pg_sys::cstring_to_text_with_len(bytes.as_ptr().cast(), bytes.len() as i32) })
}

fn bytes_datum(bytes: &[u8; 16]) -> pg_sys::Datum {
    // SAFETY: copies 16 bytes into an allocation of 16 bytes.
    unsafe {
        let target = pg_sys::palloc(bytes.len()).cast::<u8>();
        target.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        pg_sys::Datum::from(target)
    }
}

fn jsonb_datum(text: &str) -> pg_sys::Datum {
    let Ok(terminated) = CString::new(text) else { raise(Error::invalid_parameter("jsonb contains a zero byte")) };
    // SAFETY: jsonb_in takes one NUL-terminated string; the conversion returns its argument or such a copy.
    unsafe {
        let encoding = pg_sys::pg_enc::PG_UTF8 as i32;
        let start = pg_sys::pg_any_to_server(terminated.as_ptr(), text_length(text), encoding);
        let value = pgrx::direct_function_call_as_datum(pg_sys::jsonb_in, &[Some(pg_sys::Datum::from(start))]);
        value.expect("jsonb_in is strict and was given a value")
    }
}

fn array_datum(
    mut elements: Vec<pg_sys::Datum>,
    (element, length, by_value, align): (pg_sys::Oid, i32, bool, u8),
) -> pg_sys::Datum {
    // SAFETY: as many elements as said, of the type whose properties are given.
    let array = unsafe {
        let count = elements.len() as i32;
        pg_sys::construct_array(elements.as_mut_ptr(), count, element, length, by_value, align as c_char)
    };
    pg_sys::Datum::from(array)
}

/// `text` in the encoding of the database, in place when that is UTF-8 or unchecked.
fn server_text(text: &str) -> (*const c_char, i32) {
    let length = text_length(text);
    let start = text.as_ptr().cast::<c_char>();
    // SAFETY: reads `length` bytes; the result is the argument itself or a NUL-terminated copy in server memory.
    unsafe {
        let converted = pg_sys::pg_any_to_server(start, length, pg_sys::pg_enc::PG_UTF8 as i32);
        if std::ptr::eq(converted, start) {
            (start, length)
        } else {
            (converted.cast_const(), CStr::from_ptr(converted).count_bytes() as i32)
        }
    }
}

fn text_length(text: &str) -> i32 {
    i32::try_from(text.len())
        .unwrap_or_else(|_| raise(Error::program_limit("text", text.len(), i32::MAX as usize, "bytes")))
}

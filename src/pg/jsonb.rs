//! A jsonb argument handed on as it is: parsing it into Rust and back costs time and the precision of large numbers.
//!
//! The value belongs to the memory of the function call it is an argument of and must not outlive that call.

use super::spi::Arg;
use pgrx::callconv::{self, ArgAbi};
use pgrx::nullable::Nullable;
use pgrx::pgrx_sql_entity_graph::metadata::{
    ArgumentError, ReturnsError, ReturnsRef, SqlMappingRef, SqlTranslatable, TypeOrigin,
};
use pgrx::{FromDatum, IntoDatum, JsonB, pg_sys};

/// A value of the type jsonb, unparsed.
#[derive(Clone, Copy)]
pub struct Jsonb(pg_sys::Datum);

impl Jsonb {
    /// The value, or NULL, as an argument of an inner statement.
    pub fn arg(value: Option<Jsonb>) -> Arg<'static> {
        value.map_or(Arg::Null(pg_sys::JSONBOID), |Jsonb(datum)| Arg::Datum(datum, pg_sys::JSONBOID))
    }

    /// The same value, decompressed and in memory, for those who read it more than once.
    pub fn in_memory(self) -> Jsonb {
        // SAFETY: the datum is the jsonb that the server passed for the running call.
        let plain = unsafe { pg_sys::pg_detoast_datum(self.0.cast_mut_ptr()) };
        Jsonb(pg_sys::Datum::from(plain))
    }

    /// Whether the value is a JSON object.
    pub fn is_object(self) -> bool {
        // The first word of a jsonb says what its root is: JB_FOBJECT.
        const OBJECT: u32 = 0x2000_0000;
        // SAFETY: the datum is the jsonb that the server passed for the running call; a jsonb has at least one word.
        let root = unsafe {
            let start = pg_sys::pg_detoast_datum_slice(self.0.cast_mut_ptr(), 0, 4);
            pgrx::varlena::vardata_any(start).cast::<u32>().read_unaligned()
        };
        root & OBJECT != 0
    }

    /// The value as a tree.
    pub fn parse(self) -> serde_json::Value {
        // SAFETY: the datum is the jsonb that the server passed for the running call.
        let parsed = unsafe { JsonB::from_datum(self.0, false) };
        parsed.map_or(serde_json::Value::Null, |JsonB(value)| value)
    }
}

impl FromDatum for Jsonb {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _: pg_sys::Oid) -> Option<Jsonb> {
        (!is_null).then_some(Jsonb(datum))
    }
}

impl IntoDatum for Jsonb {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        Some(self.0)
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::JSONBOID
    }
}

// SAFETY: the type is the server's own jsonb, which needs no object of the extension.
unsafe impl SqlTranslatable for Jsonb {
    const TYPE_IDENT: &'static str = pgrx::pgrx_resolved_type!(Jsonb);
    const TYPE_ORIGIN: TypeOrigin = TypeOrigin::External;
    const ARGUMENT_SQL: Result<SqlMappingRef, ArgumentError> = Ok(SqlMappingRef::literal("jsonb"));
    const RETURN_SQL: Result<ReturnsRef, ReturnsError> = Ok(ReturnsRef::One(SqlMappingRef::literal("jsonb")));
}

// SAFETY: the datum is copied, never read, so any non-null jsonb is a valid Jsonb.
unsafe impl<'fcx> ArgAbi<'fcx> for Jsonb {
    unsafe fn unbox_arg_unchecked(arg: callconv::Arg<'_, 'fcx>) -> Jsonb {
        let index = arg.index();
        // SAFETY: the caller promises that the argument is a jsonb.
        unsafe { arg.unbox_arg_using_from_datum() }.unwrap_or_else(|| panic!("argument {index} must not be null"))
    }

    unsafe fn unbox_nullable_arg(arg: callconv::Arg<'_, 'fcx>) -> Nullable<Jsonb> {
        // SAFETY: as above.
        unsafe { arg.unbox_arg_using_from_datum() }.into()
    }
}

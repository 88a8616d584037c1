//! pgvector's type `vector`, read in place.
//!
//! Its bytes are a length word, `i16` dimensions, two unused bytes, and the dimensions as `f32`. The same in every
//! pgvector release since 0.1.

use std::marker::PhantomData;
use std::ptr::NonNull;

use pgrx::callconv::{Arg, ArgAbi, BoxRet, FcInfo};
use pgrx::nullable::Nullable;
use pgrx::prelude::*;

use super::catalog;
use crate::error::{Error, raise};

/// The most dimensions that pgvector stores.
pub const MAX_DIMENSIONS: usize = 16_000;

const HEADER: usize = size_of::<Header>();

#[repr(C)]
struct Header {
    length: u32,
    dimensions: i16,
    unused: i16,
}

/// A vector in server memory, valid for `'a`.
#[derive(Clone, Copy)]
pub struct Vector<'a> {
    header: NonNull<Header>,
    scope: PhantomData<&'a [f32]>,
}

impl<'a> Vector<'a> {
    /// The elements, in place.
    pub fn as_slice(&self) -> &'a [f32] {
        // SAFETY: `from_raw` has checked that the length word covers the dimensions, and the datum is aligned to four
        // bytes and lives for 'a.
        unsafe {
            let elements = self.header.as_ptr().cast::<u8>().add(HEADER).cast::<f32>();
            std::slice::from_raw_parts(elements, self.dimensions())
        }
    }

    /// The number of elements.
    pub fn dimensions(&self) -> usize {
        // SAFETY: as in `as_slice`.
        usize::try_from(unsafe { self.header.as_ref() }.dimensions).unwrap_or(0)
    }

    /// Reads a datum of type `vector`; copies it only when it is compressed, stored out of line or short.
    ///
    /// # Safety
    /// `datum` is a non-null value of type `vector` that lives for `'a`.
    pub(super) unsafe fn from_raw(datum: pg_sys::Datum) -> Vector<'a> {
        // SAFETY: by contract a varlena; after detoasting it has a four-byte header and four-byte alignment.
        let vector = unsafe {
            let varlena = pg_sys::pg_detoast_datum(datum.cast_mut_ptr::<pg_sys::varlena>());
            let header = NonNull::new(varlena.cast::<Header>()).expect("detoasting never returns null");
            let bytes = pgrx::varlena::varsize_4b(varlena);
            let vector = Vector { header, scope: PhantomData };
            (bytes == HEADER + vector.dimensions() * size_of::<f32>()).then_some(vector)
        };
        vector.unwrap_or_else(|| raise(Error::internal("malformed value of type vector")))
    }
}

/// OID of the type `vector`. Raises 55000 when its extension is not installed.
pub fn type_oid() -> pg_sys::Oid {
    catalog::vector_type_oid().unwrap_or_else(|| {
        let error = Error::not_in_prerequisite_state("extension \"vector\" is not installed in this database");
        raise(error.with_hint("Run CREATE EXTENSION vector."))
    })
}

/// A copy of `elements` in the current memory context of the server, as a value of type `vector`. Raises 54000 beyond
/// [`MAX_DIMENSIONS`].
pub(super) fn datum(elements: &[f32]) -> pg_sys::Datum {
    if elements.len() > MAX_DIMENSIONS {
        raise(Error::program_limit("vector", elements.len(), MAX_DIMENSIONS, "dimensions"));
    }
    let bytes = HEADER + size_of_val(elements);
    // SAFETY: the allocation has room for header and elements and is aligned for both; the count fits the i16 and the
    // size the length word, by the limit above.
    unsafe {
        let start = pg_sys::palloc(bytes);
        pgrx::varlena::set_varsize_4b(start.cast(), bytes as i32);
        let header = start.cast::<Header>();
        (*header).dimensions = elements.len() as i16;
        (*header).unused = 0;
        let target = start.cast::<u8>().add(HEADER).cast::<f32>();
        target.copy_from_nonoverlapping(elements.as_ptr(), elements.len());
        pg_sys::Datum::from(start)
    }
}

/// A vector to be handed to the server.
pub struct NewVector(pub Box<[f32]>);

impl IntoDatum for NewVector {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        Some(datum(&self.0))
    }

    fn type_oid() -> pg_sys::Oid {
        type_oid()
    }
}

// SAFETY: returns a datum of the SQL type that is declared as vector below.
unsafe impl BoxRet for NewVector {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        // SAFETY: the datum is a value of type vector in the memory context of the call.
        unsafe { fcinfo.return_raw_datum(datum(&self.0)) }
    }
}

impl_sql_translatable!(NewVector, "vector");

impl FromDatum for Vector<'_> {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _type: pg_sys::Oid) -> Option<Self> {
        // SAFETY: the caller vouches for the type of the datum.
        (!is_null).then(|| unsafe { Vector::from_raw(datum) })
    }
}

// SAFETY: reads an argument whose SQL type is declared as vector below.
unsafe impl<'fcx> ArgAbi<'fcx> for Vector<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        let index = arg.index();
        // SAFETY: the caller vouches for the type of the argument.
        let vector = unsafe { arg.unbox_arg_using_from_datum() };
        vector.unwrap_or_else(|| raise(Error::null_value(&format!("argument {}", index + 1))))
    }

    unsafe fn unbox_nullable_arg(arg: Arg<'_, 'fcx>) -> Nullable<Self> {
        // SAFETY: the caller vouches for the type of the argument.
        unsafe { arg.unbox_arg_using_from_datum().into() }
    }
}

impl_sql_translatable!(Vector<'_>, "vector");

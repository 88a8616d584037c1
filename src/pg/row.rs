//! The row that a row trigger was called for: taken apart once, changed in place, put together once.
//!
//! A `Row` borrows the trigger call and must not outlive it; values read from it live in the memory context of that call.
//! Columns are numbered from 1, in the order of the table.

use pgrx::heap_tuple::PgHeapTuple;
use pgrx::{AllocatedByPostgres, FromDatum, IntoDatum, PgTrigger, PgTupleDesc, pg_sys};
use std::marker::PhantomData;

/// One row of a trigger call.
pub struct Row<'a> {
    desc: pg_sys::TupleDesc,
    tuple: pg_sys::HeapTuple,
    values: Vec<pg_sys::Datum>,
    nulls: Vec<bool>,
    replaced: Vec<bool>,
    call: PhantomData<&'a ()>,
}

/// OID of the table the trigger was called for.
pub fn table(trigger: &PgTrigger) -> pg_sys::Oid {
    // SAFETY: the server keeps the relation of a trigger call open during the call.
    unsafe { (*trigger.trigger_data().tg_relation).rd_id }
}

/// Whether the table of the trigger call is `schema`.`name`.
pub fn is_table(trigger: &PgTrigger, schema: &str, name: &str) -> bool {
    // SAFETY: the relation of a trigger call is open and its relcache entry is complete.
    let (namespace, relname) = unsafe {
        let class = (*trigger.trigger_data().tg_relation).rd_rel;
        ((*class).relnamespace, pgrx::name_data_to_str(&(*class).relname))
    };
    if relname != name {
        return false;
    }
    // SAFETY: the function returns null or a copy in the current memory context, which outlives the comparison.
    unsafe {
        let found = pg_sys::get_namespace_name(namespace);
        !found.is_null() && std::ffi::CStr::from_ptr(found).to_bytes() == schema.as_bytes()
    }
}

impl<'a> Row<'a> {
    /// The row about to be written; none for DELETE.
    pub fn written(trigger: &'a PgTrigger<'a>) -> Option<Row<'a>> {
        let data = trigger.trigger_data();
        let event = trigger.event();
        if event.fired_by_insert() {
            Some(Row::take_apart(trigger, data.tg_trigtuple))
        } else if event.fired_by_update() {
            Some(Row::take_apart(trigger, data.tg_newtuple))
        } else {
            None
        }
    }

    /// The row as it was; none for INSERT.
    pub fn former(trigger: &'a PgTrigger<'a>) -> Option<Row<'a>> {
        let event = trigger.event();
        (event.fired_by_update() || event.fired_by_delete())
            .then(|| Row::take_apart(trigger, trigger.trigger_data().tg_trigtuple))
    }

    fn take_apart(trigger: &'a PgTrigger<'a>, tuple: pg_sys::HeapTuple) -> Row<'a> {
        // SAFETY: the relation is open during the call.
        let desc = unsafe { (*trigger.trigger_data().tg_relation).rd_att };
        // SAFETY: rd_att points to the descriptor of the open relation.
        let columns = unsafe { (*desc).natts as usize };
        let mut row = Row {
            desc,
            tuple,
            values: vec![pg_sys::Datum::from(0); columns],
            nulls: vec![true; columns],
            replaced: vec![false; columns],
            call: PhantomData,
        };
        // SAFETY: the tuple is that of the call, described by `desc`; both arrays have one entry for each column.
        unsafe { pg_sys::heap_deform_tuple(tuple, desc, row.values.as_mut_ptr(), row.nulls.as_mut_ptr()) };
        row
    }

    /// Whether the column is there and true: the catalog of a former version may not have it.
    pub fn is_true(&self, column: usize) -> bool {
        column <= self.values.len() && self.get(column) == Some(true)
    }

    /// Whether the column is null.
    pub fn is_null(&self, column: usize) -> bool {
        self.nulls[column - 1]
    }

    /// The value of the column; none where it is null. `T` must be the Rust type of the column.
    pub fn get<T: FromDatum>(&self, column: usize) -> Option<T> {
        let (value, null) = (self.values[column - 1], self.nulls[column - 1]);
        // SAFETY: the datum belongs to the tuple of the call, or was set by `set` with a type of the caller's choice.
        unsafe { T::from_datum(value, null) }
    }

    /// Gives the column a value; none is null. `T` must be the Rust type of the column.
    pub fn set<T: IntoDatum>(&mut self, column: usize, value: Option<T>) {
        let datum = value.and_then(IntoDatum::into_datum);
        self.nulls[column - 1] = datum.is_none();
        self.values[column - 1] = datum.unwrap_or(pg_sys::Datum::from(0));
        self.replaced[column - 1] = true;
    }

    /// The row as the trigger returns it.
    pub fn finish(mut self) -> PgHeapTuple<'a, AllocatedByPostgres> {
        let tuple = if self.replaced.contains(&true) {
            // SAFETY: the tuple and the arrays are described by `desc`; the new tuple is made in the current memory
            // context, that of the trigger call.
            unsafe {
                pg_sys::heap_modify_tuple(
                    self.tuple,
                    self.desc,
                    self.values.as_mut_ptr(),
                    self.nulls.as_mut_ptr(),
                    self.replaced.as_mut_ptr(),
                )
            }
        } else {
            self.tuple
        };
        // SAFETY: `desc` describes the tuple and stays valid during the trigger call, which 'a stands for.
        unsafe { PgHeapTuple::from_heap_tuple(PgTupleDesc::from_pg_unchecked(self.desc), tuple) }
    }
}

/// A transaction id of 64 bits, as the type `xid8` stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Xid8(pub u64);

impl IntoDatum for Xid8 {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        Some(pg_sys::Datum::from(self.0))
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::XID8OID
    }
}

impl FromDatum for Xid8 {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _type: pg_sys::Oid) -> Option<Self> {
        (!is_null).then(|| Xid8(datum.value() as u64))
    }
}

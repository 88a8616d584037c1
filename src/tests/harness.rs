//! Speaking SQL inside a test. Every statement sees what the ones before it have done.

use pgrx::datum::{DatumWithOid, FromDatum, IntoDatum};
use pgrx::prelude::*;

/// Works in a space of this name from here on, as the setting `engram.space`.
pub fn in_space(name: &str) {
    value::<String>(&format!("SELECT set_config('engram.space', '{name}', true)"));
}

/// Runs a statement for what it does.
pub fn run(sql: &str) {
    Spi::connect_mut(|client| client.update(sql, None, &[]).map(|_| ())).expect(sql);
}

/// The first column of every row; NULLs are left out.
pub fn values<T: FromDatum + IntoDatum>(sql: &str) -> Vec<T> {
    let none: &[DatumWithOid<'_>] = &[];
    Spi::connect_mut(|client| {
        let rows = client.update(sql, None, none).expect(sql);
        rows.filter_map(|row| row.get::<T>(1).expect(sql)).collect()
    })
}

/// The one value that a query returns.
pub fn value<T: FromDatum + IntoDatum>(sql: &str) -> T {
    let mut all = values(sql);
    assert_eq!(all.len(), 1, "not one value: {sql}");
    all.remove(0)
}

/// The one value of a query that only reads: unlike the others, this takes no transaction id.
pub fn read<T: FromDatum + IntoDatum>(sql: &str) -> T {
    let value = Spi::connect(|client| client.select(sql, Some(1), &[]).and_then(|rows| rows.first().get_one::<T>()));
    value.expect(sql).expect(sql)
}

/// The contents that a recall with these arguments returns, in its order.
pub fn recalled(arguments: &str) -> Vec<String> {
    values(&format!("SELECT content FROM engram_recall({arguments})"))
}

/// An id that sorts and reads easily.
pub fn id(n: u32) -> String {
    format!("'00000000-0000-7000-8000-{n:012}'::uuid")
}

/// Remembers `content` under [`id`] `n`; `more` are further arguments, each with a comma in front.
pub fn remember(n: u32, content: &str, more: &str) {
    run(&format!("SELECT engram_remember('{content}', id => {}{more})", id(n)));
}

/// Runs a statement in a subtransaction: its SQLSTATE, message and hint when it fails, else `done`.
pub fn attempt(sql: &str) -> String {
    run("CREATE OR REPLACE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
         DECLARE message text; hint text;
         BEGIN
             EXECUTE statement;
             RETURN 'done';
         EXCEPTION WHEN others THEN
             GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
             RETURN concat(SQLSTATE, ' ', message, ' / ', hint);
         END $$");
    value(&format!("SELECT pg_temp.attempt($statement${sql}$statement$)"))
}

/// Asserts that the tables and shared memory agree.
pub fn check() {
    let violations: Vec<String> = values("SELECT c::text FROM engram_check() c");
    assert_eq!(violations, Vec::<String>::new());
}

//! What there is to call and to change, from the catalog.

use crate::maker::{Function, Table};
use postgres::Client;

pub fn functions(client: &mut Client) -> Vec<Function> {
    let sql = "SELECT p.oid::regproc::text, coalesce(p.proargnames[1:p.pronargs], array_fill(''::text, ARRAY[p.pronargs::int])),
                      ARRAY(SELECT format_type(t.type, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY t (type, n) ORDER BY n),
                      p.pronargdefaults::int4, p.prorettype = 'trigger'::regtype
               FROM pg_proc p
               JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
               JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'engram'
               WHERE p.prokind = 'f' ORDER BY 1, 3";
    let rows = client.query(sql, &[]).unwrap();
    rows.iter()
        .map(|row| {
            let names: Vec<String> = row.get(1);
            let types: Vec<String> = row.get(2);
            Function {
                name: row.get(0),
                arguments: names.into_iter().zip(types).collect(),
                optional: row.get::<_, i32>(3) as usize,
                is_trigger: row.get(4),
            }
        })
        .collect()
}

pub fn tables(client: &mut Client) -> Vec<Table> {
    let sql = "SELECT c.oid::regclass::text, array_agg(a.attname::text ORDER BY a.attnum),
                      array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum)
               FROM pg_class c
               JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
               JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'engram'
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
               WHERE c.relkind = 'r' AND EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = c.oid AND s.attname = 'space')
               GROUP BY c.oid ORDER BY 1";
    let rows = client.query(sql, &[]).unwrap();
    rows.iter()
        .map(|row| {
            let (names, types): (Vec<String>, Vec<String>) = (row.get(1), row.get(2));
            Table { name: row.get(0), columns: names.into_iter().zip(types).collect() }
        })
        .collect()
}

/// Values for the settings that a session may change.
pub fn settings(client: &mut Client) -> Vec<(String, Vec<String>)> {
    let sql = "SELECT name, vartype, coalesce(min_val, ''), coalesce(max_val, ''), boot_val, coalesce(enumvals, '{}')
               FROM pg_settings WHERE name LIKE 'engram.%' AND context IN ('user', 'superuser') AND name NOT LIKE 'engram.crash%'
               ORDER BY name";
    let rows = client.query(sql, &[]).unwrap();
    rows.iter()
        .map(|row| {
            let (name, of): (String, &str) = (row.get(0), row.get(1));
            let mut values =
                vec![row.get::<_, String>(2), row.get(3), row.get::<_, Option<String>>(4).unwrap_or_default()];
            match of {
                "bool" => values = vec!["on".to_owned(), "off".to_owned()],
                "enum" => values = row.get(5),
                "string" => values = vec!["fuzz".to_owned(), "of nobody".to_owned(), String::new(), "x".repeat(100)],
                _ => {}
            }
            (name, values)
        })
        .collect()
}

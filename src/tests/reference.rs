//! The reference pages and the catalog say the same.

#[pgrx::pg_schema]
mod tests {
    use crate::tests::harness::*;
    use pgrx::prelude::*;
    use std::collections::BTreeSet;

    /// Functions of the extension, those that these tests add left out.
    const OURS: &str = "pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname <> 'tests'
        JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
        JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'engram'";

    fn headings<'a>(page: &'a str, prefix: &str) -> BTreeSet<&'a str> {
        let titles = page.lines().filter_map(|line| line.strip_prefix("### "));
        titles.map(str::trim).filter(|title| title.starts_with(prefix)).collect()
    }

    /// Asserts that both name the same, and shows what only one of them has.
    fn agree(documented: &BTreeSet<&str>, existing: &[String]) {
        let existing: BTreeSet<&str> = existing.iter().map(String::as_str).collect();
        assert!(!existing.is_empty());
        let alone: Vec<_> = documented.symmetric_difference(&existing).collect();
        assert!(alone.is_empty(), "on one side only: {alone:#?}");
    }

    #[pg_test]
    fn every_function_is_documented_with_its_arguments() {
        let documented = headings(include_str!("../../docs/reference/sql.md"), "engram_");
        let existing: Vec<String> = values(&format!(
            "SELECT p.proname || '(' || pg_get_function_arguments(p.oid) || ')' FROM {OURS} WHERE p.proname LIKE 'engram\\_%'"
        ));
        agree(&documented, &existing);
    }

    #[pg_test]
    fn every_result_is_documented() {
        let page: String = include_str!("../../docs/reference/sql.md").split_whitespace().collect::<Vec<_>>().join(" ");
        let results: Vec<String> = values(&format!(
            "SELECT concat_ws(' ', '###', p.proname || '(' || pg_get_function_arguments(p.oid) || ')',
                 'Returns `' || replace(replace(replace(pg_get_function_result(p.oid), 'timestamp with time zone', 'timestamptz'),
                     'TABLE(', 'table('), 'SETOF', 'setof')
                     || '`')
             FROM {OURS} WHERE p.proname LIKE 'engram\\_%'"
        ));
        for result in results {
            let short = result.replace("hops integer, via", "hops int, via");
            assert!(
                page.contains(&result) || page.contains(&replace_last(&result, &short)),
                "not documented: {result}"
            );
        }
    }

    /// The heading keeps `integer`; the columns of a result are written with the short name of the type.
    fn replace_last(result: &str, short: &str) -> String {
        let at = result.rfind("Returns `").expect("every line has a result");
        let short_at = short.rfind("Returns `").expect("every line has a result");
        format!("{}{}", &result[..at], &short[short_at..])
    }

    #[pg_test]
    fn every_view_is_documented_with_its_columns() {
        let page: String = include_str!("../../docs/reference/sql.md").split_whitespace().collect::<Vec<_>>().join(" ");
        let views: Vec<String> = values(
            "SELECT '`engram.' || c.relname || '`' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'engram' AND c.relkind = 'v'",
        );
        assert!(views.len() > 4);
        for view in views {
            let entry = page.split(&format!("- {view}:")).nth(1).unwrap_or_else(|| panic!("{view} is not documented"));
            let entry = entry.split("- `engram.").next().unwrap_or_default().split("##").next().unwrap_or_default();
            let columns: Vec<String> = values(&format!(
                "SELECT '`' || attname || '`' FROM pg_attribute WHERE attrelid = {}::regclass AND attnum > 0 ORDER BY attnum",
                view.replace('`', "'")
            ));
            // What stands in parentheses, and what follows the sentence of the columns, explains them.
            let mut depth = 0;
            let plain: String = entry
                .split("Columns:")
                .nth(1)
                .unwrap_or_else(|| panic!("{view} has no columns on the page"))
                .chars()
                .filter(|c| {
                    depth += i32::from(*c == '(') - i32::from(*c == ')');
                    depth == 0
                })
                .collect();
            let listed: Vec<String> = plain
                .split(". ")
                .next()
                .unwrap_or_default()
                .split('`')
                .skip(1)
                .step_by(2)
                .filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
                .map(|word| format!("`{word}`"))
                .collect();
            assert_eq!(listed, columns, "{view}");
        }
    }

    #[pg_test]
    fn every_table_is_documented() {
        let page = include_str!("../../docs/reference/sql.md");
        let tables: Vec<String> = values(
            "SELECT '`engram.' || c.relname || '`' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'engram' AND c.relkind = 'r'",
        );
        assert!(tables.len() > 10);
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `engram.")).collect();
        for table in tables {
            assert!(rows.iter().any(|row| row.contains(&table)), "{table} is not documented");
        }
    }

    // A debug build alone has the settings of crash points.
    #[pg_test]
    fn every_setting_is_documented() {
        let documented = headings(include_str!("../../docs/reference/settings.md"), "engram.");
        let existing: Vec<String> =
            values("SELECT name FROM pg_settings WHERE name LIKE 'engram.%' AND name NOT LIKE 'engram.crash%'");
        agree(&documented, &existing);
    }

    #[pg_test]
    fn every_setting_is_documented_as_it_is() {
        let page = include_str!("../../docs/reference/settings.md");
        let described: Vec<String> = values(
            "SELECT concat('### ', name, E'\n\n', short_desc, E'\n\n| type | default | unit | range | context |\n|---|---|---|---|---|\n| ',
                 concat_ws(' | ', vartype, boot_val, coalesce(unit, '-'), coalesce(min_val || ' to ' || max_val, '-'), context), E' |\n')
             FROM pg_settings WHERE name LIKE 'engram.%' AND name NOT LIKE 'engram.crash%'",
        );
        assert_eq!(described.len(), headings(page, "engram.").len());
        for entry in described {
            assert!(page.contains(&entry), "not in the reference:\n{entry}");
        }
    }

    #[pg_test]
    fn public_may_execute_nothing_of_ours() {
        let open: Vec<String> = values(&format!(
            "SELECT p.oid::regprocedure::text FROM {OURS}
             WHERE p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0)"
        ));
        assert_eq!(open, Vec::<String>::new());
        assert!(value::<i64>(&format!("SELECT count(*) FROM {OURS}")) > 20);
    }

    #[pg_test]
    fn every_function_of_ours_has_a_comment() {
        let bare: Vec<String> = values(&format!(
            "SELECT p.oid::regprocedure::text FROM {OURS} WHERE obj_description(p.oid, 'pg_proc') IS NULL"
        ));
        assert_eq!(bare, Vec::<String>::new());
    }

    #[pg_test]
    fn library_and_catalog_are_of_one_version() {
        assert!(value::<bool>("SELECT library = catalog FROM engram_version()"));
    }
}

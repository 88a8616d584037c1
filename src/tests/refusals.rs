//! Input that is refused: the SQLSTATE, the value in the message, a hint, and nothing changed.

#[pgrx::pg_schema]
mod tests {
    use crate::tests::harness::*;
    use pgrx::prelude::*;

    /// What a statement says must begin with this SQLSTATE, contain this text and end in a hint.
    fn refuses(cases: &[(&str, &str, &str)]) {
        let state =
            "SELECT md5(coalesce((SELECT string_agg(m::text, '' ORDER BY m.space, m.id) FROM engram.memory m), '')
            || coalesce((SELECT string_agg(a::text, '' ORDER BY a.space, a.source) FROM engram.association a), '')
            || (SELECT string_agg(s::text, '' ORDER BY s.space) FROM engram.space s))";
        let before: String = value(state);
        for (sql, sqlstate, text) in cases {
            let said = attempt(sql);
            assert!(said.starts_with(&format!("{sqlstate} ")) && said.contains(text), "{sql}: {said}");
            let hint = said.rsplit(" / ").next().unwrap_or_default();
            assert!(hint.len() > 10 && hint.ends_with('.'), "{sql} has no hint: {said}");
        }
        assert_eq!(before, value::<String>(state));
        check();
    }

    fn given() {
        in_space("refusals");
        remember(1, "the first embedding decides", ", embedding => '[1,0,0]'");
        remember(2, "another", "");
    }

    #[pg_test]
    fn what_cannot_be_remembered_is_refused() {
        given();
        refuses(&[
            ("SELECT engram_remember(NULL)", "22004", "content"),
            ("SELECT engram_remember('')", "22023", "content"),
            ("SELECT engram_remember(E' \\n\\t ')", "22023", "content"),
            ("SELECT engram_remember(repeat('x', 1048577))", "54000", "1048577"),
            ("SELECT engram_remember('x', embedding => '[0,0,0]')", "22023", "zero"),
            ("SELECT engram_remember('x', embedding => '[1,2]')", "22000", "expected 3 dimensions, not 2"),
            ("SELECT engram_remember('x', confidence => 1.5)", "22023", "1.5"),
            ("SELECT engram_remember('x', confidence => 'NaN')", "22023", "NaN"),
            ("SELECT engram_remember('x', space => repeat('s', 65))", "22001", "65"),
            ("SELECT engram_remember('x', kind => repeat('k', 65))", "22001", "65"),
            ("SELECT engram_remember('x', metadata => '[1]')", "22023", "metadata"),
            ("SELECT engram_remember('x', cues => ARRAY[repeat('c', 101)])", "22001", "101"),
            ("SELECT engram_remember_many('[{\"content\": \"x\"}, {\"content\": \"\"}]')", "22023", "memory 2: "),
        ]);
    }

    #[pg_test]
    fn text_with_a_zero_byte_is_refused_by_the_server() {
        given();
        assert!(attempt("SELECT engram_remember(convert_from('\\xff', 'UTF8'))").starts_with("22021 "));
        assert!(attempt("SELECT engram_remember('x', embedding => '[NaN,0,0]')").starts_with("22000 "));
        assert!(attempt("SELECT engram_remember('x', embedding => '[Infinity,0,0]')").starts_with("22000 "));
        check();
    }

    #[pg_test]
    fn what_cannot_be_recalled_by_is_refused() {
        given();
        let unknown = id(9);
        refuses(&[
            ("SELECT engram_recall()", "22004", "cue"),
            ("SELECT engram_recall('   ')", "22004", "cue"),
            ("SELECT engram_recall('x', space => 'nowhere')", "42704", "space \"nowhere\" does not exist"),
            ("SELECT engram_recall('x', k => 0)", "22023", "not 0"),
            ("SELECT engram_recall('x', k => 10001)", "22023", "not 10001"),
            ("SELECT engram_recall('x', hops => -1)", "22023", "not -1"),
            ("SELECT engram_recall('x', hops => 1000)", "22023", "not 1000"),
            ("SELECT engram_recall('x', min_score => 1.5)", "22023", "not 1.5"),
            ("SELECT engram_recall('x', min_score => 'NaN')", "22023", "NaN"),
            ("SELECT engram_recall('x', min_confidence => -0.5)", "22023", "not -0.5"),
            ("SELECT engram_recall('x', max_tokens => 0)", "22023", "not 0"),
            ("SELECT engram_recall('x', filter => '[1]')", "22023", "[1]"),
            ("SELECT engram_recall(embedding => '[1,2]')", "22000", "expected 3 dimensions, not 2"),
            ("SELECT engram_recall(embedding => '[0,0,0]')", "22023", "zero"),
            (&format!("SELECT engram_recall(ids => ARRAY[{unknown}])"), "42704", "000000000009"),
        ]);
    }

    #[pg_test]
    fn what_cannot_be_spread_from_is_refused() {
        given();
        let (known, unknown) = (id(1), id(9));
        refuses(&[
            ("SELECT engram_spread(NULL)", "22004", "sources"),
            ("SELECT engram_spread('{}')", "22004", "sources"),
            (&format!("SELECT engram_spread(ARRAY[{unknown}])"), "42704", "000000000009"),
            (&format!("SELECT engram_spread(ARRAY[{known}], space => 'nowhere')"), "42704", "nowhere"),
            (&format!("SELECT engram_spread(ARRAY[{known}], hops => -1)"), "22023", "not -1"),
            (&format!("SELECT engram_spread(ARRAY[{known}], hops => 1000)"), "22023", "not 1000"),
            (&format!("SELECT engram_spread(ARRAY[{known}], threshold => 0)"), "22023", "not 0"),
            (&format!("SELECT engram_spread(ARRAY[{known}], threshold => 2)"), "22023", "not 2"),
            (&format!("SELECT engram_spread(ARRAY[{known}], threshold => 'NaN')"), "22023", "NaN"),
            (&format!("SELECT engram_spread(ARRAY[{known}], k => 0)"), "22023", "not 0"),
        ]);
    }

    #[pg_test]
    fn what_cannot_be_changed_is_refused() {
        given();
        let (one, two, unknown) = (id(1), id(2), id(9));
        refuses(&[
            (&format!("SELECT engram_forget({unknown})"), "42704", "000000000009"),
            (&format!("SELECT engram_forget({one}, 'destroy')"), "22023", "destroy"),
            (&format!("SELECT engram_forget({one}, space => 'nowhere')"), "42704", "nowhere"),
            ("SELECT engram_forget_where()", "22023", "every memory"),
            (&format!("SELECT engram_update({unknown}, 'x')"), "42704", "000000000009"),
            (&format!("SELECT engram_update({one}, 'x', mode => 'guess')"), "22023", "guess"),
            (&format!("SELECT engram_associate({one}, {one})"), "22023", "000000000001"),
            (&format!("SELECT engram_associate({one}, {unknown})"), "42704", "000000000009"),
            (&format!("SELECT engram_associate({one}, {two}, 'magic')"), "22023", "magic"),
            (&format!("SELECT engram_associate({one}, {two}, weight => 0)"), "22023", "0"),
            (&format!("SELECT engram_associate({one}, {two}, weight => 1.5)"), "22023", "1.5"),
            (&format!("SELECT engram_dissociate({one}, {two}, 'magic')"), "22023", "magic"),
            ("SELECT engram_drop_space('nowhere')", "42704", "nowhere"),
            ("SELECT engram_configure_space('nowhere')", "42704", "nowhere"),
            ("SELECT engram_create_space('refusals')", "42710", "refusals"),
            ("SELECT engram_create_space('other', dimensions => 0)", "22023", "0"),
            ("SELECT engram_create_space('other', language => 'klingon')", "22023", "klingon"),
        ]);
    }

    #[pg_test]
    fn spaces_are_not_made_where_that_is_switched_off() {
        given();
        run("SET LOCAL engram.create_spaces = off");
        refuses(&[("SELECT engram_remember('x', space => 'not_made')", "42704", "not_made")]);
    }
}

//! The same text again, inside one transaction.

#[pgrx::pg_schema]
mod tests {
    use crate::tests::harness::*;
    use pgrx::prelude::*;

    #[pg_test]
    fn a_nested_rollback_takes_only_its_own_duplicates() {
        in_space("duplicates_nested");
        run("DO $$
             DECLARE one uuid; two uuid; three uuid;
             BEGIN
                 one := engram_remember('rope one');
                 BEGIN
                     two := engram_remember('rope two');
                     ASSERT engram_remember('Rope  one') = one;
                     BEGIN
                         three := engram_remember('rope three');
                         ASSERT engram_remember('Rope two') = two;
                         -- Entered in the region early.
                         ASSERT (SELECT count(*) FROM engram_recall('rope')) = 3;
                         RAISE SQLSTATE 'U0001';
                     EXCEPTION WHEN SQLSTATE 'U0001' THEN
                         ASSERT engram_remember('rope three') <> three;
                     END;
                     ASSERT engram_remember('rope two') = two;
                     RAISE SQLSTATE 'U0002';
                 EXCEPTION WHEN SQLSTATE 'U0002' THEN
                     ASSERT engram_remember('rope two') <> two;
                 END;
                 ASSERT engram_remember('ROPE ONE') = one;
             END $$");
        assert_eq!(value::<i64>("SELECT count(*) FROM engram.memory WHERE space = 'duplicates_nested'"), 2);
        check();
    }

    #[pg_test]
    fn a_duplicate_that_was_deleted_or_changed_in_the_transaction_is_none() {
        in_space("duplicates_changed");
        remember(1, "a hulk", "");
        run(&format!("SELECT engram_forget({}, 'delete')", id(1)));
        assert!(value::<bool>(&format!("SELECT engram_remember('A hulk') <> {}", id(1))));
        remember(2, "a wreck", "");
        run(&format!("SELECT engram_update({}, 'a wreck no more')", id(2)));
        assert!(value::<bool>(&format!("SELECT engram_remember('A wreck') <> {}", id(2))));
        assert!(value::<bool>(&format!("SELECT engram_remember('A wreck no  more') = {}", id(2))));
        check();
    }

    #[pg_test]
    fn more_than_are_queued_are_still_recognised() {
        in_space("duplicates_many");
        let all = "SELECT jsonb_agg(jsonb_build_object('content', 'crate ' || n)) FROM generate_series(1, 11000) n";
        assert_eq!(value::<i64>(&format!("SELECT count(*) FROM engram_remember_many(({all}))")), 11_000);
        run("SELECT engram_remember('CRATE 10999')");
        run("SELECT engram_remember('CRATE 5')");
        run("SELECT engram_remember('crate 11001')");
        run("SELECT engram_remember('Crate 11001')");
        assert_eq!(value::<i64>("SELECT count(*) FROM engram.memory WHERE space = 'duplicates_many'"), 11_001);
    }

    #[pg_test]
    fn the_function_of_version_0_1_0_stores_what_it_is_given() {
        in_space("duplicates_old");
        run("CREATE FUNCTION pg_temp.remember_0_1_0(content text, embedding vector, space text, context text, cues text[], kind text,
                 confidence real, occurred_at timestamptz, source text, metadata jsonb, id uuid) RETURNS uuid
             LANGUAGE c AS '$libdir/engram', 'engram_remember_wrapper'");
        let old = "SELECT pg_temp.remember_0_1_0('an old hand', NULL, NULL, NULL, NULL, 'episode', 0.7, NULL, NULL, '{}', NULL)";
        run(old);
        run(old);
        assert_eq!(value::<i64>("SELECT count(*) FROM engram.memory WHERE space = 'duplicates_old'"), 2);
    }
}

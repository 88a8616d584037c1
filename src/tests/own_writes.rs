//! What a transaction has done itself, before anybody else can see it.

#[pgrx::pg_schema]
mod tests {
    use crate::tests::harness::*;
    use pgrx::prelude::*;
    use std::time::{Duration, Instant};

    #[pg_test]
    fn a_memory_is_recallable_before_commit() {
        in_space("own");
        remember(1, "the anchor drags", "");
        assert_eq!(recalled("'anchor'"), ["the anchor drags"]);
        run("INSERT INTO engram.memory (space, content) VALUES ('own', 'the anchor holds')");
        let mut both = recalled("'anchor'");
        both.sort();
        assert_eq!(both, ["the anchor drags", "the anchor holds"]);
        check();
    }

    #[pg_test]
    fn a_new_cue_leads_to_a_memory_before_commit() {
        // The space that CREATE EXTENSION made, once it is loaded: then shared memory answers, where the cue of a running
        // transaction is counted nowhere yet. The wait takes no transaction id, since a loader leaves what a transaction
        // that had begun does to the tables.
        let loaded = "SELECT EXISTS (SELECT FROM engram.stat_tier WHERE space = 'default' AND state = 'ready')";
        let deadline = Instant::now() + Duration::from_secs(60);
        while !read::<bool>(loaded) {
            assert!(Instant::now() < deadline, "the space was not loaded");
            read::<i64>("SELECT count(*) FROM engram_recall('anything', space => 'default')");
            read::<i64>("SELECT count(*) FROM (SELECT pg_sleep(0.05)) AS s");
        }
        in_space("default");
        remember(1, "a shark was seen", ", cues => '{shark}'");
        assert_eq!(recalled("cues => '{shark}'"), ["a shark was seen"]);
        remember(2, "nobody believed it", ", cues => '{shark, about:rumour}'");
        assert_eq!(recalled("cues => '{shark}'").len(), 2);
        let most: f32 = value(&format!("SELECT sum(activation) FROM engram_spread(ARRAY[{}])", id(1)));
        assert!(0.0 < most && most < 3.5, "{most}");
        check();
    }

    #[pg_test]
    fn what_was_rolled_back_to_a_savepoint_is_gone() {
        in_space("own_savepoint");
        remember(1, "kept before", "");
        run("DO $$
             BEGIN
                 PERFORM engram_remember('kept and lost');
                 PERFORM 1 / count(*) FROM engram_recall('lost');
                 RAISE division_by_zero;
             EXCEPTION WHEN division_by_zero THEN
                 PERFORM engram_remember('kept after');
             END $$");
        let mut kept = recalled("'kept'");
        kept.sort();
        assert_eq!(kept, ["kept after", "kept before"]);
        assert_eq!(recalled("'lost'"), Vec::<String>::new());
        check();
    }

    #[pg_test]
    fn a_nested_rollback_takes_only_its_own() {
        in_space("own_nested");
        run("DO $$
             BEGIN
                 PERFORM engram_remember('rope one');
                 BEGIN
                     PERFORM engram_remember('rope two');
                     BEGIN
                         PERFORM engram_remember('rope three');
                         RAISE SQLSTATE 'U0001';
                     EXCEPTION WHEN SQLSTATE 'U0001' THEN
                         ASSERT (SELECT count(*) FROM engram_recall('rope')) = 2;
                         PERFORM engram_remember('rope four');
                     END;
                     ASSERT (SELECT count(*) FROM engram_recall('rope')) = 3;
                 END;
             END $$");
        let mut ropes = recalled("'rope'");
        ropes.sort();
        assert_eq!(ropes, ["rope four", "rope one", "rope two"]);
        check();
    }

    #[pg_test]
    fn a_rolled_back_change_is_undone() {
        in_space("own_undone");
        remember(1, "ballast of sand", "");
        run(&format!(
            "DO $$
             BEGIN
                 PERFORM engram_update({id}, 'ballast of iron');
                 ASSERT (SELECT content FROM engram_recall('iron')) = 'ballast of iron';
                 PERFORM engram_forget({id}, 'delete');
                 ASSERT NOT EXISTS (SELECT FROM engram_recall('ballast'));
                 RAISE SQLSTATE 'U0001';
             EXCEPTION WHEN SQLSTATE 'U0001' THEN
             END $$",
            id = id(1)
        ));
        assert_eq!(recalled("'sand'"), ["ballast of sand"]);
        assert_eq!(recalled("'iron'"), Vec::<String>::new());
        check();
    }

    #[pg_test]
    fn an_association_is_followed_before_commit_and_not_after_its_rollback() {
        in_space("own_edge");
        remember(1, "alpha", "");
        remember(2, "omega", "");
        let reached = format!("SELECT count(*) FROM engram_spread(ARRAY[{}])", id(1));
        run(&format!(
            "DO $$
             BEGIN
                 PERFORM engram_associate({}, {});
                 ASSERT ({reached}) = 1;
                 RAISE SQLSTATE 'U0001';
             EXCEPTION WHEN SQLSTATE 'U0001' THEN
             END $$",
            id(1),
            id(2)
        ));
        assert_eq!(value::<i64>(&reached), 0);
        check();
    }

    #[pg_test]
    fn a_space_dropped_in_the_transaction_answers_no_more() {
        in_space("own_dropped");
        remember(1, "a hulk", "");
        run("SELECT engram_drop_space('own_dropped')");
        assert!(attempt("SELECT engram_recall('hulk')").starts_with("42704 space \"own_dropped\" does not exist"));
        remember(2, "a new hulk", "");
        assert_eq!(recalled("'hulk'"), ["a new hulk"]);
        check();
    }

    #[pg_test]
    fn more_rows_than_intents_are_kept_are_still_recalled() {
        in_space("own_many");
        run("SELECT engram_create_space('own_many')");
        run("INSERT INTO engram.memory (space, content)
             SELECT 'own_many', 'crate number ' || n FROM generate_series(1, 10500) n");
        assert_eq!(recalled("'10321', k => 3"), ["crate number 10321"]);
        assert_eq!(recalled("'crate', k => 10000").len(), 10_000);
        check();
    }
}

//! Forgetting, restoring, updating, superseding: what is recalled afterwards.

#[pgrx::pg_schema]
mod tests {
    use crate::tests::harness::*;
    use pgrx::prelude::*;

    fn forget(n: u32, mode: &str) -> bool {
        value(&format!("SELECT engram_forget({}, '{mode}')", id(n)))
    }

    #[pg_test]
    fn the_suppressed_come_back_when_restored() {
        in_space("suppressed");
        remember(1, "a leak in the bilge", ", embedding => '[1,0]', cues => '{bilge}', context => 'watch'");
        for arguments in ["'leak'", "embedding => '[1,0]'", "cues => '{bilge}'", "context => 'watch'"] {
            assert_eq!(recalled(arguments).len(), 1, "{arguments}");
            assert!(forget(1, "suppress"));
            assert!(!forget(1, "suppress"));
            assert_eq!(recalled(arguments).len(), 0, "{arguments}");
            check();
            assert!(forget(1, "restore"));
            assert!(!forget(1, "restore"));
            assert_eq!(recalled(arguments).len(), 1, "{arguments}");
        }
        check();
    }

    #[pg_test]
    fn the_deleted_are_gone_with_their_associations() {
        in_space("deleted");
        for n in 1..=3 {
            remember(n, &format!("plank {n}"), "");
        }
        run(&format!("SELECT engram_associate({}, {}), engram_associate({}, {})", id(1), id(2), id(2), id(3)));
        let reached = format!("SELECT count(*) FROM engram_spread(ARRAY[{}])", id(1));
        assert_eq!(value::<i64>(&reached), 2);
        assert!(forget(2, "delete"));
        assert_eq!(value::<i64>(&reached), 0);
        assert_eq!(recalled("'plank'").len(), 2);
        assert!(attempt(&format!("SELECT engram_forget({})", id(2))).starts_with("42704 memory"));
        check();
    }

    #[pg_test]
    fn conditions_forget_all_that_meet_them() {
        in_space("forget_where");
        run("SELECT engram_remember('barrel ' || n, kind => CASE WHEN n > 6 THEN 'cargo' ELSE 'junk' END,
             metadata => jsonb_build_object('odd', n % 2 = 1)) FROM generate_series(1, 10) n");
        assert_eq!(value::<i64>("SELECT engram_forget_where('{\"odd\": true}', kinds => '{junk}')"), 3);
        assert_eq!(recalled("'barrel'").len(), 7);
        assert_eq!(value::<i64>("SELECT engram_forget_where(kinds => '{junk}', mode => 'restore')"), 3);
        assert_eq!(recalled("'barrel'").len(), 10);
        assert_eq!(value::<i64>("SELECT engram_forget_where(kinds => '{junk, cargo}', mode => 'delete')"), 10);
        assert_eq!(recalled("'barrel'").len(), 0);
        check();
    }

    #[pg_test]
    fn an_update_replaces_words_meaning_and_cues() {
        in_space("updated");
        remember(1, "the cargo is wool", ", embedding => '[1,0]', cues => '{hold}'");
        run(&format!(
            "SELECT engram_update({}, 'the cargo is glass', embedding => '[0,1]', cues => '{{deck}}')",
            id(1)
        ));
        assert_eq!(recalled("'wool'").len(), 0);
        assert_eq!(recalled("'glass'"), ["the cargo is glass"]);
        assert_eq!(recalled("cues => '{hold}'").len(), 0);
        assert_eq!(recalled("cues => '{deck}'").len(), 1);
        let similarity: f32 = value("SELECT similarity FROM engram_recall(embedding => '[0,1]')");
        assert!(similarity > 0.99, "{similarity}");
        assert_eq!(
            value::<String>("SELECT content FROM engram.memory_history WHERE space = 'updated'"),
            "the cargo is wool"
        );
        check();
    }

    #[pg_test]
    fn new_words_without_a_new_embedding_have_none() {
        in_space("updated_bare");
        remember(1, "the cargo is wool", ", embedding => '[1,0]'");
        run(&format!("SELECT engram_update({}, 'the cargo is salt')", id(1)));
        assert_eq!(recalled("embedding => '[1,0]'").len(), 0);
        assert_eq!(recalled("'salt'").len(), 1);
        check();
    }

    #[pg_test]
    fn the_superseded_stay_and_are_not_recalled() {
        in_space("superseded");
        remember(1, "high water at six", "");
        remember(2, "high water at seven", "");
        run(&format!("SELECT engram_supersede({}, {})", id(1), id(2)));
        assert_eq!(recalled("'high water'"), ["high water at seven"]);
        assert_eq!(value::<i64>("SELECT count(*) FROM engram.memory WHERE space = 'superseded'"), 2);
        check();
    }

    #[pg_test]
    fn plain_sql_counts_as_well() {
        in_space("plain");
        remember(1, "one sail", "");
        run("UPDATE engram.memory SET content = 'two sails', cues = '{}' WHERE space = 'plain'");
        assert_eq!(recalled("'two'"), ["two sails"]);
        assert_eq!(recalled("'one'").len(), 0);
        run("DELETE FROM engram.memory WHERE space = 'plain'");
        assert_eq!(recalled("'sails'").len(), 0);
        check();
    }

    #[pg_test]
    fn the_same_id_with_the_same_content_is_one_memory() {
        in_space("same");
        remember(1, "once", "");
        remember(1, "once", "");
        assert_eq!(recalled("'once'"), ["once"]);
        assert!(attempt(&format!("SELECT engram_remember('twice', id => {})", id(1))).starts_with("23505 "));
        assert_eq!(recalled("'twice'").len(), 0);
        check();
    }
}

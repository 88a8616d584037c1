//! Recalling by each kind of cue.

#[pgrx::pg_schema]
mod tests {
    use crate::tests::harness::*;
    use pgrx::prelude::*;

    fn harbour() {
        in_space("cues");
        remember(1, "the pilot boat waits beside the northern pier", ", embedding => '[1,0,0]', cues => '{harbour}'");
        remember(2, "a gale warning was read at noon", ", embedding => '[0,1,0]', context => 'log'");
        remember(3, "the cook counted forty loaves", ", embedding => '[0,0.6,0.8]', context => 'log'");
        remember(4, "fog hides the lamp", ", cues => '{Harbour, about:lamp}'");
    }

    #[pg_test]
    fn words_find_their_memory_in_any_form() {
        harbour();
        assert_eq!(recalled("'warnings of gales', hops => 0"), ["a gale warning was read at noon"]);
        assert_eq!(recalled("'submarine', hops => 0"), Vec::<String>::new());
        let first: f32 = value("SELECT score FROM engram_recall('gale warning at noon', k => 1)");
        let second: f32 = value("SELECT score FROM engram_recall('gale in the desert of salt', k => 1)");
        assert!(0.0 < second && second < first && first < 1.0, "{second} {first}");
        check();
    }

    #[pg_test]
    fn an_embedding_finds_the_nearest_first() {
        harbour();
        let near = recalled("embedding => '[0,0.9,0.3]', hops => 0");
        assert_eq!(near, ["a gale warning was read at noon", "the cook counted forty loaves"]);
        let similarity: f32 = value("SELECT similarity FROM engram_recall(embedding => '[0,3,4]', k => 1)");
        assert!((similarity - 1.0).abs() < 0.01, "{similarity}");
        let none: i64 = value("SELECT count(*) FROM engram_recall('fog', hops => 0) WHERE similarity IS NOT NULL");
        assert_eq!(none, 0);
        check();
    }

    #[pg_test]
    fn exact_search_agrees_with_candidates() {
        in_space("exact");
        run("SELECT engram_remember_many(jsonb_agg(jsonb_build_object('content', 'point ' || n,
             'embedding', format('[%s,%s]', cos(n / 50.0), sin(n / 50.0))))) FROM generate_series(1, 150) n");
        let question = "embedding => '[0.2,0.9]', k => 20, hops => 0";
        let by_codes = recalled(question);
        run("SET LOCAL engram.exact = on");
        assert_eq!(by_codes, recalled(question));
        assert_eq!(by_codes.len(), 20);
        check();
    }

    #[pg_test]
    fn named_memories_come_with_what_they_lead_to() {
        harbour();
        // Nothing but its name speaks for a memory that activation does not come back to.
        assert_eq!(recalled(&format!("ids => ARRAY[{}], hops => 0", id(3))), Vec::<String>::new());
        let led = recalled(&format!("ids => ARRAY[{}]", id(3)));
        assert_eq!(led, ["a gale warning was read at noon", "the cook counted forty loaves"]);
        check();
    }

    #[pg_test]
    fn a_shared_cue_finds_all_that_mention_it() {
        harbour();
        let mut by_cue = recalled("cues => '{HARBOUR}'");
        by_cue.sort();
        assert_eq!(by_cue, ["fog hides the lamp", "the pilot boat waits beside the northern pier"]);
        assert_eq!(recalled("cues => '{lamp}'")[0], "fog hides the lamp");
        assert_eq!(recalled("cues => '{never seen}'"), Vec::<String>::new());
        check();
    }

    #[pg_test]
    fn a_context_brings_its_latest_memories() {
        harbour();
        remember(5, "an old entry", ", context => 'log', occurred_at => '2001-01-01'");
        let entries = recalled("context => 'log'");
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[2], "an old entry");
        assert_eq!(recalled("context => 'another log'"), Vec::<String>::new());
        check();
    }

    #[pg_test]
    fn a_row_tells_what_was_remembered() {
        in_space("row");
        remember(
            1,
            "the ferry left",
            ", context => 'quay', kind => 'note', confidence => 0.9, source => 'mate',
              occurred_at => '2020-02-03 04:05:06+00', metadata => '{\"tide\": 3}'",
        );
        let row: String = value(
            "SELECT concat_ws('|', kind, origin, tier, space, context, source, metadata, round(confidence::numeric, 2),
                 confidence_low < confidence AND confidence < confidence_high, occurred_at AT TIME ZONE 'UTC')
             FROM engram_recall('ferry')",
        );
        assert_eq!(row, "note|stored|hot|row|quay|mate|{\"tide\": 3}|0.90|t|2020-02-03 04:05:06");
        check();
    }

    #[pg_test]
    fn spaces_do_not_mix() {
        in_space("one");
        remember(1, "salt in the hold", "");
        in_space("two");
        remember(1, "sugar in the hold", "");
        assert_eq!(recalled("'hold'"), ["sugar in the hold"]);
        assert_eq!(recalled("'hold', space => 'one'"), ["salt in the hold"]);
        check();
    }
}

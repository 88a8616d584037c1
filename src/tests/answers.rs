//! Answers under a budget, across spaces, explained; what does not belong in an answer.

#[pgrx::pg_schema]
mod tests {
    use crate::tests::harness::*;
    use pgrx::prelude::*;

    /// Recalls of every kind over the memories of [`harbour`].
    const RECALLS: &[&str] = &[
        "'green boat'",
        "'green boat', '[1,0.5,0]'",
        "embedding => '[0,1,0.2]', k => 25",
        "'boat 7', k => 3",
        "cues => '{crew 3}', k => 50",
        "context => 'log 2'",
        "'boat', in_context => 'log 1', k => 40",
        "'boat', filter => '{\"n\": 12}'",
        "'boat', min_score => 0.8",
        "'boat', min_confidence => 0.8",
        "'green boat', max_tokens => 60, k => 100",
        "'boat', hops => 0, k => 200",
        "'submarine'",
    ];

    /// 300 memories with words, vectors, cues and contexts.
    fn harbour(space: &str) {
        in_space(space);
        run(&format!("SELECT engram_create_space('{space}')"));
        run(&format!(
            "INSERT INTO engram.memory (space, id, content, embedding, cues, context, occurred_at, metadata, evidence_for, evidence_against)
             SELECT '{space}', ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
                    'boat ' || n || ' was ' || (ARRAY['green', 'red', 'blue'])[n % 3 + 1] || repeat(' and old', n % 5),
                    CASE WHEN n % 7 > 0 THEN ('[' || n % 11 || ',' || n % 5 + 1 || ',' || n % 3 || ']')::vector END,
                    ARRAY['crew ' || n % 10, 'pier ' || n % 40], CASE WHEN n % 4 > 0 THEN 'log ' || n % 4 END,
                    '2024-01-01Z'::timestamptz + n * interval '1 hour', jsonb_build_object('n', n % 20),
                    CASE WHEN n % 2 = 0 THEN 1.8 ELSE 1 END, 0.2
             FROM generate_series(1, 300) n"
        ));
    }

    #[pg_test]
    fn an_explanation_has_the_rows_of_the_recall_in_its_order() {
        harbour("explained");
        for arguments in RECALLS {
            let recalled: Vec<String> =
                values(&format!("SELECT id::text FROM engram_recall({arguments}) WITH ORDINALITY ORDER BY ordinality"));
            let explained: Vec<String> = values(&format!(
                "SELECT id::text FROM engram_explain_recall({arguments}) WITH ORDINALITY AS e
                 WHERE signal = 'association' AND id IS NOT NULL ORDER BY ordinality"
            ));
            assert_eq!(recalled, explained, "{arguments}");
            let off: Vec<String> = values(&format!(
                "SELECT id || ' ' || sum(share) FROM engram_explain_recall({arguments}) WHERE id IS NOT NULL
                 GROUP BY id HAVING abs(sum(share) - 1) > 1e-5 OR count(*) <> 6 OR min(share) < 0"
            ));
            assert_eq!(off, Vec::<String>::new(), "{arguments}");
            let lines: Vec<String> = values(&format!("SELECT engram_explain_recall_text({arguments})"));
            let results = lines.iter().filter(|line| line.starts_with("  ->  ")).count();
            assert_eq!((results, lines.len() > results), (recalled.len(), true), "{arguments}");
            let statement = "SELECT string_agg(signal, ' ' ORDER BY ordinality) FROM engram_explain_recall";
            let signals: String = value(&format!("{statement}({arguments}) WITH ORDINALITY AS e WHERE id IS NULL"));
            assert_eq!(signals, "dense lexical cue contiguity association spread answer");
        }
    }

    #[pg_test]
    fn words_of_an_explanation_add_up_to_the_match() {
        harbour("words");
        let off: Vec<String> = values(
            "SELECT e.detail FROM engram_explain_recall('Was the green boat old?', k => 40) e,
                 LATERAL (SELECT sum(m[1]::numeric) AS s FROM regexp_matches(split_part(e.detail, ': ', 2), ' (\\d+\\.\\d+)', 'g') m) x
             WHERE e.signal = 'lexical' AND e.id IS NOT NULL AND e.value > 0 AND abs(x.s - e.value::numeric) > 0.03",
        );
        assert_eq!(off, Vec::<String>::new());
    }

    #[pg_test]
    fn nothing_comes_back_for_which_nothing_speaks() {
        harbour("evidence");
        for arguments in RECALLS {
            let idle: i64 = value(&format!(
                "SELECT count(*) FROM engram_recall({arguments}) r WHERE score <= 0
                 OR coalesce(similarity, 0) <= 0 AND activation <= 0
                 AND content !~ 'green|boat'"
            ));
            assert_eq!(idle, 0, "{arguments}");
        }
        // A memory that the caller names comes back where activation leads to it, not as such.
        in_space("alone");
        remember(1, "alone", "");
        assert_eq!(recalled(&format!("ids => ARRAY[{}]", id(1))), Vec::<String>::new());
        assert_eq!(recalled("'submarine'"), Vec::<String>::new());
    }

    #[pg_test]
    fn no_score_below_the_least_one_fills_an_answer_up() {
        harbour("least");
        for least in ["0.3", "0.6", "0.9", "0.99", "1"] {
            let all = "SELECT count(*) FROM engram_recall('green boat', '[1,0.5,0]', k => 200";
            let (cut, above): (i64, i64) = (
                value(&format!("{all}, min_score => {least})")),
                value(&format!("{all}) WHERE score >= {least}::real")),
            );
            assert_eq!(cut, above, "{least}");
        }
        assert_eq!(value::<i64>("SELECT count(*) FROM engram_recall('boat', min_score => 1)"), 0);
    }

    #[pg_test]
    fn a_budget_goes_on_past_what_does_not_fit() {
        in_space("budget");
        remember(1, "knot knot knot knot knot, and a long rest that is of no use at all here", "");
        remember(2, "knot and rope", "");
        remember(3, "a knot in a rope is a knot", "");
        let first = recalled("'knot', hops => 0");
        assert_eq!(first.len(), 3);
        let long = first.iter().max_by_key(|c| c.len()).expect("three rows");
        let without: Vec<String> = first.iter().filter(|c| *c != long).cloned().collect();
        // 13 bytes are 4 tokens, 26 are 7.
        assert_eq!(recalled("'knot', hops => 0, max_tokens => 11"), without);
        assert_eq!(recalled("'knot', hops => 0, max_tokens => 4"), ["knot and rope"]);
        assert_eq!(recalled("'knot', hops => 0, max_tokens => 3"), Vec::<String>::new());
        assert_eq!(recalled("'knot', hops => 0, max_tokens => 1000"), first);
        check();
    }

    #[pg_test]
    fn a_budget_leaves_out_what_nearly_repeats() {
        in_space("repeats");
        remember(1, "the bell rang", ", embedding => '[1,0,0]'");
        remember(2, "The  Bell rang", "");
        remember(3, "the bell was rung", ", embedding => '[0.99,0.1,0]'");
        remember(4, "a bell of bronze", ", embedding => '[0,1,0]'");
        remember(5, "the bell rang -5 times", "");
        remember(6, "the bell rang 5 times", "");
        assert_eq!(recalled("'bell', '[1,0,0]', hops => 0").len(), 6);
        let mut kept = recalled("'bell', '[1,0,0]', hops => 0, max_tokens => 1000");
        kept.sort();
        assert_eq!(kept, ["a bell of bronze", "the bell rang", "the bell rang -5 times", "the bell rang 5 times"]);
        let said: String = value(
            "SELECT detail FROM engram_explain_recall('bell', '[1,0,0]', hops => 0, max_tokens => 1000) WHERE signal = 'answer' AND id IS NULL",
        );
        assert!(said.contains("2 left out that nearly repeat"), "{said}");
        check();
    }

    #[pg_test]
    fn a_budget_keeps_the_order_and_the_sum() {
        harbour("sums");
        for most in [10, 37, 100, 400] {
            let arguments = format!("'green boat', '[1,0.5,0]', k => 100, max_tokens => {most}");
            let tokens: i64 = value(&format!(
                "SELECT coalesce(sum(ceil(octet_length(content) / 4.0)), 0)::bigint FROM engram_recall({arguments})"
            ));
            assert!(tokens <= most && tokens > most - 10, "{tokens} of {most}");
            let sorted: bool = value(&format!(
                "SELECT bool_and(score <= before) IS NOT FALSE FROM (SELECT score, lag(score) OVER (ORDER BY ordinality) AS before
                 FROM engram_recall({arguments}) WITH ORDINALITY) x"
            ));
            assert!(sorted, "{most}");
        }
    }

    #[pg_test]
    fn several_spaces_answer_as_their_answers_merged() {
        harbour("one_of_two");
        harbour("two_of_two");
        run(
            "UPDATE engram.memory SET content = content || ' at sea' WHERE space = 'two_of_two' AND id::text ~ '[13579]$'",
        );
        for arguments in RECALLS.iter().filter(|a| !a.contains("max_tokens")) {
            let k: i64 = arguments.split("k => ").nth(1).map_or(10, |k| k.parse().expect("k is the last argument"));
            let across = format!(
                "SELECT space || id || score FROM engram_recall_across('{{two_of_two,one_of_two}}', {arguments})"
            );
            let each = |space| format!("SELECT * FROM engram_recall(space => '{space}', {})", named(arguments));
            let merged = format!(
                "SELECT space || id || score FROM ({} UNION ALL {}) x ORDER BY score DESC, space, id LIMIT {k}",
                each("one_of_two"),
                each("two_of_two")
            );
            assert_eq!(values::<String>(&across), values::<String>(&merged), "{arguments}");
        }
        let one = "engram_recall_across('{one_of_two}', 'green boat', max_tokens => 60, k => 100)";
        let alone = "engram_recall('green boat', space => 'one_of_two', max_tokens => 60, k => 100)";
        let ids = |from: &str| values::<String>(&format!("SELECT id::text FROM {from}"));
        assert_eq!(ids(one), ids(alone));
    }

    /// The same arguments, all by name.
    fn named(arguments: &str) -> String {
        let mut position = 0;
        let mut out = Vec::new();
        for part in arguments.split(", ") {
            if part.contains("=>") || part.starts_with('"') {
                out.push(part.to_owned());
            } else {
                out.push(format!("{} => {part}", ["cue", "embedding"][position]));
                position += 1;
            }
        }
        out.join(", ")
    }

    #[pg_test]
    fn explanations_and_feelings_work_where_nothing_may_be_written() {
        harbour("reading");
        run("SET LOCAL transaction_read_only = on");
        assert!(read::<i64>("SELECT count(*) FROM engram_explain_recall('green boat')") > 7);
        assert!(read::<i64>("SELECT count(*) FROM engram_explain_recall_text('green boat')") > 7);
        assert!(read::<i64>("SELECT count(*) FROM engram_recall_across('{reading}', 'green boat')") > 5);
        assert!(read::<bool>(
            "SELECT knows > 0.5 AND knows_low <= knows AND knows <= knows_high FROM engram_feeling_of_knowing('green boat')"
        ));
        assert!(read::<bool>("SELECT value = 300 FROM engram.graph_health() WHERE metric = 'memories'"));
    }
}

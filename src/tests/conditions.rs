//! Conditions and limits of a recall: k rows whenever k rows fulfil them, however badly they match.

#[pgrx::pg_schema]
mod tests {
    use crate::tests::harness::*;
    use pgrx::prelude::*;

    /// 600 memories that match better, and 30 that match worse and alone fulfil every condition of these tests.
    fn crowded(space: &str) {
        in_space(space);
        run("SELECT engram_remember_many(jsonb_agg(jsonb_build_object('content', 'buoy buoy buoy ' || n,
             'occurred_at', '2024-01-01T00:00:00Z', 'confidence', 0.3, 'metadata', jsonb_build_object('colour', 'red'))))
             FROM generate_series(1, 600) n");
        run("SELECT engram_remember_many(jsonb_agg(jsonb_build_object('content',
             'a green buoy among many other things that were seen on the way out ' || n, 'kind', 'sighting',
             'context', 'way out', 'occurred_at', '2025-06-01T00:00:00Z', 'confidence', 0.9,
             'metadata', jsonb_build_object('colour', 'green', 'n', n)))) FROM generate_series(1, 30) n");
    }

    /// Asserts that a recall under `condition` returns as many rows as asked for, all of the 30.
    fn gives_all_asked_for(condition: &str) {
        for k in [1, 10, 30] {
            let rows = recalled(&format!("'buoy', k => {k}, {condition}"));
            assert_eq!(rows.len(), k, "{condition}");
            assert!(rows.iter().all(|content| content.starts_with("a green buoy")), "{condition}");
        }
        assert_eq!(recalled(&format!("'buoy', k => 100, {condition}")).len(), 30, "{condition}");
        check();
    }

    #[pg_test]
    fn a_filter_gives_k_rows_when_k_match() {
        crowded("by_filter");
        gives_all_asked_for("filter => '{\"colour\": \"green\"}'");
        assert_eq!(recalled("'buoy', filter => '{\"colour\": \"green\", \"n\": 7}'").len(), 1);
        assert_eq!(recalled("'buoy', filter => '{\"colour\": \"blue\"}'").len(), 0);
    }

    #[pg_test]
    fn kinds_give_k_rows_when_k_match() {
        crowded("by_kind");
        gives_all_asked_for("kinds => '{sighting, rumour}'");
        assert_eq!(recalled("'buoy', kinds => '{rumour}'").len(), 0);
    }

    #[pg_test]
    fn a_context_gives_k_rows_when_k_match() {
        crowded("by_context");
        gives_all_asked_for("in_context => 'way out'");
    }

    #[pg_test]
    fn a_beginning_gives_k_rows_when_k_match() {
        crowded("by_since");
        gives_all_asked_for("since => '2025-06-01T00:00:00Z'");
        assert_eq!(recalled("'buoy', since => '2025-06-01T00:00:01Z'").len(), 0);
    }

    #[pg_test]
    fn an_end_is_exclusive_and_gives_k_rows_when_k_match() {
        crowded("by_until");
        run(
            "UPDATE engram.memory SET occurred_at = '2023-01-01T00:00:00Z' WHERE space = 'by_until' AND kind = 'sighting'",
        );
        gives_all_asked_for("until => '2024-01-01T00:00:00Z'");
        assert_eq!(recalled("'buoy', until => '2023-01-01T00:00:00Z'").len(), 0);
    }

    #[pg_test]
    fn confidence_gives_k_rows_when_k_match() {
        crowded("by_confidence");
        gives_all_asked_for("min_confidence => 0.8");
    }

    #[pg_test]
    fn conditions_hold_for_what_activation_reaches() {
        in_space("reached");
        remember(1, "the bell", ", context => 'a'");
        remember(2, "unlike", ", context => 'a', kind => 'note', metadata => '{\"loud\": true}'");
        for cue in ["'bell'", &format!("ids => ARRAY[{}]", id(1))] {
            assert_eq!(recalled(cue).len(), 2, "{cue}");
            for k in [1, 10] {
                assert_eq!(recalled(&format!("{cue}, k => {k}, kinds => '{{note}}'")), ["unlike"], "{cue}");
                assert_eq!(recalled(&format!("{cue}, k => {k}, filter => '{{\"loud\": true}}'")), ["unlike"], "{cue}");
            }
            assert_eq!(recalled(&format!("{cue}, kinds => '{{rumour}}'")).len(), 0, "{cue}");
        }
        check();
    }

    #[pg_test]
    fn min_score_cuts_by_the_score_shown() {
        in_space("by_score");
        remember(1, "green lamp green lamp", "");
        remember(2, "green water, and words that have nothing to do with it at all", "");
        let scores: Vec<f32> = values("SELECT score FROM engram_recall('green lamp', hops => 0)");
        assert_eq!(scores.len(), 2);
        assert!(scores[0] > scores[1]);
        let middle = (scores[0] + scores[1]) / 2.0;
        assert_eq!(recalled(&format!("'green lamp', hops => 0, min_score => {middle}")), ["green lamp green lamp"]);
        assert_eq!(recalled("'green lamp', min_score => 1").len(), 0);
        check();
    }

    #[pg_test]
    fn max_tokens_keeps_the_best_that_fit() {
        in_space("by_tokens");
        // 40 bytes are 10 tokens.
        remember(1, "knot knot knot knot knot knot knot knots", "");
        remember(2, "knot knot, and rope that is only rope...", "");
        assert_eq!(recalled("'knot', max_tokens => 20").len(), 2);
        assert_eq!(recalled("'knot', max_tokens => 19"), ["knot knot knot knot knot knot knot knots"]);
        assert_eq!(recalled("'knot', max_tokens => 9").len(), 0);
        check();
    }

    #[pg_test]
    fn the_order_is_that_of_scores_then_ids() {
        in_space("by_order");
        for n in [3, 1, 2] {
            remember(n, "twin", "");
        }
        remember(4, "twin twin twin", "");
        let order: Vec<String> = values(
            "SELECT right(id::text, 1) FROM engram_recall('twin', hops => 0) WITH ORDINALITY ORDER BY ordinality",
        );
        assert_eq!(order, ["4", "1", "2", "3"]);
        check();
    }

    #[pg_test]
    fn the_work_limit_of_a_spread_keeps_the_order() {
        in_space("by_work");
        remember(1, "the hub", "");
        run("INSERT INTO engram.memory (space, content) SELECT 'by_work', 'spoke ' || n FROM generate_series(1, 50) n");
        run(&format!(
            "INSERT INTO engram.association (space, source, target)
             SELECT space, {}, id FROM engram.memory WHERE space = 'by_work' AND id <> {}",
            id(1),
            id(1)
        ));
        let reached = format!("SELECT count(*) FROM engram_spread(ARRAY[{}], k => 100)", id(1));
        assert_eq!(value::<i64>(&reached), 50);
        run("SET LOCAL engram.spread_max_edges = 10");
        assert_eq!(value::<i64>(&reached), 0);
        assert_eq!(recalled("'hub'"), ["the hub"]);
        check();
    }
}

//! Spreading activation: what it reaches, over which path, and what inhibits it.

#[pgrx::pg_schema]
mod tests {
    use crate::tests::harness::*;
    use pgrx::prelude::*;

    /// Each reached memory as `n hops path`, where a path is of last digits of ids.
    fn reached(source: u32, more: &str) -> Vec<String> {
        values(&format!(
            "SELECT right(id::text, 1) || ' ' || hops || ' '
                 || (SELECT string_agg(right(v::text, 1), '>' ORDER BY n) FROM unnest(via) WITH ORDINALITY AS u (v, n))
             FROM engram_spread(ARRAY[{}]{more}) WITH ORDINALITY ORDER BY ordinality",
            id(source)
        ))
    }

    fn activation(source: u32, target: u32) -> f32 {
        let found: Vec<f32> = values(&format!(
            "SELECT activation FROM engram_spread(ARRAY[{}], k => 100) WHERE id = {}",
            id(source),
            id(target)
        ));
        found.first().copied().unwrap_or(0.0)
    }

    #[pg_test]
    fn activation_goes_from_neighbour_to_neighbour_in_time() {
        in_space("neighbours");
        for n in 1..=4 {
            remember(n, &format!("entry {n}"), &format!(", context => 'log', occurred_at => '2024-01-0{n}'"));
        }
        remember(5, "elsewhere", ", context => 'other', occurred_at => '2024-01-02'");
        assert_eq!(reached(1, ""), ["2 1 1", "3 2 1>2", "4 3 1>2>3"]);
        assert_eq!(reached(1, ", hops => 1"), ["2 1 1"]);
        assert_eq!(reached(1, ", hops => 0"), Vec::<String>::new());
        assert_eq!(reached(5, ""), Vec::<String>::new());
        check();
    }

    #[pg_test]
    fn a_memory_put_in_between_parts_neighbours() {
        in_space("between");
        remember(1, "morning", ", context => 'day', occurred_at => '2024-01-01 06:00'");
        remember(3, "evening", ", context => 'day', occurred_at => '2024-01-01 18:00'");
        assert_eq!(reached(1, ", hops => 1"), ["3 1 1"]);
        remember(2, "noon", ", context => 'day', occurred_at => '2024-01-01 12:00'");
        assert_eq!(reached(1, ", hops => 1"), ["2 1 1"]);
        run(&format!("SELECT engram_forget({}, 'delete')", id(2)));
        assert_eq!(reached(1, ", hops => 1"), ["3 1 1"]);
        check();
    }

    #[pg_test]
    fn activation_passes_through_a_shared_cue() {
        in_space("shared_cue");
        remember(1, "who sold it", ", cues => '{boat}'");
        remember(2, "who painted it", ", cues => '{boat, shipyard}'");
        remember(3, "who closed it", ", cues => '{shipyard}'");
        remember(4, "unrelated", ", cues => '{bakery}'");
        assert_eq!(reached(1, ""), ["2 1 1", "3 2 1>2"]);
        let path: String = value(
            "SELECT hops || ' ' || (SELECT string_agg(right(v::text, 1), '>' ORDER BY n)
                                    FROM unnest(via) WITH ORDINALITY AS u (v, n))
             FROM engram_recall('sold') WHERE content = 'who closed it'",
        );
        assert_eq!(path, "2 1>2");
        check();
    }

    #[pg_test]
    fn a_rare_cue_passes_on_more_than_a_common_one() {
        in_space("fan");
        remember(1, "start", ", cues => '{common, rare}'");
        remember(2, "by the rare one", ", cues => '{rare}'");
        for n in 3..=9 {
            remember(n, "by the common one", ", cues => '{common}'");
        }
        assert!(activation(1, 2) > 3.0 * activation(1, 3), "{} {}", activation(1, 2), activation(1, 3));
        assert_eq!(activation(1, 3), activation(1, 9));
        check();
    }

    #[pg_test]
    fn every_kind_of_association_is_followed_from_source_to_target() {
        in_space("kinds");
        let kinds = ["semantic", "temporal", "causal", "spatial", "emotional"];
        remember(1, "source", "");
        for (n, kind) in (2..).zip(kinds) {
            remember(n, kind, "");
            run(&format!("SELECT engram_associate({}, {}, '{kind}', 0.5)", id(1), id(n)));
        }
        assert_eq!(reached(1, ""), ["2 1 1", "3 1 1", "4 1 1", "5 1 1", "6 1 1"]);
        run(&format!("SELECT engram_associate({}, {}, 'causal', 1)", id(1), id(4)));
        assert_eq!(reached(1, ", k => 1"), ["4 1 1"]);
        assert!((activation(1, 4) / activation(1, 2) - 2.0).abs() < 0.01);
        assert_eq!(value::<i64>(&format!("SELECT engram_dissociate({}, {})", id(1), id(4))), 1);
        assert_eq!(activation(1, 4), 0.0);
        check();
    }

    #[pg_test]
    fn an_inhibitory_association_takes_activation_away() {
        in_space("inhibition");
        for n in 1..=3 {
            remember(n, &format!("mate {n}"), ", cues => '{crew}'");
        }
        let before = activation(1, 3);
        assert_eq!(before, activation(1, 2));
        run(&format!("SELECT engram_associate({}, {}, 'inhibitory', 1)", id(1), id(3)));
        assert!(activation(1, 3) < before, "{} {before}", activation(1, 3));
        assert!(activation(1, 3) < activation(1, 2));
        assert!(
            values::<f32>(&format!("SELECT activation FROM engram_spread(ARRAY[{}])", id(1))).iter().all(|a| *a > 0.0)
        );
        check();
    }

    #[pg_test]
    fn cycles_end() {
        in_space("cycle");
        for n in 1..=3 {
            remember(n, &format!("watch {n}"), "");
        }
        for n in 0..3 {
            run(&format!("SELECT engram_associate({}, {}, weight => 1)", id(n + 1), id((n + 1) % 3 + 1)));
        }
        assert_eq!(reached(1, ", hops => 10"), ["2 1 1", "3 2 1>2"]);
        check();
    }

    #[pg_test]
    fn a_higher_threshold_reaches_less() {
        in_space("threshold");
        for n in 1..=5 {
            remember(n, &format!("buoy {n}"), "");
        }
        for n in 1..=4 {
            run(&format!("SELECT engram_associate({}, {})", id(n), id(n + 1)));
        }
        assert_eq!(reached(1, ", threshold => 0.6").len(), 2);
        assert_eq!(reached(1, ", threshold => 0.001").len(), 3);
        assert_eq!(reached(1, ", hops => 4").len(), 4);
        run("SET LOCAL engram.spread_damping = 0");
        assert_eq!(reached(1, "").len(), 0);
        check();
    }
}

"""Does consolidation keep its contract, and what does it learn?"""

from generate.panels import ENGRAM, RATE, SPACE, Board, Panel, Query, Row, quantile

WHERE = f'{ENGRAM},space=~"$space"'


def worst(metric: str) -> str:
    return f"max by (space) (engram_consolidation_{metric}{{{WHERE}}})"


def count(metric: str, by: str) -> str:
    return f"sum by ({by}) (rate({metric}{{{WHERE if by == 'space' else ENGRAM}}}[{RATE}]))"


BOARD = Board(
    "consolidation",
    "Engram / Consolidation",
    "The health contract of consolidation: cadence, freshness, novelty, failures, publication; and what beliefs do.",
    [
        Row("Contract", [
            Panel("Spaces not well", "Spaces whose health is not ok.", "short",
                  [Query(f'sum(engram_consolidation_health_spaces{{{ENGRAM},health!="ok"}})', "spaces")], "stat", 4, warn=1, bad=5),
            Panel("Freshness", "How long the oldest new thing waits; the worst space. Alert ConsolidationStale: above 15 minutes and one and a half intervals.", "s",
                  [Query(f"max({worst('freshness_seconds')})", "worst")], "stat", 4, warn=450, bad=900),
            Panel("Failures in a row", "Of the worst space. Alert ConsolidationFailureStreak: 3, unless it is paused.", "short",
                  [Query(f"max({worst('failures_in_row')})", "worst")], "stat", 4, warn=1, bad=3),
            Panel("Runs without novelty", "Runs in a row with a novelty below 0.01, of the worst space. Alert NoveltyStagnation: 5.", "short",
                  [Query(f"max({worst('low_novelty_runs')})", "worst")], "stat", 4, warn=3, bad=5),
            Panel("Publish delay", "From the end of the last run to its commit; the worst space. Alert ConsolidationPublishDelayed: above 5 s while there are runs.", "s",
                  [Query(f"max({worst('publish_delay_seconds')})", "worst")], "stat", 4, warn=2, bad=5),
            Panel("Paused", "Spaces whose consolidation is paused, or all of them where engram.consolidation is off; other counts as one.", "short",
                  [Query(f"sum(engram_consolidation_paused{{{WHERE}}})", "paused")], "stat", 4, warn=1),
        ]),
        Row("Cadence and freshness", [
            Panel("Lateness", "Time since the last run as a multiple of the interval, by space. Alert ConsolidationCadenceMissed: above 1.5.", "short",
                  [Query(f"{worst('age_seconds')} / clamp_min({worst('interval_seconds')}, 1)", "{{space}}")], warn=1, bad=1.5),
            Panel("Freshness by space", "How long the oldest new thing waits, by space.", "s", [Query(worst("freshness_seconds"), "{{space}}")], warn=450, bad=900),
            Panel("Runs", "Runs each second, completed and failed, and visits that found nothing new.", "ops",
                  [Query(f"sum(rate(engram_consolidation_runs_total{{{WHERE}}}[{RATE}]))", "runs"),
                   Query(f"sum(rate(engram_consolidation_skipped_total{{{WHERE}}}[{RATE}]))", "nothing new")]),
            Panel("Failures", "Runs that fail each second, by space.", "ops", [Query(count("engram_consolidation_failures_total", "space"), "{{space}}")], bad=0.01),
            Panel("Duration", "Mean duration of runs by the worker, and the 95 % quantile of calls of engram_consolidate.", "s",
                  [Query(f"sum(rate(engram_consolidation_seconds_total{{{WHERE}}}[{RATE}])) / (sum(rate(engram_consolidation_runs_total{{{WHERE}}}[{RATE}])) > 0)",
                         "worker, mean"),
                   Query(quantile(0.95, "engram_operation_duration_seconds", "operation", ',operation="consolidate"'), "function, p95")]),
            Panel("Spaces by health", "Spaces by the health that engram.consolidation_health gives them.", "short",
                  [Query(f"sum by (health) (engram_consolidation_health_spaces{{{ENGRAM}}})", "{{health}}")], "stacked"),
        ]),
        Row("What is learned", [
            Panel("Novelty", "How much the last run changed beliefs, by space: 0 nothing, 1 all is new.", "percentunit", [Query(worst("novelty"), "{{space}}")], bad_below=0.01, top=1),
            Panel("Belief events", "Changes of beliefs each second, by kind.", "ops", [Query(count("engram_belief_events_total", "kind"), "{{kind}}")], "stacked"),
            Panel("Beliefs", "Beliefs that stand, by space.", "short", [Query(worst("beliefs"), "{{space}}")]),
            Panel("Time in runs", "Time that the consolidator spends in runs each second, by space; the sum should stay well below engram.max_workers.", "short",
                  [Query(count("engram_consolidation_seconds_total", "space"), "{{space}}")], "stacked"),
        ]),
    ],
    [SPACE],
)

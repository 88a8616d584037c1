"""How fast is each operation, how much of it is there, how sure are the answers?"""

from generate.panels import ENGRAM, RATE, Board, Panel, Query, Row, quantile, rate, share

DURATION = "engram_operation_duration_seconds"
FOUND, EMPTY = rate("engram_recall_answered_total"), rate("engram_recall_empty_total")


def latency(q: float, bad: float | None = None) -> Panel:
    name = f"p{q * 100:.0f}"
    return Panel(f"Latency {name}", f"Duration that {q:.0%} of the calls of an operation do not exceed.", "s",
                 [Query(quantile(q, DURATION, "operation"), "{{operation}}")], width=8, bad=bad)


def distribution(title: str, description: str, metric: str) -> Panel:
    return Panel(title, description, "none",
                 [Query(f"sum by (le) (increase({metric}_bucket{{{ENGRAM}}}[{RATE}]))", "{{le}}")], "heat")


BOARD = Board(
    "memory-operations",
    "Engram / Memory operations",
    "Latency and throughput by operation, what recalls find and how sure it is, spreading, reinforcement.",
    [
        Row("Latency", [latency(0.5), latency(0.95, 0.1), latency(0.99)]),
        Row("Throughput", [
            Panel("Calls", "Calls each second, by operation.", "ops", [Query(rate(f"{DURATION}_count", "operation"), "{{operation}}")], "stacked"),
            Panel("Rows", "Rows returned, or memories stored or forgotten, each second, by operation.", "ops",
                  [Query(rate("engram_operation_rows_total", "operation"), "{{operation}}")], "stacked"),
            Panel("Remembered", "Memories stored each second, those of calls for many included.", "ops",
                  [Query(rate("engram_remembered_total", "instance"), "{{instance}}")]),
            Panel("Busy time", "Time spent in calls each second: the number of sessions that are in Engram on average.", "short",
                  [Query(rate("engram_operation_seconds_total", "operation"), "{{operation}}")], "stacked"),
        ]),
        Row("Answers", [
            Panel("Found and empty", "Recalls each second that return something, and nothing.", "ops",
                  [Query(FOUND, "found"), Query(EMPTY, "empty")], "stacked"),
            Panel("Empty recalls", "Share of recalls that return nothing. Alert RecallEmptyRateHigh: above 50 %.", "percentunit",
                  [Query(share(EMPTY, f"({FOUND} + {EMPTY})"), "empty")], warn=0.3, bad=0.5, top=1),
            distribution("Confidence", "Distribution of the confidence of what recalls return.", "engram_recall_confidence"),
            distribution("Score", "Distribution of the scores of what recalls return.", "engram_recall_score"),
            Panel("Rows by origin", "Memories returned each second: stored, consolidated, reconstructed or imagined.", "ops",
                  [Query(rate("engram_recall_rows_total", "origin"), "{{origin}}")], "stacked"),
            distribution("Hops", "Length of the paths by which memories were reached; 0 is found directly.", "engram_recall_hops"),
        ]),
        Row("Spreading", [
            Panel("Activation", "Memories and cues reached by activation, and edges looked at, each second.", "ops",
                  [Query(rate("engram_spread_activations_total"), "reached"), Query(rate("engram_spread_edges_total"), "edges")]),
            Panel("Limits of work", "Spreads each second that engram.spread_max_edges cut short.", "ops",
                  [Query(rate("engram_spread_limit_hits_total"), "cut")], warn=0.1),
        ]),
        Row("Reinforcement", [
            Panel("Uses", "Uses of memories each second: noted in shared memory, written down, lost for want of room.", "ops",
                  [Query(rate("engram_reinforcement_noted_total"), "noted"), Query(rate("engram_reinforcement_flushed_total"), "written"),
                   Query(rate("engram_reinforcement_lost_total"), "lost")]),
            Panel("Lag", "How long the oldest use waits to be written down. Alert ReinforcementLag: above 60 s and two engram.reinforce_interval.", "s",
                  [Query(f"max by (instance) (engram_reinforcement_lag_seconds{{{ENGRAM}}})", "{{instance}}")], warn=10, bad=60),
        ]),
    ],
)

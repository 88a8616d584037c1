"""What callers see: latency by function, errors by class, connections and limits."""

from generate.panels import ENGRAM, Board, Panel, Query, Row, quantile, rate, share

DURATION = "engram_operation_duration_seconds"
# What has no space is counted from the first call on.
CALLS = f"{DURATION}_count"
USED = f"sum by (instance) (pg_stat_activity_count{{{ENGRAM}}})"
MEAN = f"{rate(DURATION + '_sum', 'operation')} / ({rate(CALLS, 'operation')} > 0)"

BOARD = Board(
    "api-performance",
    "Engram / API performance",
    "Latency by function, errors by SQLSTATE class, who calls, connections and limits.",
    [
        Row("Now", [
            Panel("Calls", "Calls each second.", "ops", [Query(rate(CALLS), "calls")], "stat", 6),
            Panel("Errors", "Share of calls that end with an error.", "percentunit",
                  [Query(share(rate("engram_operation_errors_total"), rate(CALLS)), "errors")], "stat", 6, warn=0.01, bad=0.05),
            Panel("Connections", "Sessions of the server.", "short", [Query(f"sum({USED})", "sessions")], "stat", 6),
            Panel("Connections used", "Share of max_connections in use.", "percentunit",
                  [Query(f"max({USED} / sum by (instance) (pg_settings_max_connections{{{ENGRAM}}}))", "used")], "stat", 6, warn=0.7, bad=0.9),
        ]),
        Row("Latency by function", [
            Panel("Mean", "Mean duration of calls, by operation.", "s", [Query(MEAN, "{{operation}}")]),
            Panel("p95", "Duration that 95 % of the calls do not exceed. Alerts: recall above 100 ms; remember, forget, associate, spread above 10 ms.", "s",
                  [Query(quantile(0.95, DURATION, "operation"), "{{operation}}")], warn=0.01, bad=0.1),
            Panel("p99 now", "Duration that 99 % of the calls do not exceed, now.", "s", [Query(quantile(0.99, DURATION, "operation"), "{{operation}}")], "bars", warn=0.1, bad=1),
            Panel("Duration", "Distribution of the duration of all calls over time.", "s",
                  [Query(rate(f"{DURATION}_bucket", "le"), "{{le}}")], "heat"),
        ]),
        Row("Callers", [
            Panel("Calls by space", "Calls each second of the busiest ten spaces; `other` is all beyond the busiest fifty.", "ops",
                  [Query(f"topk(10, {rate('engram_operation_calls_total', 'space')})", "{{space}}")]),
            Panel("Time by space", "Time spent in calls each second, of the ten spaces with most of it.", "short",
                  [Query(f"topk(10, {rate('engram_operation_seconds_total', 'space')})", "{{space}}")]),
        ]),
        Row("Errors", [
            Panel("Errors by class", "Calls each second that end with an error, by SQLSTATE class: 22 and 42 caller's mistakes, 53 quota or memory, 54 limit, 57 cancel, XX bug.", "ops",
                  [Query(rate("engram_operation_errors_total", "sqlstate_class"), "{{sqlstate_class}}")], "stacked"),
            Panel("Error share", "Share of calls that end with an error, by operation. Alert HighErrorRate: above 5 %.", "percentunit",
                  [Query(f"{rate('engram_operation_errors_total', 'operation')} / ({rate(CALLS, 'operation')} > 0)", "{{operation}}")],
                  warn=0.01, bad=0.05),
        ]),
        Row("Connections and limits", [
            Panel("Sessions by state", "Sessions of the server, by state.", "short", [Query(f"sum by (state) (pg_stat_activity_count{{{ENGRAM}}})", "{{state}}")], "stacked"),
            Panel("Limits met", "Calls each second that met a limit of work, of time or of memory and returned what they had.", "ops",
                  [Query(rate("engram_limit_hits_total", "reason"), "{{reason}}")]),
        ]),
    ],
)

"""Is it well, what does it do, does the machine suffice?"""

from generate.panels import ENGRAM, GREEN, HOST, NODE, RATE, RED, Board, Panel, Query, Row, quantile, rate, share

# What has no space is counted from the first call on.
CALLS, ERRORS = rate("engram_operation_duration_seconds_count"), rate("engram_operation_errors_total")

BOARD = Board(
    "system-overview",
    "Engram / System overview",
    "Health, load, errors and the machine at a glance.",
    [
        Row("Health", [
            Panel("Server", "Whether the exporter reaches the server; the worst of the chosen instances.", "none",
                  [Query(f"min(pg_up{{{ENGRAM}}})", "up")], "stat", 4, bad_below=1,
                  names={"0": ("down", RED), "1": ("up", GREEN)}),
            Panel("Calls", "Calls of Engram's functions each second.", "ops", [Query(CALLS, "calls")], "stat", 4),
            Panel("Errors", "Share of calls that end with an error. Alert HighErrorRate: above 5 % of one operation.", "percentunit",
                  [Query(share(ERRORS, CALLS), "errors")], "stat", 4, warn=0.01, bad=0.05),
            Panel("Hot tier used", "Share of engram.hot_tier_size in use. Alert StorageTierNearCapacity: above 80 %.", "percentunit",
                  [Query(f"max(engram_hot_tier_bytes{{{ENGRAM}}} / engram_hot_tier_capacity_bytes{{{ENGRAM}}})", "used")],
                  "stat", 4, warn=0.8, bad=0.95),
            Panel("Heartbeat", "Longest time since a background worker that runs got on. Alert WorkerHeartbeatLost: above 180 s.", "s",
                  [Query(f"max(engram_worker_heartbeat_age_seconds{{{ENGRAM}}})", "age")], "stat", 4, warn=60, bad=180),
            Panel("Alerts", "Alerts of Engram that fire now.", "none",
                  [Query(f'count(ALERTS{{alertstate="firing",{ENGRAM}}}) or vector(0)', "firing")],
                  "stat", 4, warn=1, bad=2),
        ]),
        Row("Load", [
            Panel("Calls by operation", "Calls each second, by operation.", "ops",
                  [Query(rate("engram_operation_duration_seconds_count", "operation"), "{{operation}}")], "stacked"),
            Panel("Errors by operation", "Calls each second that end with an error or a cancel, by operation.", "ops",
                  [Query(rate("engram_operation_errors_total", "operation"), "{{operation}}")], "stacked"),
            Panel("Recall latency", "Quantiles of the duration of recalls. Alert HighRecallLatency: p95 above 100 ms.", "s",
                  [Query(quantile(q, "engram_operation_duration_seconds", "operation", ',operation="recall"'), f"p{q * 100:.0f}")
                   for q in (0.5, 0.95, 0.99)], bad=0.1),
            Panel("Memories", "Memories of loaded spaces, by tier.", "short",
                  [Query(f"sum by (tier) (engram_tier_memories{{{ENGRAM}}})", "{{tier}}")], "stacked"),
        ]),
        Row("Workers", [
            Panel("Worker runs", "Jobs that background workers finish each second, by kind of worker.", "ops",
                  [Query(rate("engram_worker_runs_total", "worker"), "{{worker}}")]),
            Panel("Worker failures", "Jobs of background workers that fail, and workers that had to be started again, each second.", "ops",
                  [Query(rate("engram_worker_failures_total", "worker"), "{{worker}} failed"),
                   Query(rate("engram_worker_restarts_total", "worker"), "{{worker}} restarted")]),
        ]),
        Row("Machine (node_exporter)", [
            Panel("Processors", "Share of all processors in use, by host.", "percentunit",
                  [Query(f'1 - avg by (instance) (rate(node_cpu_seconds_total{{{NODE},mode="idle"}}[{RATE}]))', "{{instance}}")],
                  warn=0.8, bad=0.95, top=1),
            Panel("Memory", "Share of the host's memory that is not available.", "percentunit",
                  [Query(f"1 - node_memory_MemAvailable_bytes{{{NODE}}} / node_memory_MemTotal_bytes{{{NODE}}}", "{{instance}}")],
                  warn=0.85, bad=0.95, top=1),
            Panel("Disk space", "Share of each file system in use.", "percentunit",
                  [Query(f'max by (instance, mountpoint) (1 - node_filesystem_avail_bytes{{{NODE},fstype!~"tmpfs|overlay|squashfs|ramfs|devtmpfs"}}'
                         f' / node_filesystem_size_bytes{{{NODE},fstype!~"tmpfs|overlay|squashfs|ramfs|devtmpfs"}})', "{{instance}} {{mountpoint}}")],
                  warn=0.8, bad=0.9, top=1),
            Panel("Disk time", "Share of time in which each disk had something to do.", "percentunit",
                  [Query(f"sum by (instance, device) (rate(node_disk_io_time_seconds_total{{{NODE}}}[{RATE}]))", "{{instance}} {{device}}")],
                  warn=0.8, bad=0.95),
        ]),
    ],
    [HOST],
)

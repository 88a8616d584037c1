-- Every space with what decides about its health.
SELECT s.space,
       (EXTRACT(EPOCH FROM s.consolidation_interval) OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,
       c.paused, c.failures_in_row, c.low_novelty_runs, c.last_completed_at
FROM engram.space s
LEFT JOIN engram.consolidation c ON c.space OPERATOR(pg_catalog.=) s.space

-- Every space with what the scheduler knows of it, in the order of their names.
SELECT s.space, s.owner_role::pg_catalog.text,
       (EXTRACT(EPOCH FROM s.consolidation_interval) OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,
       COALESCE(c.paused, false), COALESCE(c.failures_in_row, 0), COALESCE(c.low_novelty_runs, 0),
       c.last_completed_at, c.next_due
FROM engram.space s
LEFT JOIN engram.consolidation c ON c.space OPERATOR(pg_catalog.=) s.space
ORDER BY s.space

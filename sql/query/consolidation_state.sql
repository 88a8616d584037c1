SELECT c.version, c.low_novelty_runs, c.last_run
FROM engram.consolidation c
WHERE c.space OPERATOR(pg_catalog.=) $1

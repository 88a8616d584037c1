UPDATE engram.consolidation c
SET version = $2, last_run = $3, last_completed_at = $4, failures_in_row = 0,
    low_novelty_runs = CASE WHEN $5 IS NULL THEN c.low_novelty_runs
                            WHEN $5 THEN c.low_novelty_runs OPERATOR(pg_catalog.+) 1 ELSE 0 END
WHERE c.space OPERATOR(pg_catalog.=) $1

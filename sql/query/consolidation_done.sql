-- The version after the run: one more where something was published.
INSERT INTO engram.consolidation AS c (space, version, last_run, last_completed_at, low_novelty_runs)
VALUES ($1, $2::pg_catalog.int4, $3, $4, CASE WHEN $5 OPERATOR(pg_catalog.<>) 0 THEN 1 ELSE 0 END)
ON CONFLICT (space) DO UPDATE
SET version = c.version OPERATOR(pg_catalog.+) $2, last_run = EXCLUDED.last_run, last_completed_at = EXCLUDED.last_completed_at,
    failures_in_row = 0,
    low_novelty_runs = CASE WHEN $5 OPERATOR(pg_catalog.=) 1 THEN c.low_novelty_runs OPERATOR(pg_catalog.+) 1
                            WHEN $5 OPERATOR(pg_catalog.=) 0 THEN 0 ELSE c.low_novelty_runs END
RETURNING c.version

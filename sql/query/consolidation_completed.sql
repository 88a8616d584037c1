UPDATE engram.consolidation
SET last_completed_at = pg_catalog.clock_timestamp(), failures_in_row = 0, next_due = $2
WHERE space OPERATOR(pg_catalog.=) $1

INSERT INTO engram.consolidation (space, failures_in_row, next_due)
VALUES ($1, 1, $2)
ON CONFLICT (space) DO UPDATE
SET failures_in_row = consolidation.failures_in_row OPERATOR(pg_catalog.+) 1, next_due = EXCLUDED.next_due

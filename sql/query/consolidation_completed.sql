INSERT INTO engram.consolidation (space, last_completed_at, failures_in_row, next_due)
VALUES ($1, pg_catalog.clock_timestamp(), 0, $2)
ON CONFLICT (space) DO UPDATE
SET last_completed_at = EXCLUDED.last_completed_at, failures_in_row = 0, next_due = EXCLUDED.next_due

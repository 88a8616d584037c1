INSERT INTO engram.consolidation (space, paused, version, last_run, last_completed_at, failures_in_row, low_novelty_runs, next_due,
                                  kept_from)
SELECT $1, r.paused, r.version, r.last_run, r.last_completed_at, r.failures_in_row, r.low_novelty_runs, r.next_due, r.kept_from
FROM pg_catalog.json_populate_record(NULL::engram.consolidation, $2::pg_catalog.json) AS r
ON CONFLICT (space) DO NOTHING

-- Undoing publishes, so it is a run of its own.
INSERT INTO engram.consolidation_run (space, run, state, started_at, cause, counts)
VALUES ($1, $2, 'running', $3, 'undo', pg_catalog.jsonb_build_object('undone', $4::pg_catalog.uuid))

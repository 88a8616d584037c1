INSERT INTO engram.consolidation_run (space, run, state, started_at, finished_at, input_hash, signature, episodes, beliefs, duration_ms, novelty, undo, error)
SELECT $1, r.run, r.state, r.started_at, r.finished_at, r.input_hash, r.signature, r.episodes, r.beliefs, r.duration_ms,
       r.novelty, coalesce(r.undo, '{}'), r.error
FROM pg_catalog.json_populate_record(NULL::engram.consolidation_run, $2::pg_catalog.json) AS r
ON CONFLICT (space, run) DO NOTHING

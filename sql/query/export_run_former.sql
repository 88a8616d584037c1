SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'run' AS type, r.space, r.run, r.state, r.started_at, r.finished_at, r.input_hash, r.signature, r.episodes, r.beliefs, r.duration_ms,
             r.novelty, r.undo, r.error
      FROM engram.consolidation_run r
      WHERE r.space OPERATOR(pg_catalog.=) $1
      ORDER BY r.run) AS x

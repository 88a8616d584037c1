UPDATE engram.consolidation_run
SET state = 'completed', finished_at = $3, input_hash = $4, signature = $5, episodes = $6, beliefs = $7, duration_ms = $8, novelty = $9,
    version = $10, counts = $11
WHERE space OPERATOR(pg_catalog.=) $1 AND run OPERATOR(pg_catalog.=) $2

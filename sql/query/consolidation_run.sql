INSERT INTO engram.consolidation_run (space, run, state, started_at, finished_at, input_hash, signature, episodes, beliefs, duration_ms,
                                      novelty, version, cause, counts)
VALUES ($1, $2, 'completed', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

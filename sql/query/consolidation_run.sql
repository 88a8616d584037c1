INSERT INTO engram.consolidation_run (space, run, state, started_at, cause)
VALUES ($1, $2, 'running', $3, $4)

INSERT INTO engram.consolidation_run (space, run, state, started_at, finished_at, duration_ms, error, cause)
VALUES ($1, $2, 'failed', $3, pg_catalog.clock_timestamp(),
        EXTRACT(EPOCH FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) $3::pg_catalog.timestamptz)::pg_catalog.float8
        OPERATOR(pg_catalog.*) 1000, $4, 'worker')

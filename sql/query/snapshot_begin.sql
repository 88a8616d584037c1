-- The file that serves now, and the one that the stop of the server will write.
INSERT INTO engram.snapshot_token AS t (token, at_stop)
VALUES ($1, $2)
ON CONFLICT (singleton) DO UPDATE SET token = EXCLUDED.token, at_stop = EXCLUDED.at_stop, written_at = pg_catalog.clock_timestamp()

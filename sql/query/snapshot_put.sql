UPDATE engram.snapshot_token SET token = $1, written_at = pg_catalog.clock_timestamp()

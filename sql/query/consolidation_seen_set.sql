INSERT INTO engram.consolidation_seen (space, seen) VALUES ($1, $2::pg_catalog.pg_snapshot)
ON CONFLICT (space) DO UPDATE SET seen = EXCLUDED.seen

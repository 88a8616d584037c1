INSERT INTO engram.retention (space, kind, max_age, max_count, mode)
SELECT $1, r.kind, r.max_age, r.max_count, r.mode
FROM pg_catalog.json_populate_record(NULL::engram.retention, $2::pg_catalog.json) AS r
ON CONFLICT (space, kind) DO NOTHING

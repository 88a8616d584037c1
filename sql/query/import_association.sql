INSERT INTO engram.association (space, source, target, kind, weight, created_at, origin)
SELECT $1, r.source, r.target, r.kind, r.weight, coalesce(r.created_at, pg_catalog.now()), r.origin
FROM pg_catalog.json_populate_record(NULL::engram.association, $2::pg_catalog.json) AS r
ON CONFLICT (space, source, target, kind) DO NOTHING

INSERT INTO engram.decay (space, kind, profile, parameters, floor)
SELECT $1, r.kind, r.profile, coalesce(r.parameters, '{}'), r.floor
FROM pg_catalog.json_populate_record(NULL::engram.decay, $2::pg_catalog.json) AS r
ON CONFLICT (space, kind) DO NOTHING

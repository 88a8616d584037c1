INSERT INTO engram.lineage (space, child, parent, run, kind)
SELECT $1, r.child, r.parent, r.run, r.kind
FROM pg_catalog.json_populate_record(NULL::engram.lineage, $2::pg_catalog.json) AS r
ON CONFLICT (space, child, parent, run) DO NOTHING

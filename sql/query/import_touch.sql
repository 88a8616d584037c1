INSERT INTO engram.consolidation_touch (space, run, entry, what, id, other, before, after_hash)
SELECT $1, r.run, r.entry, r.what, r.id, r.other, r.before, r.after_hash
FROM pg_catalog.json_populate_record(NULL::engram.consolidation_touch, $2::pg_catalog.json) AS r
ON CONFLICT (space, run, entry) DO NOTHING

INSERT INTO engram.cue_alias (space, alias, cue, created_at)
SELECT $1, r.alias, r.cue, coalesce(r.created_at, pg_catalog.now())
FROM pg_catalog.json_populate_record(NULL::engram.cue_alias, $2::pg_catalog.json) AS r
ON CONFLICT (space, alias) DO NOTHING

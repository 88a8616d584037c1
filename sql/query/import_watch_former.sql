INSERT INTO engram.watch (space, watch, cue, embedding, filter, threshold, channel, created_at, owner_role)
SELECT $1, r.watch, r.cue, r.embedding, coalesce(r.filter, '{}'), r.threshold, r.channel, coalesce(r.created_at,
       pg_catalog.now()), pg_catalog.pg_get_userbyid($3)
FROM pg_catalog.json_populate_record(NULL::engram.watch, $2::pg_catalog.json) AS r
ON CONFLICT (space, watch) DO NOTHING

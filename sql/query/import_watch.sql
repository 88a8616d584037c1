INSERT INTO engram.watch (space, watch, cue, embedding, filter, threshold, channel, created_at, owner_role, name, events)
SELECT $1, r.watch, r.cue, r.embedding, coalesce(r.filter, '{}'), r.threshold, $4, coalesce(r.created_at,
       pg_catalog.now()), pg_catalog.pg_get_userbyid($3), r.name, coalesce(r.events, '{remember,recall}')
FROM pg_catalog.json_populate_record(NULL::engram.watch, $2::pg_catalog.json) AS r
ON CONFLICT (space, watch) DO NOTHING

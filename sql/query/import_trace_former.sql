INSERT INTO engram.trace (space, id, recalls, first_recalled_at, last_recalled_at, recent, stability, labile_until)
SELECT $1, r.id, r.recalls, r.first_recalled_at, r.last_recalled_at, coalesce(r.recent, '{}'), r.stability, r.labile_until
FROM pg_catalog.json_populate_record(NULL::engram.trace, $2::pg_catalog.json) AS r
ON CONFLICT (space, id) DO NOTHING

INSERT INTO engram.supersession (space, entry, old_id, new_id, at, ended, began, made, made_at, made_by, undone_at, undone_by)
SELECT $1, r.entry, r.old_id, r.new_id, r.at, r.ended, r.began, r.made, r.made_at, r.made_by, r.undone_at, r.undone_by
FROM pg_catalog.json_populate_record(NULL::engram.supersession, $2::pg_catalog.json) AS r
ON CONFLICT (space, entry) DO NOTHING

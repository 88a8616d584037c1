UPDATE engram.supersession SET undone_at = $3, undone_by = pg_catalog.pg_get_userbyid($4)
WHERE space OPERATOR(pg_catalog.=) $1 AND old_id OPERATOR(pg_catalog.=) $2 AND undone_at IS NULL

INSERT INTO engram.supersession (space, entry, old_id, new_id, at, ended, began, made, made_at, made_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, pg_catalog.pg_get_userbyid($10))

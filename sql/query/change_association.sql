INSERT INTO engram.change (changed, space, id, what)
VALUES (pg_catalog.pg_current_xact_id(), $1, $2, 'association')

INSERT INTO engram.change (changed, what) VALUES (pg_catalog.pg_current_xact_id(), 'truncate')

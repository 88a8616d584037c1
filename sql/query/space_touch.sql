-- The trigger sets the column.
UPDATE engram.space SET changed = changed WHERE space OPERATOR(pg_catalog.=) $1

UPDATE engram.memory
SET superseded_by = $3, valid_to = coalesce(valid_to, pg_catalog.statement_timestamp())
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2

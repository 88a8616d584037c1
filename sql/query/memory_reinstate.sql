-- The end of validity goes where the replacement has set it ($3), and has not been changed since.
UPDATE engram.memory
SET superseded_by = NULL, valid_to = NULLIF(valid_to, $3)
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2

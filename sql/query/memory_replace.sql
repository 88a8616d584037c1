-- The old fact ends when the new one begins, unless its end is known already.
UPDATE engram.memory
SET superseded_by = $3, valid_to = coalesce(valid_to, $4)
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2

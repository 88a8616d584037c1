UPDATE engram.space
SET dimensions = $2, encoder = coalesce(encoder, $3)
WHERE space OPERATOR(pg_catalog.=) $1 AND dimensions IS NULL

-- The memory is read again by whoever follows changes.
UPDATE engram.memory SET cold = true
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2 AND cold

-- The trigger moves content and embedding.
UPDATE engram.memory SET cold = coalesce($3, cold), pinned = coalesce($4, pinned)
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2

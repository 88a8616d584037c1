SELECT $2, r.run, r.finished_at
FROM engram.consolidation c
CROSS JOIN LATERAL (
    SELECT p.run, p.finished_at FROM engram.consolidation_run p
    WHERE p.space OPERATOR(pg_catalog.=) c.space AND p.version OPERATOR(pg_catalog.<=) $2
    ORDER BY p.version DESC LIMIT 1) r
WHERE c.space OPERATOR(pg_catalog.=) $1 AND c.version OPERATOR(pg_catalog.>=) $2

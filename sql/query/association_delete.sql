DELETE FROM engram.association
WHERE space OPERATOR(pg_catalog.=) $1 AND source OPERATOR(pg_catalog.=) $2 AND target OPERATOR(pg_catalog.=) $3 AND ($4 IS NULL OR kind OPERATOR(pg_catalog.=) $4)

UPDATE engram.consolidation_run r
SET state = 'completed', finished_at = $3, version = $4,
    beliefs = (SELECT pg_catalog.count(*) FROM engram.consolidation_snapshot s
               WHERE s.space OPERATOR(pg_catalog.=) $1 AND s.until IS NULL)
WHERE r.space OPERATOR(pg_catalog.=) $1 AND r.run OPERATOR(pg_catalog.=) $2

SELECT r.state, EXISTS (SELECT FROM engram.consolidation_touch t
                        WHERE t.space OPERATOR(pg_catalog.=) r.space AND t.run OPERATOR(pg_catalog.=) r.run)
FROM engram.consolidation_run r
WHERE r.space OPERATOR(pg_catalog.=) $1 AND r.run OPERATOR(pg_catalog.=) $2
FOR UPDATE

-- For each space the first version that is kept: that of the first run which is young enough, or the present one.
SELECT c.space, COALESCE((SELECT pg_catalog.min(r.version) FROM engram.consolidation_run r
                          WHERE r.space OPERATOR(pg_catalog.=) c.space AND r.version IS NOT NULL
                            AND r.run OPERATOR(pg_catalog.>=) $1), c.version)
FROM engram.consolidation c
WHERE EXISTS (SELECT FROM engram.consolidation_run r
              WHERE r.space OPERATOR(pg_catalog.=) c.space AND r.run OPERATOR(pg_catalog.<) $1)

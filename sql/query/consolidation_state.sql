-- The state of consolidation of a space, held to the end of the transaction; made where there is none.
INSERT INTO engram.consolidation AS c (space)
VALUES ($1)
ON CONFLICT (space) DO UPDATE SET version = c.version
RETURNING c.version, (SELECT r.input_hash FROM engram.consolidation_run r
                      WHERE r.space OPERATOR(pg_catalog.=) c.space AND r.run OPERATOR(pg_catalog.=) c.last_run)

-- The state of consolidation of a space, held to the end of the transaction; made where there is none.
INSERT INTO engram.consolidation AS c (space)
VALUES ($1)
ON CONFLICT (space) DO UPDATE SET version = c.version
RETURNING c.version

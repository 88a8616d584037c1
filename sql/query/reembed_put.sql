-- Nothing for a memory that is gone.
INSERT INTO engram.reembedded (space, id, digest, embedding)
SELECT m.space, m.id, $3, $4
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2
FOR KEY SHARE
ON CONFLICT (space, id) DO UPDATE SET digest = EXCLUDED.digest, embedding = EXCLUDED.embedding

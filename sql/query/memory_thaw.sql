WITH c AS (DELETE FROM engram.cold WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2 RETURNING content, embedding)
UPDATE engram.memory m SET content = c.content, embedding = c.embedding
FROM c WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2
